"""Real exports, and what is known about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

FEBRUARY = "grain = 0 AND day BETWEEN '2020-02-01' AND '2020-02-29'"


@pytest.fixture
def tmall(desk: Any, shared_data: Path) -> Any:
    """The desk after the real Tmall report of February 2020."""
    desk.take(shared_data / "tmall_orders_2020-02" / "tmall_order_report.csv")
    return desk


def test_february_by_payment_day(tmall: Any) -> None:
    sums = tmall.all(
        "SELECT SUM(orders), SUM(sales), SUM(refunded), SUM(sales - refunded)"
        f" FROM sales_rollups WHERE dim = 0 AND {FEBRUARY}"
    )
    assert [int(x) for x in sums[0]] == [24_081, 247_434_707, 57_215_792, 190_218_915]


def test_the_best_day_and_region_of_february(tmall: Any) -> None:
    day = "SELECT sales FROM sales_rollups WHERE grain = 0 AND dim = 0 AND day = '2020-02-25'"
    assert tmall.value(day) == 29_942_120
    region = (
        "SELECT SUM(sales) FROM sales_rollups JOIN regions ON regions.id = key"
        f" WHERE dim = 2 AND name = '上海' AND {FEBRUARY}"
    )
    assert int(tmall.value(region)) == 32_645_779


def test_created_orders_stand_on_the_day_they_were_created(tmall: Any) -> None:
    day = "SELECT created_orders FROM sales_rollups WHERE grain = 0 AND dim = 0 AND day = "
    assert tmall.value(f"{day}'2020-02-25'") == 3_416
    assert tmall.value(f"{day}'2020-02-26'") == 2_849


def test_the_report_says_what_the_amounts_are_and_checked_it(desk: Any, shared_data: Path) -> None:
    report = desk.take(shared_data / "tmall_orders_2020-02" / "tmall_order_report.csv")
    assert (report.platform, report.kind, report.encoding, report.header_row) == (
        "taobao", "orders", "utf-8", 1,
    )  # fmt: skip
    assert (report.read, report.new, report.refused) == (28_010, 28_010, 0)
    assert report.days == ("2020-02-01", "2020-02-29")
    assert report.sums.paid == 2_474_823.07
    assert report.net
    assert (report.sums.checks[0].rows, report.sums.checks[0].held) == (24_087, 24_087)
    assert not report.personal  # 收货地址 holds provinces only


def test_the_excel_resaved_twin_changes_nothing(tmall: Any, shared_data: Path) -> None:
    before = tmall.snapshot()
    report = tmall.take(
        shared_data / "tmall_orders_2020-02" / "tmall_order_report_excel_resaved.csv"
    )
    assert (report.read, report.new, report.changed, report.unchanged) == (28_010, 0, 0, 28_010)
    assert tmall.snapshot() == before
    assert tmall.differences() == []


def test_shopify_tells_paid_pending_and_voided_apart(
    desk: Any, store_in: Any, shared_data: Path
) -> None:
    desk.store = store_in("ZAR", "Africa/Johannesburg")
    report = desk.take(shared_data / "shopify_za_kids_2021" / "orders_export.csv")
    assert (report.platform, report.read, report.sums.orders) == ("shopify", 101, 50)
    assert (report.sums.paid_orders, report.sums.paid) == (35, 62_855.00)
    assert (report.sums.statuses["created"], report.sums.statuses["closed"]) == (13, 2)
    assert report.sums.units == 101
    assert report.personal


def test_shopify_lines_add_up_to_the_totals_of_their_orders(
    desk: Any, store_in: Any, shared_data: Path
) -> None:
    desk.store = store_in("ZAR", "Africa/Johannesburg")
    desk.take(shared_data / "shopify_za_kids_2021" / "orders_export.csv")
    # 13524: seven lines, 1,678.00 and free shipping, the first line 105.00 of goods
    lines = desk.all("SELECT paid FROM order_lines WHERE order_no = '#13524' ORDER BY paid")
    assert sum(x[0] for x in lines) == 167_800
    assert lines[0][0] == 10_500
    assert int(desk.value("SELECT SUM(head) FROM order_lines")) == 50


def test_a_file_in_another_currency_is_refused(desk: Any, shared_data: Path) -> None:
    from bot.errors import UserError

    with pytest.raises(UserError) as e:
        desk.take(shared_data / "shopify_za_kids_2021" / "orders_export.csv")
    assert (e.value.key, e.value.params) == ("import.currency", {"currency": "ZAR"})


def expected(shared_data: Path, name: str) -> dict[str, Any]:
    folder = shared_data / "header_samples"
    found: dict[str, Any] = json.loads((folder / "expected.json").read_text())[name]
    return found


def test_taobao_s_full_report_in_gbk(desk: Any, shared_data: Path) -> None:
    name = "taobao_ExportOrderList202606010900_gbk.csv"
    known = expected(shared_data, name)
    report = desk.take(shared_data / "header_samples" / name)
    columns = {c.header: c.total for c in report.sums.columns}
    assert (report.encoding, report.sums.orders) == (known["encoding"], known["orders"])
    assert report.sums.statuses["closed"] == known["closed"]
    assert columns["买家实际支付金额"] == known["sum_paid"]
    assert columns["总金额"] == known["sum_total"]
    first = "SELECT MIN(order_no) FROM order_lines"
    assert desk.value(first) == known["first_order_no"]
    # paid 98.00 + 1,299.00 + 27.50, the last one given back; 42.80 was never paid
    assert (report.sums.paid, report.sums.refunded) == (1_424.50, 27.50)


def test_taobao_s_masked_buyers_are_nobody(desk: Any, shared_data: Path) -> None:
    desk.take(shared_data / "header_samples" / "taobao_ExportOrderList202606010900_gbk.csv")
    assert desk.value("SELECT COUNT(*) FROM buyers") == 0
    assert (
        int(desk.value("SELECT SUM(anonymous) FROM sales_rollups WHERE dim = 0 AND grain = 1")) == 3
    )


def test_qianniu_joins_its_sheets(desk: Any, shared_data: Path) -> None:
    name = "taobao_qianniu_3_sheets.xlsx"
    known = expected(shared_data, name)
    report = desk.take(shared_data / "header_samples" / name)
    assert (report.sums.orders, report.sums.lines) == (known["orders"], known["lines"])
    assert report.sums.paid == known["paid"]
    assert {c.header: c.total for c in report.sums.columns}["卖家服务费"] == known["platform_fee"]
    lines = (
        "SELECT title, quantity, paid FROM order_lines JOIN products ON products.id = product_id"
    )
    assert sorted(desk.all(lines)) == [("手持小横幅", 2, 3_560), ("纸质拉花", 1, 6_240)]


def test_a_list_of_items_alone_says_what_to_export(desk: Any, shared_data: Path) -> None:
    from bot.errors import UserError

    with pytest.raises(UserError) as e:
        desk.take(shared_data / "header_samples" / "taobao_ExportItemlList202608111558.csv")
    assert e.value.key == "import.items_only"


def test_an_amount_that_repeats_on_each_line_counts_once(desk: Any, shared_data: Path) -> None:
    known = expected(shared_data, "jd_orders.csv")
    report = desk.take(shared_data / "header_samples" / "jd_orders.csv")
    assert (report.sums.orders, report.sums.lines) == (known["orders"], known["lines"])
    assert report.sums.paid == known["order_amount"]


def test_an_amount_of_each_line_is_added_up(desk: Any, shared_data: Path) -> None:
    known = expected(shared_data, "douyin_orders_utf8bom.csv")
    report = desk.take(shared_data / "header_samples" / "douyin_orders_utf8bom.csv")
    assert (report.sums.orders, report.sums.lines) == (known["main_orders"], known["lines"])
    assert report.sums.paid == known["payable"]
    assert desk.value("SELECT MIN(order_no) FROM order_lines") == known["first_order_no"]
