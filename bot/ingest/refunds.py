"""Refunds → their table: upsert with a journal, and giving back; the desk's cards follow in step.

What the desk makes of a refund is its own business (`Desk`); both are written in the same slice, so
that a card and its refund never tell different things, and both are given back together.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from bot.db import Database
from bot.db.desk import Refund, RefundJournal
from bot.db.facts import Import
from bot.db.people import Store
from bot.errors import UserError
from bot.ingest import said as said_as
from bot.ingest.report import Progress, Report, Worklist
from bot.ingest.said import Said

HOLD = 0.030  # seconds a slice should hold the write lock
SMALLEST, LARGEST = 30, 80  # refunds of one slice
FIRST = 40
NAMED = 5  # refunds named in a refusal
UNTOUCHED = "-"  # in the journal: only the card was changed


@dataclass(frozen=True)
class Row:
    """A refund as it stands in the table."""

    refund_no: str
    order_no: str = ""
    type: str = ""
    status: str = ""
    platform_status: str = ""
    amount: int = 0
    reason: str = ""
    product: str = ""
    quantity: int | None = None
    applied_at: datetime | None = None
    due_at: datetime | None = None
    finished_at: datetime | None = None
    finished_day: date | None = None
    waybill: str = ""


@dataclass(frozen=True)
class Change:
    """A refund before (None: it is new) and after a file, and how many rows of the file it was."""

    before: Row | None
    after: Row
    tail: str = ""  # of the buyer's phone, for the card alone
    rows: int = 1

    @property
    def changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class File:
    """What is known of the list as a whole. `stale`: a younger one was imported before."""

    import_id: int
    store: Store
    now: datetime
    report: Report
    stale: bool = False

    @property
    def at(self) -> datetime:
        """The moment the list speaks of: that of its export where it tells it."""
        told = self.report.listing and self.report.listing.told
        return datetime.fromtimestamp(self.report.exported_at, UTC) if told else self.now


@dataclass
class Counts:
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    longest: float = 0.0  # seconds the write lock was held at most
    states: dict[str, int] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)  # numbers


class Desk(Protocol):
    """The cards of refunds. `follow`, `close` and `give_back` are called within a slice."""

    def look(self, s: Session, file: File, changes: Sequence[Change]) -> Any:
        """What is to be known before a slice, outside the write lock."""

    def stirs(self, seen: Any) -> bool:
        """Whether a card needs a change though none of the slice's refunds has one."""

    def follow(
        self, s: Session, file: File, changes: Sequence[Change], seen: Any
    ) -> Mapping[str, str]:
        """Bring the cards in step: by refund number, what gives back the card that was changed."""

    def missing(self, s: Session, file: File, counts: Counts) -> Sequence[str]:
        """Refunds whose cards are to be closed since the list no longer has them."""

    def close(self, s: Session, file: File, numbers: Sequence[str]) -> Mapping[str, str]:
        """Close them; as `follow`."""

    def summary(self, s: Session, file: File, counts: Counts) -> Worklist:
        """What all of it came to."""

    def give_back(self, s: Session, notes: Sequence[str], now: datetime) -> tuple[int, list[int]]:
        """How many cards are as they were, and the numbers of those somebody has touched since."""


# merging -------------------------------------------------------------------------------------


def merge(
    db: Database,
    file: File,
    scratch: Path,
    desk: Desk | None,
    progress: Callable[[Progress], None],
) -> tuple[Counts, Worklist]:
    """Bring every refund of the scratch database into the table, and the cards with them."""
    counts, slices = Counts(), _Slices()
    with db.read() as s:
        file = replace(file, stale=_stale(s, file))
    c = sqlite3.connect(f"file:{scratch}?mode=ro", uri=True, check_same_thread=False)
    try:
        total = c.execute("SELECT COUNT(*) FROM refunds").fetchone()[0]
        rows = ((said_as.load(x), n) for x, n in c.execute("SELECT * FROM refunds"))
        done = 0
        while batch := list(islice(rows, slices.size)):
            _slice(db, file, batch, desk, slices, counts)
            done += len(batch)
            progress(Progress("merging", done, total))
    finally:
        c.close()
    counts.longest = slices.longest
    if desk is None:
        return counts, Worklist(refunds=counts.states)
    with db.read() as s:
        gone = list(desk.missing(s, file, counts))
    while gone:
        batch_, gone = gone[: slices.size], gone[slices.size :]
        _close(db, file, batch_, desk, slices)
        progress(Progress("merging", total, total))
    counts.longest = slices.longest
    with db.read() as s:
        return counts, desk.summary(s, file, counts)


class _Slices:
    """Learns from the clock how many refunds make a slice."""

    def __init__(self) -> None:
        self.size, self.longest = FIRST, 0.0

    def learn(self, n: int, held: float) -> None:
        self.longest = max(self.longest, held)
        ideal = n * HOLD / max(held, 1e-4)
        self.size = int(min(max(0.5 * self.size + 0.5 * ideal, SMALLEST), LARGEST, 2 * self.size))


