"""Figures of a tiny shop, worked out by hand."""

from datetime import UTC, date, datetime

import pytest

from bot.metrics.reading import Reading
from tests.conftest import Shop
from tests.metrics.till import Line, Read, Sell


def value(reading: Reading, slug: str = "") -> object:
    """The total of a metric, of the first one by default."""
    place = reading.query.metrics.index(slug) if slug else 0
    return reading.totals[0].cells[place].value


def _bought(days: dict[str, tuple[int, ...]]) -> list[Line]:
    """An order of each buyer on each day of 2026."""
    return [Line(f"2026-{day}", 1_00, buyer=b) for day, buyers in days.items() for b in buyers]


def codes(reading: Reading) -> list[str]:
    return [note.code for note in reading.notes]


def test_sales_are_what_was_paid_that_day(sell: Sell, read: Read, shop: Shop) -> None:
    sell(
        shop.team, shop.tmall,
        Line("2026-11-22", 100_00), Line("2026-11-22", 50_00, refunded=50_00),
        Line("2026-11-21", 7_00), Line("2026-11-22", 0),
    )  # fmt: skip
    reading = read(shop.team, "昨天 销售额 净销售额 订单数 下单数", [shop.tmall])
    assert [c.value for c in reading.totals[0].cells] == [150_00, 100_00, 2, 3]


def test_ratios_divide_sums(sell: Sell, read: Read, shop: Shop) -> None:
    sell(
        shop.team, shop.tmall,
        Line("2026-11-21", 100_00, quantity=4, buyer=1), Line("2026-11-22", 20_00, buyer=1),
        Line("2026-11-22", 60_00, quantity=3, buyer=2, refunded=18_00), Line("2026-11-22", 0),
    )  # fmt: skip
    slugs = "aov basket item_price items_per_order payment_rate refund_rate repeat_rate"
    reading = read(shop.team, f"近2天 {slugs}", [shop.tmall])
    # 180.00 over 3 orders, 2 buyers, 8 units; 3 of 4 paid; 18 of 180; one of two buyers came twice
    expected = [60_00, 90_00, 22_50, 8 / 3, 0.75, 0.1, 0.5]
    assert [c.value for c in reading.totals[0].cells] == pytest.approx(expected)


def test_a_ratio_of_nothing_is_not_known(sell: Sell, read: Read, shop: Shop) -> None:
    sell(shop.team, shop.tmall, Line("2026-11-22", 0))
    assert value(read(shop.team, "昨天 笔单价", [shop.tmall])) is None


def test_a_day_without_orders_is_zero_but_a_day_not_imported_is_not_known(
    sell: Sell, read: Read, shop: Shop
) -> None:
    sell(shop.team, shop.tmall, Line("2026-11-22", 0))
    assert value(read(shop.team, "昨天 销售额", [shop.tmall])) == 0
    missing = read(shop.team, "前天 销售额", [shop.tmall])
    assert value(missing) is None
    assert codes(missing) == ["no_data"]


def test_a_buyer_is_counted_once_over_days_and_months(sell: Sell, read: Read, shop: Shop) -> None:
    days = {"09-30": (1,), "10-05": (1, 2), "11-01": (3,), "11-22": (1,)}
    sell(shop.team, shop.tmall, *_bought(days))
    assert value(read(shop.team, "9月30日到昨天 买家数", [shop.tmall])) == 3
    assert value(read(shop.team, "9月30日到昨天 复购率", [shop.tmall])) == pytest.approx(1 / 3)


def test_buyers_are_not_guessed_where_the_source_has_none(
    sell: Sell, read: Read, shop: Shop
) -> None:
    sell(shop.team, shop.tmall, Line("2026-11-22", 5_00), Line("2026-11-22", 5_00, buyer=4))
    reading = read(shop.team, "昨天 买家数 客单价 复购率 销售额", [shop.tmall])
    assert [c.value for c in reading.totals[0].cells] == [None, None, None, 10_00]
    assert "no_buyers" in codes(reading)


def test_a_returning_buyer_bought_in_the_365_days_before(
    sell: Sell, read: Read, shop: Shop
) -> None:
    earlier = {"2025-11-01": 9, "2025-11-21": 1, "2025-11-22": 2}
    before = (Line(day, 1_00, buyer=buyer) for day, buyer in earlier.items())
    sell(shop.team, shop.tmall, *before, *_bought({"11-22": (1, 2, 3)}))
    # 365 days before 22 November 2026 begin on 22 November 2025: buyer 1 is too old, 2 is not
    assert value(read(shop.team, "昨天 老客数", [shop.tmall])) == 1
    assert value(read(shop.team, "昨天 新客数", [shop.tmall])) == 2


def test_new_buyers_are_not_known_before_a_year_of_history(
    sell: Sell, read: Read, shop: Shop
) -> None:
    sell(shop.team, shop.tmall, *_bought({"01-05": (1,), "11-22": (2,)}))
    reading = read(shop.team, "昨天 新客", [shop.tmall])
    assert value(reading) is None
    assert "short_history" in codes(reading)


