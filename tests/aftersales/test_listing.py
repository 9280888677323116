"""Lists: groups, order, pages, who sees what, and finding an issue again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conftest import NOW, Shop
from sqlmodel import Session

from bot import teams
from bot.aftersales import issues, listing
from bot.aftersales.issues import New
from bot.aftersales.listing import NOBODY, Filter
from bot.db import Database
from tests.aftersales.desk import Desk, member

HOUR = timedelta(hours=1)


@pytest.fixture
def full(db: Database, desk: Desk, shop: Shop) -> Database:
    """Monday 08:30. #1 due tomorrow noon, #2 tonight at 3, #3 an hour ago, #4 never, #5 over, #6 in
    the other store for the manager, #7 a to-do; one of the neighbours."""
    with db.write() as s:
        staff, manager = member(s, shop.staff), member(s, shop.manager)

        def log(product: str, hours: float = 0, **more: object) -> issues.Issue:
            due = NOW + hours * HOUR if hours else None
            return desk.open(s, New(product=product, due_at=due, **more))  # type: ignore[arg-type]

        log("苹果", 27.5, type="refund_only", order_no="2611220093")
        log("梨", 18.5, type="exchange", tail="0093", reason="missing")
        log("车厘子", -1, refund_no="RF8801", assignee_id=staff.id)
        issues.act(s, log("牛奶", note="盒子破了"), "wait", staff, NOW, "buyer")
        issues.act(s, log("鸡蛋", -2), "resolve", staff, NOW, "refunded")
        log("apple pie", store_id=shop.shopify, assignee_id=manager.id, reporter_id=manager.id)
        log("淘客到期", 5, kind="todo")
        desk.theirs(s)
    return db


def numbers(s: Session, shop: Shop, wanted: Filter, **more: object) -> list[int]:
    found = listing.page(s, shop.team, wanted, None, NOW, **more)  # type: ignore[arg-type]
    return [x.no for x in found.rows]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(), [3, 2, 1, 4, 6]),  # by deadline, then by age
        (Filter("waiting"), [4]),
        (Filter("late"), [3]),
        (Filter("today"), [3, 2]),  # what ends at 3 in the night is today's work
        (Filter("all"), [3, 2, 1, 4, 6, 5]),
        (Filter("all", kind=""), [3, 7, 2, 1, 4, 6, 5]),
        (Filter(type="exchange"), [2]),
        (Filter(reason="missing"), [2]),
        (Filter(platform="shopify"), [6]),
        (Filter(assignee_id=NOBODY), [2, 1, 4]),
    ],
)
def test_what_a_filter_shows(full: Database, shop: Shop, wanted: Filter, found: list[int]) -> None:
    with full.read() as s:
        assert numbers(s, shop, wanted) == found
        assert numbers(s, shop, Filter(store_id=shop.shopify)) == [6]


def test_pages_and_counts(full: Database, shop: Shop) -> None:
    with full.read() as s:
        page = listing.page(s, shop.team, Filter(), None, NOW, number=2, size=2)
        assert ([x.no for x in page.rows], page.number, page.pages, page.total) == ([1, 4], 2, 3, 5)
        counts = {k: n for k, n in page.counts.items() if n}
        assert counts == {
            "new": 2, "assigned": 2, "waiting": 1, "solved": 1, "open": 5, "late": 1, "today": 2,
            "all": 6,
        }  # fmt: skip
        assert listing.page(s, shop.team, Filter(), None, NOW, number=99, size=2).number == 3
        empty = listing.page(s, shop.team, Filter(type="repair"), None, NOW)
        assert (empty.rows, empty.number, empty.pages, empty.total) == ((), 1, 1, 0)


def test_mine_is_what_is_mine_to_do(full: Database, shop: Shop) -> None:
    with full.read() as s:

        def mine(person: int) -> list[int]:
            return [x.no for x in listing.mine(s, member(s, person), NOW).rows]

        # theirs, then what they reported and nobody has; what is over is nobody's
        assert mine(shop.staff) == [3, 7, 2, 1, 4]
        assert (mine(shop.manager), mine(shop.outsider)) == ([6], [1])


def test_nobody_sees_beyond_their_stores(full: Database, desk: Desk, shop: Shop) -> None:
    with full.write() as s:
        leader, staff = member(s, shop.leader), member(s, shop.staff)
        claim = desk.open(s, by=shop.leader)
        teams.hold_to(s, staff, [shop.shopify])
        everything = Filter("all", kind="")
        assert numbers(s, shop, everything, member=leader) == [claim.no]
        # 3 is theirs to do, the others they reported themselves
        assert 8 not in numbers(s, shop, everything, member=staff)
        assert listing.page(s, shop.team, everything, {shop.shopify}, NOW).total == 1
        assert listing.page(s, shop.team, everything, set(), NOW).total == 0
        outsider = member(s, shop.outsider)
        own = listing.page(s, shop.other_team, everything, None, NOW, member=outsider)
        assert [x.team_id for x in own.rows] == [shop.other_team]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("#2", [2]),
        ("2", [2]),
        ("0093", [2, 1]),  # last four digits, and the end of an order number
        ("2611220093", [1]),
        ("rf8801", [3]),
        ("RF8801", [3]),
        ("APPLE", [6]),
        ("盒子 牛奶", [4]),
        ("鸡蛋", [5]),
        ("100%", []),
        ("_", []),
        ("#", []),
        (" ", []),
    ],
)
def test_an_issue_is_found_again(full: Database, shop: Shop, words: str, found: list[int]) -> None:
    with full.read() as s:
        assert [x.no for x in listing.find(s, shop.team, words, None)] == found
        theirs = listing.find(s, shop.other_team, words, None)
        assert {x.team_id for x in theirs} <= {shop.other_team}
