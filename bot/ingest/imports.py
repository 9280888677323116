"""The whole of one import: parse, merge, report; Undo and recovery."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from bot.db import Database, wake
from bot.db.facts import Import
from bot.db.people import Secret, Store
from bot.errors import Unrecognised, UserError
from bot.ingest import covered, days, headers, load, refunds, reversal, spawn
from bot.ingest.bulk import Bulk
from bot.ingest.facts import Place
from bot.ingest.formats.declare import DAY_VALUES
from bot.ingest.intake import CLI, LEASE, ask_undo, queue
from bot.ingest.record import Entry, Figure
from bot.ingest.report import Column, Part, Progress, Report, Sums, UndoResult
from bot.money import digits

RENEW_EVERY = 20.0  # seconds
End = Report | UndoResult | UserError
OnEnd = Callable[[Session, End], None]
OnUnknown = Callable[[Session, tuple[str, ...]], None]
OnProgress = Callable[[Progress], None]


# one import ----------------------------------------------------------------------------------


def take(
    db: Database,
    store: Store,
    path: Path,
    now: datetime,
    on_progress: OnProgress | None = None,
    kind: str = "",
    desk: refunds.Desk | None = None,
) -> tuple[int, Report]:
    """Import a local file at once, as `kind` if given: its row's id and the report.

    The cards of `desk` follow where the file is a list of refunds; so in `run`, `fail` and `undo`.

    Raises UserError.
    """
    with db.write() as s:
        row = queue(
            s, team_id=store.team_id, store_id=store.id, file_name=path.name, now=now,
            owner=f"{CLI}{os.getpid()}:{secrets.token_hex(4)}",
        )  # fmt: skip
    assert row.id
    report = run(db, row.id, path, now, on_progress, kind=kind, desk=desk)
    assert report  # nobody is asked here
    return row.id, report


def enter(s: Session, row: Import, store: Store, entry: Entry, now: datetime) -> Report:
    """Bring a typed line in, inside the caller's transaction; `row` becomes a finished import.

    Raises UserError where a file is being imported into the store just now.
    """
    # two lines of one day: the later one must see what the first has written
    mine = select(Store.id).where(Store.id == store.id)
    s.exec(mine.with_for_update(key_share=True))
    busy = select(Import.id).where(col(Import.store_id) == store.id, col(Import.owner) != "")
    if s.exec(busy).first() is not None:
        raise UserError("import.busy")
    assert row.id
    assert store.id
    place = Place(store.team_id, store.id)
    new = changed = unchanged = 0
    rows = _typed(Bulk(s), place, entry)
    for kind, found in rows.items():
        plan = days.plan(Bulk(s), place, row.id, kind, found, {})
        for write in plan.writes:
            write(Bulk(s))
        new, changed = new + plan.new, changed + plan.changed
        unchanged += plan.unchanged
    day = entry.day.isoformat()
    report = Report(
        "record", next(iter(rows)), "", 0, read=new + changed + unchanged, new=new,
        changed=changed, unchanged=unchanged, days=(day, day), currency=store.currency,
        sums=Sums(columns=tuple(_column(x, store.currency) for x in entry.figures)),
        parts=tuple(Part(kind, (day,), int(now.timestamp())) for kind in rows),
    )  # fmt: skip
    covered.cover(s, store, report)
    row.store_id, row.state, row.finished_at, row.report = store.id, "done", now, report.dump()
    s.add(row)
    return report


def _typed(bulk: Bulk, place: Place, entry: Entry) -> dict[str, list[days.Row]]:
    """By kind; one row of each channel."""
    day = entry.day.isoformat()
    things: dict[tuple[str, str], dict[str, int]] = {}
    for x in entry.figures:
        things.setdefault((x.kind, x.channel), {})[x.name] = x.value
    channels = load.channel_ids(bulk, place, [(0, x) for _, x in things if x])
    rows: dict[str, list[days.Row]] = {}
    for (kind, channel), values in things.items():
        key = (day, channels[0, channel] if channel else 0, 0)
        row = days.Row(key, tuple(values.get(x) for x in days.KINDS[kind].values))
        rows.setdefault(kind, []).append(row)
    return rows


def _column(figure: Figure, currency: str) -> Column:
    unit = DAY_VALUES[figure.kind][figure.name]
    scale = {"amount": 10 ** digits(currency), "score": 100}.get(unit, 1)
    return Column(figure.word, figure.name, figure.value / scale)


def run(
    db: Database,
    import_id: int,
    path: Path,
    now: datetime,
    on_progress: OnProgress | None = None,
    on_end: OnEnd | None = None,
    kind: str = "",
    in_group: bool = False,
    on_unknown: OnUnknown | None = None,
    desk: refunds.Desk | None = None,
) -> Report | None:
    """Import `path` as the row says; what an attempt before left half done is given back first.

    `on_end` is called inside the transaction that settles the row, so that its words and its end
    are one. Raises UserError where the file cannot be used, or (`in_group`) names customers: then
    nothing was changed and the row is failed. A header that means nothing goes to `on_unknown`,
    in the transaction that lets the row wait for an answer; then there is no report.
    """
    try:
        quiet: OnProgress = lambda _: None  # noqa: E731
        return _Run(db, import_id, path, now, on_progress or quiet, kind, in_group, desk).report(
            on_end
        )
    except UserError as e:
        if on_unknown and isinstance(e, Unrecognised):
            header = e.header
            ask: OnEnd = lambda s, _: on_unknown(s, header)  # noqa: E731
            _settle(db, import_id, "asked", now, end=e, on_end=ask)
            return None
        fail(db, import_id, e, now, on_end, desk)
        raise


def fail(
    db: Database,
    import_id: int,
    e: UserError,
    now: datetime,
    on_end: OnEnd | None = None,
    desk: refunds.Desk | None = None,
) -> None:
    """Give up on an import: whatever it had merged is given back. An Undo can be asked for again."""
    row = _import(db, import_id)
    if row.state == "undoing":
        _settle(db, import_id, "done", now, end=e, on_end=on_end)
    if row.state == "merging":
        reversal.give_back(db, row, now, desk=desk)
    if row.state in ("sorting", "asked", "queued", "merging"):
        _settle(db, import_id, "failed", now, error=e.key, end=e, on_end=on_end)


def recover(db: Database, import_id: int, now: datetime, desk: refunds.Desk | None = None) -> None:
    """After a crash: give back what was merged; the import can run again."""
    row, _ = _row(db, import_id)
    if row.state == "merging":
        reversal.give_back(db, row, now, desk=desk)
        _settle(db, import_id, "queued", now)


def undo(
    db: Database,
    import_id: int,
    now: datetime,
    on_end: OnEnd | None = None,
    on_progress: OnProgress | None = None,
    desk: refunds.Desk | None = None,
) -> UndoResult:
    """Give back everything an import changed.

    Raises UserError, naming the orders, where a later import touched them; then nothing is changed.
    Cards that people have touched since stay as they are, and are named in the result.
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
    result = reversal.give_back(db, row, now, on_progress, desk)
    with db.write() as s:
        covered.recount(s, store, Report.load(row.report), but=import_id)
    _settle(db, import_id, "undone", now, end=result, on_end=on_end)
    return result


