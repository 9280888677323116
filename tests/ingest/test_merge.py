"""A later export of the same orders."""

from __future__ import annotations

from typing import Any

from bot.ingest.facts import Line, reconcile, same

UNPAID = "A1,59.80,0.00,等待买家付款,广东省,2026-11-20 10:00:00,,0.00"
PAID = "A1,59.80,59.80,买家已付款,广东省,2026-11-20 10:00:00,2026-11-21 09:00:00,0.00"
BACK = "A1,59.80,29.90,交易成功,广东省,2026-11-20 10:00:00,2026-11-21 09:00:00,29.90"
LINES = "订单号,下单时间,付款时间,商品名称,数量,单价,实付金额,退款金额,买家会员名"


def counts(report: Any) -> tuple[int, int, int]:
    return report.new, report.changed, report.unchanged


def day(desk: Any, date: str) -> list[tuple[Any, ...]]:
    return desk.all(
        "SELECT sales, refunded, orders, refund_orders, created_orders FROM sales_rollups"
        f" WHERE grain = 0 AND dim = 0 AND day = '{date}'"
    )


def test_a_payment_moves_the_order_to_its_payment_day(desk: Any) -> None:
    assert counts(desk.rows(UNPAID)) == (1, 0, 0)
    assert day(desk, "2026-11-20") == [(0, 0, 0, 0, 1)]
    assert counts(desk.rows(PAID)) == (0, 1, 0)
    assert day(desk, "2026-11-20") == [(0, 0, 0, 0, 1)]
    assert day(desk, "2026-11-21") == [(5_980, 0, 1, 0, 0)]
    assert desk.differences() == []


def test_a_refund_changes_the_payment_day(desk: Any) -> None:
    desk.rows(PAID)
    assert counts(desk.rows(BACK)) == (0, 1, 0)
    assert day(desk, "2026-11-21") == [(5_980, 2_990, 1, 1, 0)]
    assert desk.value("SELECT status FROM order_lines") == "done"
    assert desk.differences() == []


def test_the_same_rows_again_change_nothing(desk: Any) -> None:
    desk.rows(PAID)
    before = desk.snapshot()
    assert counts(desk.rows(PAID)) == (0, 0, 1)
    assert desk.snapshot() == before


def test_rows_in_another_order_change_nothing(desk: Any) -> None:
    row = "{},2026-11-20 10:00:00,2026-11-20 10:01:00,{},1,{},{},0,ann"
    rows = [
        row.format(no, title, price, price)
        for no in ("A1", "A2")
        for title, price in (("苹果", "5.00"), ("梨", "5.00"), ("桃", "7.00"))
    ]
    desk.rows(*rows, head=LINES)
    assert counts(desk.rows(*reversed(rows), head=LINES)) == (0, 0, 6)


def test_seconds_lost_by_a_spreadsheet_are_no_change(desk: Any) -> None:
    desk.rows(PAID.replace("10:00:00", "10:00:41").replace("09:00:00", "09:00:59"))
    blurred = PAID.replace("10:00:00", "10:00").replace("09:00:00", "9:00").replace("59.80", "59.8")
    assert counts(desk.rows(blurred)) == (0, 0, 1)
    assert counts(desk.rows(blurred.replace("9:00", "9:01"))) == (0, 1, 0)


def test_two_stores_may_use_the_same_order_number(desk: Any, store_in: Any) -> None:
    desk.rows(PAID)
    desk.store = store_in("CNY", "Asia/Shanghai")
    assert counts(desk.rows(PAID)) == (1, 0, 0)
    assert desk.differences() == []


def test_lines_of_an_order_keep_their_products(desk: Any) -> None:
    row = "A1,2026-11-20 10:00:00,2026-11-20 10:01:00,{},{},{},{},0,ann"
    desk.rows(
        row.format("苹果", 2, "5.00", "10.00"), row.format("梨", 1, "3.00", "3.00"), head=LINES
    )
    whole = "A1,13.00,6.50,交易成功,广东省,2026-11-20 10:00:00,2026-11-20 10:01:00,6.50"
    assert counts(desk.rows(whole)) == (0, 1, 0)
    # 6.50 given back, shared out 10 : 3
    lines = "SELECT title, quantity, paid, refunded FROM order_lines JOIN products p ON p.id = product_id"
    assert sorted(desk.all(lines)) == [("梨", 1, 300, 150), ("苹果", 2, 1_000, 500)]
    assert desk.value("SELECT COUNT(buyer_id) FROM order_lines") == 2
    assert desk.differences() == []


def test_an_order_of_two_products_counts_once_and_under_both(desk: Any) -> None:
    row = "A1,2026-11-20 10:00:00,2026-11-20 10:01:00,{},1,5.00,5.00,0,ann"
    desk.rows(row.format("苹果"), row.format("梨"), head=LINES)
    orders = "SELECT SUM(orders) FROM sales_rollups WHERE grain = 0 AND dim = "
    assert [int(desk.value(f"{orders}{dim}")) for dim in range(4)] == [1, 2, 1, 1]


def test_a_line_that_is_gone_from_a_later_export_goes(desk: Any) -> None:
    row = "A1,2026-11-20 10:00:00,2026-11-20 10:01:00,{},1,5.00,5.00,0,ann"
    desk.rows(row.format("苹果"), row.format("梨"), head=LINES)
    desk.rows(row.format("苹果"), head=LINES)
    assert desk.value("SELECT COUNT(*) FROM order_lines") == 1
    assert desk.differences() == []


def test_buyers_of_two_orders_are_seen_twice(desk: Any) -> None:
    from pyroaring import BitMap

    row = "{},2026-11-{} 10:00:00,2026-11-{} 10:01:00,苹果,1,5.00,5.00,0,{}"
    desk.rows(
        row.format("A1", 20, 20, "ann"), row.format("A2", 21, 21, "ann"), row.format("A3", 21, 21, "bob"),
        head=LINES,
    )  # fmt: skip
    sets = desk.all("SELECT seen, twice FROM buyer_rollups WHERE grain = 1 AND dim = 0")
    assert [len(BitMap.deserialize(bytes(x))) for x in sets[0]] == [2, 1]
    desk.rows(row.format("A2", 21, 21, "bob"), head=LINES)
    sets = desk.all("SELECT seen, twice FROM buyer_rollups WHERE grain = 1 AND dim = 0")
    assert [len(BitMap.deserialize(bytes(x))) for x in sets[0]] == [2, 1]
    assert desk.differences() == []


def line(**changes: Any) -> Line:
    whole = Line(
        "A1", 0, "2026-11-20", 1, "paid", 1_795_140_041, 1_795_140_100, "2026-11-20", 10,
        7, 1, 3, 9, 2, 1_000, 1_000, 0, 1, 1,
    )  # fmt: skip
    return whole._replace(**changes)


def test_what_a_later_file_does_not_say_stays() -> None:
    new = line(product_id=None, region_id=None, buyer_id=None, quantity=None, last_import=2)
    assert same((line(),), reconcile((line(),), (new,), {}))


def test_precision_is_lost_only_downwards() -> None:
    precision = {"created_ts": 60, "paid_ts": 60}
    floor = line(created_ts=1_795_140_000, paid_ts=1_795_140_060, last_import=2)
    assert same((line(),), reconcile((line(),), (floor,), precision))
    assert not same((line(),), reconcile((line(),), (floor,), {"created_ts": 1, "paid_ts": 1}))
    later = line(paid_ts=1_795_140_120, last_import=2)
    assert not same((line(),), reconcile((line(),), (later,), precision))
