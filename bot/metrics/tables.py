"""Measures by key: what the rollups hold for one question, buyers included."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from sqlmodel import Session

from bot.metrics import buyers, names, sums
from bot.metrics.catalogue import METRICS, TIMES, Metric
from bot.metrics.query import Note, Query, note
from bot.metrics.reading import Value
from bot.metrics.scope import Scope, StoreInfo
from bot.metrics.sums import Cut, Key
from bot.periods import Period

if TYPE_CHECKING:
    from pyroaring import BitMap

PEOPLE = frozenset({"buyers", "repeat_buyers", "new_buyers", "returning_buyers"})
_KNOWN_SHARE = 0.99  # of orders with a buyer, below which buyers cannot be counted

Measures = dict[str, int | None]  # None: cannot be known
Table = dict[Key, Measures]


class Tables:
    """Reads the tables of one question; remarks about what could not be known go to `notes`."""

    def __init__(
        self, s: Session, scope: Scope, query: Query, until_hour: int | None, notes: list[Note]
    ) -> None:
        self.s, self.scope, self.notes = s, scope, notes
        self.until_hour = until_hour
        self.products = names.product_ids(s, scope, query)
        self.regions = names.region_ids(s, scope, query)
        self.twins: dict[tuple[int, ...], Mapping[int, int]] = {}
        self.measures = frozenset(m for slug in query.metrics for m in METRICS[slug].measures)

    def read(
        self,
        stores: tuple[StoreInfo, ...],
        period: Period,
        by: tuple[str, ...] = (),
        measures: frozenset[str] | None = None,
    ) -> Table:
        """All measures of the question (or those given) by key."""
        measures = self.measures if measures is None else measures
        cut = self._cut(stores, period, by)
        wanted = measures | {"orders", "anonymous"} if measures & PEOPLE else measures
        table: Table = {key: dict(row) for key, row in sums.read(self.s, cut, wanted).items()}
        if self.until_hour is not None:
            for row in table.values():
                row["created_orders"] = None  # the hour of creation is not kept
        if measures & PEOPLE:
            self._count_people(cut, table, measures)
        return table

    def _cut(self, stores: tuple[StoreInfo, ...], period: Period, by: tuple[str, ...]) -> Cut:
        ids = tuple(store.id for store in stores)
        several = "product" in by and len(ids) > 1
        return Cut(
            self.scope.team_id, ids, period, by, self.products, self.regions, self.until_hour,
            self.scope.whole and len(ids) == len(self.scope.stores),
            self._twins(ids) if several else {},
        )  # fmt: skip

    def _twins(self, stores: tuple[int, ...]) -> Mapping[int, int]:
        if stores not in self.twins:
            self.twins[stores] = names.twins(self.s, self.scope.team_id, stores)
        return self.twins[stores]

    def _count_people(self, cut: Cut, table: Table, measures: frozenset[str]) -> None:
        found = buyers.read(self.s, cut, twice="repeat_buyers" in measures)
        returning = measures & {"new_buyers", "returning_buyers"}
        histories = self._histories(cut) if returning else {}
        for key, row in table.items():
            orders, anonymous = row["orders"] or 0, row["anonymous"] or 0
            if orders and anonymous > orders * (1 - _KNOWN_SHARE):
                row.update(dict.fromkeys(PEOPLE))
                self.notes.append(note("no_buyers"))
                continue
            bucket = next((k for k in key if isinstance(k, date)), None)
            row.update(_counted(found.get(key), histories.get(bucket)))

    def _histories(self, cut: Cut) -> Mapping[date | None, BitMap]:
        """Buyers of the 365 days before each bucket of time (None: before the whole period)."""
        first = buyers.first_day(self.s, cut)
        grain = next((b for b in cut.by if b in TIMES and b not in ("hour", "weekday")), "")
        starts = [b for b in sums.buckets(grain, cut.period) if isinstance(b, date)]
        found: dict[date | None, BitMap] = {}
        for bucket in starts if grain else [None]:
            start = max(bucket, cut.period.start) if bucket else cut.period.start
            if first is None or first > start - buyers.HISTORY:
                self.notes.append(note("short_history"))
            else:
                found[bucket] = buyers.before(self.s, cut, start)
        return found


def _counted(people: buyers.People | None, history: BitMap | None) -> Measures:
    counts: Measures = {"buyers": 0, "repeat_buyers": 0, "new_buyers": 0, "returning_buyers": 0}
    if people:
        counts |= {"buyers": len(people.seen), "repeat_buyers": len(people.twice)}
    if history is None:
        counts |= {"new_buyers": None, "returning_buyers": None}
    elif people:
        old = len(people.seen & history)
        counts |= {"new_buyers": len(people.seen) - old, "returning_buyers": old}
    return counts


def value(metric: Metric, row: Measures | None) -> Value:
    """The metric of one row; without a row nothing was sold. A ratio of nothing is None."""
    row = row or {}
    num = _add(metric.num, row)
    if not metric.den:
        return num
    den = _add(metric.den, row)
    return None if num is None or not den else num / den


def _add(measures: tuple[str, ...], row: Measures) -> int | None:
    total = 0
    for measure in measures:
        figure = row.get(measure.lstrip("-"), 0)
        if figure is None:
            return None
        total += -figure if measure.startswith("-") else figure
    return total


def thin(metric: Metric, row: Measures | None) -> bool:
    """Whether there are events, but too few to judge the metric by."""
    if not metric.min_events or not row:
        return False
    return 0 < (row.get(metric.events) or 0) < metric.min_events
