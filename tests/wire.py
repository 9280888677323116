"""A running bot and a running sandbox, over HTTP, with verbs for what people do."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import httpx
from sqlmodel import col, select
from world import TOKEN, WORLD, Fast

from bot import menus, outbox
from bot.app import Storebot
from bot.clock import Clock
from bot.config import Config, DatabaseSettings, Health, Telegram, Webhook
from bot.db.facts import Import
from bot.delivery import trust
from bot.health import Limits
from bot.render.studio import Studio
from bot.sandbox.api import Sandbox
from bot.sandbox.server import Server
from bot.sandbox.world import World
from handlers import COMMANDS
from handlers.menus import showing

BOT = 7000000001  # the sandbox's bot
SAYS = ("sendMessage", "sendPhoto", "sendDocument", "editMessageText", "editMessageMedia",
        "editMessageCaption", "editMessageReplyMarkup")  # fmt: skip

PATIENCE = 60  # seconds until something that should come is given up; a busy machine is slow
LIMITS = Limits(doubt=0.1)  # no test waits a minute to learn that a token is revoked


@dataclass
class Wire:
    """Verbs of the people, and what the bot was seen to do."""

    server: Server
    bot: Storebot
    http: httpx.AsyncClient
    _seen: int = field(default=0)
    _open: set[str] = field(default_factory=set)  # what was still open at the last look

    async def say(self, person: int, text: str, **more: Any) -> dict[str, Any]:
        return await self._do("say", person=person, text=text, **more)

    async def press(self, person: int, message: dict[str, Any], data: str, **more: Any) -> None:
        chat = message["chat"]["id"]
        await self._do(
            "press", person=person, chat=chat, message_id=message["message_id"], data=data, **more
        )

    async def upload(self, person: int, name: str, content: bytes, **form: Any) -> None:
        answer = await self.http.post(
            "/_sandbox/upload",
            data={"person": person, "as": "document", **form},
            files={"file": (name, content)},
        )
        assert answer.status_code == 200, answer.text

    async def fault(self, method: str, kind: str, **more: Any) -> None:
        await self._do("fault", method=method, kind=kind, **more)

    async def speak(self, person: int, language: str) -> None:
        await self._do("person", person=person, language=language)

    async def restart(self) -> None:
        """Stop the bot's process and start another, as a supervisor would."""
        await self.bot.stop()
        await self.start()

    async def start(self) -> None:
        """Another process of the same bot, after `bot.stop()`."""
        self.bot = Storebot(self.bot.config, self.bot.clock, LIMITS, studio())
        await self.bot.start()

    async def until(self, at: datetime) -> None:
        """The clock jumps, and whatever is due by then happens."""
        await self._do("clock", to=at.isoformat())
        async with asyncio.timeout(PATIENCE):
            while not self._looked(at):
                await asyncio.sleep(0.01)

    def _looked(self, at: datetime) -> bool:
        looks = (self.bot.ticks.looked_at, self.bot.ticks.watched_at)
        return all(look and look >= at for look in looks)

    async def act(self, verb: str, **body: Any) -> dict[str, Any]:
        """Any other call of the sandbox's control side: topic, member, migrate, permissions …"""
        return await self._do(verb, **body)

    async def kick(self, chat: int, person: int) -> None:
        await self._do("bot", person=person, chat=chat, status="kicked")

    async def _do(self, verb: str, **body: Any) -> dict[str, Any]:
        answer = await self.http.post(f"/_sandbox/{verb}", json=body)
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result

    # what the bot did ---------------------------------------------------------------------

    @property
    def calls(self) -> list[dict[str, Any]]:
        return self.server.sandbox.log.calls

    async def sent(self, n: int) -> None:
        """Until the bot has said `n` things since the last look, whether it knows so or not."""
        async with asyncio.timeout(PATIENCE):
            while sum(c["method"] in SAYS for c in self.calls[self._seen :]) < n:
                await asyncio.sleep(0.02)

    async def called(self, method: str) -> None:
        """Until the bot has made one more call of this method."""
        before = len(self.calls)
        async with asyncio.timeout(PATIENCE):
            while all(c["method"] != method for c in self.calls[before:]):
                await asyncio.sleep(0.02)

    async def replies(self, seconds: float = PATIENCE) -> list[dict[str, Any]]:
        """What the bot said since the last look, once all that was said to it is handled."""
        await self._idle(seconds)
        return self._fresh()

    async def so_far(self, seconds: float = 4) -> list[dict[str, Any]]:
        """The same where something must wait: once no try has been made for so long."""
        last, since = -1, 0.0
        now = asyncio.get_running_loop().time
        while not await self._quiet():
            tries = sum(c["method"] in SAYS for c in self.calls)
            unheard = len(self.server.sandbox.state.updates) or self.bot.lanes.busy
            if tries != last or unheard or await asyncio.to_thread(self._sending):
                last, since = tries, now()
            elif now() - since > seconds:
                break
            await asyncio.sleep(0.02)
        return self._fresh()

    async def tried(self, n: int) -> None:
        """`sent`, and the bot has written down what came of it."""
        await self.sent(n)
        async with asyncio.timeout(PATIENCE):
            while await asyncio.to_thread(self._sending):
                await asyncio.sleep(0.02)

    def _sending(self) -> bool:
        with self.bot.db.read() as s:
            return "sending" in outbox.backlog(s, self.bot.clock.now()).states

    def _fresh(self) -> list[dict[str, Any]]:
        fresh = self.calls[self._seen :]
        self._seen = len(self.calls)
        return [c["result"] for c in fresh if c["method"] in SAYS and c["effect"]]

    async def reply(self, seconds: float = PATIENCE) -> dict[str, Any]:
        """The only thing the bot said since the last look."""
        (message,) = await self.replies(seconds)
        return message

    async def answers(self) -> list[str]:
        """Texts of the toasts since the last look at replies."""
        await self._idle(PATIENCE)
        fresh = self.calls[self._seen :]
        return [c["params"].get("text", "") for c in fresh if c["method"] == "answerCallbackQuery"]

    async def _idle(self, seconds: float) -> None:
        """Until nothing is open; what waits for nothing but its time has it at once."""
        looks = 0
        async with asyncio.timeout(seconds):
            while not await self._quiet():
                looks = looks + 1 if self._open == {"pending"} else 0
                if looks > 2 and isinstance(self.bot.clock, Fast):
                    self.bot.clock.skip(1)
                    self.bot.ticks.pump.wake()
                await asyncio.sleep(0.02)

    async def _quiet(self) -> bool:
        """All updates fetched and handled, no import open, nothing due in the outbox."""
        if len(self.server.sandbox.state.updates) or self.bot.lanes.busy:
            self._open = {"heard"}
            return False
        self._open = await asyncio.to_thread(self._still_open)
        return not self._open

    def _still_open(self) -> set[str]:
        with self.bot.db.read() as s:
            states = outbox.backlog(s, self.bot.clock.now()).states
            busy = col(Import.state).in_(("sorting", "queued", "merging", "undoing"))
            importing = s.exec(select(Import.id).where(busy)).first()
            imports = {"importing"} if importing else set()
            return imports | {x for x in ("pending", "sending") if states.get(x)}


