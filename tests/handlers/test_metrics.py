"""Panels and questions over HTTP: in private, in a group, by words and by buttons."""

from datetime import timedelta
from pathlib import Path

import pytest
from conftest import Shop
from orders import ROWS, fill
from wire import Wire, buttons
from world import GROUP

from bot import teams
from bot.config import Defaults
from bot.db import Database

pytestmark = pytest.mark.usefixtures("orders")
BOT = "@storebot_sandbox_bot"


@pytest.fixture
def linked(db: Database, shop: Shop, wire: Wire) -> None:
    """The group is about the Tmall store."""
    with db.write() as s:
        chat = teams.chat(s, GROUP, "supergroup")
        now = wire.bot.clock.now()
        teams.link(s, chat, 0, teams.stores(s, shop.team)[:1], "zh-hans", Defaults(), now)


async def test_a_question_is_answered_with_what_was_understood(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.staff, "昨天销售额 天猫旗舰店")
    text = (await wire.reply())["text"]
    assert text.startswith("支付金额 · 昨日 11‑22 周日")
    assert "¥240.00" in text
    assert "−20.0%" in text
    assert "较上周日 11‑15" in text


async def test_an_english_reader_asks_in_english(wire: Wire, shop: Shop) -> None:
    await wire.speak(shop.staff, "en")
    await wire.say(shop.staff, "/ask sales yesterday by product vs previous tmall")
    text = (await wire.reply())["caption"]
    assert text.startswith("Sales · yesterday Sun 22\u00a0Nov")
    assert "A01 红富士5斤" in text


async def test_words_that_nobody_knows_are_named(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.staff, "昨天 销售鹅")
    reply = await wire.reply()
    assert "销售鹅" in reply["text"] or "鹅" in reply["text"]


async def test_a_panel_of_yesterday(wire: Wire, shop: Shop, linked: None) -> None:
    await wire.say(shop.staff, "/yesterday", chat=GROUP)
    text = (await wire.reply())["text"]
    assert "240" in text
    assert "支付买家数" in text


async def test_a_button_changes_the_answer_in_place(wire: Wire, shop: Shop, linked: None) -> None:
    await wire.say(shop.staff, f"{BOT} 昨天销售额", chat=GROUP)
    first = await wire.reply()
    await wire.press(shop.staff, first, buttons(first)["按商品"])
    changed = await wire.reply()
    assert changed["message_id"] == first["message_id"]
    assert "A01 红富士5斤" in changed["caption"]


async def test_a_button_outlives_its_process(wire: Wire, shop: Shop, linked: None) -> None:
    await wire.say(shop.staff, "/yesterday", chat=GROUP)
    first = await wire.reply()
    await wire.restart()
    await wire.press(shop.staff, first, buttons(first)["近7天"])
    assert "近7天 11‑16…11‑22" in (await wire.reply())["text"]


async def test_a_strangers_press_changes_nothing(wire: Wire, shop: Shop, linked: None) -> None:
    await wire.say(shop.staff, "/yesterday", chat=GROUP)
    first = await wire.reply()
    await wire.press(shop.stranger, first, buttons(first)["近7天"])
    assert await wire.replies() == []


async def test_a_question_of_another_team_is_not_answered(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.staff, "昨天销售额")
    question = next(iter(buttons(await wire.reply()).values()))
    await wire.say(shop.outsider, "昨天销售额")
    theirs = await wire.reply()
    assert "240" not in theirs["text"]
    await wire.press(shop.outsider, theirs, question, forge=True)
    assert await wire.replies() == []


async def test_words_in_a_group_are_not_for_the_bot(wire: Wire, shop: Shop, linked: None) -> None:
    await wire.say(shop.staff, "昨天销售额多少？", chat=GROUP)
    assert await wire.replies() == []


async def test_a_reply_to_the_bot_is_a_question(wire: Wire, shop: Shop, linked: None) -> None:
    await wire.say(shop.staff, "/yesterday", chat=GROUP)
    first = await wire.reply()
    await wire.say(shop.staff, "订单数呢", chat=GROUP, reply_to=first["message_id"])
    assert (await wire.reply())["reply_to_message"]["text"] == "订单数呢"


async def test_today_is_compared_up_to_the_same_hour(wire: Wire, shop: Shop, linked: None) -> None:
    await wire.say(shop.staff, f"{BOT} 今天销售额", chat=GROUP)
    text = (await wire.reply())["text"]
    assert "今日 11‑23 周一" in text
    assert "08:00" in text


async def test_traffic_says_how_to_supply_it(wire: Wire, shop: Shop, linked: None) -> None:
    await wire.say(shop.staff, f"{BOT} 昨天访客数", chat=GROUP)
    assert "还没有数据" in (await wire.reply())["text"]


async def test_a_day_exported_before_its_end_is_said_to_be_incomplete(
    wire: Wire, shop: Shop, linked: None
) -> None:
    wire.bot.clock.advance(timedelta(days=1))
    await wire.say(shop.staff, f"{BOT} 昨天销售额", chat=GROUP)
    text = (await wire.reply())["text"]
    assert "昨日 11‑23 周一" in text
    assert "有 1 天没导入全：11‑23" in text


async def test_a_store_goes_by_the_word_of_its_name(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.staff, "天猫 昨天 销售额")
    assert "只看 天猫旗舰店" in (await wire.reply())["text"]


async def test_a_month_is_not_compared_with_days_of_itself(
    wire: Wire, shop: Shop, linked: None
) -> None:
    await wire.say(shop.staff, f"{BOT} 昨天销售额 周同比", chat=GROUP)
    first = await wire.reply()
    await wire.press(shop.staff, first, buttons(first)["期间 ▾"])
    menu = await wire.reply()
    await wire.press(shop.staff, menu, buttons(menu)["本月"])
    text = (await wire.reply())["text"]
    assert "本月至今 11‑01…11‑22" in text
    assert "10‑01…10‑22" in text or "较" not in text.splitlines()[0]


async def test_a_rate_of_amounts_is_not_made_over_two_currencies(
    wire: Wire, shop: Shop, db: Database, tmp_path: Path
) -> None:
    fill(db, shop, tmp_path, ROWS, store=shop.shopify)
    await wire.say(shop.staff, "昨天退款率")
    text = (await wire.reply())["text"]
    assert "天猫旗舰店" in text
    assert "香港店" in text