def test_by_product_the_best_come_first_and_the_rest_is_summed_up(
    sell: Sell, read: Read, shop: Shop
) -> None:
    sell(
        shop.team, shop.tmall,
        Line("2026-11-22", 30_00, "A01"), Line("2026-11-22", 50_00, "A02"),
        Line("2026-11-22", 15_00, "A03"), Line("2026-11-22", 5_00, "A04"),
        Line("2026-11-15", 60_00, "A02"),
    )  # fmt: skip
    reading = read(shop.team, "昨天 销售额 按商品 前2 周同比", [shop.tmall])
    rows = [(row.key, row.cells[0].value, row.cells[0].base) for row in reading.rows]
    assert rows == [(("A02",), 50_00, 60_00), (("A01",), 30_00, 0)]
    assert reading.others_count == 2
    assert reading.others is not None
    assert reading.others.cells[0].value == 20_00


def test_by_day_every_day_has_a_row_beside_the_day_it_is_compared_with(
    sell: Sell, read: Read, shop: Shop
) -> None:
    sell(
        shop.team, shop.tmall,
        Line("2026-11-20", 1_00), Line("2026-11-22", 3_00), Line("2026-11-17", 9_00),
    )  # fmt: skip
    reading = read(shop.team, "近3天 销售额 按天 环比", [shop.tmall])
    rows = [(row.key[0], row.before, row.cells[0].value, row.cells[0].base) for row in reading.rows]
    assert rows == [
        (date(2026, 11, 20), date(2026, 11, 17), 1_00, 9_00),
        (date(2026, 11, 21), date(2026, 11, 18), None, None),
        (date(2026, 11, 22), date(2026, 11, 19), 3_00, None),
    ]
    assert ("spans", "2026-11-21/2026-11-21") in reading.notes[0].params


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("按星期", [(1, 4_00), (2, None), (7, 8_00)]),
        ("按周", [(date(2026, 11, 9), 6_00), (date(2026, 11, 16), 6_00)]),
        ("按月", [(date(2026, 11, 1), 12_00)]),
        ("按小时", [(9, 3_00), (12, 9_00)]),
    ],
)
def test_time_is_put_into_buckets(
    words: str, expected: list[object], sell: Sell, read: Read, shop: Shop
) -> None:
    sell(
        shop.team, shop.tmall,
        Line("2026-11-09", 4_00), Line("2026-11-15", 2_00), Line("2026-11-22", 3_00),
        Line("2026-11-22", 3_00, hour=9),
    )  # fmt: skip
    reading = read(shop.team, f"11月9日到22日 销售额 {words}", [shop.tmall])
    found = [(row.key[0], row.cells[0].value) for row in reading.rows]
    assert [pair for pair in found if pair in expected] == [p for p in expected if p[1] is not None]  # type: ignore[index]


def test_a_filter_and_another_breakdown_are_read_from_the_orders(
    sell: Sell, read: Read, shop: Shop
) -> None:
    sell(
        shop.team, shop.tmall,
        Line("2026-11-22", 30_00, "A01", "广东", 1), Line("2026-11-22", 50_00, "A01", "上海", 2),
        Line("2026-11-22", 5_00, "A02", "广东", 1), Line("2026-11-22", 7_00, "A02", "广东", 3),
    )  # fmt: skip
    reading = read(shop.team, "广东 昨天 销售额 买家数 订单数 按商品", [shop.tmall])
    rows = [(row.key[0], *(c.value for c in row.cells)) for row in reading.rows]
    assert rows == [("A01", 30_00, 1, 1), ("A02", 12_00, 2, 2)]
    assert [c.value for c in reading.totals[0].cells] == [42_00, 2, 3]


def test_two_currencies_never_add(sell: Sell, read: Read, shop: Shop) -> None:
    sell(shop.team, shop.tmall, Line("2026-11-22", 30_00))
    sell(shop.team, shop.shopify, Line("2026-11-22", 70_00), Line("2026-11-22", 1_00))
    reading = read(shop.team, "昨天 销售额")
    assert [(t.currency, t.cells[0].value) for t in reading.totals] == [
        ("CNY", 30_00), ("HKD", 71_00)
    ]  # fmt: skip
    assert "currencies" in codes(reading)
    assert reading.total is None
    assert value(read(shop.team, "昨天 订单数")) == 3


def test_nothing_of_another_team_is_seen(sell: Sell, read: Read, shop: Shop) -> None:
    sell(shop.team, shop.tmall, Line("2026-11-22", 30_00))
    sell(shop.other_team, shop.other_store, Line("2026-11-22", 999_00, buyer=1))
    assert value(read(shop.team, "昨天 销售额", [shop.tmall, shop.other_store])) == 30_00
    outside = read(shop.other_team, "昨天 销售额 按商品", [shop.tmall])
    assert (outside.rows, outside.stores) == ((), ())


def test_by_store_a_store_without_data_is_not_known(sell: Sell, read: Read, shop: Shop) -> None:
    sell(shop.team, shop.tmall, Line("2026-11-22", 30_00))
    reading = read(shop.team, "昨天 订单数 按店铺")
    assert [(row.key, row.cells[0].value) for row in reading.rows] == [
        (("tmall",), 1), (("hk",), None)
    ]  # fmt: skip


