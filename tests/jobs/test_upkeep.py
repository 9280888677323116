"""Forgetting in time, over a running bot."""

from datetime import timedelta

from conftest import NOW, Shop
from sky import link
from sqlmodel import select
from wire import Wire
from world import GROUP

from bot import inbox, outbox
from bot.db import Database
from bot.db.desk import Board
from bot.db.wire import InboxRow, OutboxRow
from jobs import upkeep


async def test_an_update_that_was_never_handled_is_wiped_by_age(
    wire: Wire, shop: Shop, db: Database
) -> None:
    bot = wire.bot.house.bot_id
    with db.write() as s:
        inbox.store(s, bot, [{"update_id": 1, "text": "secret"}], "gone", NOW - timedelta(days=8))
        inbox.store(s, bot, [{"update_id": 2, "text": "recent"}], "gone", NOW - timedelta(days=6))
    upkeep.forget(wire.bot.house)
    with db.read() as s:
        raw = {row.update_id: row.raw for row in s.exec(select(InboxRow))}
    assert raw[1] == ""
    assert "recent" in raw[2]


async def test_what_was_said_is_dropped_after_ninety_days(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.staff, "/help")
    await wire.replies()
    wire.bot.clock.advance(timedelta(days=89))
    upkeep.forget(wire.bot.house)
    with db.read() as s:
        assert len(s.exec(select(OutboxRow)).all()) == 1
    wire.bot.clock.advance(timedelta(days=2))
    upkeep.forget(wire.bot.house)
    with db.read() as s:
        assert s.exec(select(OutboxRow)).all() == []
        assert s.exec(select(InboxRow)).all() == []


async def test_where_a_board_stands_is_never_forgotten(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop, GROUP)
    await wire.say(shop.manager, "/board", chat=GROUP)
    await wire.replies()
    wire.bot.clock.advance(timedelta(days=91))
    upkeep.forget(wire.bot.house)
    with db.read() as s:
        board = s.exec(select(Board)).one()
        assert outbox.said_as(s, board.key)
