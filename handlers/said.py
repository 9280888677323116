"""What a text says to the bot: a command, a typed word, or just words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from bot.i18n import catalogue, words
from handlers.tables import Command

_COMMAND = re.compile(r"[/／]([A-Za-z0-9_]{1,32})(?:@(\w+))?(?:\s+(.*))?$", re.DOTALL)
_FIRST = re.compile(r"[/／]?([^\s:：,，]*)[\s:：,，]*(.*)", re.DOTALL)
_TAIL = " \t\n。．.！!？?~～"


@dataclass(frozen=True)
class Said:
    """`command`: its name, empty for words. `addressed`: the bot is named in it."""

    command: str
    text: str  # the arguments, or the words without our name
    addressed: bool


def read(text: str, bot_name: str) -> Said | None:
    """None for a command to another bot."""
    mention = re.compile(rf"(?<!\w)@{re.escape(bot_name)}\b", re.IGNORECASE)
    text = text.strip()
    addressed = False
    found = _COMMAND.match(text)
    if found is None and mention.search(text):
        addressed, text = True, " ".join(mention.sub(" ", text).split(" ")).strip()
        found = _COMMAND.match(text)
    if found is None:
        return Said("", text, addressed)
    name, to, arguments = found.groups(default="")
    if to and to.lower() != bot_name.lower():
        return None
    named = bool(to) or addressed or bool(mention.search(arguments))
    return Said(name.lower(), mention.sub(" ", arguments).strip(), named)


def by_name(commands: Iterable[Command]) -> Mapping[str, Command]:
    """Every name a command has after a slash."""
    return {name: c for c in commands for name in (c.name, *c.initials)}


@dataclass(frozen=True)
class Typed:
    """Words that work like commands: said to the bot, or (`aloud`) by anybody in a group it hears."""

    to_bot: Mapping[str, Command]
    aloud: Mapping[str, Command]

    def match(self, text: str, *, addressed: bool) -> tuple[Command, str] | None:
        """The command and its arguments; the word is the whole message where it takes none."""
        table = self.to_bot if addressed else self.aloud
        line = text.strip(_TAIL).casefold().removeprefix("/").removeprefix("／")
        if line in table:
            return table[line], ""
        first, rest = _FIRST.match(text.strip()).groups()  # type: ignore[union-attr]  # never None
        command = table.get(first.casefold())
        if command and command.takes and rest.strip():
            return command, rest.strip()
        return None


@cache
def typed(commands: tuple[Command, ...]) -> Typed:
    """`[typed.<command>]` of the locale files: `aliases` are no ordinary talk, so they count in a
    group without being addressed to us; `private_aliases` are (昨天, 帮助)."""
    known = catalogue("en")
    aloud = {w: c for c in commands for w in _words(known, f"typed.{c.name}.aliases")}
    aside = {w: c for c in commands for w in _words(known, f"typed.{c.name}.private_aliases")}
    short = {w: c for c in commands for w in c.initials}
    return Typed({**aside, **aloud, **short}, aloud)


def _words(known: Mapping[str, object], key: str) -> frozenset[str]:
    return words(key) if key in known else frozenset()
