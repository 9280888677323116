"""/issues, /mine and /find over HTTP: filters, pages, stores, what others see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conftest import NOW, Shop
from wire import Wire, buttons
from world import GROUP

from bot import teams
from bot.aftersales import issues
from bot.aftersales.issues import New
from bot.config import Defaults
from bot.db import Database


@pytest.fixture
def filled(db: Database, shop: Shop) -> None:
    """Ten of 天猫: 小陈's, the second waiting; one of 香港, one of 周姐's point."""
    with db.write() as s:
        staff = teams.memberships(s, shop.staff)[0]
        leader = teams.memberships(s, shop.leader)[0]
        for i in range(10):
            new = New(
                store_id=shop.tmall, order_no=f"26112200{i:02}", tail=f"00{i:02}", product="苹果礼盒",
                type="exchange", reason="missing", reporter_id=staff.id,
                due_at=NOW + timedelta(days=i + 3),
            )  # fmt: skip
            issue = issues.open(s, shop.team, new, NOW, staff.id)
            if i == 1:
                issues.act(s, issue, "take", staff, NOW)
                issues.act(s, issue, "wait", staff, NOW, "courier")
        for new, by in (
            (New(store_id=shop.shopify, type="repair", due_at=NOW + timedelta(days=30)), staff),
            (New(type="repair", reporter_id=leader.id, due_at=NOW + timedelta(days=30)), leader),
        ):
            issues.open(s, shop.team, new, NOW, by.id)
        chat = teams.chat(s, GROUP, "supergroup")
        teams.link(s, chat, 0, teams.stores(s, shop.team)[:1], "zh-hans", Defaults(), NOW)


@pytest.mark.usefixtures("filled")
async def test_the_list_turns_and_filters_in_place(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.staff, "/issues")
    page = await wire.reply()
    lines = page["text"].split("\n")
    assert lines[:2] == ["待处理 12｜1/2", "🟡 #1 剩2d 少件漏发 苹果礼盒"]
    assert [x for x in buttons(page) if not x.startswith("#")] == [
        "下一页 »", "✓ 待处理 12", "等待 1", "超时", "今天", "我的 10", "全部 12",
        "✓ 全部店铺", "天猫旗舰店", "香港店",
    ]  # fmt: skip
    for label, first in (
        ("下一页 »", "待处理 12｜2/2"),
        ("等待 1", "等待 1"),
        ("香港店", "等待 0｜香港店"),
    ):
        await wire.press(shop.staff, page, buttons(page)[label])
        page = await wire.reply()
        assert page["text"].split("\n")[0] == first
    assert page["text"].endswith("没有在等的。")


@pytest.mark.usefixtures("filled")
async def test_a_line_is_opened_as_a_card(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.staff, "/mine")
    page = await wire.reply()
    assert page["text"].startswith("我的 10")
    await wire.press(shop.staff, page, buttons(page)["#2"])
    card = await wire.reply()
    assert card["text"].startswith("⏳ #2 换货｜天猫旗舰店｜等快递")
    await wire.press(shop.staff, card, buttons(card)["▶️ 继续"])
    assert "｜处理中" in (await wire.reply())["text"]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("words", "head"),
    [
        ("0003", "「0003」找到 1 单\n🟡 #4 "),
        ("#2", "「#2」找到 1 单\n⏳ #2 "),
        ("苹果", "「苹果」找到 10 单\n"),
        ("梨", "没找到「梨」。"),
        ("13800130003", "「*0003」找到 1 单\n🟡 #4 "),  # a telephone number is not repeated
        ("", "查什么？这样发：/find 0093"),
    ],
)
async def test_an_issue_is_found_again(wire: Wire, shop: Shop, words: str, head: str) -> None:
    await wire.say(shop.staff, f"/find {words}")
    assert (await wire.reply())["text"].startswith(head)


@pytest.mark.usefixtures("filled")
async def test_everybody_sees_their_own(wire: Wire, shop: Shop) -> None:
    for who, words, head in (
        (shop.leader, "/issues", "待处理 1\n"),  # of their point
        (shop.outsider, "/issues", "待处理 0\n"),
        (shop.outsider, "/find 苹果", "没找到"),
    ):
        await wire.say(who, words)
        assert (await wire.reply())["text"].startswith(head)
    await wire.say(shop.staff, "/issues", chat=GROUP)  # it shows the Tmall store alone
    page = await wire.reply()
    assert page["text"].startswith("待处理 10｜1/2")
    assert "香港店" not in buttons(page)
