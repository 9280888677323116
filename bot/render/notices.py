"""Short messages about people, stores and chats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.config import Defaults
from bot.db.people import Chat, Store, Team
from bot.errors import UserError
from bot.i18n import Translator
from bot.message import Button, Keyboard, Message
from bot.render.html import cut, escape
from bot.teams import Platform


@dataclass(frozen=True)
class Guide:
    """What a person may do where they ask for help: the commands, plain questions, files."""

    commands: Sequence[str]
    asks: bool
    files: bool
    group: bool


def error(e: UserError, t: Translator) -> Message:
    """What somebody can mend, in one line; what they typed stands in it to the letter."""
    said = {k: escape(v) if isinstance(v, str) else v for k, v in e.params.items()}
    return Message(t(f"error.{e.key}", **said))


def welcome(t: Translator, name: str, guide: Guide) -> Message:
    hello = t("start.hello", name=escape(cut(name, 20)))
    return Message("\n\n".join((hello, *_guide(t, guide))))


def came_in(t: Translator, name: str, team: str, what: str, guide: Guide) -> Message:
    """To somebody whose invite was good; `what` it gave is HTML."""
    words = {"name": escape(cut(name, 20)), "team": escape(cut(team, 20)), "what": what}
    return Message("\n\n".join((t("invite.welcome", **words), *_guide(t, guide))))


def help_(t: Translator, guide: Guide) -> Message:
    return Message("\n\n".join((t("help.head"), *_guide(t, guide))))


def _guide(t: Translator, guide: Guide) -> Iterator[str]:
    """Nobody is told of what is refused to them."""
    if guide.asks:
        yield t("help.ask_group" if guide.group else "help.ask")
    if guide.files:
        yield t("help.files")
    if not (guide.asks or guide.files):
        yield t("start.nothing")
    yield "\n".join(f"/{name} {t(f'command.{name}')}" for name in guide.commands)


def rows(buttons: Sequence[Button], across: int = 2) -> Keyboard:
    return tuple(tuple(buttons[i : i + across]) for i in range(0, len(buttons), across))


def choose_platform(t: Translator, platforms: Iterable[Platform]) -> Message:
    buttons = [Button(t(f"platform.{p.key}"), data=f"setup:{p.key}") for p in platforms]
    return Message(t("setup.platform"), rows(buttons))


def zone_name(t: Translator, zone: str) -> str:
    """香港时间 for Asia/Hong_Kong; a zone without a name of ours stays as it is."""
    key = f"zone.{zone.rpartition('/')[2]}"
    return t(key) if t.has(key) else zone


def choose_place(t: Translator, platform: Platform, defaults: Defaults) -> Message:
    buttons = [
        Button(
            f"{currency} · {zone_name(t, zone)}",
            data=f"setup:{platform.key}:{currency}:{zone}",
        )
        for currency, zone in places(platform, defaults)
    ]
    back = Button(t("people.back"), data="setup:new")
    return Message(t("setup.place"), (*rows(buttons), (back,)))


def second_owner(t: Translator, team: str) -> Message:
    """The config names another owner, and the team is there already."""
    come, new = (
        Button(t("setup.come_in"), data="setup:in"), Button(t("setup.new"), data="setup:new"),
    )  # fmt: skip
    return Message(t("setup.there", team=escape(cut(team, 20))), ((come,), (new,)))


def stranger(t: Translator, *, owner: bool = False) -> Message:
    """To whom nobody knows; an owner of the installation may also start a team of their own."""
    ask = (Button(t("join.ask"), data="join:ask"),)
    new = (Button(t("setup.new"), data="setup:new"),)
    return Message(t("error.stranger"), (ask, new) if owner else (ask,))


# money and zone that go together where people sell; the platform's own pair comes first
_PLACES = (
    ("CNY", "Asia/Shanghai"), ("HKD", "Asia/Hong_Kong"), ("TWD", "Asia/Taipei"),
    ("USD", "America/New_York"), ("USD", "America/Los_Angeles"), ("GBP", "Europe/London"),
    ("EUR", "Europe/Berlin"), ("SGD", "Asia/Singapore"),
)  # fmt: skip


def places(platform: Platform, defaults: Defaults) -> list[tuple[str, str]]:
    """Money and zone that may be chosen for a store of the platform."""
    first = (platform.currency or defaults.currency, platform.timezone or defaults.timezone)
    return list(dict.fromkeys((first, *_PLACES)))


def founded(t: Translator, store: Store) -> Message:
    zone = zone_name(t, store.timezone)
    return Message(t("setup.done", name=escape(store.name), currency=store.currency, zone=zone))


def owns(t: Translator, teams: Iterable[Team]) -> Message:
    """Said to who claimed an installation whose stores were made by command line."""
    return Message(t("setup.owns", teams=t("link.and").join(escape(x.name) for x in teams)))


def who_are_you(t: Translator, command: str) -> Message:
    return Message(t("anonymous.ask"), ((Button(t("anonymous.me"), data=f"me:{command}"),),))


def ran_as(t: Translator, name: str, command: str) -> Message:
    shown = t("anonymous.question") if command == "words" else f"/{command}"
    return Message(t("anonymous.done", name=escape(name), command=shown))


# our place in a chat ------------------------------------------------------------------------


def back(t: Translator, stores: Iterable[Store]) -> Message:
    return Message(t("place.back", stores=_names(t, stores)))


def gone(chat: Chat, t: Translator) -> Message:
    return Message(t("place.gone", chat=_title(t, chat)))


def muted(chat: Chat, t: Translator) -> Message:
    return Message(t("place.muted", chat=_title(t, chat)))


def topic_lost(chat: Chat, stores: Iterable[Store], t: Translator) -> Message:
    return Message(t("place.topic_lost", chat=_title(t, chat), stores=_names(t, stores)))


def _title(t: Translator, chat: Chat) -> str:
    return escape(chat.title) or t("place.unnamed")


def _names(t: Translator, stores: Iterable[Store]) -> str:
    return t("link.and").join(escape(x.name) for x in stores)
