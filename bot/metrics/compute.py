"""A question → a Reading. Only rollups are read, so the cost follows the days, not the orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from bot.db.facts import SalesRollup
from bot.metrics import explain, platform, sums, tables
from bot.metrics.catalogue import AMOUNTS, IMPORTED, KNOWN, METRICS, SOLD, TIMES, Dim, Metric
from bot.metrics.coverage import Coverage, coverage, ever
from bot.metrics.names import Names
from bot.metrics.query import Note, Query, note
from bot.metrics.reading import Cell, Reading, Row, Value
from bot.metrics.remarks import refusals, remarks
from bot.metrics.scope import Scope, StoreInfo
from bot.metrics.sums import Key
from bot.metrics.tables import Measures, Table, Tables
from bot.periods import Period, at_local


def answer(
    s: Session, scope: Scope, query: Query, today: date, now: datetime | None = None
) -> Reading:
    """Read the figures of `query` for the stores of `scope`.

    `today` is the stores' business day. With `now`, a question about today that is compared is cut
    at the last full hour, its base too. Amounts of two currencies never add: each has its own
    total. A figure nothing was imported for is None. What the metrics cannot honour is refused,
    and so is any question while nothing at all was imported.
    """
    query = _honoured(query) if query.panel else query
    keys = query.filter("store")
    stores = tuple(store for store in scope.stores if not keys or store.key in keys)
    if refused := refusals(query):
        return Reading(query, stores, notes=(*query.notes, *refused), refused=True)
    query = _apart(query, stores)
    asked = _Answer(s, scope, query, stores, today, now)
    sold = any(METRICS[slug].source in SOLD for slug in query.metrics)
    if sold and asked.cover.empty and not ever(s, tuple(store.id for store in stores)):
        return Reading(query, stores, notes=(note("nothing_yet"),), refused=True)
    return asked.reading()


def _honoured(query: Query) -> Query:
    """The panel without the metrics that the filter does not fit."""
    dims = [*query.by, *(dim for dim, _ in query.filters)]
    fitting = tuple(m for m in query.metrics if METRICS[m].breakdowns.issuperset(dims))
    return replace(query, metrics=fitting or query.metrics[:1])


def _apart(query: Query, stores: tuple[StoreInfo, ...]) -> Query:
    """Scores of several stores have no total: they are shown by store."""
    scores = any(METRICS[slug].unit == "score" for slug in query.metrics)
    if not scores or len(stores) < 2 or "store" in query.by or len(query.by) > 1:
        return query
    said = note("scores_by_store")
    return replace(query, by=("store", *query.by), notes=(*query.notes, said))


class _Answer:
    """One question being answered."""

    def __init__(
        self,
        s: Session,
        scope: Scope,
        query: Query,
        stores: tuple[StoreInfo, ...],
        today: date,
        now: datetime | None,
    ) -> None:
        self.s, self.query, self.stores, self.today = s, query, stores, today
        self.notes: list[Note] = [*query.notes]
        self.tables = Tables(s, scope, query, self.notes, _moment(stores, today, now))
        compare = query.compare
        self.covers = self._covers(query.period)
        self.base_covers = self._covers(compare.period) if compare else {}
        self.cover = next(iter(self.covers.values()), Coverage(query.period, {}, {}, None))
        self.until_hour = self.tables.until_hour = self._until_hour(scope, now)

    def _covers(self, period: Period) -> dict[str, Coverage]:
        """What was imported of each source of the metrics, the first metric's first."""
        found: dict[str, Coverage] = {}
        cut = self.tables.cut(self.stores, period, self.query.by)
        for metric in (METRICS[slug] for slug in self.query.metrics):
            for source in metric.sources:
                if source in found or source not in IMPORTED:
                    continue
                lines = source == "sales" and not platform.may_tell(cut)
                measure = metric.num[0].lstrip("-")
                found[source] = coverage(
                    self.s, cut, self.today, "orders" if lines else source, measure
                )
        return found

    def reading(self) -> Reading:
        query = self.query
        found = [self._currency(*group) for group in self._groups()]
        totals = tuple(total for _, total, _, _ in found)
        self.notes += remarks(
            self.s, self.tables, self.stores, totals, self.today, self.covers, self.base_covers
        )
        _, _, others, count = found[0] if len(found) == 1 else ((), None, None, 0)
        reading = Reading(
            query,
            self.stores,
            rows=tuple(row for rows, _, _, _ in found for row in rows),
            totals=totals,
            others=others,
            others_count=count,
            notes=tuple(dict.fromkeys(self.notes)),
            as_of=self.cover.as_of,
            until_hour=self.until_hour,
        )
        return explain.why(self.s, reading, self.tables) if query.intent == "why" else reading

    def _groups(self) -> list[tuple[str, tuple[StoreInfo, ...]]]:
        """Stores that may be added up together: by currency where money is asked for."""
        currencies = dict.fromkeys(store.currency for store in self.stores)
        # a rate of amounts is as little to be had over two currencies as the amounts
        money = any(METRICS[slug].measures & AMOUNTS for slug in self.query.metrics)
        if not money or len(currencies) < 2:
            return [(next(iter(currencies), ""), self.stores)]
        return [
            (c, tuple(store for store in self.stores if store.currency == c)) for c in currencies
        ]

    def _until_hour(self, scope: Scope, now: datetime | None) -> int | None:
        """The hour that today and its base are cut at, None for whole days."""
        query = self.query
        if query.span.kind != "today" or not query.compare or now is None or not self.stores:
            return None
        hourless = select(col(SalesRollup.key)).where(
            col(SalesRollup.team_id) == scope.team_id,
            col(SalesRollup.grain) == 0,
            col(SalesRollup.dim) == int(Dim.HOUR),
            col(SalesRollup.day).in_((query.period.start, query.compare.period.start)),
            col(SalesRollup.store_id).in_([store.id for store in self.stores]),
            col(SalesRollup.key) < 0,
        )
        if self.s.connection().execute(hourless.limit(1)).first():
            self.notes.append(note("hour_unknown"))
            return None
        last = min(now, self.cover.as_of) if self.cover.as_of else now
        return last.astimezone(ZoneInfo(self.stores[0].timezone)).hour or None

    # rows ----------------------------------------------------------------------------------

    def _currency(
        self, currency: str, stores: tuple[StoreInfo, ...]
    ) -> tuple[list[Row], Row, Row | None, int]:
        """Rows, total, the row of what `top` left out, and of how many."""
        query = self.query
        total = self._total(currency, stores)
        if not query.by:
            return [], total, None, 0
        now = self.tables.read(stores, query.period, query.by)
        base = self.tables.read(stores, query.compare.period, query.by) if query.compare else {}
        rows = self._rows(currency, stores, now, base)
        shown = rows[: query.top]
        left = len(rows) - len(shown)
        return shown, total, self._others(total, shown) if left else None, left

    def _total(self, currency: str, stores: tuple[StoreInfo, ...]) -> Row:
        query = self.query
        now = self.tables.read(stores, query.period)
        base = self.tables.read(stores, query.compare.period) if query.compare else {}

        def zero(covers: dict[str, Coverage], source: str) -> bool:
            cover = covers.get(source)
            return any(cover and cover.stores.get(store.id) for store in stores)

        cells = tuple(
            self._cell(
                metric, now.get(()), base.get(()),
                zero(self.covers, metric.source), zero(self.base_covers, metric.source),
            )
            for metric in map(METRICS.__getitem__, query.metrics)
        )  # fmt: skip
        return Row((), cells, currency)

    def _cell(
        self,
        metric: Metric,
        now: Measures | None,
        base: Measures | None,
        zero: bool,
        base_zero: bool,
    ) -> Cell:
        """`zero`: no row means that nothing was sold, not that it is unknown."""
        if metric.source not in KNOWN:
            return Cell(None)
        sold = metric.source in SOLD
        value = tables.value(metric, now, zero=zero and sold)
        before = tables.value(metric, base, zero=base_zero and sold)
        if self.until_hour is not None and not sold:
            before = None  # a sheet of days has no figure of that hour
        return Cell(value, before, tables.thin(metric, now))

    def _rows(
        self, currency: str, stores: tuple[StoreInfo, ...], now: Table, base: Table
    ) -> list[Row]:
        query = self.query
        metrics = [METRICS[slug] for slug in query.metrics]
        if not any(metric.source in KNOWN for metric in metrics):
            return []  # rows of nothing but "–" say less than the remark does
        pairs: dict[Key, Key] = {key: key for key in now}
        if query.grain:
            pairs = _timeline(query, now)
        elif query.by == ("store",):
            pairs = {(store.id,): (store.id,) for store in stores}
            pairs |= {key: key for key in now if key == (None,)}  # whose store is not known yet
        names = Names(self.s, query.by, list(pairs), stores, self.tables.scope.team_id)
        rows = []
        for key, against in pairs.items():
            zeros, no = self._zeros(key, against), (False, False)
            cells = tuple(
                self._cell(metric, now.get(key), base.get(against), *zeros.get(metric.source, no))
                for metric in metrics
            )
            label, name = names(key)
            before = next((b for a, b in zip(key, against, strict=True) if a != b), None)
            rows.append(
                Row(label, cells, currency, name, before if isinstance(before, date) else None)
            )
        return rows if query.by[0] in TIMES else _ranked(rows, query.order == "desc")

    def _zeros(self, key: Key, against: Key) -> dict[str, tuple[bool, bool]]:
        """By source, whether a missing row is a true zero, now and in the base."""
        compare = self.query.compare
        return {
            source: (
                source in SOLD and self._zero(key, self.query.period, cover),
                source in SOLD
                and compare is not None
                and self._zero(against, compare.period, self.base_covers.get(source)),
            )
            for source, cover in self.covers.items()
        }

    def _zero(self, key: Key, period: Period, cover: Coverage | None) -> bool:
        """Whether a key without rows is a true zero: its days, or its store's, were imported."""
        if cover is None or cover.empty:
            return False
        if self.query.by == ("store",):
            return key[0] in cover.stores
        grain = self.query.grain
        if grain == "hour" and self.until_hour is not None:
            hour = key[self.query.by.index("hour")]
            return isinstance(hour, int) and hour < self.until_hour
        if grain in ("", "hour", "weekday"):
            return True
        bucket = key[self.query.by.index(grain)]
        return isinstance(bucket, int | date) and any(
            cover.days.get(day) for day in sums.days_of(grain, bucket, period)
        )

    def _others(self, total: Row, shown: list[Row]) -> Row | None:
        """What is left of the total, where the metrics may be subtracted."""
        by = self.query.by
        if len(by) > 1 or any(by[0] not in METRICS[m].additive_over for m in self.query.metrics):
            return None
        cells = tuple(
            Cell(
                _less(whole.value, [row.cells[i].value for row in shown]),
                _less(whole.base, [row.cells[i].base for row in shown]),
            )
            for i, whole in enumerate(total.cells)
        )
        return Row((None,), cells, total.currency)


