"""Questions about traffic and advertising with one breakdown over at most 90 days.

`python tests/bench/bench_days.py [--questions 200] [--keep FILE]`

20 stores, two years of their own rows, the last 90 days of 2,000 products each (every one every
day, the worst there is), five channels of six campaigns, without and with a total of their own.
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
from datetime import timedelta
from pathlib import Path

from bench_ask import DAYS, FIRST, SKUS, TODAY, people

from bot.db import Database, migrate
from bot.metrics.ask import ask
from bot.metrics.compute import answer
from bot.metrics.query import with_usual_base
from bot.metrics.scope import scope, vocabulary

PRODUCT_DAYS, CHANNELS, CAMPAIGNS = 90, 5, 6
ASKED = (
    "访客数 按天", "访客数 按店铺", "转化率 按周", "浏览量 按星期", "访客数 按商品 前10",
    "转化率 按商品 前10", "花费 按渠道", "投产比 按天", "投产比 按计划 前10", "全店投产比 按周",
)  # fmt: skip


def fill(path: Path) -> None:
    db = Database(f"sqlite:///{path}")
    migrate.upgrade(db)
    with db.write() as s:
        stores = people(s)
    db.close()
    with sqlite3.connect(path, isolation_level=None) as c:
        c.executescript("PRAGMA synchronous=OFF; PRAGMA cache_size=-400000; BEGIN;")
        names = [(n + 1, 1, 0, f"渠道{n}") for n in range(CHANNELS)]
        names += [
            (100 + n * CAMPAIGNS + k, 1, n + 1, f"计划{n}-{k}")
            for n in range(CHANNELS)
            for k in range(CAMPAIGNS)
        ]
        c.executemany("INSERT INTO channels (id, team_id, parent_id, name) VALUES (?,?,?,?)", names)
        c.executemany(f"INSERT INTO shop_days VALUES ({','.join('?' * 14)})", _shop(stores))
        c.executemany(f"INSERT INTO ad_days VALUES ({','.join('?' * 13)})", _ads(stores))
        c.executemany(
            "INSERT INTO imported_days VALUES (?,?,?,?,1)",
            (
                (store, kind, (FIRST + timedelta(days=d)).isoformat(), "2026-11-23 00:20:00")
                for store in stores
                for kind in ("shop_days", "ads")
                for d in range(DAYS)
            ),
        )
        c.executescript("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);")


def _shop(stores: list[int]) -> Iterator[tuple[object, ...]]:
    for d in range(DAYS):
        day = (FIRST + timedelta(days=d)).isoformat()
        for place, store in enumerate(stores):
            yield 1, day, store, 0, 4000, 12000, 400, 200, 9_000_00, 160, 170, 300, None, 1
            if d >= DAYS - PRODUCT_DAYS:
                for n in range(SKUS):
                    told = 1 + (n * 7 + d) % 90, 150, 5, 2, 50_00, 1, 1, 1, None, 1
                    yield 1, day, store, place * SKUS + n + 1, *told


def _ads(stores: list[int]) -> Iterator[tuple[object, ...]]:
    for d in range(DAYS):
        day = (FIRST + timedelta(days=d)).isoformat()
        for store in stores:
            for n in range(CHANNELS):
                ids = [100 + n * CAMPAIGNS + k for k in range(CAMPAIGNS)]
                for campaign in [0, *ids] if n % 2 else ids:
                    told = 100_00, 5000, 120, 6, 330_00, None, 15, 1
                    yield 1, day, store, n + 1, campaign, *told


def measure(path: Path, n: int, stores: set[int] | None) -> dict[str, list[float]]:
    db = Database(f"sqlite:///{path}")
    r, times = random.Random(1), defaultdict[str, list[float]](list)
    for _ in range(n):
        what, days = r.choice(ASKED), r.choice((1, 7, 14, 30, 60, 90))
        since = TODAY - timedelta(days=days)
        text = f"{since.isoformat()}..{(TODAY - timedelta(days=1)).isoformat()} {what}"
        with db.read() as s:
            seen = scope(s, 1, TODAY, stores)
            asked = ask(text, TODAY, vocabulary(s, seen, TODAY))
            assert not asked.unknown
            began = time.perf_counter()
            answer(s, seen, asked.query, TODAY)
            done = time.perf_counter()
            answer(s, seen, with_usual_base(asked.query, seen.promotions), TODAY)
            times[what].append(done - began)
            times["by product" if "商品" in what else "all others"].append(done - began)
            times["with a comparison"].append(time.perf_counter() - done)
    db.close()
    return times


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--keep", type=Path, help="use this database, filled if it is not there")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = args.keep or Path(folder) / "days.db"
        if not path.exists():
            began = time.perf_counter()
            fill(path)
            print(f"filled in {time.perf_counter() - began:.0f} s, {path.stat().st_size >> 20} MiB")
        for name, stores in (("20 stores", None), ("1 store", {1})):
            print(f"{name}: ms median / p95 / max")
            for what, found in sorted(measure(path, args.questions, stores).items()):
                ms = sorted(1000 * t for t in found)
                p95 = ms[min(int(len(ms) * 0.95), len(ms) - 1)]
                print(f"  {what:20} {statistics.median(ms):7.1f} {p95:7.1f} {ms[-1]:7.1f}")


if __name__ == "__main__":
    main()
