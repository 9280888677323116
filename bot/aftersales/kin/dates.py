"""A coming moment named in a line: 12-01, 12月1日, 明天, 下周五 18:00, next Friday, 3天后 … Pure.

The words stand in the locale files, `[kin_words]`, of all languages together.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot import periods
from bot.config import LANGUAGES
from bot.i18n import catalogue
from bot.periods import DAY

USUAL = time(18)  # where a day is named and no time
_LAST = time(23, 59)  # of a day whose usual time has passed
_MORNING, _NOON, _EVENING = time(9), time(12), time(20)
_NUMBERS = {c: i for i, c in enumerate("〇一二三四五六七八九十")} | {"两": 2, "兩": 2}


@dataclass(frozen=True)
class When:
    """`at` is UTC; `rest` what the line says beside it; `timed`: a time of day was said."""

    at: datetime
    rest: str
    timed: bool


@dataclass(frozen=True)
class _Day:
    start: int
    end: int
    day: date
    usual: time = USUAL
    late: bool = False  # an hour said beside it is one of the evening
    exact: timedelta | None = None  # in so much time from now


@dataclass(frozen=True)
class _Time:
    start: int
    end: int
    at: time


@dataclass(frozen=True)
class _Pair:
    """A day, a time, or both side by side."""

    day: _Day | None
    clock: _Time | None

    @property
    def start(self) -> int:
        return min(x.start for x in (self.day, self.clock) if x)

    @property
    def end(self) -> int:
        return max(x.end for x in (self.day, self.clock) if x)


T = TypeVar("T", _Day, _Time, _Pair)


def find(text: str, now: datetime, zone: ZoneInfo, *, led: bool = False) -> When | None:
    """The moment that is led by a word (截止明天12点, 12-01前), else, not `led`, the first one named.

    None where there is none. A date without a year is the next one to come; a time alone is of today,
    of tomorrow where it has passed. 周五 is the coming Friday, 下周五 the Friday of next week. A moment
    that is past stays so.
    """
    folded, here = _fold(text), now.astimezone(zone)
    leads, every = _leads(folded), list(_pairs(folded, here.date()))
    found = _best(x for x in every if {x.start, x.end} & leads)
    if found is None and not led:
        found = _best(x for x in every if x.day) or _best(iter(every))
    if found is None:
        return None
    day, clock = found.day, found.clock
    if day and clock is None and not led:  # 12-01 交素材 18:00
        clock = _best(_times(_blank(folded, day.start, day.end), day))
    spans = [(x.start, x.end) for x in (day, clock) if x]
    return When(_moment(day, clock, now, zone), _without(text, folded, spans), clock is not None)


def _leads(text: str) -> set[int]:
    """Where a moment would begin behind a word such as 截止, or end before one such as 前."""
    behind = re.finditer(rf"(?:{any_of(_list('until'))})\s*[:]?\s*", text)
    before = re.finditer(rf"\s*(?:{any_of(_list('before'))})", text)
    return {m.end() for m in behind} | {m.start() for m in before}


def _pairs(text: str, today: date) -> Iterator[_Pair]:
    """Every day with the time beside it, and every time of its own."""
    for day in _days(text, today):
        beside = [x for x in _times(_blank(text, day.start, day.end), day) if _touch(text, day, x)]
        clock = min(beside, key=lambda x: (x.start < day.start, x.start - x.end), default=None)
        yield _Pair(day, clock)
    for clock in _times(text, None):
        yield _Pair(None, clock)


def _touch(text: str, day: _Day, clock: _Time) -> bool:
    after = clock.start >= day.end
    between = text[day.end : clock.start] if after else text[clock.end : day.start]
    return not between.strip(" ,，")


def _moment(day: _Day | None, clock: _Time | None, now: datetime, zone: ZoneInfo) -> datetime:
    if day and day.exact is not None:
        return now + day.exact
    today = periods.business_day(now, zone)
    if day is None:
        assert clock
        at = periods.at_local(today, clock.at, zone)
        return at if at > now else periods.at_local(today + DAY, clock.at, zone)
    at = periods.at_local(day.day, clock.at if clock else day.usual, zone)
    if clock is None and day.day == today and at <= now:
        return periods.at_local(today, _LAST, zone)
    return at


def _best(found: Iterator[T]) -> T | None:
    """The earliest; of those that begin together the longest."""
    return min(found, key=lambda x: (x.start, x.start - x.end), default=None)


def _fold(text: str) -> str:
    """Lower case and half width, letter by letter, so that places in it are those of the text."""
    narrow = (unicodedata.normalize("NFKC", c).lower() for c in text)
    return "".join(n if len(n) == 1 else c for n, c in zip(narrow, text, strict=True))


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + "\x00" * (end - start) + text[end:]


# days -----------------------------------------------------------------------------------------


def _days(text: str, today: date) -> Iterator[_Day]:
    for pattern, make in _forms():
        for m in pattern.finditer(text):
            if found := make(m, today):
                yield found


Make = Callable[[re.Match[str], date], _Day | None]


@cache
def _forms() -> tuple[tuple[re.Pattern[str], Make], ...]:
    month, weekday = any_of(_months()), any_of(_weekdays())
    before, after = r"(?<![a-z\d./-])", r"(?![\d/]|[.-]\d)"
    year = r"(?:(?P<y>20\d\d)\s*[-/.年]\s*)"
    forms: list[tuple[str, Make]] = [
        (rf"{before}{year}(?P<m>\d{{1,2}})\s*[-/.月]\s*(?P<d>\d{{1,2}})\s*[日号號]?{after}", _dated),
        (rf"{before}(?P<m>\d{{1,2}})(?:[-/]|\s*月\s*)(?P<d>\d{{1,2}})\s*[日号號]?{after}", _dated),
        (rf"\b(?P<name>{month})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y>20\d\d))?\b", _named),
        (rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)? (?P<name>{month})\.?(?: (?P<y>20\d\d))?\b", _named),
        (rf"(?P<next>{any_of(_list('next_month'))})?\s*{before}(?P<d>\d{{1,2}})\s*[号號日](?![\d店仓倉库庫楼樓链鏈机機柜櫃线線])", _numbered),
        (rf"(?P<next>(?:{any_of(_list('next'))})*)\s*(?P<this>{any_of(_list('this'))})?\s*(?P<w>{weekday})", _weekday),
        (any_of(_list("next_week")), _next_week),
        (any_of(_list("month_end")), _month_end),
        (rf"(?P<in>{any_of(_list('in'))})?\s*{before}(?P<n>\d{{1,3}}|[半一二两兩三四五六七八九十])\s*"
         rf"(?P<u>{any_of(_units())})(?:\s*(?P<later>{any_of(_list('later'))}))?", _span),
    ]  # fmt: skip
    forms += [(any_of(_list(key)), _relative(*x)) for key, x in _RELATIVE]
    return tuple((re.compile(p), make) for p, make in forms)


_RELATIVE = (
    ("today", (0, USUAL, False)), ("tonight", (0, _EVENING, True)),
    ("tomorrow", (1, USUAL, False)), ("tomorrow_morning", (1, _MORNING, False)),
    ("tomorrow_evening", (1, _EVENING, True)),
    ("day_after", (2, USUAL, False)), ("two_days_after", (3, USUAL, False)),
)  # fmt: skip


def _relative(days: int, usual: time, late: bool) -> Make:
    return lambda m, today: _Day(*m.span(), today + days * DAY, usual, late)


def _dated(m: re.Match[str], today: date) -> _Day | None:
    return _calendar(m, today, int(m["m"]), m.groupdict().get("y"))


def _named(m: re.Match[str], today: date) -> _Day | None:
    return _calendar(m, today, _months()[m["name"]], m["y"])


def _calendar(m: re.Match[str], today: date, month: int, year: str | None) -> _Day | None:
    """Without a year, the next such day to come."""
    for y in (int(year),) if year else (today.year, today.year + 1):
        try:
            day = date(y, month, int(m["d"]))
        except ValueError:
            continue
        if year or day >= today:
            return _Day(*m.span(), day)
    return None


def _numbered(m: re.Match[str], today: date) -> _Day | None:
    """5号: of this month, or the next one where it has passed."""
    first = today.replace(day=1)
    wanted = int(m["d"])
    for months in (1,) if m["next"] else (0, 1, 2):
        month = periods.add_months(first, months)
        if not 1 <= wanted <= calendar.monthrange(month.year, month.month)[1]:
            continue
        day = month.replace(day=wanted)
        if day >= today:
            return _Day(*m.span(), day)
    return None


def _weekday(m: re.Match[str], today: date) -> _Day:
    monday, wanted = periods.week(today).start, _weekdays()[m["w"]]
    weeks = len(re.findall(any_of(_list("next")), m["next"]))
    day = monday + (wanted + 7 * weeks) * DAY
    if day < today and not m["this"]:
        day += 7 * DAY
    return _Day(*m.span(), day)


def _next_week(m: re.Match[str], today: date) -> _Day:
    return _Day(*m.span(), periods.week(today).end)


def _month_end(m: re.Match[str], today: date) -> _Day:
    return _Day(*m.span(), periods.month(today).last)


def _span(m: re.Match[str], today: date) -> _Day | None:
    """3天后, in 2 hours; bare only where it stands alone (限时3天促销 is none)."""
    edges = m.string[: m.start()][-1:], m.string[m.end() :][:1]
    if not (m["in"] or m["later"] or all(not e or e.isspace() for e in edges)):
        return None
    unit, half = _units()[m["u"]], m["n"] == "半"
    n = 0.5 if half else int(m["n"]) if m["n"].isdecimal() else _NUMBERS[m["n"]]
    if unit in ("minute", "hour"):
        return _Day(*m.span(), today, exact=timedelta(**{f"{unit}s": n}))
    if half:
        return None
    if unit == "month":
        return _Day(*m.span(), periods.add_months(today, int(n)))
    return _Day(*m.span(), today + n * (7 if unit == "week" else 1) * DAY)


# times of day ---------------------------------------------------------------------------------


def _times(text: str, day: _Day | None) -> Iterator[_Time]:
    if day and day.exact is not None:
        return
    half = rf"(?P<half>{any_of([*_list('am'), *_list('pm')])})?\s*"
    hour = rf"(?:{any_of(_list('at'))})?\s*{half}(?<![\d:.-])(?P<h>\d{{1,2}})"
    forms = (
        rf"{hour}:(?P<m>\d{{2}})\s*(?P<ap>am|pm)?(?![\d:])",
        rf"{hour}\s*[点點时時](?:(?P<m>\d{{1,2}})分?|(?P<thirty>半)|[钟鐘整])?",
        rf"{hour}\s*(?P<ap>am|pm)\b",
    )
    for form in forms:
        for m in re.finditer(form, text):
            if found := _clock(m, day):
                yield found
    for m in re.finditer(any_of(_list("noon")), text):
        yield _Time(*m.span(), _NOON)


def _clock(m: re.Match[str], day: _Day | None) -> _Time | None:
    parts = m.groupdict()
    hour, minute = int(parts["h"]), int(parts.get("m") or 0)
    if parts.get("thirty"):
        minute = 30
    said = m.string[m.end() :][:1]
    bare = "ap" not in parts and m[0][-1] in "点點时時" and not parts["half"]
    if bare and said and not (said.isspace() or said == "\x00" or said in _AFTER_HOUR):
        return None  # 3点建议 is no time
    start = m.end() - len(m[0].lstrip())
    evening = parts.get("ap") == "pm" or parts["half"] in _list("pm") or bool(day and day.late)
    if evening and hour < 12:
        hour += 12
    elif parts.get("ap") == "am" and hour == 12:
        hour = 0
    return _Time(start, m.end(), time(hour, minute)) if hour < 24 and minute < 60 else None


_AFTER_HOUR = "前之以到，,。；;"


# what is left ---------------------------------------------------------------------------------


def _without(text: str, folded: str, spans: list[tuple[int, int]]) -> str:
    """The text without the moment and the words that only lead to it (截止, by …)."""
    rest = folded
    for start, end in spans:
        rest = _blank(rest, start, end)
    lead = rf"(?:{any_of([*_list('until'), *_list('on')])})\s*[:]?\s*\x00|\x00[\s\x00]*(?:{any_of(_list('before'))})"
    for m in re.finditer(lead, rest):
        rest = _blank(rest, *m.span())
    kept = "".join(c if r != "\x00" else "\n" for c, r in zip(text, rest, strict=True))
    parts = (re.sub(r"[^\S\n]+", " ", p).strip(" ,，;；、") for p in re.split(r"\n+", kept))
    return " ".join(p for p in parts if p)


# words ----------------------------------------------------------------------------------------


@cache
def _list(key: str) -> tuple[str, ...]:
    lists = (catalogue(x)[f"kin_words.{key}_aliases"] for x in LANGUAGES)
    return tuple(dict.fromkeys(_fold(w) for words in lists for w in words))


@cache
def _months() -> dict[str, int]:
    """Names of months in English, whole and short."""
    names = zip(calendar.month_name, calendar.month_abbr, strict=True)
    return {n.lower(): i for i, pair in enumerate(names) for n in pair if n} | {"sept": 9}


@cache
def _weekdays() -> dict[str, int]:
    return {w: i for i in range(7) for w in _list(f"weekday_{i}")}


@cache
def _units() -> dict[str, str]:
    return {w: u for u in ("minute", "hour", "day", "week", "month") for w in _list(f"unit_{u}")}


def any_of(words: Iterable[str]) -> str:
    """An alternation, the longest first; Latin words stand alone."""
    longest = sorted(words, key=lambda w: -len(w))
    return "|".join(_whole(re.escape(w).replace(r"\ ", r"\s+"), w) for w in longest)


def _whole(pattern: str, word: str) -> str:
    if not word[-1].isascii():
        return pattern
    return rf"{pattern}(?![a-z])" if word[0].isdigit() else rf"(?<![a-z]){pattern}(?![a-z])"
