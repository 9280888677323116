"""Known orders, by their whole number and by its end."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from conftest import NOW, Shop
from orders import fill
from sqlmodel import Session

from bot.aftersales import issues, orders
from bot.aftersales.issues import New
from bot.aftersales.orders import KnownLine, KnownOrder
from bot.db import Database
from tests.aftersales.desk import Desk, member

ROWS = (
    "2611220093,A01,红富士5斤,1,a,20,0,上海,2026-11-22 09:00,2026-11-22 09:05",
    "2611220093,B02,车厘子2斤,2,a,79.6,0,上海,2026-11-22 09:00,2026-11-22 09:05",
    "2611210093,A01,红富士5斤,1,b,20,0,上海,2026-11-21 10:00,2026-11-21 10:00",
    "2609010093,A01,红富士5斤,1,b,20,0,上海,2026-09-01 10:00,2026-09-01 10:00",
)
TODAY = date(2026, 11, 23)


@pytest.fixture
def sold(db: Database, shop: Shop, tmp_path: Path) -> Database:
    fill(db, shop, tmp_path, ROWS)
    return db


def look(s: Session, shop: Shop, no: str) -> KnownOrder:
    found = orders.look(s, shop.team, no)
    assert found
    return found


def test_an_order_is_known_by_its_number(sold: Database, shop: Shop) -> None:
    with sold.read() as s:
        order = look(s, shop, "2611220093")
        assert (order.store, order.currency, order.paid) == ("天猫旗舰店", "CNY", 9960)
        assert order.paid_at == datetime(2026, 11, 22, 1, 5, tzinfo=UTC)
        assert [(x.code, x.title, x.quantity, x.paid) for x in order.lines] == [
            ("A01", "红富士5斤", 1, 2000),
            ("B02", "车厘子2斤", 2, 7960),
        ]
        assert not hasattr(order, "buyer")


def test_only_where_one_may_look(sold: Database, shop: Shop) -> None:
    with sold.read() as s:
        assert orders.look(s, shop.other_team, "2611220093") is None
        assert orders.look(s, shop.team, "2611220093", [shop.shopify]) is None
        assert orders.look(s, shop.team, "2611220093", [shop.tmall, shop.other_store])
        assert orders.look(s, shop.team, "") is None


def test_its_end_is_enough_to_suggest_it(sold: Database, shop: Shop) -> None:
    with sold.read() as s:

        def ending(digits: str) -> list[str]:
            return [x.order_no for x in orders.ending(s, shop.team, digits, TODAY)]

        assert ending("220093") == ["2611220093"]
        assert ending("0093") == []  # too short to mean one
        assert ending("010093") == []  # too long ago
        assert orders.ending(s, shop.other_team, "220093", TODAY) == []


@pytest.mark.parametrize(
    ("words", "code"), [("车厘子", "B02"), ("a01", "A01"), ("斤", ""), ("", ""), ("香蕉", "")]
)
def test_the_line_that_words_name(sold: Database, shop: Shop, words: str, code: str) -> None:
    with sold.read() as s:
        line = look(s, shop, "2611220093").line(words)
        assert (line.code if line else "") == code


def test_the_order_fills_what_the_report_left_out(sold: Database, shop: Shop) -> None:
    with sold.read() as s:
        new = orders.fill(New(product="车厘子", amount=3980), look(s, shop, "2611220093"))
        assert (new.store_id, new.order_no, new.product) == (shop.tmall, "2611220093", "车厘子2斤")
        assert (new.amount, new.order_amount, new.quantity) == (3980, 9960, None)


def test_another_order_number_brings_its_order(sold: Database, desk: Desk, shop: Shop) -> None:
    with sold.write() as s:
        issue, staff = desk.open(s, New(order_no="26112100")), member(s, shop.staff)
        event = issues.act(s, issue, "change", staff, NOW, "order_no:2611210093")
        assert (issue.order_no, issue.order_amount, issue.product) == (
            "2611210093", 2000, "红富士5斤",
        )  # fmt: skip
        issues.undo(s, event.id or 0, staff, NOW)
        assert (issue.order_no, issue.order_amount, issue.product, issue.paid_at) == (
            "26112100", None, "", None,
        )  # fmt: skip


def test_a_line_alone_is_meant_whatever_the_words() -> None:
    line = KnownLine(1, "A01", "红富士5斤", 1, 2000)
    order = KnownOrder("1", 1, "", "", "CNY", (line,), 2000, None, "shipped", TODAY)
    assert order.line("苹果") is line
    assert order.shipped
