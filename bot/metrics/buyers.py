"""Distinct buyers over any period, from roaring bitmaps by day and by month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlmodel import Session, col

from bot.db.facts import BuyerRollup, OrderLine, SalesRollup
from bot.metrics.catalogue import Dim
from bot.metrics.sums import (
    Cut,
    Key,
    bucketed,
    columns,
    conditions,
    fact_columns,
    fact_conditions,
    paid_in,
    pieces,
)
from bot.periods import Period

if TYPE_CHECKING:
    from pyroaring import BitMap

Found = tuple[Key, "BitMap", "BitMap"]  # seen once or more, twice or more
HISTORY = timedelta(days=365)  # a returning buyer bought in the 365 days before


@dataclass
class People:
    """Buyers of one row: `seen` with any order, `twice` with two orders or more."""

    seen: BitMap
    twice: BitMap


def read(s: Session, cut: Cut, *, twice: bool = True) -> dict[Key, People]:
    """Who bought, under the same keys as `sums.read`; without `twice` at a third of the cost."""
    if not cut.stores or cut.period.days <= 0 or () in (cut.products, cut.regions):
        return {}
    # there are no bitmaps by hour: such a question is about one day, whose orders are few
    facts = len(cut.dims) > 1 or "hour" in cut.dims
    rows = _from_facts(s, cut) if facts else _from_rollups(s, cut, twice)
    return _with_repeats(rows) if twice else _united(rows)


def _with_repeats(rows: Iterable[Found]) -> dict[Key, People]:
    found: dict[Key, People] = {}
    for key, seen, twice in rows:
        people = found.get(key)
        if people is None:
            found[key] = People(seen, twice)
            continue
        people.twice |= people.seen & seen
        people.twice |= twice
        people.seen |= seen
    return found


def _united(rows: Iterable[Found]) -> dict[Key, People]:
    from pyroaring import BitMap

    found: dict[Key, list[BitMap]] = defaultdict(list)
    for key, seen, _ in rows:
        found[key].append(seen)
    nobody = BitMap()
    return {key: People(BitMap.union(*seen), nobody) for key, seen in found.items()}


def _from_rollups(s: Session, cut: Cut, twice: bool) -> Iterator[Found]:
    from pyroaring import BitMap  # off the start-up path

    keys = columns(BuyerRollup, cut)
    sets = [col(BuyerRollup.seen), *([col(BuyerRollup.twice)] if twice else [])]
    nobody = BitMap()
    for grain, period, _ in pieces(cut.period, cut.grain, subtract=False):
        statement = select(*keys, *sets).where(*conditions(BuyerRollup, cut, grain, period))
        for row in s.connection().execute(statement):
            yield (
                bucketed(tuple(row[: len(keys)]), cut),
                BitMap.deserialize(row[len(keys)]),
                BitMap.deserialize(row[-1]) if twice else nobody,
            )


def _from_facts(s: Session, cut: Cut) -> Iterator[Found]:
    from pyroaring import BitMap

    head = col(OrderLine.product_head) if "product" in cut.dims else col(OrderLine.head)
    keys = fact_columns(cut, col(OrderLine.paid_day))
    buyer = col(OrderLine.buyer_id)
    statement = (
        select(*keys, buyer, func.sum(head))
        .where(*fact_conditions(cut), *paid_in(cut.period), buyer.is_not(None))
        .group_by(*dict.fromkeys(keys), buyer)
    )
    for row in s.connection().execute(statement):
        key = bucketed(tuple(row[: len(keys)]), cut)
        yield key, BitMap([row[-2]]), BitMap([row[-2]] if int(row[-1] or 0) > 1 else [])


def before(s: Session, cut: Cut, start: date) -> BitMap:
    """Who bought anything from these stores in the 365 days before `start`."""
    from pyroaring import BitMap

    whole = Cut(cut.team_id, cut.stores, Period(start - HISTORY, start), all_stores=cut.all_stores)
    people = read(s, whole, twice=False).get(())
    return people.seen if people else BitMap()


def first_day(s: Session, cut: Cut) -> date | None:
    """The first day these stores have orders of."""
    statement = (
        select(col(SalesRollup.day))
        .where(
            col(SalesRollup.team_id) == cut.team_id,
            col(SalesRollup.grain) == 0,
            col(SalesRollup.dim) == int(Dim.TOTAL),
            col(SalesRollup.store_id).in_(cut.stores),
            col(SalesRollup.orders) > 0,
        )
        .order_by(col(SalesRollup.day))
        .limit(1)
    )
    return s.connection().execute(statement).scalar()
