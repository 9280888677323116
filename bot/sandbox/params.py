"""The parameters of one call, read as tolerantly as Telegram reads them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.refusal import bad_request

# these hold JSON even in a form or a query string
JSON_NAMES = frozenset({
    "allowed_updates", "caption_entities", "commands", "entities", "link_preview_options", "media",
    "menu_button", "reaction", "reply_markup", "reply_parameters", "scope",
})  # fmt: skip
_INT32 = 2**31


@dataclass(frozen=True)
class Upload:
    """A file as it came in a multipart body."""

    name: str
    content: bytes

    def outline(self) -> dict[str, Any]:
        """What the log keeps of it."""
        digest = hashlib.sha256(self.content).hexdigest()
        return {"file_name": self.name, "size": len(self.content), "sha256": digest}


class Params:
    """Named values of a call: strings from a form, anything from a JSON body, and uploads."""

    def __init__(
        self, values: Mapping[str, Any] | None = None, uploads: Mapping[str, Upload] | None = None
    ) -> None:
        self._values = dict(values or {})
        self.uploads = dict(uploads or {})

    def text(self, name: str) -> str:
        """The value as a string, "" where it is missing."""
        value = self._values.get(name)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        return json.dumps(value, ensure_ascii=False)

    def number(self, name: str, default: int = 0) -> int:
        """The value as an integer; Telegram reads what is no number as 0."""
        text = self.text(name).strip()
        if not text:
            return default
        digits = text.lstrip("-")
        return int(text) if digits.isdecimal() and digits.isascii() else 0

    def message_id(self, name: str = "message_id") -> int:
        number = self.number(name)
        return number if 0 < number < _INT32 else 0

    def flag(self, name: str) -> bool:
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def has(self, name: str) -> bool:
        return bool(self.text(name)) or name in self.uploads

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise bad_request(f'Parameter "{name}" is required')
        return value

    def json(self, name: str, what: str) -> Any:
        """The value decoded, None where it is missing; `what` names it in the refusal."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"Can't parse {what} JSON object") from None

    def logged(self) -> dict[str, Any]:
        """The call as the log keeps it: JSON decoded, uploads outlined where they were named."""
        if not self.uploads and not JSON_NAMES & self._values.keys():
            return self._values
        seen = {name: upload.outline() for name, upload in self.uploads.items()}
        named: set[str] = set()
        shown = {
            name: _resolve(_decoded(value) if name in JSON_NAMES else value, seen, named)
            for name, value in self._values.items()
        }
        return shown | {name: it for name, it in seen.items() if name not in named}


def _decoded(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _resolve(value: Any, uploads: dict[str, dict[str, Any]], named: set[str]) -> Any:
    """`attach://name` becomes the outline of that upload, at any depth."""
    if not uploads:
        return value
    if isinstance(value, str) and value.startswith("attach://"):
        name = value.removeprefix("attach://")
        if name in uploads:
            named.add(name)
            return uploads[name]
    if isinstance(value, list):
        return [_resolve(item, uploads, named) for item in value]
    if isinstance(value, dict):
        return {key: _resolve(item, uploads, named) for key, item in value.items()}
    return value
