"""THE WIRING: config → a running bot. The only importer of `handlers` and `jobs`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from telegram import Update
from telegram.error import InvalidToken, NetworkError, TelegramError
from telegram.ext import Application, ApplicationBuilder, ContextTypes, ExtBot
from telegram.request import HTTPXRequest

import handlers
import jobs
from bot import inbox
from bot.clock import Clock
from bot.config import Config
from bot.context import Context, House
from bot.db import Database, migrate
from bot.db.instance import Instance
from bot.delivery import trust
from bot.health import Limits, Watchdog, report
from bot.inbox import Lanes, Stored, Trials
from bot.polling import DOUBT, REFUSALS, REFUSED, Deaf, Poll, away
from bot.render.studio import Studio
from bot.webhook import Webhook
from handlers.menus import attend, set_menus

if TYPE_CHECKING:
    from bot.web import Web

log = logging.getLogger(__name__)

PAUSES = (1, 5, 15)  # seconds between tries of an update that could not be settled

PtbApplication = Application[ExtBot[None], Context, dict[str, object], dict[str, object], Any, None]


class Storebot:
    """The bot of one config: `await start()`, `await wait()`, `await stop()`.

    Several in one process may share a `studio`, which outlives them.
    """

    def __init__(
        self,
        config: Config,
        clock: Clock | None = None,
        limits: Limits | None = None,
        studio: Studio | None = None,
    ) -> None:
        self.config = config
        self._limits = limits or Limits()
        self.clock = clock or Clock()
        self.db = Database(config.database.url)
        migrate.upgrade(self.db)
        self.instance = Instance(self.db)
        self.pool = ThreadPoolExecutor(4, thread_name_prefix="storebot")
        self.house = House(config, self.db, self.clock, self.instance.owner, self.pool)
        self.app, request = _application(config)
        self.app.bot_data["house"] = self.house
        self.lanes = Lanes(self._handle)
        self.trials = Trials(self._limits.calm)
        self._unsettled: set[int] = set()  # updates whose last try ended without a trace
        self.ticks = jobs.Ticks(self.house, self.app.bot, self.instance, self._take_over, studio)
        self.vitals = self.house.vitals
        self.poll = Poll(
            self.app.bot, request, self._store, self.vitals, self.clock.now,
            doubt=self._limits.doubt,
        )  # fmt: skip
        self.web = self._web()
        self.watchdog = Watchdog(self.vitals, self._end, limits=self._limits)
        self._tasks: list[asyncio.Task[None]] = []
        self._dead: asyncio.Future[str]

    # life -----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Connect, take over what a dead process left, then listen. Raises Deaf."""
        handlers.register(self.app)
        self.app.add_error_handler(self._failed)
        self._dead = asyncio.get_running_loop().create_future()
        self.watchdog.start()
        await self._connect()
        bot = self.app.bot
        self.house.bot_id, self.house.bot_name = bot.id, bot.username
        await self.app.start()
        self.trials.start()
        await self._take_over()
        if self.web:
            self.web.start()
        await self.ticks.start()
        self._tasks = [
            asyncio.create_task(self._listen(), name="poll"),
            asyncio.create_task(self._menus(), name="menus"),
        ]

    def _web(self) -> Web | None:
        """The server of the webhook and of /healthz, where config asks for one."""
        hook, health = self.config.telegram.webhook, self.config.health
        if not (hook or health.port):
            return None
        from bot.web import Web  # tornado is not on everybody's way to the first poll

        web = Web()
        if hook:
            path = re.escape(urlsplit(hook.url).path or "/")
            web.hook(hook.listen, hook.port, path, hook.secret, self._store_one)
        if health.port:
            web.healthz(health.listen, health.port, self._health)
        return web

    def _health(self) -> tuple[bool, dict[str, Any]]:
        now = time.monotonic()
        return report(self.vitals.signs, now, self._limits)

    async def wait(self) -> None:
        """Until the bot goes deaf or is stuck; raises Deaf then."""
        ends: list[asyncio.Future[Any]] = [self._tasks[0], self._dead]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if self._dead.done():
            raise Deaf(self._dead.result())
        await self._tasks[0]

    def _end(self, why: str) -> None:
        """The watchdog's word, from its own thread."""

        def tell() -> None:
            if not self._dead.done():
                self._dead.set_result(why)

        with contextlib.suppress(RuntimeError):  # the loop is closed: we are ending already
            self._dead.get_loop().call_soon_threadsafe(tell)

    async def stop(self) -> None:
        """Stop listening, let what is running and in flight end, close."""
        if self.web:
            await self.web.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.trials.end()
        await self.lanes.drain(10)
        await self.ticks.stop()
        if self.app.running:
            await self.app.stop()
        await self.app.shutdown()
        self.pool.shutdown()
        self.watchdog.stop()
        self.instance.close()
        self.db.close()

    async def _connect(self) -> None:
        pause, refusals = 1.0, 0
        while True:
            self.vitals.note("tried", "ticked", "pumped")  # nothing of it runs yet
            try:
                await self.app.initialize()
                self.vitals.note("heard", refused=False, unreachable_since=None)
                return
            except InvalidToken:
                refusals, pause = refusals + 1, DOUBT
                log.warning("Telegram refuses the token, %d of %d", refusals, REFUSALS)
                if refusals == REFUSALS:
                    raise Deaf(REFUSED) from None
            except NetworkError as e:
                away(self.vitals, e, self.clock.now())
                log.warning("Telegram cannot be reached: %s; again in %.0f s", e, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 30.0)

    async def _listen(self) -> None:
        hook = self.config.telegram.webhook
        if hook:  # any number of processes may listen behind one
            await Webhook(self.app.bot, hook, self.vitals, self.clock.now).run()
        # another process may poll; when it ends, no event tells us
        while not await self.house.run(self.instance.may_poll, self.house.bot_id):
            self.vitals.note("tried", standby=True)
            await asyncio.sleep(2)
        self.vitals.note("heard", standby=False)
        await self._forget_webhook()
        await self.poll.run()

    async def _forget_webhook(self) -> None:
        with contextlib.suppress(TelegramError):  # the poll itself says what is wrong
            await self.app.bot.delete_webhook()

    async def _menus(self) -> None:
        await set_menus(self.app.bot, self.house, handlers.COMMANDS)
        await attend(self.app.bot, self.house, handlers.COMMANDS)

    # updates --------------------------------------------------------------------------------

    async def _store(self, batch: list[dict[str, Any]]) -> None:
        for stored in await self.house.run(self._keep, batch):
            self.lanes.put(stored)

    async def _store_one(self, update: dict[str, Any]) -> None:
        await self._store([update])

    def _keep(self, batch: list[dict[str, Any]]) -> list[Stored]:
        house = self.house
        with self.db.write() as s:
            return inbox.store(s, house.bot_id, batch, house.owner, self.clock.now())

    async def _take_over(self) -> None:
        for stored in await self.house.run(self._orphans):
            self.lanes.put(stored)

    def _orphans(self) -> list[Stored]:
        with self.db.read() as s:
            owners = inbox.owners(s, self.house.bot_id)
        if not owners:
            return []
        dead = self.instance.dead(owners)
        with self.db.write() as s:
            now = self.clock.now()
            inbox.renew(s, self.house.owner, now)
            return inbox.take_over(s, self.house.bot_id, dead, self.house.owner, now)

    async def _handle(self, stored: Stored) -> None:
        async with self.trials.turn(stored) as its_turn:
            if its_turn:
                await self._work_on(stored)

    async def _work_on(self, stored: Stored) -> None:
        """One update through the handlers; what none of them settled is settled here."""
        if stored.orphan:
            await self.house.insist(self._begin, stored.update_id)
        for pause in (*PAUSES, 0):
            self._unsettled.discard(stored.update_id)
            error = await self._try(stored)
            if stored.update_id not in self._unsettled:
                break
            await asyncio.sleep(pause)
        self._unsettled.discard(stored.update_id)
        await self.house.insist(self._close, stored.update_id, error)

    async def _try(self, stored: Stored) -> str:
        """The error's name, if there was one."""
        try:
            update = Update.de_json(stored.data, self.app.bot)
            if stored.hopeless:
                log.error("update %d is set aside: processes died on it", stored.update_id)
                await self.house.run(handlers.give_up, self.house, update)
                return inbox.GAVE_UP
            await self.app.process_update(update)
        except Exception as e:  # an update the library cannot read must not stop its chat
            log.exception("update %d cannot be read", stored.update_id)
            return type(e).__name__
        return "could not be settled" if stored.update_id in self._unsettled else ""

    async def _failed(self, update: object, context: Context) -> None:
        """A door could not even apologise: the database is away, so the update is not done."""
        if isinstance(update, Update) and not isinstance(context.error, inbox.AlreadyHandled):
            log.error("update %d could not be settled", update.update_id, exc_info=context.error)
            self._unsettled.add(update.update_id)

    def _begin(self, update_id: int) -> None:
        with self.db.write() as s:
            inbox.begin(s, self.house.bot_id, update_id)

    def _close(self, update_id: int, error: str) -> None:
        with contextlib.suppress(inbox.AlreadyHandled), self.db.write() as s:
            inbox.settle(s, self.house.bot_id, update_id, self.clock.now(), error)


def _application(config: Config) -> tuple[PtbApplication, HTTPXRequest]:
    # a slow picture upload may take longer than the library's five seconds
    send = HTTPXRequest(
        connection_pool_size=64, read_timeout=30, write_timeout=20, connect_timeout=10,
        pool_timeout=5, media_write_timeout=30, proxy=config.telegram.proxy or None,
        httpx_kwargs={"verify": trust()},
    )  # fmt: skip
    poll = HTTPXRequest(
        connection_pool_size=2, read_timeout=30, connect_timeout=10, pool_timeout=5,
        proxy=config.telegram.proxy or None, httpx_kwargs={"verify": trust()},
    )  # fmt: skip
    base = config.telegram.base_url.rstrip("/")
    application = (
        ApplicationBuilder()
        .token(config.telegram.token)
        .base_url(f"{base}/bot")
        .base_file_url(f"{base}/file/bot")
        .request(send)
        .get_updates_request(poll)
        .context_types(ContextTypes(context=Context))
        .updater(None)
        .concurrent_updates(False)  # order and concurrency are the lanes' business
        .job_queue(None)
        .build()
    )
    return application, poll
