"""Every update is stored before its receipt is confirmed, and handled once.

In order within a chat, concurrently across chats; what a dead process left is taken over.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from bot.db import insert_new
from bot.db.wire import InboxRow

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)  # renewed while its process lives; a hung one loses its updates
MAX_ATTEMPTS = 3  # an orphan in whose tries this many processes died is set aside
GAVE_UP = "gave up: the process died on it"


@dataclass(frozen=True)
class Stored:
    """An update as it lies in the inbox."""

    update_id: int
    raw: str
    orphan: bool = False  # left behind by a dead process, maybe because of it
    attempts: int = 0  # of it as an orphan, each cut off by another death

    @staticmethod
    def of(data: dict[str, Any]) -> Stored:
        # plain ASCII: half a surrogate pair, which no database takes, must not stop the batch
        return Stored(data["update_id"], json.dumps(data))

    @property
    def hopeless(self) -> bool:
        return self.attempts >= MAX_ATTEMPTS

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.raw)
        return data


class AlreadyHandled(Exception):
    """Somebody else settled this update first; the transaction must not be kept."""


def store(
    s: Session, bot_id: int, updates: Iterable[dict[str, Any]], owner: str, now: datetime
) -> list[Stored]:
    """Insert raw updates, those already there aside; return the new ones in order."""
    new = []
    for data in updates:
        stored = Stored.of(data)
        row = {
            "bot_id": bot_id, "update_id": stored.update_id, "raw": stored.raw,
            "received_at": now, "attempts": 0, "error": "",
            "owner": owner, "lease_until": now + LEASE,
        }  # fmt: skip
        if insert_new(s, InboxRow, row):
            new.append(stored)
    return new


def owners(s: Session, bot_id: int) -> set[str]:
    """Who has unsettled updates of this bot."""
    unsettled = InboxRow.bot_id == bot_id, col(InboxRow.done_at).is_(None)
    return set(s.exec(select(InboxRow.owner).where(*unsettled).distinct()))


def take_over(s: Session, bot_id: int, dead: set[str], owner: str, now: datetime) -> list[Stored]:
    """Claim what dead or hung processes left unhandled, in order.

    The hopeless come too, so that whoever sent them can be told; where even that killed, no more.
    """
    orphan = or_(col(InboxRow.owner).in_(dead), col(InboxRow.lease_until) < now)
    left = (
        col(InboxRow.bot_id) == bot_id, col(InboxRow.done_at).is_(None),
        col(InboxRow.owner) != owner, orphan,
    )  # fmt: skip
    beyond = (*left, col(InboxRow.attempts) > MAX_ATTEMPTS)
    s.exec(update(InboxRow).where(*beyond).values(done_at=now, raw="", error=GAVE_UP))
    claimed = s.exec(
        update(InboxRow).where(*left)
        .values(owner=owner, lease_until=now + LEASE)
        .returning(col(InboxRow.update_id), col(InboxRow.raw), col(InboxRow.attempts))
    )  # fmt: skip
    orphans = [Stored(i, raw, orphan=True, attempts=n) for i, raw, n in claimed]
    return sorted(orphans, key=lambda x: x.update_id)


def renew(s: Session, owner: str, now: datetime) -> None:
    """This process lives, and so do its claims."""
    mine = (col(InboxRow.owner) == owner, col(InboxRow.done_at).is_(None))
    s.exec(update(InboxRow).where(*mine).values(lease_until=now + LEASE))


def begin(s: Session, bot_id: int, update_id: int) -> None:
    """Count a try at an orphan. Those that only waited behind it are not to blame for a death."""
    mine = col(InboxRow.bot_id) == bot_id, col(InboxRow.update_id) == update_id
    s.exec(update(InboxRow).where(*mine).values(attempts=InboxRow.attempts + 1))


def settle(s: Session, bot_id: int, update_id: int, now: datetime, error: str = "") -> None:
    """Mark as handled and wipe the text, in the transaction of what handling it did.

    Raises AlreadyHandled where it was settled before.
    """
    open_row = (
        col(InboxRow.bot_id) == bot_id, col(InboxRow.update_id) == update_id,
        col(InboxRow.done_at).is_(None),
    )  # fmt: skip
    done = s.exec(update(InboxRow).where(*open_row).values(done_at=now, raw="", error=error))
    if done.rowcount != 1:
        raise AlreadyHandled(update_id)


class Trials:
    """When orphans are tried again: at once; after one more death each alone, in a calm process.

    What kills a process from outside strikes all that is at work in it, and again and again where
    starts are slow. So no more deaths are held against an update than those it was alone for, in
    a process that had lived well until then.
    """

    def __init__(self, calm: float) -> None:
        self._calm = calm  # seconds since `start`
        self._at = 0.0
        self._alone = asyncio.Lock()
        self._ending = asyncio.Event()

    def start(self) -> None:
        self._at = time.monotonic() + self._calm

    def end(self) -> None:
        """Nobody's turn comes any more."""
        self._ending.set()

    @contextlib.asynccontextmanager
    async def turn(self, stored: Stored) -> AsyncIterator[bool]:
        """False where the process ends first: it stays in the inbox for the next one."""
        if not stored.attempts:
            yield True
            return
        async with self._alone:
            with contextlib.suppress(TimeoutError):
                calm_in = max(0.0, self._at - time.monotonic())
                await asyncio.wait_for(self._ending.wait(), calm_in)
            yield not self._ending.is_set()


def lane(data: dict[str, Any]) -> int:
    """What must be handled in order: the chat an update belongs to, else its sender."""
    for value in data.values():
        if isinstance(value, dict):
            chat = value.get("chat") or value.get("message", {}).get("chat")
            person = chat or value.get("from") or value.get("user")
            if person:
                return int(person["id"])
    return 0


class Lanes:
    """Runs updates in order within a chat and side by side across chats.

    One task per chat with something to do; a flooding chat only ever delays itself.
    """

    def __init__(self, handle: Callable[[Stored], Awaitable[None]]) -> None:
        self._handle = handle
        self._waiting: dict[int, deque[Stored]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, stored: Stored) -> None:
        key = lane(stored.data)
        if key in self._waiting:
            self._waiting[key].append(stored)
            return
        self._waiting[key] = deque([stored])
        task = asyncio.create_task(self._run(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, key: int) -> None:
        queue = self._waiting[key]
        while queue:
            await self._handle(queue[0])  # never raises: see app._handle
            queue.popleft()
        del self._waiting[key]

    @property
    def busy(self) -> int:
        return sum(len(q) for q in self._waiting.values())

    async def drain(self, seconds: float) -> None:
        """Let what is running end; the rest stays in the inbox for the next start."""
        for queue in self._waiting.values():
            while len(queue) > 1:
                queue.pop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
