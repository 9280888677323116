"""The buttons of a card over HTTP: actions, menus, what is asked by a reply, two people at once."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Shop
from sqlmodel import col, select
from wire import Wire, buttons
from world import GROUP

from bot import teams
from bot.config import Defaults
from bot.db import Database
from bot.db.desk import Issue, IssueEvent

LINE = "/issue 2611220093 仅退款 少件 2件 退29.9 tmall"


def issue(db: Database, no: int = 1) -> Issue:
    with db.read() as s:
        return s.exec(select(Issue).where(Issue.no == no)).one()


@pytest.fixture
async def card(wire: Wire, shop: Shop, db: Database) -> dict[str, Any]:
    """The card of 小陈's issue, in the team's group; 店长 and 小陈 have spoken to the bot before."""
    with db.write() as s:
        chat = teams.chat(s, GROUP, "supergroup")
        stores = teams.stores(s, shop.team)
        teams.link(s, chat, 0, stores, "zh-hans", Defaults(), wire.bot.clock.now())
    await wire.say(shop.staff, LINE, chat=GROUP)
    return await wire.reply()


async def pressed(wire: Wire, person: int, card: dict[str, Any], *labels: str) -> dict[str, Any]:
    """The card after these buttons, one menu after the other."""
    for label in labels:
        await wire.press(person, card, buttons(card)[label])
        card = (await wire.replies())[-1]
    return card


async def test_the_life_of_a_card(wire: Wire, shop: Shop, db: Database, card: Any) -> None:
    first = card["message_id"]
    card = await pressed(wire, shop.staff, card, "✋ 我来")
    assert "｜处理中" in card["text"].split("\n")[0]
    card = await pressed(wire, shop.staff, card, "⏳ 等… ▾", "快递")
    assert card["text"].startswith("⏳ #1 仅退款｜天猫旗舰店｜等快递")
    card = await pressed(wire, shop.staff, card, "▶️ 继续", "✅ 解决 ▾", "部分退款", "成本 ¥29.90")
    assert card["text"].split("\n")[:2] == [
        "✅ #1 仅退款｜天猫旗舰店｜已解决",
        "部分退款｜成本 ¥29.90｜用时0分钟",
    ]
    card = await pressed(wire, shop.staff, card, "📁 关闭")
    card = await pressed(wire, shop.manager, card, "🔄 重开")
    assert "第1次重开" in card["text"].split("\n")[0]
    assert card["message_id"] == first
    with db.read() as s:
        happened = [e.what for e in s.exec(select(IssueEvent).order_by(col(IssueEvent.id)))]
    assert happened == ["open", "take", "wait", "resume", "resolve", "close", "reopen"]


async def test_the_second_to_take_it_is_told_who_was_first(
    wire: Wire, shop: Shop, card: Any
) -> None:
    take = buttons(card)["✋ 我来"]
    await wire.press(shop.manager, card, take)
    await wire.press(shop.staff, card, take, forge=True)
    assert "#1 已由王店长接手，请看最新的卡片。" in await wire.answers()


async def test_a_cost_and_a_time_are_asked_by_a_reply(
    wire: Wire, shop: Shop, db: Database, card: Any
) -> None:
    menu = await pressed(wire, shop.staff, card, "改 ▾", "期限")
    await wire.press(shop.staff, menu, buttons(menu)["✍️ 其他…"])
    question = await wire.reply()
    assert question["text"] == "小陈 #1 什么时候要处理完？回复这条消息。"
    assert question["entities"][0]["type"] == "text_mention"
    await wire.say(shop.staff, "随便", chat=GROUP, reply_to=question["message_id"])
    assert (await wire.reply())["text"].startswith("没看懂时间")
    await wire.say(shop.staff, "11-25 18:00", chat=GROUP, reply_to=question["message_id"])
    card = await wire.reply()
    assert "⏰ 11‑25 18:00 约定时间" in card["text"]
    card = await pressed(wire, shop.staff, card, "✅ 解决 ▾", "已补发")
    await wire.press(shop.staff, card, buttons(card)["✍️ 其他…"])
    question = await wire.reply()
    await wire.say(shop.staff, "￥12.5元", chat=GROUP, reply_to=question["message_id"])
    await wire.replies()
    assert (issue(db).resolution, issue(db).cost) == ("resent", 1250)


async def test_what_was_understood_wrongly_is_changed(
    wire: Wire, shop: Shop, db: Database, card: Any
) -> None:
    card = await pressed(wire, shop.staff, card, "改 ▾", "原因", "破损")
    card = await pressed(wire, shop.staff, card, "改 ▾", "责任", "快递")
    assert "破损｜责任 快递(待确认)" in card["text"]
    await wire.say(shop.manager, "/help")
    await wire.replies()
    menu = await pressed(wire, shop.staff, card, "转给 ▾")
    await wire.press(shop.staff, menu, buttons(menu)["王店长"])
    said = {m["chat"]["id"]: m for m in await wire.replies()}
    assert said[shop.manager]["text"].startswith("小陈 把这一单交给你：\n🟠 #1 剩23h 破损")
    card = said[GROUP]
    assert "王店长 ← 小陈" in card["text"]
    card = await pressed(wire, shop.staff, card, "改 ▾", "« 返回")
    assert "✅ 解决 ▾" in buttons(card)
    row = issue(db)
    assert (row.reason, row.responsible, row.stage) == ("damaged", "courier", "assigned")


async def test_a_duplicate_is_offered_and_ends_the_card(
    wire: Wire, shop: Shop, db: Database, card: Any
) -> None:
    await wire.say(shop.staff, "/issue 2611220093 换货 破损 tmall", chat=GROUP)
    second = await wire.reply()
    second = await pressed(wire, shop.staff, second, "更多 ▾", "标为重复 ▾")
    label = next(x for x in buttons(second) if "#1" in x)
    second = await pressed(wire, shop.staff, second, label)
    assert second["text"].startswith("⚪ #2 换货｜天猫旗舰店｜重复于 #1")
    assert list(buttons(second)) == ["🔄 重开", "↩️ 撤销"]


async def test_others_see_and_change_nothing(
    wire: Wire, shop: Shop, db: Database, card: Any
) -> None:
    data = buttons(card)["✋ 我来"]
    await wire.press(shop.stranger, card, data)
    assert await wire.answers() == [""]
    await wire.say(shop.outsider, "/help")
    panel = await wire.reply()
    await wire.press(shop.outsider, panel, data, forge=True)
    assert (await wire.answers())[-1] == "这一单不在了，或不归你看。"
    await wire.say(shop.leader, "/help")
    panel = await wire.reply()
    await wire.press(shop.leader, panel, data, forge=True)
    assert (await wire.answers())[-1] == "这一单不在了，或不归你看。"
    assert issue(db).version == 1


@pytest.mark.parametrize(
    "rest", ["9:menu:nonsense", "1:due:never", "1:wait:moon", "1:ask:all", "x"]
)
async def test_what_stands_on_no_button_is_said_so(
    wire: Wire, shop: Shop, db: Database, card: Any, rest: str
) -> None:
    await wire.press(shop.staff, card, f"i:{issue(db).id}:{rest}", forge=True)
    assert len((await wire.answers())[-1]) > 5
    assert issue(db).version == 1


async def test_when_the_customer_asked_is_a_button_of_the_fresh_card(
    wire: Wire, shop: Shop, db: Database, card: Any
) -> None:
    """It counts from 08:30, when it was logged, until somebody says more; it may be passed over."""
    ask, typed = "🕐 买家何时申请？", "✍️ 02:10、剩14h…"
    assert "剩1天（按登记时间算）" in card["text"]
    menu = await pressed(wire, shop.staff, card, ask)
    assert [x.split(" ")[0] for x in buttons(menu)][:3] == ["刚刚", "1小时前", "3小时前"]
    card = await pressed(wire, shop.staff, menu, next(x for x in buttons(menu) if "3小时前" in x))
    assert "剩20小时59分 → " in card["text"]
    assert "按登记时间" not in card["text"]
    assert ask not in buttons(card)
    card = await pressed(wire, shop.staff, card, "↩️ 撤销", ask, "跳过，按登记时间")
    assert ask not in buttons(card)
    assert "剩23小时59分（按登记时间算）" in card["text"]
    menu = await pressed(wire, shop.staff, card, "↩️ 撤销", ask)
    await wire.press(shop.staff, menu, buttons(menu)[typed])
    question = await wire.reply()
    await wire.say(shop.staff, "剩14h", chat=GROUP, reply_to=question["message_id"])
    await wire.replies()
    assert issue(db).due_from == "line"
    assert issue(db).applied_at is None


async def test_a_reply_to_the_card_says_when_the_customer_asked(
    wire: Wire, shop: Shop, db: Database, card: Any
) -> None:
    to = card["message_id"]
    await wire.say(shop.staff, "申请02:10 客户很急", chat=GROUP, reply_to=to)
    assert "小陈：申请02:10 客户很急" in (await wire.reply())["text"]  # more than a time: history
    await wire.say(shop.staff, "申请02:10", chat=GROUP, reply_to=to)
    card = await wire.reply()
    assert "⏰ 11‑24 02:10 平台自动退款" in card["text"]
    assert "改：申请时间 02:10" in card["text"]
    await wire.say(shop.staff, "剩14h", chat=GROUP, reply_to=to)  # it is known by now
    assert (await wire.reply())["text"].endswith("小陈：剩14h")
