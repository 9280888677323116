"""Which of the days asked for were imported, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, distinct, func, or_, select
from sqlmodel import Session, col

from bot.db.facts import ImportedDay
from bot.metrics import days as day_facts
from bot.metrics.query import Note, note
from bot.metrics.sums import Cut
from bot.periods import DAY, Period

KINDS = {"orders": "orders", "traffic": "shop_days", "ads": "ads", "scores": "scores"}


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


def coverage(s: Session, cut: Cut, today: date, source: str, measure: str) -> Coverage:
    """The days on which a source tells a measure. Days after yesterday are never missing: they are
    not over yet."""
    stores, period = cut.stores, cut.period
    past = Period(period.start, min(period.end, today))
    imported = (
        col(ImportedDay.store_id).in_(stores),
        col(ImportedDay.day) >= period.start,
        col(ImportedDay.day) < period.end,
        _tells(cut, source, measure),
    )
    whole = case((col(ImportedDay.whole), col(ImportedDay.day)))
    rows = s.connection().execute(
        select(
            col(ImportedDay.store_id),
            func.count(distinct(whole)),
            func.max(col(ImportedDay.exported_at)),
        )
        .where(*imported)
        .group_by(col(ImportedDay.store_id))
    )
    by_store = {row[0]: (row[1], row[2]) for row in rows}
    counts = {store: n for store, (n, _) in by_store.items()}
    days: dict[date, int] = {}
    if any(counts.get(store, 0) < past.days for store in stores) or past.end < period.end:
        counted = s.connection().execute(
            select(col(ImportedDay.day), func.count(distinct(col(ImportedDay.store_id))))
            .where(*imported, col(ImportedDay.whole))
            .group_by(col(ImportedDay.day))
        )
        days = {row[0]: row[1] for row in counted}
    else:
        days = dict.fromkeys(past, len(stores))
    as_of = max((instant for _, instant in by_store.values()), default=None)
    return Coverage(past, counts, days, as_of)


def _tells(cut: Cut, source: str, measure: str) -> ColumnElement[bool]:
    """Files of the kind; a sheet only where it tells the measure of that day."""
    kind = col(ImportedDay.kind)
    if source == "orders":
        return kind == "orders"
    if source == "sales":
        platform = and_(kind == "shop_days", day_facts.told(source, "sales", cut))
        return or_(kind == "orders", platform)
    return and_(kind == KINDS[source], day_facts.told(source, measure, cut))


def whole_days(s: Session, stores: tuple[int, ...], period: Period) -> set[tuple[date, int]]:
    """The days and stores that have all their order lines."""
    statement = select(col(ImportedDay.day), col(ImportedDay.store_id)).where(
        col(ImportedDay.store_id).in_(stores),
        col(ImportedDay.kind) == "orders",
        col(ImportedDay.day) >= period.start,
        col(ImportedDay.day) < period.end,
        col(ImportedDay.whole),
    )
    return {(day, store) for day, store in s.connection().execute(statement)}


def ever(s: Session, stores: tuple[int, ...], source: str = "") -> bool:
    """Whether any file (of this source) of these stores was ever imported."""
    found = select(col(ImportedDay.store_id)).where(col(ImportedDay.store_id).in_(stores))
    if source:
        kinds = ("orders", "shop_days") if source == "sales" else (KINDS[source],)
        found = found.where(col(ImportedDay.kind).in_(kinds))
    return s.connection().execute(found.limit(1)).first() is not None


def runs(days: Iterable[date]) -> list[Period]:
    """Days in a row as periods."""
    found: list[Period] = []
    for day in days:
        if found and found[-1].end == day:
            found[-1] = Period(found[-1].start, day + DAY)
        else:
            found.append(Period(day, day + DAY))
    return found


def spans(code: str, days: Iterable[date], **params: str | int) -> Note:
    """A remark about days: how many, and the first runs of them by their dates."""
    found = runs(days)
    words = ",".join(f"{p.start.isoformat()}/{p.last.isoformat()}" for p in found[:3])
    return note(code, **params, n=sum(period.days for period in found), spans=words)
