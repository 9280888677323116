"""/issuestats and /export in chats, and the desk's week on Monday. Now is Monday 23 November, 08:30."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import NOW, Shop
from openpyxl import load_workbook
from sqlmodel import select
from wire import Wire, buttons
from world import GROUP

from bot import pushes, teams
from bot.config import Defaults
from bot.db import Database
from bot.db.desk import Issue
from bot.db.people import PushRun
from bot.db.wire import OutboxRow


def at(day: int, hour: int) -> datetime:
    """A moment of November in Shanghai."""
    return datetime(2026, 11, day, hour - 8, tzinfo=UTC)


@pytest.fixture
def logged(db: Database, shop: Shop) -> None:
    """Three of last week in the Tmall store, one in the other, one at the neighbours'."""
    rows: list[dict[str, Any]] = [
        {"reason": "damaged", "product": "红富士苹果", "amount": 2990, "cost": 500, "no": 1,
         "opened_at": at(17, 9), "answered_at": at(17, 10), "due_at": at(18, 9),
         "solved_at": at(17, 11), "stage": "solved", "order_no": "2611170001", "type": "refund_only",
         "note": "=cmd|' /C calc'!A0 客户 ****1234"},
        {"reason": "damaged", "product": "红富士苹果", "no": 2, "opened_at": at(18, 9),
         "due_at": at(19, 9), "missed_at": at(19, 9)},
        {"reason": "missing", "product": "车厘子", "no": 3, "opened_at": at(22, 9)},
        {"reason": "late", "no": 4, "opened_at": at(22, 9), "store_id": shop.shopify},
        {"reason": "late", "no": 1, "opened_at": at(22, 9), "team_id": shop.other_team,
         "store_id": shop.other_store},
    ]  # fmt: skip
    with db.write() as s:
        for row in rows:
            fields = {"team_id": shop.team, "store_id": shop.tmall, **row}
            s.add(Issue(staged_at=fields["opened_at"], **fields))


def link(db: Database, shop: Shop) -> int:
    """The group speaks of the Tmall store."""
    with db.write() as s:
        chat = teams.chat(s, GROUP, "supergroup")
        stores = teams.stores(s, shop.team)[:1]
        binding = teams.link(s, chat, 0, stores, "zh-hans", Defaults(), NOW - timedelta(days=30))
        binding.created_at = NOW - timedelta(days=30)
        pushes.change(s, binding.id or 0, "digest", mode="off")
        pushes.change(s, binding.id or 0, "nudge", mode="off")
        return binding.id or 0


def file_of(wire: Wire) -> tuple[str, bytes]:
    """Name and bytes of the document that was sent last."""
    call = [c for c in wire.calls if c["method"] == "sendDocument"][-1]
    document = call["result"]["document"]
    return document["file_name"], wire.server.sandbox.state.files.get(document["file_id"]).content


@pytest.mark.usefixtures("logged")
async def test_a_period_in_figures_and_by_buttons(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.manager, "/issuestats 上周")
    said = await wire.reply()
    assert said["caption"].splitlines()[:3] == [
        "售后 · 上周 11‑16…11‑22 · 按原因",
        "新增 4单(+4)｜解决 1｜未结 3(24小时内2，3天内0，更久1)",
        "按时 50.0%(1/2)｜首响 1小时",
    ]
    assert "要求退 ¥29.90｜花费 ¥5.00" in said["caption"]
    await wire.restart()
    await wire.press(shop.manager, said, buttons(said)["按商品"])
    again = await wire.reply()
    assert again["message_id"] == said["message_id"]
    assert "2单 按时50% 未结1 红富士苹果：破损 2" in again["caption"]
    await wire.press(shop.manager, again, buttons(again)["近30天"])
    assert "近30天 10‑24…11‑22 · 按商品" in (await wire.reply())["caption"]