class _Run:
    """One import from its file to its report."""

    def __init__(
        self,
        db: Database,
        import_id: int,
        path: Path,
        now: datetime,
        on_progress: OnProgress,
        kind: str,
        in_group: bool,
        desk: refunds.Desk | None,
    ) -> None:
        self.in_group, self.desk = in_group, desk
        self.db, self.id, self.path, self.now, self.kind = db, import_id, path, now, kind
        self.on_progress = on_progress
        self.began = self.renewed = time.monotonic()

    def report(self, on_end: OnEnd | None) -> Report:
        recover(self.db, self.id, self.now, self.desk)
        row, store = _row(self.db, self.id)
        with tempfile.TemporaryDirectory(prefix="storebot-") as room:
            scratch = Path(room) / "scratch.db"
            head = spawn.parse(
                {
                    "path": str(self.path), "file_name": row.file_name, "scratch": str(scratch),
                    "key": _buyer_key(self.db), "currency": store.currency,
                    "timezone": store.timezone, "now": int(self.now.timestamp()),
                    "kind": self.kind, "said": self.said(row),
                },
                self.progress,
            )  # fmt: skip
            report = Report.load(json.dumps(head["report"]))
            if self.in_group and report.personal:
                raise UserError("import.personal")
            self.note(report)
            counts = load.merge(
                self.db, reversal.place_of(row), self.id, scratch, head["precision"],
                head["units"], self.progress,
            )  # fmt: skip
            if report.listing:
                report = self.follow(report, store, scratch)
        report = replace(
            report, new=report.new + counts.new, changed=report.changed + counts.changed,
            unchanged=report.unchanged + counts.unchanged,
        )  # fmt: skip
        with self.db.write() as s:
            covered.cover(s, store, report)
        _settle(self.db, self.id, "done", self.now, report=report, end=report, on_end=on_end)
        return report

    def follow(self, report: Report, store: Store, scratch: Path) -> Report:
        """Bring refunds and their cards in."""
        file = refunds.File(self.id, store, self.now, report)
        counts, worklist = refunds.merge(self.db, file, scratch, self.desk, self.progress)
        return replace(
            report, new=counts.new, changed=counts.changed,
            unchanged=report.unchanged + counts.unchanged, worklist=worklist,
        )  # fmt: skip

    def said(self, row: Import) -> list[dict[str, object]]:
        with self.db.read() as s:
            return headers.known(s, row.team_id)

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


def look(path: Path, file_name: str) -> list[str]:
    """The platforms whose exports stand in a file, by their headers. Raises UserError."""
    with tempfile.TemporaryDirectory(prefix="storebot-") as room:
        return spawn.look(path, file_name, Path(room))


def _import(db: Database, import_id: int) -> Import:
    with db.read() as s:
        row = s.get(Import, import_id)
    if row is None:
        raise UserError("import.gone")
    return row


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
