"""A year of mornings in four zones through the running jobs, in steps of twenty minutes.

`python tests/bench/bench_year.py [--days N]`
"""

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))

from wire import running
from year import STEP, WORLD, ZONES, expected, fill, live, said

from bot.clock import Clock
from bot.db import Database, migrate

START = datetime(2026, 1, 1, 0, 40, tzinfo=UTC)  # before nine o'clock in every zone


async def year(url: str, days: int) -> bool:
    end = START + timedelta(days=days) - STEP
    began = time.perf_counter()
    async with running(url, Clock(START - STEP), WORLD) as wire:
        await live(wire, START, end)
        found = said(wire)
    took = time.perf_counter() - began
    steps = (end - START) // STEP + 1
    print(f"{steps:,} steps of 20 minutes in {took:.0f} s, {took / steps * 1000:.1f} ms each")
    right = True
    for zone in ZONES:
        dates, messages = expected(zone, [(START, end)]), found[zone]
        count = Counter(m.day for m in messages)
        missing = [d for d in dates if d not in count]
        twice = [d for d, n in count.items() if n > 1]
        first, last = min(m.at for m in messages), max(m.at for m in messages)
        print(
            f"{zone:18}{len(dates):5} dates{len(messages):5} digests, missing {missing}, "
            f"twice {twice}, at {first:%H:%M} to {last:%H:%M}"
        )
        right &= [m.day for m in messages] == dates
    return right


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    days = parser.parse_args().days
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it says what it skips at each jump
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/storebot.db"
        db = Database(url)
        migrate.upgrade(db)
        fill(db, Path(folder))
        db.close()
        return 0 if asyncio.run(year(url, days)) else 1


if __name__ == "__main__":
    sys.exit(main())
