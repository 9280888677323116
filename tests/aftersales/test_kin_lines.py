"""Lines of kin: names, numbers, sums, lists and figures in words; and when somebody is reminded."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.aftersales.hours import Hours, Window
from bot.aftersales.kin import live, reminders, violation
from bot.aftersales.kin.line import Line, read

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)  # Monday 10:30 in Shanghai
NAMES = {"小王": 1, "王店长": 2, "wang": 3, "wanglei": 4, "li mei": 5}
DEC_1 = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)  # 18:00


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("12-01 淘客合作到期 @wang", Line("淘客合作到期", DEC_1, people=(3,))),
        ("@小王12-01续费", Line("续费", DEC_1, people=(1,))),
        ("@WangLei 续费", Line("续费", people=(4,))),
        ("@王店 看一下", Line("看一下", people=(2,))),
        ("主图已换 @all 12月1日前", Line("主图已换", DEC_1, everybody=True)),
        ("主图已换 @所有人", Line("主图已换", everybody=True)),
        ("@小王 @wang 看一下", Line("看一下", people=(1, 3))),
        ("@nobody 看一下", Line("看一下", unknown=("nobody",))),
        ("回电 13800010007 12-01", Line("回电 *0007", DEC_1, hidden=("phone",))),
        ("第一行\n第二行  @小王", Line("第一行\n第二行", people=(1,))),
    ],
)
def test_a_line_names_people_and_a_moment(text: str, line: Line) -> None:
    assert read(text, NAMES, NOW, ZONE) == line


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("虚假发货 V26112200931 扣12分 罚500元", ("虚假发货", "V26112200931", 12, 50000)),
        ("罚款1.2万 描述不符 扣 6 分", ("描述不符", "", 6, 1200000)),
        ("2611220093 扣款300", ("", "2611220093", None, 30000)),
        ("延迟发货 扣¥20.50", ("延迟发货", "", None, 2050)),
        ("fake shipping 12 points fine 500", ("fake shipping", "", 12, 50000)),
        ("虛假出貨 扣12分 罰500元", ("虛假出貨", "", 12, 50000)),
        ("三天内超时12单", ("三天内超时12单", "", None, None)),
        ("联系 13800010007", ("联系 13800010007", "", None, None)),
    ],
)
def test_a_violation_in_one_line(text: str, seen: tuple[str, str, int | None, int | None]) -> None:
    found = violation.read(text, "CNY")
    assert (found.text, found.number, found.points, found.amount) == seen


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("观看3200 点击410 订单56 销售额1.2万",
         {"viewers": 3200, "clicks": 410, "orders": 56, "sales": 1200000}),
        ("3,200 viewers, 410 clicks", {"viewers": 3200, "clicks": 410}),
        ("场观：1.5w", {"viewers": 15000}),
        ("訂單 12 觀看 900", {"viewers": 900, "orders": 12}),
        ("优惠券失效了", {}),
    ],
)  # fmt: skip
def test_figures_of_a_live_session(text: str, figures: dict[str, int]) -> None:
    assert live.figures(text, "CNY") == figures


@pytest.mark.parametrize(
    ("text", "edits"),
    [
        ("+ 备用机", [(True, "备用机")]),
        ("- 话术", [(False, "话术")]),
        ("＋备用机，－ 话术", [(True, "备用机"), (False, "话术")]),
        ("样品还没到", []),
        ("+ 备用机\n样品还没到", []),
    ],
)
def test_a_list_is_changed_by_signs(text: str, edits: list[tuple[bool, str]]) -> None:
    assert live.edits(text) == edits


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """In Shanghai."""
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "said", "rule"),
    [
        (at(30, 17, 59), (), ""),
        (at(30, 18, 0), (), "eve"),
        (at(30, 18, 1), ("eve",), ""),
        (at(1, 9, 0, 12), ("eve",), "morning"),
        (at(1, 10, 0, 12), (), "morning"),  # the evening before was missed: only the last is told
        (at(1, 18, 0, 12), ("eve", "morning"), "due"),
        (at(2, 9, 0, 12), ("due",), "over"),
        (at(2, 10, 0, 12), ("over",), ""),
        (at(4, 9, 0, 12), (), ""),
    ],
)
def test_a_follow_up_is_spoken_of(now: datetime, said: tuple[str, ...], rule: str) -> None:
    assert reminders.todo(DEC_1, NOW, ZONE, now, said) == rule


def test_what_is_due_soon_has_no_evening_before() -> None:
    tonight = at(23, 18)
    assert reminders.todo(tonight, NOW, ZONE, at(23, 12), ()) == ""
    assert reminders.todo(tonight, NOW, ZONE, tonight, ()) == "due"


def test_a_live_session_is_announced_an_hour_before() -> None:
    start = at(23, 20)
    assert [reminders.live(start, NOW, at(23, h), ()) for h in (18, 19, 20)] == ["", "near", ""]
    assert reminders.live(start, at(23, 19, 30), at(23, 19, 30), ()) == ""


WORK = Hours((Window("09:00", "18:00"),), ZONE)


@pytest.mark.parametrize(
    ("reminded", "due", "now", "next_at"),
    [
        (0, None, at(23, 10, 30), at(23, 12, 30)),  # two hours on
        (1, None, at(23, 12, 30), at(23, 16, 30)),  # six hours on
        (2, None, at(23, 16, 30), at(24, 10, 30)),  # the next day
        (3, None, at(24, 10, 30), None),  # often enough
        (0, at(23, 13, 30), at(23, 10, 30), at(23, 11, 30)),  # three hours: a third of it
        (2, at(23, 13, 30), at(23, 12, 30), None),  # too near its end
        (1, None, at(23, 17, 0), at(24, 9, 0)),  # after work: the next morning
    ],
)
def test_who_has_not_confirmed_is_reminded_in_working_hours(
    reminded: int, due: datetime | None, now: datetime, next_at: datetime | None
) -> None:
    assert reminders.notice(NOW, reminded, due, WORK, now) == next_at