def _slice(
    db: Database,
    file: File,
    batch: list[tuple[Said, int]],
    desk: Desk | None,
    slices: _Slices,
    counts: Counts,
) -> None:
    with db.read() as s:
        known = lookup(s, file.store.id or 0, [x.refund_no for x, _ in batch])
        changes = [_change(known.get(x.refund_no), x, n, file) for x, n in batch]
        seen = desk.look(s, file, changes) if desk else None
    for x in changes:
        name = "unchanged" if not x.changed else "changed" if x.before else "new"
        setattr(counts, name, getattr(counts, name) + x.rows)
        counts.states[x.after.status] = counts.states.get(x.after.status, 0) + 1
        counts.present.add(x.after.refund_no)
    if not any(x.changed for x in changes) and not (desk and desk.stirs(seen)):
        slices.size = min(2 * slices.size, LARGEST)
        return
    with db.write() as s:
        began = time.monotonic()
        last = {no: row.last_import for no, row in known.items()}
        _put(s, file, [x.after for x in changes if x.changed])
        notes = desk.follow(s, file, changes, seen) if desk else {}
        _journal(s, file, changes, last, notes)
    slices.learn(len(batch), time.monotonic() - began)


def _close(db: Database, file: File, numbers: list[str], desk: Desk, slices: _Slices) -> None:
    with db.write() as s:
        began = time.monotonic()
        notes = desk.close(s, file, numbers)
        _write_journal(s, [(file.import_id, no, UNTOUCHED, note) for no, note in notes.items()])
    slices.learn(len(numbers), time.monotonic() - began)


def lookup(s: Session, store_id: int, numbers: Sequence[str]) -> dict[str, Refund]:
    query = select(Refund).where(Refund.store_id == store_id, col(Refund.refund_no).in_(numbers))
    return {x.refund_no: x for x in s.exec(query)}


def row_of(refund: Refund) -> Row:
    return Row(**{x.name: getattr(refund, x.name) for x in fields(Row)})


def _change(old: Refund | None, said: Said, rows: int, file: File) -> Change:
    before = row_of(old) if old else None
    return Change(before, reconcile(before, said, file), said.tail, rows)


def reconcile(old: Row | None, said: Said, file: File) -> Row:
    """What is true after a file. What it does not tell stays; what it tells less exactly, too.

    A deadline belongs to its state: in a new one, a file without a column for it tells of none.
    An older list that comes late opens nothing again.
    """
    new = Row(
        said.refund_no, said.order_no, said.type, said.status, said.platform_status,
        said.amount or 0, said.reason, said.product, said.quantity, _at(said.applied_at),
        _at(said.due_at), _at(said.finished_at),
        date.fromisoformat(said.finished_day) if said.finished_day else None, said.waybill,
    )  # fmt: skip
    if old is None:
        return new
    if file.stale and old.status != "open" and new.status == "open":
        return old
    listing = file.report.listing
    merged = {x.name: getattr(new, x.name) or getattr(old, x.name) for x in fields(Row)}
    if said.amount is not None:
        merged["amount"] = said.amount
    if listing and not listing.states and old.status != "open":
        merged["status"] = old.status
    merged |= {x: _finer(getattr(old, x), merged[x]) for x in ("applied_at", "finished_at")}
    merged["due_at"] = _due(old, new, said, told=bool(listing and listing.due))
    if merged["status"] == "open":
        merged |= {"finished_at": None, "finished_day": None}
    return Row(**merged)


def _due(old: Row, new: Row, said: Said, *, told: bool) -> datetime | None:
    same = old.platform_status == new.platform_status
    if not told:
        return old.due_at if same else None
    if old.due_at is None or new.due_at is None or not same:
        return new.due_at
    if said.step and abs((new.due_at - old.due_at).total_seconds()) < said.step:
        return old.due_at  # the same moment, counted from another export
    if said.loose:
        return min(old.due_at, new.due_at)  # a guessed export never puts a deadline off
    return _finer(old.due_at, new.due_at)


def _finer(old: datetime | None, new: datetime | None) -> datetime | None:
    """The old moment where the new one is that without its seconds."""
    if old and new and new.second == 0 and old.replace(second=0, microsecond=0) == new:
        return old
    return new


