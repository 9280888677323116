"""Visitors, conversion and the platform's own sales, worked out by hand."""

import pytest

from bot.db import Database
from bot.metrics.reading import Reading
from tests.conftest import Shop
from tests.metrics import sheets
from tests.metrics.till import Line, Read, Sell


def total(reading: Reading) -> list[object]:
    return [cell.value for cell in reading.totals[0].cells]


def notes(reading: Reading) -> dict[str, dict[str, object]]:
    return {note.code: dict(note.params) for note in reading.notes}


def rows(reading: Reading) -> list[tuple[object, ...]]:
    return [(*map(str, row.key), *(cell.value for cell in row.cells)) for row in reading.rows]


def test_visitors_of_several_days_are_their_daily_mean(
    db: Database, read: Read, shop: Shop
) -> None:
    with db.write() as s:
        for day, visitors, views in (("21", 300, 900), ("22", 500, 1500)):
            sheets.shop(
                s, shop.team, shop.tmall, f"2026-11-{day}", visitors=visitors, page_views=views
            )
    reading = read(shop.team, "近2天 访客数 浏览量", [shop.tmall])
    assert total(reading) == [400, 2400]


def test_conversion_divides_sums_over_the_days_that_tell_both(
    db: Database, read: Read, shop: Shop
) -> None:
    with db.write() as s:
        sheets.shop(s, shop.team, shop.tmall, "2026-11-20", visitors=1000, buyers=50)
        sheets.shop(s, shop.team, shop.tmall, "2026-11-21", visitors=200, buyers=30)
        sheets.shop(s, shop.team, shop.tmall, "2026-11-22", visitors=800)
    reading = read(shop.team, "近3天 转化率", [shop.tmall])
    # 80 of 1,200; the day without buyers is left out, and there are no order lines to count them
    assert total(reading) == [pytest.approx(80 / 1200)]


def test_buyers_of_the_order_lines_stand_in_for_those_the_sheet_lacks(
    db: Database, sell: Sell, read: Read, shop: Shop
) -> None:
    sell(shop.team, shop.tmall, *(Line("2026-11-22", 1_00, buyer=b) for b in (1, 2, 2)))
    with db.write() as s:
        sheets.shop(s, shop.team, shop.tmall, "2026-11-22", visitors=100)
    assert total(read(shop.team, "昨天 转化率", [shop.tmall])) == [0.02]


def test_interest_is_carts_and_favourites_by_visitors(db: Database, read: Read, shop: Shop) -> None:
    with db.write() as s:
        sheets.shop(
            s, shop.team, shop.tmall, "2026-11-22", visitors=1000, cart_adds=80, favourites=20
        )
    assert total(read(shop.team, "昨天 收藏加购率 加购人数", [shop.tmall])) == [0.1, 80]


def test_product_rows_stand_beside_the_stores_own(db: Database, read: Read, shop: Shop) -> None:
    with db.write() as s:
        for day in ("21", "22"):
            sheets.shop(s, shop.team, shop.tmall, f"2026-11-{day}", visitors=1000)
            sheets.shop(s, shop.team, shop.tmall, f"2026-11-{day}", "A01", visitors=700)
        sheets.shop(s, shop.team, shop.tmall, "2026-11-22", "A02", visitors=600)
    reading = read(shop.team, "近2天 访客数 按商品", [shop.tmall])
    assert total(reading) == [1000]
    # the sheet of products was told on both days: A02 had nobody on the first
    assert rows(reading) == [("A01", 700), ("A02", 300)]


def test_days_that_are_missing_are_named(db: Database, read: Read, shop: Shop) -> None:
    with db.write() as s:
        for day in (16, 17, 20, 21, 22):
            sheets.shop(s, shop.team, shop.tmall, f"2026-11-{day}", visitors=100)
    reading = read(shop.team, "近7天 访客数", [shop.tmall])
    assert total(reading) == [100]
    missing = {"source": "traffic", "n": 2, "spans": "2026-11-18/2026-11-19"}
    assert notes(reading)["missing_days_of"] == missing


def test_a_sheet_that_does_not_tell_a_figure_is_as_good_as_missing(
    db: Database, read: Read, shop: Shop
) -> None:
    with db.write() as s:
        sheets.shop(s, shop.team, shop.tmall, "2026-11-21", visitors=100, favourites=7)
        sheets.shop(s, shop.team, shop.tmall, "2026-11-22", visitors=100)
    reading = read(shop.team, "近2天 收藏人数", [shop.tmall])
    assert total(reading) == [7]
    assert notes(reading)["missing_days_of"]["spans"] == "2026-11-22/2026-11-22"


def test_a_day_not_told_of_says_what_to_send(db: Database, read: Read, shop: Shop) -> None:
    with db.write() as s:
        sheets.shop(s, shop.team, shop.tmall, "2026-11-01", visitors=100)
    reading = read(shop.team, "昨天 访客数", [shop.tmall])
    assert total(reading) == [None]
    assert notes(reading) == {"no_data": {"source": "traffic"}}


