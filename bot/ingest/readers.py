"""Bytes → tables of text: what a file really is, its encoding, its delimiter.

Runs in the limited child. Never trusts the file's name; nothing here knows what a column means,
except that the right encoding is the one under which most header cells are known names.
"""

from __future__ import annotations

import codecs
import csv
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO

from bot.errors import UserError
from bot.ingest import formats

Row = list[str]

SAMPLE = 64 * 1024  # bytes looked at to choose encoding and delimiter
MAX_UNPACKED = 512 * 2**20  # bytes of everything inside a ZIP or XLSX
MAX_RATIO = 250  # and how much smaller it may be packed, once it is over 20 MB
MAX_MEMBERS = 200
DELIMITERS = (",", "\t", ";", "|")
MAX_CELL = 2**20

_ENCODINGS = ("utf-8", "gb18030", "big5", "cp1252", "cp932", "utf-16-le", "utf-16-be")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip


@dataclass
class Table:
    """One sheet or one text file; `rows` can be gone through once."""

    name: str
    encoding: str
    rows: Iterator[Row]


def tables(path: Path, name: str, room: Path) -> Iterator[Table]:
    """The tables of a file. `room` is an empty folder to unpack into.

    Raises UserError for what is no table: an encrypted workbook, a web page, a bomb.
    """
    with path.open("rb") as f:
        head = f.read(SAMPLE)
    if head.startswith(b"PK\x03\x04"):
        yield from _zip(path, room)
    elif head.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            raise UserError("import.encrypted")
        yield from _workbook(path)
    elif not head.strip():
        raise UserError("import.empty")
    elif _is_page(head):
        raise UserError("import.web_page")
    elif _is_binary(head):
        raise UserError("import.not_a_table")
    else:
        yield _text(path, name, head)


def _is_page(head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    return start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<?xml"))


def _is_binary(head: bytes) -> bool:
    """Pictures, PDFs and programs; UTF-16 text has NULs too, but every second byte."""
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"Rar!", b"7z")):
        return True
    nuls = head.count(0)
    return nuls > 0 and not _utf16(head) and not head.startswith((b"\xff\xfe", b"\xfe\xff"))


def _utf16(head: bytes) -> str:
    """UTF-16 without a BOM shows by its delimiters: one byte of them is NUL."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) <= len(head) // 40 or min(even, odd) > max(even, odd) // 4:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


# ZIP and workbooks ---------------------------------------------------------------------------


def _zip(path: Path, room: Path) -> Iterator[Table]:
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise UserError("import.broken") from None
    with archive:
        members = [m for m in archive.infolist() if not m.is_dir()]
        size = sum(m.file_size for m in members)
        packed = max(1, sum(m.compress_size for m in members))
        if size > MAX_UNPACKED or (size > 20 * 2**20 and size / packed > MAX_RATIO):
            raise UserError("import.too_heavy")
        names = {m.filename for m in members}
        if "[Content_Types].xml" in names:
            yield from _workbook(path)
            return
        if any(m.flag_bits & 1 for m in members):
            raise UserError("import.encrypted")
        wanted = [m for m in members if not m.filename.startswith(("__MACOSX", "."))]
        if len(wanted) > MAX_MEMBERS:
            raise UserError("import.too_heavy")
        for i, member in enumerate(wanted):
            inner = room / str(i)
            _unpack(archive, member, inner)
            with inner.open("rb") as f:
                head = f.read(4)
            if head == b"PK\x03\x04" and not _holds_workbook(inner):
                continue  # a ZIP in a ZIP: never followed
            yield from tables(inner, member.filename, room)
            inner.unlink()


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, to: Path) -> None:
    """The sizes a ZIP states may lie: count what really comes out."""
    left = MAX_UNPACKED
    try:
        with archive.open(member) as source, to.open("wb") as target:
            while piece := source.read(2**20):
                left -= len(piece)
                if left < 0:
                    raise UserError("import.too_heavy")
                target.write(piece)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError):
        raise UserError("import.broken") from None


def _holds_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False


def _workbook(path: Path) -> Iterator[Table]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            # leading blank rows count, so that row numbers are those a person sees
            above = [[""]] * (sheet.start[0] if sheet.start else 0)
            yield Table(name, "xlsx", _cells(above, sheet.iter_rows()))
    except (CalamineError, OSError, ValueError) as e:
        if "password" in str(e).lower():
            raise UserError("import.encrypted") from None
        raise UserError("import.broken") from None


def _cells(above: list[Row], rows: Iterator[Sequence[object]]) -> Iterator[Row]:
    yield from above
    for row in rows:
        yield [x if type(x) is str else _cell(x) for x in row]


def _cell(x: object) -> str:
    if isinstance(x, float):
        if x.is_integer():
            # from the 16th digit on spreadsheets write zeros: an order number is damaged then
            return str(int(x)) if abs(x) < 1e15 else f"{x:E}"
        return repr(x)
    if isinstance(x, datetime):
        return x.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(x, date | time):
        return x.isoformat()
    if isinstance(x, timedelta):
        return str(x)
    return "" if x is None else str(x)


# text ----------------------------------------------------------------------------------------


def _text(path: Path, name: str, head: bytes) -> Table:
    encoding = choose_encoding(path, head)
    sample = codecs.getincrementaldecoder(encoding)("replace").decode(head).lstrip("\ufeff")
    delimiter = choose_delimiter(sample)
    return Table(name, _plain(encoding), _records(path, encoding, delimiter, '="' in sample))


def _plain(encoding: str) -> str:
    return {"utf-8-sig": "utf-8"}.get(encoding, encoding)


def choose_encoding(path: Path, head: bytes) -> str:
    """BOM, then strict UTF-8, then the candidate under which most header cells are known names."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    if wide := _utf16(head):
        return wide
    if _is_utf8(path):
        return "utf-8"
    ranked = [(_header_hits(head, e), -i, e) for i, e in enumerate(_ENCODINGS[:5])]
    return max(ranked)[2]


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as f:
        try:
            while piece := f.read(2**20):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _header_hits(head: bytes, encoding: str) -> int:
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    lines = text.splitlines()[: formats.HEADER_WITHIN]
    return max((formats.hits(x.split(d)) for x in lines for d in DELIMITERS), default=0)


def choose_delimiter(sample: str) -> str:
    """The one that gives the likeliest header; else the one that cuts a line into most cells."""
    lines = [x for x in sample.splitlines()[: formats.HEADER_WITHIN] if x.strip()]

    def score(d: str) -> tuple[int, int]:
        cut = [x.split(d) for x in lines]
        return max(map(formats.hits, cut), default=0), max(map(len, cut), default=0)

    return max(DELIMITERS, key=score)


def _records(path: Path, encoding: str, delimiter: str, formulas: bool) -> Iterator[Row]:
    csv.field_size_limit(MAX_CELL)
    with path.open("r", encoding=encoding, errors="replace", newline="") as f:
        source: IO[str] | Iterator[str] = (x.replace('="', '"') for x in f) if formulas else f
        try:
            # strict=False: a stray quote inside a cell is text, as spreadsheets read it
            yield from csv.reader(source, delimiter=delimiter)
        except csv.Error:
            raise UserError("import.broken") from None
