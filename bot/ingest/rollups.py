"""Day and month sums and buyer bitmaps, moved by exactly what an order changes.

Within a day a *cell* is one number, `4 × key + dim`: dim 0 is the whole day, 1 a product, 2 a region,
3 an hour. What a slice of orders does to the cells of days is counted here; months follow from it.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from operator import add

from pyroaring import BitMap

from bot import periods
from bot.db.facts import BuyerRollup, SalesRollup
from bot.ingest.bulk import Bulk, Write, adding, primary, replacing, table
from bot.ingest.facts import Change, Order, Place

TOTAL, PRODUCT, REGION, HOUR = range(4)
SUMS = ("sales", "refunded", "orders", "units", "refund_orders", "created_orders", "anonymous")
DAY, MONTH = 0, 1  # grains
UNKNOWN_HOUR = -1

Cell = int
ByDay = dict[str, dict[Cell, list[int]]]
Show = tuple[str, Cell, int]  # a buyer in a cell of a day

_SALES, _BUYERS = table(SalesRollup), table(BuyerRollup)
_SALES_COLUMNS = (*primary(_SALES), *SUMS)
_BUYER_COLUMNS = (*primary(_BUYERS), "seen", "twice")
_NOBODY = BitMap().serialize()


def cell_of(dim: int, key: int) -> Cell:
    return 4 * key + dim


def parts_of(cell: Cell) -> tuple[int, int]:
    """Dim and key."""
    return cell & 3, cell >> 2


def month_of(day: str) -> str:
    return f"{day[:8]}01"


# sums ----------------------------------------------------------------------------------------


class Count:
    """What orders move: the sums of cells (in the order of SUMS), and who came into which."""

    def __init__(self) -> None:
        self.sums: defaultdict[str, defaultdict[Cell, list[int]]]
        self.sums = defaultdict(lambda: defaultdict(lambda: [0] * len(SUMS)))
        self.came: defaultdict[str, defaultdict[Cell, list[int]]]
        self.came = defaultdict(lambda: defaultdict(list))

    def add(self, order: Order, sign: int = 1, *, created: bool = True, paid: bool = True) -> None:
        """Count an order on its day of creation and on its day of payment."""
        if not order:
            return
        head = order[0]
        shown = _shown(order)
        if created:
            day = self.sums[head.day]
            for cell in shown:
                day[cell][5] += sign
        if head.paid_day is None or not paid:
            return
        day, buyer = self.sums[head.paid_day], head.buyer_id
        whole, parts = _amounts(order, shown[2:])
        hour = UNKNOWN_HOUR if head.paid_hour is None else head.paid_hour
        anonymous = sign if buyer is None else 0
        amounts = (whole, whole, *parts, whole)
        for cell, (sales, refunded, units) in zip((*shown, 4 * hour + HOUR), amounts, strict=True):
            sums = day[cell]
            sums[0] += sign * sales
            sums[1] += sign * refunded
            sums[2] += sign
            sums[3] += sign * units
            if refunded > 0:
                sums[4] += sign
            sums[6] += anonymous
        if buyer is not None and sign > 0:
            came = self.came[head.paid_day]
            for cell in shown:
                came[cell].append(buyer)

    def merge(self, other: Count) -> None:
        for day, cells in other.sums.items():
            mine = self.sums[day]
            for cell, sums in cells.items():
                mine[cell] = list(map(add, mine[cell], sums))

    def months(self) -> ByDay:
        """The sums by first day of the month."""
        found: ByDay = {}
        for day, cells in self.sums.items():
            month = found.setdefault(month_of(day), {})
            for cell, sums in cells.items():
                old = month.get(cell)
                month[cell] = list(map(add, old, sums)) if old else sums
        return found


def _shown(order: Order) -> list[Cell]:
    """Cells an order is counted in, but for its hour: the day, its region, its products."""
    head = order[0]
    region = 4 * (head.region_id or 0) + REGION
    if len(order) == 1:
        return [TOTAL, region, 4 * (head.product_id or 0) + PRODUCT]
    products = [4 * (x.product_id or 0) + PRODUCT for x in order if x.product_head]
    return [TOTAL, region, *products]


Amounts = tuple[int, int, int]  # paid, refunded, units


def _amounts(order: Order, products: list[Cell]) -> tuple[Amounts, list[Amounts]]:
    """Of the whole order, and of each of its products."""
    if len(order) == 1:
        whole = order[0].paid, order[0].refunded, order[0].quantity
        return whole, [whole]
    parts = dict.fromkeys(products, (0, 0, 0))
    total = 0, 0, 0
    for x in order:
        cell = 4 * (x.product_id or 0) + PRODUCT
        a, b, c = parts[cell]
        parts[cell] = a + x.paid, b + x.refunded, c + x.quantity
        total = total[0] + x.paid, total[1] + x.refunded, total[2] + x.quantity
    return total, list(parts.values())


def sums(place: Place, count: Count, shrinks: bool) -> list[Write]:
    """Add to the stored cells; with `shrinks`, drop those that count nothing any more."""
    grains: dict[int, ByDay] = {DAY: dict(count.sums), MONTH: count.months()}
    rows = [
        (place.team, grain, cell & 3, day, place.store, cell >> 2, *found)
        for grain, days in grains.items()
        for day, cells in days.items()
        for cell, found in cells.items()
        if any(found)
    ]
    rows.sort()
    clash = adding(_SALES, primary(_SALES), SUMS)
    writes: list[Write] = [lambda bulk: bulk.put(_SALES, _SALES_COLUMNS, rows, clash)]
    if shrinks:
        touched = sorted({str(x[3]) for x in rows})
        writes.append(lambda bulk: _drop_empty(bulk, place, touched))
    return writes


def _drop_empty(bulk: Bulk, place: Place, days: list[str]) -> None:
    bulk.run(
        "DELETE FROM sales_rollups WHERE team_id = ? AND grain IN (0, 1) AND dim IN (0, 1, 2, 3)"
        f" AND day {bulk.among('date')} AND store_id = ? AND orders = 0 AND created_orders = 0",
        place.team, days, place.store,
    )  # fmt: skip


# buyers --------------------------------------------------------------------------------------


Sets = tuple[BitMap, BitMap]  # seen once or more, twice or more
Known = dict[Cell, Sets]


def shows(order: Order) -> list[Show]:
    """Where a paid order shows its buyer, each cell once."""
    if not order or order[0].paid_day is None or order[0].buyer_id is None:
        return []
    day, buyer = order[0].paid_day, order[0].buyer_id
    return [(day, cell, buyer) for cell in _shown(order)]


class Buyers:
    """The buyer bitmaps of a store while an import works on it: nobody else changes them then.

    Bitmaps of recent days and months are kept: a file is merged in the order of days.
    """

    KEEP = 40  # days and months

    def __init__(self, place: Place) -> None:
        self._place = place
        self._known: OrderedDict[tuple[int, str], Known] = OrderedDict()
        self._touched: defaultdict[tuple[int, str], Known] = defaultdict(dict)

    def plan(self, bulk: Bulk, changes: Sequence[Change]) -> tuple[Count, list[Write]]:
        """What a slice moves, and the bitmaps to write: read and computed outside any write."""
        self._touched.clear()
        while len(self._known) > self.KEEP:  # only here: what a plan touches must stay
            self._known.popitem(last=False)
        count, changed = Count(), Count()
        moved: list[Change] = []
        for change in changes:
            if not change.before:
                count.add(change.after)
                continue
            changed.add(change.before, -1)
            changed.add(change.after)
            if shows(change.before) != shows(change.after):
                moved.append(change)
        self._come(bulk, count)
        if moved:
            self._recount(bulk, moved, changes)
        count.merge(changed)
        return count, self._writes()

    def _writes(self) -> list[Write]:
        t = self._place
        rows, gone = [], []
        for (grain, day), cells in self._touched.items():
            for cell, (seen, twice) in cells.items():
                place = (t.team, grain, cell & 3, day, t.store, cell >> 2)
                if seen:
                    rows.append((*place, seen.serialize(), twice.serialize() if twice else _NOBODY))
                else:
                    gone.append(place)
        rows.sort()
        clash = replacing(primary(_BUYERS), ("seen", "twice"))
        return [
            lambda bulk: bulk.put(_BUYERS, _BUYER_COLUMNS, rows, clash),
            lambda bulk: bulk.drop(_BUYERS, primary(_BUYERS), gone),
        ]

    def _come(self, bulk: Bulk, count: Count) -> None:
        """New orders, each counted by its buyer."""
        for day, cells in count.came.items():
            for grain, start in ((DAY, day), (MONTH, month_of(day))):
                known, touched = self._at(bulk, grain, start), self._touched[grain, start]
                for cell, buyers in cells.items():
                    sets = known.get(cell)
                    if sets is None:
                        sets = known[cell] = (BitMap(), BitMap())
                    touched[cell] = sets
                    seen, twice = sets
                    for buyer in buyers:
                        if buyer in seen:
                            twice.add(buyer)
                        else:
                            seen.add(buyer)

    def _at(self, bulk: Bulk, grain: int, day: str) -> Known:
        """The bitmaps of a day or month, read once."""
        known = self._known.get((grain, day))
        if known is None:
            known = self._known[grain, day] = self._load(bulk, grain, day)
        return known

    def _load(self, bulk: Bulk, grain: int, day: str) -> Known:
        rows = bulk.rows(
            "SELECT dim, key, seen, twice FROM buyer_rollups WHERE team_id = ? AND grain = ?"
            " AND dim IN (0, 1, 2) AND day = ? AND store_id = ?",
            self._place.team, grain, day, self._place.store,
        )  # fmt: skip
        return {
            cell_of(dim, key): (BitMap.deserialize(bytes(seen)), BitMap.deserialize(bytes(twice)))
            for dim, key, seen, twice in rows
        }

    # where an order left a cell, its buyers are counted again from the facts -----------------

    def _recount(self, bulk: Bulk, moved: list[Change], changes: Sequence[Change]) -> None:
        affected = {x for c in moved for x in shows(c.before) + shows(c.after)}
        counts = self._counts(bulk, affected, changes)
        for day, cell, buyer in affected:
            self._set(bulk, DAY, day, cell, buyer, counts[day, cell, buyer])
        for month, cell, buyer in {(month_of(day), cell, buyer) for day, cell, buyer in affected}:
            n = self._in_month(bulk, month, cell, buyer)
            self._set(bulk, MONTH, month, cell, buyer, n)

    def _set(self, bulk: Bulk, grain: int, day: str, cell: Cell, buyer: int, orders: int) -> None:
        sets = self._at(bulk, grain, day).setdefault(cell, (BitMap(), BitMap()))
        self._touched[grain, day][cell] = sets
        for bitmap, least in zip(sets, (1, 2), strict=True):
            if orders >= least:
                bitmap.add(buyer)
            else:
                bitmap.discard(buyer)

    def _counts(
        self, bulk: Bulk, affected: set[Show], changes: Sequence[Change]
    ) -> defaultdict[Show, int]:
        """Orders of each buyer in each cell, as they will be."""
        counts: defaultdict[Show, int] = defaultdict(int)
        for shown in (shows(c.after) for c in changes):
            _count(counts, shown)
        ours = {c.order_no for c in changes}
        found = bulk.rows(
            f"SELECT order_no, {bulk.text('paid_day')}, product_id, region_id, buyer_id"
            f" FROM order_lines {bulk.by('ix_order_lines_paid')} WHERE team_id = ? AND store_id = ?"
            f" AND paid_day {bulk.among('date')} AND buyer_id {bulk.among('bigint')}",
            self._place.team, self._place.store,
            sorted({day for day, _, _ in affected}), sorted({buyer for _, _, buyer in affected}),
        )  # fmt: skip
        others: defaultdict[str, set[Show]] = defaultdict(set)
        for no, day, product, region, buyer in found:
            if no not in ours:
                cells = TOTAL, cell_of(PRODUCT, product or 0), cell_of(REGION, region or 0)
                others[no].update((day, cell, buyer) for cell in cells)
        for seen in others.values():
            _count(counts, seen)
        return counts

    def _in_month(self, bulk: Bulk, month: str, cell: Cell, buyer: int) -> int:
        """0, 1, or 2 and more: from the days, which are already counted."""
        n = 0
        for day in map(str, periods.month(date.fromisoformat(month))):
            sets = self._at(bulk, DAY, day).get(cell)
            if sets and buyer in sets[0]:
                n += 2 if buyer in sets[1] else 1
        return n


def _count(counts: defaultdict[Show, int], shown: Iterable[Show]) -> None:
    for x in shown:
        counts[x] += 1
