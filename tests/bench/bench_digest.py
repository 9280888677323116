"""Seconds until 200 chats have their digest with its card; what a tick costs where nothing is due.

`python tests/bench/bench_digest.py [--chats N] [--stores N]`
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))

from orders import HEADER
from wire import running

from bot import ingest, teams
from bot.clock import Clock
from bot.config import Defaults
from bot.db import Database, migrate
from bot.db.people import Team
from bot.periods import DAY
from bot.sandbox.world import Group, Person, World
from jobs import digests

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
BEFORE = NINE - timedelta(days=1)


def fill(db: Database, folder: Path, chats: int, stores: int) -> World:
    """Each store has 120 days of forty orders, each chat speaks of one store."""
    days = [NINE.date() - DAY * n for n in range(1, 121)]
    rows = [
        f"{i}-{n},A{n % 9:02},红富士5斤,1,c{n * i % 97},{20 + n * i % 90},0,上海,{d} 10:00,{d} 10:00"
        for i, d in enumerate(days)
        for n in range(40)
    ]
    path = folder / "orders202611230820.csv"
    path.write_text(HEADER + "\n".join(rows), encoding="utf-8")
    groups = []
    with db.write() as s:
        team = Team(name="果然鲜", created_at=BEFORE)
        s.add(team)
        s.flush()
        found = [
            teams.add_store(
                s, team.id or 0,
                teams.new_store(f"s{n}", f"第{n}店", "other", "CNY", "Asia/Shanghai", BEFORE),
            )
            for n in range(stores)
        ]  # fmt: skip
        for n in range(chats):
            groups.append(Group(-1001000000001 - n, f"群{n}"))
            chat = teams.chat(s, groups[-1].id, "supergroup")
            teams.link(s, chat, 0, [found[n % stores]], "zh-hans", Defaults(), BEFORE)
    for store in found:
        ingest.take(db, store, path, NINE)
    return World(people=(Person(1001, "林老板"),), groups=tuple(groups))


async def measure(url: str, world: World) -> list[tuple[str, str]]:
    async with running(url, Clock(NINE - timedelta(minutes=5)), world) as wire:
        house = wire.bot.house
        idle = []
        for _ in range(50):
            began = time.perf_counter()
            await house.run(digests.tick, house)
            idle.append((time.perf_counter() - began) * 1000)
        began, used = time.perf_counter(), time.process_time()
        wire.bot.clock.set(NINE)
        took = {}
        for share in (1, len(world.groups)):
            while sum(c["method"] == "sendPhoto" for c in wire.calls) < share:
                await asyncio.sleep(0.02)
            took[share] = time.perf_counter() - began
    first, last = took.values()
    return [
        ("tick, nothing due", f"{statistics.median(idle):.1f} ms"),
        ("first digest", f"{first:.2f} s"),
        (f"{len(world.groups)} digests", f"{last:.1f} s"),
        ("  CPU of the main process", f"{time.process_time() - used:.1f} s"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=200)
    parser.add_argument("--stores", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/storebot.db"
        db = Database(url)
        migrate.upgrade(db)
        world = fill(db, Path(folder), options.chats, options.stores)
        db.close()
        for name, took in asyncio.run(measure(url, world)):
            print(f"{name:28}{took:>10}")


if __name__ == "__main__":
    main()
