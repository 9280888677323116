"""The queue of imports: asked for, claimed, undone on request. Light: an idle bot looks often."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import and_, case, or_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from bot.db import wake
from bot.db.facts import Import
from bot.db.people import Store
from bot.errors import UserError

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 5  # after these a claimed row is only to be given up on: see `exhausted`
CLI = "cli:"  # owners that are no instance of the bot; only their lease tells whether they live
_OPEN = ("sorting", "queued", "merging", "undoing")


def queue(
    s: Session,
    *,
    team_id: int,
    store_id: int | None,
    file_name: str,
    now: datetime,
    member_id: int | None = None,
    chat_id: int | None = None,
    thread_id: int = 0,
    message_id: int = 0,
    file_id: str = "",
    owner: str = "",
) -> Import:
    """A file to import; without `store_id` a look at it may tell, else it waits for `assign`.

    Without a `file_id` too it is a typed line, and waits.

    `owner` is set by who will `run` it at once. Raises UserError where the store is in work.
    """
    row = Import(
        team_id=team_id, store_id=store_id, member_id=member_id, chat_id=chat_id,
        thread_id=thread_id, message_id=message_id, file_name=file_name[-200:], file_id=file_id,
        state="queued" if store_id else "sorting" if file_id else "asked", owner=owner,
        lease_until=now + LEASE if owner else None, created_at=now,
    )  # fmt: skip
    s.add(row)
    try:
        s.flush()
    except IntegrityError:
        raise UserError("import.busy") from None
    wake(s, "imports")
    return row


def assign(s: Session, row: Import, store: Store) -> bool:
    """Say whose orders they are; False where that was said before."""
    values = {"store_id": store.id, "state": "queued"}
    mine = col(Import.id) == row.id, col(Import.team_id) == store.team_id
    done = s.connection().execute(
        update(Import).where(*mine, col(Import.state) == "asked").values(values)
    )
    wake(s, "imports")
    s.refresh(row)
    return bool(done.rowcount)


def sort(s: Session, row: Import, store_id: int | None) -> None:
    """After a look: to be imported into a store, or (None) to be asked about."""
    values = {"store_id": store_id, "state": "queued" if store_id else "asked", "owner": ""}
    mine = col(Import.id) == row.id, col(Import.state) == "sorting"
    s.connection().execute(update(Import).where(*mine).values(values))
    wake(s, "imports")


def again(s: Session, row: Import) -> None:
    """What was asked about the file is answered: it is imported."""
    row.state, row.attempts = "queued", 0
    s.add(row)
    wake(s, "imports")


def leave(s: Session, row: Import, now: datetime) -> None:
    """The file is not to be imported after all."""
    row.state, row.finished_at = "failed", now
    s.add(row)


def ask_undo(s: Session, row: Import) -> None:
    """Let a worker give back what the import changed. Raises UserError where that cannot be."""
    done = s.connection().execute(
        update(Import)
        .where(col(Import.id) == row.id, col(Import.state) == "done")
        .values(state="undoing", owner="", attempts=0)
    )
    if not done.rowcount:
        raise UserError("import.not_done")
    wake(s, "imports")
    s.refresh(row)


def claim(s: Session, owner: str, now: datetime, dead: Collection[str] = ()) -> Import | None:
    """The next import to `run`, or to `undo` where its state is "undoing".

    Rows of `dead` owners come first, and so do rows whose lease ran out where nothing but the lease
    tells: of the command line, and our own, since a claim says that we are idle. A slow download
    is no death, and two at work on one store would spoil its figures. Never two of one store.
    """
    by_lease = or_(col(Import.owner).startswith(CLI), col(Import.owner) == owner)
    orphan = or_(col(Import.owner).in_(list(dead)), and_(by_lease, col(Import.lease_until) < now))
    taken = col(Import.owner) != ""
    other = aliased(Import)
    at_work = col(other.owner) != "", col(other.store_id).is_not(None)
    busy = select(other.store_id).where(*at_work)
    free = or_(col(Import.store_id).is_(None), col(Import.store_id).not_in(busy))
    query = (
        select(Import)
        .where(col(Import.state).in_(_OPEN))
        .where(or_(taken & orphan, ~taken & free))
        .order_by(case((taken, 0), else_=1), col(Import.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = s.exec(query).first()
    if row is None:
        return None
    row.owner, row.lease_until, row.attempts = owner, now + LEASE, row.attempts + 1
    try:
        with s.begin_nested():
            s.flush()
    except IntegrityError:
        return None  # another instance was faster at this store
    return row


def release(s: Session, import_id: int) -> None:
    """Give a claimed import back, and its try with it: whoever claims it next starts anew."""
    mine = update(Import).where(col(Import.id) == import_id)
    s.connection().execute(
        mine.values(owner="", lease_until=None, attempts=col(Import.attempts) - 1)
    )


def exhausted(row: Import) -> bool:
    """It was tried often enough: it must `fail`, so that its person hears and its store is free."""
    return row.attempts > MAX_ATTEMPTS


def waiting(s: Session) -> bool:
    """A cheap look before a claim, so that an idle worker takes no write lock."""
    query = select(Import.id).where(col(Import.state).in_(_OPEN)).limit(1)
    return s.exec(query).first() is not None


def owners(s: Session) -> set[str]:
    """Instances that have an import in work."""
    found = s.exec(select(Import.owner).where(Import.owner != "")).all()
    return {x for x in found if not x.startswith(CLI)}
