"""The scratch database → facts: names get their numbers, then orders are merged slice by slice."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from bot.db import Database
from bot.db.facts import Buyer, Channel, Product, Region
from bot.ingest import days, facts
from bot.ingest.bulk import Bulk, table
from bot.ingest.facts import Change, Line, Order, Place
from bot.ingest.report import Progress
from bot.ingest.slices import Slices

NAMES_PER_WRITE = 2_000


@dataclass
class Counts:
    """Rows of the file."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    longest: float = 0.0


@dataclass
class Numbers:
    """The scratch database's numbers → ids of ours; 0 until known."""

    products: array[int] = field(default_factory=lambda: array("q"))
    regions: array[int] = field(default_factory=lambda: array("q"))
    channels: array[int] = field(default_factory=lambda: array("q"))
    campaigns: array[int] = field(default_factory=lambda: array("q"))
    buyers: array[int] = field(default_factory=lambda: array("q"))


def merge(
    db: Database,
    place: Place,
    import_id: int,
    scratch: Path,
    precision: dict[str, int],
    units: dict[str, dict[str, int]],
    progress: Callable[[Progress], None],
) -> Counts:
    """Bring every order and every day of the scratch database into the facts."""
    counts = Counts()
    slices = Slices(db, place)
    with sqlite3.connect(f"file:{scratch}?mode=ro", uri=True, check_same_thread=False) as c:
        total = c.execute("SELECT COUNT(*) FROM lines").fetchone()[0]
        numbers = _number(db, place, c)
        reader = _orders(c, numbers, import_id)
        done = 0
        while batch := _take(reader, slices.lines):
            done += sum(map(len, batch))
            _merge(db, place, import_id, batch, precision, slices, counts)
            progress(Progress("merging", done, total))
        _merge_days(db, place, c, numbers, import_id, units, counts)
    c.close()
    counts.longest = slices.longest
    return counts


def _merge(
    db: Database,
    place: Place,
    import_id: int,
    batch: list[Order],
    precision: dict[str, int],
    slices: Slices,
    counts: Counts,
) -> None:
    with db.read() as s:
        known = facts.lookup(Bulk(s), place, [x[0].order_no for x in batch])
    changes = []
    for new in batch:
        old = known.get(new[0].order_no)
        if old is None:
            counts.new += len(new)
            changes.append(Change((), _said(new)))
            continue
        after = _said(facts.reconcile(old, new, precision))
        if facts.same(old, after):
            counts.unchanged += len(new)
        else:
            counts.changed += len(new)
            changes.append(Change(old, after))
    if changes:
        slices.apply(changes, facts.journal(import_id, changes))


def _merge_days(
    db: Database,
    place: Place,
    c: sqlite3.Connection,
    numbers: Numbers,
    import_id: int,
    units: dict[str, dict[str, int]],
    counts: Counts,
) -> None:
    rows = c.execute("SELECT * FROM days ORDER BY rowid")
    for kind, found in groupby(rows, itemgetter(0)):
        ready = (_day_row(kind, x, numbers) for x in found)
        while batch := list(islice(ready, days.BATCH)):
            with db.read() as s:
                plan = days.plan(Bulk(s), place, import_id, kind, batch, units.get(kind, {}))
            if plan.writes:
                with db.write() as s:
                    bulk = Bulk(s)
                    for write in plan.writes:
                        write(bulk)
            counts.new += plan.new
            counts.changed += plan.changed
            counts.unchanged += plan.unchanged


def _day_row(kind: str, found: tuple[Any, ...], numbers: Numbers) -> days.Row:
    _, day, a, b, values, n = found
    first, second = (
        (numbers.products, None) if kind == "shop_days" else (numbers.channels, numbers.campaigns)
    )
    a = first[a] if a >= 0 else 0
    b = second[b] if second is not None and b >= 0 else 0
    return days.Row((day, a, b), tuple(json.loads(values)), n)


def _said(order: Order) -> Order:
    """What the file does not say, and nobody said before, is nothing."""
    if all(x.quantity is not None and x.refunded is not None for x in order):
        return order
    return tuple(x._replace(quantity=x.quantity or 0, refunded=x.refunded or 0) for x in order)


# reading the scratch database ----------------------------------------------------------------


