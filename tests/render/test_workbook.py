"""Tables as files: what a spreadsheet makes of them, read back with other libraries."""

import io
from datetime import date, datetime, timedelta, timezone

import pytest
from openpyxl import load_workbook

from bot.render.workbook import Column, Table, as_csv, as_xlsx, safe

MORNING = datetime(2026, 11, 22, 8, 30, tzinfo=timezone(timedelta(hours=8)))
TABLE = Table(
    "上周 [售后]",
    (
        Column("#", "count"), Column("原因"), Column("占比", "percent"), Column("金额", "number"),
        Column("日", "date"), Column("登记", "time"),
    ),
    (
        (123, "=SUM(A1)", 0.125, -12.5, date(2026, 11, 22), MORNING),
        (4, "破损", None, 0, None, None),
    ),
    ("截至 11-23",),
)  # fmt: skip


@pytest.mark.parametrize("text", ["=1+1", "+86 138", "-1件", "@sum", "  =A1", "\t=A1"])
def test_what_begins_like_a_formula_is_quoted(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["破损", "2-1", "−26.0%", "a=b", ""])
def test_other_text_stays(text: str) -> None:
    assert safe(text) == text


def test_a_workbook_holds_numbers_dates_and_harmless_text() -> None:
    sheet = load_workbook(io.BytesIO(as_xlsx([TABLE]))).active
    assert sheet is not None
    assert sheet.title == "上周  售后"
    found = [
        [v.isoformat() if isinstance(v := cell.value, datetime) else v for cell in row]
        for row in sheet.iter_rows()
    ]
    assert found == [
        ["截至 11-23", None, None, None, None, None],
        ["#", "原因", "占比", "金额", "日", "登记"],
        [123, "'=SUM(A1)", 0.125, -12.5, "2026-11-22T00:00:00", "2026-11-22T08:30:00"],
        [4, "破损", None, 0, None, None],
    ]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_a_csv_opens_as_it_is_meant() -> None:
    lines = as_csv(TABLE).decode("utf-8-sig").split("\r\n")
    assert as_csv(TABLE).startswith(b"\xef\xbb\xbf")
    assert lines == [
        "#,原因,占比,金额,日,登记",
        "123,'=SUM(A1),12.50%,-12.5,2026-11-22,2026-11-22 08:30",
        "4,破损,,0,,",
        "",
    ]
