"""Which of the days asked for were imported, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from bot.db.facts import ImportedDay
from bot.periods import DAY, Period


@dataclass(frozen=True)
class Coverage:
    """Whole imported days of a period: by store id how many, by day how many stores.

    A day whose file was exported before it ended is not whole, and as good as missing.
    """

    period: Period
    stores: dict[int, int]
    days: dict[date, int]
    as_of: datetime | None

    @property
    def empty(self) -> bool:
        return not self.stores

    def missing(self, stores: int) -> tuple[date, ...]:
        """Days that at least one of `stores` stores lacks."""
        return tuple(day for day in self.period if self.days.get(day, 0) < stores)


def coverage(
    s: Session, stores: tuple[int, ...], period: Period, today: date, kind: str = "orders"
) -> Coverage:
    """Days after yesterday are never missing: they are not over yet."""
    past = Period(period.start, min(period.end, today))
    imported = col(ImportedDay.store_id).in_(stores), col(ImportedDay.kind) == kind
    within = col(ImportedDay.day) >= period.start, col(ImportedDay.day) < period.end
    rows = s.connection().execute(
        select(
            col(ImportedDay.store_id),
            func.sum(case((col(ImportedDay.whole), 1), else_=0)),
            func.max(col(ImportedDay.exported_at)),
        )
        .where(*imported, *within)
        .group_by(col(ImportedDay.store_id))
    )
    by_store = {row[0]: (row[1], row[2]) for row in rows}
    counts = {store: n for store, (n, _) in by_store.items()}
    days: dict[date, int] = {}
    if any(counts.get(store, 0) < past.days for store in stores) or past.end < period.end:
        counted = s.connection().execute(
            select(col(ImportedDay.day), func.count())
            .where(*imported, *within, col(ImportedDay.whole))
            .group_by(col(ImportedDay.day))
        )
        days = {row[0]: row[1] for row in counted}
    else:
        days = dict.fromkeys(past, len(stores))
    as_of = max((instant for _, instant in by_store.values()), default=None)
    return Coverage(past, counts, days, as_of)


def nothing_yet(s: Session, stores: tuple[int, ...]) -> bool:
    """Whether no file of these stores was ever imported."""
    found = select(col(ImportedDay.store_id)).where(col(ImportedDay.store_id).in_(stores))
    return s.connection().execute(found.limit(1)).first() is None


def runs(days: tuple[date, ...]) -> list[Period]:
    """Days in a row as periods."""
    found: list[Period] = []
    for day in days:
        if found and found[-1].end == day:
            found[-1] = Period(found[-1].start, day + DAY)
        else:
            found.append(Period(day, day + DAY))
    return found
