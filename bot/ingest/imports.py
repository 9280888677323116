"""The whole of one import: parse, merge, report; Undo and recovery."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import case, delete, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from bot.db import Database, wake
from bot.db.facts import Import, ImportedDay
from bot.db.people import Secret, Store
from bot.errors import UserError
from bot.ingest import load, reversal, spawn
from bot.ingest.intake import CLI, LEASE, ask_undo, queue
from bot.ingest.report import Progress, Report, UndoResult
from bot.periods import DAY, Period, at_local

RENEW_EVERY = 20.0  # seconds
End = Report | UndoResult | UserError
OnEnd = Callable[[Session, End], None]
OnProgress = Callable[[Progress], None]


# one import ----------------------------------------------------------------------------------


def take(
    db: Database, store: Store, path: Path, now: datetime, on_progress: OnProgress | None = None
) -> tuple[int, Report]:
    """Import a local file at once: its row's id and the report. Raises UserError."""
    with db.write() as s:
        row = queue(
            s, team_id=store.team_id, store_id=store.id, file_name=path.name, now=now,
            owner=f"{CLI}{os.getpid()}:{secrets.token_hex(4)}",
        )  # fmt: skip
    assert row.id
    return row.id, run(db, row.id, path, now, on_progress)


def run(
    db: Database,
    import_id: int,
    path: Path,
    now: datetime,
    on_progress: OnProgress | None = None,
    on_end: OnEnd | None = None,
) -> Report:
    """Import `path` as the row says; what an attempt before left half done is given back first.

    `on_end` is called inside the transaction that settles the row, so that its words and its end
    are one. Raises UserError where the file cannot be used: then nothing was changed and the row
    is failed.
    """
    try:
        return _Run(db, import_id, path, now, on_progress or (lambda _: None)).report(on_end)
    except UserError as e:
        fail(db, import_id, e, now, on_end)
        raise


def fail(
    db: Database, import_id: int, e: UserError, now: datetime, on_end: OnEnd | None = None
) -> None:
    """Give up on an import: whatever it had merged is given back. An Undo can be asked for again."""
    row, _ = _row(db, import_id)
    if row.state == "undoing":
        _settle(db, import_id, "done", now, end=e, on_end=on_end)
    if row.state == "merging":
        reversal.give_back(db, row)
    if row.state in ("asked", "queued", "merging"):
        _settle(db, import_id, "failed", now, error=e.key, end=e, on_end=on_end)


def recover(db: Database, import_id: int, now: datetime) -> None:
    """After a crash: give back what was merged; the import can run again."""
    row, _ = _row(db, import_id)
    if row.state == "merging":
        reversal.give_back(db, row)
        _settle(db, import_id, "queued", now)


def undo(
    db: Database,
    import_id: int,
    now: datetime,
    on_end: OnEnd | None = None,
    on_progress: OnProgress | None = None,
) -> UndoResult:
    """Give back everything an import changed.

    Raises UserError, naming the orders, where a later import touched them; then nothing is changed.
    """
    row, store = _row(db, import_id)
    if row.state == "done":
        with db.write() as s:
            fresh = s.get(Import, import_id)
            assert fresh
            ask_undo(s, fresh)
            fresh.owner, fresh.lease_until = f"{CLI}{os.getpid()}", now + LEASE
    elif row.state != "undoing":
        raise UserError("import.not_done")
    try:
        reversal.refuse_if_touched(db, row)
    except UserError as e:
        _settle(db, import_id, "done", now, end=e, on_end=on_end)
        raise
    result = reversal.give_back(db, row, on_progress)
    _uncover(db, row, store)
    _settle(db, import_id, "undone", now, end=result, on_end=on_end)
    return result


