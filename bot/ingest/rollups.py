"""Day and month sums and buyer bitmaps, moved by exactly what an order changes.

A *cell* is (dim, day, key): dim 0 the whole day, 1 a product, 2 a region, 3 an hour. What a slice
of orders does to the cells of days is counted here; months follow from it.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from datetime import date
from operator import add

from pyroaring import BitMap

from bot import periods
from bot.db.facts import BuyerRollup, SalesRollup
from bot.ingest.bulk import Bulk, Write, adding, primary, replacing, table
from bot.ingest.facts import Change, Order, Place

Cell = tuple[int, str, int]
TOTAL, PRODUCT, REGION, HOUR = range(4)
SUMS = ("sales", "refunded", "orders", "units", "refund_orders", "created_orders", "anonymous")
DAY, MONTH = 0, 1  # grains

_SALES, _BUYERS = table(SalesRollup), table(BuyerRollup)
_SALES_COLUMNS = (*primary(_SALES), *SUMS)
_BUYER_COLUMNS = (*primary(_BUYERS), "seen", "twice")
_NOBODY = BitMap().serialize()
UNKNOWN_HOUR = -1


# sums ----------------------------------------------------------------------------------------


class Cells:
    """What orders move: the sums of day cells (in the order of SUMS), and who came into which."""

    def __init__(self) -> None:
        self.sums: defaultdict[Cell, list[int]] = defaultdict(lambda: [0] * len(SUMS))
        self.came: defaultdict[Cell, list[int]] = defaultdict(list)

    def add(self, order: Order, sign: int = 1, *, created: bool = True, paid: bool = True) -> None:
        """Count an order on its day of creation and on its day of payment."""
        if not order:
            return
        head = order[0]
        region, sums = head.region_id or 0, self.sums
        products = [x.product_id or 0 for x in order if x.product_head]
        if created:
            for cell in _cells(head.day, region, products):
                sums[cell][5] += sign
        if head.paid_day is None or not paid:
            return
        day, buyer = head.paid_day, head.buyer_id
        hour = UNKNOWN_HOUR if head.paid_hour is None else head.paid_hour
        whole, parts = _amounts(order, products)
        cells = _cells(day, region, products)
        anonymous = sign if buyer is None else 0
        for cell, (amount, refunded, units) in zip(
            [*cells, (HOUR, day, hour)], [whole, whole, *parts, whole], strict=True
        ):
            found = sums[cell]
            found[0] += sign * amount
            found[1] += sign * refunded
            found[2] += sign
            found[3] += sign * units
            found[4] += sign if refunded > 0 else 0
            found[6] += anonymous
        if buyer is not None and sign > 0:
            for cell in cells:
                self.came[cell].append(buyer)

    def months(self) -> dict[Cell, list[int]]:
        """The sums of months."""
        found: dict[Cell, list[int]] = {}
        starts = {day: month_of(day) for day in {cell[1] for cell in self.sums}}
        for (dim, day, key), sums in self.sums.items():
            cell = dim, starts[day], key
            month = found.get(cell)
            found[cell] = list(map(add, month, sums)) if month else sums
        return found


def _cells(day: str, region: int, products: list[int]) -> list[Cell]:
    """Where an order is counted, but for its hour."""
    if len(products) == 1:
        return [(TOTAL, day, 0), (REGION, day, region), (PRODUCT, day, products[0])]
    return [(TOTAL, day, 0), (REGION, day, region), *((PRODUCT, day, x) for x in products)]


Amounts = tuple[int, int, int]  # paid, refunded, units


def _amounts(order: Order, products: list[int]) -> tuple[Amounts, list[Amounts]]:
    """Of the whole order, and of each of its products."""
    if len(order) == 1:
        whole = order[0].paid, order[0].refunded, order[0].quantity
        return whole, [whole]
    parts = dict.fromkeys(products, (0, 0, 0))
    total = 0, 0, 0
    for x in order:
        a, b, c = parts[x.product_id or 0]
        parts[x.product_id or 0] = a + x.paid, b + x.refunded, c + x.quantity
        total = total[0] + x.paid, total[1] + x.refunded, total[2] + x.quantity
    return total, list(parts.values())


def month_of(day: str) -> str:
    return f"{day[:8]}01"


def sums(place: Place, cells: Cells, shrinks: bool) -> list[Write]:
    """Add to the stored cells; with `shrinks`, drop those that count nothing any more."""
    grains: dict[int, dict[Cell, list[int]]] = {DAY: cells.sums, MONTH: cells.months()}
    rows = [
        (place.team, grain, dim, day, place.store, key, *found[dim, day, key])
        for grain, found in grains.items()
        for dim, day, key in sorted(found)
        if any(found[dim, day, key])
    ]
    clash = adding(_SALES, primary(_SALES), SUMS)
    writes: list[Write] = [lambda bulk: bulk.put(_SALES, _SALES_COLUMNS, rows, clash)]
    if shrinks:
        days = sorted({str(x[3]) for x in rows})
        writes.append(lambda bulk: _drop_empty(bulk, place, days))
    return writes


def _drop_empty(bulk: Bulk, place: Place, days: list[str]) -> None:
    bulk.run(
        "DELETE FROM sales_rollups WHERE team_id = ? AND grain IN (0, 1) AND dim IN (0, 1, 2, 3)"
        f" AND day {bulk.among('date')} AND store_id = ? AND orders = 0 AND created_orders = 0",
        place.team, days, place.store,
    )  # fmt: skip


# buyers --------------------------------------------------------------------------------------


Sets = tuple[BitMap, BitMap]  # seen once or more, twice or more


def buyer_cells(order: Order) -> list[tuple[Cell, int]]:
    """Where a paid order shows its buyer, each cell once."""
    if not order or order[0].paid_day is None or order[0].buyer_id is None:
        return []
    head = order[0]
    products = [x.product_id or 0 for x in order if x.product_head]
    cells = _cells(order[0].paid_day, head.region_id or 0, products)
    return [(cell, order[0].buyer_id) for cell in cells]


class Buyers:
    """The buyer bitmaps of a store while an import works on it: nobody else changes them then.

    Bitmaps of recent days and months are kept: a file is merged in the order of days.
    """

    KEEP = 40  # days and months

    def __init__(self, place: Place) -> None:
        self._place = place
        self._known: OrderedDict[tuple[int, str], dict[tuple[int, int], Sets]] = OrderedDict()
        self._touched: dict[tuple[int, Cell], Sets] = {}

    def plan(self, bulk: Bulk, changes: Sequence[Change]) -> tuple[Cells, list[Write]]:
        """What a slice moves, and the bitmaps to write: read and computed outside any write."""
        self._touched = {}
        while len(self._known) > self.KEEP:  # only here: what a plan touches must stay
            self._known.popitem(last=False)
        old, new = Cells(), Cells()
        moved: list[Change] = []
        for change in changes:
            if not change.before:
                new.add(change.after)
                continue
            old.add(change.before, -1)
            old.add(change.after)
            if buyer_cells(change.before) != buyer_cells(change.after):
                moved.append(change)
        self._add(bulk, new.came)
        if moved:
            self._recount(bulk, moved, changes)
        for cell, found in old.sums.items():
            new.sums[cell] = list(map(add, new.sums[cell], found))
        return new, self._writes()

    def _writes(self) -> list[Write]:
        t = self._place
        rows, gone = [], []
        for grain, (dim, day, key) in sorted(self._touched):
            seen, twice = self._touched[grain, (dim, day, key)]
            place = (t.team, grain, dim, day, t.store, key)
            if seen:
                rows.append((*place, seen.serialize(), twice.serialize() if twice else _NOBODY))
            else:
                gone.append(place)
        clash = replacing(primary(_BUYERS), ("seen", "twice"))
        return [
            lambda bulk: bulk.put(_BUYERS, _BUYER_COLUMNS, rows, clash),
            lambda bulk: bulk.drop(_BUYERS, primary(_BUYERS), gone),
        ]

    def _add(self, bulk: Bulk, come: dict[Cell, list[int]]) -> None:
        """More orders, each given by its buyer."""
        months: defaultdict[Cell, list[int]] = defaultdict(list)
        for (dim, day, key), buyers in come.items():
            months[dim, month_of(day), key] += buyers
        for grain, cells in ((DAY, come), (MONTH, months)):
            for cell, buyers in cells.items():
                seen, twice = self._sets(bulk, grain, cell, touch=True)
                for buyer in buyers:
                    if buyer in seen:
                        twice.add(buyer)
                    else:
                        seen.add(buyer)

    def _sets(self, bulk: Bulk, grain: int, cell: Cell, touch: bool = False) -> Sets:
        dim, day, key = cell
        known = self._known.get((grain, day))
        if known is None:
            known = self._known[grain, day] = self._load(bulk, grain, day)
        sets = known.get((dim, key))
        if sets is None:
            sets = known[dim, key] = (BitMap(), BitMap())
        if touch:
            self._touched[grain, cell] = sets
        return sets

    def _load(self, bulk: Bulk, grain: int, day: str) -> dict[tuple[int, int], Sets]:
        rows = bulk.rows(
            "SELECT dim, key, seen, twice FROM buyer_rollups WHERE team_id = ? AND grain = ?"
            " AND dim IN (0, 1, 2) AND day = ? AND store_id = ?",
            self._place.team, grain, day, self._place.store,
        )  # fmt: skip
        return {
            (dim, key): (BitMap.deserialize(bytes(seen)), BitMap.deserialize(bytes(twice)))
            for dim, key, seen, twice in rows
        }

    # where an order left a cell, its buyers are counted again from the facts -----------------

    def _recount(self, bulk: Bulk, moved: list[Change], changes: Sequence[Change]) -> None:
        pairs = {p for c in moved for p in buyer_cells(c.before) + buyer_cells(c.after)}
        counts = self._counts(bulk, pairs, changes)
        for cell, buyer in pairs:
            seen, twice = self._sets(bulk, DAY, cell, touch=True)
            _set(seen, twice, buyer, counts[cell, buyer])
        for cell, buyer in {((dim, month_of(day), key), b) for (dim, day, key), b in pairs}:
            seen, twice = self._sets(bulk, MONTH, cell, touch=True)
            _set(seen, twice, buyer, self._in_month(bulk, cell, buyer))

    def _counts(
        self, bulk: Bulk, pairs: set[tuple[Cell, int]], changes: Sequence[Change]
    ) -> defaultdict[tuple[Cell, int], int]:
        """Orders of each buyer in each day cell, as they will be."""
        counts: defaultdict[tuple[Cell, int], int] = defaultdict(int)
        for c in changes:
            for pair in buyer_cells(c.after):
                counts[pair] += 1
        ours = {c.order_no for c in changes}
        days = sorted({cell[1] for cell, _ in pairs})
        buyers = sorted({buyer for _, buyer in pairs})
        found = bulk.rows(
            f"SELECT order_no, {bulk.text('paid_day')}, product_id, region_id, buyer_id"
            f" FROM order_lines {bulk.by('ix_order_lines_paid')} WHERE team_id = ? AND store_id = ?"
            f" AND paid_day {bulk.among('date')} AND buyer_id {bulk.among('bigint')}",
            self._place.team, self._place.store, days, buyers,
        )  # fmt: skip
        others: defaultdict[str, set[tuple[Cell, int]]] = defaultdict(set)
        for no, day, product, region, buyer in found:
            if no not in ours:
                cells: tuple[Cell, ...] = (
                    (TOTAL, day, 0), (PRODUCT, day, product or 0), (REGION, day, region or 0)
                )  # fmt: skip
                others[no].update((cell, buyer) for cell in cells)
        for found_pairs in others.values():
            for pair in found_pairs:
                counts[pair] += 1
        return counts

    def _in_month(self, bulk: Bulk, cell: Cell, buyer: int) -> int:
        """0, 1, or 2 and more: from the days, which are already counted."""
        dim, month, key = cell
        n = 0
        for day in map(str, periods.month(date.fromisoformat(month))):
            if (DAY, day) not in self._known:
                self._known[DAY, day] = self._load(bulk, DAY, day)
            sets = self._known[DAY, day].get((dim, key))
            if sets and buyer in sets[0]:
                n += 2 if buyer in sets[1] else 1
        return n


def _set(seen: BitMap, twice: BitMap, buyer: int, orders: int) -> None:
    for sets, least in ((seen, 1), (twice, 2)):
        if orders >= least:
            sets.add(buyer)
        else:
            sets.discard(buyer)