def _at(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None


def _stale(s: Session, file: File) -> bool:
    """Whether a younger list of this store is known; only files that tell their time say that."""
    listing = file.report.listing
    if not listing or not listing.told:
        return False
    query = select(Import.report).where(
        Import.store_id == file.store.id, Import.state == "done", Import.id != file.import_id,
        col(Import.report).contains('"kind": "refunds"'),
    )  # fmt: skip
    newest = s.exec(query.order_by(col(Import.id).desc()).limit(20)).all()
    others = [x for x in map(Report.load, newest) if x.listing and x.listing.told]
    return any(x.exported_at > file.report.exported_at for x in others)


def _put(s: Session, file: File, rows: Sequence[Row]) -> None:
    if not rows:
        return
    mine = {"store_id": file.store.id, "team_id": file.store.team_id, "last_import": file.import_id}
    _upsert(s, [{**vars(x), **mine} for x in rows])


def _upsert(s: Session, rows: list[dict[str, Any]]) -> None:
    insert = _insert(s)(Refund)
    values = {x: insert.excluded[x] for x in rows[0] if x not in ("store_id", "refund_no")}
    upsert = insert.on_conflict_do_update(index_elements=["store_id", "refund_no"], set_=values)
    s.connection().execute(upsert, rows)


def _insert(s: Session) -> Any:
    return sqlite.insert if s.get_bind().dialect.name == "sqlite" else postgresql.insert


# the journal ---------------------------------------------------------------------------------


def _journal(
    s: Session,
    file: File,
    changes: Sequence[Change],
    last: Mapping[str, int],
    notes: Mapping[str, str],
) -> None:
    """Each refund as it was, empty where there was none, and what gives its card back."""
    rows = []
    for x in changes:
        no = x.after.refund_no
        if x.changed or no in notes:
            before = _kept(x.before, last.get(no, 0)) if x.changed else UNTOUCHED
            rows.append((file.import_id, no, before, notes.get(no, "")))
    _write_journal(s, rows)


def _write_journal(s: Session, rows: Sequence[tuple[int, str, str, str]]) -> None:
    names = ("import_id", "refund_no", "before", "issue_before")
    if rows:
        insert = _insert(s)(RefundJournal).on_conflict_do_nothing()
        s.connection().execute(insert, [dict(zip(names, x, strict=True)) for x in rows])


def _kept(row: Row | None, last_import: int) -> str:
    if row is None:
        return ""
    data = {**vars(row), "last_import": last_import}
    return json.dumps(data, ensure_ascii=False, default=lambda x: x.isoformat())


def _given(text: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(text)
    for name in ("applied_at", "due_at", "finished_at"):
        data[name] = datetime.fromisoformat(data[name]) if data[name] else None
    day = data["finished_day"]
    data["finished_day"] = date.fromisoformat(day) if day else None
    return data


@dataclass
class Returned:
    restored: int = 0
    removed: int = 0
    cards: int = 0
    left: list[int] = field(default_factory=list)


def give_back(
    db: Database,
    row: Import,
    desk: Desk | None,
    now: datetime,
    on_progress: Callable[[Progress], None],
) -> Returned:
    """Undo what an import did to refunds and cards, slice by slice. Safe to call again."""
    found, slices = Returned(), _Slices()
    while True:
        with db.write() as s:
            began = time.monotonic()
            query = select(RefundJournal).where(RefundJournal.import_id == row.id)
            batch = s.exec(query.order_by(col(RefundJournal.refund_no)).limit(slices.size)).all()
            if batch:
                _return(s, row, batch, desk, now, found)
        if not batch:
            return found
        slices.learn(len(batch), time.monotonic() - began)
        on_progress(Progress("undoing", found.restored + found.removed))


def _return(
    s: Session,
    row: Import,
    batch: Sequence[RefundJournal],
    desk: Desk | None,
    now: datetime,
    found: Returned,
) -> None:
    old = [_given(x.before) for x in batch if x.before not in ("", UNTOUCHED)]
    born = [x.refund_no for x in batch if not x.before]
    if old:
        mine = {"store_id": row.store_id, "team_id": row.team_id}
        _upsert(s, [{**x, **mine} for x in old])
    if born:
        gone = delete(Refund).where(
            col(Refund.store_id) == row.store_id, col(Refund.refund_no).in_(born)
        )
        s.connection().execute(gone)
    if desk:
        cards, left = desk.give_back(s, [x.issue_before for x in batch if x.issue_before], now)
        found.cards += cards
        found.left += left
    found.restored += len(old)
    found.removed += len(born)
    for entry in batch:
        s.delete(entry)


def refuse_if_touched(s: Session, row: Import) -> None:
    """Raises UserError naming the refunds that a later import wrote."""
    query = (
        select(RefundJournal.refund_no, Refund.last_import)
        .where(RefundJournal.import_id == row.id, RefundJournal.before != UNTOUCHED)
        .where(Refund.store_id == row.store_id, Refund.refund_no == RefundJournal.refund_no)
        .where(Refund.last_import != row.id)
        .order_by(col(RefundJournal.refund_no))
    )
    found = s.exec(query).all()
    if not found:
        return
    later = {x for _, x in found}
    names = s.exec(select(Import.file_name).where(col(Import.id).in_(later))).all()
    more = "…" if len(found) > NAMED else ""
    raise UserError(
        "import.undo_refunds", n=len(found), refunds=", ".join(x for x, _ in found[:NAMED]) + more,
        files=", ".join(sorted(set(names))[:NAMED]),
    )  # fmt: skip
