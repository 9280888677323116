"""The desk's sums, worked out by hand. Now is Monday 23 November 2026, 08:30 in Shanghai."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.aftersales import stats
from bot.aftersales.stats import Ground, Returns, Rise, Share
from bot.metrics.issues import Fact
from bot.periods import Period

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
WEEK, BEFORE = Period(date(2026, 11, 16), TODAY), Period(date(2026, 11, 9), date(2026, 11, 16))
GROUND = Ground(
    {1: "CNY", 2: "HKD"}, {1: "taobao", 2: "shopify"}, {1: "天猫旗舰店", 2: "香港店"}, {7: "小陈"}
)


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=SHANGHAI).astimezone(UTC)


def fact(day: int, **fields: object) -> Fact:
    fields = {"store_id": 1, **fields}
    return Fact(1, at(day), SHANGHAI, **fields)  # type: ignore[arg-type]


# last week: four logged, of which one is solved in time, one late and reopened, two open
FACTS = (
    fact(16, reason="damaged", product="苹果", amount=2990, cost=500, assignee_id=7, stage="solved",
         answered_at=at(16, 13), solved_at=at(16, 18), due_at=at(17)),
    fact(18, reason="damaged", product="梨", amount=1000, assignee_id=7, stage="solved",
         answered_at=at(18, 15), solved_at=at(20), due_at=at(19), reopened=1),
    fact(19, reason="missing", product="苹果", store_id=2, amount=8800),
    fact(22, reason="missing", product="苹果", due_at=at(24)),
    fact(10, reason="late", stage="closed", closed_at=at(17), responsible="courier"),
)  # fmt: skip


def test_the_figures_of_a_week() -> None:
    f = stats.figures(FACTS, WEEK, GROUND, NOW)
    assert (f.opened, f.solved, f.open) == (4, 3, 2)
    assert (f.on_time, f.reopened, f.late) == (Share(1, 2), Share(1, 2), 1)
    assert (f.first.n, f.first.median, f.first.p90) == (2, 120, 180)
    # 6 hours, 2 days, 7 days
    assert (f.solve.n, f.solve.median, f.solve.p90) == (3, 48 * 60, 7 * 24 * 60)
    assert (f.asked, f.cost) == ((("CNY", 3990), ("HKD", 8800)), (("CNY", 500),))


def test_what_is_open_by_age() -> None:
    facts = [Fact(1, NOW - timedelta(hours=h), SHANGHAI) for h in (0, 23, 24, 72, 73, 500)]
    assert stats.ages([*facts, fact(16, stage="solved", solved_at=at(16))], NOW) == (2, 2, 2)


@pytest.mark.parametrize(
    ("axis", "expected"),
    [
        ("reason", [("missing", 2, 0), ("damaged", 2, 0), ("late", 0, 1)]),
        ("product", [("苹果", 3, 0), ("梨", 1, 0), (None, 0, 1)]),
        ("responsible", [(None, 4, 0), ("courier", 0, 1)]),
        ("platform", [("taobao", 3, 1), ("shopify", 1, 0)]),
        ("store", [("天猫旗舰店", 3, 1), ("香港店", 1, 0)]),
        ("assignee", [(None, 2, 1), (7, 2, 0)]),
    ],
)
def test_groups_by_what_was_logged_most_with_the_week_before(
    axis: stats.Axis, expected: list[tuple[str | int | None, int, int]]
) -> None:
    found = stats.groups(FACTS, axis, WEEK, BEFORE, GROUND, NOW)
    assert [(g.key, g.figures.opened, g.before) for g in found] == expected


def test_reasons_name_their_products_and_products_their_reasons() -> None:
    (missing, damaged, _) = stats.groups(FACTS, "reason", WEEK, BEFORE, GROUND, NOW)
    assert missing.crossed == (("苹果", "苹果", 2),)
    assert damaged.crossed == (("梨", "梨", 1), ("苹果", "苹果", 1))
    apples = stats.groups(FACTS, "product", WEEK, BEFORE, GROUND, NOW)[0]
    assert apples.crossed == (("missing", "", 2), ("damaged", "", 1))


@pytest.mark.parametrize(
    ("week", "before", "rise"),
    [
        ({"damaged": 6}, {"damaged": 16}, Rise("damaged", 6, 4.0)),  # exactly 1.5 times
        ({"damaged": 5}, {"damaged": 16}, None),  # 1.25 times
        ({"damaged": 4}, {}, None),  # too few
        ({"damaged": 5}, {}, Rise("damaged", 5, 0.0)),
        ({"late": 9, "damaged": 20}, {"late": 8, "damaged": 48}, Rise("damaged", 20, 12.0)),
        ({"late": 7, "damaged": 7}, {}, Rise("damaged", 7, 0.0)),  # of equals the first by name
        ({"": 50}, {}, None),
        ({}, {}, None),
    ],
)
def test_the_reason_rising_most(
    week: dict[str, int], before: dict[str, int], rise: Rise | None
) -> None:
    assert stats.rising(week, before) == rise


@pytest.mark.parametrize(
    ("begun", "known"), [(date(2026, 10, 19), True), (date(2026, 10, 20), False), (None, False)]
)
def test_nothing_rises_before_four_weeks_and_one_are_logged(
    begun: date | None, known: bool
) -> None:
    found = stats.summed(FACTS, "reason", WEEK, BEFORE, GROUND, NOW, TODAY, begun)
    assert found.rise_known is known


@pytest.mark.parametrize(
    ("returns", "rate"),
    [
        (Returns(3, 150), 0.02),
        (Returns(3, 99), None),  # too few were sold
        (Returns(3, None), None),
        (Returns(0, 150), 0),
        (Returns(0, 150, undated=4), None),  # there are some, but nobody knows when they were paid
        (Returns(3, 150, undated=4), 0.02),
    ],
)
def test_a_return_rate_needs_units_paid(returns: Returns, rate: float | None) -> None:
    assert returns.rate == rate


def test_a_week_ends_with_its_period_or_yesterday() -> None:
    month = Period(date(2026, 11, 1), date(2026, 12, 1))
    assert stats.week_of(month, TODAY) == WEEK
    assert stats.week_of(BEFORE, TODAY) == BEFORE
