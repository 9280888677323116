"""Kin over the wire: a notice that is confirmed, a follow-up that comes back, a live session."""

from datetime import datetime
from typing import Any

from conftest import NOW, Shop
from sky import heard, link
from sqlmodel import select
from wire import Wire, buttons
from world import GROUP

from bot import pushes, teams
from bot.db import Database
from bot.db.desk import Issue, Receipt

EVE = datetime.fromisoformat("2026-11-30T18:00:00+08:00")


def quiet(db: Database, shop: Shop) -> None:
    """The group is linked, and nothing is pushed to it of itself."""
    link(db, shop, GROUP)
    with db.write() as s:
        binding = teams.binding(s, GROUP, 0)
        assert binding
        for kind in pushes.KINDS:
            if "off" in kind.modes:
                pushes.change(s, binding.id or 0, kind.slug, mode="off")


def pressed(message: dict[str, Any], label: str) -> str:
    return next(data for text, data in buttons(message).items() if label in text)


async def test_a_notice_is_confirmed_in_the_group_and_in_private(
    wire: Wire, shop: Shop, db: Database
) -> None:
    quiet(db, shop)
    await heard(wire, shop.owner)
    await wire.say(shop.manager, "/notice 主图已换，用新口径 @all", chat=GROUP)
    card = await wire.reply()
    assert card["text"].split("\n")[-3:] == [
        "✅ 已确认 0/2", "未确认：林老板、小陈", "王店长｜08:30",
    ]  # fmt: skip
    ok = pressed(card, "知道了")
    await wire.press(shop.stranger, card, ok)
    await wire.press(shop.manager, card, ok)
    assert await wire.answers() == ["", "这条通知没有点名要你确认。"]
    await wire.press(shop.staff, card, ok)
    edited = await wire.reply()
    assert edited["text"].split("\n")[-3:-1] == ["✅ 已确认 1/2", "未确认：林老板"]
    await wire.press(shop.staff, edited, pressed(edited, "知道了"))
    assert (await wire.answers())[-1] == "你已经确认过了"
    await wire.until(NOW.replace(hour=2, minute=31))
    await wire.sent(1)
    (asked,) = await wire.replies()
    assert asked["chat"]["id"] == shop.owner
    assert asked["text"] == "📣 请确认 王店长 的通知 #1\n主图已换，用新口径"
    await wire.press(shop.owner, asked, pressed(asked, "知道了"))
    said = {m["chat"]["id"]: m["text"] for m in await wire.replies()}
    assert said[shop.owner].startswith("✅ 已确认通知 #1")
    assert "✅ 全部确认 2/2" in said[GROUP]
    with db.read() as s:
        assert sorted(s.exec(select(Receipt.reminders))) == [0, 1]
        assert s.exec(select(Issue.stage)).one() == "closed"


async def test_who_never_wrote_in_private_is_named_in_the_group(
    wire: Wire, shop: Shop, db: Database
) -> None:
    quiet(db, shop)
    await wire.say(shop.manager, "/notice 主图已换 @小陈", chat=GROUP)
    await wire.replies()
    await wire.until(NOW.replace(hour=2, minute=31))
    await wire.sent(1)
    (named,) = await wire.replies()
    assert (named["chat"]["id"], named["text"]) == (GROUP, "📣 通知 #1 还没确认：小陈")


async def test_a_follow_up_comes_back_the_evening_before(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await heard(wire, shop.staff)
    await wire.say(shop.manager, "/todo 12-01 淘客合作到期，联系 13800010007 @小陈")
    card, hidden = await wire.replies()
    assert card["text"].split("\n")[:2] == ["📌 #1 待办", "淘客合作到期，联系 *0007"]
    await wire.press(shop.manager, hidden, pressed(hidden, "删"))
    await wire.replies()
    assert [c["method"] for c in wire.calls].count("deleteMessage") == 1
    await wire.until(EVE)
    await wire.sent(1)
    (told,) = await wire.replies()
    assert told["chat"]["id"] == shop.staff
    assert told["text"] == ("📌 明天到期 #1｜12‑01 周二 18:00\n淘客合作到期，联系 *0007")
    await wire.press(shop.staff, told, pressed(told, "+1天"))
    put_off = {m["chat"]["id"]: m for m in await wire.replies()}
    assert "⏰ 12‑02 周三 18:00 到期" in put_off[shop.staff]["text"]
    await wire.press(shop.staff, put_off[shop.staff], pressed(put_off[shop.staff], "完成"))
    heads = {m["chat"]["id"]: m["text"].split("\n")[0] for m in await wire.replies()}
    assert heads == dict.fromkeys((shop.manager, shop.staff), "✅ #1 待办｜完成")
    await wire.say(shop.staff, "待办")
    assert (await wire.reply())["text"].startswith("你手上没有待办。")


async def test_a_live_session_is_prepared_logged_and_told(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.staff, "/live start 今天20:00 天猫旗舰店 抖音专场")
    card = await wire.reply()
    assert list(buttons(card))[:3] == ["⬜️ 样品到位", "⬜️ 链接上架", "⬜️ 优惠券"]
    await wire.say(shop.staff, "+ 备用机\n- 话术", reply_to=card["message_id"])
    card = await wire.reply()
    assert ("⬜️ 备用机" in buttons(card), "⬜️ 话术" in buttons(card)) == (True, False)
    await wire.press(shop.staff, card, pressed(card, "样品"))
    card = await wire.reply()
    assert "准备好 1/7" in card["text"]
    await wire.press(shop.staff, card, pressed(card, "开播"))
    card = await wire.reply()
    assert "直播中 08:30 起" in card["text"]
    await wire.say(shop.staff, "优惠券失效", reply_to=card["message_id"])
    assert "08:30 小陈：优惠券失效" in (await wire.reply())["text"]
    await wire.say(shop.staff, "/live end 观看3200 点击410")
    recap = (await wire.replies())[0]
    assert "观看 3,200 · 点击 410 (12.8%)\n问题 1\n" in recap["text"]
    assert recap["text"].endswith("还缺 订单：回复本卡片，如「观看3200 点击410 订单56」")
    await wire.say(shop.staff, "订单 56", reply_to=recap["message_id"])
    assert "订单 56 (13.7%)" in (await wire.reply())["text"]


async def test_lists_are_by_kind(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.staff, "/todo 明天 续费")
    await wire.replies()
    await wire.say(shop.staff, "/issues")
    page = await wire.reply()
    await wire.press(shop.staff, page, pressed(page, "待办 1"))
    assert (await wire.reply())["text"] == "待处理 1｜待办\n🟡 #1 剩33h 待办 续费 · 小陈"
    await wire.say(shop.staff, "/issues 违规")
    assert (await wire.reply())["text"] == "待处理 0｜违规\n没有这样的卡片。"