class _Run:
    """One import from its file to its report."""

    def __init__(
        self, db: Database, import_id: int, path: Path, now: datetime, on_progress: OnProgress
    ) -> None:
        self.db, self.id, self.path, self.now = db, import_id, path, now
        self.on_progress = on_progress
        self.began = self.renewed = time.monotonic()

    def report(self, on_end: OnEnd | None) -> Report:
        recover(self.db, self.id, self.now)
        row, store = _row(self.db, self.id)
        with tempfile.TemporaryDirectory(prefix="storebot-") as room:
            scratch = Path(room) / "scratch.db"
            head = spawn.parse(
                {
                    "path": str(self.path), "file_name": row.file_name, "scratch": str(scratch),
                    "key": _buyer_key(self.db), "currency": store.currency,
                    "timezone": store.timezone, "now": int(self.now.timestamp()),
                },
                self.progress,
            )  # fmt: skip
            report, precision = Report.load(json.dumps(head["report"])), head["precision"]
            self.note(report)
            counts = load.merge(
                self.db, reversal.place_of(row), self.id, scratch, precision, self.progress
            )
        report = replace(
            report, new=counts.new, changed=counts.changed,
            unchanged=report.unchanged + counts.unchanged,
        )  # fmt: skip
        _cover(self.db, store, report)
        _settle(self.db, self.id, "done", self.now, report=report, end=report, on_end=on_end)
        return report

    def note(self, report: Report) -> None:
        """From here on there may be something to give back, on these days."""
        with self.db.write() as s:
            s.connection().execute(
                update(Import)
                .where(col(Import.id) == self.id)
                .values(state="merging", report=report.dump())
            )

    def progress(self, step: Progress) -> None:
        """Tell, and renew the lease now and then."""
        if time.monotonic() - self.renewed > RENEW_EVERY:
            self.renewed = time.monotonic()
            until = self.now + timedelta(seconds=self.renewed - self.began) + LEASE
            with self.db.write() as s:
                mine = update(Import).where(col(Import.id) == self.id)
                s.connection().execute(mine.values(lease_until=until))
        self.on_progress(step)


def _row(db: Database, import_id: int) -> tuple[Import, Store]:
    with db.read() as s:
        row = s.get(Import, import_id)
        store = s.get(Store, row.store_id) if row and row.store_id else None
    if row is None or store is None:
        raise UserError("import.gone")
    return row, store


def _settle(
    db: Database,
    import_id: int,
    state: str,
    now: datetime,
    *,
    report: Report | None = None,
    error: str = "",
    end: End | None = None,
    on_end: OnEnd | None = None,
) -> None:
    values: dict[str, object] = {"state": state, "owner": "", "lease_until": None}
    if state != "queued":
        values["finished_at"] = now
    if report or error:
        values["report"] = report.dump() if report else ""
    with db.write() as s:
        s.connection().execute(update(Import).where(col(Import.id) == import_id).values(values))
        wake(s, "imports")
        if on_end and end:
            on_end(s, end)


def _buyer_key(db: Database) -> str:
    """The secret of the buyers' hashes: a row, so that a backup carries it."""
    with db.read() as s:
        found = s.get(Secret, "buyer_key")
    if found:
        return found.value
    with db.write() as s:
        insert = sqlite.insert if db.is_sqlite else postgresql.insert
        values = {"name": "buyer_key", "value": secrets.token_hex(32)}
        s.connection().execute(insert(Secret).values(values).on_conflict_do_nothing())
    return _buyer_key(db)


# covered days --------------------------------------------------------------------------------


def _cover(db: Database, store: Store, report: Report) -> None:
    """Every day from the first to the last order is known, up to when the export was made."""
    rows = _covered(store, report)
    if not rows:
        return
    insert = sqlite.insert if db.is_sqlite else postgresql.insert
    statement = insert(ImportedDay)
    new, old = statement.excluded, ImportedDay
    later = new.exported_at > col(old.exported_at)
    statement = statement.on_conflict_do_update(
        index_elements=["store_id", "kind", "day"],
        set_={
            "exported_at": case((later, new.exported_at), else_=col(old.exported_at)),
            "whole": or_(new.whole, col(old.whole)),
        },
    )
    with db.write() as s:
        s.connection().execute(statement, rows)


def _covered(store: Store, report: Report) -> list[dict[str, object]]:
    if not report.days:
        return []
    first, last = map(date.fromisoformat, report.days)
    exported = datetime.fromtimestamp(report.exported_at, UTC)
    zone = ZoneInfo(store.timezone)
    days = Period(first, last + DAY)
    return [
        {
            "store_id": store.id, "kind": report.kind, "day": day, "exported_at": exported,
            "whole": exported >= at_local(day + DAY, time_of_day(), zone),
        }
        for day in days
    ]  # fmt: skip


def _uncover(db: Database, row: Import, store: Store) -> None:
    """Days of an undone import are known only as far as other imports know them."""
    mine = Report.load(row.report)
    with db.write() as s:
        others = s.exec(
            select(Import.report).where(
                Import.store_id == store.id, Import.state == "done", Import.id != row.id
            )
        ).all()
        if mine.days:
            first, last = map(date.fromisoformat, mine.days)
            of_days = col(ImportedDay.day).between(first, last)
            gone = delete(ImportedDay).where(
                col(ImportedDay.store_id) == store.id, col(ImportedDay.kind) == mine.kind, of_days
            )
            s.connection().execute(gone)
    for other in map(Report.load, others):
        if other.kind == mine.kind:
            _cover(db, store, other)
