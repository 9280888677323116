"""`db.read()` and `db.write()` on both engines."""

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Integer
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, select

from bot.db import Database, migrate, wake
from bot.db.people import Secret
from bot.errors import UserError


def _names(db: Database) -> list[str]:
    with db.read() as s:
        return [row.name for row in s.exec(select(Secret))]


def test_a_write_is_kept(db: Database) -> None:
    with db.write() as s:
        s.add(Secret(name="a", value="1"))
    assert _names(db) == ["a"]


def test_an_error_does_not_show_what_was_written(db: Database) -> None:
    with pytest.raises(IntegrityError) as caught, db.write() as s:
        s.add_all(Secret(name="a", value="13800138000") for _ in "ab")
    assert "13800138000" not in str(caught.value)


def test_a_failed_write_leaves_nothing(db: Database) -> None:
    with pytest.raises(UserError), db.write() as s:
        s.add(Secret(name="a", value="1"))
        s.flush()
        raise UserError("not_allowed")
    assert _names(db) == []


def test_read_modify_write_of_many_threads_loses_no_update(db: Database) -> None:
    with db.write() as s:
        s.add(Secret(name="n", value="0"))

    def add_ten() -> None:
        for _ in range(10):
            with db.write() as s:
                row = s.exec(select(Secret).with_for_update()).one()
                row.value = str(int(row.value) + 1)

    threads = [threading.Thread(target=add_ten) for _ in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    with db.read() as s:
        assert s.exec(select(Secret.value)).one() == "60"


def test_a_listener_hears_of_a_commit_but_not_of_a_rollback(db: Database) -> None:
    heard: list[str] = []
    db.on_commit(heard.append)
    with pytest.raises(UserError), db.write() as s:
        wake(s, "outbox")
        raise UserError("not_allowed")
    assert heard == []
    with db.write() as s:
        wake(s, "outbox")
    assert heard == ["outbox"]


def test_a_migrated_database_has_nothing_left_to_migrate(db: Database) -> None:
    assert migrate.revision(db) == migrate.HEAD
    assert migrate.upgrade(db) is False


def test_the_models_need_no_revision_that_is_not_there(db: Database) -> None:
    with db.engine.connect() as c:
        context = MigrationContext.configure(c, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_integers_that_may_grow_are_big() -> None:
    """A plain INTEGER overflows on PostgreSQL at ¥21,474,836.47 and on chat ids."""
    small = {"attempts", "repeats", "n", "priority"}
    for table in SQLModel.metadata.tables.values():
        for column in table.columns:
            if type(column.type) is Integer and not column.foreign_keys:
                known = column.primary_key or column.name in small
                assert known or column.name.endswith("_id"), f"{table.name}.{column.name}"
