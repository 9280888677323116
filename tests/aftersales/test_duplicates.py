"""The same order reported twice: found, and what the second report brings is added."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conftest import NOW, Shop

from bot.aftersales import issues
from bot.aftersales.issues import New
from bot.db import Database
from tests.aftersales.desk import Desk, happened, member

ORDER = "2611220093"


@pytest.mark.parametrize(
    ("order_no", "type_", "refund_no", "found"),
    [
        (ORDER, "refund_only", "", 1),
        (ORDER, "exchange", "", 3),  # the one that has no type yet
        (ORDER, "", "", 1),
        (ORDER, "", "R2", 3),  # the first has another refund's number
        (ORDER, "", "R1", 1),
        ("2611220094", "refund_only", "", None),
        ("", "", "", None),
    ],
)
def test_the_open_issue_of_an_order(
    db: Database, desk: Desk, shop: Shop, order_no: str, type_: str, refund_no: str,
    found: int | None,
) -> None:  # fmt: skip
    with db.write() as s:
        desk.open(s, New(order_no=ORDER, type="refund_only", refund_no="R1"))
        over = desk.open(s, New(order_no=ORDER, type="exchange"))
        desk.open(s, New(order_no=ORDER))
        issues.act(s, over, "void", member(s, shop.staff), NOW)
        same = issues.same(s, shop.team, order_no, type_, {shop.tmall}, refund_no)
        assert (same.no if same else None) == found


def test_neither_another_team_nor_another_store(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        desk.theirs(s)
        assert issues.same(s, shop.team, ORDER, "") is None
        desk.open(s)
        assert issues.same(s, shop.team, ORDER, "", {shop.shopify}) is None


def test_a_second_report_fills_only_what_was_empty(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        issue, manager = desk.open(s), member(s, shop.manager)
        new = New(
            order_no=ORDER, reason="damaged", product="苹果礼盒", amount=0, urgent=True,
            note="又来催了", due_at=NOW + timedelta(hours=9), due_from="file", refund_no="R1",
            assignee_id=manager.id,
        )  # fmt: skip
        event = issues.attach(s, issue, new, manager.id, NOW)
        assert (issue.reason, issue.amount, issue.product) == ("missing", 2990, "苹果礼盒")
        assert (issue.urgent, issue.due_from, issue.refund_no) == (True, "file", "R1")
        assert (issue.stage, issue.assignee_id) == ("assigned", manager.id)
        assert (event.note, happened(s, issue)) == ("又来催了", ["open", "merge"])
        issues.undo(s, event.id or 0, manager, NOW)
        assert (issue.product, issue.urgent, issue.stage, issue.refund_no) == ("", False, "new", "")
        assert issue.due_from in ("", "table")


def test_a_known_deadline_stays(db: Database, desk: Desk) -> None:
    with db.write() as s:
        first, second = NOW + timedelta(hours=1), NOW + timedelta(hours=9)
        issue = desk.open(s, New(due_at=first, due_from="line"))
        issues.attach(s, issue, New(due_at=second, due_from="file"), None, NOW)
        assert issue.due_at == first


def test_words_that_bring_nothing_new_are_a_note_and_no_answer(
    db: Database, desk: Desk, shop: Shop
) -> None:
    with db.write() as s:
        issue, manager = desk.open(s), member(s, shop.manager)
        said = New(order_no=ORDER, type="refund_only", note="又来催了")
        event = issues.attach(s, issue, said, manager.id, NOW)
        assert (event.what, event.note, issue.answered_at) == ("note", "又来催了", None)
