"""The pinned board of a chat: edited in place, pinned once, and what Telegram does to it."""

from typing import Any

import pytest
from conftest import NOW, Shop
from sky import heard, link
from wire import Wire, buttons
from world import FORUM, GROUP, SMALL

from bot.aftersales import issues
from bot.aftersales.issues import New
from bot.db import Database
from tests.aftersales.desk import member


def log(db: Database, shop: Shop, order: str, **more: Any) -> int:
    with db.write() as s:
        who = member(s, shop.staff)
        new = New(store_id=shop.tmall, order_no=order, reason="missing", due_from="chat", **more)
        return issues.open(s, shop.team, new, NOW, who.id).no


def pinned(wire: Wire, chat: int) -> list[int]:
    return wire.server.sandbox.state.chats[chat].pinned


async def change(wire: Wire, seconds: int = 61) -> list[dict[str, Any]]:
    """What is said once the clock has gone on so far."""
    await wire.act("clock", by=seconds)
    await wire.sent(1)
    return await wire.replies()


async def test_a_board_is_pinned_once_we_may_and_edited_once_a_minute(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop, GROUP)
    await heard(wire, shop.owner)
    await wire.say(shop.owner, "/board", chat=GROUP)
    board, told = await wire.replies()
    assert board["text"] == "📋 售后看板｜天猫旗舰店\n✅ 没有未结的售后"
    assert told["chat"]["id"] == shop.owner
    assert told["text"].startswith("「果然鲜 · 团队」的看板发好了，但我没有置顶权限。")
    log(db, shop, "1", product="苹果礼盒5斤", due_at=NOW.replace(hour=3, minute=40))
    log(db, shop, "2", product="鸡蛋")
    (edited,) = await change(wire)
    assert edited["message_id"] == board["message_id"]
    assert edited["text"] == (
        "📋 售后看板｜天猫旗舰店\n未结 2｜新登记 2\n"
        "🟠 #1 剩3h 少件漏发 苹果礼盒5斤\n🟡 #2 少件漏发 鸡蛋"
    )
    await wire.act("bot", person=shop.owner, chat=GROUP, status="administrator")
    await wire.called("pinChatMessage")
    await wire.replies()
    assert pinned(wire, GROUP) == [board["message_id"]]
    await wire.act("clock", by=61)
    assert await wire.replies() == []  # nothing it shows has changed
    assert [c["method"] for c in wire.calls].count("pinChatMessage") == 2


async def test_a_board_that_somebody_deleted_is_said_anew(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop, GROUP)
    await wire.act("bot", person=shop.owner, chat=GROUP, status="administrator")
    await wire.say(shop.manager, "/board", chat=GROUP)
    board = await wire.reply()
    await wire.act("delete", person=shop.owner, chat=GROUP, message_id=board["message_id"])
    log(db, shop, "1")
    (anew,) = await change(wire)
    assert anew["message_id"] > board["message_id"]
    await wire.replies()
    assert pinned(wire, GROUP) == [anew["message_id"]]
    log(db, shop, "2")
    (edited,) = await change(wire)
    assert edited["message_id"] == anew["message_id"]


async def test_after_a_migration_the_board_stands_in_the_supergroup(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop, SMALL)
    await wire.act("bot", person=3001, chat=SMALL, status="administrator")
    await wire.say(shop.manager, "/board", chat=SMALL)
    board = await wire.reply()
    new = (await wire.act("migrate", chat=SMALL))["chat"]
    (anew,) = await change(wire)
    assert (anew["chat"]["id"], anew["text"]) == (new, board["text"])
    await wire.replies()
    assert pinned(wire, new) == [anew["message_id"]]


async def test_the_board_of_a_deleted_topic_stays_away(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop, FORUM, 3)
    await heard(wire, shop.owner, shop.manager)
    await wire.act("bot", person=shop.owner, chat=FORUM, status="administrator")
    await wire.say(shop.manager, "/board", chat=FORUM, thread=3)
    board = await wire.reply()
    assert (board["message_thread_id"], pinned(wire, FORUM)) == (3, [board["message_id"]])
    await wire.act("topic", person=shop.owner, chat=FORUM, do="delete", thread=3)
    log(db, shop, "1")
    told = await change(wire)
    assert {m["chat"]["id"] for m in told} == {shop.owner, shop.manager}  # their topic is gone
    log(db, shop, "2")
    await wire.act("clock", by=61)
    assert await wire.replies() == []


async def test_a_board_waits_for_us_to_come_back(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop, GROUP)
    await wire.say(shop.manager, "/board", chat=GROUP)
    board, _ = await wire.replies()
    await wire.kick(GROUP, shop.owner)
    log(db, shop, "1")
    await wire.act("clock", by=61)
    await wire.replies()
    await wire.act("bot", person=shop.owner, chat=GROUP, status="administrator")
    await wire.replies()
    edited = (await change(wire))[-1]
    assert (edited["message_id"], "未结 1" in edited["text"]) == (board["message_id"], True)


@pytest.mark.parametrize("end", ["/board off", "/board 收起"])
async def test_a_board_is_taken_down(wire: Wire, shop: Shop, db: Database, end: str) -> None:
    link(db, shop, GROUP)
    await wire.act("bot", person=shop.owner, chat=GROUP, status="administrator")
    await wire.say(shop.manager, "/board", chat=GROUP)
    board = await wire.reply()
    await wire.say(shop.staff, end, chat=GROUP)
    assert "没有权限" in (await wire.reply())["text"]
    await wire.say(shop.manager, end, chat=GROUP)
    assert (await wire.reply())["text"] == "看板已收起。要再看，发 /board"
    state = wire.server.sandbox.state.chats[GROUP]
    assert (state.pinned, board["message_id"] in state.messages) == ([], False)


async def test_a_board_is_offered_under_the_list(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop, GROUP)
    await wire.act("bot", person=shop.owner, chat=GROUP, status="administrator")
    await wire.say(shop.staff, "/issues", chat=GROUP)
    assert "📌 置顶看板" not in buttons(await wire.reply())
    await wire.say(shop.manager, "/issues", chat=GROUP)
    page = await wire.reply()
    await wire.press(shop.manager, page, buttons(page)["📌 置顶看板"])
    board = await wire.reply()
    assert pinned(wire, GROUP) == [board["message_id"]]
