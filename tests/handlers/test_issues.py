"""Logging an issue over HTTP: a line, a reply, photos; the draft that asks; what is hidden."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import NOW, Shop
from sqlmodel import SQLModel, col, select
from wire import Wire, buttons
from world import GROUP

from bot import teams
from bot.config import Defaults
from bot.db import Database
from bot.db.desk import Draft, Evidence, Issue, IssueEvent

LINE = "/issue 2611220093 仅退款 少件 2件 退29.9 尾号0093 tmall"
DOT = Path(__file__).parents[1].joinpath("dot.png").read_bytes()


def issue(db: Database) -> Issue:
    with db.read() as s:
        return s.exec(select(Issue)).one()


def events(db: Database) -> list[tuple[str, str]]:
    with db.read() as s:
        rows = s.exec(select(IssueEvent).order_by(col(IssueEvent.id)))
        return [(e.what, e.note) for e in rows]


async def photo(wire: Wire, person: int, **form: Any) -> None:
    await wire.upload(person, "p.png", DOT + bytes([photo.n]), **{"as": "photo", **form})
    photo.n += 1  # type: ignore[attr-defined]  # each is another picture


photo.n = 0  # type: ignore[attr-defined]


@pytest.fixture
async def linked(wire: Wire, shop: Shop, db: Database) -> Wire:
    """The team's group shows the Tmall store."""
    with db.write() as s:
        chat = teams.chat(s, GROUP, "supergroup")
        stores = teams.stores(s, shop.team)[:1]
        teams.link(s, chat, 0, stores, "zh-hans", Defaults(), wire.bot.clock.now())
    return wire


async def test_a_whole_line_is_an_issue_at_once_and_undone(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.staff, LINE)
    card = await wire.reply()
    assert card["text"].split("\n")[0] == "🟠 #1 仅退款｜天猫旗舰店｜新登记"
    assert "尾号0093｜要求退2件 ¥29.90" in card["text"]
    row = issue(db)
    assert (row.order_no, row.reason, row.store_id) == ("2611220093", "missing", shop.tmall)
    await wire.press(shop.staff, card, buttons(card)["↩️ 撤销"])
    voided = await wire.reply()
    assert voided["message_id"] == card["message_id"]
    assert voided["text"].startswith("⚪ #1 仅退款｜天猫旗舰店｜作废")


async def test_only_what_is_missing_is_asked_and_the_draft_becomes_the_card(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.staff, "/issue 2611220093 苹果 2件")
    asked = await wire.reply()
    assert "哪种售后？" in asked["text"]
    await wire.restart()
    await wire.press(shop.staff, asked, buttons(asked)["换货"])
    asked = await wire.reply()
    assert "📝 售后草稿 · 换货" in asked["text"]
    assert "什么原因？" in asked["text"]
    await wire.press(shop.staff, asked, buttons(asked)["跳过"])
    asked = await wire.reply()
    assert list(buttons(asked)) == ["天猫旗舰店", "香港店", "跳过", "✖ 取消"]
    await wire.press(shop.staff, asked, buttons(asked)["香港店"])
    card = await wire.reply()
    assert card["text"].startswith("🟡 #1 换货｜香港店｜新登记")
    row = issue(db)
    assert (row.type, row.reason, row.store_id, row.quantity) == ("exchange", "", shop.shopify, 2)
    with db.read() as s:
        assert s.exec(select(Draft)).all() == []


async def test_a_draft_is_answered_in_words_and_cancelled(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.staff, "/issue 2611220093 tmall")
    asked = await wire.reply()
    await wire.say(shop.staff, "破损 退货 过两天再联系", reply_to=asked["message_id"])
    card = await wire.reply()
    assert card["message_id"] == asked["message_id"]
    assert "「过两天再联系」" in card["text"]
    assert (issue(db).type, issue(db).reason) == ("return_refund", "damaged")
    await wire.say(shop.staff, "/issue 2611220094")
    asked = await wire.reply()
    await wire.press(shop.staff, asked, buttons(asked)["✖ 取消"])
    assert (await wire.reply())["text"] == "✖ 没有登记。"
    assert issue(db).no == 1


async def test_a_draft_of_yesterday_says_that_it_is_over(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.staff, "/issue 2611220093")
    asked = await wire.reply()
    with db.write() as s:
        row = s.exec(select(Draft)).one()
        row.expires_at = NOW - timedelta(minutes=1)
        s.add(row)
    await wire.press(shop.staff, asked, buttons(asked)["换货"])
    assert await wire.answers() == ["这份草稿放了一天，已过期。请重发 /issue。"]


async def test_the_same_order_is_added_or_logged_anyway(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.staff, LINE)
    await wire.replies()
    await wire.say(shop.staff, "/issue 2611220093 仅退款 又来催了")
    asked = await wire.reply()
    assert "同一订单的 #1 还没解决" in asked["text"]
    await wire.press(shop.staff, asked, buttons(asked)["加到 #1"])
    texts = [m["text"] for m in await wire.replies()]
    assert "已加到 #1。" in texts
    assert texts[0].endswith("08:30 小陈：又来催了")
    assert events(db) == [("open", ""), ("note", "又来催了")]
    await wire.say(shop.staff, "/issue 2611220093 仅退款 少件 tmall")
    asked = await wire.reply()
    await wire.press(shop.staff, asked, buttons(asked)["照样登记"])
    assert (await wire.reply())["text"].startswith("🟠 #2 仅退款")


