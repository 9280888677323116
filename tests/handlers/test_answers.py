"""Answers are changed in place by their buttons, over HTTP, whoever presses and whenever."""

from datetime import timedelta
from typing import Any

import pytest
from conftest import Shop
from sqlmodel import select
from wire import Wire, buttons
from world import GROUP

from bot import teams
from bot.config import Defaults
from bot.db import Database
from bot.db.people import BindingStore, Question
from tests.metrics import sheets

pytestmark = pytest.mark.usefixtures("orders", "linked")
BOT = "@storebot_sandbox_bot"


@pytest.fixture
def linked(db: Database, shop: Shop, wire: Wire) -> None:
    """The group is about the Tmall store."""
    with db.write() as s:
        chat = teams.chat(s, GROUP, "supergroup")
        now = wire.bot.clock.now()
        teams.link(s, chat, 0, teams.stores(s, shop.team)[:1], "zh-hans", Defaults(), now)


async def asked(wire: Wire, person: int, text: str, chat: int | None = GROUP) -> dict[str, Any]:
    where = {"chat": chat} if chat else {}
    await wire.say(person, f"{BOT} {text}" if chat else text, **where)
    return await wire.reply()


async def pressed(wire: Wire, person: int, message: dict[str, Any], *labels: str) -> dict[str, Any]:
    for label in labels:
        await wire.press(person, message, buttons(message)[label])
        message = await wire.reply()
    return message


def words(message: dict[str, Any]) -> str:
    return str(message.get("text") or message["caption"])


async def test_a_menu_opens_in_place_with_the_current_choice_marked(wire: Wire, shop: Shop) -> None:
    answer = await asked(wire, shop.staff, "昨天销售额")
    menu = await pressed(wire, shop.staff, answer, "期间 ▾")
    assert menu["message_id"] == answer["message_id"]
    assert words(menu) == words(answer)
    assert [name for name in buttons(menu) if name.startswith("✓")] == ["✓ 昨天"]
    closed = await pressed(wire, shop.staff, menu, "‹ 收起")
    assert buttons(closed) == buttons(answer)


async def test_only_breakdowns_that_the_metric_allows_are_offered(wire: Wire, shop: Shop) -> None:
    answer = await asked(wire, shop.staff, "近7天 销售额")
    menu = await pressed(wire, shop.staff, answer, "拆分 ▾")
    assert {"按商品", "按地区", "按天"} <= set(buttons(menu))
    assert not {"按渠道", "按计划", "按小时", "按店铺"} & set(buttons(menu))
    assert max(map(len, menu["reply_markup"]["inline_keyboard"])) <= 4


async def test_no_argument_is_lost_from_press_to_press(wire: Wire, shop: Shop) -> None:
    answer = await asked(wire, shop.staff, "天猫 11月15日到11月22日 销售额 按商品 前2 环比")
    by_day = await pressed(wire, shop.staff, answer, "拆分 ▾", "按天", "对比 ▾", "同比")
    assert words(by_day).startswith("支付金额 · 11‑15…11‑22 · 只看 天猫旗舰店 · 按天 · 较去年同期")
    again = await pressed(wire, shop.staff, by_day, "拆分 ▾", "按商品")
    assert words(again).startswith(
        "支付金额 · 11‑15…11‑22 · 只看 天猫旗舰店 · 按商品 前2 · 较去年同期"
    )


async def test_there_is_a_way_back(wire: Wire, shop: Shop) -> None:
    answer = await asked(wire, shop.staff, "昨天销售额")
    changed = await pressed(wire, shop.staff, answer, "按商品", "近7天")
    once = await pressed(wire, shop.staff, changed, "↩ 上一个")
    assert "昨日 11‑22 周日 · 按商品" in words(once)
    twice = await pressed(wire, shop.staff, once, "↩ 上一个")
    assert words(twice) == words(answer)
    assert buttons(twice) == buttons(answer)


async def test_no_comparison_stays_none(wire: Wire, shop: Shop) -> None:
    answer = await asked(wire, shop.staff, "昨天销售额")
    bare = await pressed(wire, shop.staff, answer, "对比 ▾", "不对比", "近7天")
    assert "较" not in words(bare)


