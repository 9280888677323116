"""The desk's figures: worked out by hand from a handful of issues. TODAY is Monday 23 November."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from conftest import Shop

from bot.db import Database
from bot.db.desk import Issue
from bot.metrics.issues import Fact, median, p90
from tests.metrics.till import Line, Read, Sell

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # Monday 08:30
Log = Callable[..., None]


def at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A moment of November in Shanghai."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.fixture
def log(db: Database, shop: Shop) -> Log:
    """log(opened_at, …): an issue of the Tmall store, solved at `solved_at` where that is given."""
    numbers = iter(range(1, 1000))

    def log(opened_at: datetime, **fields: object) -> None:
        ends = {"stage": "solved"} if fields.get("solved_at") else {}
        row = {"team_id": shop.team, "store_id": shop.tmall, **ends, **fields}
        with db.write() as s:
            s.add(Issue(no=next(numbers), opened_at=opened_at, staged_at=opened_at, **row))

    return log


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({}, None),  # no deadline
        ({"due_at": at(24)}, None),  # time left
        ({"due_at": at(22)}, False),  # passed, open
        ({"due_at": at(22), "stage": "solved", "solved_at": at(22)}, True),  # to the minute
        ({"due_at": at(22), "stage": "solved", "solved_at": at(22, 12, 1)}, False),
        ({"due_at": at(24), "stage": "closed", "closed_at": at(22)}, True),
        ({"due_at": at(24), "stage": "closed", "closed_at": at(22), "missed_at": at(21)}, False),
        ({"missed_at": at(21)}, False),  # the deadline of a stage before
    ],
)
def test_a_deadline_is_met_missed_or_not_decided(
    fields: dict[str, object], kept: bool | None
) -> None:
    assert Fact(1, at(20), SHANGHAI, **fields).on_time(NOW) is kept  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "middle", "nine"),
    [
        ([], None, None),
        ([5], 5, 5),
        ([1, 9], 5, 9),
        (list(range(1, 11)), 5.5, 9),
        ([*range(1, 21)], 10.5, 18),
    ],
)
def test_median_and_what_nine_in_ten_do_not_exceed(
    values: list[float], middle: float | None, nine: float | None
) -> None:
    assert (median(values), p90(values)) == (middle, nine)


def week(log: Log) -> None:
    """Three of last week, one solved late, one open; one of the week before; two that never count."""
    log(at(16, 9), reason="damaged", answered_at=at(16, 9, 10), solved_at=at(16, 11), due_at=at(17))
    log(at(18, 9), reason="damaged", answered_at=at(18, 9, 30), solved_at=at(20, 9), due_at=at(19),
        reopened=1)  # fmt: skip
    log(at(22, 9), reason="late", due_at=at(25))
    log(at(10, 9), reason="late", solved_at=at(17, 9))
    log(at(18, 9), reason="late", stage="void")
    log(at(18, 9), kind="todo")


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("上周 新增售后", 3),
        ("上周 未结售后", 1),
        ("上周 售后首响", 20),  # of 10 and 30 minutes
        ("上周 解决时长", 48 * 60),  # of 2 hours, 2 days, 7 days
        ("上周 按时处理率", 0.5),  # the open one is not decided
        ("上周 重开率", 0.5),  # of two that were solved
        ("11月10日 未结售后", 1),
    ],
)
def test_the_figures_of_a_week(
    log: Log, shop: Shop, read: Read, question: str, value: float
) -> None:
    week(log)
    total = read(shop.team, question, now=NOW).total
    assert total is not None
    assert total.cells[0].value == value


def test_by_reason_and_by_day(log: Log, shop: Shop, read: Read) -> None:
    week(log)
    reasons = read(shop.team, "上周 新增售后 按原因", now=NOW).rows
    assert [(r.key, r.cells[0].value) for r in reasons] == [(("damaged",), 2), (("late",), 1)]
    days = read(shop.team, "上周 未结售后 按天", now=NOW).rows
    assert [r.cells[0].value for r in days] == [1, 0, 1, 1, 0, 0, 1]


def test_days_before_the_desk_was_used_are_not_known(log: Log, shop: Shop, read: Read) -> None:
    log(at(18, 9))
    days = read(shop.team, "上周 新增售后 按天", now=NOW).rows
    assert [r.cells[0].value for r in days] == [None, None, 1, 0, 0, 0, 0]


def test_without_any_issue_it_says_how_to_begin(shop: Shop, read: Read) -> None:
    reading = read(shop.team, "上周 新增售后", now=NOW)
    assert reading.total
    assert reading.total.cells[0].value is None
    assert [n.code for n in reading.notes] == ["not_imported"]


def test_an_issue_whose_store_is_not_known_counts_for_the_whole_team_only(
    log: Log, shop: Shop, read: Read
) -> None:
    log(at(18, 9), store_id=None)
    log(at(18, 9))
    whole = read(shop.team, "上周 新增售后 按店铺", now=NOW)
    assert [(r.key, r.cells[0].value) for r in whole.rows] == [
        (("tmall",), 1), ((None,), 1), (("hk",), 0),
    ]  # fmt: skip
    one = read(shop.team, "上周 新增售后", stores=[shop.tmall], now=NOW)
    assert one.total
    assert one.total.cells[0].value == 1


def test_the_other_team_sees_nothing_of_it(log: Log, shop: Shop, read: Read) -> None:
    week(log)
    total = read(shop.other_team, "上周 新增售后", now=NOW).total
    assert total
    assert total.cells[0].value is None


def test_the_rate_is_of_days_whose_orders_are_known(
    log: Log, shop: Shop, read: Read, sell: Sell
) -> None:
    sell(shop.team, shop.tmall, *(Line("2026-11-16", 100) for _ in range(8)))
    log(at(16, 9))
    log(at(16, 10))
    log(at(18, 9))  # nobody knows what was sold that day
    total = read(shop.team, "上周 售后率", now=NOW).total
    assert total
    assert (total.cells[0].value, total.cells[0].thin) == (0.25, True)


@pytest.mark.parametrize("question", ["上周 售后率 按原因", "上周 未结售后 按星期几"])
def test_what_cannot_be_told_apart_is_refused_by_name(
    log: Log, shop: Shop, read: Read, question: str
) -> None:
    log(at(18, 9))
    reading = read(shop.team, question, now=NOW)
    assert (reading.refused, [n.code for n in reading.notes]) == (True, ["refused_by"])


def test_a_day_is_that_of_the_store(log: Log, shop: Shop, read: Read) -> None:
    log(at(16, 0) - timedelta(minutes=1))  # Sunday 23:59
    log(at(16, 0))
    total = read(shop.team, "上周 新增售后", now=NOW).total
    assert total
    assert total.cells[0].value == 1


@pytest.mark.parametrize(("burst", "said"), [(6, True), (4, False)])
def test_a_burst_of_issues_stands_beside_why(
    log: Log, shop: Shop, read: Read, sell: Sell, burst: int, said: bool
) -> None:
    sell(shop.team, shop.tmall, Line("2026-11-15", 900), Line("2026-11-22", 300))
    log(at(1, 9))
    for _ in range(2):
        log(at(15, 9))
    for _ in range(burst):
        log(at(22, 9))
    beside = read(shop.team, "天猫 昨天 为什么 销售额", now=NOW).beside
    found = [(b.slug, b.cell.value, b.cell.base) for b in beside]
    assert found == ([("issues_opened", 6, 2)] if said else [])
