"""What is paid and not sent yet, by the hours left to the platform's limit: 待发货.

Read through a partial index of the few lines in that state, so that its cost follows what waits, not
what was ever sold. It is as young as the newest export of the orders.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.aftersales import deadlines
from bot.aftersales.stages import OPEN
from bot.db.desk import Issue
from bot.db.facts import Import, ImportedDay, Product
from bot.db.people import Store
from bot.ingest import facts
from bot.ingest.bulk import Bulk
from bot.ingest.facts import Order, Place
from bot.ingest.report import Report
from bot.periods import DAY, at_local

GROUPS = ("late", "soon", "today", "later")
SOON = timedelta(hours=2)
BACK = timedelta(days=30)  # what was paid earlier and is not sent is another trouble
ROWS = 8  # of a page
LOOKED_AT = 10  # imports, to know whether a store's exports tell of shipping


@dataclass(frozen=True)
class Waiting:
    """An order to be sent; `due_at` None where the platform sets no limit."""

    store_id: int
    order_no: str
    paid_at: datetime
    due_at: datetime | None


@dataclass(frozen=True)
class Parcel:
    """A row of the page: the order, what of it is to be sent, and a refund that is open for it."""

    waiting: Waiting
    product: str = ""
    quantity: int = 0
    more: int = 0  # further products
    issue_no: int = 0


@dataclass(frozen=True)
class Page:
    """`silent` are stores whose exports tell nothing of shipping; `as_of` is their oldest export."""

    counts: Mapping[str, int]
    rows: tuple[Parcel, ...]
    group: str = ""
    store_id: int = 0
    number: int = 1
    pages: int = 1
    silent: tuple[str, ...] = ()
    as_of: datetime | None = None

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def page(
    s: Session, stores: Sequence[Store], now: datetime, group: str = "", number: int = 1
) -> Page:
    """The orders of these stores that wait to be sent, the most urgent first."""
    speaking = [x for x in stores if _tells(s, x)]
    table = deadlines.table(s, stores[0].team_id) if stores else deadlines.Table()
    found = sorted(
        (w for x in speaking for w in _of_store(s, x, now, table)),
        key=lambda w: (w.due_at is None, w.due_at or w.paid_at, w.order_no),
    )
    zones = {x.id: ZoneInfo(x.timezone) for x in stores}
    groups = {w: group_of(w.due_at, now, zones[w.store_id]) for w in found}
    counts = {x: sum(1 for g in groups.values() if g == x) for x in GROUPS}
    wanted = [w for w in found if not group or groups[w] == group]
    pages = max(1, -(-len(wanted) // ROWS))
    number = min(max(1, number), pages)
    shown = wanted[(number - 1) * ROWS : number * ROWS]
    return Page(
        counts, _parcels(s, stores, shown), group, number=number, pages=pages,
        silent=tuple(x.name for x in stores if x not in speaking), as_of=_as_of(s, speaking),
    )  # fmt: skip


def count(s: Session, stores: Sequence[Store], now: datetime) -> int | None:
    """How many orders wait; None where no store's exports tell."""
    speaking = [x for x in stores if _tells(s, x)]
    table = deadlines.Table()  # how many wait does not hang on it
    return sum(len(_of_store(s, x, now, table)) for x in speaking) if speaking else None


def group_of(due_at: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    if due_at is None:
        return "later"
    if due_at <= now:
        return "late"
    if due_at < now + SOON:
        return "soon"
    midnight = at_local(now.astimezone(zone).date() + DAY, time_of_day(), zone)
    return "today" if due_at < midnight else "later"


def _of_store(s: Session, store: Store, now: datetime, table: deadlines.Table) -> list[Waiting]:
    hours = deadlines.to_ship(table, store.platform)
    first, last = int((now - BACK).timestamp()), int(now.timestamp())
    found = []
    for no, ts in facts.unsent(Bulk(s), Place(store.team_id, store.id or 0), first, last):
        paid = datetime.fromtimestamp(ts, UTC)
        due = None if hours is None else paid + timedelta(hours=hours)
        found.append(Waiting(store.id or 0, no, paid, due))
    return found


def _tells(s: Session, store: Store) -> bool:
    """Whether any of its newest exports of orders knows one that was sent."""
    query = select(Import.report).where(
        Import.store_id == store.id, Import.state == "done",
        col(Import.report).contains('"kind": "orders"'),
    )  # fmt: skip
    newest = s.exec(query.order_by(col(Import.id).desc()).limit(LOOKED_AT))
    return any({"shipped", "done"} & Report.load(x).sums.statuses.keys() for x in newest)


def _as_of(s: Session, stores: Collection[Store]) -> datetime | None:
    query = select(func.max(ImportedDay.exported_at)).where(
        col(ImportedDay.store_id).in_([x.id for x in stores]), ImportedDay.kind == "orders"
    )
    each = s.exec(query.group_by(col(ImportedDay.store_id))).all()
    return min((x for x in each if x), default=None)


def _parcels(s: Session, stores: Sequence[Store], shown: Sequence[Waiting]) -> tuple[Parcel, ...]:
    bulk = Bulk(s)
    orders: dict[tuple[int, str], Order] = {}
    for store in stores:
        numbers = [x.order_no for x in shown if x.store_id == store.id]
        if numbers and store.id:
            found = facts.lookup(bulk, Place(store.team_id, store.id), numbers)
            orders |= {(store.id, no): lines for no, lines in found.items()}
    ids = {x.product_id for lines in orders.values() for x in lines if x.product_id}
    named = s.exec(select(Product.id, Product.title).where(col(Product.id).in_(ids)))
    titles = {i: title for i, title in named if i is not None}
    refunds = _refunds(s, stores, shown)
    return tuple(
        _parcel(x, orders.get((x.store_id, x.order_no), ()), titles, refunds) for x in shown
    )


def _parcel(
    waiting: Waiting, order: Order, titles: Mapping[int, str], refunds: Mapping[str, int]
) -> Parcel:
    lines = [x for x in order if x.status == "paid"]
    names = list(dict.fromkeys(titles.get(x.product_id or 0, "") for x in lines))
    first = next((x for x in names if x), "")
    units = sum(x.quantity for x in lines)
    return Parcel(waiting, first, units, len(names) - 1 if names else 0,
                  refunds.get(waiting.order_no, 0))  # fmt: skip


def _refunds(s: Session, stores: Sequence[Store], shown: Sequence[Waiting]) -> dict[str, int]:
    """Open cards by order: what is to be refunded is not sent blindly."""
    if not shown or not stores:
        return {}
    query = select(Issue.order_no, Issue.no).where(
        Issue.team_id == stores[0].team_id, col(Issue.order_no).in_([x.order_no for x in shown]),
        Issue.kind == "issue", col(Issue.stage).in_(OPEN),
    )  # fmt: skip
    return dict(s.exec(query).all())
