"""A file → normalised order lines in a scratch database. Runs in the limited child.

Read in chunks, columns at a time: of every table only the columns a format declares are touched,
and no name, address or phone gets past `_chunk`.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bot.errors import Unrecognised
from bot.ingest import cells, formats, readers
from bot.ingest.formats import told
from bot.ingest.formats.declare import DAY_VALUES, STATUSES, Format
from bot.ingest.report import Problem

CHUNK = 20_000  # rows
FIRST_REFUSED = 20  # how many refused rows are named
AMOUNTS = (
    "total", "goods", "postage", "received", "refund", "fee", "owed", "price", "discount", "tax",
    "wrap", "promotion", "postage_promotion",
)  # fmt: skip
TOTAL_WORDS = frozenset(
    {"合计", "总计", "小计", "共计", "合計", "總計", "小計", "total", "grandtotal", "totals", "sum"}
)


@dataclass(frozen=True)
class Job:
    """What the child is asked to do; `key` is the secret of the buyers' hashes (hex)."""

    path: str
    file_name: str
    scratch: str
    key: str
    currency: str
    timezone: str
    now: int = 0  # seconds since 1970
    kind: str = ""  # what the file is said to be
    said: Sequence[dict[str, Any]] = ()  # headers a team explained: see `told.Told`


@dataclass
class Sheet:
    """One recognised table, all its rows read."""

    match: formats.Match
    encoding: str
    frame: pd.DataFrame  # its column `order` is a hash of the number in `numbers[at]`
    numbers: npt.NDArray[np.bytes_] = field(default_factory=lambda: np.empty(0, dtype="S1"))
    read: int = 0
    refused: int = 0
    personal: bool = False
    precision: dict[str, int] = field(default_factory=dict)
    totals: list[dict[str, float]] = field(default_factory=list)  # rows of totals, in minor units
    problems: list[Problem] = field(default_factory=list)

    @property
    def format(self) -> Format:
        return self.match.format


