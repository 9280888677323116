"""Tables as files: XLSX and CSV that a spreadsheet opens as they are meant.

Text is never a formula: what begins like one gets an apostrophe in front, in both kinds of file.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Cell = str | int | float | date | datetime | None  # None: not known; instants in the reader's zone
Form = Literal["text", "count", "number", "percent", "date", "time"]

MOST_ROWS = 20_000
_FORMULA = re.compile(r"^\s*[=+\-@]")
_FORMATS: dict[Form, str] = {
    "text": "@", "count": "#,##0", "number": "#,##0.00", "percent": "0.00%", "date": "yyyy-mm-dd",
    "time": "yyyy-mm-dd hh:mm",
}  # fmt: skip
_NARROW, _WIDE, _WIDEST = 9, 17, 48  # cells


@dataclass(frozen=True)
class Column:
    """A heading, and how the values below it are to be shown."""

    title: str
    form: Form = "text"


@dataclass(frozen=True)
class Table:
    """One sheet: a few lines of words, the headings, the rows (MOST_ROWS at most are written)."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    head: tuple[str, ...] = ()


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula; what is no letter of XML is left out."""
    text = "".join(c for c in text if c >= " " or c in "\n\t")
    return f"'{text}" if _FORMULA.match(text) else text


def as_csv(table: Table) -> bytes:
    """UTF-8 with the mark that Excel needs to know it; without the words above the table."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe(c.title) for c in table.columns])
    for row in table.rows[:MOST_ROWS]:
        writer.writerow([_typed(v, c.form) for v, c in zip(row, table.columns, strict=True)])
    return out.getvalue().encode("utf-8-sig")


def _typed(value: Cell, form: Form) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return safe(value)
    return f"{value * 100:.2f}%" if form == "percent" else f"{value:.10g}"


def as_xlsx(tables: Sequence[Table]) -> bytes:
    """A workbook with a sheet for each table; headings stand still and can be filtered."""
    from xlsxwriter import Workbook  # only where a file is made

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(out, options) as book:
        formats = {form: book.add_format({"num_format": code}) for form, code in _FORMATS.items()}
        bold, grey = book.add_format({"bold": True}), book.add_format({"font_color": "#66717F"})
        for table in tables:
            sheet = book.add_worksheet(_sheet_name(table.name))
            for i, words in enumerate(table.head):
                sheet.write_string(i, 0, safe(words), grey)
            top = len(table.head)
            for x, column in enumerate(table.columns):
                sheet.write_string(top, x, safe(column.title), bold)
                sheet.set_column(x, x, _width(table, x))
            for y, row in enumerate(table.rows[:MOST_ROWS], top + 1):
                for x, (value, column) in enumerate(zip(row, table.columns, strict=True)):
                    _write(sheet, y, x, value, formats[column.form])
            sheet.freeze_panes(top + 1, 0)
            if table.rows:
                last = top + min(len(table.rows), MOST_ROWS)
                sheet.autofilter(top, 0, last, len(table.columns) - 1)
    return out.getvalue()


def _write(sheet: object, y: int, x: int, value: Cell, form: object) -> None:
    if isinstance(value, datetime):
        value = value.replace(tzinfo=None)  # a spreadsheet knows no zones
    if isinstance(value, date):
        sheet.write_datetime(y, x, value, form)  # type: ignore[attr-defined]  # a Worksheet
    elif isinstance(value, int | float):
        sheet.write_number(y, x, value, form)  # type: ignore[attr-defined]
    elif value:
        sheet.write_string(y, x, safe(value), form)  # type: ignore[attr-defined]


def _sheet_name(name: str) -> str:
    """31 letters at most, none of []:*?/\\."""
    return re.sub(r"[\[\]:*?/\\']", " ", name).strip()[:31] or "1"


def _width(table: Table, x: int) -> float:
    column = table.columns[x]
    if column.form == "time":
        return _WIDE
    texts = [column.title, *(str(r[x]) for r in table.rows[:200] if isinstance(r[x], str))]
    widest = max(sum(2 if ord(c) > 0x2E7F else 1 for c in text) for text in texts)
    return min(max(widest + 2, _NARROW), _WIDEST)
