"""退款金额 by the day it was finished, where lists of refunds tell of every day asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from conftest import Shop

from bot.db import Database
from bot.db.desk import Refund
from bot.db.facts import ImportedDay
from bot.metrics.reading import Reading
from tests.metrics.till import Line, Read, Sell

SUNDAY = date(2026, 11, 22)
AT = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


def told(db: Database, shop: Shop, *days: date) -> None:
    """¥20 given back on Sunday, ¥5 on Saturday, ¥7 only asked for; lists tell of these days."""
    rows = [("R1", 2_000, SUNDAY, "done"), ("R2", 500, SUNDAY - timedelta(1), "done"),
            ("R3", 700, None, "open")]  # fmt: skip
    with db.write() as s:
        for no, amount, day, status in rows:
            s.add(Refund(store_id=shop.tmall, refund_no=no, team_id=shop.team, status=status,
                         amount=amount, finished_day=day, last_import=1))  # fmt: skip
        for day in days:
            s.add(
                ImportedDay(
                    store_id=shop.tmall, kind="refunds", day=day, exported_at=AT, whole=True
                )
            )


def total(reading: Reading) -> tuple[object, set[str]]:
    return reading.totals[0].cells[0].value, {n.code for n in reading.notes}


def test_by_finished_day_where_lists_tell_of_it(
    db: Database, shop: Shop, sell: Sell, read: Read
) -> None:
    sell(shop.team, shop.tmall, Line("2026-11-22", paid=10_000, refunded=3_000))
    told(db, shop, SUNDAY, SUNDAY - timedelta(1))
    value, notes = total(read(shop.team, "昨天 退款金额", {shop.tmall}))
    assert (value, "paid_basis" in notes) == (2_000, False)
    rows = read(shop.team, "11-21到11-22 退款金额 按天", {shop.tmall}).rows
    assert [row.cells[0].value for row in rows] == [500, 2_000]


def test_by_payment_day_where_a_day_lacks_or_by_product(
    db: Database, shop: Shop, sell: Sell, read: Read
) -> None:
    sell(shop.team, shop.tmall, Line("2026-11-22", paid=10_000, refunded=3_000))
    told(db, shop, SUNDAY)
    for text in ("11-21到11-22 退款金额", "昨天 退款金额 按商品"):
        value, notes = total(read(shop.team, text, {shop.tmall}))
        assert (value, "paid_basis" in notes) == (3_000, True)


def test_another_teams_refunds_count_for_nobody_else(
    db: Database, shop: Shop, sell: Sell, read: Read
) -> None:
    sell(shop.other_team, shop.other_store, Line("2026-11-22", paid=10_000, refunded=100))
    told(db, shop, SUNDAY)
    assert total(read(shop.other_team, "昨天 退款金额"))[0] == 100
