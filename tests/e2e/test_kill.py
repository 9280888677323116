"""SIGKILL at random while updates and pushes flow; the judge is the sandbox's log.

The victim is `storebot run` in a process of its own. 300 updates go in, 100 pushes lie in the
outbox, and every second or so the process dies and another takes over. The test is the supervisor:
a process that ends by itself is started again too, and it waits for as long as anything moves.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from conftest import NOW, Shop
from sqlmodel import col, select
from world import TOKEN

from bot import outbox, teams
from bot.clock import Clock
from bot.db import Database
from bot.db.people import Member
from bot.db.wire import InboxRow, OutboxRow
from bot.health import DEAF
from bot.message import Message
from bot.outbox import Address
from bot.sandbox import people
from bot.sandbox.api import Sandbox
from bot.sandbox.server import Server
from bot.sandbox.world import Person, World

UPDATES, PUSHES, PEOPLE = 300, 100, 60
FIRST, KILLS = 5001, 8
STILL = 120  # seconds in which nothing moves, twice what a push in doubt waits: nobody is at work


@dataclass(frozen=True)
class Verdict:
    """What the sandbox saw, beside what the bot admits not to know."""

    kills: int
    exits: tuple[int, ...]  # statuses of those that ended by themselves
    answered: int
    answered_twice: int
    unknown_replies: int
    pushes: int
    pushes_twice: int
    pushes_thrice: int
    unknown_pushes: int


async def test_no_kill_loses_an_update_or_doubles_a_reply(
    db_url: str, db: Database, shop: Shop, tmp_path: Path
) -> None:
    verdict = await torture(db_url, db, shop, tmp_path)
    print(verdict)
    assert verdict.kills >= KILLS
    assert set(verdict.exits) <= {DEAF}
    assert verdict.answered + verdict.unknown_replies == UPDATES
    assert verdict.answered_twice == 0
    assert verdict.pushes + verdict.unknown_pushes == PUSHES
    assert verdict.pushes_thrice == 0
    with db.read() as s:
        assert s.exec(select(InboxRow).where(col(InboxRow.done_at).is_(None))).all() == []


async def torture(db_url: str, db: Database, shop: Shop, folder: Path) -> Verdict:
    world = tuple(Person(FIRST + n, f"P{n}", started=True) for n in range(PEOPLE))
    server = await Server(Sandbox(World(people=world), Clock(), TOKEN)).start()
    config = folder / "config.toml"
    config.write_text(
        f'[telegram]\ntoken = "{TOKEN}"\nbase_url = "{server.url}"\n[database]\nurl = "{db_url}"\n'
    )
    push_later(db, shop)
    talk = asyncio.create_task(say_everything(server))
    guard = Guard(config)
    await guard.kill_while(talk, server)
    await guard.wait_for(server, db)
    await server.stop()
    return judge(server, db, guard)


def push_later(db: Database, shop: Shop) -> None:
    """Members, and pushes to them that fall due over the first ten seconds."""
    now = datetime.now(UTC)
    with db.write() as s:
        for n in range(PEOPLE):
            s.add(
                Member(team_id=shop.team, telegram_id=FIRST + n, name=f"P{n}", role="staff",
                       joined_at=NOW)
            )  # fmt: skip
        for n in range(PUSHES):
            chat = teams.chat(s, FIRST + n % PEOPLE, "private")
            outbox.enqueue(
                s, f"push:{n}", Address(chat.id), Message(f"push {n:03}", repeat_mark="again"),
                now + timedelta(seconds=n / 10), kind="digest", repeatable=True,
            )  # fmt: skip


async def say_everything(server: Server) -> None:
    """Each update names itself by an order of words that no other has."""
    for n in range(UPDATES):
        people.say(server.sandbox.state, FIRST + n % PEOPLE, f"/ask zzz{n:03}")
        await asyncio.sleep(0.04)


class Guard:
    """The supervisor, and what it saw of its victims."""

    def __init__(self, config: Path) -> None:
        self.config = config
        self.kills = 0
        self.exits: list[int] = []

    @contextlib.asynccontextmanager
    async def victim(self) -> AsyncIterator[Process]:
        """A process that is gone at the end, in whatever way."""
        with self.config.with_name("stderr").open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", "--config", str(self.config), stderr=errors,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            )  # fmt: skip
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def kill_while(self, talk: asyncio.Task[None], server: Server) -> None:
        """Kill and start again while people talk, every other one not before it listens."""
        dice = random.Random(7)
        while not talk.done() or self.kills < KILLS:
            async with self.victim() as process:
                if self.kills % 2:
                    await listening(process, server)
                    await asyncio.sleep(dice.uniform(0.0, 1.5))
                else:  # wherever it is; a slow machine may strike nothing but starts
                    await asyncio.sleep(dice.uniform(0.9, 2.5))
                if process.returncode is None:
                    self.kills += 1
                else:
                    self.exits.append(process.returncode)

    async def wait_for(self, server: Server, db: Database) -> None:
        """Let a process finish the work; start another only where one ends by itself."""
        stand, since = None, 0.0
        now = asyncio.get_running_loop().time
        while True:
            async with self.victim() as process:
                while process.returncode is None:
                    last, (stand, settled) = stand, await asyncio.to_thread(standing, server, db)
                    if settled:
                        process.send_signal(signal.SIGTERM)
                        await process.wait()
                        return
                    since = since if last == stand else now()
                    assert now() - since < STILL, self.report(process, db)
                    await asyncio.sleep(0.5)
                self.exits.append(process.returncode)

    def report(self, process: Process, db: Database) -> str:
        """What stands still, for whoever reads a failure."""
        with db.read() as s:
            rows: list[object] = [
                *s.exec(select(InboxRow).where(col(InboxRow.done_at).is_(None))),
                *s.exec(select(OutboxRow).where(col(OutboxRow.state).in_(OPEN))),
            ]
        said = self.config.with_name("stderr").read_text(errors="replace")
        return "\n".join(
            [f"nothing moved for {STILL} s; process {process.pid}: {process.returncode},"
             f" {self.kills} kills, exits {self.exits}, {len(rows)} rows open",
             *map(repr, rows[:20]), said[-4000:]]
        )  # fmt: skip


async def listening(process: Process, server: Server) -> None:
    """Until it asks for updates, before which each process forgets the webhook."""

    def asked() -> int:
        return sum(c["method"] == "deleteWebhook" for c in server.sandbox.log.calls)

    before = asked()
    async with asyncio.timeout(STILL):
        while asked() == before and process.returncode is None:
            await asyncio.sleep(0.02)


OPEN = ("pending", "sending")


def standing(server: Server, db: Database) -> tuple[object, bool]:
    """Where everything stands, and whether nothing is left to do."""
    unheard = len(server.sandbox.state.updates)
    calls = sum(c["method"].startswith("send") for c in server.sandbox.log.calls)
    with db.read() as s:
        states = outbox.backlog(s, datetime.now(UTC)).states
        done = [x is not None for x in s.exec(select(InboxRow.done_at))]
    settled = len(done) == UPDATES and all(done) and not any(states.get(x) for x in OPEN)
    return (unheard, calls, states, len(done), sum(done)), settled


def judge(server: Server, db: Database, guard: Guard) -> Verdict:
    texts = [
        c["params"]["text"] for c in server.sandbox.log.calls
        if c["method"] == "sendMessage" and c["effect"]
    ]  # fmt: skip
    replies = Counter(n for n in range(UPDATES) for t in texts if f"zzz{n:03}" in t)
    pushes = Counter(n for n in range(PUSHES) for t in texts if f"push {n:03}" in t)
    with db.read() as s:
        doubtful = s.exec(select(OutboxRow).where(OutboxRow.state == "uncertain")).all()
    return Verdict(
        kills=guard.kills,
        exits=tuple(guard.exits),
        answered=len(replies),
        answered_twice=sum(1 for n in replies.values() if n > 1),
        unknown_replies=sum(
            1 for n in range(UPDATES)
            if n not in replies and any(f"zzz{n:03}" in row.payload for row in doubtful)
        ),
        pushes=len(pushes),
        pushes_twice=sum(1 for n in pushes.values() if n == 2),
        pushes_thrice=sum(1 for n in pushes.values() if n > 2),
        unknown_pushes=sum(1 for r in doubtful if r.kind == "digest"
                           and int(r.key.removeprefix("push:")) not in pushes),
    )  # fmt: skip
