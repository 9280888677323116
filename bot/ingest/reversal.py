"""What an import changed, given back: overwritten orders from the journal, born ones removed.

Each slice forgets the journal entries it gave back, so a giving back that was cut off goes on where
it stopped. Recovery of an import that died in the middle is the same thing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from sqlmodel import col, select

from bot.db import Database
from bot.db.facts import Import
from bot.errors import UserError
from bot.ingest import days, facts, refunds
from bot.ingest.bulk import Bulk
from bot.ingest.facts import Change, Order, Place
from bot.ingest.report import Progress, Report, UndoResult
from bot.ingest.slices import Slices
from bot.periods import Period

NAMED = 5  # orders named in a refusal
ENOUGH = 100  # and counted


def give_back(
    db: Database,
    row: Import,
    now: datetime,
    on_progress: Callable[[Progress], None] | None = None,
    desk: refunds.Desk | None = None,
) -> UndoResult:
    """Undo everything import `row` did to the facts. Safe to call again after a crash."""
    place = place_of(row)
    assert row.id
    slices = Slices(db, place)
    restored = removed = 0
    while before := _journalled(db, row.id, slices.lines):
        with db.read() as s:
            current = facts.lookup(Bulk(s), place, list(before))
        changes = [Change(current.get(no, ()), old) for no, old in before.items()]
        slices.apply(changes, facts.forget(row.id, before))
        restored += len(changes)
        if on_progress:
            on_progress(Progress("undoing", restored))
    for batch in _born(db, place, row, slices):
        slices.apply([Change(x, ()) for x in batch])
        removed += len(batch)
        if on_progress:
            on_progress(Progress("undoing", restored + removed))
    days_restored, days_removed = _give_back_days(db, place, row.id)
    quiet: Callable[[Progress], None] = lambda _: None  # noqa: E731
    of_refunds = refunds.give_back(db, row, desk, now, on_progress or quiet)
    kind = Report.load(row.report).kind if row.report else "orders"
    if kind == "refunds":
        return UndoResult(
            of_refunds.restored, of_refunds.removed, "refunds", of_refunds.cards,
            tuple(sorted(of_refunds.left)),
        )  # fmt: skip
    if kind != "orders":
        return UndoResult(days_restored, days_removed, "days")
    return UndoResult(restored, removed)


def _give_back_days(db: Database, place: Place, import_id: int) -> tuple[int, int]:
    restored = removed = 0
    while True:
        with db.read() as s:
            batch = days.returning(Bulk(s), place, import_id)
        if batch is None:
            return restored, removed
        with db.write() as s:
            bulk = Bulk(s)
            for write in batch.writes:
                write(bulk)
        restored += batch.restored
        removed += batch.removed


def refuse_if_touched(db: Database, row: Import) -> None:
    """Raises UserError naming the orders, days or refunds a later import changed."""
    _refuse_days(db, row)
    with db.read() as s:
        refunds.refuse_if_touched(s, row)
    with db.read() as s:
        touched = sorted(set(itertools.islice(_touched(Bulk(s), row), ENOUGH)))
    if touched:
        more = "…" if len(touched) > NAMED else ""
        orders = ", ".join(touched[:NAMED]) + more
        raise UserError("import.undo_touched", n=len(touched), orders=orders)


def _refuse_days(db: Database, row: Import) -> None:
    assert row.id
    with db.read() as s:
        found, later = days.touched(Bulk(s), place_of(row), row.id)
        if not found:
            return
        names = s.exec(select(Import.file_name).where(col(Import.id).in_(later))).all()
    more = "…" if len(found) > NAMED else ""
    raise UserError(
        "import.undo_days", n=len(found), days=", ".join(sorted(found)[:NAMED]) + more,
        files=", ".join(sorted(set(names))[:NAMED]),
    )  # fmt: skip


def _touched(bulk: Bulk, row: Import) -> Iterator[str]:
    place = place_of(row)
    lines = f"order_lines {bulk.by('ix_order_lines_order')}"
    overwritten = (
        f"SELECT DISTINCT j.order_no FROM import_journal j CROSS JOIN {lines} WHERE import_id = ?"
        " AND order_lines.order_no = j.order_no AND team_id = ? AND store_id = ?"
        " AND last_import <> ? LIMIT ?"
    )
    for (no,) in bulk.rows(overwritten, row.id, place.team, place.store, row.id, ENOUGH):
        yield no
    born = (
        "SELECT DISTINCT order_no FROM order_lines WHERE team_id = ? AND day = ? AND store_id = ?"
        " AND born_import = ? AND last_import <> ? LIMIT ?"
    )
    for day in days_of(row):
        for (no,) in bulk.rows(born, place.team, day, place.store, row.id, row.id, ENOUGH):
            yield no


def place_of(row: Import) -> Place:
    assert row.store_id
    return Place(row.team_id, row.store_id)


def days_of(row: Import) -> Iterator[str]:
    """Business days of the orders in the file, as ISO text."""
    parts = Report.load(row.report).covered if row.report else ()
    of_orders = next((x.days for x in parts if x.kind == "orders"), ())
    if of_orders:
        first, last = map(date.fromisoformat, (of_orders[0], of_orders[-1]))
        yield from map(str, Period(first, last + timedelta(days=1)))


def _journalled(db: Database, import_id: int, lines: int) -> dict[str, Order]:
    with db.read() as s:
        return facts.journalled(Bulk(s), import_id, max(1, lines // 2))


def _born(db: Database, place: Place, row: Import, slices: Slices) -> Iterator[list[Order]]:
    """Orders that were not there before, in slices of the same days."""
    batch: list[Order] = []
    n = 0
    assert row.id
    for day in days_of(row):
        with db.read() as s:
            found = facts.born(Bulk(s), place, day, row.id)
        for order in found.values():
            batch.append(order)
            n += len(order)
            if n >= slices.lines:
                yield batch
                batch, n = [], 0
    if batch:
        yield batch
