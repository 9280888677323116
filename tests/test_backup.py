"""A copy under load is whole, and a restore says nothing again."""

import sqlite3
import threading
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import NOW, Shop
from sqlmodel import col, select
from test_cli import call
from wire import Wire
from world import GROUP

from bot import backup, inbox, outbox, teams
from bot.clock import Clock
from bot.config import Backup, Defaults
from bot.db import Database
from bot.db.instance import Instance
from bot.db.people import Member, Store, Team
from bot.db.wire import InboxRow, OutboxRow
from bot.errors import ConfigError
from bot.message import Message
from bot.outbox import Address

LATER = NOW + timedelta(hours=2)
HOUR = timedelta(hours=1)


def names(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as c:
        return [name for (name,) in c.execute("SELECT name FROM stores ORDER BY id")]


@pytest.mark.usefixtures("shop")
def test_a_copy_holds_what_was_there(db: Database, tmp_path: Path) -> None:
    target = tmp_path / "copies" / "one.db"
    backup.make(db, target)
    assert names(target) == ["天猫旗舰店", "香港店", "邻家店"]
    assert target.stat().st_mode & 0o777 == 0o600
    assert [x.name for x in target.parent.iterdir()] == ["one.db"]


def test_a_copy_under_writes_is_of_one_moment(db: Database, shop: Shop, tmp_path: Path) -> None:
    with writing(db, shop):
        for n in range(5):
            backup.make(db, tmp_path / f"{n}.db")
    for n in range(5):
        with closing(sqlite3.connect(tmp_path / f"{n}.db")) as c:
            rows, total = c.execute("SELECT COUNT(*), SUM(attempts) FROM outbox").fetchone()
            (counted,) = c.execute("SELECT name FROM teams WHERE id = 1").fetchone()
        assert counted in (str(rows), "果然鲜")  # both are written in one transaction
        assert not total


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "copies"


class writing:  # noqa: N801  # reads as a verb
    """A thread that writes a row and its count all the while."""

    def __init__(self, db: Database, shop: Shop) -> None:
        self._db, self._team, self._stop = db, shop.team, threading.Event()
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _write(self) -> None:
        n = 0
        while not self._stop.is_set():
            n += 1
            with self._db.write() as s:
                outbox.enqueue(s, f"k{n}", Address(telegram_id=n), Message("x"), NOW)
                team = s.get(Team, self._team)
                assert team
                team.name = str(n)


def test_what_is_no_backup_is_refused(db: Database, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.db"
    wrong.write_text("not a database")
    for path, why in ((wrong, "not a backup of storebot"), (tmp_path / "no.db", "no such file")):
        with pytest.raises(ConfigError, match=why):
            backup.restore(path, db, LATER)


@pytest.mark.usefixtures("shop")
def test_a_damaged_backup_changes_nothing(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "copy.db"
    backup.make(db, path)
    content = bytearray(path.read_bytes())
    content[8192:20480] = b"\xff" * 12288
    path.write_bytes(content)
    with pytest.raises(ConfigError):
        backup.restore(path, db, LATER)
    with db.read() as s:
        assert len(s.exec(select(Store)).all()) == 3


def test_a_restore_waits_until_the_bot_is_stopped(db: Database, tmp_path: Path) -> None:
    backup.make(db, tmp_path / "copy.db")
    bot = Instance(db)
    with pytest.raises(ConfigError, match="running on this database"):
        backup.restore(tmp_path / "copy.db", db, LATER)
    bot.close()
    assert backup.restore(tmp_path / "copy.db", db, LATER)


def test_a_restore_brings_back_the_rows_and_keeps_the_old_state(
    db: Database, shop: Shop, tmp_path: Path
) -> None:
    backup.make(db, tmp_path / "copy.db")
    rename(db, shop, "后来")
    kept = backup.restore(tmp_path / "copy.db", db, LATER)
    with db.read() as s:
        assert s.exec(select(Store.name).order_by(col(Store.id))).first() == "天猫旗舰店"
        assert len(s.exec(select(Member)).all()) == 5
    assert kept
    assert names(kept)[0] == "后来"


def rename(db: Database, shop: Shop, name: str) -> None:
    with db.write() as s:
        store = s.get(Store, shop.tmall)
        assert store
        store.name = name


def test_new_rows_are_numbered_on_after_a_restore(db: Database, shop: Shop, tmp_path: Path) -> None:
    backup.make(db, tmp_path / "copy.db")
    backup.restore(tmp_path / "copy.db", db, LATER)
    with db.write() as s:
        new = teams.new_store("new", "新店", "jd", "CNY", "Asia/Shanghai", LATER)
        assert teams.add_store(s, shop.team, new).id == 4


def test_a_copy_of_one_engine_restores_into_the_other(
    db: Database, shop: Shop, tmp_path: Path
) -> None:
    backup.make(db, tmp_path / "copy.db")
    other = Database(f"sqlite:///{tmp_path / 'other' / 'storebot.db'}")
    assert backup.restore(tmp_path / "copy.db", other, LATER) is None
    with other.read() as s:
        assert s.exec(select(Store.created_at)).first() == NOW
    other.close()


def test_what_waited_in_the_copy_is_not_said_or_handled_again(
    db: Database, shop: Shop, tmp_path: Path
) -> None:
    with db.write() as s:
        for key, at in (("due", NOW), ("sending", NOW), ("tomorrow", LATER + HOUR)):
            outbox.enqueue(s, key, Address(telegram_id=1001), Message(key), at)
        row = s.exec(select(OutboxRow).where(OutboxRow.key == "sending")).one()
        row.state, row.owner = "sending", "somebody"
        inbox.store(s, 7, [{"update_id": 1, "message": {"text": "x"}}], "somebody", NOW)
    backup.make(db, tmp_path / "copy.db")
    backup.restore(tmp_path / "copy.db", db, LATER)
    with db.read() as s:
        states = dict(s.exec(select(OutboxRow.key, OutboxRow.state)).all())
        update = s.exec(select(InboxRow)).one()
    assert states == {"due": "expired", "sending": "uncertain", "tomorrow": "pending"}
    assert (update.done_at, update.raw) == (LATER, "")


@pytest.mark.usefixtures("orders")
async def test_no_digest_or_push_leaves_twice(
    wire: Wire, shop: Shop, db: Database, tmp_path: Path, clock: Clock
) -> None:
    link(db, shop)
    await wire.say(shop.owner, "/help")
    await wire.reply()
    with db.write() as s:
        chat = teams.chat(s, shop.owner, "private")
        outbox.enqueue(s, "alert", Address(chat.id), Message("alert"), NOW + HOUR / 4)
    backup.make(db, tmp_path / "copy.db")  # 08:30, before the digest of 09:00
    await wire.until(NOW + HOUR)
    assert len(await wire.replies()) == 2
    await wire.bot.stop()
    backup.restore(tmp_path / "copy.db", db, clock.now())
    await wire.start()
    await wire.until(NOW + HOUR * 5 / 4)
    assert await wire.replies() == []
    await wire.until(NOW + timedelta(days=1, hours=1))
    assert len(await wire.replies()) == 1  # tomorrow's comes


def link(db: Database, shop: Shop) -> None:
    with db.write() as s:
        chat = teams.chat(s, GROUP, "supergroup")
        teams.link(s, chat, 0, teams.stores(s, shop.team)[:1], "zh-hans", Defaults(), NOW)


# by itself ------------------------------------------------------------------------------------


def test_a_copy_a_day_is_made(db: Database, folder: Path) -> None:
    settings = Backup(folder=str(folder))
    assert backup.newest(settings) is None
    assert backup.scheduled(db, settings, NOW) == folder / "storebot-2026-11-23.db"
    assert backup.scheduled(db, settings, NOW + timedelta(hours=10)) is None
    assert backup.newest(settings) is not None


def test_seven_days_and_four_weeks_are_kept() -> None:
    days = [date(2026, 11, 23) - timedelta(days=n) for n in range(60)]
    gone = backup.surplus(days, date(2026, 11, 23), 7, 4)  # a Monday
    assert sorted(str(d)[5:] for d in set(days) - set(gone)) == [
        "10-26", "11-02", "11-09", "11-16",
        "11-17", "11-18", "11-19", "11-20", "11-21", "11-22", "11-23",
    ]  # fmt: skip


def test_old_copies_make_room(db: Database, folder: Path) -> None:
    folder.mkdir()
    (folder / "storebot-2026-01-02.db").touch()
    (folder / "my-own.db").touch()
    backup.scheduled(db, Backup(folder=str(folder)), NOW)
    assert sorted(x.name for x in folder.iterdir()) == ["my-own.db", "storebot-2026-11-23.db"]


def test_from_the_command_line(tmp_path: Path) -> None:
    call(tmp_path, "store", "add", "tmall", "--name", "天猫旗舰店")
    assert "verified" in call(tmp_path, "backup", "copy.db").stdout
    call(tmp_path, "store", "add", "second")
    done = call(tmp_path, "restore", "copy.db")
    assert done.stdout.startswith("restored from copy.db; the state before is kept as")
    assert call(tmp_path, "store", "list").stdout.count("\n") == 1
