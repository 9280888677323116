"""The way in for the clock: a handful of ticks. The database is the schedule.

Every tick claims due rows and acts only on what it got, so a restart, a second process or a day
of downtime change nothing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from telegram import Bot

from bot.access import ANYBODY, GROUPS, LEADERSHIP, MEMBERS, PRIVATE, READERS, Rule
from bot.context import House
from bot.db.instance import Instance
from bot.health import decide
from bot.render.studio import Studio
from jobs import deadlines, digests, issue_weeks, kin, looks, upkeep
from jobs.delivery import Pump
from jobs.imports import Imports

log = logging.getLogger(__name__)

TICK_ENDS = 2.0  # seconds that a stop leaves to the ticks that run

# every kind of push, with the chats it may go to and who may read it there
PUSHES = {
    "digest": Rule(READERS, GROUPS | PRIVATE),
    "nudge": Rule(READERS, GROUPS | PRIVATE),
    "issues": Rule(READERS, GROUPS | PRIVATE),  # in private to those of the desk who see the store
    "issues_week": Rule(READERS, GROUPS | PRIVATE),
    "import": Rule(READERS, PRIVATE),
    "chat": Rule(LEADERSHIP, PRIVATE),
    "away": Rule(frozenset({"owner"}), PRIVATE),
    "join": Rule(frozenset({"owner"}), PRIVATE),
    "board": Rule(LEADERSHIP, GROUPS | PRIVATE),  # what came of putting it up
    "kin": Rule(MEMBERS, GROUPS | PRIVATE),  # follow-ups, notices, live sessions
    "people": Rule(ANYBODY, PRIVATE),  # to each what became of them, or came of what they did
}


class Ticks:
    """APScheduler's interval jobs, and those that are also woken by a commit."""

    def __init__(
        self,
        house: House,
        bot: Bot,
        instance: Instance,
        take_over: Callable[[], Awaitable[None]],
        studio: Studio | None = None,
    ) -> None:
        self._house = house
        self._instance = instance
        self._take_over = take_over
        self.studio = studio or Studio()
        self._lent = studio is not None  # then it is not ours to close
        self.pump = Pump(house, bot, self.studio.draw)
        self.imports = Imports(house, bot, instance)
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )
        self.looked_at: datetime | None = None  # when the last look for due digests began
        self.watched_at: datetime | None = None  # when the last look at the desk's deadlines began
        self._again = self._watch_again = False
        self._busy: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        await self._house.run(upkeep.come_back, self._house)
        loop = asyncio.get_running_loop()
        waiters = {"outbox": (self.pump.wake,), "imports": (self.imports.wake, self._look)}

        def committed(name: str) -> None:
            for waiter in waiters.get(name, ()):
                loop.call_soon_threadsafe(waiter)

        self._house.db.on_commit(committed)

        def moved() -> None:
            loop.call_soon_threadsafe(self._look_now)

        self._house.clock.watch(moved)
        self.pump.start()
        self.imports.start()
        ticks = [(20, self._digests), (30, self._deadlines), (15, self._looks)]
        ticks += [(20, self._kin)]
        ticks += [(5, self._alive), (3600, self._retention)]
        if self._house.config.backup.folder:
            ticks.append((600, self._backup))
        if self._house.config.health.heartbeat_url:
            ticks.append((60, self._heartbeat))
        for seconds, tick in ticks:
            self._scheduler.add_job(
                self._ticking, "interval", (tick,), seconds=seconds, id=tick.__name__
            )
        self._scheduler.start()
        self._look_now()

    async def stop(self) -> None:
        if self._scheduler.running:  # a start may end before it came so far
            self._scheduler.pause()
            if self._busy:  # the scheduler's own shutdown would cut them off
                await asyncio.wait(self._busy, timeout=TICK_ENDS)
            self._scheduler.shutdown(wait=False)
        await self.imports.stop()
        await self.pump.stop()
        if self._house.bot_id:
            await self._house.run(upkeep.probe, self._house)
        if not self._lent:
            self.studio.close()

    async def _ticking(self, tick: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.current_task()
        assert task
        self._busy.add(task)
        try:
            await tick()
        finally:
            self._busy.discard(task)

    def _look_now(self) -> None:
        """At start, and when the demo's clock jumps."""
        self._again = self._watch_again = True
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))
        self.pump.wake()

    def _look(self) -> None:
        """A file is in: it may have been the last piece that a digest was waiting for."""
        self._again = True
        if job := self._scheduler.get_job(self._digests.__name__):
            job.modify(next_run_time=datetime.now(UTC))

    async def _digests(self) -> None:
        """Once more where the clock jumped meanwhile: the scheduler runs no second beside it."""
        self._again = True
        while self._again:
            self._again = False
            began = self._house.clock.now()
            await self._house.run(digests.tick, self._house)
            await self._house.run(issue_weeks.tick, self._house)
            self.looked_at = began

    async def _deadlines(self) -> None:
        """As `_digests`."""
        self._watch_again = True
        while self._watch_again:
            self._watch_again = False
            began = self._house.clock.now()
            await self._house.run(deadlines.tick, self._house)
            self.watched_at = began

    async def _alive(self) -> None:
        await self._house.run(upkeep.probe, self._house)
        self._house.vitals.note("ticked")
        await self._house.run(self._instance.still_there)
        await self._house.run(upkeep.recover, self._house, self._instance)
        await self._take_over()

    async def _kin(self) -> None:
        await self._house.run(kin.tick, self._house)

    async def _looks(self) -> None:
        await self._house.run(looks.tick, self._house)

    async def _backup(self) -> None:
        await self._house.run(upkeep.back_up, self._house)

    async def _heartbeat(self) -> None:
        from bot.web import beat  # tornado, which few need

        if not decide(self._house.vitals.signs, time.monotonic()).stuck:
            await beat(self._house.config.health.heartbeat_url)

    async def _retention(self) -> None:
        await self._house.run(upkeep.forget, self._house)
        await self._house.run(upkeep.forget_customers, self._house)
