"""The way in for the clock: a handful of ticks. The database is the schedule.

Every tick claims due rows and acts only on what it got, so a restart, a second process or a day
of downtime change nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from telegram import Bot

from bot.access import GROUPS, PRIVATE, READERS, Rule
from bot.context import House
from bot.db.instance import Instance
from bot.render.studio import Studio
from jobs import digests, upkeep
from jobs.delivery import Pump
from jobs.imports import Imports

log = logging.getLogger(__name__)

# every kind of push, with the chats it may go to and who may read it there
PUSHES = {
    "digest": Rule(READERS, GROUPS | PRIVATE),
    "import": Rule(READERS, PRIVATE),
    "join": Rule(frozenset({"owner", "staff"}), PRIVATE),
}


class Ticks:
    """APScheduler's interval jobs, and the two that are also woken by a commit."""

    def __init__(
        self,
        house: House,
        bot: Bot,
        instance: Instance,
        take_over: Callable[[], Awaitable[None]],
    ) -> None:
        self._house = house
        self._instance = instance
        self._take_over = take_over
        self.studio = Studio()
        self.pump = Pump(house, bot, self.studio.draw)
        self.imports = Imports(house, bot, instance)
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )
        self.last_tick: datetime | None = None
        self.looked_at: datetime | None = None  # when the last look for due digests began
        self._again = False

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        waiters = {"outbox": self.pump.wake, "imports": self.imports.wake}

        def committed(name: str) -> None:
            if name in waiters:
                loop.call_soon_threadsafe(waiters[name])

        self._house.db.on_commit(committed)

        def moved() -> None:
            loop.call_soon_threadsafe(self._look_now)

        self._house.clock.watch(moved)
        self.pump.start()
        self.imports.start()
        for seconds, tick in ((20, self._digests), (5, self._alive), (3600, self._retention)):
            self._scheduler.add_job(tick, "interval", seconds=seconds, id=tick.__name__)
        self._scheduler.start()
        self._look_now()

    async def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
        await self.imports.stop()
        await self.pump.stop()
        self.studio.close()

    def _look_now(self) -> None:
        """At start, and when the demo's clock jumps."""
        self._again = True
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))
        self.pump.wake()

    async def _digests(self) -> None:
        """Once more where the clock jumped meanwhile: the scheduler runs no second beside it."""
        self._again = True
        while self._again:
            self._again = False
            began = self._house.clock.now()
            await self._house.run(digests.tick, self._house)
            self.looked_at = began

    async def _alive(self) -> None:
        await self._house.run(self._instance.still_there)
        await self._house.run(upkeep.recover, self._house, self._instance)
        await self._take_over()
        self.last_tick = self._house.clock.now()

    async def _retention(self) -> None:
        await self._house.run(upkeep.forget, self._house)