def _orders(c: sqlite3.Connection, numbers: Numbers, import_id: int) -> Iterator[Order]:
    """Whole orders, in the order of days."""
    products, regions, buyers = numbers.products, numbers.regions, numbers.buyers
    lines: list[Line] = []
    for (
        no, line_no, day, head, status, created_ts, paid_ts, paid_day, paid_hour, product,
        product_head, region, buyer, quantity, payable, paid, refunded,
    ) in c.execute("SELECT * FROM lines ORDER BY rowid"):  # fmt: skip
        line = Line(
            no, line_no, day, head, status, created_ts, paid_ts, paid_day, paid_hour,
            None if product is None else products[product], product_head,
            None if region is None else regions[region], None if buyer is None else buyers[buyer],
            quantity, payable, paid, refunded, import_id, import_id,
        )  # fmt: skip
        if lines and line.order_no != lines[0].order_no:
            yield tuple(lines)
            lines = []
        lines.append(line)
    if lines:
        yield tuple(lines)


def _take(orders: Iterator[Order], lines: int) -> list[Order]:
    batch: list[Order] = []
    n = 0
    while n < lines and (order := next(orders, None)):
        batch.append(order)
        n += len(order)
    return batch


# names ---------------------------------------------------------------------------------------


def _number(db: Database, place: Place, c: sqlite3.Connection) -> Numbers:
    """Ids of products, regions and buyers, new ones made; committed on their own.

    A number without a fact harms nobody, so Undo leaves them.
    """
    channels, campaigns = _channels(db, place, c)
    return Numbers(
        products=_ids(
            db, table(Product), ("team_id", "store_id", "code", "title"), "code",
            (place.team, place.store), c, "products",
        ),
        regions=_ids(db, table(Region), ("team_id", "name"), "name", (place.team,), c, "regions"),
        channels=channels,
        campaigns=campaigns,
        buyers=_ids(db, table(Buyer), ("team_id", "hash"), "hash", (place.team,), c, "buyers"),
    )  # fmt: skip


def _channels(db: Database, place: Place, c: sqlite3.Connection) -> tuple[array[int], array[int]]:
    """Campaigns are channels within a channel; there are few of either."""
    names = [(0, name) for (name,) in c.execute("SELECT name FROM channels ORDER BY n")]
    inner = c.execute("SELECT channel, name FROM campaigns ORDER BY n").fetchall()
    if not names:
        return array("q"), array("q")
    with db.write() as s:
        bulk = Bulk(s)
        known = channel_ids(bulk, place, names)
        channels = array("q", [known[x] for x in names])
        within = [(channels[n], name) for n, name in inner]
        known = channel_ids(bulk, place, within)
    return channels, array("q", [known[x] for x in within])


def channel_ids(
    bulk: Bulk, place: Place, names: Iterable[tuple[int, str]]
) -> dict[tuple[int, str], int]:
    """Ids by parent (0: none) and name; new ones are made."""
    wanted = set(names)
    columns = ("team_id", "parent_id", "name")
    clash = f"({', '.join(columns)}) DO NOTHING"
    bulk.put(table(Channel), columns, [(place.team, *x) for x in sorted(wanted)], clash)
    rows = bulk.rows("SELECT parent_id, name, id FROM channels WHERE team_id = ?", place.team)
    return {(p, x): i for p, x, i in rows if (p, x) in wanted}


def _ids(
    db: Database,
    t: Table,
    columns: tuple[str, ...],
    key: str,
    place: tuple[int, ...],
    c: sqlite3.Connection,
    source: str,
) -> array[int]:
    """The id of every name in `source`, by its number there."""
    size = c.execute(f"SELECT IFNULL(MAX(n), -1) + 1 FROM {source}").fetchone()[0]
    ids = array("q", bytes(8 * size))
    cursor = c.execute(f"SELECT * FROM {source} ORDER BY n")
    while names := cursor.fetchmany(NAMES_PER_WRITE):
        keys = [x[1] for x in names]
        found = _look_up(db, t, key, place, keys)
        missing = [(*place, *x[1:]) for x in names if x[1] not in found]
        if missing:
            with db.write() as s:
                clash = f"({', '.join((*columns[: len(place)], key))}) DO NOTHING"
                Bulk(s).put(t, columns, missing, clash)
            found |= _look_up(db, t, key, place, [x[len(place)] for x in missing])
        for x in names:
            ids[x[0]] = found[x[1]]
    return ids


def _look_up(
    db: Database, t: Table, key: str, place: tuple[int, ...], keys: list[str]
) -> dict[str, int]:
    where = " AND ".join(f"{x} = ?" for x in ("team_id", "store_id")[: len(place)])
    type_ = "bigint" if key == "hash" else "text"
    with db.read() as s:
        bulk = Bulk(s)
        sql = f"SELECT {key}, id FROM {t.name} WHERE {where} AND {key} {bulk.among(type_)}"
        return dict(map(itemgetter(0, 1), bulk.rows(sql, *place, keys)))
