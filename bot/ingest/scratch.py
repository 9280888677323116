"""The scratch database: what the child hands to the importer, ordered by day and order."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from bot import money
from bot.errors import UserError
from bot.ingest import daysheet, parse, refundsheet
from bot.ingest import said as said_as
from bot.ingest.assemble import Lines, Result, assemble
from bot.ingest.cells import NEVER
from bot.ingest.daysheet import Days, DayTable
from bot.ingest.formats.declare import STATUSES
from bot.ingest.parse import Job, Reading, Sheet
from bot.ingest.refundsheet import Refunds, RefundTable
from bot.ingest.report import Part, Problem, Report, Sums

SCHEMA = """
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;
CREATE TABLE lines (
    order_no TEXT, line_no INTEGER, day TEXT, head INTEGER, status TEXT, created_ts INTEGER,
    paid_ts INTEGER, paid_day TEXT, paid_hour INTEGER, product INTEGER, product_head INTEGER,
    region INTEGER, buyer INTEGER, quantity INTEGER, payable INTEGER, paid INTEGER,
    refunded INTEGER
);
CREATE TABLE products (n INTEGER PRIMARY KEY, code TEXT, title TEXT);
CREATE TABLE regions (n INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE buyers (n INTEGER PRIMARY KEY, hash INTEGER);
CREATE TABLE channels (n INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE campaigns (n INTEGER PRIMARY KEY, channel INTEGER, name TEXT);
CREATE TABLE days (
    kind TEXT, day TEXT, a INTEGER, b INTEGER, vals TEXT, file_rows INTEGER
);
CREATE TABLE refunds (said TEXT, file_rows INTEGER);
"""
NONE = -(2**62)  # stands for NULL on the way into a column
COLUMNS = (
    "order_no", "line_no", "day", "head", "status", "created_ts", "paid_ts", "paid_day",
    "paid_hour", "product", "product_head", "region", "buyer", "quantity", "payable", "paid",
    "refunded",
)  # fmt: skip
_NULLS = {
    **dict.fromkeys(("created_ts", "paid_ts", "paid_hour", "product", "region", "buyer"), NEVER),
    **dict.fromkeys(("quantity", "refunded"), NONE),
}
INSERT = "INSERT INTO lines VALUES ({})".format(
    ", ".join(f"NULLIF(?, {_NULLS[x]})" if x in _NULLS else "?" for x in COLUMNS)
)
PIECE = 50_000  # lines turned into Python objects at a time


def make(job: Job, room: Path, progress: Callable[[int], None]) -> dict[str, Any]:
    """Parse `job.path` into `job.scratch`; the head: a `Report` and what its values can tell apart.

    `precision` is that of an order's times, `units` that of the values of each kind by day.
    """
    reading = Reading(job, progress)
    days, refunds = Days(reading), Refunds(reading)
    found = parse.sheets(reading, room, days.take, refunds.take)
    orders = [x for x in found if x.format.kind == "orders"]
    if not orders and not days.tables and not refunds.tables:
        raise UserError("import.items_only")
    rank = _ranks(reading.products.numbers)
    results = [assemble(x, _items_of(x, found), job.currency, rank) for x in orders]
    problems = [p for x in orders for p in x.problems]
    problems += [p for x in days.tables for p in x.problems]
    problems += [p for x in refunds.tables for p in x.problems]
    accepted = any(len(r.lines) for r in results) or any(x.values for x in days.tables)
    accepted = accepted or any(x.found for x in refunds.tables)
    _refuse_foreign(problems, accepted)
    with sqlite3.connect(job.scratch) as c:
        c.executescript(SCHEMA)
        _write_orders(c, results)
        _write_names(c, reading, days)
        _write_days(c, days.tables)
        _write_refunds(c, refunds.tables)
        report = _report(job, orders, results, c) if orders else None
    if refunds.tables:
        report = _with_refunds(job, report, refunds.tables)
    report = _with_days(job, report, days.tables)
    matches = [
        *(x.match for x in orders), *(x.match for x in days.tables),
        *(x.match for x in refunds.tables),
    ]  # fmt: skip
    report = replace(report, header=next((m.told for m in matches if m.told), ""))
    precision = {
        k: min((x.precision.get(k, 86_400) for x in orders), default=86_400)
        for k in ("created_ts", "paid_ts")
    }
    units: dict[str, dict[str, int]] = {}
    for table in days.tables:
        known = units.setdefault(table.format.kind, {})
        for name, unit in table.units.items():
            known[name] = min(known.get(name, unit), unit)
    return {"report": asdict(report), "precision": precision, "units": units}


def _write_orders(c: sqlite3.Connection, results: list[Result]) -> None:
    later: set[str] = set()
    for result in reversed(results):  # an order in two tables: the later one counts
        _write(c, result.lines, later)
        if len(results) > 1:
            later.update(x.decode() for x in result.lines.of_orders["order_no"].tolist())
    if len(results) > 1:
        c.executescript(
            "CREATE TABLE sorted AS SELECT * FROM lines ORDER BY day, order_no, line_no;"
            "DROP TABLE lines; ALTER TABLE sorted RENAME TO lines;"
        )


def _write_names(c: sqlite3.Connection, reading: Reading, days: Days) -> None:
    codes, titles = reading.products.numbers, reading.titles
    c.executemany(
        "INSERT INTO products VALUES (?,?,?)", ((n, x, titles[x]) for x, n in codes.items())
    )
    for table, names in (("regions", reading.regions), ("channels", days.channels)):
        c.executemany(
            f"INSERT INTO {table} VALUES (?,?)", ((n, x) for x, n in names.numbers.items())
        )
    c.executemany(
        "INSERT INTO campaigns VALUES (?,?,?)", ((n, *x) for x, n in days.campaigns.items())
    )


def _write_days(c: sqlite3.Connection, tables: list[DayTable]) -> None:
    c.executemany(
        "INSERT INTO days VALUES (?,?,?,?,?,?)",
        ((kind, *key, json.dumps(values), n) for kind, key, values, n in daysheet.rows_of(tables)),
    )


def _write_refunds(c: sqlite3.Connection, tables: list[RefundTable]) -> None:
    rows = ((said_as.dump(said), n) for said, n in refundsheet.merged(tables))
    c.executemany("INSERT INTO refunds VALUES (?,?)", rows)


def _ranks(numbers: dict[str, int]) -> Column:
    """The place of each number among all, by the name it stands for."""
    ranks = np.empty(len(numbers), dtype=np.int32)
    ranks[[numbers[name] for name in sorted(numbers)]] = np.arange(len(numbers))
    return ranks


def _items_of(sheet: Sheet, found: list[Sheet]) -> Sheet | None:
    same = (x for x in found if x.format.kind == "order_items")
    return next((x for x in same if x.format.platform == sheet.format.platform), None)


def _refuse_foreign(problems: list[Problem], accepted: bool) -> None:
    """A file wholly in another currency belongs to another store."""
    problem = next((p for p in problems if p.code == "currency"), None)
    if problem and not accepted:
        raise UserError("import.currency", currency=problem.value)


# lines ---------------------------------------------------------------------------------------


def _write(c: sqlite3.Connection, lines: Lines, skip: set[str]) -> None:
    """Lines in pieces, so that a million of them never stand in memory as objects."""
    days = _day_names(lines)
    lines.of_orders["buyer"] = _buyers(c, lines.of_orders["buyer"])
    for i in range(0, len(lines), PIECE):
        piece = lines.piece(i, PIECE)
        rows: Iterable[tuple[Any, ...]] = zip(
            *(_READY.get(name, _plain)(piece[name], days) for name in COLUMNS), strict=True
        )
        if skip:
            rows = (r for r in rows if r[0] not in skip)
        c.executemany(INSERT, rows)


Column = np.ndarray[Any, np.dtype[Any]]
DayNames = dict[int, str | None]


def _plain(values: Column, _: DayNames) -> list[Any]:
    found: list[Any] = values.tolist()
    return found


def _dates(values: Column, days: DayNames) -> list[str | None]:
    return [days[x] for x in values.tolist()]


def _amounts(values: Column, _: DayNames) -> list[int]:
    whole: list[int] = np.where(np.isnan(values), NONE, values).astype(np.int64).tolist()
    return whole


_READY: dict[str, Callable[[Column, DayNames], list[Any]]] = {
    "order_no": lambda values, _: [x.decode() for x in values.tolist()],
    "status": lambda values, _: [STATUSES[x] for x in values.tolist()],
    "day": _dates,
    "paid_day": _dates,
    **dict.fromkeys(("quantity", "payable", "paid", "refunded"), _amounts),
}


def _day_names(lines: Lines) -> DayNames:
    """Days since 1970 → ISO dates."""
    unique = np.union1d(lines.of_orders["day"], lines.of_orders["paid_day"])
    names: DayNames = {
        int(n): str(x) for n, x in zip(unique, unique.astype("datetime64[D]"), strict=True)
    }
    names[NEVER] = None
    return names


def _buyers(c: sqlite3.Connection, buyers: Column) -> Column:
    """Hashes → numbers in the order of the hashes: so they go into an index page by page."""
    start = c.execute("SELECT COUNT(*) FROM buyers").fetchone()[0]
    hashes, numbers = np.unique(buyers, return_inverse=True)
    c.executemany(
        "INSERT INTO buyers VALUES (?,?)",
        ((start + i, x) for i, x in enumerate(hashes.tolist()) if x),
    )
    return np.where(buyers == 0, NEVER, numbers + start)


# report --------------------------------------------------------------------------------------


def _report(job: Job, orders: list[Sheet], results: list[Result], c: sqlite3.Connection) -> Report:
    first = orders[0]
    first_day, last_day, newest = c.execute(
        "SELECT MIN(day), MAX(day), MAX(MAX(IFNULL(paid_ts,0)), MAX(created_ts)) FROM lines"
    ).fetchone()
    exported, told = _exported(job, newest or 0)
    return Report(
        platform=first.format.platform, kind=first.format.kind, encoding=first.encoding,
        header_row=first.match.row + 1, read=sum(_read(x, r) for x, r in zip(orders, results, strict=True)),
        refused=sum(x.refused for x in orders), unchanged=sum(r.duplicates for r in results),
        days=(first_day, last_day) if first_day else None,
        sums=_sums(job, results, c), problems=tuple(_problems(orders, results)),
        currency=job.currency, net=first.format.received_is == "net",
        personal=any(x.personal for x in orders), exported_at=exported, told=told,
    )  # fmt: skip


def _with_refunds(job: Job, report: Report | None, tables: list[RefundTable]) -> Report:
    """The report with what stands in tables of refunds.

    What is covered are the days from the first on which one was finished to the last, or the export.
    """
    first, zone = tables[0], ZoneInfo(job.timezone)
    told = max(x.exported for x in tables)
    exported = max(told, refundsheet.newest(tables))
    every = [said for said, _ in refundsheet.merged(tables)]
    finished = sorted({x.finished_day for x in every if x.finished_day})
    applied = sorted(
        str(datetime.fromtimestamp(x.applied_at, zone).date()) for x in every if x.applied_at
    )
    days = applied or finished
    until = [str(datetime.fromtimestamp(told, zone).date())] if told and finished else []
    part = Part("refunds", tuple(_range([*finished, *until])), exported, told > 0)
    if report is None:
        report = Report(
            first.format.platform, first.format.kind, first.encoding, first.match.row + 1, read=0,
            currency=job.currency,
        )  # fmt: skip
        parts: tuple[Part, ...] = (part,)
    else:
        parts = (*report.covered, part)
    found = (*(report.days or ()), *days[:1], *days[-1:])
    return replace(
        report,
        read=report.read + sum(x.read for x in tables),
        refused=report.refused + sum(x.refused for x in tables),
        days=(min(found), max(found)) if found else None,
        sums=replace(
            report.sums,
            columns=report.sums.columns
            + tuple(c for x in tables for c in refundsheet.columns(x, job.currency)),
        ),
        problems=report.problems + tuple(p for x in tables for p in x.problems),
        personal=report.personal or any(x.personal for x in tables),
        parts=parts,
        exported_at=report.exported_at or exported,
        told=report.told or told > 0,
        listing=first.listing if len(tables) == 1 else replace(first.listing, states=False),
    )


def _range(days: list[str]) -> list[str]:
    """Every day from the first to the last: on some nothing was finished."""
    if not days:
        return []
    first, last = np.datetime64(min(days)), np.datetime64(max(days))
    return [str(x) for x in np.arange(first, last + 1)]


def _with_days(job: Job, report: Report | None, tables: list[DayTable]) -> Report:
    """The report with what stands in tables by day; alone where there are no orders."""
    if not tables:
        assert report
        return report
    first = tables[0]
    if report is None:
        report = Report(
            first.format.platform, first.format.kind, first.encoding, first.match.row + 1, read=0,
            currency=job.currency,
        )  # fmt: skip
    said = [p for x in tables for p in (x.period or ())]
    mine = [key[0] for x in tables for key in x.values] or said
    days = sorted((*(report.days or ()), *mine))
    columns = tuple(x for t in tables for x in daysheet.columns(t, job.currency))
    return replace(
        report,
        read=report.read + sum(x.read for x in tables),
        refused=report.refused + sum(x.refused for x in tables),
        days=(days[0], days[-1]) if days else None,
        sums=replace(report.sums, columns=report.sums.columns + columns),
        problems=report.problems + tuple(p for x in tables for p in x.problems),
        personal=report.personal or any(x.personal for x in tables),
        parts=(*report.parts, *_parts(job, report, tables)),
    )


def _parts(job: Job, report: Report, tables: list[DayTable]) -> Iterable[Part]:
    """What of each kind a file covers; of a shop only the days of its own rows."""
    if report.kind == "orders" and report.days and not report.parts:
        yield Part("orders", report.days, report.exported_at, report.told)
    for kind in dict.fromkeys(x.format.kind for x in tables):
        same = [x for x in tables if x.format.kind == kind]
        days = {
            key[0]
            for x in same
            for key in x.values
            if kind != "shop_days" or key[1] == daysheet.NOBODY
        }
        yield Part(kind, tuple(sorted(days)), *daysheet.exported(same, job.timezone, job.now))


def _read(sheet: Sheet, result: Result) -> int:
    """Rows of the file; where a sheet of items gives the lines, those."""
    return max(sheet.read, len(result.lines) + sheet.refused + result.duplicates)


def _sums(job: Job, results: list[Result], c: sqlite3.Connection) -> Sums:
    scale = 10 ** money.digits(job.currency)
    row = c.execute(
        "SELECT COUNT(*), TOTAL(head), TOTAL(quantity), TOTAL(head * (paid_day IS NOT NULL)),"
        " TOTAL(payable), TOTAL(paid), TOTAL(refunded) FROM lines"
    ).fetchone()
    lines, heads, units, paid_orders, payable, paid, refunded = map(int, row)
    statuses = Counter(dict(c.execute("SELECT status, SUM(head) FROM lines GROUP BY 1")))
    return Sums(
        orders=heads, lines=lines, units=units, paid_orders=paid_orders, payable=payable / scale,
        paid=paid / scale, refunded=refunded / scale, net=(paid - refunded) / scale,
        statuses={x: statuses[x] for x in STATUSES if statuses[x]},
        columns=tuple(x for r in results for x in r.columns),
        checks=tuple(x for r in results for x in r.checks),
    )  # fmt: skip


def _problems(orders: list[Sheet], results: list[Result]) -> Iterable[Problem]:
    for sheet, result in zip(orders, results, strict=True):
        yield from sheet.problems
        if result.duplicates:
            yield Problem("duplicates", count=result.duplicates)
        for check in result.checks:
            if check.held < check.rows:
                yield Problem("identity", column=check.left, count=check.rows - check.held)


def _exported(job: Job, newest: int) -> tuple[int, bool]:
    """When the export was made, and whether its name says so: else it is that of its newest row."""
    stamp = re.search(r"(20\d{2})(\d{2})(\d{2})[_-]?(\d{2})(\d{2})", job.file_name)
    if stamp:
        try:
            at = datetime.strptime("".join(stamp.groups()), "%Y%m%d%H%M")  # noqa: DTZ007
            named = int(at.replace(tzinfo=ZoneInfo(job.timezone)).timestamp())
        except ValueError:
            return newest, False
        latest = job.now or int(datetime.now(UTC).timestamp())
        if newest <= named <= latest + 86_400:
            return named, True
    return newest, False
