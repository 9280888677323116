"""What stands in a digest or review: figures of a day, week or month, not yet in words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot import periods
from bot.aftersales import watch
from bot.aftersales.watch import Today
from bot.digests import whole
from bot.digests.whole import Piece, StoreState
from bot.metrics import anomalies, compute
from bot.metrics.anomalies import UsualRange
from bot.metrics.bases import Compare, Span, base, usual
from bot.metrics.query import Query
from bot.metrics.reading import Cell, Reading
from bot.metrics.scope import Scope, StoreInfo, scope
from bot.periods import Period
from bot.promos import Promotion

LINE_DAYS = 30
# first those that a card shows where they are known; six of them fit
TILES = (
    "visitors", "conversion", "basket", "refund_rate", "ad_spend", "orders", "buyers", "aov",
    "units", "net_sales", "items_per_order",
)  # fmt: skip
BESIDE = ("roi", "dsr_description", "dsr_service", "dsr_logistics")  # said, not drawn
MAX_TILES = 6
# which kind of file tells of a metric; all others come from the orders
FROM = {
    "visitors": "shop_days", "conversion": "shop_days", "ad_spend": "ads", "roi": "ads",
    "dsr_description": "scores", "dsr_service": "scores", "dsr_logistics": "scores",
}  # fmt: skip

_NOTHING = Today()

Series = dict[str, tuple[float | None, ...]]


@dataclass(frozen=True)
class Tile:
    """One metric against its base, and its last days; `missing`: whose file has not come."""

    slug: str
    cell: Cell
    line: tuple[float | None, ...] = ()
    missing: Piece | None = None


@dataclass(frozen=True)
class StoreFigures:
    """One store's sales and, where there are several stores, its last days."""

    store: StoreInfo
    state: StoreState
    sales: Cell
    line: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Sending:
    """How it goes out: the chat's zone, when it was due, and what went wrong on the way."""

    zone: ZoneInfo
    planned_at: datetime
    late: bool = False
    waited: bool = False  # for data that came after its time
    missed: date | None = None  # the day whose digest never came


@dataclass(frozen=True)
class Digest:
    """Figures of a span. `reading`, tiles and lines are of those stores whose orders are whole."""

    span: Span
    sending: Sending
    stores: tuple[StoreFigures, ...]
    reading: Reading  # sales, with parts and movers that say why
    last_year: Cell
    last_year_compare: Compare | None
    tiles: tuple[Tile, ...]
    beside: dict[str, Cell]
    line: tuple[float | None, ...]
    usual: UsualRange | None
    promos: tuple[Promotion, ...]
    query: Query  # behind the buttons
    desk: Today = _NOTHING  # what the desk has to do today

    @property
    def day(self) -> date:
        """The last day of the span."""
        return self.span.period.last

    @property
    def daily(self) -> bool:
        return self.span.kind == "day"

    @property
    def sold(self) -> tuple[StoreFigures, ...]:
        return tuple(x for x in self.stores if x.state.sold)

    @property
    def unsold(self) -> tuple[StoreFigures, ...]:
        return tuple(x for x in self.stores if not x.state.sold)

    @property
    def whole(self) -> bool:
        return all(x.state.whole for x in self.stores)

    @property
    def told(self) -> bool:
        """There is a figure to show."""
        return any(row.cells[0].value is not None for row in self.reading.totals)

    @property
    def as_of(self) -> datetime | None:
        return min((x.state.as_of for x in self.stores if x.state.as_of), default=None)

    @property
    def line_period(self) -> Period:
        return _line_period(self.span)


def look(
    s: Session, team_id: int, store_ids: Collection[int], span: Span, sending: Sending
) -> Digest:
    """`build` for these stores of a team, with the state of the span's last day."""
    here = scope(s, team_id, span.period.end, store_ids)
    found = whole.states(s, [(x.id, span.period.last) for x in here.stores])
    return build(s, here, tuple(found.values()), span, sending)


def build(
    s: Session, scope: Scope, states: tuple[StoreState, ...], span: Span, sending: Sending
) -> Digest:
    """Read everything a digest says about `span`; the stores' today is the day after it."""
    states_of = {x.store_id: x for x in states}
    sold = tuple(x for x in scope.stores if states_of[x.id].sold)
    here = replace(scope, stores=sold, whole=scope.whole and len(sold) == len(scope.stores))
    today = span.period.end
    query = Query(span, ("sales",), usual(span, scope.promotions), intent="why")
    reading = compute.answer(s, here, query, today) if sold else Reading(query, ())
    year_ago = replace(query, compare=base("last_year", span, scope.promotions), intent="read")
    chosen, beside = _figures(s, here, query, states)
    series = _daily(s, here, span, tuple(x.slug for x in chosen if not x.missing))
    history = series.get("sales", ())
    days = _line_period(span).days
    return Digest(
        span=span,
        sending=sending,
        stores=_stores(s, scope, states_of, reading),
        reading=reading,
        last_year=_total(compute.answer(s, here, year_ago, today)) if sold else Cell(None),
        last_year_compare=year_ago.compare,
        tiles=tuple(replace(x, line=series.get(x.slug, ())[-days:]) for x in chosen),
        beside=beside,
        line=history[-days:],
        usual=_usual(history, span.period.last, scope.promotions) if span.kind == "day" else None,
        promos=tuple(p for p in scope.promotions if not p.phase),
        query=query,
    )


def _line_period(span: Span) -> Period:
    """The days of a month; else thirty days."""
    if span.kind == "month":
        return span.period
    return Period(span.period.end - timedelta(days=LINE_DAYS), span.period.end)


def _total(reading: Reading, n: int = 0) -> Cell:
    return reading.total.cells[n] if reading.total else Cell(None)