async def test_a_forwarded_photo_is_logged_by_a_reply(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.staff, "2611220093 少件 我买了两箱", via="forward")
    assert await wire.replies() == []
    forwarded = wire.server.sandbox.state.chats[shop.staff].messages
    await wire.say(shop.staff, "/issue 仅退款 tmall", reply_to=max(forwarded))
    card = await wire.reply()
    assert "少件漏发" in card["text"]
    assert "「2611220093 少件 我买了两箱」" in card["text"]
    await wire.say(shop.staff, "/issue 买家催", reply_to=max(forwarded) - 1)
    await wire.replies()
    assert issue(db).order_no == "2611220093"


async def test_photos_of_an_album_and_replies_go_to_the_card(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await photo(wire, shop.staff, caption=LINE, album="a")
    await photo(wire, shop.staff, album="a")
    card = (await wire.replies())[-1]
    assert "📷2" in card["text"]
    await photo(wire, shop.manager)  # a photo that nobody logged
    await photo(wire, shop.staff, reply_to=card["message_id"], caption="打包视频属实", album="b")
    await photo(wire, shop.staff, album="b")
    card = (await wire.replies())[-1]
    assert card["text"].endswith("08:30 小陈：打包视频属实 📷2")
    assert events(db) == [("open", ""), ("note", "打包视频属实")]
    with db.read() as s:
        found = s.exec(select(Evidence)).all()
    assert [x.expires_at - NOW > timedelta(days=89) for x in found] == [True] * 4
    assert any(c["method"] == "setMessageReaction" for c in wire.calls)


async def test_a_customers_number_is_hidden_and_the_original_deleted(
    wire: Wire, shop: Shop, db: Database
) -> None:
    said = await wire.say(shop.staff, f"{LINE} 电话13800138000 张三")
    card, warning = await wire.replies()
    if "已隐藏" in card["text"]:
        card, warning = warning, card
    assert "电话*8000 张三" in card["text"]
    assert warning["text"] == "⚠️ 已隐藏手机号，请删除原消息。"
    await wire.press(shop.staff, warning, buttons(warning)["🗑 删除原消息"])
    assert (await wire.reply())["text"] == "🗑 原消息已删除。"
    gone = [c["params"]["message_id"] for c in wire.calls if c["method"] == "deleteMessage"]
    assert gone == [str(said["message"]["message_id"])]
    with db.read() as s:
        tables = SQLModel.metadata.sorted_tables
        kept = "".join(str(r) for t in tables for r in s.connection().execute(t.select()))
    assert "13800138000" not in kept


async def test_in_a_group_without_the_right_nothing_is_deleted(
    linked: Wire, shop: Shop, db: Database
) -> None:
    await linked.say(shop.staff, f"{LINE} 13800138000", chat=GROUP)
    warning = next(m for m in await linked.replies() if "已隐藏" in m["text"])
    assert buttons(warning) == {}
    number = warning["reply_to_message"]["message_id"]
    await linked.press(shop.staff, warning, f"del:{number}", forge=True)
    assert (await linked.answers())[-1].startswith("我在这里删不了别人的消息")


async def test_a_leaders_issue_is_of_their_point_and_no_store_is_asked(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.leader, "/issue 2611220093 仅退款 少件")
    card = await wire.reply()
    assert card["text"].startswith("🟡 #1 仅退款｜新登记")
    await wire.press(shop.leader, card, buttons(card)["✋ 我来"])
    assert await wire.answers() == ["你没有权限做这件事。需要的话找店铺的老板。"]


async def test_what_others_read_is_never_logged(linked: Wire, shop: Shop, db: Database) -> None:
    await linked.say(shop.staff, "2611220093 仅退款 少件", chat=GROUP)
    await photo(linked, shop.staff, chat=GROUP, caption="看看这个 少件", album="c")
    await photo(linked, shop.staff, chat=GROUP, album="c")
    await linked.say(shop.stranger, LINE, chat=GROUP)
    assert await linked.replies() == []
    with db.read() as s:
        assert (s.exec(select(Issue)).all(), s.exec(select(Draft)).all()) == ([], [])


async def test_without_words_it_says_how(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.staff, "报售后")
    assert "一行写完，顺序随意" in (await wire.reply())["text"]


async def test_photos_are_shown_again_under_the_card(wire: Wire, shop: Shop, db: Database) -> None:
    await photo(wire, shop.staff, caption=LINE, album="p")
    await photo(wire, shop.staff, album="p")
    card = (await wire.replies())[-1]
    data = buttons(card)["📷 2"]
    await wire.press(shop.staff, card, data)
    await wire.called("sendMediaGroup")
    shown = next(c["result"] for c in wire.calls if c["method"] == "sendMediaGroup")
    with db.read() as s:
        ids = [x.file_id for x in s.exec(select(Evidence).order_by(col(Evidence.id)))]
    assert [m["photo"][-1]["file_id"] for m in shown] == ids
    assert shown[0]["caption"] == "#1 少件漏发 📷2"
    assert shown[0]["reply_to_message"]["message_id"] == card["message_id"]
    await wire.replies()
    with db.write() as s:
        for row in s.exec(select(Evidence)).all():
            row.expires_at = wire.bot.clock.now()
    await wire.press(shop.staff, card, data)
    assert await wire.answers() == ["照片已过期清除（只留 90 天）。"]
    await wire.say(shop.outsider, "/help")
    await wire.press(shop.outsider, await wire.reply(), data, forge=True)
    assert (await wire.answers())[-1] == "这一单不在了，或不归你看。"