async def test_a_picture_comes_and_goes_in_place(wire: Wire, shop: Shop) -> None:
    answer = await asked(wire, shop.staff, "昨天销售额")
    drawn = await pressed(wire, shop.staff, answer, "按商品")
    assert "photo" in drawn
    plain = await pressed(wire, shop.staff, drawn, "总计")
    assert "¥240.00" in plain["text"]


async def test_two_who_press_at_once_are_both_answered(wire: Wire, shop: Shop) -> None:
    answer = await asked(wire, shop.staff, "昨天销售额")
    await wire.press(shop.staff, answer, buttons(answer)["近7天"])
    await wire.press(shop.manager, answer, buttons(answer)["近7天"])
    replies = await wire.replies()
    assert {r["message_id"] for r in replies} == {answer["message_id"]}
    assert "近7天" in words(replies[-1])
    assert await wire.answers() == []


async def test_a_menu_pressed_twice_is_no_error(wire: Wire, shop: Shop) -> None:
    answer = await asked(wire, shop.staff, "昨天销售额")
    await wire.press(shop.staff, answer, buttons(answer)["期间 ▾"])
    await wire.press(shop.staff, answer, buttons(answer)["期间 ▾"])
    (menu,) = await wire.replies()  # the second changes nothing
    assert "✓ 昨天" in buttons(menu)


async def test_a_button_works_after_a_restart_and_on_another_day(wire: Wire, shop: Shop) -> None:
    answer = await asked(wire, shop.staff, "11月22日 销售额")
    wire.bot.clock.advance(timedelta(days=40))
    await wire.restart()
    changed = await pressed(wire, shop.staff, answer, "按商品")
    assert words(changed).startswith("支付金额 · 11‑22 周日 · 按商品")


async def test_after_ninety_days_a_question_is_forgotten(wire: Wire, shop: Shop) -> None:
    answer = await asked(wire, shop.staff, "昨天销售额")
    wire.bot.clock.advance(timedelta(days=91))
    await wire.press(shop.staff, answer, buttons(answer)["近7天"])
    assert await wire.answers() == ["这个问题已经过期，请重新问一次。"]
    assert await wire.replies() == []


async def test_a_question_of_the_first_release_still_changes(
    wire: Wire, shop: Shop, db: Database
) -> None:
    stored = (
        '{"span":["2026-11-22","2026-11-23","day",""],"metrics":["sales"],"compare":["2026-11-15",'
        '"2026-11-16","last_week"],"by":["product"],"top":2,"order":"desc","filters":{"region":'
        '["广东"]},"intent":"read","panel":false,"notes":[]}'
    )
    with db.write() as s:
        now = wire.bot.clock.now()
        s.add(Question(id="old-one", team_id=shop.team, query=stored, asked_at=now))
    answer = await asked(wire, shop.staff, "昨天订单数")
    await wire.press(shop.staff, answer, "q:old-one:b:r", forge=True)
    text = words(await wire.reply())
    assert text.startswith("支付金额 · 昨日 11‑22 周日 · 只看 广东 · 按地区 前2 · 较上周日 11‑15")


async def test_a_copied_id_shows_nothing_in_another_chat(
    wire: Wire, shop: Shop, db: Database
) -> None:
    in_private = await asked(wire, shop.owner, "昨天销售额", chat=None)
    question = buttons(in_private)["近7天"]
    in_group = await asked(wire, shop.staff, "昨天订单数")
    await wire.press(shop.staff, in_group, question, forge=True)
    assert await wire.replies() == []


async def test_a_stranger_changes_nothing_and_a_neighbour_neither(wire: Wire, shop: Shop) -> None:
    answer = await asked(wire, shop.staff, "昨天销售额")
    for data in buttons(answer).values():
        await wire.press(shop.stranger, answer, data)
    assert await wire.replies() == []
    theirs = await asked(wire, shop.outsider, "昨天销售额", chat=None)
    for data in buttons(answer).values():
        await wire.press(shop.outsider, theirs, data, forge=True)
    assert await wire.replies() == []


@pytest.mark.parametrize("code", ["menu:x", "menu:", "back", "p:never", "x", "", "menu:p:p:p"])
async def test_a_forged_change_changes_nothing(wire: Wire, shop: Shop, code: str) -> None:
    answer = await asked(wire, shop.staff, "昨天销售额")
    question = buttons(answer)["近7天"].split(":")[1]
    await wire.press(shop.staff, answer, f"q:{question}:{code}", forge=True)
    assert all(words(r) == words(answer) for r in await wire.replies())


