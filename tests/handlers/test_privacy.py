"""/privacy over HTTP, and that a customer's number said in any way is kept and said nowhere."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from conftest import NOW, Shop
from sqlalchemy import inspect, text
from sqlmodel import select
from wire import Wire, buttons

from bot.db import Database
from bot.db.desk import Issue
from bot.db.people import AuditRow
from bot.db.wire import OutboxRow
from jobs import upkeep
from tests.handlers.test_issues import LINE, photo

ORDER = "2611220093"


def everything(db: Database) -> str:
    """All rows of all tables, as text."""
    with db.read() as s:
        tables = inspect(s.connection()).get_table_names()
        return repr([s.connection().execute(text(f'SELECT * FROM "{t}"')).all() for t in tables])


def said(wire: Wire) -> str:
    """All that the bot has ever sent."""
    return "".join(
        json.dumps(c["params"], ensure_ascii=False)
        for c in wire.calls
        if c["method"] != "getUpdates"
    )


def phrase(message: dict[str, Any]) -> str:
    return message["text"].splitlines()[-1]


async def test_an_owner_takes_a_copy(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.staff, f"{LINE} 张三")
    await wire.replies()
    await wire.say(shop.owner, "/privacy")
    about = (await wire.reply())["text"]
    assert "有订单号、尾号或留言的卡片 1 张，图片 0 张。" in about
    assert "卡片办完 180 天后清除这些，金额和件数留着；图片 90 天后清除。" in about
    await wire.say(shop.owner, "/privacy 导出 0093")
    sent = await wire.reply()
    assert sent["caption"] == "存着的都在文件里，只发给你。\n1 张卡片"
    content = wire.server.sandbox.state.files.get(sent["document"]["file_id"]).content
    (card,) = json.loads(content)["cards"]
    assert (card["order_no"], card["tail"], card["note"]) == (ORDER, "0093", "张三")
    with db.read() as s:  # what was asked for is wiped from its row
        assert not any('"privacy"' in x.payload for x in s.exec(select(OutboxRow)))


async def test_a_deletion_is_typed_and_rewrites_the_card(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await photo(wire, shop.staff, caption=f"{LINE} 张三")
    card = await wire.reply()
    await wire.say(shop.owner, f"/privacy 删除 {ORDER}")
    asked = await wire.reply()
    assert asked["text"].splitlines()[:3] == ["要删除的是", "1 张卡片 · 1 张图片", "⚠ 还没办完：#1"]
    await wire.say(shop.owner, phrase(asked)[:-4] + "0000x")
    assert (await wire.reply())["text"] == "和要求的那句不一样，没有删。请原样发来。"
    await wire.say(shop.manager, phrase(asked))
    assert (await wire.reply())["text"].startswith("你没有权限")
    await wire.say(shop.owner, phrase(asked))
    replies = {m["message_id"]: m["text"] for m in await wire.replies()}
    blank = replies.pop(card["message_id"])
    assert blank.startswith("🟠 #1 仅退款")
    assert "¥29.90" in blank
    assert list(replies.values()) == ["已删除，群里的卡片也已改写。\n1 张卡片 · 1 张图片"]
    assert [x for x in ("张三", ORDER, "0093") if x in everything(db) or x in blank] == []
    with db.read() as s:
        assert [(x.what, x.detail) for x in s.exec(select(AuditRow))] == [("erased", ":1")]
    await wire.say(shop.owner, phrase(asked))
    assert (await wire.reply())["text"].startswith("没有等你确认的删除")


async def test_a_phrase_is_of_no_use_after_ten_minutes(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.staff, LINE)
    await wire.replies()
    await wire.say(shop.owner, f"隐私 删除 {ORDER}")
    asked = await wire.reply()
    wire.bot.clock.advance(timedelta(minutes=10))
    await wire.say(shop.owner, phrase(asked))
    assert (await wire.reply())["text"].startswith("没有等你确认的删除")
    assert ORDER in everything(db)


async def test_an_outsider_finds_and_deletes_nothing(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.staff, LINE)
    await wire.replies()
    for words in (f"导出 {ORDER}", f"删除 {ORDER}", "导出 0093"):
        await wire.say(shop.outsider, f"/privacy {words}")
        assert (await wire.reply())["text"] == "没有存这个订单的信息。"
    await wire.say(shop.outsider, "/privacy 保留 #1")
    assert "#1" in (await wire.reply())["text"]
    with db.read() as s:
        assert not s.exec(select(Issue)).one().held


async def test_what_ended_long_ago_is_blanked_where_it_stands(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.staff, f"{LINE} 张三")
    card = await wire.reply()
    with db.write() as s:
        issue = s.exec(select(Issue)).one()
        issue.stage, issue.closed_at = "closed", NOW
        s.add(issue)
    wire.bot.clock.advance(timedelta(days=181))
    upkeep.forget_customers(wire.bot.house)
    (blank,) = [m for m in await wire.replies() if m["message_id"] == card["message_id"]]
    assert [x for x in ("张三", ORDER, "0093") if x in everything(db) or x in blank["text"]] == []
    await wire.say(shop.owner, "/audit")
    assert "到期清除个人信息（卡片数） → 1" in (await wire.reply())["text"]


# never kept, never said ----------------------------------------------------------------------------

SECRETS = (
    "13800010007",
    "138 0001 0007",
    "１３８００２０００８８",
    "+852 9123 4567",
    "0912-345-678",
    "11010519491231002X",
    "6222021234567890128",
    "zhang.san@mail.com",
    "建国路88号3栋502",
)
DIGITS = (
    "13800010007", "1380001", "13800200088", "91234567", "9123 4567", "0912345678", "345-678",
    "11010519491231", "6222021234567890", "zhang.san", "建国路88号",
)  # fmt: skip
ALL = "，".join(SECRETS)


async def test_a_customers_number_is_kept_and_said_nowhere(
    wire: Wire, shop: Shop, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    staff = shop.staff
    await wire.say(staff, f"{LINE} {ALL}")  # a line
    card = next(m for m in await wire.replies() if m["text"].startswith("🟠"))
    await wire.say(staff, f"买家 {ALL}", via="forward")
    heard = max(wire.server.sandbox.state.chats[staff].messages)
    await wire.say(staff, f"/issue 换货 tmall {ALL}", reply_to=heard)  # a reply to a message
    await photo(
        wire, staff, caption=f"/issue 破损 补寄 tmall {ALL}", album="a"
    )  # a caption, an album
    await photo(wire, staff, caption=ALL, album="a")
    await wire.replies()
    await wire.say(staff, ALL, reply_to=card["message_id"])  # its history
    await photo(wire, staff, reply_to=card["message_id"], caption=ALL)
    await wire.say(staff, f"/issue 少件 {ALL}")  # a draft, and words in answer to its question
    draft = next(m for m in await wire.replies() if buttons(m))
    await wire.say(staff, ALL, reply_to=draft["message_id"])
    for words in (f"/find {SECRETS[0]}", f"/issue {SECRETS[0]}", f"/sh {ALL}"):
        await wire.say(staff, words)
    for kin in ("todo 12-01 打款", "violation 虚假发货", "live 今晚8点"):
        await wire.say(shop.manager, f"/{kin} {ALL}")
    await wire.replies(20)
    for words in (ALL, f"/ask {ALL}", f"/record {ALL}", "/zhao 13800010007", "/13800010007"):
        await wire.say(staff, words)
    for words in (f"/privacy 导出 {SECRETS[0]}", f"/privacy {ALL}", f"/deadlines {ALL}"):
        await wire.say(shop.owner, words)
    await wire.replies(20)
    kept = everything(db)
    assert "*0007" in kept
    assert [x for x in DIGITS if x in kept] == []
    assert [x for x in DIGITS if x in said(wire)] == []
    ours = "".join(
        r.getMessage() for r in caplog.records if r.name.startswith(("bot", "handlers", "jobs"))
    )
    assert [x for x in DIGITS if x in ours] == []
