"""A table by day → what each day told, in the limited child: a shop's day, a product's, an ad's.

Rows that are parts of one thing (a campaign's ad sets) are added up; of anything else said twice the
later row counts. What a cell does not tell stays None: never 0.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from bot import money
from bot.ingest import cells, dating, formats, readers
from bot.ingest.formats.declare import CHANNELS, DAY_VALUES, PERSONAL, Format, fold
from bot.ingest.parse import CHUNK, FIRST_REFUSED, TOTAL_WORDS, Names, Reading, label
from bot.ingest.report import Column, Problem

Key = tuple[str, int, int]  # ISO day; product, or channel and campaign; −1 where there is none
Value = int | None
NOBODY = -1
EVERYBODY = frozenset({"所有终端", "全部终端", "全部", "所有", "汇总", "整体", "total", "all"})
WHOLE = TOTAL_WORDS | {"汇总", "全部", "彙總", "全店"}
NOT_TOLD = frozenset({"空", "—", "--", "――", "暂无", "无数据", "暂无数据"})
MAX_NAME = 100


@dataclass
class DayTable:
    """One kind of one table: values by key in the order of DAY_VALUES, and how many rows gave them."""

    match: formats.Match
    encoding: str
    values: dict[Key, list[Value]] = field(default_factory=dict)
    rows: dict[Key, int] = field(default_factory=dict)
    windows: dict[Key, int] = field(default_factory=dict)
    read: int = 0
    refused: int = 0
    personal: bool = False
    units: dict[str, int] = field(default_factory=dict)  # what a column can tell apart
    sums: dict[str, int] = field(default_factory=dict)
    totals: list[dict[str, int]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    exported: int = 0  # seconds since 1970; 0 where nothing tells
    period: tuple[str, str] | None = None  # what the titles or the name say

    @property
    def format(self) -> Format:
        return self.match.format


@dataclass
class Days:
    """The tables by day of one file, and the names in them."""

    reading: Reading
    tables: list[DayTable] = field(default_factory=list)
    channels: Names = field(default_factory=Names)
    campaigns: dict[tuple[int, str], int] = field(default_factory=dict)

    def take(
        self,
        matches: Sequence[formats.Match],
        table: readers.Table,
        above: list[readers.Row],
        rows: Iterator[readers.Row],
    ) -> None:
        """Read one table; each of its kinds becomes a DayTable."""
        found = [_Reader(self, m, table, above) for m in matches]
        first = matches[0].row + 2
        while chunk := list(itertools.islice(rows, CHUNK)):
            for reader in found:
                reader.chunk(chunk, first)
            first += len(chunk)
            self.reading.read += len(chunk)
            self.reading.progress(self.reading.read)
        for reader in found:
            reader.end()
        self.tables += [x.out for x in found]


class _Reader:
    def __init__(
        self, days: Days, match: formats.Match, table: readers.Table, above: list[readers.Row]
    ) -> None:
        job = days.reading.job
        self.days, self.match, self.f = days, match, match.format
        self.zone, self.currency = job.timezone, job.currency
        self.today = _today(job.now, job.timezone)
        said = dating.about(above, (table.name, job.file_name), job.timezone, job.now)
        self.out = DayTable(match, table.encoding, exported=said.exported, period=said.period)
        self.window = said.window
        self.channel = _channel(self.f, (*(" ".join(r) for r in above), table.name, job.file_name))
        self.units = DAY_VALUES[self.f.kind]
        self.first_row = True
        self.guessed = False

    def chunk(self, rows: list[readers.Row], first: int) -> None:
        columns = self.match.columns
        width = max(columns.values()) + 1
        numbered = [
            (first + i, r + [""] * (width - len(r)))
            for i, r in enumerate(rows)
            if any(map(str.strip, r))
        ]
        numbered = self._without_totals(numbered)
        kept = [r for _, r in numbered]
        texts = {name: _told(cells.clean([r[i] for r in kept])) for name, i in columns.items()}
        refused: dict[int, Problem] = {}

        def refuse(code: str, at: int, name: str = "", value: str = "") -> None:
            header = self.match.header[columns[name]] if name in columns else ""
            refused.setdefault(at, Problem(code, numbered[at][0], header, value[:40]))

        self._check_width(kept, refuse)
        days = self._day_texts(texts, len(kept), refuse)
        values = {x: self._values(x, texts[x], refuse) for x in self.units if x in texts}
        for i, currency in enumerate(texts.get("currency", ())):
            if currency and currency.upper() != self.currency:
                refuse("currency", i, "currency", currency)
        skip = self._other_terminals(texts)
        for i, day in enumerate(days):
            if i in skip:
                continue
            self.out.read += 1
            if i not in refused:
                self._add(day, i, texts, values)
        self.out.refused += sum(1 for i in refused if i not in skip)
        room = FIRST_REFUSED - len(self.out.problems)
        named = [refused[i] for i in sorted(refused) if i not in skip]
        self.out.problems += named[: max(0, room)]
        if "net_revenue" in texts:
            self._values("net_revenue", texts["net_revenue"], lambda *_: None)
        self._notice_people(kept)

    # rows ------------------------------------------------------------------------------------

    def _without_totals(self, rows: list[tuple[int, readers.Row]]) -> list[tuple[int, readers.Row]]:
        """Rows of totals are kept apart, to be compared with the sums."""
        at = self.match.columns.get("day", 0)
        kept = []
        for number, row in rows:
            labels = (row[at], next((x for x in row if x.strip()), ""))
            total = any(label(x) in WHOLE for x in labels)
            if total or (self.f.total_first and self.first_row):
                self._total(row)
            if not total:
                kept.append((number, row))
            self.first_row = False
        return kept

    def _total(self, row: readers.Row) -> None:
        said: dict[str, int] = {}
        for name, unit in self.units.items():
            if unit == "amount" and name in self.match.columns:
                cell = _told(cells.clean([row[self.match.columns[name]]]))
                value = self._read(cell, unit).values[0]
                if not np.isnan(value):
                    said[name] = int(value)
        self.out.totals.append(said)

    def _check_width(self, rows: list[readers.Row], refuse: Callable[..., None]) -> None:
        wide = len(self.match.header)
        for i, row in enumerate(rows):
            if len(row) > wide and any(map(str.strip, row[wide:])):
                refuse("too_many_cells", i)

    def _other_terminals(self, texts: dict[str, list[str]]) -> set[int]:
        """Rows of a part (PC, phone) where a row of all of them stands beside."""
        said = texts.get("terminal")
        if not said or not EVERYBODY & set(map(str.casefold, said)):
            return set()
        return {i for i, x in enumerate(said) if x.casefold() not in EVERYBODY}

    def _notice_people(self, rows: list[readers.Row]) -> None:
        used = set(self.match.columns.values())
        for i in self.match.personal:
            named = PERSONAL.search(fold(self.match.header[i])) and i not in used
            if named and any(i < len(r) and r[i].strip() for r in rows):
                self.out.personal = True

    # cells -----------------------------------------------------------------------------------

    def _day_texts(
        self, texts: dict[str, list[str]], n: int, refuse: Callable[..., None]
    ) -> list[str]:
        """ISO days; "" where there is none, and then the row is refused."""
        if "day" not in texts:
            return [self._only_day(i, refuse) for i in range(n)]
        said = [dating.plain(x, self.today) for x in texts["day"]]
        patterns, guessed = cells.patterns(self.f.times, said)
        self.guessed |= guessed
        read = cells.instants(said, patterns, self.zone)
        days = [str(x) for x in read.days.astype("datetime64[D]")]
        bad = set(read.bad)
        for i in range(n):
            if i in bad or (read.days[i] == cells.NEVER and texts["day"][i]):
                code = "period" if dating.is_period(texts["day"][i]) else "time"
                refuse(code, i, "day", texts["day"][i])
            elif read.days[i] == cells.NEVER:
                days[i] = self._only_day(i, refuse)
            elif days[i] > self.today.isoformat():
                refuse("future", i, "day", texts["day"][i])
        return days

    def _only_day(self, i: int, refuse: Callable[..., None]) -> str:
        """The one day that the whole table is about."""
        period = self.out.period
        if period is None:
            refuse("no_day", i)
        elif period[0] != period[1]:
            refuse("period", i, "", f"{period[0]} – {period[1]}")
        elif period[0] > self.today.isoformat():
            refuse("future", i, "", period[0])
        return period[0] if period else ""

    def _values(self, name: str, said: list[str], refuse: Callable[..., None]) -> list[Value]:
        unit = self.units.get(name, "amount")
        read = self._read(said, unit)
        for i in read.bad:
            refuse(_NO[unit], i, name, said[i])
        out = [None if np.isnan(x) else int(x) for x in read.values]
        for i, x in enumerate(out):
            if x is not None and ((unit != "amount" and x < 0) or abs(x) >= 2**53):
                refuse(_NO[unit], i, name, said[i])
                out[i] = None
            if unit == "score" and x is not None and x > 1000:
                refuse("score", i, name, said[i])
                out[i] = None
        self._precision(name, unit, [x for x in out if x is not None])
        total = sum(x for x in out if x is not None)
        if any(x is not None for x in out):
            self.out.sums[name] = self.out.sums.get(name, 0) + total
        return out

    def _read(self, said: list[str], unit: str) -> cells.Numbers:
        if self.f.dots_group:
            said = [re.sub(r"(?<=\d)[.,](?=\d{3}(?:[.,]\d{3})*$)", "", x) for x in said]
        if unit == "count":
            return cells.counts(said)
        if unit == "amount":
            return cells.amounts(said, self.currency)
        found = [m.group() if (m := re.match(r"\d+(\.\d+)?", cells.narrow(x))) else x for x in said]
        return cells.amounts(found, "CNY")  # hundredths

    def _precision(self, name: str, unit: str, values: list[int]) -> None:
        """A column all of whose amounts are whole cannot tell smaller ones apart."""
        steps = {"amount": 10 ** money.digits(self.currency), "score": 10}.get(unit, 1)
        coarse = steps if all(x % steps == 0 for x in values) else 1
        self.out.units[name] = min(self.out.units.get(name, steps), coarse)

    # adding up -------------------------------------------------------------------------------

    def _add(
        self, day: str, i: int, texts: dict[str, list[str]], values: dict[str, list[Value]]
    ) -> None:
        out = self.out
        key = (day, *self._thing(i, texts))
        row = [values[x][i] if x in values else None for x in self.units]
        old = out.values.get(key)
        if old is not None and self.f.kind == "ads":
            row = [
                b if a is None else a if b is None else a + b for a, b in zip(old, row, strict=True)
            ]
        elif old is not None:
            if old != row:
                out.problems.append(Problem("day_twice", column=day))
            row = [a if b is None else b for a, b in zip(old, row, strict=True)]
        out.values[key] = row
        out.rows[key] = out.rows.get(key, 0) + 1
        if self.f.kind == "ads" and (window := _window(texts, i) or self.window):
            out.windows[key] = window

    def _thing(self, i: int, texts: dict[str, list[str]]) -> tuple[int, int]:
        reading = self.days.reading
        if self.f.kind == "shop_days":
            code = texts["code"][i] if "code" in texts else ""
            title = texts["title"][i] if "title" in texts else ""
            name = (code or title)[:200]
            if not name:
                return NOBODY, NOBODY
            reading.titles.setdefault(name, (title or name)[:200])
            return int(reading.products([name])[0]), NOBODY
        if self.f.kind != "ads":
            return NOBODY, NOBODY
        said = texts["channel"][i] if "channel" in texts else ""
        channel = int(self.days.channels([(said or self.channel)[:MAX_NAME]])[0])
        if "campaign" not in texts:
            return channel, NOBODY
        subject = texts["subject"][i] if "subject" in texts else ""
        name = texts["campaign"][i][:MAX_NAME] or "-"
        if (subject and "计划" not in subject) or label(name) in WHOLE:
            return channel, NOBODY
        known = self.days.campaigns
        return channel, known.setdefault((channel, name), len(known))

    def end(self) -> None:
        out = self.out
        if self.guessed:
            out.problems.append(
                Problem("day_or_month", column=self.match.header[self.match.columns["day"]])
            )
        for name in ("spend", "sales"):
            if name in self.match.columns and name not in out.sums and out.read:
                header = self.match.header[self.match.columns[name]]
                out.problems.append(Problem("nothing_told", column=header))
        if self.f.total_first and out.totals:
            out.sums |= out.totals[0]
            return
        scale = 10 ** money.digits(self.currency)
        for said in out.totals:
            for name, value in said.items():
                if abs(out.sums.get(name, 0) - value) >= scale:
                    header = self.match.header[self.match.columns[name]]
                    out.problems.append(
                        Problem("total_row", column=header, value=str(value / scale))
                    )


_NO = {"amount": "amount", "count": "quantity", "score": "score"}


def columns(table: DayTable, currency: str) -> list[Column]:
    """What each column is, and its sum in major units; a score's is that of the newest day."""
    scale = {"amount": 10 ** money.digits(currency), "count": 1, "score": 100}
    units = {**DAY_VALUES[table.format.kind], "net_revenue": "amount"}
    sums: dict[str, int] = dict(table.sums)
    if table.format.kind == "scores" and table.values:
        newest = table.values[max(table.values)]
        sums = {x: v for x, v in zip(units, newest, strict=False) if v is not None}
    header, places = table.match.header, table.match.columns
    return [
        Column(header[places[x]], x, sums[x] / scale[unit])
        for x, unit in units.items()
        if x in sums and x in places
    ]