@contextlib.asynccontextmanager
async def running(
    db_url: str,
    clock: Clock,
    world: World = WORLD,
    limits: Limits | None = None,
    hook: Webhook | None = None,
    health: Health | None = None,
    proxy: str = "",
    *,
    menus_stand: bool = True,
) -> AsyncIterator[Wire]:
    """The bot and its sandbox; unless asked, the menus were looked at earlier on this day."""
    server = await Server(Sandbox(world, clock, TOKEN)).start()
    config = Config(
        telegram=Telegram(
            token=TOKEN, owners=(1001,), base_url=server.url, webhook=hook, proxy=proxy
        ),
        database=DatabaseSettings(db_url),
        health=health or Health(),
    )
    bot = Storebot(config, clock, limits or LIMITS, studio())
    if menus_stand:
        with bot.db.write() as s:
            digest = showing(config.defaults.language, COMMANDS, clock.now())
            menus.grant(s, BOT, menus.EVERYBODY, digest)
    await bot.start()
    async with httpx.AsyncClient(base_url=server.url, verify=trust(), timeout=PATIENCE) as http:
        wire = Wire(server, bot, http)
        yield wire
    await wire.bot.stop()
    await server.stop()


@cache
def studio() -> Studio:
    """Drawing processes for all bots of a session: to start one takes longer than most tests."""
    shared = Studio()
    atexit.register(shared.close)
    return shared


def buttons(message: dict[str, Any]) -> dict[str, str]:
    """Label → callback data."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return {b["text"]: b.get("callback_data", "") for row in rows for b in row}
