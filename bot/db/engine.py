"""The two ways into the database: `db.read()` and `db.write()`."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlmodel import Session, SQLModel

log = logging.getLogger(__name__)

SLOW_WRITE = 0.1  # seconds; nothing may hold the write lock longer


class FairLock:
    """First come, first served: a long import cannot starve an inbox write."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._queue: deque[threading.Lock] = deque()
        self._held = False

    def acquire(self) -> None:
        with self._guard:
            if not self._held and not self._queue:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._queue.append(turn)
        turn.acquire()  # released by the holder before us

    def release(self) -> None:
        with self._guard:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._held = False


class Database:
    """One database, SQLite file or PostgreSQL.

    Features take a session and never commit: whoever opened `write()` owns the transaction.
    """

    def __init__(self, url: str) -> None:
        self.url = _with_driver(url)
        self.is_sqlite = self.url.startswith("sqlite")
        self._lock = FairLock() if self.is_sqlite else None
        self._committed: list[Callable[[str], None]] = []
        self.engine = _sqlite(self.url) if self.is_sqlite else _postgres(self.url)
        isolation = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._reader = self.engine.execution_options(sqlite_begin="DEFERRED", **isolation)
        self._writer = self.engine.execution_options(sqlite_begin="IMMEDIATE")

    @property
    def path(self) -> Path | None:
        """The SQLite file, if it is one."""
        database = make_url(self.url).database
        return Path(database) if self.is_sqlite and database else None

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent snapshot; nothing written here is kept."""
        with Session(self._reader, expire_on_commit=False) as s:
            yield s

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: committed on leaving, rolled back on an error.

        On SQLite one writer at a time, in the order they came. Never hold it across a network call.
        """
        if self._lock:
            self._lock.acquire()
        began = time.monotonic()
        try:
            with Session(self._writer, expire_on_commit=False) as s:
                yield s
                wakes = s.info.get("wake", ())
                s.commit()
        finally:
            if self._lock:
                self._lock.release()
            held = time.monotonic() - began
            if held > SLOW_WRITE:
                log.debug("a write held the lock for %.0f ms", held * 1000)
        for name in wakes:
            for listener in self._committed:
                listener(name)

    def on_commit(self, listener: Callable[[str], None]) -> None:
        """Call `listener(name)` after a commit whose session was marked by `wake(s, name)`."""
        self._committed.append(listener)

    def close(self) -> None:
        self.engine.dispose()


def wake(s: Session, name: str) -> None:
    """Mark the transaction: once it is committed, whoever waits for `name` should look again."""
    s.info.setdefault("wake", set()).add(name)


_QUIET: dict[str, Any] = {"hide_parameters": True}  # errors are logged, people's words are not


def _with_driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _postgres(url: str) -> Engine:
    return create_engine(url, pool_size=8, max_overflow=4, pool_pre_ping=True, **_QUIET)


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, pool_size=8, max_overflow=4, **_QUIET)

    @event.listens_for(engine, "connect")
    def configure(connection: DBAPIConnection, _: Any) -> None:
        # we say BEGIN ourselves: the driver's own mode silently loses updates
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # NORMAL may forget the last commits on power loss: un-sent rows
            "busy_timeout=10000",
            "foreign_keys=ON",
            "secure_delete=ON",  # wiped raw text is really gone from the file
            "cache_size=-16000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def insert_new(s: Session, table: type[SQLModel], row: Mapping[str, object]) -> bool:
    """Insert unless a unique key says that the row is there; True if it was new."""
    insert = sqlite.insert if s.get_bind().dialect.name == "sqlite" else postgresql.insert
    # the rowcount of such an insert is -1 on some drivers; what it returns is certain
    statement = insert(table).values(row).on_conflict_do_nothing().returning(text("1"))
    return s.connection().execute(statement).first() is not None