class Names:
    """Texts → dense numbers, over all chunks."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def __call__(self, texts: Sequence[str]) -> cells.Ints:
        """−1 for an empty text."""
        known = self.numbers
        return np.array(
            [known.setdefault(x, len(known)) if x else cells.NEVER for x in texts], dtype=np.int64
        )


@dataclass
class Reading:
    """What the sheets of one file share."""

    job: Job
    progress: Callable[[int], None]
    products: Names = field(default_factory=Names)
    titles: dict[str, str] = field(default_factory=dict)  # of products by code
    regions: Names = field(default_factory=Names)
    read: int = 0


# Takes a table by day: its matches, its encoding, what stands above its header, and its rows.
TakeDays = Callable[
    [Sequence[formats.Match], readers.Table, list[readers.Row], Iterator[readers.Row]], None
]
# Takes a table of refunds likewise.
TakeRefunds = Callable[
    [formats.Match, readers.Table, list[readers.Row], Iterator[readers.Row]], None
]


def sheets(
    reading: Reading, room: Path, take_days: TakeDays, take_refunds: TakeRefunds
) -> list[Sheet]:
    """Every recognised table of orders in the file; those by day and of refunds are given away.

    Raises UserError where none is recognised: naming the columns that lack, if any was known.
    """
    found: list[Sheet] = []
    given = False
    lacking: tuple[str, ...] | None = None
    header: tuple[str, ...] = ()
    job = reading.job
    said = {x["digest"]: told.Told(**x) for x in job.said}
    for table in readers.tables(Path(job.path), job.file_name, room):
        top = list(itertools.islice(table.rows, formats.HEADER_WITHIN + 1))
        matches = formats.recognise(top, job.kind, said)
        if not matches:
            header = header or told.candidate(top)
            lacking = lacking or formats.missing(top)
            continue
        match = matches[0]
        rows = itertools.chain(top[match.row + 1 :], table.rows)
        if match.format.kind in DAY_VALUES:
            take_days(matches, table, top[: match.row], rows)
            given = True
        elif match.format.kind == "refunds":
            take_refunds(match, table, top[: match.row], rows)
            given = True
        else:
            found.append(_sheet(reading, match, table.encoding, rows))
    if found or given:
        return found
    if lacking:
        raise Unrecognised("import.not_recognised", header, columns=", ".join(lacking))
    raise Unrecognised("import.not_a_table", header)


def _sheet(
    reading: Reading, match: formats.Match, encoding: str, rows: Iterator[readers.Row]
) -> Sheet:
    sheet = Sheet(match, encoding, pd.DataFrame())
    columns: dict[str, list[Any]] = {}
    first = match.row + 2  # rows are counted from 1, below the header
    while chunk := list(itertools.islice(rows, CHUNK)):
        for name, values in _chunk(reading, sheet, chunk, first).items():
            columns.setdefault(name, []).append(_narrow(name, values))
        first += len(chunk)
        reading.read += len(chunk)
        reading.progress(reading.read)
    # column by column: a million rows should not stand in memory twice
    whole = {name: np.concatenate(columns.pop(name)) for name in list(columns)}
    if whole:
        sheet.numbers = whole.pop("order_no")
        whole["at"] = np.arange(len(sheet.numbers), dtype=np.int32)
        sheet.frame = pd.DataFrame(whole, copy=False)
    _compare_totals(sheet)
    return sheet


def _narrow(name: str, values: Any) -> Any:
    kind = _NARROW.get(name)
    return values if kind is None else np.asarray(values, dtype=kind)


_NARROW = {
    "row": np.int32, "created_day": np.int32, "paid_day": np.int32, "paid_hour": np.int8,
    "product": np.int32, "region": np.int32, "status": np.int8,
}  # fmt: skip


# one chunk -----------------------------------------------------------------------------------


def _chunk(reading: Reading, sheet: Sheet, rows: list[readers.Row], first: int) -> dict[str, Any]:
    """Typed columns of the rows that can be used."""
    columns = sheet.match.columns
    width = max(columns.values()) + 1
    numbers = [i for i, r in enumerate(rows) if any(map(str.strip, r))]
    numbers = _without_totals(reading, sheet, rows, numbers, width)
    sheet.read += len(numbers)
    kept = rows if len(numbers) == len(rows) else [rows[i] for i in numbers]
    kept = [r if len(r) >= width else r + [""] * (width - len(r)) for r in kept]
    texts = {name: cells.clean([r[i] for r in kept]) for name, i in columns.items()}
    _notice_people(sheet, kept, texts)
    row_numbers = np.array(numbers, dtype=np.int64) + first
    refused: dict[int, Problem] = {}
    wide = len(sheet.match.header)
    for i, row in enumerate(kept):
        if len(row) > wide and any(map(str.strip, row[wide:])):
            refused[i] = Problem("too_many_cells", int(row_numbers[i]))
    data = _typed(reading, sheet, texts, row_numbers, refused)
    data["refused"] = np.isin(np.arange(len(kept)), list(refused))
    if refused:
        room = FIRST_REFUSED - len(sheet.problems)
        sheet.problems += [refused[i] for i in sorted(refused)[: max(0, room)]]
    return data


def _typed(
    reading: Reading,
    sheet: Sheet,
    texts: dict[str, list[str]],
    numbers: cells.Ints,
    refused: dict[int, Problem],
) -> dict[str, Any]:
    n, f, job = len(numbers), sheet.format, reading.job

    def refuse(code: str, at: int, name: str = "", value: str = "") -> None:
        header = sheet.match.header[sheet.match.columns[name]] if name else ""
        refused.setdefault(at, Problem(code, int(numbers[at]), header, value[:40]))

    _check_order_numbers(texts["order_no"], refuse)
    data: dict[str, Any] = {
        "row": numbers,
        # bytes and a hash: a million numbers as Python text would take a third of our memory
        "order_no": np.array([x.encode() for x in texts["order_no"]], dtype="S"),
        "order": hashes(texts["order_no"]),
    }
    for name in ("created", "paid_at"):
        if name in texts and f.kind == "orders":
            _times(sheet, name, texts[name], job.timezone, data, refuse)
    for name in AMOUNTS:
        if name in texts:
            read = cells.amounts(texts[name], job.currency)
            data[name] = read.values
            for i in read.bad:
                refuse("amount", i, name, texts[name][i])
    if "quantity" in texts:
        units = cells.counts(texts["quantity"])
        data["quantity"] = units.values
        for i in units.bad:
            refuse("quantity", i, "quantity", texts["quantity"][i])
    for i, currency in enumerate(texts.get("currency", ())):
        if currency and currency.upper() != job.currency:
            refuse("currency", i, "currency", currency)
    data["product"] = _products(reading, texts, n)
    if "region" in texts:
        places = {x: cells.province(x) for x in set(texts["region"])}
        data["region"] = reading.regions([places[x] for x in texts["region"]])
    if "buyer" in texts:
        data["buyer"] = _buyers(texts["buyer"], f.buyer_is, bytes.fromhex(job.key))
    data["status"], data["unpaid"] = _statuses(sheet, texts, n)
    return data


def hashes(texts: Sequence[str]) -> cells.Ints:
    """64 bits of each text: two of a million differ, but for one chance in thirty million."""
    found: cells.Ints = pd.util.hash_array(np.array(texts, dtype=object), categorize=False).view(
        np.int64
    )
    return found


def _check_order_numbers(
    numbers: Sequence[str], refuse: Callable[[str, int, str, str], None]
) -> None:
    for i, x in enumerate(numbers):
        if not x:
            refuse("order_no_missing", i, "order_no", "")
        elif len(x) > 64:
            refuse("order_no_long", i, "order_no", x)
        elif "+" in x and cells.DAMAGED.match(x):
            refuse("order_no_damaged", i, "order_no", x)


def _times(
    sheet: Sheet,
    name: str,
    texts: list[str],
    zone: str,
    data: dict[str, Any],
    refuse: Callable[[str, int, str, str], None],
) -> None:
    patterns, guessed = cells.patterns(sheet.format.times, texts)
    if guessed:
        sheet.problems.append(Problem("day_or_month", column=name))
    read = cells.instants(texts, patterns, zone)
    short = {"created": "created", "paid_at": "paid"}[name]
    data[f"{short}_ts"], data[f"{short}_day"] = read.seconds, read.days
    if short == "paid":
        data["paid_hour"] = read.hours if read.precision < 86_400 else np.full(len(texts), -1)
    old = sheet.precision.get(f"{short}_ts", 86_400)
    sheet.precision[f"{short}_ts"] = min(old, read.precision)
    for i in read.bad:
        refuse("time", i, name, texts[i])


def _products(reading: Reading, texts: dict[str, list[str]], n: int) -> cells.Ints:
    """By code, else by title; none where one cell joins the titles of several products."""
    codes = texts.get("code") or [""] * n
    titles = texts.get("title") or [""] * n
    if "kinds" in texts:
        titles = [t if k == "1" else "" for t, k in zip(titles, texts["kinds"], strict=True)]
    names = [(c or t)[:200] for c, t in zip(codes, titles, strict=True)]
    known = reading.titles
    for name, title in zip(names, titles, strict=True):
        if name and name not in known:
            known[name] = title[:200]
    return reading.products(names)


def _buyers(texts: list[str], namespace: str, key: bytes) -> cells.Ints:
    """A keyed 64-bit hash each; 0 where there is none or it is masked (`t**1` is many people)."""
    known: dict[str, int] = {"": 0}
    for x in set(texts) - {""}:
        name = cells.narrow(x).casefold()
        masked = "*" in name or name in ("匿名", "anonymous")
        digest = hashlib.blake2b(f"{namespace}:{name}".encode(), digest_size=8, key=key).digest()
        known[x] = 0 if masked else int.from_bytes(digest, "big", signed=True) or 1
    return np.array([known[x] for x in texts], dtype=np.int64)


def _statuses(sheet: Sheet, texts: dict[str, list[str]], n: int) -> tuple[cells.Ints, cells.Bools]:
    """Index into STATUSES or −1, and whether the status says that nothing was paid."""
    f, said = sheet.format, texts.get("status") or [""] * n
    shipped = texts.get("shipped") or [""] * n
    known = {pair: _status(f, *pair) for pair in set(zip(said, shipped, strict=True))}
    for (text, _), status in known.items():
        if status == -1 and text:
            sheet.problems.append(Problem("status", value=text[:40], count=said.count(text)))
    unpaid = {x: _fold(x) in f.unpaid for x in set(said)}
    places = [known[p] for p in zip(said, shipped, strict=True)]
    return np.array(places, dtype=np.int64), np.array([unpaid[x] for x in said], dtype=bool)


def _status(f: Format, said: str, shipped: str) -> int:
    text = _fold(said)
    for part, status in f.statuses.items():
        if text == part or (part in text and not text.isascii()):
            if status == "paid" and _fold(shipped) == "fulfilled":
                status = "shipped"
            return STATUSES.index(status)
    return -1


def _fold(text: str) -> str:
    return cells.narrow(text).strip().casefold()


def _notice_people(sheet: Sheet, rows: list[readers.Row], texts: dict[str, list[str]]) -> None:
    """Columns of names and addresses count once something stands in them."""
    region = sheet.match.columns.get("region")
    for i in sheet.match.personal:
        if sheet.personal:
            return
        if i == region:
            sheet.personal = not all(map(cells.only_province, set(texts["region"])))
        else:
            sheet.personal = any(i < len(r) and r[i].strip() for r in rows)


# rows of totals ------------------------------------------------------------------------------


def _without_totals(
    reading: Reading, sheet: Sheet, rows: list[readers.Row], numbers: list[int], width: int
) -> list[int]:
    """Rows such as `合计` are no orders; they are kept to compare them with the sums."""
    at = sheet.match.columns["order_no"]
    labels = ((i, next((x for x in (*rows[i][at : at + 1], *rows[i]) if x), "")) for i in numbers)
    totals = [i for i, x in labels if not x[-1:].isdigit() and label(x) in TOTAL_WORDS]
    for i in totals:
        row = rows[i] + [""] * (width - len(rows[i]))
        said = {
            name: cells.amounts(cells.clean([row[place]]), reading.job.currency).values[0]
            for name, place in sheet.match.columns.items()
            if name in ("total", "goods", "received", "refund")
        }
        sheet.totals.append({k: float(v) for k, v in said.items() if not np.isnan(v)})
    gone = set(totals)
    return [i for i in numbers if i not in gone] if gone else numbers


def label(text: str) -> str:
    """A cell as it would stand in TOTAL_WORDS."""
    return re.sub(r"[\s:：]", "", text).casefold()


def _compare_totals(sheet: Sheet) -> None:
    for said in sheet.totals:
        for name, value in said.items():
            if abs(float(sheet.frame[name].sum()) - value) >= 1:
                header = sheet.match.header[sheet.match.columns[name]]
                sheet.problems.append(Problem("total_row", column=header, value=str(value)))