@pytest.mark.usefixtures("logged")
async def test_costs_are_for_managers(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop)
    await wire.say(shop.staff, "/issuestats 上周")
    assert "花费" not in (await wire.reply())["caption"]
    await wire.say(shop.manager, "/issuestats 上周", chat=GROUP)
    told = (await wire.reply())["caption"]
    assert "新增 3单" in told
    assert "花费" not in told  # everybody reads the group


@pytest.mark.usefixtures("logged")
async def test_who_is_held_to_a_store_counts_no_other(wire: Wire, shop: Shop, db: Database) -> None:
    with db.write() as s:
        member = teams.memberships(s, shop.staff)[0]
        teams.hold_to(s, member, [shop.shopify])
    await wire.say(shop.staff, "/issuestats 上周")
    assert "新增 1单" in (await wire.reply())["caption"]
    await wire.say(shop.outsider, "/issuestats 上周")
    assert "新增 1单" in (await wire.reply())["caption"]  # their own


@pytest.mark.usefixtures("logged")
async def test_the_list_of_a_period_as_a_workbook(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.staff, "/export 售后 上周")
    assert (await wire.reply())["caption"] == "售后 · 上周 11‑16…11‑22 · 按原因"
    name, content = file_of(wire)
    assert name == "售后_上周_11-16_11-22_按原因.xlsx"
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["售后", "清单"]
    rows = list(book["清单"].iter_rows(values_only=True))
    first = dict(zip(rows[0], rows[1], strict=True))
    assert len(rows) == 5
    assert (first["编号"], first["原因"], first["要求退"], first["进度"]) == (
        1,
        "破损",
        29.9,
        "已解决",
    )
    assert first["登记时间"].isoformat() == "2026-11-17T09:00:00"
    assert first["备注"] == "'=cmd|' /C calc'!A0 客户 ****1234"
    assert "花费" not in first
    with db.read() as s:
        payload = s.exec(select(OutboxRow.payload).where(OutboxRow.payload.contains("desk"))).all()  # type: ignore[attr-defined]
    assert all("2611170001" not in p for p in payload)  # the file itself is nowhere kept


@pytest.mark.usefixtures("orders")
async def test_the_last_answer_as_a_file(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.manager, "/export")
    assert (await wire.reply())["text"].startswith("这里还没问过什么。")
    await wire.say(shop.manager, "/ask 天猫 昨天 销售额 按商品")
    await wire.reply()
    await wire.say(shop.manager, "/export csv")
    await wire.reply()
    name, content = file_of(wire)
    assert name.startswith("支付金额_")
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[0] == "商品,支付金额,支付金额(对比期)"
    assert lines[-1].startswith("总计,240,300")


@pytest.mark.usefixtures("logged")
async def test_on_monday_the_group_hears_of_its_week_once(
    wire: Wire, shop: Shop, db: Database
) -> None:
    binding = link(db, shop)
    await wire.until(at(23, 9))
    assert await wire.replies() == []
    for minute in (30, 31):
        await wire.until(at(23, 9) + timedelta(minutes=minute))
    week = await wire.reply()
    assert week["caption"].startswith("售后 · 上周 11‑16…11‑22 · 按原因\n新增 3单(+3)")
    with db.read() as s:
        runs = s.exec(select(PushRun)).all()
    assert [(r.binding_id, r.kind, str(r.business_date), r.state) for r in runs] == [
        (binding, "issues_week", "2026-11-22", "sent")
    ]
    await wire.press(shop.staff, week, buttons(week)["按商品"])
    assert (await wire.reply())["message_id"] != week["message_id"]  # the week itself stays


async def test_a_quiet_week_is_not_spoken_of(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop)
    with db.write() as s:
        old = {"opened_at": at(2, 9), "staged_at": at(2, 9), "closed_at": at(3, 9)}
        s.add(Issue(team_id=shop.team, store_id=shop.tmall, no=1, stage="closed", **old))
    await wire.until(at(23, 10))
    assert await wire.replies() == []
    with db.read() as s:
        assert [r.state for r in s.exec(select(PushRun))] == ["quiet"]
