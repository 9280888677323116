"""What the bot says and is shown, as plain frozen data without any object of Telegram's."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Media:
    """A photo or file that somebody sent; `album` is the media group that it came in."""

    kind: str  # photo | document | video
    file_id: str
    unique_id: str
    album: str = ""


@dataclass(frozen=True)
class Button:
    """One inline button: `data` is a callback (≤ 64 bytes), else `url` or `copy` (≤ 256 chars)."""

    text: str
    data: str = ""
    url: str = ""
    copy: str = ""


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True)
class Document:
    """A file that is made only when it is sent, so that its row stays small.

    `kind` names its maker in `bot.documents.MAKERS`, `asked` is what that needs, as JSON: who may see
    what is decided when it is asked for. `sorry` is said where it cannot be made or is refused.
    """

    name: str
    kind: str
    asked: str
    sorry: str


@dataclass(frozen=True)
class Album:
    """Photos and files that were sent to us, shown again by Telegram's ids: one, or 2 to 10 as an album.

    An album has no buttons, and no files beside photos. `sorry` is said where Telegram refuses them.
    """

    media: tuple[Media, ...]
    sorry: str


@dataclass(frozen=True)
class Message:
    """HTML text, buttons and at most one picture, file or album.

    `picture` is the JSON of a `bot.render.pictures` spec: it is drawn only when it is sent, and a
    picture that cannot be drawn or is refused never costs the text. What is `secret` is wiped from
    its row once it was said. `asks` opens the reply box of whom it names, with these words in it:
    such a message has no buttons and is not edited.
    """

    text: str
    keyboard: Keyboard = ()
    picture: str = ""
    document: Document | None = None
    silent: bool = False
    repeat_mark: str = ""  # put before the text where a push may be a second copy
    secret: bool = False
    asks: str = ""
    album: Album | None = None

    def dump(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @staticmethod
    def load(raw: str) -> Message:
        data: dict[str, Any] = json.loads(raw)
        rows, file = data.pop("keyboard"), data.pop("document", None)
        album = data.pop("album", None)
        return Message(
            keyboard=tuple(tuple(Button(**b) for b in row) for row in rows),
            document=Document(**file) if file else None,
            album=Album(tuple(Media(**m) for m in album["media"]), album["sorry"])
            if album
            else None,
            **data,
        )