def test_visitors_by_day_and_by_weekday(db: Database, read: Read, shop: Shop) -> None:
    with db.write() as s:
        for day, visitors in (("15", 100), ("21", 50), ("22", 300)):
            sheets.shop(s, shop.team, shop.tmall, f"2026-11-{day}", visitors=visitors)
    by_day = read(shop.team, "11月20日到11月22日 访客数 按天", [shop.tmall])
    assert rows(by_day) == [("2026-11-20", None), ("2026-11-21", 50), ("2026-11-22", 300)]
    weekdays = read(shop.team, "11月15日到11月22日 访客数 按星期几", [shop.tmall])
    assert rows(weekdays)[-2:] == [("6", 50), ("7", 200)]


def test_visitors_of_stores_are_added_and_it_is_said(db: Database, read: Read, shop: Shop) -> None:
    with db.write() as s:
        sheets.shop(s, shop.team, shop.tmall, "2026-11-22", visitors=100)
        sheets.shop(s, shop.team, shop.shopify, "2026-11-22", visitors=40)
        sheets.shop(s, shop.other_team, shop.other_store, "2026-11-22", visitors=9000)
    reading = read(shop.team, "昨天 访客数")
    assert total(reading) == [140]
    assert "visitors_of_stores" in notes(reading)


def test_visitors_of_stores_that_stand_apart_are_not_said_to_be_added(
    db: Database, read: Read, sell: Sell, shop: Shop
) -> None:
    sell(shop.team, shop.tmall, Line("2026-11-22", 1_00))
    sell(shop.team, shop.shopify, Line("2026-11-22", 2_00))
    with db.write() as s:
        sheets.shop(s, shop.team, shop.tmall, "2026-11-22", visitors=100)
        sheets.shop(s, shop.team, shop.shopify, "2026-11-22", visitors=40)
    reading = read(shop.team, "昨天 访客数 销售额")
    assert [row.currency for row in reading.totals] == ["CNY", "HKD"]
    assert "visitors_of_stores" not in notes(reading)


def test_the_platforms_sales_stand_in_where_there_are_no_order_lines(
    db: Database, sell: Sell, read: Read, shop: Shop
) -> None:
    sell(shop.team, shop.tmall, Line("2026-11-21", 70_00, buyer=1))
    with db.write() as s:
        told = {"sales": 50_00, "orders": 2, "buyers": 2, "units": 3}
        sheets.shop(s, shop.team, shop.tmall, "2026-11-22", **told)
    reading = read(shop.team, "近2天 销售额 订单数 件数 买家数 净销售额", [shop.tmall])
    # buyers of two days are not distinct; net sales are of the order lines alone
    assert total(reading) == [120_00, 3, 4, None, 70_00]
    assert notes(reading)["platform_days"] == {"n": 1, "spans": "2026-11-22/2026-11-22"}
    assert "buyers_by_day" in notes(reading)
    assert total(read(shop.team, "昨天 买家数 客单价", [shop.tmall])) == [2, 25_00]


def test_where_both_tell_order_lines_win_and_a_difference_is_said(
    db: Database, sell: Sell, read: Read, shop: Shop
) -> None:
    sell(shop.team, shop.tmall, Line("2026-11-21", 99_50), Line("2026-11-22", 80_00))
    with db.write() as s:
        sheets.shop(s, shop.team, shop.tmall, "2026-11-21", sales=100_00)
        sheets.shop(s, shop.team, shop.tmall, "2026-11-22", sales=100_00)
    close = read(shop.team, "前天 销售额", [shop.tmall])
    assert total(close) == [99_50]
    assert "reconcile" not in notes(close)
    apart = read(shop.team, "昨天 销售额", [shop.tmall])
    assert total(apart) == [80_00]
    said = {"lines": 80_00, "platform": 100_00, "currency": "CNY"}
    assert notes(apart)["reconcile"] == said


def test_the_platform_knows_nothing_of_regions(db: Database, read: Read, shop: Shop) -> None:
    with db.write() as s:
        sheets.shop(s, shop.team, shop.tmall, "2026-11-22", sales=50_00)
    reading = read(shop.team, "昨天 销售额 按地区", [shop.tmall])
    assert reading.rows == ()
    assert total(reading) == [50_00]


def test_a_neighbour_sees_nothing_of_it(db: Database, read: Read, shop: Shop) -> None:
    with db.write() as s:
        sheets.shop(s, shop.team, shop.tmall, "2026-11-22", visitors=100, sales=50_00)
    assert total(read(shop.other_team, "昨天 访客数")) == [None]
    assert [n.code for n in read(shop.other_team, "昨天 销售额").notes] == ["nothing_yet"]
