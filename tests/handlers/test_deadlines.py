"""/deadlines, /reasons and /handover: read, changed, and what moves with it."""

from datetime import UTC, datetime, timedelta

import pytest
from conftest import NOW, Shop
from sqlmodel import select
from wire import Wire

from bot.aftersales import handover, issues, rules
from bot.aftersales.handover import Turn, turned
from bot.aftersales.issues import New
from bot.aftersales.rules import Asked
from bot.db import Database
from bot.db.desk import Issue, IssueCard, IssueEvent
from bot.db.people import AuditRow, Member
from bot.errors import UserError


def asked(platform: str | None, type_: str = "", value: str = "", state: str = "open") -> Asked:
    return Asked(platform, type_, state, value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", asked(None)),
        ("淘宝", asked("taobao")),
        ("taobao 仅退款 24h", asked("taobao", "refund_only", "24")),
        ("24小时 仅退款 天猫", asked("taobao", "refund_only", "24")),
        ("淘寶 僅退款 已出貨 2天", asked("taobao", "refund_only", "48", "shipped")),
        ("amazon return and refund coming back 36", asked("amazon", "return_refund", "36", "returned")),
        ("jd 换货 默认", asked("jd", "exchange", "default")),
        ("仅退款 无", asked("", "refund_only", "none")),
        ("pdd 退货退款 等买家 72h", asked("pdd", "return_refund", "72", "buyer")),
    ],
)  # fmt: skip
def test_what_was_typed_is_read(text: str, expected: Asked) -> None:
    assert rules.read(text) == expected


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("火星 仅退款 24h", "deadlines.unknown"),
        ("淘宝 24h", "deadlines.how"),
        ("淘宝 仅退款", "deadlines.how"),
        ("淘宝 仅退款 0h", "deadlines.hours"),
        ("淘宝 仅退款 9999h", "deadlines.hours"),
        ("淘宝 仅退款 24x", "deadlines.unknown"),
    ],
)
def test_what_is_not_understood_is_said(text: str, key: str) -> None:
    with pytest.raises(UserError) as e:
        rules.read(text)
    assert e.value.key == key


PAGE = """平台时限
淘宝/天猫
 24h 仅退款
 36h 仅退款 已发货
 3天 仅退款 等快递
停表 等买家
 36h 退货退款
未发货时：仅退款
已发货时：仅退款 已发货
拦截快递：仅退款 等快递
拒绝后轮到买家（5 天）：仅退款
未查到，按仅退款：退货退款
依据：chinashoppingguide.com（转述，无日期）
各平台
"""


async def test_the_table_is_shown_and_changed(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.manager, "/deadlines")
    assert (await wire.reply())["text"].startswith(PAGE)
    with db.write() as s:
        new = New(store_id=shop.tmall, type="refund_only", applied_at=NOW)
        card = issues.open(s, shop.team, new, NOW, None)
        said = New(store_id=shop.tmall, type="refund_only", due_at=NOW, due_from="file")
        issues.open(s, shop.team, said, NOW, None)
        assert card.due_at == NOW + timedelta(hours=24)
    await wire.say(shop.manager, "/deadlines 淘宝 仅退款 20h")
    assert (await wire.reply())["text"] == "✅ 淘宝/天猫 仅退款：20h\n1 单的期限跟着改了"
    assert dues(db) == [NOW + timedelta(hours=20), NOW]
    await wire.say(shop.manager, "/deadlines 淘宝")
    assert "20h 仅退款 ✎\n" in (await wire.reply())["text"]
    await wire.say(shop.owner, "/deadlines 淘宝 仅退款 无")
    assert (await wire.reply())["text"] == "✅ 淘宝/天猫 仅退款：无\n1 单的期限跟着改了"
    assert dues(db) == [None, NOW]
    await wire.say(shop.owner, "/deadlines 淘宝 仅退款 默认")
    assert (await wire.reply())["text"] == "✅ 淘宝/天猫 仅退款：24h\n1 单的期限跟着改了"
    assert dues(db) == [NOW + timedelta(hours=24), NOW]
    with db.read() as s:
        notes = s.exec(select(AuditRow.detail).where(AuditRow.what == "deadline")).all()
        events = s.exec(select(IssueEvent.what).where(IssueEvent.issue_id == 1)).all()
    assert notes == [
        ":taobao refund_only open 20", ":taobao refund_only open none",
        ":taobao refund_only open default",
    ]  # fmt: skip
    assert events == ["open", "due", "due", "due"]
    await wire.say(shop.outsider, "/deadlines taobao")
    assert "✎" not in (await wire.reply())["text"]


def dues(db: Database) -> list[datetime | None]:
    with db.read() as s:
        return [i.due_at for i in s.exec(select(Issue).order_by(Issue.no))]  # type: ignore[arg-type]


