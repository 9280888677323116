"""Are the rollups what the facts say? Exact, for every store, day and month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from pyroaring import BitMap
from sqlmodel import Session

from bot import periods
from bot.ingest import facts, rollups
from bot.ingest.bulk import Bulk
from bot.ingest.facts import Order, Place
from bot.ingest.rollups import DAY, MONTH, SUMS, Cell, Count, cell_of, parts_of

Key = tuple[int, str, Cell]  # grain, day, cell


def check(s: Session) -> list[str]:
    """One line for each cell that differs from the facts; empty when all is well."""
    bulk = Bulk(s)
    stores = bulk.rows(
        "SELECT DISTINCT team_id, store_id FROM order_lines"
        " UNION SELECT DISTINCT team_id, store_id FROM sales_rollups"
        " UNION SELECT DISTINCT team_id, store_id FROM buyer_rollups"
    )
    return [line for team, store in sorted(stores) for line in _store(bulk, Place(team, store))]


def _store(bulk: Bulk, place: Place) -> Iterable[str]:
    """Month by month, so that the facts of one month stand in memory at a time."""
    for month in _months(bulk, place):
        cells, buyers = _from_facts(bulk, place, month)
        yield from _differences(place, "sums", _stored_sums(bulk, place, month), cells)
        yield from _differences(place, "buyers", _stored_buyers(bulk, place, month), buyers)


def _months(bulk: Bulk, place: Place) -> list[str]:
    found = {
        rollups.month_of(str(row[0]))
        for source, column in (
            ("order_lines", "day"), ("order_lines", "paid_day"),
            ("sales_rollups", "day"), ("buyer_rollups", "day"),
        )
        for row in bulk.rows(
            f"SELECT DISTINCT {bulk.text(column)} FROM {source}"  # names above
            f" WHERE team_id = ? AND store_id = ? AND {column} IS NOT NULL",
            place.team, place.store,
        )
    }  # fmt: skip
    return sorted(found)


def _from_facts(
    bulk: Bulk, place: Place, month: str
) -> tuple[dict[Key, object], dict[Key, object]]:
    count = Count()
    buyers: defaultdict[Key, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    for order in _orders(bulk, place, "day", month):
        count.add(order, paid=False)
    for order in _orders(bulk, place, "paid_day", month):
        count.add(order, created=False)
        for day, cell, buyer in rollups.shows(order):
            buyers[DAY, day, cell][buyer] += 1
            buyers[MONTH, month, cell][buyer] += 1
    sums: dict[Key, object] = {
        (grain, day, cell): found
        for grain, days in ((DAY, dict(count.sums)), (MONTH, count.months()))
        for day, cells in days.items()
        for cell, found in cells.items()
    }
    bitmaps: dict[Key, object] = {
        key: (BitMap(found), BitMap(b for b, n in found.items() if n > 1))
        for key, found in buyers.items()
    }
    return sums, bitmaps


def _orders(bulk: Bulk, place: Place, column: str, month: str) -> Iterable[Order]:
    index = "ix_order_lines_paid" if column == "paid_day" else ""
    sql = f"{facts.select(bulk, index)} AND {column} >= ? AND {column} <= ?"
    return facts.orders(bulk.rows(sql, place.team, place.store, month, _last(month))).values()


def _last(month: str) -> str:
    return str(periods.month(date.fromisoformat(month)).last)


def _stored_sums(bulk: Bulk, place: Place, month: str) -> dict[Key, object]:
    rows = bulk.rows(
        f"SELECT grain, dim, {bulk.text('day')}, key, {', '.join(SUMS)} FROM sales_rollups"
        " WHERE team_id = ? AND store_id = ? AND day >= ? AND day <= ?",
        place.team, place.store, month, _last(month),
    )  # fmt: skip
    return {(grain, day, cell_of(dim, key)): list(sums) for grain, dim, day, key, *sums in rows}


def _stored_buyers(bulk: Bulk, place: Place, month: str) -> dict[Key, object]:
    rows = bulk.rows(
        f"SELECT grain, dim, {bulk.text('day')}, key, seen, twice FROM buyer_rollups"
        " WHERE team_id = ? AND store_id = ? AND day >= ? AND day <= ?",
        place.team, place.store, month, _last(month),
    )  # fmt: skip
    return {
        (grain, day, cell_of(dim, key)): (
            BitMap.deserialize(bytes(seen)), BitMap.deserialize(bytes(twice)),
        )
        for grain, dim, day, key, seen, twice in rows
    }  # fmt: skip


def _differences(
    place: Place, what: str, stored: dict[Key, object], true: dict[Key, object]
) -> Iterable[str]:
    for key in sorted(stored.keys() | true.keys()):
        if stored.get(key) != true.get(key):
            grain, day, cell = key
            dim, number = parts_of(cell)
            yield (
                f"store {place.store} {'month' if grain else 'day'} {day} dim {dim} key {number}:"
                f" {what} stored {_shown(stored.get(key))}, facts {_shown(true.get(key))}"
            )


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return "/".join(str(len(x)) for x in value)
    return str(value)
