"""Periods as they were named, and what each is compared with. `PRODUCT`'s calendar rules live here.

去年同期: days, last N days and weeks go back 364 days so that weekdays line up; all else takes the
same dates. 环比: the period of equal length just before; a calendar period the one before; to-date
the same number of days. 周同比: seven days back. A promotion is compared with itself a year before,
and a promotion day is never the base of an ordinary day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot import periods
from bot.periods import DAY, Period
from bot.promos import Promotion

SpanKind = Literal[
    "today", "day", "last", "week", "month", "quarter", "year", "to_date", "dates", "promo"
]
CompareKind = Literal["previous", "last_year", "last_week", "explicit"]
KINDS: tuple[CompareKind, ...] = ("previous", "last_year", "last_week")
UNITS = {
    "week": periods.week,
    "month": periods.month,
    "quarter": periods.quarter,
    "year": periods.year,
}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Span:
    """A period and how it was named; `name` is the unit of a to-date period or the promotion."""

    period: Period
    kind: SpanKind
    name: str = ""


@dataclass(frozen=True)
class Compare:
    """What a figure is set against; `skipped` is the promotion day that was passed over."""

    kind: CompareKind
    period: Period
    skipped: Period | None = None


def to_date(
    unit: str, today: date, *, through_today: bool = False, has_today: bool = False
) -> tuple[Span, str]:
    """本周, 本月 … up to yesterday, and the key of a remark where that is empty.

    On the first day of the unit it is today so far if there is data, else the last full one.
    """
    start = UNITS[unit](today).start
    if through_today and start < today:
        return Span(Period(start, today + DAY), "to_date", unit), ""
    if start < today:
        return Span(Period(start, today), "to_date", unit), ""
    if through_today or has_today:
        return Span(periods.day(today), "today"), "" if through_today else "today_so_far"
    return Span(UNITS[unit](today - DAY), _full(unit)), "last_full"


def _full(unit: str) -> SpanKind:
    kinds: dict[str, SpanKind] = {"week": "week", "month": "month", "quarter": "quarter"}
    return kinds.get(unit, "year")


def usual(span: Span, promotions: Sequence[Promotion]) -> Compare:
    """The comparison of an answer that was not asked for one."""
    if span.kind == "promo":
        return base("last_year", span, promotions)
    if span.period.days == 1:
        of_promotion = _promotion_of(span.period.start, promotions)
        return base("last_year" if of_promotion else "last_week", span, promotions)
    return base("previous", span, promotions)


def base(kind: CompareKind, span: Span, promotions: Sequence[Promotion]) -> Compare:
    """The dates that a kind of comparison means for this period."""
    if kind == "last_year":
        period = _last_year(span, promotions)
    elif kind == "last_week":
        period = span.period.shift(-7)
    else:
        period = _previous(span)
    if span.period.days != 1 or _promotion_of(span.period.start, promotions):
        return Compare(kind, period)
    ordinary = _ordinary(period, span.period, promotions)
    return Compare(kind, ordinary, None if ordinary == period else period)


def _previous(span: Span) -> Period:
    period = span.period
    if span.kind == "to_date" and span.name in _MONTHS:
        start = periods.add_months(period.start, -_MONTHS[span.name])
        return Period(start, min(start + DAY * period.days, period.start))
    if span.kind == "to_date":
        return period.shift(-7)
    if span.kind in ("month", "quarter", "year"):
        return periods.previous(period)
    if span.kind == "dates":
        return periods.previous(period)  # 10月1日到31日 is a month too
    return period.shift(-period.days)


def _last_year(span: Span, promotions: Sequence[Promotion]) -> Period:
    if span.kind in ("today", "day") and (now := _promotion_of(span.period.start, promotions)):
        before = _same(now, promotions)
        if before:  # the same day of the same promotion
            return span.period.shift((before.period.start - now.period.start).days)
        return periods.same_dates_last_year(span.period)
    if span.kind in ("today", "day", "last", "week"):
        return periods.same_days_last_year(span.period)
    if span.kind == "promo":
        now = next((p for p in promotions if p.name == span.name and p.period == span.period), None)
        before = _same(now, promotions) if now else None
        if before:
            return before.period
    return periods.same_dates_last_year(span.period)


def _same(now: Promotion, promotions: Sequence[Promotion]) -> Promotion | None:
    """The same promotion and phase a year before."""
    return next((p for p in promotions if p.name == now.name and p.year == now.year - 1), None)


def _promotion_of(day: date, promotions: Sequence[Promotion]) -> Promotion | None:
    return next((p for p in promotions if not p.phase and day in p.period), None)


def _ordinary(base: Period, now: Period, promotions: Sequence[Promotion]) -> Period:
    """The base, or when it is a promotion day the last ordinary day of the weekday of `now`."""
    if not _promotion_of(base.start, promotions):
        return base
    weekday_gap = (now.start - base.start).days % 7
    candidate = base.shift(weekday_gap - 7 if weekday_gap else -7)
    while _promotion_of(candidate.start, promotions):
        candidate = candidate.shift(-7)
    return candidate
