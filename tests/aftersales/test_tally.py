"""Questions of the desk read from words, and its rows as facts. Today is Monday 23 November."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from conftest import NOW, Shop

from bot.aftersales import tally
from bot.aftersales.stats import Returns
from bot.aftersales.tally import Asked
from bot.db import Database
from bot.db.desk import Issue, Refund
from bot.errors import UserError
from bot.metrics.bases import Span
from bot.metrics.scope import scope
from bot.periods import Period
from tests.metrics.till import TODAY, Line, write

WEEK = Span(Period(TODAY.replace(day=16), TODAY), "week")
PAID = datetime(2026, 11, 17, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end", "axis"),
    [
        ("", 16, 23, "reason"),  # the last seven days
        ("上周", 16, 23, "reason"),
        ("昨天 按商品", 22, 23, "product"),
        ("last week by person", 16, 23, "assignee"),
        ("按责任方 11月1日到11月10日", 1, 11, "responsible"),
        ("按平台", 16, 23, "platform"),
        ("上週 按處理人", 16, 23, "assignee"),
        ("本月", 1, 23, "reason"),
    ],
)
def test_periods_and_axes_in_words(
    db: Database, shop: Shop, text: str, start: int, end: int, axis: str
) -> None:
    with db.read() as s:
        asked = tally.read(s, scope(s, shop.team, TODAY), text, TODAY)
    assert asked.span.period == Period(TODAY.replace(day=start), TODAY.replace(day=end))
    assert asked.axis == axis
    assert tally.from_json(tally.to_json(asked)) == asked


def test_a_word_nobody_knows_is_named(db: Database, shop: Shop) -> None:
    with db.read() as s, pytest.raises(UserError) as e:
        tally.read(s, scope(s, shop.team, TODAY), "上周 胡说八道", TODAY)
    assert (e.value.key, e.value.params) == ("issuestats.unknown", {"words": "胡说八道"})


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("a:product", Asked(WEEK, "product")),
        ("p:yesterday", Asked(Span(Period(TODAY.replace(day=22), TODAY), "day"))),
        ("a:nonsense", Asked(WEEK)),
        ("x:1", Asked(WEEK)),
    ],
)
def test_a_button_changes_one_thing(code: str, expected: Asked) -> None:
    assert tally.change(Asked(WEEK), code, TODAY) == expected


def issue(shop: Shop, no: int, **fields: object) -> Issue:
    row = {"team_id": shop.team, "store_id": shop.tmall, "opened_at": NOW, "staged_at": NOW}
    return Issue(no=no, **{**row, **fields})  # type: ignore[arg-type]


def returned(db: Database, shop: Shop) -> Returns:
    with db.read() as s:
        here = scope(s, shop.team, TODAY)
        return tally.tally(s, here, Asked(WEEK), TODAY, NOW).returns


def test_returns_belong_to_the_period_their_orders_were_paid_in(db: Database, shop: Shop) -> None:
    back = {"type": "return_refund", "quantity": 2}
    with db.write() as s:
        write(
            s, shop.team, shop.tmall, (Line("2026-11-16", 9, quantity=150), Line("2026-11-09", 9))
        )
        s.add_all([
            issue(shop, 1, order_no=f"{shop.tmall}-0", **back),  # paid on the 16th
            issue(shop, 2, order_no=f"{shop.tmall}-1", **back),  # paid the week before
            issue(shop, 3, order_no="nobody's", paid_at=PAID, **back),
            issue(shop, 4, **back),  # who knows
            issue(shop, 5, order_no=f"{shop.tmall}-0", **back, resolution="refused"),
            issue(shop, 6, order_no=f"{shop.tmall}-0", type="refund_only"),
            issue(shop, 7, order_no=f"{shop.tmall}-0", **back, stage="void"),
        ])  # fmt: skip
    assert returned(db, shop) == Returns(units=4, sold=150, undated=2)


def test_where_a_store_has_refund_files_they_tell_of_its_returns(db: Database, shop: Shop) -> None:
    with db.write() as s:
        write(s, shop.team, shop.tmall, (Line("2026-11-16", 9, quantity=150),))
        s.add(issue(shop, 1, order_no=f"{shop.tmall}-0", type="return_refund"))
        for n, status in enumerate(("done", "open", "closed")):
            s.add(
                Refund(
                    store_id=shop.tmall, refund_no=str(n), team_id=shop.team, type="return_refund",
                    order_no=f"{shop.tmall}-0", status=status, quantity=3, applied_at=NOW,
                    last_import=1,
                )
            )  # fmt: skip
    assert returned(db, shop) == Returns(units=6, sold=150)


def test_of_the_other_team_and_of_other_stores_nothing_is_seen(db: Database, shop: Shop) -> None:
    with db.write() as s:
        s.add(issue(shop, 1, store_id=shop.shopify, opened_at=PAID))
    with db.read() as s:
        for team, stores, n in (
            (shop.team, None, 1), (shop.team, [shop.tmall], 0), (shop.other_team, None, 0),
        ):  # fmt: skip
            found = tally.tally(s, scope(s, team, TODAY, stores), Asked(WEEK), TODAY, NOW)
            assert found.figures.opened == n
