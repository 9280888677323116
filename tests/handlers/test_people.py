"""Strangers, newcomers and the owner's first minutes, over HTTP."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from conftest import NOW, Shop
from sqlmodel import select
from wire import Wire, buttons, running
from world import GROUP

from bot import joins, teams
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


def found_by(db: Database, person: int, name: str) -> None:
    with db.write() as s:
        store = teams.new_store("jd", "京东", "jd", "CNY", "Asia/Shanghai", NOW)
        teams.found(s, person, name, store, "京东", NOW)


def make(db: Database, person: int, role: str) -> None:
    with db.write() as s:
        teams.memberships(s, person)[0].role = role


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


@pytest.mark.parametrize(
    ("language", "platform", "place", "back", "done"),
    [
        ("zh-hant", "蝦皮 Shopee", "TWD · 台北時間", "« 返回", "好了"),
        ("en", "Shopify", "USD · New York time", "« Back", "Done: Shopify, USD, New York time."),
    ],
)
async def test_the_taps_in_other_languages_and_back_again(
    empty: Wire, language: str, platform: str, place: str, back: str, done: str
) -> None:
    await empty.speak(1001, language)
    await empty.say(1001, "/start")
    first = await empty.reply()
    await empty.press(1001, first, buttons(first)[platform])
    message = await empty.reply()
    await empty.press(1001, message, buttons(message)[back])
    assert buttons(await empty.reply()) == buttons(first)
    await empty.press(1001, first, buttons(first)[platform])
    message = await empty.reply()
    await empty.press(1001, message, buttons(message)[place])
    assert (await empty.reply())["text"].startswith(done)


async def test_a_tap_too_many_sets_up_no_second_store(empty: Wire, db: Database) -> None:
    await empty.say(1001, "/start")
    message = await empty.reply()
    await empty.press(1001, message, "setup:jd")
    message = await empty.reply()
    await empty.press(1001, message, "setup:jd:CNY:Asia/Shanghai")
    await empty.replies()
    await empty.press(1001, message, "setup:jd:CNY:Asia/Shanghai", forge=True)
    assert await empty.answers() == ["店铺已经建好了，发 /help 看能做什么。"]
    with db.read() as s:
        assert [x.key for x in s.exec(select(Store))] == ["jd"]


async def test_a_forged_place_sets_up_nothing(empty: Wire, db: Database) -> None:
    await empty.say(1001, "/start")
    message = await empty.reply()
    await empty.press(1001, message, "setup:jd:XXX:Nowhere/Land", forge=True)
    assert (await empty.reply())["text"] == "用什么币种，在哪个时区？"
    with db.read() as s:
        assert s.exec(select(Store)).all() == []


async def test_a_second_owner_of_the_config_comes_into_the_team(empty: Wire, db: Database) -> None:
    found_by(db, 1002, "王店长")
    await empty.say(1002, "/help")
    await empty.reply()
    await empty.say(1001, "/start")
    message = await empty.reply()
    assert message["text"] == "团队「京东」已经建好了。你是这里的老板之一，要加入它吗？"
    await empty.press(1001, message, buttons(message)["以老板身份加入"])
    texts = {m["chat"]["id"]: m["text"] for m in await empty.replies()}
    assert texts[1001].startswith("欢迎，林老板！你已加入「京东」：老板。")
    assert texts[1002] == "林老板 以老板身份加入了「京东」（配置里写明的老板）。"
    with db.read() as s:
        assert [m.telegram_id for m in teams.owners(s, 1)] == [1002, 1001]


async def test_an_owner_of_the_config_who_was_removed_has_to_ask(empty: Wire, db: Database) -> None:
    found_by(db, 1002, "王店长")
    with db.write() as s:
        teams.add_member(s, 1, 1001, "林老板", "staff", NOW).left_at = NOW
    await empty.say(1001, "/start")
    message = await empty.reply()
    assert list(buttons(message)) == ["申请加入", "另建一个团队"]
    await empty.press(1001, message, "setup:in", forge=True)
    assert await empty.answers() == ["你没有权限做这件事。需要的话找店铺的老板。"]


async def test_an_owner_who_had_asked_before_is_not_let_in_as_staff(
    empty: Wire, db: Database
) -> None:
    found_by(db, 1002, "王店长")
    await empty.say(1002, "/help")
    await empty.reply()
    await empty.say(1001, "/start")
    message = await empty.reply()
    await empty.press(1001, message, "join:ask", forge=True)
    request = next(m for m in await empty.replies() if m["chat"]["id"] == 1002)
    await empty.press(1001, message, "setup:in", forge=True)
    await empty.replies()
    await empty.press(1002, request, "admit:1:staff")
    await empty.replies()
    with db.read() as s:
        assert [m.telegram_id for m in teams.owners(s, 1)] == [1002, 1001]


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


async def asks(wire: Wire, shop: Shop) -> dict[int, dict[str, Any]]:
    """The stranger asks to join; what everybody was told, by chat."""
    for owner in (shop.owner, shop.outsider):
        await wire.say(owner, "/help")
    await wire.say(shop.stranger, "/start")
    polite = {m["chat"]["id"]: m for m in await wire.replies()}[shop.stranger]
    await wire.press(shop.stranger, polite, "join:ask")
    return {m["chat"]["id"]: m for m in await wire.replies()}


async def test_a_newcomer_is_let_in_with_the_role_the_owner_gives(
    wire: Wire, shop: Shop, db: Database
) -> None:
    told = await asks(wire, shop)
    assert told[shop.stranger]["text"] == (
        "I told the owner and will let you know what they decide."
    )
    request = told[shop.owner]
    assert request["text"] == "Stranger 想加入团队。给什么角色？"
    assert list(buttons(request)) == ["员工", "店长", "团长", "只看", "不同意"]
    await wire.press(shop.owner, request, buttons(request)["只看"])
    texts = {m["chat"]["id"]: m["text"] for m in await wire.replies()}
    assert texts == {
        shop.owner: "✅ 林老板 已让 Stranger 加入，角色是只看。",
        shop.stranger: "Welcome to “果然鲜”, Stranger! Your role: viewer. "
        "/help shows what you can do.",
    }
    with db.read() as s:
        member = s.exec(select(Member).where(Member.telegram_id == shop.stranger)).one()
    assert (member.team_id, member.role) == (shop.team, "viewer")


async def test_a_button_of_the_first_release_still_lets_in(
    wire: Wire, shop: Shop, db: Database
) -> None:
    request = (await asks(wire, shop))[shop.owner]
    old = buttons(request)["员工"].replace("staff", "yes")
    await wire.press(shop.owner, request, old, forge=True)
    await wire.replies()
    with db.read() as s:
        member = s.exec(select(Member).where(Member.telegram_id == shop.stranger)).one()
    assert member.role == "staff"


async def test_the_first_decision_of_two_owners_stands(
    wire: Wire, shop: Shop, db: Database
) -> None:
    make(db, shop.manager, role="owner")
    await wire.say(shop.manager, "/help")
    told = await asks(wire, shop)
    await wire.press(shop.owner, told[shop.owner], buttons(told[shop.owner])["员工"])
    edited = {m["chat"]["id"]: m for m in await wire.replies()}
    assert edited[shop.manager]["text"] == "✅ 林老板 已让 Stranger 加入，角色是员工。"
    assert edited[shop.manager]["message_id"] == told[shop.manager]["message_id"]
    no = buttons(told[shop.manager])["不同意"]
    await wire.press(shop.manager, told[shop.manager], no, forge=True)
    assert await wire.answers() == ["林老板 已经同意了这条申请。"]
    assert await wire.replies() == []


async def test_a_refused_person_is_told_and_their_name_is_wiped(
    wire: Wire, shop: Shop, db: Database
) -> None:
    request = (await asks(wire, shop))[shop.owner]
    await wire.press(shop.owner, request, buttons(request)["不同意"])
    texts = {m["chat"]["id"]: m["text"] for m in await wire.replies()}
    assert texts == {
        shop.owner: "林老板 没有让 Stranger 加入。",
        shop.stranger: "The owner did not agree this time. You can ask again after a day.",
    }
    with db.read() as s:
        rows = s.exec(select(JoinRequest).where(JoinRequest.team_id == shop.team)).all()
        said = [r.payload for r in s.exec(select(OutboxRow))]
    assert [(r.name, r.language, r.role) for r in rows] == [("", "", "")]
    assert not [p for p in said if "Stranger" in p]


async def test_asking_twice_tells_the_owner_once(wire: Wire, shop: Shop) -> None:
    await asks(wire, shop)
    await wire.say(shop.stranger, "hello?")
    await wire.press(shop.stranger, await wire.reply(), "join:ask")
    assert (await wire.reply())["text"] == (
        "The owner knows that you asked and has not answered yet."
    )


async def test_a_refused_person_may_ask_again_after_a_day(wire: Wire, shop: Shop) -> None:
    told = await asks(wire, shop)
    for owner in (shop.owner, shop.outsider):
        await wire.press(owner, told[owner], buttons(told[owner])["不同意"])
    await wire.replies()
    await wire.say(shop.stranger, "/start")
    polite = await wire.reply()
    await wire.press(shop.stranger, polite, "join:ask")
    assert (await wire.reply())["text"] == (
        "The owner did not agree this time. You can ask again after a day."
    )
    await wire.until(wire.bot.clock.now() + timedelta(hours=25))
    await wire.say(shop.stranger, "/start")
    await wire.press(shop.stranger, await wire.reply(), "join:ask")
    assert {m["chat"]["id"] for m in await wire.replies()} == {
        shop.owner, shop.outsider, shop.stranger,
    }  # fmt: skip


async def test_the_owner_of_another_team_cannot_let_anybody_in(
    wire: Wire, shop: Shop, db: Database
) -> None:
    told = await asks(wire, shop)
    ours = buttons(told[shop.owner])["员工"]
    await wire.press(shop.outsider, told[shop.outsider], ours, forge=True)
    assert await wire.answers() == ["这条申请已经不在了。"]
    with db.read() as s:
        assert s.exec(select(Member).where(Member.telegram_id == 3001)).all() == []


async def test_only_an_owner_lets_people_in(wire: Wire, shop: Shop, db: Database) -> None:
    told = await asks(wire, shop)
    await wire.say(shop.manager, "/help")
    message = await wire.reply()
    await wire.press(shop.manager, message, buttons(told[shop.owner])["员工"], forge=True)
    assert await wire.answers() == ["这条申请已经不在了。"]


async def test_an_owner_of_two_teams_answers_for_the_team_that_was_asked(
    wire: Wire, shop: Shop, db: Database
) -> None:
    with db.write() as s:
        there = teams.add_member(s, shop.other_team, shop.owner, "林老板", "staff", NOW)
        teams.choose(s, there, NOW)
    request = (await asks(wire, shop))[shop.owner]
    await wire.press(shop.owner, request, buttons(request)["员工"])
    await wire.replies()
    with db.read() as s:
        assert [m.team_id for m in teams.memberships(s, shop.stranger)] == [shop.team]


def test_what_nobody_answers_is_forgotten_in_time(db: Database, shop: Shop) -> None:
    with db.write() as s:
        joins.ask(s, 3001, "Stranger", "en", NOW)
        joins.forget(s, NOW + timedelta(days=29))
        assert len(s.exec(select(JoinRequest)).all()) == 2
        joins.forget(s, NOW + timedelta(days=31))
        assert s.exec(select(JoinRequest)).all() == []


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


async def test_what_was_typed_is_repeated_to_the_letter(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.owner, "/team <小陈> 晚班")
    message = await wire.reply()
    assert "<小陈>" in message["text"]
    assert [c["effect"] for c in wire.calls if c["method"] == "sendMessage"] == [True]
