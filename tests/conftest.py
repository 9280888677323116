"""A named world for tests, on SQLite and on a real PostgreSQL.

林老板 owns the team 果然鲜 with two stores; 王店长 manages, 小陈 is staff, 周姐 leads a pickup point.
沈老板 owns another team, 邻家; what happens at 果然鲜 is none of his business. A stranger has no team.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from judge import complaints
from judge import judge as judge
from world import Fast

from bot.db import Database, migrate
from bot.db.people import Member, Store, Team

if TYPE_CHECKING:
    from postgres import Postgres
    from wire import Wire

NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # Monday 08:30 in Shanghai


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--db", choices=("sqlite", "postgres", "both"), default="both")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine_name" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--db")
        names = ("sqlite", "postgres") if chosen == "both" else (chosen,)
        metafunc.parametrize("engine_name", names, scope="session")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    passed = [r.nodeid for r in terminalreporter.stats.get("passed", ())]
    for name in ("sqlite", "postgres"):
        count = sum(1 for node in passed if name in node.rpartition("[")[2])
        terminalreporter.write_line(f"{name}: {count} tests passed on it")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real exports with known answers; not part of the repository."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder of real exports is not on this machine")
    return folder


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    db = Database(f"sqlite:///{path}")
    migrate.upgrade(db)
    db.close()
    return path


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    from postgres import Postgres  # psycopg, for those tests only

    server = Postgres(tmp_path_factory.mktemp("postgres"))
    yield server
    server.stop()


@pytest.fixture
def db_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of its own for each test."""
    if engine_name == "sqlite":
        path = tmp_path / "storebot.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.take()
    yield server.url(name)
    server.give_back(name)


@pytest.fixture
def db(db_url: str) -> Iterator[Database]:
    database = Database(db_url)
    yield database
    database.close()


@pytest.fixture
def clock() -> Fast:
    return Fast(NOW)


@dataclass(frozen=True)
class Shop:
    """Row ids of the named world, and the Telegram ids of its people."""

    team: int
    tmall: int  # CNY, Asia/Shanghai
    shopify: int  # HKD, Asia/Hong_Kong
    other_team: int
    other_store: int
    owner: int = 1001
    manager: int = 1002
    staff: int = 1003
    leader: int = 1004
    outsider: int = 2001  # owner of the other team
    stranger: int = 3001


@pytest.fixture
def shop(db: Database) -> Shop:
    with db.write() as s:
        ours, theirs = Team(name="果然鲜", created_at=NOW), Team(name="邻家", created_at=NOW)
        s.add_all([ours, theirs])
        s.flush()
        assert ours.id
        assert theirs.id
        shanghai = {"currency": "CNY", "timezone": "Asia/Shanghai", "created_at": NOW}
        hongkong = {"currency": "HKD", "timezone": "Asia/Hong_Kong", "created_at": NOW}
        stores = [
            Store(team_id=ours.id, key="tmall", name="天猫旗舰店", platform="taobao", **shanghai),
            Store(team_id=ours.id, key="hk", name="香港店", platform="shopify", **hongkong),
            Store(team_id=theirs.id, key="tmall", name="邻家店", platform="taobao", **shanghai),
        ]
        people = [
            (ours.id, 1001, "林老板", "owner"),
            (ours.id, 1002, "王店长", "manager"),
            (ours.id, 1003, "小陈", "staff"),
            (ours.id, 1004, "周姐", "leader"),
            (theirs.id, 2001, "沈老板", "owner"),
        ]
        s.add_all(stores)
        s.add_all(
            Member(team_id=t, telegram_id=i, name=n, role=r, joined_at=NOW) for t, i, n, r in people
        )
        s.flush()
        a, b, c = (store.id for store in stores)
        assert a
        assert b
        assert c
        return Shop(ours.id, a, b, theirs.id, c)


@pytest.fixture
async def wire(db_url: str, shop: Shop, clock: Fast) -> AsyncIterator[Wire]:
    """The bot of the named world, listening to a sandbox over HTTP."""
    from wire import running  # the whole bot: not for tests of one room

    async with running(db_url, clock) as connected:
        yield connected
    # every request and answer of every such test is read by an independent model of the Bot API
    assert complaints(connected.calls) == []


@pytest.fixture
def orders(db: Database, shop: Shop, tmp_path: Path) -> None:
    """A week and a day of orders in the Tmall store: see `orders.ROWS`."""
    from orders import fill

    fill(db, shop, tmp_path)
