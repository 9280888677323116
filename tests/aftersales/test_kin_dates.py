"""Coming moments in words: what is meant, and what the line says beside it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.aftersales.kin.dates import find

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)  # Monday 10:30 in Shanghai

LINES = [
    ("12-01 淘客合作到期 @wang", "12-01 18:00", "淘客合作到期 @wang"),
    ("淘客合作到期 12-01", "12-01 18:00", "淘客合作到期"),
    ("淘客合作12月1日到期", "12-01 18:00", "淘客合作 到期"),
    ("2026-12-01 续费", "12-01 18:00", "续费"),
    ("2027年1月5日 续费", "2027-01-05 18:00", "续费"),
    ("１２－０１　１４：３０ 续费", "12-01 14:30", "续费"),
    ("12/1 9点 报名", "12-01 09:00", "报名"),
    ("12月1号下午3点半 报名", "12-01 15:30", "报名"),
    ("明天 催供应商", "11-24 18:00", "催供应商"),
    ("明早 催供应商", "11-24 09:00", "催供应商"),
    ("明晚8点 对账", "11-24 20:00", "对账"),
    ("后天上午10点 对账", "11-25 10:00", "对账"),
    ("大后天 对账", "11-26 18:00", "对账"),
    ("今晚 补库存", "11-23 20:00", "补库存"),
    ("周五 交素材", "11-27 18:00", "交素材"),
    ("周一 交素材", "11-23 18:00", "交素材"),
    ("下周五 交素材", "12-04 18:00", "交素材"),
    ("下周五18:00 交素材", "12-04 18:00", "交素材"),
    ("下下周三 交素材", "12-09 18:00", "交素材"),
    ("本周日 盘点", "11-29 18:00", "盘点"),
    ("下周 盘点", "11-30 18:00", "盘点"),
    ("月底 盘点", "11-30 18:00", "盘点"),
    ("5号 付款", "12-05 18:00", "付款"),
    ("25号 付款", "11-25 18:00", "付款"),
    ("下个月25号 付款", "12-25 18:00", "付款"),
    ("3天后 回访", "11-26 18:00", "回访"),
    ("回访 三天后", "11-26 18:00", "回访"),
    ("3天 回访", "11-26 18:00", "回访"),
    ("两周后 回访", "12-07 18:00", "回访"),
    ("1个月后 回访", "12-23 18:00", "回访"),
    ("2小时后 回电", "11-23 12:30", "回电"),
    ("半小时后 回电", "11-23 11:00", "回电"),
    ("18:30 关播", "11-23 18:30", "关播"),
    ("9:00 开会", "11-24 09:00", "开会"),
    ("中午 开会", "11-23 12:00", "开会"),
    ("11-22 过去了", "2027-11-22 18:00", "过去了"),
    ("下週五 交素材", "12-04 18:00", "交素材"),
    ("後天 對帳", "11-25 18:00", "對帳"),
    ("12月1日前 交保证金", "12-01 18:00", "交保证金"),
    ("交保证金 截止12-01 12:00", "12-01 12:00", "交保证金"),
    ("交保证金，截止：明天中午", "11-24 12:00", "交保证金"),
    ("描述不符 申訴截止 11-26 18:00", "11-26 18:00", "描述不符"),
    ("fake shipping, appeal by 11-26 18:00", "11-26 18:00", "fake shipping"),
    ("renew the affiliate deal tomorrow", "11-24 18:00", "renew the affiliate deal"),
    ("renew by next Friday 18:00 @wang", "12-04 18:00", "renew @wang"),
    ("renew on Friday at 6pm", "11-27 18:00", "renew"),
    ("call back in 3 days", "11-26 18:00", "call back"),
    ("3 days call back", "11-26 18:00", "call back"),
    ("Dec 1 renew", "12-01 18:00", "renew"),
    ("renew 1st December 9:30am", "12-01 09:30", "renew"),
    ("renew by end of month", "11-30 18:00", "renew"),
    ("in 2 hours call back", "11-23 12:30", "call back"),
    ("今天的素材 周五前交", "11-27 18:00", "今天的素材 交"),
    ("10:00开会的纪要 12-01 14:00 发", "12-01 14:00", "10:00开会的纪要 发"),
    ("12-01 交素材 9:30", "12-01 09:30", "交素材"),
]


@pytest.mark.parametrize(("line", "at", "rest"), LINES)
def test_a_moment_is_found(line: str, at: str, rest: str) -> None:
    found = find(line, NOW, ZONE)
    assert found
    local = found.at.astimezone(ZONE)
    shown = f"{local:%m-%d %H:%M}" if local.year == 2026 else f"{local:%Y-%m-%d %H:%M}"
    assert (shown, found.rest) == (at, rest)


@pytest.mark.parametrize(
    "line",
    ["催供应商", "限时3天促销方案", "订单2611220093", "整理3点建议", "1号店续费", "A12-01 缺货",
     "32-45 尺码", "版本1.12.3", "sunny day offer"],
)  # fmt: skip
def test_what_is_no_moment(line: str) -> None:
    assert find(line, NOW, ZONE) is None


def test_a_day_whose_usual_time_has_passed_ends_at_midnight() -> None:
    evening = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # 20:00
    found = find("今天 关单", evening, ZONE)
    assert found
    assert found.at == datetime(2026, 11, 23, 15, 59, tzinfo=UTC)


def test_a_time_that_has_passed_is_told_as_it_was_said() -> None:
    found = find("今天 9点 关单", NOW, ZONE)
    assert found
    assert found.at == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "at", "rest"),
    [
        ("主图今天换了 @all 截止明天12点", "11-24 12:00", "主图今天换了 @all"),
        ("主图今天换了，明天12点前确认", "11-24 12:00", "主图今天换了 确认"),
        ("the picture changes today, by tomorrow 9am", "11-24 09:00", "the picture changes today"),
        ("看完截止 18:00", "11-23 18:00", "看完"),
        ("主图今天10:00换了", "", "主图今天10:00换了"),
        ("we meet on Friday", "", "we meet on Friday"),
    ],
)
def test_of_a_notice_only_what_is_said_to_be_its_end(line: str, at: str, rest: str) -> None:
    found = find(line, NOW, ZONE, led=True)
    local = f"{found.at.astimezone(ZONE):%m-%d %H:%M}" if found else ""
    assert (local, found.rest if found else line) == (at, rest)
