"""A till for tests: orders go in, and the rows that an importer leaves are written by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pyroaring import BitMap
from sqlmodel import Session, select

from bot.db.facts import BuyerRollup, ImportedDay, OrderLine, Product, Region, SalesRollup
from bot.metrics.reading import Reading

TODAY = date(2026, 11, 23)  # a Monday
EXPORTED = datetime(2026, 11, 23, 2, 20, tzinfo=UTC)  # 10:20 in Shanghai

Sell = Callable[..., None]
Read = Callable[..., Reading]


@dataclass(frozen=True)
class Line:
    """An order of one line, unpaid where `paid` is 0; amounts in minor units."""

    day: str
    paid: int
    product: str = "A01"
    region: str = "广东"
    buyer: int | None = None
    quantity: int = 1
    refunded: int = 0
    hour: int = 12


def write(s: Session, team: int, store: int, lines: tuple[Line, ...]) -> None:
    """Keep the lines, their rollups and the days they cover."""
    ids = {r.name: r.id or 0 for r in s.exec(select(Region).where(Region.team_id == team))}
    sums: dict[tuple[int, int, date, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    people: dict[tuple[int, int, date, int], list[int]] = defaultdict(list)
    for n, line in enumerate(lines):
        day = date.fromisoformat(line.day)
        title = f"{line.product} 苹果"
        product = _id(s, ids, Product(team_id=team, store_id=store, code=line.product, title=title))
        region = _id(s, ids, Region(team_id=team, name=line.region))
        s.add(_order(team, store, n, day, line, product, region))
        for dim, key in ((0, 0), (1, product), (2, region), (3, line.hour)):
            for grain, start in ((0, day), (1, day.replace(day=1))):
                _add(sums[grain, dim, start, key], line, by_hour=dim == 3)
                if line.paid and line.buyer is not None and dim != 3:
                    people[grain, dim, start, key].append(line.buyer)
    for (grain, dim, start, key), row in sums.items():
        where = {"team_id": team, "grain": grain, "dim": dim, "store_id": store, "key": key}
        s.add(SalesRollup(day=start, **where, **row))
    for (grain, dim, start, key), buyers in people.items():
        where = {"team_id": team, "grain": grain, "dim": dim, "store_id": store, "key": key}
        twice = BitMap([b for b in buyers if buyers.count(b) > 1]).serialize()
        s.add(BuyerRollup(day=start, **where, seen=BitMap(buyers).serialize(), twice=twice))
    for day in {date.fromisoformat(line.day) for line in lines}:
        s.add(ImportedDay(store_id=store, kind="orders", day=day, exported_at=EXPORTED, whole=True))


def _order(
    team: int, store: int, n: int, day: date, line: Line, product: int, region: int
) -> OrderLine:
    return OrderLine(
        team_id=team, day=day, store_id=store, order_no=f"{store}-{n}", line_no=1, head=1,
        status="paid" if line.paid else "created",
        paid_day=day if line.paid else None, paid_hour=line.hour if line.paid else None,
        product_id=product, region_id=region, buyer_id=line.buyer,
        quantity=line.quantity, payable=line.paid, paid=line.paid, refunded=line.refunded,
        born_import=1, last_import=1,
    )  # fmt: skip


def _add(into: dict[str, int], line: Line, *, by_hour: bool) -> None:
    into["created_orders"] += not by_hour
    if line.paid:
        into["sales"] += line.paid
        into["refunded"] += line.refunded
        into["orders"] += 1
        into["units"] += line.quantity
        into["refund_orders"] += line.refunded > 0
        into["anonymous"] += line.buyer is None


def _id(s: Session, known: dict[str, int], row: Product | Region) -> int:
    name = row.code if isinstance(row, Product) else row.name
    if name not in known:
        s.add(row)
        s.flush()
        assert row.id
        known[name] = row.id
    return known[name]
