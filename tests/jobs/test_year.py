"""One digest for each business date in four zones: the nights the clocks change, the ends of months.

The whole year is `tests/bench/bench_year.py`.
"""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from wire import Wire, running
from year import STEP, WORLD, ZONES, expected, fill, live, said

from bot.clock import Clock
from bot.db import Database

# two mornings each, the first on this date: from 09:00 in Shanghai to 09:00 in New York
STARTS = (
    date(2026, 1, 31), date(2026, 2, 28),
    date(2026, 3, 7),  # New York springs forward on the 8th
    date(2026, 3, 28),  # Berlin on the 29th
    date(2026, 3, 31),
    date(2026, 4, 23),  # Cairo on the 24th, at midnight
    date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31),
    date(2026, 9, 30),
    date(2026, 10, 24),  # Berlin falls back on the 25th
    date(2026, 10, 29),  # Cairo at the end of the 29th
    date(2026, 10, 31),  # New York on 1 November
    date(2026, 11, 30),
)  # fmt: skip
WINDOWS = [
    (
        start := datetime(d.year, d.month, d.day, 0, 40, tzinfo=UTC),
        start + timedelta(days=1, hours=14),
    )
    for d in STARTS
]


@pytest.fixture
async def four(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Wire]:
    shutil.copy(sqlite_template, tmp_path / "storebot.db")
    url = f"sqlite:///{tmp_path / 'storebot.db'}"
    db = Database(url)
    fill(db, tmp_path)
    async with running(url, Clock(WINDOWS[0][0] - STEP), WORLD) as wire:
        yield wire
    db.close()


async def test_each_date_has_one_digest_at_nine(four: Wire) -> None:
    for window in WINDOWS:
        await live(four, *window)
    for zone, messages in said(four).items():
        days = [m.day for m in messages]
        assert days == expected(zone, WINDOWS), zone
        assert len(days) == len(set(days)) == 32
        assert all(time(9) <= m.at < time(9, 21) for m in messages), zone
        assert not any("迟到" in m.words for m in messages)
    assert len(said(four)) == len(ZONES)
