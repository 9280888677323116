"""The scratch database: what the child hands to the importer, ordered by day and order."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from bot import money
from bot.errors import UserError
from bot.ingest import parse
from bot.ingest.assemble import Lines, Result, assemble
from bot.ingest.cells import NEVER
from bot.ingest.formats.declare import STATUSES
from bot.ingest.parse import Job, Reading, Sheet
from bot.ingest.report import Problem, Report, Sums

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
    """Parse `job.path` into `job.scratch`; the head: a `Report` and what its times can tell apart."""
    reading = Reading(job, progress)
    found = parse.sheets(reading, room)
    orders = [x for x in found if x.format.kind == "orders"]
    if not orders:
        raise UserError("import.items_only")
    rank = _ranks(reading.products.numbers)
    results = [assemble(x, _items_of(x, found), job.currency, rank) for x in orders]
    _refuse_foreign(orders, results)
    with sqlite3.connect(job.scratch) as c:
        c.executescript(SCHEMA)
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
        codes, titles = reading.products.numbers, reading.titles
        c.executemany(
            "INSERT INTO products VALUES (?,?,?)", ((n, x, titles[x]) for x, n in codes.items())
        )
        c.executemany(
            "INSERT INTO regions VALUES (?,?)", ((n, x) for x, n in reading.regions.numbers.items())
        )
        report = _report(job, orders, results, c)
    precision = {
        k: min(x.precision.get(k, 86_400) for x in orders) for k in ("created_ts", "paid_ts")
    }
    return {"report": asdict(report), "precision": precision}


def _ranks(numbers: dict[str, int]) -> Column:
    """The place of each number among all, by the name it stands for."""
    ranks = np.empty(len(numbers), dtype=np.int32)
    ranks[[numbers[name] for name in sorted(numbers)]] = np.arange(len(numbers))
    return ranks


def _items_of(sheet: Sheet, found: list[Sheet]) -> Sheet | None:
    same = (x for x in found if x.format.kind == "order_items")
    return next((x for x in same if x.format.platform == sheet.format.platform), None)


def _refuse_foreign(orders: list[Sheet], results: list[Result]) -> None:
    """A file wholly in another currency belongs to another store."""
    if any(len(r.lines) for r in results):
        return
    problem = next((p for x in orders for p in x.problems if p.code == "currency"), None)
    if problem:
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
Days = dict[int, str | None]


def _plain(values: Column, _: Days) -> list[Any]:
    found: list[Any] = values.tolist()
    return found


def _dates(values: Column, days: Days) -> list[str | None]:
    return [days[x] for x in values.tolist()]


def _amounts(values: Column, _: Days) -> list[int]:
    whole: list[int] = np.where(np.isnan(values), NONE, values).astype(np.int64).tolist()
    return whole


_READY: dict[str, Callable[[Column, Days], list[Any]]] = {
    "order_no": lambda values, _: [x.decode() for x in values.tolist()],
    "status": lambda values, _: [STATUSES[x] for x in values.tolist()],
    "day": _dates,
    "paid_day": _dates,
    **dict.fromkeys(("quantity", "payable", "paid", "refunded"), _amounts),
}


def _day_names(lines: Lines) -> Days:
    """Days since 1970 → ISO dates."""
    unique = np.union1d(lines.of_orders["day"], lines.of_orders["paid_day"])
    names: Days = {
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
    return Report(
        platform=first.format.platform, kind=first.format.kind, encoding=first.encoding,
        header_row=first.match.row + 1, read=sum(_read(x, r) for x, r in zip(orders, results, strict=True)),
        refused=sum(x.refused for x in orders), unchanged=sum(r.duplicates for r in results),
        days=(first_day, last_day) if first_day else None,
        sums=_sums(job, results, c), problems=tuple(_problems(orders, results)),
        currency=job.currency, net=first.format.received_is == "net",
        personal=any(x.personal for x in orders), exported_at=_exported(job, newest or 0),
    )  # fmt: skip


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


def _exported(job: Job, newest: int) -> int:
    """When the export was made: its name often says; it cannot be older than its newest row."""
    stamp = re.search(r"(20\d{2})(\d{2})(\d{2})[_-]?(\d{2})(\d{2})", job.file_name)
    if stamp:
        try:
            at = datetime.strptime("".join(stamp.groups()), "%Y%m%d%H%M")  # noqa: DTZ007
            named = int(at.replace(tzinfo=ZoneInfo(job.timezone)).timestamp())
        except ValueError:
            return newest
        latest = job.now or int(datetime.now(UTC).timestamp())
        if newest <= named <= latest + 86_400:
            return named
    return newest
