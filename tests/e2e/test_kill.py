"""SIGKILL at random while updates and pushes flow; the judge is the sandbox's log.

The victim is `storebot run` in a process of its own. 300 updates go in, 100 pushes lie in the
outbox, and every second or so the process dies and another takes over.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter
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
from bot.message import Message
from bot.outbox import Address
from bot.sandbox import people
from bot.sandbox.api import Sandbox
from bot.sandbox.server import Server
from bot.sandbox.world import Person, World

UPDATES, PUSHES, PEOPLE = 300, 100, 60
FIRST = 5001


@dataclass(frozen=True)
class Verdict:
    """What the sandbox saw, beside what the bot admits not to know."""

    kills: int
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
    assert verdict.kills >= 5
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
    kills = await kill_until(config, talk, db)
    await server.stop()
    return judge(server, db, kills)


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


async def kill_until(config: Path, talk: asyncio.Task[None], db: Database) -> int:
    """Kill and start again while people talk; then let the last process finish the work."""
    kills, dice = 0, random.Random(7)
    while True:
        victim = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", "--config", str(config),
            stderr=asyncio.subprocess.DEVNULL, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
        if talk.done():
            await finished(db)
            victim.send_signal(signal.SIGTERM)
            await victim.wait()
            return kills
        await asyncio.sleep(dice.uniform(0.9, 2.5))
        victim.kill()
        await victim.wait()
        kills += 1


async def finished(db: Database) -> None:
    async with asyncio.timeout(150):
        while not await asyncio.to_thread(all_settled, db):
            await asyncio.sleep(0.5)


def all_settled(db: Database) -> bool:
    with db.read() as s:
        states = outbox.backlog(s, datetime.now(UTC)).states
        waiting = s.exec(select(InboxRow).where(col(InboxRow.done_at).is_(None))).first()
    replies = sum(n for state, n in states.items())
    return replies >= UPDATES + PUSHES and not (
        waiting or states.get("pending") or states.get("sending")
    )


def judge(server: Server, db: Database, kills: int) -> Verdict:
    texts = [
        c["params"]["text"] for c in server.sandbox.log.calls
        if c["method"] == "sendMessage" and c["effect"]
    ]  # fmt: skip
    replies = Counter(n for n in range(UPDATES) for t in texts if f"zzz{n:03}" in t)
    pushes = Counter(n for n in range(PUSHES) for t in texts if f"push {n:03}" in t)
    with db.read() as s:
        doubtful = s.exec(select(OutboxRow).where(OutboxRow.state == "uncertain")).all()
    return Verdict(
        kills=kills,
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
