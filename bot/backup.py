"""A consistent copy of the database while it is in use, and the way back from one.

A copy is always a SQLite file, of PostgreSQL too: so it can be looked into anywhere, and a team can
move from one engine to the other.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Table, delete, func, insert, inspect, select, text, update
from sqlmodel import Session, SQLModel, col

from bot.config import Backup
from bot.db import Database, migrate
from bot.db.instance import Instance
from bot.db.people import Binding, Secret
from bot.db.wire import Alive, InboxRow, OutboxRow
from bot.errors import ConfigError

log = logging.getLogger(__name__)

_NAME = re.compile(r"storebot-(\d{4}-\d\d-\d\d)\.db")
RESTORED = "restored_at"  # name of the row that says when
CHUNK = 5000  # rows carried at once


# out ------------------------------------------------------------------------------------------


def make(db: Database, target: Path) -> None:
    """Copy `db` into the file `target`, verified before it takes that name.

    Safe beside a running bot. Raises ConfigError where the copy turns out damaged.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _beside(target) as copy:
        if db.is_sqlite:
            _copy_file(db, copy)
        else:
            _dump(db, copy)
        verify(copy)
        _keep(copy, target)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A new name in the same folder, readable by us only; gone at the end."""
    path = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    path.touch(mode=0o600, exist_ok=False)
    try:
        yield path
    finally:
        for name in (path, *(Path(f"{path}{x}") for x in ("-wal", "-shm", "-journal", ".lock"))):
            name.unlink(missing_ok=True)


def _copy_file(db: Database, copy: Path) -> None:
    """A snapshot: writers go on meanwhile. `cp` of a database in use is no copy."""
    assert db.path
    with closing(sqlite3.connect(db.path, timeout=60)) as c:
        c.execute("VACUUM INTO ?", (str(copy),))


def _dump(db: Database, copy: Path) -> None:
    """Every table as it stood at one moment, into a file of the same schema."""
    file = Database(f"sqlite:///{copy}")
    migrate.upgrade(file)
    with db.read() as source, file.write() as s:
        _carry(source.connection(), s.connection())
    file.close()
    with closing(sqlite3.connect(copy)) as c:  # one file, nothing beside it
        c.execute("PRAGMA journal_mode=DELETE")


def _carry(source: Connection, target: Connection) -> None:
    """Replace all rows of `target` by those of `source`."""
    tables = SQLModel.metadata.sorted_tables
    for table in reversed(tables):
        target.execute(table.delete())
    for table in tables:
        query = select(table).execution_options(yield_per=CHUNK)
        for rows in source.execute(query).mappings().partitions():
            target.execute(insert(table), [dict(row) for row in rows])


def _keep(copy: Path, target: Path) -> None:
    """Give the finished copy its name, so that a power cut leaves either the old or the new."""
    for path in (copy, target.parent):
        handle = os.open(path, os.O_RDONLY)
        try:
            if path == target.parent:
                copy.replace(target)
            os.fsync(handle)
        finally:
            os.close(handle)


def verify(path: Path) -> str:
    """The schema's revision of a sound copy. Raises ConfigError for anything else."""
    if not path.is_file():
        raise ConfigError(f"{path}: no such file")
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as c:
            sound = c.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            broken = c.execute("PRAGMA foreign_key_check").fetchone()
            revision = c.execute("SELECT version_num FROM alembic_version").fetchone()
            c.execute("SELECT COUNT(*) FROM teams")
    except sqlite3.DatabaseError:
        raise ConfigError(f"{path}: not a backup of storebot") from None
    if not sound or broken or not revision:
        raise ConfigError(f"{path}: damaged")
    if revision[0] > migrate.HEAD:
        raise ConfigError(f"{path}: made by a newer storebot ({revision[0]}): update first")
    return str(revision[0])


# back -----------------------------------------------------------------------------------------


def restore(path: Path, db: Database, now: datetime) -> Path | None:
    """Replace `db` by the backup `path`; where the old state is kept (None: there was none).

    Nothing is touched before the backup is verified, migrated and quietened. Raises ConfigError
    where it is no sound backup, or while a bot runs on `db`.
    """
    verify(path)
    with _alone(db):
        if db.is_sqlite:
            return _replace_file(path, db, now)
        return _replace_rows(path, db, now)


@contextmanager
def _alone(db: Database) -> Iterator[None]:
    """No bot may run meanwhile; raises ConfigError where one does."""
    if db.path:
        db.path.parent.mkdir(parents=True, exist_ok=True)
    else:
        with db.engine.connect() as c:
            query = (
                "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database"
                " WHERE locktype = 'advisory' AND d.datname = current_database()"
            )
            if c.execute(text(query)).scalar():
                raise ConfigError("a storebot is running on this database: stop it first")
    instance = Instance(db)
    try:
        yield
    finally:
        instance.close()


@contextmanager
def _prepared(path: Path, beside: Path, now: datetime) -> Iterator[Database]:
    """A working copy of the backup, brought to this program's schema, that says nothing again."""
    with _beside(beside) as copy:
        shutil.copyfile(path, copy)
        file = Database(f"sqlite:///{copy}")
        migrate.upgrade(file, keep=False)
        with file.write() as s:
            quieten(s, now)
        try:
            yield file
        finally:
            file.close()


