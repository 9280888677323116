"""The wire under load: updates stored durably, replies while they pour in, what a start costs.

`python tests/bench/bench_wire.py`
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bot import inbox
from bot.clock import Clock
from bot.db import Database, migrate
from bot.sandbox import people
from bot.sandbox.api import Sandbox
from bot.sandbox.server import Server
from bot.sandbox.world import Person, World

TOKEN = "7000000001:" + "A" * 35
CHATS = 50


def durable(folder: Path, n: int = 5000, batch: int = 100) -> float:
    """Updates a second, stored in batches as the poll gets them, synchronous=FULL."""
    db = Database(f"sqlite:///{folder / 'inbox.db'}")
    migrate.upgrade(db)
    updates = [
        {"update_id": i, "message": {"chat": {"id": i % CHATS}, "text": f"昨天销售额 {i}"}}
        for i in range(n)
    ]
    began = time.monotonic()
    for i in range(0, n, batch):
        with db.write() as s:
            inbox.store(s, 1, updates[i : i + batch], "me", datetime.now(UTC))
    took = time.monotonic() - began
    db.close()
    return n / took


async def start_and_talk(folder: Path) -> tuple[list[float], list[float]]:
    """Seconds to the first poll of three starts; seconds to the reply of strangers' messages."""
    world = World(people=tuple(Person(n + 1, f"P{n}") for n in range(CHATS)))
    server = await Server(Sandbox(world, Clock(), TOKEN)).start()
    config = folder / "config.toml"
    database = f"sqlite:///{folder / 'run.db'}"
    config.write_text(
        f'[telegram]\ntoken = "{TOKEN}"\nbase_url = "{server.url}"\n[database]\nurl = "{database}"\n'
    )
    starts = []
    for n in range(4):
        began, seen = time.monotonic(), len(server.sandbox.log.calls)
        bot = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", "--config", str(config),
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while not any(c["method"] == "deleteWebhook" for c in server.sandbox.log.calls[seen:]):
            await asyncio.sleep(0.005)  # the last call before the first poll
        starts.append(time.monotonic() - began)
        if n < 3:
            bot.terminate()
            await bot.wait()
    waits = await talk(server)
    memory = Path(f"/proc/{bot.pid}/status").read_text().split("VmRSS:")[1].split()[0]
    print(f"memory after {len(waits)} replies: {int(memory) / 1024:.0f} MiB")
    bot.terminate()
    await bot.wait()
    await server.stop()
    return starts[1:], waits


async def talk(server: Server, rounds: int = 5) -> list[float]:
    """Each of 50 people says something in turn, ten a second; until all have their reply."""
    sent: dict[int, list[float]] = {n + 1: [] for n in range(CHATS)}
    began = len(server.sandbox.log.calls)
    for _ in range(rounds):
        for person in sent:
            people.say(server.sandbox.state, person, "hello")
            sent[person].append(time.time())
            await asyncio.sleep(0.1)
    await asyncio.sleep(2)
    waits = []
    for call in server.sandbox.log.calls[began:]:
        if call["method"] == "sendMessage":
            at = datetime.fromisoformat(call["at"]).timestamp()
            waits.append(at - sent[int(call["params"]["chat_id"])].pop(0))
    return sorted(waits)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"updates stored durably: {durable(folder):,.0f} /s")
        starts, waits = asyncio.run(start_and_talk(folder))
        print(f"start to first poll: {statistics.median(starts):.2f} s")
        p95 = waits[int(len(waits) * 0.95)]
        print(f"reply: median {statistics.median(waits) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms")


if __name__ == "__main__":
    main()
