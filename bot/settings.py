"""What a linked chat can set, as data: reading typed words, making one change, showing all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import available_timezones

from sqlmodel import Session

from bot import pushes, teams
from bot.config import LANGUAGES
from bot.db.people import Binding, Chat
from bot.errors import UserError
from bot.i18n import words
from bot.pushes import Mode

FIELDS = ("language", "zone", "colours", "costs")
COLOURS = ("red-up", "green-up")
MODES: tuple[Mode, ...] = ("on", "silent", "trouble", "off")
KINDS = {k.slug: k for k in pushes.KINDS}

# where people sell: the zones that have a name of ours, offered as buttons
ZONES = (
    "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore",
    "Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """`what`: one of FIELDS or a kind of push; `value`: en, Europe/Berlin, silent, 08:30 …"""

    what: str
    value: str


@dataclass(frozen=True)
class Asked:
    """What `/settings …` names (empty: everything) and what of it is to be changed."""

    what: str = ""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class View:
    """A linked chat and all its settings."""

    id: int
    title: str
    topic: bool
    stores: tuple[str, ...]
    language: str
    timezone: str
    colours: str
    shows_costs: bool
    hears_all: bool | None
    pushes: tuple[pushes.Setting, ...]


def view(s: Session, binding: Binding) -> View:
    chat = s.get(Chat, binding.chat_id)
    assert chat
    assert binding.id
    return View(
        binding.id, chat.title, binding.thread_id != 0,
        tuple(x.name for x in teams.bound_stores(s, binding)),
        binding.language, binding.timezone, binding.colours, binding.shows_costs,
        binding.hears_all, tuple(pushes.settings(s, binding.id).values()),
    )  # fmt: skip


def apply(s: Session, binding: Binding, change: Change, now: datetime) -> None:
    """Raises UserError for what cannot be set so."""
    what, value = change.what, change.value
    if what == "language" and value in LANGUAGES:
        binding.language = value
    elif what == "zone" and value in _zones():
        if binding.timezone != value:
            pushes.moved(s, binding.id or 0, now)
        binding.timezone = value
    elif what == "colours" and value in COLOURS:
        binding.colours = value
    elif what == "costs" and value in ("yes", "no"):
        binding.shows_costs = value == "yes"
    elif what in KINDS and value in KINDS[what].modes:
        pushes.change(s, binding.id or 0, what, mode=value, now=now)
    elif what in KINDS and KINDS[what].at and clock(value) == value:
        pushes.change(s, binding.id or 0, what, at=value, now=now)
    else:
        raise UserError("settings.impossible")
    s.add(binding)
    s.flush()


# typed words ----------------------------------------------------------------------------------


def read(text: str) -> Asked:
    """`日报 08:30 静音`, `zone Europe/Berlin`. Raises UserError where a word is not understood."""
    text = text.strip()
    if not text:
        return Asked()
    what, rest = _named(text)
    if not rest:
        return Asked(what)
    if what in KINDS:
        return Asked(what, tuple(Change(what, _push_value(what, w)) for w in rest.split()))
    return Asked(what, (Change(what, _value(what, rest)),))


def _named(text: str) -> tuple[str, str]:
    """The setting that comes first, and the rest; 日报08:30 may stand together."""
    lower = text.casefold()
    for word, what in _names():
        if lower.startswith(word):
            rest = text[len(word) :]
            if not rest or not (word[-1].isascii() and rest[0].isalpha()):
                return what, rest.strip(" ：:=")
    raise UserError("settings.unknown", word=_shown(text.split()[0]))


@cache
def _names() -> tuple[tuple[str, str], ...]:
    """Every name of a setting, the longest first."""
    named = [(w, f) for f in FIELDS for w in words(f"settings.field.{f}.aliases")]
    named += [(w, k) for k in KINDS for w in words(f"push.{k}.aliases")]
    return tuple(sorted(named, key=lambda x: -len(x[0])))


def _value(what: str, text: str) -> str:
    if what == "zone":
        return _zone(text)
    options = {"language": LANGUAGES, "colours": COLOURS, "costs": ("yes", "no")}[what]
    for option in options:
        if text.casefold() in (option, *words(f"settings.{what}.{option}.aliases")):
            return option
    raise UserError(f"settings.{what}", word=_shown(text))


def _push_value(kind: str, word: str) -> str:
    for mode in MODES:
        if word.casefold() in (mode, *words(f"settings.mode.{mode}.aliases")):
            if mode not in KINDS[kind].modes:
                raise UserError("settings.impossible")
            return mode
    at = clock(word)
    if not at or not KINDS[kind].at:
        raise UserError("settings.time", word=_shown(word))
    return at


def _zone(text: str) -> str:
    """An IANA name, the city of one, or a name of ours (上海时间)."""
    wanted = text.casefold().replace(" ", "_")
    for zone in ZONES:
        city = zone.rpartition("/")[2]
        ours = words(f"zone_words.{city}_aliases")
        if wanted in (zone.casefold(), city.casefold(), *ours):
            return zone
    every = sorted(_zones())
    named = [z for z in every if wanted == z.casefold()]
    city_of = [z for z in every if "/" in z and wanted == z.rpartition("/")[2].casefold()]
    for found in (*named, *city_of):
        return found
    raise UserError("settings.zone", word=_shown(text))


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


_CLOCKS = (
    re.compile(r"(?P<h>\d{1,2})[:：.](?P<m>\d{2})(?P<half>am|pm)?", re.IGNORECASE),
    re.compile(r"(?P<h>\d{1,2})[点點时時](?P<m>\d{1,2})?分?"),
    re.compile(r"(?P<h>\d{1,2})(?P<half>am|pm)", re.IGNORECASE),
    re.compile(r"(?P<h>\d{2})(?P<m>\d{2})"),
)


def clock(word: str) -> str:
    """HH:MM of 8:30, 08：30, 0830, 8点半, 8am; empty where it is no time of day."""
    word = word.strip().replace("半", "30")
    for form in _CLOCKS:
        if found := form.fullmatch(word):
            parts = found.groupdict()
            hour, minute = int(parts["h"]), int(parts.get("m") or 0)
            half = (parts.get("half") or "").lower()
            if half and not 1 <= hour <= 12:
                return ""
            if half:
                hour = hour % 12 + (12 if half == "pm" else 0)
            return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else ""
    return ""


def times(kind: str) -> Iterator[str]:
    """Times to offer as buttons, around the usual one."""
    hour, minute = map(int, KINDS[kind].at.split(":"))
    for more in (-60, -30, 0, 30, 60, 120):
        total = (hour * 60 + minute + more) % 1440
        yield f"{total // 60:02}:{total % 60:02}"


def _shown(word: str) -> str:
    """What was typed, short and harmless inside our own markup."""
    return re.sub(r"[<>&]", "", word)[:20]
