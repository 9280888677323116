"""A table of refunds → what each refund is said to be, in the limited child.

Rows of one number are the items of one refund. Of people nothing is kept but the last four digits of
a phone number. A time that is left (剩余1天3小时) becomes a moment, counted from the export.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from bot import money
from bot.ingest import cells, dating, formats, readers
from bot.ingest.formats import refunds as words
from bot.ingest.formats.declare import PERSONAL, Format, fold
from bot.ingest.parse import CHUNK, FIRST_REFUSED, TOTAL_WORDS, Reading, label
from bot.ingest.report import Column, Listing, Problem
from bot.ingest.said import Said

MAX_NUMBER, MAX_TEXT, MAX_TITLE = 64, 60, 200
DAY, HOUR, MINUTE = 86_400, 3_600, 60

_PARTS = (
    (DAY, r"(\d+)\s*(?:天|日|days?|d(?![a-z]))"),
    (HOUR, r"(\d+)\s*(?:小时|小時|时|時|hours?|hrs?|h(?![a-z]))"),
    (MINUTE, r"(\d+)\s*(?:分钟|分鐘|分|minutes?|mins?|m(?![a-z]))"),
    (1, r"(\d+)\s*(?:秒钟|秒鐘|秒|seconds?|secs?|s(?![a-z]))"),
)
_CLOCK = re.compile(
    r"(?:(\d+)\s*(?:天|日|days?|d)\s*)?(\d{1,3}):(\d{2})(?::(\d{2}))?$", re.IGNORECASE
)
_OVER = re.compile(r"已?(?:超时|逾期|超時)|overdue|expired", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"\d{7,}")


@dataclass
class RefundTable:
    match: formats.Match
    encoding: str
    listing: Listing
    found: dict[str, list[Said]] = field(
        default_factory=dict
    )  # by number, in the order of the file
    read: int = 0
    refused: int = 0
    personal: bool = False
    problems: list[Problem] = field(default_factory=list)
    exported: int = 0  # seconds since 1970; 0 where nothing tells
    period: tuple[str, str] | None = None

    @property
    def format(self) -> Format:
        return self.match.format


@dataclass
class Refunds:
    """The tables of refunds of one file."""

    reading: Reading
    tables: list[RefundTable] = field(default_factory=list)

    def take(
        self,
        match: formats.Match,
        table: readers.Table,
        above: list[readers.Row],
        rows: Iterator[readers.Row],
    ) -> None:
        reader = _Reader(self.reading, match, table, above)
        first = match.row + 2
        while chunk := list(itertools.islice(rows, CHUNK)):
            reader.chunk(chunk, first)
            first += len(chunk)
            self.reading.read += len(chunk)
            self.reading.progress(self.reading.read)
        reader.end()
        self.tables.append(reader.out)


Refuse = Callable[[str, int, str, str], None]


class _Reader:
    def __init__(
        self,
        reading: Reading,
        match: formats.Match,
        table: readers.Table,
        above: list[readers.Row],
    ) -> None:
        job = reading.job
        self.match, self.f, self.zone, self.currency = (
            match,
            match.format,
            job.timezone,
            job.currency,
        )
        said = dating.about(above, (table.name, job.file_name), job.timezone, job.now)
        listing = Listing(states="status" in match.columns, due="due" in match.columns)
        self.out = RefundTable(
            match, table.encoding, listing, exported=said.exported, period=said.period
        )
        self.base = said.exported or job.now
        self.unknown: dict[str, int] = {}
        self.undated = 0

    def chunk(self, rows: list[readers.Row], first: int) -> None:
        columns = self.match.columns
        width = max(columns.values()) + 1
        numbered = [
            (first + i, r + [""] * (width - len(r)))
            for i, r in enumerate(rows)
            if any(map(str.strip, r)) and not self._total(r)
        ]
        kept = [r for _, r in numbered]
        texts = {name: cells.clean([r[i] for r in kept]) for name, i in columns.items()}
        refused: dict[int, Problem] = {}

        def refuse(code: str, at: int, name: str = "", value: str = "") -> None:
            header = self.match.header[columns[name]] if name in columns else ""
            refused.setdefault(at, Problem(code, numbered[at][0], header, value[:40]))

        data = self._typed(texts, refuse)
        for i in range(len(kept)):
            if i not in refused:
                said = self._said(i, texts, data)
                self.out.found.setdefault(said.refund_no, []).append(said)
        self.out.read += len(kept)
        self.out.refused += len(refused)
        room = FIRST_REFUSED - len(self.out.problems)
        self.out.problems += [refused[i] for i in sorted(refused)][: max(0, room)]
        self._notice_people(kept)

    def _total(self, row: readers.Row) -> bool:
        said = next((x for x in row if x.strip()), "")
        return label(said) in TOTAL_WORDS

    def _notice_people(self, rows: list[readers.Row]) -> None:
        for i in self.match.personal:
            header = self.match.header[i]
            named = PERSONAL.search(fold(header)) and not words.sellers_own(header)
            if named and any(i < len(r) and r[i].strip() for r in rows):
                self.out.personal = True

    # cells -----------------------------------------------------------------------------------

    def _typed(self, texts: dict[str, list[str]], refuse: Refuse) -> dict[str, Any]:
        self._check_numbers(texts, refuse)
        data: dict[str, Any] = {}
        for name in ("applied", "finished"):
            if name in texts:
                data[name] = self._times(name, texts[name], refuse)
        if "due" in texts:
            data["due"] = self._dues(texts["due"])
        if "amount" in texts:
            amounts = cells.amounts(texts["amount"], self.currency)
            data["amount"] = [None if np.isnan(x) else abs(int(x)) for x in amounts.values]
            for i in amounts.bad:
                refuse("amount", i, "amount", texts["amount"][i])
        if "quantity" in texts:
            units = cells.counts(texts["quantity"])
            data["quantity"] = [None if np.isnan(x) else abs(int(x)) for x in units.values]
            for i in units.bad:
                refuse("quantity", i, "quantity", texts["quantity"][i])
        for i, currency in enumerate(texts.get("currency", ())):
            if currency and currency.upper() != self.currency:
                refuse("currency", i, "currency", currency)
        return data

    def _check_numbers(self, texts: dict[str, list[str]], refuse: Refuse) -> None:
        for name, code in (("refund_no", "refund_no"), ("order_no", "order_no")):
            for i, x in enumerate(texts.get(name, ())):
                if not x and name == "refund_no":
                    refuse("refund_no_missing", i, name, "")
                elif len(x) > MAX_NUMBER:
                    refuse(f"{code}_long", i, name, x)
                elif "+" in x and cells.DAMAGED.match(x):
                    refuse(f"{code}_damaged", i, name, x)

    def _times(self, name: str, said: list[str], refuse: Refuse) -> list[tuple[int, str] | None]:
        """Instants and the days of the store they lie on."""
        read = self._instants(name, said)
        for i in read.bad:
            refuse("time", i, name, said[i])
        days = read.days.astype("datetime64[D]")
        return [
            None if x == cells.NEVER else (int(x), str(days[i])) for i, x in enumerate(read.seconds)
        ]

    def _instants(self, name: str, said: Sequence[str]) -> cells.Instants:
        patterns, guessed = cells.patterns(self.f.times, said)
        if guessed:
            header = self.match.header[self.match.columns[name]]
            self.out.problems.append(Problem("day_or_month", column=header))
        return cells.instants(said, patterns, self.zone)

    def _dues(self, said: list[str]) -> list[tuple[int, int] | None]:
        """Moments, and how exactly they are told; a deadline that cannot be read is counted."""
        left = [remaining(x) for x in said]
        read = self._instants(
            "due", [x if y is None else "" for x, y in zip(said, left, strict=True)]
        )
        found: list[tuple[int, int] | None] = []
        for i, span in enumerate(left):
            if span is not None:
                found.append((self.base + span[0], span[1]))
            elif read.seconds[i] != cells.NEVER:
                found.append((int(read.seconds[i]), 0))
            else:
                found.append(None)
        self.undated += len(read.bad)
        return found

    # rows ------------------------------------------------------------------------------------

    def _said(self, i: int, texts: dict[str, list[str]], data: dict[str, Any]) -> Said:
        def text(name: str, most: int = MAX_TEXT) -> str:
            return texts[name][i][:most] if name in texts else ""

        def value(name: str) -> Any:
            return data[name][i] if name in data else None

        applied, finished, due = value("applied"), value("finished"), value("due")
        why = text("reason")
        status = self._state(text("status"), finished is not None)
        return Said(
            text("refund_no", MAX_NUMBER), text("order_no", MAX_NUMBER),
            words.kind_of(text("type")) or self.f.type, status, text("status"), value("amount"),
            words.reason_of(why) or _without_numbers(why), text("title", MAX_TITLE),
            value("quantity"), applied[0] if applied else None, due[0] if due else None,
            due[1] if due else 0, bool(due and due[1] and not self.out.exported),
            finished[0] if finished and status != "open" else None,
            finished[1] if finished and status == "done" else None,
            text("waybill", MAX_NUMBER), _tail(text("phone")),
        )  # fmt: skip

    def _state(self, said: str, finished: bool) -> str:
        """What nobody has heard of is still to be looked at."""
        known = words.state(said) if said else None
        if known is None and said:
            self.unknown[said] = self.unknown.get(said, 0) + 1
        return known or ("done" if finished and not said else "open")

    def end(self) -> None:
        for said, n in self.unknown.items():
            self.out.problems.append(Problem("refund_status", value=said[:40], count=n))
        if self.undated:
            header = self.match.header[self.match.columns["due"]]
            self.out.problems.append(Problem("due", column=header, count=self.undated))
        every = [x for rows in self.out.found.values() for x in rows]
        self.out.listing = Listing(
            states=self.out.listing.states, due=self.out.listing.due,
            told=bool(self.out.exported),
            statuses=tuple(sorted({x.platform_status for x in every})),
            period=self.out.period,
        )  # fmt: skip


def remaining(text: str) -> tuple[int, int] | None:
    """Seconds left, negative once it is over, and the smallest unit named; None for anything else."""
    said = cells.narrow(text).strip()
    over = bool(_OVER.search(said))
    rest = re.sub(r"^(?:还剩|还有|剩余|剩餘|剩|還剩|仅剩|已?(?:超时|逾期|超時))[::\s]*", "", said)
    if clock := _CLOCK.match(rest):
        days, hours, minutes, seconds = (int(x or 0) for x in clock.groups())
        total = days * DAY + hours * HOUR + minutes * MINUTE + seconds
        return (-total if over else total), 1 if clock.group(4) else MINUTE
    found = [
        (unit, m) for unit, pattern in _PARTS if (m := re.search(pattern, rest, re.IGNORECASE))
    ]
    if not found or re.search(r"\d{4}[-/年]", rest):
        return None
    total = sum(unit * int(m.group(1)) for unit, m in found)
    return (-total if over else total), min(unit for unit, _ in found)


def _tail(phone: str) -> str:
    digits = re.sub(r"\D", "", phone)
    return digits[-4:] if len(digits) >= 4 and digits[-4:].isdecimal() else ""


def _without_numbers(text: str) -> str:
    """A phone number that somebody wrote among the words goes as everywhere."""
    return _LONG_NUMBER.sub(lambda m: f"*{m.group()[-4:]}", text)


def merged(tables: Sequence[RefundTable]) -> Iterator[tuple[Said, int]]:
    """One for each number, and how many rows it was; of two tables the later counts."""
    last: dict[str, list[Said]] = {}
    rows: dict[str, int] = {}
    for table in tables:
        for number, said in table.found.items():
            last[number] = said
            rows[number] = rows.get(number, 0) + len(said)
    for number, said in last.items():
        yield _one(said), rows[number]


def _one(said: Sequence[Said]) -> Said:
    """The items of one refund: an amount that is the same on each row is that of them all."""
    if len(said) == 1:
        return said[0]
    first = said[0]
    amounts = [x.amount for x in said if x.amount is not None]
    together = amounts[0] if len(set(amounts)) == 1 else sum(amounts) if amounts else None
    items = list(dict.fromkeys(said))
    units = [x.quantity for x in items if x.quantity is not None]
    titles = list(dict.fromkeys(x.product for x in said if x.product))
    names = {**asdict(first), "amount": together, "quantity": sum(units) if units else None,
             "product": "、".join(titles)[:MAX_TITLE]}  # fmt: skip
    return Said(**names)


def columns(table: RefundTable, currency: str) -> list[Column]:
    """The amount column, and its sum in major units."""
    if "amount" not in table.match.columns:
        return []
    header = table.match.header[table.match.columns["amount"]]
    total = sum(x.amount or 0 for rows in table.found.values() for x in [_one(rows)])
    return [Column(header, "refund", total / 10 ** money.digits(currency))]


def newest(tables: Sequence[RefundTable]) -> int:
    """The latest moment any row speaks of as past: no export is older."""
    every = (x for t in tables for rows in t.found.values() for x in rows)
    return max((at for x in every for at in (x.applied_at, x.finished_at) if at), default=0)