def _moment(stores: tuple[StoreInfo, ...], today: date, now: datetime | None) -> datetime:
    """Now; without a clock the beginning of the stores' today."""
    zone = ZoneInfo(stores[0].timezone if stores else "UTC")
    return now or at_local(today, time(), zone)


def _timeline(query: Query, now: Table) -> dict[Key, Key]:
    """Every bucket of the period, in order, and the bucket it is set against.

    Days, weeks and months pair by their place in the period, hours and weekdays by name.
    """
    place = query.by.index(query.grain)
    buckets = sums.buckets(query.grain, query.period)
    against: dict[int | str | date | None, int | date | None] = {b: b for b in buckets}
    if query.compare and query.grain not in ("hour", "weekday"):
        base = [*sums.buckets(query.grain, query.compare.period)]
        against = dict(zip(buckets, [*base, *[None] * len(buckets)], strict=False))
    order = {bucket: i for i, bucket in enumerate(buckets)}
    if len(query.by) == 1:
        keys: list[Key] = [(b,) for b in buckets]
        keys += [key for key in now if key[0] not in order]  # an hour nobody knows
    else:
        rank = {key[1 - place]: 0 for key in now}
        rank = {value: i for i, value in enumerate(sorted(rank, key=str))}

        def position(key: Key) -> tuple[int, int]:
            time, other = order.get(key[place], -1), rank[key[1 - place]]  # type: ignore[arg-type]
            return (time, other) if place == 0 else (other, time)

        keys = sorted(now, key=position)
    return {key: (*key[:place], against.get(key[place]), *key[place + 1 :]) for key in keys}


def _less(whole: Value, parts: list[Value]) -> Value:
    return None if whole is None else whole - sum(part or 0 for part in parts)


def _ranked(rows: list[Row], descending: bool) -> list[Row]:
    """By the first metric; what is not known comes last, equals by name."""
    sign = -1 if descending else 1

    def place(row: Row) -> tuple[bool, float, str]:
        value = row.cells[0].value if row.cells else None
        return value is None, sign * (value or 0), str(row.key)

    return sorted(rows, key=place)
