"""Period words → periods: 昨天, 近7天, 上周三, 11.1-11.11, since 1 Nov, 去年双11 …"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot import periods
from bot.config import LANGUAGES
from bot.i18n import catalogue
from bot.metrics.bases import Span
from bot.metrics.words import (
    NUMBER,
    Hit,
    find,
    fold,
    is_latin,
    lists,
    matches,
    number,
    template,
)
from bot.periods import DAY, Period, add_months
from bot.promos import Promotion


@dataclass(frozen=True)
class ToDate:
    """本周, 本月, 本季度, 今年: where it ends depends on the rest of the question."""

    unit: str


def hits(text: str, today: date, promotions: Sequence[Promotion]) -> Iterator[Hit]:
    """Every stretch of the folded text that names a period; the value is a Span or ToDate."""
    named = [*_words(text, today), *_dates(text, today)]
    yield from named
    yield from _day_to_day(text, named)
    yield from _promotions(text, today, promotions)


# words ---------------------------------------------------------------------------------------


def _day(back: int) -> Callable[[date], Span]:
    return lambda today: Span(periods.day(today - back * DAY), "day")


def _unit(unit: Callable[[date], Period], kind: str, back: int) -> Callable[[date], Span]:
    def named(today: date) -> Span:
        period = unit(today)
        for _ in range(back):
            period = unit(period.start - DAY)
        return Span(period, kind)  # type: ignore[arg-type]  # one of the four literals below

    return named


_PLAIN: dict[str, Callable[[date], Span | ToDate]] = {
    "tomorrow": _day(-1),  # not here yet, and said so
    "today": lambda today: Span(periods.day(today), "today"),
    "yesterday": _day(1),
    "day_before": _day(2),
    "two_days_before": _day(3),
    "half_year": lambda today: Span(Period(add_months(today, -6), today), "last"),
    "last_365": lambda today: Span(periods.last_days(365, today), "last"),
    "this_week": lambda _: ToDate("week"),
    "last_week": _unit(periods.week, "week", 1),
    "week_before": _unit(periods.week, "week", 2),
    "this_month": lambda _: ToDate("month"),
    "last_month": _unit(periods.month, "month", 1),
    "month_before": _unit(periods.month, "month", 2),
    "this_quarter": lambda _: ToDate("quarter"),
    "last_quarter": _unit(periods.quarter, "quarter", 1),
    "this_year": lambda _: ToDate("year"),
    "last_year": _unit(periods.year, "year", 1),
    "year_before": _unit(periods.year, "year", 2),
}
_COUNTED: dict[str, Callable[[date, int], Span]] = {
    "last_days": lambda today, n: Span(periods.last_days(n, today), "last"),
    "last_weeks": lambda today, n: Span(periods.last_days(7 * n, today), "last"),
    "last_months": lambda today, n: Span(Period(add_months(today, -n), today), "last"),
}
_WEEKDAYS: dict[str, Callable[[date, int], date]] = {
    "weekday": lambda today, w: today - ((today.weekday() - w - 1) % 7 + 1) * DAY,
    "this_weekday": lambda today, w: periods.week(today).start + w * DAY,
    "last_weekday": lambda today, w: periods.week(today).start + (w - 7) * DAY,
}


def _words(text: str, today: date) -> Iterator[Hit]:
    for name, span in _PLAIN.items():
        for word in lists(f"ask.period.{name}"):
            for start, end in find(text, word):
                yield Hit(start, end, name, span(today))
    for name, counted in _COUNTED.items():
        for match in matches(template(f"ask.period.{name}", n=NUMBER), text):
            found = re.search(NUMBER, match[0])
            n = number(found[0]) if found else 0
            if 1 <= n <= 400:
                yield Hit(match.start(), match.end(), "last", counted(today, n))
    weekdays = "|".join(lists("ask.words.weekdays"))
    for name, which in _WEEKDAYS.items():
        for match in matches(template(f"ask.period.{name}", w=weekdays), text):
            day = which(today, _weekday(match[0]))
            yield Hit(match.start(), match.end(), "day", Span(periods.day(day), "day"))


def _day_to_day(text: str, hits: Sequence[Hit]) -> Iterator[Hit]:
    """周一到周三, 前天到昨天: two single days with a word between."""
    days = [(h, h.value.period) for h in hits if isinstance(h.value, Span)]
    days = [(h, period) for h, period in days if period.days == 1]
    for first, begin in days:
        for second, end in days:
            between = text[first.end : second.start]
            if first.end <= second.start and begin < end and _joins(text, first.start, between):
                span = Span(Period(begin.start, end.end), "dates")
                yield Hit(first.start, second.end, "dates", span)


def _weekday(words: str) -> int:
    """The weekday (Monday 0) that is named, by the last name in the match."""
    numbers = {
        fold(name): min(i, 6) if name[0] in "一二三四五六日天" else i % 7
        for code in LANGUAGES
        for i, name in enumerate(catalogue(code)["ask.words.weekdays"])
    }
    places = [(words.rfind(w), len(w), n) for w, n in numbers.items() if w in words]
    return max(places)[2]


# dates ---------------------------------------------------------------------------------------

_MONTHS = {
    fold(name): i % 12 + 1
    for code in LANGUAGES
    for i, name in enumerate(catalogue(code)["ask.words.months"])
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_CN = "[一二三四五六七八九十]{1,3}"
_YEAR = r"(?:(?P<y>20\d\d)\s*年?|(?P<y2>\d\d)年|(?P<yw>去年|今年|前年|last\s+year|this\s+year)的?)"
_ATOMS = tuple(
    re.compile(p)
    for p in (
        r"(?P<y>20\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})",
        r"(?P<y>20\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)",
        rf"{_YEAR}?\s*(?P<m>\d{{1,2}}|{_CN})\s*月份?\s*(?P<d>\d{{1,2}}|{_CN})\s*[日号]?",
        r"(?P<m>\d{1,2})[./-](?P<d>\d{1,2})[日号]?",
        rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s*(?:of\s+)?(?P<mn>{_MONTH})\.?(?:,?\s*(?P<y>20\d\d))?",
        rf"(?P<mn>{_MONTH})\.?\s*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s*(?P<y>20\d\d))?",
        rf"{_YEAR}?\s*(?P<m>\d{{1,2}}|{_CN})\s*月份?",
        r"(?P<y>20\d\d)[-/.](?P<m>\d{1,2})",
        rf"(?P<mn>{_MONTH})\.?\s*(?:,?\s*(?:of\s+)?(?:(?P<y>20\d\d)|(?P<yw>last\s+year|this\s+year)))?",
        rf"(?P<yw>last\s+year|this\s+year)'?s?\s+(?P<mn>{_MONTH})",
        rf"(?P<past>last)\s+(?P<mn>{_MONTH})",
        rf"{_YEAR}?\s*(?:第\s*(?P<q>[1-4一二三四])\s*个?季度?|(?P<q2>[1-4一二三四])季度"
        r"|q(?P<q3>[1-4]))(?:\s*(?P<ye>20\d\d))?",
        r"(?P<y>20\d\d)\s*年(?:全年|度)?",
        r"(?P<y>20[0-3]\d)",
    )
)
_TILDE = r"\s*(?:-|~|～|–|—|‑|\.\.+|…)\s*"
_YEAR_WORDS = {"去年": -1, "今年": 0, "前年": -2, "lastyear": -1, "thisyear": 0}


@dataclass(frozen=True)
class _Atom:
    """A date, month, quarter or year as written; what is left out is None."""

    start: int
    end: int
    year: int | None
    month: int | None
    day: int | None
    quarter: int | None

    def latest(self, limit: date) -> Period | None:
        """The period meant; without a year the latest that began on or before `limit`."""
        if self.year is not None:
            return self._in(self.year)
        candidates = (self._in(limit.year - back) for back in range(5))
        return next((p for p in candidates if p and p.start <= limit), None)

    def _in(self, year: int) -> Period | None:
        try:
            if self.quarter:
                return periods.quarter(date(year, 3 * self.quarter - 2, 1))
            if self.month is None:
                return periods.year(date(year, 1, 1))
            if self.day is None:
                return periods.month(date(year, self.month, 1))
            return periods.day(date(year, self.month, self.day))
        except ValueError:
            return None

    @property
    def unit(self) -> str:
        if self.quarter:
            return "quarter"
        return "day" if self.day else "month" if self.month else "year"


def _dates(text: str, today: date) -> Iterator[Hit]:
    atoms = [a for p in _ATOMS for m in matches(p, text) if (a := _atom(m, today))]
    for atom in atoms:
        if period := atom.latest(today):
            value = _running(period, atom.unit, today)
            yield Hit(atom.start, atom.end, "dates", value)
            yield from _since(text, atom, period, today)
            yield from _until_number(text, atom, today)
    for first in atoms:
        for second in atoms:
            between = text[first.end : second.start]
            if first.end < second.start and _joins(text, first.start, between):
                yield from _range(text, first, second, today)
    yield from _number_to_date(text, atoms, today)


def _atom(match: re.Match[str], today: date) -> _Atom | None:
    g = match.groupdict()
    year = int(g["y"]) if g.get("y") else int(g["ye"]) if g.get("ye") else None
    if g.get("y2"):
        year = 2000 + int(g["y2"])
    if g.get("yw"):
        year = today.year + _YEAR_WORDS[re.sub(r"\s", "", g["yw"])]
    month = number(g["m"]) if g.get("m") else _MONTHS[g["mn"]] if g.get("mn") else None
    if g.get("past") and month is not None:  # the last one that is over
        year = today.year - (month >= today.month)
    day = number(g["d"]) if g.get("d") else None
    quarter = next((number(g[k]) for k in ("q", "q2", "q3") if g.get(k)), None)
    if (month is not None and not 1 <= month <= 12) or (day is not None and not 1 <= day <= 31):
        return None
    start = match.start() + len(match[0]) - len(match[0].lstrip())
    end = match.end() - len(match[0]) + len(match[0].rstrip())
    return _Atom(start, end, year, month, day, quarter)


def _running(period: Period, unit: str, today: date) -> Span | ToDate:
    """A named month, quarter or year that is still running is that unit to date."""
    if unit == "day":
        return Span(period, "today" if period.start == today else "dates")
    if today in period:
        return ToDate(unit)
    return Span(period, unit)  # type: ignore[arg-type]  # month, quarter or year


def _joins(text: str, start: int, between: str) -> bool:
    if re.fullmatch(_TILDE, between) or between.strip() in lists("ask.words.range"):
        return True
    return between.strip() == "and" and text[:start].rstrip().endswith("between")


def _range(text: str, first: _Atom, second: _Atom, today: date) -> Iterator[Hit]:
    if first.year is not None and second.year is None:
        second = replace(second, year=first.year)
    if first.month is not None and first.day is None and second.day is not None:
        return  # 11月到11月5日 is no range
    end = second.latest(today)
    if end is None:
        return
    begin = first.latest(end.start)
    if begin and begin.start < end.end:
        start = first.start
        for word in lists("ask.words.since"):
            if text[:start].rstrip().endswith(word):
                start = text[:start].rstrip().rfind(word)
                break
        yield Hit(start, second.end, "dates", Span(Period(begin.start, end.end), "dates"))


def _until_number(text: str, atom: _Atom, today: date) -> Iterator[Hit]:
    """11月1日到11日, Nov 1-11: the second part is a bare day."""
    if atom.day is None:
        return
    ranges = "|".join(map(re.escape, lists("ask.words.range")))
    pattern = re.compile(rf"(?:{_TILDE}|\s*(?:{ranges})\s*)(\d{{1,2}})(?:st|nd|rd|th)?\s*[日号]?")
    match = pattern.match(text, atom.end)
    if match and not (match.end() < len(text) and text[match.end()] in "./-月0123456789"):
        second = replace(atom, day=int(match[1]), end=match.end())
        yield from _range(text, atom, second, today)


def _number_to_date(text: str, atoms: list[_Atom], today: date) -> Iterator[Hit]:
    """1-11 Nov, 9-10月: a bare number before the first whole date."""
    ranges = "|".join(map(re.escape, lists("ask.words.range")))
    for atom in atoms:
        match = re.search(
            rf"(?:20\d\d年)?(\d{{1,2}})(?:st|nd|rd|th)?(?:{_TILDE}|\s*(?:{ranges})\s*)$",
            text[: atom.start],
        )
        if not match or not _stands_clear(text, match.start()):
            continue
        n = int(match[1])
        if atom.day is not None and is_latin(text[atom.end - 1]) and n <= 31:
            yield from _range(text, replace(atom, start=match.start(), day=n), atom, today)
        elif atom.day is None and atom.month is not None and 1 <= n <= 12:
            yield from _range(text, replace(atom, start=match.start(), month=n), atom, today)


def _stands_clear(text: str, start: int) -> bool:
    return start == 0 or not (is_latin(text[start - 1]) or text[start - 1] in "./-月")


def _since(text: str, atom: _Atom, period: Period, today: date) -> Iterator[Hit]:
    """从11月1日起, 11月1日至今, since 1 Nov; ends yesterday unless it says today."""
    if period.start > today:
        return
    start, end, through = atom.start, atom.end, today
    for word in lists("ask.words.since"):
        if text[:start].rstrip().endswith(word):
            start = text[:start].rstrip().rfind(word)
            break
    tail = text[end:]
    skipped = len(tail) - len(tail.lstrip())
    for key in ("ask.words.through_today", "ask.words.until_now"):
        word = next((w for w in lists(key) if tail.lstrip().startswith(w)), "")
        if word:
            end += skipped + len(word)
            through = today + DAY if key.endswith("today") else today
            break
    closed = end > atom.end
    if not closed and (start == atom.start or not text[start:].startswith(("since", "自", "从"))):
        return
    if period.start < through:
        yield Hit(start, end, "dates", Span(Period(period.start, through), "dates"))
    else:
        yield Hit(start, end, "today", Span(periods.day(today), "today"))


# promotions ----------------------------------------------------------------------------------


def _promotions(text: str, today: date, promotions: Sequence[Promotion]) -> Iterator[Hit]:
    days = "|".join(map(re.escape, lists("promo.day_words")))
    spans = "|".join(map(re.escape, lists("promo.span_words")))
    for slug in dict.fromkeys(p.slug for p in promotions):
        names = "|".join(re.escape(n).replace(r"\ ", r"\s*") for n in _names(slug))
        pattern = re.compile(
            rf"(?:{_YEAR}\s*)?(?:{names})(?:\s*(?:(?P<day>{days})|{spans})(?![a-z]))?"
            r"(?:\s*(?:(?P<ye>20\d\d)|(?P<yl>last\s+year|this\s+year)))?"
        )
        for match in matches(pattern, text):
            g = match.groupdict()
            year = next((int(g[k]) for k in ("y", "ye") if g[k]), None)
            year = 2000 + int(g["y2"]) if g["y2"] else year
            if word := g["yw"] or g["yl"]:
                year = today.year + _YEAR_WORDS[re.sub(r"\s", "", word)]
            phase = "day" if g["day"] else ""
            if found := _promotion(slug, phase, year, today, promotions):
                yield Hit(
                    match.start(), match.end(), "promo", Span(found.period, "promo", found.name)
                )


def _names(slug: str) -> list[str]:
    names = {
        fold(n)
        for code in LANGUAGES
        for n in (catalogue(code)[f"promo.{slug}.name"], *catalogue(code)[f"promo.{slug}.aliases"])
    }
    return sorted(names, key=len, reverse=True)


def _promotion(
    slug: str, phase: str, year: int | None, today: date, promotions: Sequence[Promotion]
) -> Promotion | None:
    """The one of that year, or the latest that has begun."""
    found = [p for p in promotions if p.slug == slug and p.phase == phase]
    if year is not None:
        return next((p for p in found if p.year == year), None)
    return max((p for p in found if p.period.start <= today), key=lambda p: p.year, default=None)


def month_before(period: Period) -> Period:
    """上月同期: the same dates a month before."""
    return Period(add_months(period.start, -1), add_months(period.last, -1) + DAY)
