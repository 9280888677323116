"""This process among those that share a database: a name that is locked for as long as it lives.

Rows in work carry their owner's name. After a crash the next process sees at once whose rows are
orphans, instead of waiting for a lease to run out.
"""

from __future__ import annotations

import contextlib
import fcntl
import secrets
import threading
from collections.abc import Iterable
from typing import IO

from sqlalchemy import Connection, text

from bot.db.engine import Database
from bot.errors import ConfigError


class Instance:
    """SQLite: a lock on a file beside the database, so only one process runs at a time.
    PostgreSQL: a session's advisory lock per process, gone with its connection.
    """

    def __init__(self, db: Database) -> None:
        self.owner = str(secrets.randbits(62))
        self._guard = threading.Lock()
        self._db = db
        self._file: IO[str] | None = None
        self._connection: Connection | None = None
        if db.is_sqlite:
            self._file = self._lock_file(db)
        else:
            self._connection = self._lock_name(db)

    def dead(self, owners: Iterable[str]) -> set[str]:
        """Those among `owners` whose process is gone; never this one."""
        others = {o for o in owners if o and o != self.owner}
        if self._file:
            return others  # we hold the only lock there is
        return {o for o in others if self._free(int(o))}

    def may_poll(self, bot_id: int) -> bool:
        """True for one process per bot: two long polls of one token rob each other of updates."""
        return bool(self._file) or self._try(-bot_id)

    def still_there(self) -> None:
        """Touch the lock's connection; take the lock again where the server dropped it."""
        if self._connection is None:
            return
        with self._guard:
            try:
                self._connection.execute(text("SELECT 1"))
            except Exception:  # whatever broke it, a new connection is the cure
                if not self._connection.closed:  # it is, where the last cure failed
                    self._connection.invalidate()
                    self._connection.close()
                self._connection = self._lock_name(self._db)

    def close(self) -> None:
        if self._file:
            self._file.close()
        if self._connection is not None:
            with self._guard, contextlib.suppress(Exception):  # the server may be away
                # a busy server may take a while to see that the session itself is closed
                self._connection.execute(text("SELECT pg_advisory_unlock_all()"))
            self._connection.invalidate()
            self._connection.close()

    def _lock_file(self, db: Database) -> IO[str]:
        assert db.path
        path = db.path.with_name(db.path.name + ".lock")
        handle = path.open("a")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            raise ConfigError(f"{db.path}: another storebot is running on this database") from None
        return handle

    def _lock_name(self, db: Database) -> Connection:
        connection = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("SELECT pg_advisory_lock(:n)"), {"n": int(self.owner)})
        return connection

    def _try(self, number: int) -> bool:
        assert self._connection is not None
        with self._guard:
            query = text("SELECT pg_try_advisory_lock(:n)")
            return bool(self._connection.execute(query, {"n": number}).scalar())

    def _free(self, number: int) -> bool:
        if not self._try(number):
            return False
        assert self._connection is not None
        with self._guard:
            self._connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": number})
        return True
