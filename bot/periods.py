"""Half-open periods of a store's own days. Nothing else in the house does date arithmetic."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Period:
    """Days from `start` up to, not including, `end`."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        """The last day inside."""
        return self.end - DAY

    def __iter__(self) -> Iterator[date]:
        return (self.start + timedelta(days=i) for i in range(self.days))

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= day < self.end

    def shift(self, days: int) -> Period:
        return Period(self.start + timedelta(days=days), self.end + timedelta(days=days))


def day(d: date) -> Period:
    return Period(d, d + DAY)


def last_days(n: int, today: date) -> Period:
    """The `n` full days ending yesterday."""
    return Period(today - timedelta(days=n), today)


def week(d: date) -> Period:
    """Monday to Sunday."""
    monday = d - timedelta(days=d.weekday())
    return Period(monday, monday + timedelta(days=7))


def month(d: date) -> Period:
    first = d.replace(day=1)
    return Period(first, add_months(first, 1))


def quarter(d: date) -> Period:
    first = date(d.year, 3 * ((d.month - 1) // 3) + 1, 1)
    return Period(first, add_months(first, 3))


def year(d: date) -> Period:
    return Period(date(d.year, 1, 1), date(d.year + 1, 1, 1))


def add_months(d: date, n: int) -> date:
    """The same day `n` months on; the 31st becomes the last day of a shorter month."""
    months = d.year * 12 + d.month - 1 + n
    y, m = divmod(months, 12)
    return date(y, m + 1, min(d.day, calendar.monthrange(y, m + 1)[1]))


def previous(p: Period) -> Period:
    """环比: the calendar period before a calendar period, else as many days just before."""
    for unit, months in ((month, 1), (quarter, 3), (year, 12)):
        if p == unit(p.start):
            return Period(add_months(p.start, -months), p.start)
    return p.shift(-p.days)


def same_days_last_year(p: Period) -> Period:
    """去年同期 for yesterday, last N days and weeks: 364 days back, so that weekdays line up."""
    return p.shift(-364)


def same_dates_last_year(p: Period) -> Period:
    """去年同期 for months, quarters, explicit dates, promotions and holidays."""
    return Period(add_months(p.start, -12), add_months(p.last, -12) + DAY)


def business_day(instant: datetime, zone: ZoneInfo) -> date:
    """The store's local day of an aware instant."""
    return instant.astimezone(zone).date()


def at_local(d: date, t: time, zone: ZoneInfo) -> datetime:
    """UTC instant of a wall-clock time.

    `fold=0` takes the first of a repeated hour, and a time inside a gap lands just after it, so
    every date has exactly one instant whatever the zone does that night.
    """
    return datetime.combine(d, t, tzinfo=zone).astimezone(UTC)