def quieten(s: Session, now: datetime) -> None:
    """Whatever the copy still had to say or answer may have been said since it was made."""
    late = (col(OutboxRow.state) == "pending", col(OutboxRow.not_before) <= now)
    s.exec(update(OutboxRow).where(*late).values(state="expired", settled_at=now, address=None))
    s.exec(
        update(OutboxRow).where(col(OutboxRow.state) == "sending")
        .values(state="uncertain", settled_at=now, address=None, owner="", lease_until=None)
    )  # fmt: skip
    s.exec(
        update(InboxRow).where(col(InboxRow.done_at).is_(None))
        .values(done_at=now, raw="", error="not handled again after a restore")
    )  # fmt: skip
    # a plan from before its chat was linked is nobody's: today's digest may be out already
    s.exec(update(Binding).values(created_at=now))
    s.exec(delete(Alive))  # the time since is no absence
    s.merge(Secret(name=RESTORED, value=now.isoformat()))  # for what is due by the clock alone


def _replace_file(path: Path, db: Database, now: datetime) -> Path | None:
    assert db.path
    with _prepared(path, db.path, now) as file:
        file.close()
        assert file.path
        with closing(sqlite3.connect(file.path)) as c:
            c.execute("PRAGMA journal_mode=DELETE")
        db.close()
        old = _set_aside(db.path, now) if db.path.exists() else None
        _keep(file.path, db.path)
    return old


def _set_aside(path: Path, now: datetime) -> Path:
    """A second name for the old file, which keeps its own until it is replaced."""
    kept = path.with_name(f"{path.stem}.before-restore-{now:%Y%m%d-%H%M%S}{path.suffix}")
    try:
        with closing(sqlite3.connect(path)) as c:
            c.execute("PRAGMA journal_mode=DELETE")  # takes in what lies beside the file
    except sqlite3.DatabaseError:
        log.warning("%s is damaged; it is kept as it is", path)
    try:
        kept.hardlink_to(path)
    except OSError:  # a file system without links
        shutil.copy2(path, kept)
    for end in ("-wal", "-shm"):
        beside = Path(f"{path}{end}")
        if beside.exists():
            beside.rename(f"{kept}{end}")
    return kept


def _replace_rows(path: Path, db: Database, now: datetime) -> Path:
    kept = path.resolve().with_name(f"storebot.before-restore-{now:%Y%m%d-%H%M%S}.db")
    migrate.upgrade(db)
    make(db, kept)
    with _prepared(path, path.resolve(), now) as file, file.read() as source, db.write() as s:
        _carry(source.connection(), s.connection())
        _count_on(s.connection(), SQLModel.metadata.sorted_tables)
    return kept


def _count_on(c: Connection, tables: Iterable[Table]) -> None:
    """PostgreSQL numbers new rows by itself: from where the carried ones end."""
    known = set(inspect(c).get_table_names())
    for table in tables:
        for column in table.primary_key.columns:
            if table.name not in known or column.type.python_type is not int:
                continue
            name = c.execute(
                text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": table.name, "c": column.name}
            ).scalar()
            if name:
                highest = c.execute(select(func.max(column))).scalar()
                c.execute(
                    text("SELECT setval(CAST(:s AS regclass), :n, :called)"),
                    {"s": name, "n": highest or 1, "called": highest is not None},
                )  # fmt: skip


# by itself ------------------------------------------------------------------------------------


def scheduled(db: Database, settings: Backup, now: datetime) -> Path | None:
    """Today's copy into the folder unless it is there, and room made; None where nothing was due."""
    folder, today = Path(settings.folder), now.astimezone(UTC).date()
    target = folder / f"storebot-{today}.db"
    if not settings.folder or target.exists():
        return None
    make(db, target)
    for old in surplus(_copies(folder), today, settings.keep_days, settings.keep_weeks):
        (folder / f"storebot-{old}.db").unlink(missing_ok=True)
    return target


def surplus(days: Iterable[date], today: date, keep_days: int, keep_weeks: int) -> list[date]:
    """Copies that may go: not of the last days, nor the first of one of the last weeks."""
    recent = today - timedelta(days=keep_days)
    monday = today - timedelta(days=today.weekday(), weeks=keep_weeks)
    firsts: dict[tuple[int, int], date] = {}
    for day in sorted(days):
        firsts.setdefault(day.isocalendar()[:2], day)
    return [
        day for day in sorted(days)
        if day <= recent and not (firsts[day.isocalendar()[:2]] == day and day >= monday)
    ]  # fmt: skip


def newest(settings: Backup) -> datetime | None:
    """When the last copy in the folder was made."""
    days = _copies(Path(settings.folder)) if settings.folder else []
    if not days:
        return None
    file = Path(settings.folder) / f"storebot-{max(days)}.db"
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _copies(folder: Path) -> list[date]:
    names = (_NAME.fullmatch(x.name) for x in folder.glob("storebot-*.db"))
    return [date.fromisoformat(m[1]) for m in names if m]
