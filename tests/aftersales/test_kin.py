"""Kin with a database: who is asked, what closes them, the list and the figures of a live session."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from conftest import NOW, Shop
from sqlmodel import Session, select

from bot import teams
from bot.aftersales import issues
from bot.aftersales.hours import Hours, awake
from bot.aftersales.kin import calls, doing, opening
from bot.aftersales.kin.line import Line
from bot.aftersales.kin.seen import Extra, LiveView
from bot.config import Defaults
from bot.db import Database
from bot.db.desk import Issue, Receipt
from bot.db.facts import OrderLine
from bot.errors import UserError
from bot.i18n import translator
from bot.render import kin as render
from tests.aftersales.desk import happened, member

ZONE = ZoneInfo("Asia/Shanghai")
HOURS = Hours((awake("22:00-08:00"),), ZONE)
DEC_1 = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)  # 18:00 in Shanghai
T = translator("zh-hans")


def shown(s: Session, issue: Issue, now: datetime = NOW) -> list[str]:
    return render.text(issues.view(s, issue, now), T, now).split("\n")


def labels(s: Session, issue: Issue, now: datetime = NOW) -> list[list[str]]:
    return [[b.text for b in row] for row in render.buttons(issues.view(s, issue, now), T, now)]


def notify(s: Session, shop: Shop, line: Line) -> Issue:
    boss, stores = member(s, shop.manager), teams.stores(s, shop.team)[:1]
    return opening.notice(s, boss, line, stores, NOW, HOURS)


def extra(s: Session, issue: Issue) -> Extra:
    found = issues.view(s, issue, NOW).extra
    assert found
    return found


def asked(s: Session, issue: Issue) -> list[str]:
    return [r.name for r in extra(s, issue).receipts]


def test_a_follow_up_is_done_put_off_and_handed_on(db: Database, shop: Shop) -> None:
    with db.write() as s:
        boss, staff = member(s, shop.manager), member(s, shop.staff)
        line = Line("淘客合作到期", DEC_1, people=(staff.id or 0,))
        issue = opening.todo(s, boss, line, shop.tmall, NOW)
        assert shown(s, issue) == [
            "📌 <b>#1 待办</b>｜天猫旗舰店",
            "淘客合作到期",
            "⏰ <b>12‑01 周二 18:00 到期</b> · 剩8天9小时",
            "小陈 ← 王店长 08:30登记",
        ]
        assert labels(s, issue)[0] == ["✅ 完成", "+1天", "+1周"]
        doing.later(s, issue, staff, "1w", ZONE, NOW, issue.version)
        assert issue.due_at == DEC_1 + timedelta(days=7)
        issues.act(s, issue, "close", staff, NOW)
        assert shown(s, issue)[0] == "✅ <b>#1 待办</b>｜天猫旗舰店｜<b>完成</b>"
        assert happened(s, issue) == ["open", "due", "close"]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (Line("续费", unknown=("nobody",)), "kin.who"),
        (Line("续费", NOW - timedelta(hours=1)), "kin.past"),
        (Line("", DEC_1), "kin.todo_empty"),
        (Line("续费", people=(1, 2)), "kin.one_person"),
        (Line("续费", people=(4,)), "desk.cannot_do"),  # a leader
    ],
)
def test_a_follow_up_that_cannot_be(db: Database, shop: Shop, line: Line, error: str) -> None:
    with db.write() as s, pytest.raises(UserError) as e:
        opening.todo(s, member(s, shop.manager), line, None, NOW)
    assert e.value.key == error


def test_a_notice_asks_those_who_are_there_now(db: Database, shop: Shop) -> None:
    with db.write() as s:
        issue = notify(s, shop, Line("主图已换", DEC_1, everybody=True))
        teams.add_member(s, shop.team, 1009, "新来的", "staff", NOW)
        assert asked(s, issue) == ["林老板", "小陈"]
        assert shown(s, issue) == [
            "📣 <b>#1 通知</b>｜天猫旗舰店",
            "主图已换",
            "⏰ <b>12‑01 周二 18:00 确认截止</b> · 剩8天9小时",
            "✅ 已确认 0/2",
            "未确认：林老板、小陈",
            "王店长｜08:30",
        ]


def test_a_notice_for_some_asks_only_them(db: Database, shop: Shop) -> None:
    with db.write() as s:
        leader = member(s, shop.leader)
        issue = notify(s, shop, Line("明天早点到", people=(leader.id or 0,)))
        assert asked(s, issue) == ["周姐"]


def test_a_notice_is_over_once_everybody_has_confirmed(db: Database, shop: Shop) -> None:
    with db.write() as s:
        issue = notify(s, shop, Line("主图已换"))
        owner, staff = member(s, shop.owner), member(s, shop.staff)
        assert doing.confirm(s, issue, staff, NOW)
        assert not doing.confirm(s, issue, staff, NOW)  # a second press changes nothing
        assert (issue.stage, labels(s, issue)[0]) == ("new", ["✅ 知道了 1/2"])
        with pytest.raises(UserError, match=r"kin\.not_asked"):
            doing.confirm(s, issue, member(s, shop.outsider), NOW)
        assert doing.confirm(s, issue, owner, NOW)
        assert issue.stage == "closed"
        assert shown(s, issue)[2] == "✅ 全部确认 2/2"
        assert labels(s, issue) == []


def test_reminders_of_a_notice_end_after_three(db: Database, shop: Shop) -> None:
    with db.write() as s:
        issue = notify(s, shop, Line("主图已换"))
        doing.confirm(s, issue, member(s, shop.owner), NOW)
        times, now = [], NOW
        for _ in range(5):
            row = s.get(Receipt, (issue.id, member(s, shop.staff).id))
            if row is None or row.next_at is None:
                break
            now = row.next_at
            times.append(f"{now.astimezone(ZONE):%d %H:%M}")
            assert calls.unconfirmed(s, now) == [issue.id]
            claimed = calls.remind(s, issue.id or 0, now, Defaults())
            assert claimed
            assert [m.name for m in claimed[1]] == ["小陈"]
        assert times == ["23 10:30", "23 14:30", "24 08:30"]
        assert calls.unconfirmed(s, NOW + timedelta(days=9)) == []


def test_a_violation_is_appealed_and_won(db: Database, shop: Shop) -> None:
    with db.write() as s:
        boss, stores = member(s, shop.manager), teams.stores(s, shop.team)
        line = Line("天猫旗舰店 V26112200931 虚假发货 扣12分 罚500元", DEC_1)
        issue = opening.report(s, boss, line, stores, NOW)
        assert shown(s, issue) == [
            "⚠️ <b>#1 违规</b>｜天猫旗舰店｜<b>待申诉</b>",
            "虚假发货",
            "编号 <code>V26112200931</code>｜扣 12 分｜罚 ¥500.00",
            "⏰ <b>12‑01 周二 18:00 申诉截止</b> · 剩8天9小时",
            "未分派 ← 王店长 08:30登记",
        ]
        with pytest.raises(UserError, match=r"kin\.known"):
            opening.report(s, boss, line, stores, NOW)
        doing.appeal(s, issue, boss, NOW)
        assert (issue.stage, issue.due_at) == ("waiting", None)  # the deadline is met
        assert labels(s, issue)[0] == ["✅ 申诉成功", "❌ 申诉失败"]
        doing.verdict(s, issue, boss, "won", NOW)
        assert (issue.stage, issue.resolution, issue.cost) == ("closed", "won", 0)
        with pytest.raises(UserError, match=r"kin\.over"):
            doing.verdict(s, issue, boss, "lost", NOW)


@pytest.mark.parametrize(
    ("text", "store", "note"),
    [
        ("天猫 描述不符 扣2分", "天猫旗舰店", "描述不符"),
        ("虚假发货 hk", "香港店", "虚假发货"),
        ("天猫旗舰店虚假发货", "天猫旗舰店", "天猫旗舰店虚假发货"),
        ("天猫 香港店 虚假发货", "", "天猫 香港店 虚假发货"),  # two are named
        ("描述不符", "", "描述不符"),
    ],
)
def test_a_violation_falls_on_the_store_that_is_named(
    db: Database, shop: Shop, text: str, store: str, note: str
) -> None:
    with db.write() as s:
        boss, stores = member(s, shop.manager), teams.stores(s, shop.team)
        issue = opening.report(s, boss, Line(text, DEC_1), stores, NOW)
        assert (issues.view(s, issue, NOW).store, issue.note) == (store, note)


def test_a_fine_is_in_the_money_of_its_store(db: Database, shop: Shop) -> None:
    with db.write() as s:
        boss, stores = member(s, shop.manager), teams.stores(s, shop.team)
        issue = opening.report(s, boss, Line("香港店 虚假发货 罚500元", DEC_1), stores, NOW)
        view = issues.view(s, issue, NOW)
        assert (view.amount, view.currency) == (50_000, "HKD")


def test_a_live_session_from_its_list_to_its_recap(db: Database, shop: Shop) -> None:
    with db.write() as s:
        staff, stores = member(s, shop.staff), teams.stores(s, shop.team)[:1]
        line = Line("抖音专场", NOW + timedelta(hours=11, minutes=30))
        issue = opening.live(s, staff, line, stores, ("样品到位", "话术"), NOW)
        doing.edit_list(s, issue, "+ 备用机\n- 话术", staff, NOW)
        assert labels(s, issue)[0] == ["⬜️ 样品到位", "⬜️ 备用机"]
        checks = (extra(s, issue).live or LiveView()).checks
        doing.tick(s, issue, checks[0].id, staff, NOW)
        assert shown(s, issue)[0] == "🎬 <b>#1 直播</b>｜天猫旗舰店｜<b>准备好 1/2</b>"
        begun = NOW + timedelta(hours=11, minutes=33)
        doing.start(s, issue, staff, begun)
        issues.act(s, issue, "note", staff, begun + timedelta(minutes=12), note="优惠券失效")
        doing.end(s, issue, staff, begun + timedelta(hours=2))
        doing.tell(s, issue, {"viewers": 3200, "clicks": 320}, staff, begun + timedelta(hours=2))
        s.add(_order(shop, begun + timedelta(hours=1)))
        s.add(_order(shop, begun + timedelta(hours=3), "2"))
        s.flush()
        assert shown(s, issue, begun + timedelta(hours=4)) == [
            "✅ <b>#1 直播</b>｜天猫旗舰店｜<b>小结</b>",
            "抖音专场",
            "11‑23 20:03–22:03 · 2小时",
            "观看 <b>3,200</b> · 点击 <b>320</b> (10.0%)",
            "同时段导入订单 <b>1</b> 单 ¥29.90",
            "问题 1",
            "20:15 小陈：优惠券失效",
        ]


def _order(shop: Shop, paid: datetime, no: str = "1") -> OrderLine:
    day = paid.astimezone(ZONE).date()
    return OrderLine(
        team_id=shop.team, day=day, store_id=shop.tmall, order_no=no, line_no=1, head=1,
        status="paid", paid_ts=int(paid.timestamp()), paid_day=day, quantity=1, payable=2990,
        paid=2990, born_import=1, last_import=1,
    )  # fmt: skip


def test_a_reminder_is_claimed_once(db: Database, shop: Shop) -> None:
    with db.write() as s:
        opening.todo(s, member(s, shop.staff), Line("续费", DEC_1), None, NOW)
    eve = DEC_1 - timedelta(days=1)
    with db.write() as s:
        (due,) = calls.due(s, eve)
        assert (due.rule, len(due.readers)) == ("eve", 1)
        assert calls.claim(s, due, eve)
        assert calls.claim(s, due, eve) is None
    with db.read() as s:
        assert calls.due(s, eve) == []
        assert s.exec(select(Issue.stage)).one() == "assigned"
