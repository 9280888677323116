"""Short messages about people, stores and chats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from bot.config import Defaults
from bot.db.people import Binding, JoinRequest, Member, Store
from bot.i18n import Translator
from bot.message import Button, Keyboard, Message
from bot.teams import Platform


@dataclass(frozen=True)
class Place:
    """What a person may do where they ask for help: the commands, plain questions, files."""

    commands: Sequence[str]
    asks: bool
    files: bool
    group: bool


def welcome(t: Translator, name: str, place: Place) -> Message:
    return Message("\n\n".join((t("start.hello", name=escape(name)), *_guide(t, place))))


def help_(t: Translator, place: Place) -> Message:
    return Message("\n\n".join((t("help.head"), *_guide(t, place))))


def _guide(t: Translator, place: Place) -> Iterator[str]:
    """Nobody is told of what is refused to them."""
    if place.asks:
        yield t("help.ask_group" if place.group else "help.ask")
    if place.files:
        yield t("help.files")
    if not (place.asks or place.files):
        yield t("start.nothing")
    yield "\n".join(f"/{name} {t(f'command.{name}')}" for name in place.commands)


def rows(buttons: Sequence[Button], across: int = 2) -> Keyboard:
    return tuple(tuple(buttons[i : i + across]) for i in range(0, len(buttons), across))


def choose_platform(t: Translator, platforms: Iterable[Platform]) -> Message:
    buttons = [Button(t(f"platform.{p.key}"), data=f"setup:{p.key}") for p in platforms]
    return Message(t("setup.platform"), rows(buttons))


# money and zone that go together where people sell; the platform's own pair comes first
_PLACES = (
    ("CNY", "Asia/Shanghai"), ("HKD", "Asia/Hong_Kong"), ("TWD", "Asia/Taipei"),
    ("USD", "America/New_York"), ("USD", "America/Los_Angeles"), ("GBP", "Europe/London"),
    ("EUR", "Europe/Berlin"), ("SGD", "Asia/Singapore"),
)  # fmt: skip


def zone_name(t: Translator, zone: str) -> str:
    """香港时间 for Asia/Hong_Kong; a zone without a name of ours stays as it is."""
    key = f"zone.{zone.rpartition('/')[2]}"
    return t(key) if t.has(key) else zone


def choose_place(t: Translator, platform: Platform, defaults: Defaults) -> Message:
    first = (platform.currency or defaults.currency, platform.timezone or defaults.timezone)
    places = dict.fromkeys((first, *_PLACES))
    buttons = [
        Button(
            f"{currency} · {zone_name(t, zone)}",
            data=f"setup:{platform.key}:{currency}:{zone}",
        )
        for currency, zone in places
    ]
    return Message(t("setup.place"), rows(buttons))


def founded(t: Translator, store: Store) -> Message:
    zone = zone_name(t, store.timezone)
    return Message(t("setup.done", name=escape(store.name), currency=store.currency, zone=zone))


def join_request(request: JoinRequest, t: Translator) -> Message:
    yes = Button(t("join.yes"), data=f"admit:{request.id}:yes")
    no = Button(t("join.no"), data=f"admit:{request.id}:no")
    return Message(t("join.request", name=escape(request.name)), ((yes, no),))


def admitted(member: Member, t: Translator) -> Message:
    return Message(t("join.welcome", name=escape(member.name)))


def choose_stores(t: Translator, stores: Sequence[Store]) -> Message:
    buttons = [Button(x.name, data=f"link:{x.id}") for x in stores]
    return Message(t("link.choose"), rows([*buttons, Button(t("link.all"), data="link:all")]))


def linked(t: Translator, stores: Iterable[Store], binding: Binding) -> Message:
    names = t("link.and").join(escape(x.name) for x in stores)
    zone = zone_name(t, binding.timezone)
    return Message(t("link.done", stores=names, at=binding.digest_at, zone=zone))