async def test_a_store_no_longer_shown_here_is_said_in_one_line(
    wire: Wire, shop: Shop, db: Database
) -> None:
    answer = await asked(wire, shop.staff, "天猫 昨天销售额")
    with db.write() as s:
        for row in s.exec(select(BindingStore)):
            s.delete(row)
        s.flush()
        s.add(BindingStore(binding_id=1, store_id=shop.shopify))
    await wire.press(shop.staff, answer, buttons(answer)["近7天"])
    assert await wire.answers() == ["这家店不在这里了，请重新问一次。"]


# costs ---------------------------------------------------------------------------------------


@pytest.fixture
def commission(db: Database, shop: Shop) -> None:
    with db.write() as s:
        sheets.ads(s, shop.team, shop.tmall, "2026-11-22", "淘宝客", spend=0, commission=36_00)


@pytest.mark.usefixtures("commission")
async def test_commission_is_for_managers_in_private(wire: Wire, shop: Shop) -> None:
    refused = await asked(wire, shop.staff, "天猫 昨天 淘宝客佣金", chat=None)
    assert words(refused) == "成本、利润和佣金只给店长和老板看。请他们私聊问我。"
    assert "¥36.00" in words(await asked(wire, shop.owner, "天猫 昨天 淘客佣金", chat=None))


@pytest.mark.usefixtures("commission")
async def test_asked_in_a_group_the_answer_comes_in_private(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.owner, "/start")
    await wire.replies()
    await wire.say(shop.owner, f"{BOT} 昨天 淘客佣金", chat=GROUP)
    said = {m["chat"]["id"]: words(m) for m in await wire.replies()}
    assert "¥36.00" in said[shop.owner]
    assert said[GROUP].startswith("涉及成本和佣金，已私聊发给你。")


@pytest.mark.usefixtures("commission")
async def test_a_chat_that_shows_costs_answers_managers_there(
    wire: Wire, shop: Shop, db: Database
) -> None:
    with db.write() as s:
        binding = teams.binding(s, GROUP, 0)
        assert binding
        binding.shows_costs = True
    answer = await asked(wire, shop.owner, "昨天 淘客佣金")
    assert "¥36.00" in words(answer)
    await wire.press(shop.staff, answer, buttons(answer)["近7天"])
    assert await wire.replies() == []


@pytest.mark.usefixtures("commission")
async def test_the_way_back_shows_no_costs_either(wire: Wire, shop: Shop, db: Database) -> None:
    with db.write() as s:
        binding = teams.binding(s, GROUP, 0)
        assert binding
        binding.shows_costs = True
    answer = await asked(wire, shop.owner, "昨天 淘客佣金")
    answer = await pressed(wire, shop.owner, answer, "近7天")
    back = next(x for x in buttons(answer).values() if x.endswith(":back"))
    await wire.press(shop.staff, answer, back)
    assert await wire.answers() == ["成本、利润和佣金只给店长和老板看。请他们私聊问我。"]
    await wire.say(shop.owner, "/settings 成本 否", chat=GROUP)
    await wire.replies()
    await wire.press(shop.owner, answer, back)
    assert await wire.replies() == []


async def test_why_is_a_command(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.staff, "/why 昨天", chat=GROUP)
    text = words(await wire.reply())
    assert "少卖 ¥60" in text
    assert "导入两段时间的流量日表" in text


async def test_a_why_of_two_currencies_offers_one_store(wire: Wire, shop: Shop) -> None:
    answer = await asked(wire, shop.manager, "/why 昨天", None)
    assert "多个币种不能合并拆解，请指定店铺" in words(answer)
    one = await pressed(wire, shop.manager, answer, "天猫旗舰店")
    assert "少卖 ¥60" in words(one)
    assert "香港店" not in buttons(one)


async def test_a_forged_store_is_not_answered_of(wire: Wire, shop: Shop) -> None:
    answer = await asked(wire, shop.manager, "昨天 销售额", None)
    data = buttons(answer)["近7天"].rpartition(":p:")[0] + ":s:next"
    await wire.press(shop.manager, answer, data, forge=True)
    assert await wire.answers() == ["这家店不在这里了，请重新问一次。"]
