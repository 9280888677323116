"""What stands in a morning digest: figures of yesterday, read and judged, not yet in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from bot import periods
from bot.db.facts import ImportedDay
from bot.metrics import anomalies, compute
from bot.metrics.anomalies import UsualRange
from bot.metrics.bases import Compare, Span, base, usual
from bot.metrics.query import Query
from bot.metrics.reading import Cell, Reading
from bot.metrics.scope import Scope, StoreInfo
from bot.periods import Period
from bot.promos import Promotion

LINE_DAYS = 30
# first those that a card shows where the source knows them; six of them fit
TILES = (
    "orders", "buyers", "basket", "aov", "units", "refund_rate", "net_sales", "items_per_order",
)  # fmt: skip
MAX_TILES = 6


@dataclass(frozen=True)
class Tile:
    """One metric: yesterday against its base, and its last thirty days."""

    slug: str
    cell: Cell
    line: tuple[float | None, ...]


@dataclass(frozen=True)
class StoreDay:
    """One store's yesterday. `exported_at` is how far its newest file reaches; None: no file.

    `line` is its last thirty days, where there are several stores.
    """

    store: StoreInfo
    whole: bool
    exported_at: datetime | None
    sales: Cell
    line: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Digest:
    """One chat's digest. `line` ends on `day`; `promos` are those that touch it."""

    day: date
    stores: tuple[StoreDay, ...]
    reading: Reading  # sales of the day, with parts and movers that say why
    last_year: Cell
    last_year_compare: Compare | None
    tiles: tuple[Tile, ...]
    line: tuple[float | None, ...]
    usual: UsualRange | None
    promos: tuple[Promotion, ...]
    query: Query  # behind the buttons
    late: bool

    @property
    def whole(self) -> bool:
        return all(x.whole for x in self.stores)

    @property
    def empty(self) -> bool:
        return all(x.exported_at is None for x in self.stores)

    @property
    def as_of(self) -> datetime | None:
        return min((x.exported_at for x in self.stores if x.exported_at), default=None)

    @property
    def line_period(self) -> Period:
        return Period(self.day - timedelta(days=LINE_DAYS - 1), self.day + periods.DAY)


def build(s: Session, scope: Scope, day: date, *, late: bool) -> Digest:
    """Read everything a digest says about `day`; the stores' today is the day after."""
    today = day + periods.DAY
    span = Span(periods.day(day), "day")
    query = Query(span, ("sales",), usual(span, scope.promotions), intent="why")
    reading = compute.answer(s, scope, query, today)
    year_ago = replace(query, compare=base("last_year", span, scope.promotions), intent="read")
    last_year = compute.answer(s, scope, year_ago, today)
    history = _series(s, scope, ("sales",), anomalies.HISTORY + 1, day)["sales"]
    return Digest(
        day=day,
        stores=_store_days(s, scope, day, reading),
        reading=reading,
        last_year=_total(last_year),
        last_year_compare=year_ago.compare,
        tiles=_tiles(s, scope, query, day) if len(scope.currencies) == 1 else (),
        line=history[-LINE_DAYS:],
        usual=_usual(history, day, scope.promotions),
        promos=tuple(p for p in scope.promotions if not p.phase),
        query=query,
        late=late,
    )


def _total(reading: Reading, n: int = 0) -> Cell:
    return reading.total.cells[n] if reading.total else Cell(None)


def _store_days(s: Session, scope: Scope, day: date, reading: Reading) -> tuple[StoreDay, ...]:
    by_store = replace(reading.query, by=("store",), intent="read")
    answer = compute.answer(s, scope, by_store, day + periods.DAY)
    sales = {row.key[0]: row.cells[0] for row in answer.rows}
    query = select(ImportedDay).where(
        col(ImportedDay.store_id).in_(scope.ids), ImportedDay.day == day
    )
    imported = {row.store_id: row for row in s.exec(query)}
    return tuple(
        StoreDay(
            store,
            whole=bool((row := imported.get(store.id)) and row.whole),
            exported_at=row.exported_at if row else None,
            sales=sales.get(store.key, Cell(None)),
            line=_store_line(s, scope, store, day),
        )
        for store in scope.stores
    )


def _store_line(s: Session, scope: Scope, store: StoreInfo, day: date) -> tuple[float | None, ...]:
    """Nothing for a lone store: the digest's own line is its."""
    if len(scope.stores) == 1:
        return ()
    alone = replace(scope, stores=(store,), whole=False)
    return _series(s, alone, ("sales",), LINE_DAYS, day)["sales"]


def _tiles(s: Session, scope: Scope, query: Query, day: date) -> tuple[Tile, ...]:
    wide = replace(query, metrics=TILES, intent="read")
    answer = compute.answer(s, scope, wide, day + periods.DAY)
    known = [
        (slug, _total(answer, n))
        for n, slug in enumerate(TILES)
        if _total(answer, n).value is not None
    ]
    # an average per order says nothing beside an average per buyer
    drop = {"aov"} if any(slug == "basket" for slug, _ in known) else set()
    chosen = [(slug, cell) for slug, cell in known if slug not in drop][:MAX_TILES]
    lines = _series(s, scope, tuple(slug for slug, _ in chosen), LINE_DAYS, day)
    return tuple(Tile(slug, cell, lines[slug]) for slug, cell in chosen)


def _series(
    s: Session, scope: Scope, metrics: tuple[str, ...], days: int, day: date
) -> dict[str, tuple[float | None, ...]]:
    """Daily values of each metric, oldest first, ending on `day`."""
    if not metrics:
        return {}
    today = day + periods.DAY
    period = periods.last_days(days, today)
    query = Query(Span(period, "last"), metrics, by=("day",))
    rows = {row.key[0]: row.cells for row in compute.answer(s, scope, query, today).rows}
    return {
        slug: tuple(rows[d][n].value if d in rows else None for d in period)
        for n, slug in enumerate(metrics)
    }


def _usual(
    history: tuple[float | None, ...], day: date, promotions: tuple[Promotion, ...]
) -> UsualRange | None:
    """Judged against the days before; a promotion day is not judged at all."""
    promo = [any(d in p.period for p in promotions) for d in _days(len(history), day)]
    if promo[-1]:
        return None
    return anomalies.usual_range(history[:-1], promo[:-1])


def _days(n: int, day: date) -> Period:
    return periods.last_days(n, day + periods.DAY)
