"""Brings a database to the revision this program was written for. Alembic is imported only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from bot.db.engine import Database

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

HEAD = "0003"  # the newest revision; compared first, so that a start need not import Alembic
_LOCK = 0x5707EB07  # PostgreSQL advisory lock: two first starts must not both create tables


def revision(db: Database) -> str | None:
    """The stored revision; None for an empty database."""
    with db.engine.connect() as c:
        if not inspect(c).has_table("alembic_version"):
            return None
        return c.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(db: Database, *, keep: bool = True) -> bool:
    """Migrate to HEAD; True if anything was done.

    SQLite: a copy is kept beside the file (unless not `keep`), foreign keys are off while tables are rebuilt (with
    them on, a batch migration silently deletes child rows) and checked before the commit.
    """
    if revision(db) == HEAD:
        return False
    if keep and db.path and db.path.exists() and revision(db):
        _keep_copy(db)
    engine = create_engine(db.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as c:
        if db.is_sqlite:
            _upgrade_sqlite(c)
        else:
            _upgrade_postgres(c)
    engine.dispose()
    return True


def _upgrade_sqlite(c: Connection) -> None:
    c.exec_driver_sql("PRAGMA foreign_keys=OFF")
    c.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        _run(c)
        broken = c.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"migration broke {len(broken)} references")
        c.exec_driver_sql("COMMIT")
    except BaseException:
        c.exec_driver_sql("ROLLBACK")
        raise


def _upgrade_postgres(c: Connection) -> None:
    c.exec_driver_sql("BEGIN")
    try:
        c.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        _run(c)
        c.exec_driver_sql("COMMIT")
    except BaseException:
        c.exec_driver_sql("ROLLBACK")
        raise


def _run(c: Connection) -> None:
    from alembic import command

    command.upgrade(alembic_config(c), "head")


def alembic_config(c: Connection) -> AlembicConfig:
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", "bot.db:migrations")
    config.attributes["connection"] = c
    return config


def _keep_copy(db: Database) -> None:
    assert db.path
    target = db.path.with_suffix(f".before-{HEAD}{db.path.suffix}")
    target.unlink(missing_ok=True)
    with db.engine.connect() as c:
        c.rollback()
        raw = c.connection.driver_connection
        assert raw
        raw.execute("VACUUM INTO ?", (str(target),))