def test_one_code_in_two_stores_is_one_product(sell: Sell, read: Read, shop: Shop) -> None:
    sell(shop.team, shop.tmall, Line("2026-11-22", 30_00, "A01"))
    sell(shop.team, shop.shopify, Line("2026-11-22", 30_00, "A01"))
    reading = read(shop.team, "昨天 销量 按商品")
    assert [(row.key, row.cells[0].value) for row in reading.rows] == [(("A01",), 2)]


def test_today_is_compared_with_the_same_hour(sell: Sell, read: Read, shop: Shop) -> None:
    sell(
        shop.team, shop.tmall,
        Line("2026-11-23", 10_00, hour=9), Line("2026-11-23", 1_00, hour=10),
        Line("2026-11-22", 4_00, hour=8), Line("2026-11-22", 80_00, hour=20),
    )  # fmt: skip
    now = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)  # 10:30 in Shanghai
    cell = read(shop.team, "今天 销售额 环比", [shop.tmall], now=now).totals[0].cells[0]
    assert (cell.value, cell.base) == (10_00, 4_00)
    assert value(read(shop.team, "今天 销售额", [shop.tmall], now=now)) == 11_00


@pytest.mark.parametrize(
    ("text", "code", "params"),
    [
        ("昨天 买家数 按小时", "refused_by", {"metric": "buyers", "by": "hour"}),
        ("昨天 销售额 按渠道", "refused_by", {"metric": "sales", "by": "channel"}),
        ("直通车 昨天 销售额", "refused_filter", {"metric": "sales", "by": "channel"}),
        ("昨天 退款率 按类目 前5", "refused_by", {"metric": "refund_rate", "by": "category"}),
    ],
)
def test_what_a_metric_cannot_honour_is_refused_by_name(
    text: str, code: str, params: dict[str, str], read: Read, shop: Shop
) -> None:
    reading = read(shop.team, text)
    assert reading.refused
    assert [(n.code, dict(n.params)) for n in reading.notes] == [(code, params)]


def test_a_metric_not_imported_says_what_to_send(read: Read, shop: Shop) -> None:
    reading = read(shop.team, "昨天 访客数")
    assert value(reading) is None
    assert dict(reading.notes[0].params) == {"metric": "visitors", "source": "traffic"}


@pytest.mark.parametrize("by", ["按店铺", "按天", "按商品"])
def test_a_metric_not_imported_has_no_rows_by_anything(
    by: str, sell: Sell, read: Read, shop: Shop
) -> None:
    sell(shop.team, shop.tmall, Line("2026-11-22", 30_00))
    reading = read(shop.team, f"近7天 净利润 {by}", [shop.tmall])
    assert (reading.rows, value(reading)) == ((), None)
    assert codes(reading) == ["not_imported"]


def test_refunds_without_finish_dates_answer_by_payment_day_and_say_so(
    sell: Sell, read: Read, shop: Shop
) -> None:
    sell(shop.team, shop.tmall, Line("2026-11-22", 30_00, refunded=12_00))
    reading = read(shop.team, "昨天 退款金额 退款率", [shop.tmall])
    assert value(reading) == 12_00
    assert {"paid_basis", "still_rising"} <= set(codes(reading))


def test_why_splits_the_change_into_parts_that_add_up(sell: Sell, read: Read, shop: Shop) -> None:
    sell(
        shop.team, shop.tmall,
        *(Line("2026-11-15", 100_00, "A01") for _ in range(4)),
        Line("2026-11-22", 100_00, "A01"), Line("2026-11-22", 200_00, "A02"),
    )  # fmt: skip
    reading = read(shop.team, "昨天为什么跌了", [shop.tmall])
    # 400.00 → 300.00: L(300, 400) = 100 / ln(4/3) = 347.606; × ln(2/4) and × ln(150/100)
    assert [(p.slug, p.share) for p in reading.parts] == [("orders", -240_94), ("aov", 140_94)]
    assert [(row.key, row.cells[0].difference) for row in reading.movers] == [
        (("A01",), -300_00), (("A02",), 200_00)
    ]  # fmt: skip


def test_months_and_the_days_around_them_add_up(sell: Sell, read: Read, shop: Shop) -> None:
    days = ("2026-08-30", "2026-08-31", "2026-09-15", "2026-10-20", "2026-10-30", "2026-10-31")
    sell(shop.team, shop.tmall, *(Line(d, 10 ** (i + 2)) for i, d in enumerate(days)))
    reading = read(shop.team, "2026-08-31..2026-10-30 销售额", [shop.tmall])
    assert value(reading) == 1_111_000  # 10.00 + 100.00 + 1,000.00 + 10,000.00


def test_before_any_import_one_note_says_what_to_send(read: Read, shop: Shop) -> None:
    reading = read(shop.team, "近7天 销售额 按天")
    assert codes(reading) == ["nothing_yet"]
    assert (reading.rows, reading.totals) == ((), ())
