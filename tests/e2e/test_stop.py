"""A stop is quick, and what it cuts goes on at the next start."""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

from conftest import Shop
from e2e.test_full_disk import until
from orders import HEADER
from sqlmodel import func, select
from wire import Wire
from world import TOKEN, WORLD

from bot.clock import Clock
from bot.db import Database
from bot.db.facts import Import, OrderLine
from bot.sandbox.api import Sandbox
from bot.sandbox.server import Server

LINES = 30_000


def big_file() -> bytes:
    row = "{0},A01,红富士5斤,1,b{0},10,0,上海,2026-11-22 10:00,2026-11-22 10:00\n"
    return (HEADER + "".join(row.format(100_000 + n) for n in range(LINES))).encode()


async def test_a_stop_cuts_an_import_and_the_next_start_ends_it(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.upload(shop.staff, "orders.csv", big_file(), caption="tmall")
    async with asyncio.timeout(60):
        while not await asyncio.to_thread(lines, db):
            await asyncio.sleep(0.02)
    began = time.monotonic()
    await wire.bot.stop()
    took = time.monotonic() - began
    assert 0 < lines(db) < LINES  # it was cut in the middle
    with db.read() as s:
        row = s.exec(select(Import)).one()
    assert (row.state, row.owner, row.attempts) == ("merging", "", 0)
    assert took < 10  # two seconds on an idle machine
    await wire.start()
    report = (await wire.replies(90))[-1]["text"]
    assert "30,000" in report
    assert lines(db) == LINES


def lines(db: Database) -> int:
    with db.read() as s:
        return s.exec(select(func.count()).select_from(OrderLine)).one()


async def test_sigterm_ends_an_idle_bot_at_once(tmp_path: Path) -> None:
    server = await Server(Sandbox(WORLD, Clock(), TOKEN)).start()
    config = tmp_path / "config.toml"
    config.write_text(
        f'[telegram]\ntoken = "{TOKEN}"\nbase_url = "{server.url}"\n'
        f'[database]\nurl = "sqlite:///{tmp_path / "storebot.db"}"\n'
    )
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--config", str(config),
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    await until(lambda: "setMyCommands" in [c["method"] for c in server.sandbox.log.calls])
    began = time.monotonic()
    bot.send_signal(signal.SIGTERM)
    assert await bot.wait() == 0
    took = time.monotonic() - began
    print(f"SIGTERM to exit: {took:.2f} s")
    assert took < 10  # two seconds on an idle machine
    await server.stop()
