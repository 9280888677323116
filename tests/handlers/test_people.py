"""Strangers, newcomers and the owner's first minutes, over HTTP."""

from collections.abc import AsyncIterator

import pytest
from conftest import Shop
from sqlmodel import select
from wire import Wire, buttons, running
from world import GROUP

from bot.clock import Clock
from bot.db import Database
from bot.db.people import Chat, JoinRequest, Member, Store
from bot.db.wire import InboxRow, OutboxRow

POLITE = "Hello, I am Storebot and work for store teams only. To join, press the button; you are in once the owner agrees."


@pytest.fixture
async def empty(db_url: str, clock: Clock) -> AsyncIterator[Wire]:
    """A fresh installation; 1001 stands under `owners` in its config."""
    async with running(db_url, clock) as connected:
        yield connected


async def test_a_stranger_gets_one_polite_line(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.stranger, "sales yesterday")
    assert (await wire.reply())["text"] == POLITE


async def test_of_a_stranger_nothing_is_kept(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.stranger, "my number is 13800138000")
    await wire.replies()
    with db.read() as s:
        assert s.exec(select(Chat).where(Chat.telegram_id == shop.stranger)).all() == []
        assert [row.raw for row in s.exec(select(InboxRow))] == [""]
        assert [(r.address, r.chat_id) for r in s.exec(select(OutboxRow))] == [(None, None)]


async def test_a_stranger_in_a_group_meets_silence(wire: Wire, shop: Shop) -> None:
    for text in ("/help", "/yesterday", "@storebot_sandbox_bot sales"):
        await wire.say(shop.stranger, text, chat=GROUP)
    assert await wire.replies() == []


async def test_an_owner_sets_up_team_and_store_in_three_taps(empty: Wire, db: Database) -> None:
    await empty.say(1001, "/start")
    message = await empty.reply()
    await empty.press(1001, message, buttons(message)["淘宝/天猫"])
    message = await empty.reply()
    await empty.press(1001, message, buttons(message)["CNY · 上海时间"])
    assert (await empty.reply())["text"].startswith("好了：淘宝/天猫，CNY，上海时间。")
    with db.read() as s:
        store, member = s.exec(select(Store)).one(), s.exec(select(Member)).one()
    assert (store.key, store.currency, store.timezone) == ("taobao", "CNY", "Asia/Shanghai")
    assert (member.telegram_id, member.role, member.team_id) == (1001, "owner", store.team_id)


async def test_nobody_else_can_set_up_a_team(empty: Wire, db: Database) -> None:
    await empty.say(1001, "/start")
    message = await empty.reply()
    await empty.say(3001, "/start")
    theirs = await empty.reply()
    await empty.press(
        3001, theirs, buttons(message)["淘宝/天猫"] + ":CNY:Asia/Shanghai", forge=True
    )
    assert await empty.answers() == ["You may not do that. Ask the store's owner if you need to."]
    with db.read() as s:
        assert s.exec(select(Store)).all() == []


async def test_a_newcomer_is_let_in_by_the_owner(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.owner, "/help")
    await wire.reply()
    await wire.say(shop.stranger, "/start")
    polite = await wire.reply()
    await wire.press(shop.stranger, polite, "join:ask")
    asked, request = sorted(await wire.replies(), key=lambda m: -m["chat"]["id"])
    assert asked["text"] == "I told the owner and will let you know once they agree."
    assert request["chat"]["id"] == shop.owner
    await wire.press(shop.owner, request, buttons(request)["✅ 同意"])
    texts = {m["chat"]["id"]: m["text"] for m in await wire.replies()}
    assert texts[shop.stranger].startswith("Welcome, Stranger: the owner let you in.")
    with db.read() as s:
        member = s.exec(select(Member).where(Member.telegram_id == shop.stranger)).one()
    assert (member.team_id, member.role) == (shop.team, "staff")


async def test_the_owner_of_another_team_cannot_let_anybody_in(
    wire: Wire, shop: Shop, db: Database
) -> None:
    with db.write() as s:
        s.add(
            JoinRequest(
                team_id=shop.team, telegram_id=3001, name="X", asked_at=wire.bot.clock.now()
            )
        )
    await wire.say(shop.outsider, "/help")
    message = await wire.reply()
    await wire.press(shop.outsider, message, "admit:1:yes", forge=True)
    assert await wire.answers() == ["这条申请已经不在了。"]
    with db.read() as s:
        assert s.exec(select(Member).where(Member.telegram_id == 3001)).all() == []


async def test_help_lists_what_a_person_may_do_here(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.staff, "/help")
    private = (await wire.reply())["text"]
    await wire.say(shop.leader, "/help")
    leaders = (await wire.reply())["text"]
    assert "/yesterday 昨天" in private
    assert "/link" not in private
    assert "/yesterday" not in leaders


async def test_a_leader_is_not_told_to_ask_or_to_send_files(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.leader, "/start")
    text = (await wire.reply())["text"]
    assert "以你现在的角色，还不能看店铺的数字" in text
    assert "昨天销售额" not in text
    assert "CSV" not in text
