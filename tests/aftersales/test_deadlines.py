"""The table of deadlines: what the seed says, what a team makes of it, from when it counts."""

from datetime import UTC, datetime, timedelta

import pytest
from conftest import NOW, Shop

from bot.aftersales import deadlines
from bot.aftersales.deadlines import SEED, Table, due, state_of
from bot.aftersales.words import TYPES
from bot.db import Database
from bot.db.desk import DeadlineRule
from bot.i18n import translator

ASKED = datetime(2026, 11, 22, 18, 10, tzinfo=UTC)
OPENED, STAGED = ASKED + timedelta(hours=7), ASKED + timedelta(hours=50)


@pytest.mark.parametrize(
    ("platform", "type_", "state", "expected"),
    [
        ("taobao", "refund_only", "open", datetime(2026, 11, 23, 18, 10, tzinfo=UTC)),  # 24 h
        ("taobao", "refund_only", "shipped", datetime(2026, 11, 24, 6, 10, tzinfo=UTC)),  # 36 h
        (
            "taobao",
            "refund_only",
            "supplier",
            datetime(2026, 11, 23, 18, 10, tzinfo=UTC),
        ),  # runs on
        (
            "taobao",
            "refund_only",
            "courier",
            datetime(2026, 11, 27, 20, 10, tzinfo=UTC),
        ),  # staged+72
        ("taobao", "refund_only", "buyer", None),  # stopped
        ("taobao", "return_refund", "buyer", None),
        ("taobao", "return_refund", "returned", datetime(2026, 12, 1, 20, 10, tzinfo=UTC)),  # law
        ("amazon", "return_refund", "returned", datetime(2026, 11, 26, 20, 10, tzinfo=UTC)),
        ("tiktok", "return_refund", "returned", datetime(2026, 12, 2, 20, 10, tzinfo=UTC)),
        ("shopee", "refund_only", "open", datetime(2026, 11, 24, 18, 10, tzinfo=UTC)),
        ("pdd", "refund_only", "open", datetime(2026, 11, 24, 18, 10, tzinfo=UTC)),
        ("other", "refund_only", "open", None),  # the table is silent
        ("taobao", "bad_review", "open", None),
        ("taobao", "", "open", None),
    ],
)
def test_the_seed_counts_calendar_hours(
    platform: str, type_: str, state: str, expected: datetime | None
) -> None:
    assert due(Table(), platform, type_, state, ASKED, STAGED, OPENED) == expected


def test_without_the_time_of_the_request_it_counts_from_the_card() -> None:
    assert due(Table(), "taobao", "refund_only", "open", None, STAGED, OPENED) == datetime(
        2026, 11, 24, 1, 10, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("stage", "waiting_for", "shipped", "waybill", "state"),
    [
        ("new", "", False, "", "open"),
        ("doing", "", True, "", "shipped"),
        ("doing", "", True, "SF1", "returned"),
        ("waiting", "buyer", True, "", "buyer"),
        ("waiting", "courier", False, "", "courier"),
        ("waiting", "", False, "", "open"),
    ],
)
def test_a_stage_has_a_state_of_the_clock(
    stage: str, waiting_for: str, shipped: bool, waybill: str, state: str
) -> None:
    assert state_of(stage, waiting_for, shipped=shipped, waybill=waybill) == state


@pytest.mark.parametrize(
    ("rules", "hours"),
    [
        ({}, 24),
        ({("taobao", "refund_only", "open"): 20}, 20),
        ({("", "refund_only", "open"): 12}, 12),  # the team's for all is over the seed
        ({("", "refund_only", "open"): 12, ("taobao", "refund_only", "open"): 20}, 20),
        ({("taobao", "refund_only", "open"): None}, None),
        ({("jd", "refund_only", "open"): 5}, 24),
    ],
)
def test_a_teams_own_row_is_over_the_seed(
    rules: dict[tuple[str, str, str], int | None], hours: int | None
) -> None:
    value = Table(rules).value("taobao", "refund_only", "open")
    assert value is not None
    assert value.hours == hours


def test_every_row_of_the_seed_is_sourced_and_noted() -> None:
    known = translator("en").has
    for value in SEED.values():
        # what is to be shipped has no type yet
        assert value.type in TYPES or value.state == deadlines.SHIP
        assert value.state in deadlines.STATES
        assert known(f"deadlines.note.{value.note}")
        assert value.source == "common" or known(f"deadlines.sources.{value.source}")
        assert known(f"deadlines.platform.{value.platform or 'any'}.name")
    assert {v.note[:11] for v in SEED.values() if v.platform in ("pdd", "jd", "douyin")} == {
        "unconfirmed"
    }


def test_rules_of_a_team_are_its_own(db: Database, shop: Shop) -> None:
    with db.write() as s:
        s.add(DeadlineRule(team_id=shop.team, platform="taobao", type="refund_only", stage="open",
                           hours=20, at=NOW))  # fmt: skip
    asked = ("taobao", "refund_only", "assigned", ASKED, STAGED, OPENED)
    with db.read() as s:
        ours = deadlines.due_for(s, shop.team, *asked)
        theirs = deadlines.due_for(s, shop.other_team, *asked)
    assert (ours, theirs) == (ASKED + timedelta(hours=20), ASKED + timedelta(hours=24))
