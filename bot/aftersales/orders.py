"""Known orders: what was imported of an order that somebody names. No buyer is in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session, col, select

from bot.aftersales.births import New
from bot.db.facts import OrderLine, Product
from bot.db.people import Store
from bot.ingest import facts
from bot.ingest.bulk import Bulk
from bot.ingest.facts import Order, Place

SHORTEST = 6  # digits that may stand for the end of an order number
RECENT = timedelta(days=45)  # how far back an order is looked for by its end
_SHIPPED = frozenset({"shipped", "done"})


@dataclass(frozen=True)
class KnownLine:
    """What was bought, and what was paid for it in minor units; `product_id` None: not told."""

    product_id: int | None
    code: str
    title: str
    quantity: int
    paid: int


@dataclass(frozen=True)
class KnownOrder:
    """An imported order. `paid` is in minor units of `currency`, refunds not deducted."""

    order_no: str
    store_id: int
    store: str
    platform: str
    currency: str
    lines: tuple[KnownLine, ...]
    paid: int
    paid_at: datetime | None
    status: str  # created | paid | shipped | done | closed
    day: date  # the store's business day it was created

    @property
    def shipped(self) -> bool:
        return self.status in _SHIPPED

    def line(self, words: str) -> KnownLine | None:
        """The line that is meant: the only one, or the only one that these words name."""
        if len(self.lines) == 1:
            return self.lines[0]
        words = words.strip().casefold()
        named = [
            x for x in self.lines if words and words in (x.code.casefold(), x.title.casefold())
        ] or [x for x in self.lines if words and words in x.title.casefold()]
        return named[0] if len(named) == 1 else None


def look(
    s: Session, team_id: int, order_no: str, stores: Collection[int] | None = None
) -> KnownOrder | None:
    """The order of this number among these stores (None: all of the team); the newest of several."""
    return known(s, team_id, [order_no], stores).get(order_no)


def known(
    s: Session, team_id: int, numbers: Iterable[str], stores: Collection[int] | None = None
) -> dict[str, KnownOrder]:
    """The same for many numbers at once; those that are not known are not in it."""
    wanted = sorted({n for n in numbers if n})
    shops = _shops(s, team_id, stores)
    if not wanted or not shops:
        return {}
    found: dict[str, KnownOrder] = {}
    for store_id, store in shops.items():
        lines = facts.lookup(Bulk(s), Place(team_id, store_id), wanted)
        goods = _goods(s, {x.product_id for order in lines.values() for x in order})
        for no, order in lines.items():
            told = _order(store, order, goods)
            if no not in found or told.day > found[no].day:
                found[no] = told
    return found


def ending(
    s: Session,
    team_id: int,
    digits: str,
    today: date,
    stores: Collection[int] | None = None,
    limit: int = 3,
) -> list[KnownOrder]:
    """Recent orders whose number ends so, the newest first: what to offer, never to guess."""
    if len(digits) < SHORTEST or not digits.isalnum():
        return []
    shops = _shops(s, team_id, stores)
    query = (
        select(OrderLine.order_no, OrderLine.store_id)
        .where(
            OrderLine.team_id == team_id, OrderLine.day >= today - RECENT, OrderLine.head == 1,
            col(OrderLine.store_id).in_(shops), col(OrderLine.order_no).endswith(digits),
        )
        .order_by(col(OrderLine.day).desc(), col(OrderLine.order_no))
        .limit(limit)
    )  # fmt: skip
    found = [look(s, team_id, no, [store]) for no, store in s.exec(query).all()]
    return [x for x in found if x]


def fill(new: New, order: KnownOrder) -> New:
    """What the order tells of an issue, where the report does not say it itself."""
    line = order.line(new.product)
    found = replace(
        new,
        store_id=new.store_id or order.store_id,
        order_no=new.order_no or order.order_no,
        order_amount=order.paid if new.order_amount is None else new.order_amount,
        paid_at=new.paid_at or order.paid_at,
    )
    if line is None:
        return found
    return replace(found, product=line.title or found.product, product_id=line.product_id)


# ----------------------------------------------------------------------------------------------


def _shops(s: Session, team_id: int, stores: Collection[int] | None) -> dict[int, Store]:
    query = select(Store).where(Store.team_id == team_id)
    return {x.id or 0: x for x in s.exec(query) if stores is None or x.id in stores}


def _goods(s: Session, ids: Iterable[int | None]) -> dict[int | None, Product]:
    known = [x for x in set(ids) if x]
    return {x.id: x for x in s.exec(select(Product).where(col(Product.id).in_(known)))}


def _order(store: Store, rows: Order, goods: dict[int | None, Product]) -> KnownOrder:
    head = next((x for x in rows if x.head), rows[0])
    lines = tuple(
        KnownLine(x.product_id, p.code if p else "", p.title if p else "", x.quantity or 0, x.paid)
        for x in rows
        for p in [goods.get(x.product_id)]
    )
    at = datetime.fromtimestamp(head.paid_ts, UTC) if head.paid_ts else None
    return KnownOrder(
        head.order_no, store.id or 0, store.name, store.platform, store.currency, lines,
        sum(x.paid for x in rows), at, head.status, date.fromisoformat(head.day),
    )  # fmt: skip
