"""Why sales moved: parts that add up, and what else happened, worked out by hand."""

from datetime import date

import pytest

from bot.db import Database
from bot.metrics.evidence import promotions
from bot.metrics.reading import Beside, Cell
from bot.periods import Period
from bot.promos import calendar
from tests.conftest import Shop
from tests.metrics import sheets
from tests.metrics.test_traffic import notes
from tests.metrics.till import Line, Read, Sell


@pytest.fixture
def two_sundays(db: Database, sell: Sell, shop: Shop) -> None:
    """1,000 visitors × 4 % × 10.00 = 400.00 becomes 500 visitors × 6 % × 10.00 = 300.00."""
    sell(
        shop.team, shop.tmall,
        *(Line("2026-11-15", 100_00, "A01", buyer=b) for b in range(4)),
        Line("2026-11-22", 100_00, "A01", buyer=1), Line("2026-11-22", 200_00, "A02", buyer=2),
    )  # fmt: skip
    with db.write() as s:
        sheets.shop(s, shop.team, shop.tmall, "2026-11-15", visitors=1000, buyers=40)
        sheets.shop(s, shop.team, shop.tmall, "2026-11-22", visitors=500, buyers=30)


@pytest.fixture
def two_weeks(sell: Sell, shop: Shop) -> None:
    """One order a day, of 20.00 from the 13th and of 10.00 from the 20th."""
    days = [(d, 20_00) for d in (13, 14, 15)] + [(d, 10_00) for d in (20, 21, 22)]
    sell(shop.team, shop.tmall, *(Line(f"2026-11-{d}", paid, "A01") for d, paid in days))


@pytest.mark.usefixtures("two_sundays")
def test_the_change_is_split_into_visitors_conversion_and_basket(read: Read, shop: Shop) -> None:
    reading = read(shop.team, "昨天为什么跌了", [shop.tmall])
    # L(300, 400) = 100 / ln(4/3) = 347.606; × ln(1/2) = −240.94; × ln(3/2) = +140.94; basket stays
    assert [(p.slug, p.share) for p in reading.parts] == [
        ("visitors", -240_94), ("conversion", 140_94), ("basket", 0)
    ]  # fmt: skip
    assert [(p.base, p.value) for p in reading.parts[:2]] == [(1000, 500), (0.04, 0.06)]
    assert sum(p.share for p in reading.parts) == reading.split.difference == -100_00


@pytest.mark.usefixtures("two_sundays")
def test_a_day_whose_visitors_are_not_known_falls_back_to_orders(read: Read, shop: Shop) -> None:
    reading = read(shop.team, "近2天 为什么跌了 周同比", [shop.tmall])
    assert [p.slug for p in reading.parts] == ["orders", "aov"]
    assert "why_no_traffic" in notes(reading)


@pytest.mark.usefixtures("two_sundays")
def test_what_else_happened_stands_beside_it(db: Database, read: Read, shop: Shop) -> None:
    with db.write() as s:
        for day, spend, kept in (("15", 100_00, 20_00), ("22", 38_00, 21_00)):
            told = {"revenue": 3 * spend, "spend": spend}
            sheets.ads(s, shop.team, shop.tmall, f"2026-11-{day}", "直通车", **told)
            sheets.ads(s, shop.team, shop.tmall, f"2026-11-{day}", "万相台", spend=kept)
        sheets.scores(s, shop.team, shop.tmall, "2026-11-15", service=486, logistics=480)
        sheets.scores(s, shop.team, shop.tmall, "2026-11-22", service=483, logistics=481)
    reading = read(shop.team, "昨天为什么跌了", [shop.tmall])
    assert reading.beside == (
        Beside("metric", "ad_spend", "直通车", Cell(38_00, 100_00)),
        Beside("metric", "dsr_service", cell=Cell(4.83, 4.86)),
    )
    assert [(row.key, row.cells[0].difference) for row in reading.channels] == [
        (("直通车",), -186_00)
    ]  # fmt: skip


@pytest.mark.parametrize("days", [("21",), ("20", "21", "22")])
def test_advertising_of_some_days_only_is_set_against_nothing(
    db: Database, read: Read, shop: Shop, days: tuple[str, ...], two_weeks: None
) -> None:
    with db.write() as s:
        for day in ("13", "14"):
            sheets.ads(s, shop.team, shop.tmall, f"2026-11-{day}", "直通车", spend=1, revenue=9)
        for day in days:
            sheets.ads(s, shop.team, shop.tmall, f"2026-11-{day}", "直通车", spend=7, revenue=1)
    reading = read(shop.team, "近3天 为什么跌了 周同比", [shop.tmall])
    assert reading.parts
    assert (reading.beside, reading.channels) == ((), ())


def test_advertising_of_as_many_days_is_set_against_each_other(
    db: Database, read: Read, shop: Shop, two_weeks: None
) -> None:
    with db.write() as s:
        for day, spend in (("13", 100), ("14", 100), ("20", 50), ("22", 50)):
            sheets.ads(s, shop.team, shop.tmall, f"2026-11-{day}", "直通车", spend=spend)
    reading = read(shop.team, "近3天 为什么跌了 周同比", [shop.tmall])
    assert reading.beside == (Beside("metric", "ad_spend", "直通车", Cell(100, 200)),)


def test_a_promotion_that_ended_is_named() -> None:
    after = Period(date(2026, 11, 12), date(2026, 11, 19))
    before = Period(date(2026, 11, 5), date(2026, 11, 12))
    assert list(promotions(calendar(date(2026, 11, 23)), after, before)) == [
        Beside("ended", "double11")
    ]  # fmt: skip


def test_the_same_promotion_a_year_apart_is_no_event() -> None:
    this, last = (Period(date(y, 11, 1), date(y, 11, 12)) for y in (2026, 2025))
    assert list(promotions(calendar(date(2026, 11, 23)), this, last)) == []
