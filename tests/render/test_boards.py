"""The board in words: counts, rows within a phone, and a time that does not change every minute."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.aftersales.board import BoardView
from bot.aftersales.views import IssueView
from bot.config import Language
from bot.i18n import translator
from bot.render.boards import board, coarse
from bot.render.html import cells, visible

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


def row(no: int, minutes: int | None = None, **more: object) -> IssueView:
    due = None if minutes is None else NOW + timedelta(minutes=minutes)
    fields = {"type": "refund_only", "reason": "missing", "product": "苹果礼盒", **more}
    return IssueView(no, no, "issue", "new", 1, ZONE, NOW, 1, due_at=due, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(3000, "2d"), (2879, "47h"), (125, "2h"), (119, "1h45m"), (60, "1h"), (59, "45m"),
     (16, "15m"), (14, "<15m"), (-50, "45m")],
)  # fmt: skip
def test_time_is_coarse(minutes: int, words: str) -> None:
    assert coarse(timedelta(minutes=minutes)) == words


def test_a_board_counts_and_lists() -> None:
    rows = (row(7, -70, assignee="小王"), row(9, 95), row(12))
    view = BoardView(("天猫旗舰店", "香港店"), (("new", 2), ("waiting", 3)), 1, rows)
    assert board(view, translator("zh-hans"), NOW).text.split("\n") == [
        "📋 <b>售后看板</b>｜天猫旗舰店、香港店",
        "未结 5｜新登记 2 · 等待中 3｜🔴 超时 1",
        "🔴 <b>#7 超1h</b> 少件漏发 苹果礼盒 · 小王",
        "🔴 <b>#9 剩1h30m</b> 少件漏发 苹果礼盒",
        "🟡 <b>#12</b> 少件漏发 苹果礼盒",
        "…还有 2 单 /issues",
    ]


def test_a_minute_later_the_board_says_the_same() -> None:
    view = BoardView(("天猫旗舰店",), (("new", 2),), 1, (row(7, -70), row(9, 95)))
    t = translator("zh-hans")
    assert board(view, t, NOW) == board(view, t, NOW + timedelta(minutes=1))


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_a_full_board_fits(language: Language) -> None:
    long = {"product": "A" * 300, "assignee": "王" * 40}
    view = BoardView(
        ("店" * 80,), (("new", 500),), 9, tuple(row(10000 + i, -5, **long) for i in range(20))
    )
    text = board(view, translator(language), NOW).text
    assert visible(text) < 4096
    assert max(cells(line) for line in text.split("\n")[2:-1]) <= 60