def _told(texts: list[str]) -> list[str]:
    return ["" if x in NOT_TOLD else x for x in texts]


def _channel(f: Format, words: Sequence[str]) -> str:
    """Where a table of ads has no column for it."""
    text = " ".join(words).casefold()
    named = next((x for x in CHANNELS if x.casefold() in text), "")
    return named or f.channel or "Ads"


def _window(texts: dict[str, list[str]], i: int) -> int:
    said = texts["window"][i] if "window" in texts else ""
    return dating.days_in(said)


def _today(now: int, zone: str) -> date:
    at = datetime.fromtimestamp(now, UTC) if now else datetime.now(UTC)
    return at.astimezone(ZoneInfo(zone)).date()


def exported(tables: list[DayTable], zone: str, now: int) -> tuple[int, bool]:
    """Seconds since 1970: when the export was made, and whether the file or its name tells that.

    Else it is the latest moment it cannot be before: a row of a day says that the days before it
    are over. Never later than `now`.
    """
    days = [key[0] for x in tables for key in x.values]
    if not days:
        return 0, False
    last = date.fromisoformat(max(days))
    closed = all(x.format.closed_days for x in tables)
    at = datetime(last.year, last.month, last.day, tzinfo=ZoneInfo(zone))
    if closed:
        at = at.replace(tzinfo=None) + timedelta(days=1)
        at = at.replace(tzinfo=ZoneInfo(zone))
    least = int(at.timestamp())
    said = max(x.exported for x in tables)
    found = max(least, said)
    return (min(found, now) if now else found), said >= least


def rows_of(tables: list[DayTable]) -> Iterator[tuple[str, Key, list[Value], int]]:
    """Kind, key, values and file rows, in the order of days; of a key in two tables the later."""
    merged: dict[tuple[str, Key], tuple[list[Value], int]] = {}
    for table in tables:
        kind: str = table.format.kind
        for key, values in table.values.items():
            row: list[Any] = list(values)
            if kind == "ads":
                row.append(table.windows.get(key))
            old = merged.get((kind, key))
            if old:
                row = [a if b is None else b for a, b in zip(old[0], row, strict=True)]
            merged[kind, key] = row, table.rows[key] + (old[1] if old else 0)
    for (name, key), (values, n) in sorted(merged.items()):
        yield name, key, values, n
