"""Files as people have them: encodings, delimiters, titles, totals, cells full of noise."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from bot.errors import UserError

PLAIN = "订单号,下单时间,付款时间,商品名称,数量,实付金额,省份"
ROW = "A1,2026-11-20 10:00:00,2026-11-20 10:01:00,红富士,2,59.80,广东省"


def sales(desk: Any) -> list[tuple[Any, ...]]:
    return desk.all(
        "SELECT order_no, quantity, paid, name FROM order_lines"
        " LEFT JOIN regions ON regions.id = region_id ORDER BY order_no"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_simplified_chinese_in_every_encoding(desk: Any, encoding: str) -> None:
    report = desk.take(desk.file(f"{PLAIN}\n{ROW}\n".encode(encoding)))
    assert report.encoding == {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    assert sales(desk) == [("A1", 2, 5_980, "广东")]


def test_traditional_chinese_in_big5(desk: Any) -> None:
    table = "訂單編號,訂單成立日期,商品名稱,數量,實付金額,地區\nA1,2026-11-20 10:00,蘋果,2,59.80,臺北市中正區\n"
    report = desk.take(desk.file(table.encode("big5")))
    assert report.encoding == "big5"
    assert sales(desk) == [("A1", 2, 5_980, "臺北市")]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_delimiters(desk: Any, delimiter: str) -> None:
    desk.take(desk.file(f"{PLAIN}\n{ROW}\n".replace(",", delimiter)))
    assert sales(desk) == [("A1", 2, 5_980, "广东")]


def test_columns_may_come_in_any_order_below_title_rows(desk: Any) -> None:
    report = desk.rows(
        "店铺：果然鲜,,", "导出时间：2026-11-21,,", ",,", "实付金额,订单日期,订单号", "59.80,2026-11-20,A1",
        head="订单报表,,",
    )  # fmt: skip
    assert report.header_row == 5
    assert sales(desk) == [("A1", 0, 5_980, None)]


def test_a_row_of_totals_is_no_order_but_is_compared(desk: Any) -> None:
    report = desk.rows(ROW, "合计,,,,2,59.80,", head=PLAIN)
    assert (report.read, report.problems) == (1, ())
    report = desk.rows(ROW, "合计,,,,2,60.00,", head=PLAIN)
    assert [(p.code, p.column) for p in report.problems] == [("total_row", "实付金额")]


def test_noise_around_cells(desk: Any) -> None:
    desk.rows(
        '="A1","\t2026-11-20 10:00:00",\'2026-11-20 10:01:00\xa0,\ufeff红富士,１２,"￥1,259.80 ",广东省',
        head=PLAIN,
    )
    assert sales(desk) == [("A1", 12, 125_980, "广东")]


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("¥1,234.50", 123_450), ("(12.00)", -1_200), ("１２元", 1_200), ("0.005", 1), ("1.005", 101),
        ("-", 0), ("", 0), ("178.0", 17_800),
    ],
)  # fmt: skip
def test_amounts(desk: Any, text: str, minor: int) -> None:
    desk.rows(f'A1,2026-11-20,"{text}"', head="订单号,下单时间,实付金额")
    assert desk.value("SELECT payable FROM order_lines") == minor


@pytest.mark.parametrize(
    "text",
    ["2026-11-20 23:30:00", "2026/11/20 23:30", "2026年11月20日 23:30", "46346.979166667",
     "2026-11-20T23:30:00+08:00", "2026-11-20 17:30:00 +0200", "20/11/2026 23:30"],
)  # fmt: skip
def test_times(desk: Any, text: str) -> None:
    desk.rows(f"A1,{text},1", head="订单号,付款时间,实付金额")
    # 23:30 in Shanghai is 15:30 UTC
    assert desk.all("SELECT paid_hour, paid_ts FROM order_lines") == [(23, 1_795_188_600)]
    assert str(desk.value("SELECT paid_day FROM order_lines")) == "2026-11-20"


def test_refused_rows_are_named_and_the_others_go_in(desk: Any) -> None:
    report = desk.rows(
        ROW, "3.55E+15,2026-11-20,,x,1,1,", "A3,yesterday,,x,1,1,", "A4,2026-11-20,,x,1,abc,",
        ",2026-11-20,,x,1,1,", "A6,2026-11-20,,x,1,1,,surplus", head=PLAIN,
    )  # fmt: skip
    assert (report.read, report.new, report.refused) == (6, 1, 5)
    assert [(p.row, p.code, p.value) for p in report.problems] == [
        (3, "order_no_damaged", "3.55E+15"), (4, "time", "yesterday"), (5, "amount", "abc"),
        (6, "order_no_missing", ""), (7, "too_many_cells", ""),
    ]  # fmt: skip
    assert [x[0] for x in sales(desk)] == ["A1"]


def test_an_order_of_which_a_row_is_refused_stays_out_whole(desk: Any) -> None:
    report = desk.rows(
        "A1,2026-11-20,苹果,1,10",
        "A1,2026-11-20,梨,1,x",
        head=("订单号,下单时间,商品,数量,实付金额"),
    )
    assert (report.read, report.new, report.refused) == (2, 0, 2)


def workbook(*sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_workbook_with_real_dates_and_numbers_whatever_its_name(desk: Any) -> None:
    at = datetime(2026, 11, 20, 10, 1)  # noqa: DTZ001  # spreadsheets know no zones
    content = workbook([["x"]], [PLAIN.split(","), ["A1", at, at, "红富士", 2, 59.8, "广东省"]])
    report = desk.take(desk.file(content, "orders.csv"))
    assert report.encoding == "xlsx"
    assert sales(desk) == [("A1", 2, 5_980, "广东")]


def test_an_order_number_a_spreadsheet_rounded_is_refused(desk: Any) -> None:
    content = workbook([PLAIN.split(","), [3553498017448001.0, "2026-11-20", "", "x", 1, 1, ""]])
    assert desk.take(desk.file(content)).problems[0].code == "order_no_damaged"


def test_a_zip_of_two_files(desk: Any) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as z:
        z.writestr("a.csv", f"{PLAIN}\n{ROW}\n".encode("gb18030"))
        z.writestr("b.xlsx", workbook([PLAIN.split(","), ROW.replace("A1", "A2").split(",")]))
    report = desk.take(desk.file(buffer.getvalue(), "orders.zip"))
    assert (report.read, report.new) == (2, 2)
    assert [x[0] for x in sales(desk)] == ["A1", "A2"]


def test_of_an_order_in_two_files_of_a_zip_the_later_counts(desk: Any) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as z:
        z.writestr("a.csv", f"{PLAIN}\n{ROW}\n")
        z.writestr("b.csv", f"{PLAIN}\n{ROW}\n".replace("59.80", "61.00"))
    desk.take(desk.file(buffer.getvalue()))
    assert sales(desk) == [("A1", 2, 6_100, "广东")]


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "import.empty"),
        (b"%PDF-1.7 \x00\x01", "import.not_a_table"),
        (b"\xef\xbb\xbf<html><table><tr><td>1", "import.web_page"),
        (b"PK\x03\x04 and then nothing", "import.broken"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"), "import.encrypted"),
        ("今天天气不错，出去走走。\n".encode(), "import.not_a_table"),
    ],
)  # fmt: skip
def test_what_is_no_table_gets_a_clear_word(desk: Any, content: bytes, key: str) -> None:
    with pytest.raises(UserError) as e:
        desk.take(desk.file(content))
    assert e.value.key == key
    assert desk.value("SELECT state FROM imports") == "failed"


def test_a_table_with_columns_missing_names_them(desk: Any) -> None:
    with pytest.raises(UserError) as e:
        desk.rows("A1,59.80", head="订单编号,买家实际支付金额")
    assert e.value.key == "import.not_recognised"
    assert "订单创建时间" in str(e.value.params["columns"])


def test_a_table_of_another_language_is_recognised_by_synonyms(desk: Any) -> None:
    report = desk.rows(
        "X1,2026-11-20 10:00:00,Fuji,2,10.00,Paid,ann@example.com",
        "X1,2026-11-20 10:00:00,Pear,1,5.00,Paid,ann@example.com",
        head="Order ID,Order Date,Item,Qty,Unit Price,Status,Email",
    )
    assert (report.platform, report.sums.orders, report.sums.paid) == ("generic", 1, 25.00)
    assert desk.value("SELECT COUNT(*) FROM buyers") == 1


def test_totals_on_the_first_line_only_are_found(desk: Any) -> None:
    report = desk.rows(
        "X1,2026-11-20,Fuji,30", "X1,2026-11-20,Pear,", "X2,2026-11-20,Fuji,10",
        head="Order ID,Order Date,Item,Total",
    )  # fmt: skip
    assert report.sums.paid == 40.00
    assert [p.code for p in report.problems] == ["level_first"]


def test_status_words_decide_where_no_payment_time_stands(desk: Any) -> None:
    report = desk.rows(
        "A1,2026-11-20,10,待付款", "A2,2026-11-20,20,已发货", "A3,2026-11-20,30,已关闭",
        "A4,2026-11-20,40,神秘", head="订单号,下单时间,订单金额,订单状态",
    )  # fmt: skip
    assert report.sums.statuses == {"created": 1, "paid": 1, "shipped": 1, "closed": 1}
    assert report.sums.paid == 60.00
    assert [(p.code, p.value) for p in report.problems] == [("status", "神秘")]