def _daily(s: Session, here: Scope, span: Span, metrics: tuple[str, ...]) -> Series:
    """Sales and these by day up to the last day, as far back as anything looks."""
    if len(here.currencies) != 1:
        return {}
    days = anomalies.HISTORY + 1 if span.kind == "day" else _line_period(span).days
    period = Period(span.period.end - timedelta(days), span.period.end)
    return _series(s, here, ("sales", *metrics), period)


# stores --------------------------------------------------------------------------------------


def _stores(
    s: Session, scope: Scope, states: dict[int, StoreState], reading: Reading
) -> tuple[StoreFigures, ...]:
    """The sales of each; so far where its orders are not whole."""
    if len(scope.stores) == 1 and reading.total:
        (store,) = scope.stores
        return (StoreFigures(store, states[store.id], reading.total.cells[0]),)
    by_store = replace(reading.query, by=("store",), intent="read")
    answer = compute.answer(s, scope, by_store, reading.query.period.end)
    sales = {row.key[0]: row.cells[0] for row in answer.rows}
    period = _line_period(reading.query.span)
    return tuple(
        StoreFigures(
            store, states[store.id], sales.get(store.key, Cell(None)),
            _store_line(s, scope, store, period),
        )
        for store in scope.stores
    )  # fmt: skip


def _store_line(
    s: Session, scope: Scope, store: StoreInfo, period: Period
) -> tuple[float | None, ...]:
    """Nothing for a lone store: the digest's own line is its."""
    if len(scope.stores) == 1:
        return ()
    alone = replace(scope, stores=(store,), whole=False)
    return _series(s, alone, ("sales",), period)["sales"]


# tiles ---------------------------------------------------------------------------------------


def _figures(
    s: Session, here: Scope, query: Query, states: tuple[StoreState, ...]
) -> tuple[tuple[Tile, ...], dict[str, Cell]]:
    """The tiles, yet without lines, and all that is known beside sales.

    None where amounts cannot be added up.
    """
    if len(here.currencies) != 1:
        return (), {}
    wide = replace(query, metrics=(*TILES, *BESIDE), intent="read")
    answer = compute.answer(s, here, wide, query.period.end)
    cells = {slug: _total(answer, n) for n, slug in enumerate(wide.metrics)}
    lacking = {p.kind: p for x in reversed(states) for p in x.lacking}
    late = {slug: lacking[kind] for slug, kind in FROM.items() if kind in lacking}
    known = {x: cell for x, cell in cells.items() if cell.value is not None and x not in late}
    chosen = _chosen({slug: slug in known or slug in late for slug in TILES})
    tiles = tuple(Tile(x, known.get(x, Cell(None)), missing=late.get(x)) for x in chosen)
    return tiles, known


def _chosen(known: dict[str, bool]) -> tuple[str, ...]:
    """An average per order says nothing beside an average per buyer."""
    drop = {"aov"} if known["basket"] else set()
    return tuple(x for x in TILES if known[x] and x not in drop)[:MAX_TILES]


def _series(s: Session, scope: Scope, metrics: tuple[str, ...], period: Period) -> Series:
    """Daily values of each metric, oldest first."""
    query = Query(Span(period, "last"), metrics, by=("day",))
    rows = {row.key[0]: row.cells for row in compute.answer(s, scope, query, period.end).rows}
    return {
        slug: tuple(rows[d][n].value if d in rows else None for d in period)
        for n, slug in enumerate(metrics)
    }


def _usual(
    history: tuple[float | None, ...], day: date, promotions: tuple[Promotion, ...]
) -> UsualRange | None:
    """Judged against the days before; a promotion day is not judged at all."""
    days = periods.last_days(len(history), day + periods.DAY)
    promo = [any(d in p.period for p in promotions) for d in days]
    if not history or promo[-1]:
        return None
    return anomalies.usual_range(history[:-1], promo[:-1])


# what is wrong ------------------------------------------------------------------------------

FALL = -0.3  # of sales, where nothing is known to be usual
RISE = 0.02  # of the refund rate, in points
SLIP = 0.02  # of a score


def desk(s: Session, here: Scope, now: datetime, zone: ZoneInfo) -> Today:
    """Deadlines of the desk that end today, of the stores that are shown."""
    return watch.today(s, here.team_id, None if here.whole else here.ids, now, zone)


def troubles(d: Digest) -> tuple[str, ...]:
    """What is wrong, by name; a chat may want its digest only then."""
    found = []
    if not d.whole:
        found.append("missing")
    if d.sending.missed:
        found.append("missed")
    total = _total(d.reading)
    if d.usual and total.value is not None and total.value < d.usual.low:
        found.append("below")
    if d.usual and total.value is not None and total.value > d.usual.high:
        found.append("above")
    if not d.usual and total.change is not None and total.change <= FALL and not total.thin:
        found.append("fall")
    if _jumped(d.beside.get("refund_rate")):
        found.append("refunds")
    if d.desk.late:
        found.append("issues")
    return (*found, *(f"score:{slug}" for slug in slipped(d)))


def _jumped(cell: Cell | None) -> bool:
    """By two points and by half."""
    if cell is None or cell.thin or cell.value is None or cell.difference is None:
        return False
    return cell.difference >= RISE and cell.value >= 1.5 * (cell.base or 0)


def slipped(d: Digest) -> tuple[str, ...]:
    """Scores that fell."""
    cells = ((slug, d.beside.get(slug)) for slug in BESIDE if slug.startswith("dsr_"))
    return tuple(
        slug for slug, c in cells if c and c.difference is not None and c.difference <= -SLIP + 1e-9
    )