async def test_reasons_come_and_go(wire: Wire, shop: Shop) -> None:
    said = {
        "/reasons + 漏液": "✅ 加了「漏液」",
        "/reasons +漏液": "已经有「漏液」了。",
        "/reasons - 发票": "✅ 去掉了「发票」，已登记的不变",
        "/reasons - 天气": "没有「天气」这个原因。发 /reasons 看全部。",
        "/reasons 漏液": "这样发：/reasons + 漏液，或 /reasons - 发票",
        "/reasons + 一二三四五六七八九十一二三": "原因写 1 到 12 个字。",
    }
    for text, answer in said.items():
        await wire.say(shop.manager, text)
        assert (await wire.reply())["text"] == answer
    await wire.say(shop.manager, "/reasons")
    lines = (await wire.reply())["text"].splitlines()
    assert lines[0] == "售后原因"
    assert "发票" not in lines[1]
    assert lines[2:] == [
        "自己加的：漏液", "不用的：发票", "加：/reasons + 漏液　去掉：/reasons - 发票",
    ]  # fmt: skip
    await wire.say(shop.manager, "/reasons + 发票")
    await wire.reply()
    await wire.say(shop.outsider, "/reasons")
    assert "漏液\n" not in (await wire.reply())["text"]


async def test_what_a_shift_leaves_behind(wire: Wire, shop: Shop, db: Database) -> None:
    """Monday 16:30, the early shift (09:00–17:30) to the late one (until midnight)."""
    now = NOW + timedelta(hours=8)
    with db.write() as s:
        chen = s.exec(select(Member).where(Member.name == "小陈")).one()
        chen.shift = "early"
        s.add(chen)
        common = {"store_id": shop.tmall, "type": "refund_only", "due_from": "line"}
        first = New(
            **common,
            product="苹果",
            assignee_id=chen.id,
            due_at=now + timedelta(hours=5, minutes=10),
        )  # type: ignore[arg-type]
        issues.open(s, shop.team, first, NOW, None)  # before the shift
        waits = issues.open(s, shop.team, New(**common, product="梨"), now, chen.id)  # type: ignore[arg-type]
        issues.act(s, waits, "wait", chen, now, "buyer")
        issues.open(s, shop.team, New(**common, product="橙"), now, None)  # type: ignore[arg-type]
        other = New(store_id=shop.other_store, type="refund_only")
        issues.open(s, shop.other_team, other, now, None)
    wire.bot.clock.set(now)
    await wire.say(shop.staff, "交接班")
    text = (await wire.reply())["text"]
    assert text.splitlines() == [
        "🔁 交接班 早班 → 晚班",
        "未结 3｜下一班结束前到期 1｜等待 1",
        "",
        "未分派 1 单",
        "🟡 #3 仅退款 橙",
        "",
        "小陈 1 单",
        "🟠 #1 剩5h 仅退款 苹果",
        "",
        "⏳ 在等 1 单",
        "⏳ #2 仅退款 梨",
        "",
        "09:00 起：新增 2",
    ]
    await wire.say(shop.outsider, "/jb")
    assert "苹果" not in (await wire.reply())["text"]


SHIFTS = {"early": ("09:00", "17:30"), "late": ("17:00", "24:00")}


def utc(hour: int, minute: int = 0, day: int = 23) -> datetime:
    """By the clock of Shanghai."""
    return datetime(2026, 11, day, tzinfo=UTC) + timedelta(hours=hour - 8, minutes=minute)


@pytest.mark.parametrize(
    ("now", "turn"),
    [
        (utc(17, 20), Turn(utc(9), utc(24), "early", "late")),
        (utc(23, 50), Turn(utc(17), utc(17, 30, 24), "late", "early")),
        (utc(3), Turn(utc(-5), utc(17, 30), "", "early")),
    ],
)
def test_which_shift_ends(now: datetime, turn: Turn) -> None:
    from zoneinfo import ZoneInfo

    assert turned(SHIFTS, ZoneInfo("Asia/Shanghai"), now) == turn
    assert timedelta(hours=8) == handover.USUAL


def test_a_card_whose_deadline_moved_is_edited(db: Database, shop: Shop) -> None:
    with db.write() as s:
        card = issues.open(
            s, shop.team, New(store_id=shop.tmall, type="refund_only", applied_at=NOW), NOW, None
        )
        boss = s.exec(select(Member).where(Member.name == "王店长")).one()
        moved = rules.apply(s, boss, asked("taobao", "refund_only", "24"), NOW)
        assert moved == []  # as the seed has it
        assert s.exec(select(IssueCard)).all() == []
        moved = rules.apply(s, boss, asked("", "refund_only", "12"), NOW)
        assert [i.no for i in moved] == [card.no]
        assert card.due_at == NOW + timedelta(hours=12)
