"""A database of an earlier release comes through an upgrade with everything in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

from bot import pushes
from bot.db import Database, migrate

FIRST = """
INSERT INTO teams (id, name, created_at) VALUES (1, '果然鲜', '2026-10-01 00:00:00');
INSERT INTO members (id, team_id, telegram_id, name, role, language, joined_at)
    VALUES (1, 1, 1001, '林老板', 'owner', 'zh-hans', '2026-10-01 00:00:00');
INSERT INTO chats (id, telegram_id, kind, title) VALUES (1, -100, 'group', '团队');
INSERT INTO bindings (id, team_id, chat_id, thread_id, language, timezone, colours, digest,
    digest_at, created_at)
    VALUES (1, 1, 1, 0, 'zh-hans', 'Asia/Shanghai', 'red-up', 'silent', '08:30',
    '2026-10-01 00:00:00');
INSERT INTO digest_runs (binding_id, business_date, planned_at, decided_at, state)
    VALUES (1, '2026-11-21', '2026-11-22 00:30:00', '2026-11-22 00:30:00', 'sent')
"""


@pytest.fixture
def old(db_url: str) -> Iterator[Database]:
    """What the first release left behind, with a team, its group and one digest sent."""
    engine = create_engine(db_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as c:
        SQLModel.metadata.drop_all(c)
        c.execute(text("DROP TABLE alembic_version"))
        command.upgrade(migrate.alembic_config(c), "0001")
        for statement in FIRST.split(";"):
            c.execute(text(statement))
    database = Database(db_url)
    yield database
    database.close()


def test_a_chat_keeps_its_digest_time_and_mode(old: Database) -> None:
    assert migrate.upgrade(old)
    with old.read() as s:
        setting = pushes.settings(s, 1)["digest"]
    assert (setting.mode, setting.at) == ("silent", "08:30")


def test_a_digest_that_was_sent_is_not_sent_again(old: Database) -> None:
    migrate.upgrade(old)
    with old.read() as s:
        query = text("SELECT binding_id, kind, business_date, state FROM push_runs")
        rows = s.connection().execute(query).all()
    assert [(r[0], r[1], str(r[2]), r[3]) for r in rows] == [(1, "digest", "2026-11-21", "sent")]


def test_the_upgraded_tables_are_those_of_the_models(old: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    migrate.upgrade(old)
    with old.engine.connect() as c:
        found = compare_metadata(MigrationContext.configure(c), SQLModel.metadata)
    assert found == []


def test_a_copy_from_before_is_kept_beside_a_file(old: Database, tmp_path: Path) -> None:
    migrate.upgrade(old)
    if not old.is_sqlite:
        assert list(tmp_path.iterdir()) == []
        return
    copy = Database(f"sqlite:///{tmp_path / 'storebot.before-0003.db'}")
    assert migrate.revision(copy) == "0001"
    copy.close()
