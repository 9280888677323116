"""Questions with one breakdown over two years of rollups: 20 stores, 2,000 SKUs, 34 regions.

`python tests/bench/bench_ask.py [--lines 10000000] [--questions 300] [--keep FILE]`

The rollups are drawn at random as that many order lines would leave them and written directly,
which takes a minute rather than the import's five; the questions then run in this process.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from pyroaring import BitMap
from sqlmodel import Session

from bot.db import Database, migrate
from bot.db.facts import Product, Region
from bot.db.people import Store, Team
from bot.metrics.ask import ask
from bot.metrics.compute import answer
from bot.metrics.query import with_usual_base
from bot.metrics.scope import scope, vocabulary

STORES, SKUS, REGIONS, BUYERS, DAYS = 20, 2_000, 34, 1_000_000, 730
TODAY = date(2026, 11, 23)
FIRST = TODAY - timedelta(days=DAYS)
NOW = datetime(2026, 11, 23, tzinfo=UTC)
PER_ORDER = 1.67


def zipf(n: int) -> np.ndarray:
    weights = 1 / np.arange(1, n + 1) ** 0.8
    return weights / weights.sum()


def people(s: Session) -> list[int]:
    """A team with its stores, products and regions; ids of the stores."""
    team = Team(name="bench", created_at=NOW)
    s.add(team)
    s.flush()
    assert team.id == 1
    stores = [
        Store(
            team_id=1, key=f"s{i:02}", name=f"店{i:02}", currency="CNY",
            timezone="Asia/Shanghai", created_at=NOW,
        )
        for i in range(STORES)
    ]  # fmt: skip
    s.add_all(stores)
    s.flush()
    ids = [store.id or 0 for store in stores]
    s.add_all(Region(team_id=1, name=f"地区{i}") for i in range(REGIONS))
    for store in ids:
        s.add_all(
            Product(team_id=1, store_id=store, code=f"SKU-{i:04}", title=f"商品{i:04} 标准装")
            for i in range(SKUS)
        )
        s.flush()
    return ids


Row = tuple[int, ...]


def cells(rng: np.random.Generator, lines: int) -> Iterator[tuple[int, int, int, int, int, int]]:
    """(day, store, dim, key, units, orders) as `lines` order lines would leave them."""
    per_day = lines / STORES / DAYS
    sku, region, hour = zipf(SKUS), zipf(REGIONS), np.full(24, 1 / 24)
    for day in range(DAYS):
        for store in range(STORES):
            n = int(rng.poisson(per_day))
            orders = round(n / PER_ORDER)
            yield day, store, 0, 0, n, orders
            for dim, weights, total in ((1, sku, n), (2, region, orders), (3, hour, orders)):
                drawn = rng.multinomial(total, weights)
                for key in np.flatnonzero(drawn):
                    yield day, store, dim, int(key), int(drawn[key]), int(drawn[key])


def fill(path: Path, lines: int) -> None:
    db = Database(f"sqlite:///{path}")
    migrate.upgrade(db)
    with db.write() as s:
        stores = people(s)
    db.close()
    rng = np.random.default_rng(20261123)
    months: dict[Row, list[int]] = defaultdict(lambda: [0, 0])
    with sqlite3.connect(path, isolation_level=None) as c:
        c.executescript("PRAGMA synchronous=OFF; PRAGMA cache_size=-400000; BEGIN;")

        def rows() -> Iterator[tuple[object, ...]]:
            for day, store, dim, key, units, orders in cells(rng, lines):
                when = FIRST + timedelta(days=day)
                # products of a store follow each other, regions are 1 to 34
                id_ = store * SKUS + key + 1 if dim == 1 else key + 1 if dim == 2 else key
                month = months[when.toordinal() - when.day + 1, store, dim, id_]
                month[0] += units
                month[1] += orders
                yield _row(0, dim, when, stores[store], id_, units, orders)

        c.executemany(f"INSERT INTO sales_rollups VALUES ({','.join('?' * 13)})", rows())
        c.executemany(
            f"INSERT INTO sales_rollups VALUES ({','.join('?' * 13)})",
            (
                _row(1, dim, date.fromordinal(start), stores[store], id_, units, orders)
                for (start, store, dim, id_), (units, orders) in sorted(months.items())
            ),
        )
        c.executemany(
            "INSERT INTO buyer_rollups VALUES (?,?,?,?,?,?,?,?)", _bitmaps(rng, stores, lines)
        )
        c.executemany(
            "INSERT INTO imported_days VALUES (?,?,?,?,1)",
            (
                (store, "orders", (FIRST + timedelta(days=d)).isoformat(), "2026-11-23 00:20:00")
                for store in stores
                for d in range(DAYS)
            ),
        )
        c.executescript("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);")


def _row(
    grain: int, dim: int, day: date, store: int, key: int, units: int, orders: int
) -> tuple[object, ...]:
    sales = units * 2_990
    where = 1, grain, dim, day.isoformat(), store, key
    return *where, sales, sales // 20, orders, units, orders // 10, orders, 0


def _bitmaps(
    rng: np.random.Generator, stores: list[int], lines: int
) -> Iterator[tuple[object, ...]]:
    """Buyers by day and month, in total and by region."""
    weights = zipf(REGIONS)
    per_day = lines / STORES / DAYS / PER_ORDER
    empty = BitMap().serialize()
    for store in stores:
        months: dict[tuple[int, int, str], BitMap] = defaultdict(BitMap)
        for day in range(DAYS):
            when = FIRST + timedelta(days=day)
            ids = rng.integers(1, BUYERS, int(rng.poisson(per_day)))
            regions = rng.choice(REGIONS, len(ids), p=weights)
            found = [(0, 0, BitMap(ids))]
            found += [(2, int(r) + 1, BitMap(ids[regions == r])) for r in np.unique(regions)]
            for dim, key, seen in found:
                months[dim, key, when.replace(day=1).isoformat()] |= seen
                yield 1, 0, dim, when.isoformat(), store, key, seen.serialize(), empty
        for (dim, key, start), seen in months.items():
            yield 1, 1, dim, start, store, key, seen.serialize(), empty


BREAKDOWNS = ("按天", "按周", "按月", "按星期", "按商品 前10", "按地区", "按店铺", "按小时")
METRICS = ("销售额", "订单数", "退款率", "笔单价", "买家数")


def questions(n: int) -> Iterator[tuple[str, str]]:
    r = random.Random(1)
    for _ in range(n):
        by, metric = r.choice(BREAKDOWNS), r.choice(METRICS)
        if metric == "买家数" and by in ("按小时", "按商品 前10"):
            metric = "销售额"
        days = r.choice((1, 7, 14, 30, 60, 90, 180, 365, 500, 700))
        end = TODAY - timedelta(days=r.randint(0, DAYS - days))
        start = end - timedelta(days=days)
        yield by, f"{start.isoformat()}..{(end - timedelta(days=1)).isoformat()} {metric} {by}"


def measure(path: Path, n: int, stores: set[int] | None) -> dict[str, list[float]]:
    db = Database(f"sqlite:///{path}")
    times: dict[str, list[float]] = defaultdict(list)
    for by, text in questions(n):
        with db.read() as s:
            began = time.perf_counter()
            seen = scope(s, 1, TODAY, stores)
            words = vocabulary(s, seen, TODAY)
            read = time.perf_counter()
            asked = ask(text, TODAY, words)
            understood = time.perf_counter()
            answer(s, seen, asked.query, TODAY)
            done = time.perf_counter()
            answer(s, seen, with_usual_base(asked.query, seen.promotions), TODAY)
            times["vocabulary"].append(read - began)
            times["grammar"].append(understood - read)
            times[by].append(done - understood)
            times["one breakdown"].append(done - understood)
            times["with a comparison"].append(time.perf_counter() - done)
    db.close()
    return times


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--keep", type=Path, help="use this database, filled if it is not there")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = args.keep or Path(folder) / "ask.db"
        if not path.exists():
            began = time.perf_counter()
            fill(path, args.lines)
            print(f"filled in {time.perf_counter() - began:.0f} s, {path.stat().st_size >> 20} MiB")
        for name, stores in (("20 stores", None), ("1 store", {1})):
            print(f"{name}, {args.lines:,} lines: ms median / p95 / max")
            for what, found in measure(path, args.questions, stores).items():
                ms = sorted(1000 * t for t in found)
                p95 = ms[min(int(len(ms) * 0.95), len(ms) - 1)]
                print(f"  {what:20} {statistics.median(ms):7.1f} {p95:7.1f} {ms[-1]:7.1f}")


if __name__ == "__main__":
    main()
