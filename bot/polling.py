"""The long poll: updates as raw JSON, a whole batch stored before Telegram is told so.

Our own loop, since the library's confirms updates it has only queued in memory, and stops for
ever at one 401 or 404 while it still calls itself running.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from telegram import Bot
from telegram.error import (
    BadRequest,
    Conflict,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import BaseRequest

from bot.delivery import seconds
from bot.health import Vitals

log = logging.getLogger(__name__)

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
CONFLICTS, WITHIN = 5, 60.0  # two processes with one token: so many in so many seconds are a fight
REFUSALS = 3  # of getMe, `DOUBT` seconds apart: then the token is revoked
DOUBT = 30.0
REFUSED = "Telegram refuses the token: ask @BotFather for a new one"
LONGEST_PAUSE = 60.0  # seconds, whatever Telegram asks for: the watchdog waits for a sign

Sleep = Callable[[float], Awaitable[object]]


class Deaf(Exception):
    """The bot cannot hear any more; the process should end with a status that says so."""


class Poll:
    """Fetches, stores, hands on. `store` returns only when the batch is on disk."""

    def __init__(
        self,
        bot: Bot,
        request: BaseRequest,
        store: Callable[[list[dict[str, Any]]], Awaitable[None]],
        vitals: Vitals,
        now: Callable[[], datetime],
        seconds: int = 25,
        sleep: Sleep = asyncio.sleep,
        doubt: float = DOUBT,
    ) -> None:
        self._bot = bot
        self._doubt = doubt
        self._request = request
        self._store = store
        self._vitals = vitals
        self._now = now
        self._seconds = seconds
        self._sleep = sleep
        self._conflicts: deque[float] = deque(maxlen=CONFLICTS)

    async def run(self) -> None:
        """Poll until cancelled. Raises Deaf when going on is of no use."""
        offset = 0  # whatever Telegram still holds; what we know of it already is not new
        pause = 1.0
        while True:
            self._vitals.note("tried")
            try:
                batch = await self._fetch(offset)
                if batch:
                    await self._keep(batch)
                    offset = batch[-1]["update_id"] + 1
                self._vitals.note("heard", unreachable_since=None)
                pause = 1.0
                continue
            except RetryAfter as e:
                pause = min(seconds(e.retry_after) + 0.5, LONGEST_PAUSE)
                error: Exception = e
            except Conflict as e:
                await self._fight(e)
                pause, error = min(pause, 5.0), e
            except InvalidToken as e:  # 401 and 404
                await confirm(self._bot, self._vitals, self._sleep, self._doubt)
                pause, error = max(pause, 5.0), e
            except (TelegramError, ValueError) as e:
                away(self._vitals, e, self._now())
                error = e
            log.warning("getUpdates failed: %s; again in %.0f s", error, pause)
            await self._sleep(pause)
            if not isinstance(error, TimedOut):
                pause = min(pause * 1.5, 30.0)

    async def _fight(self, e: Conflict) -> None:
        """Raises Deaf where another process keeps taking the updates; then nothing more is sent."""
        self._conflicts.append(time.monotonic())
        if "webhook" in str(e).lower():  # somebody set one since we started
            with contextlib.suppress(TelegramError):
                await self._bot.delete_webhook()
        full = len(self._conflicts) == CONFLICTS
        if full and self._conflicts[-1] - self._conflicts[0] <= WITHIN:
            self._vitals.note(refused=True)
            raise Deaf("another process polls with this token") from None

    async def _fetch(self, offset: int) -> list[dict[str, Any]]:
        """Raw updates: one that the library cannot parse must not cost the other ninety-nine."""
        query = urlencode(
            {"offset": offset, "timeout": self._seconds, "allowed_updates": json.dumps(ALLOWED)}
        )
        url = f"{self._bot.base_url}/getUpdates?{query}"
        answer = await self._request.post(url, read_timeout=self._seconds + 5)
        assert isinstance(answer, list)
        return sorted(answer, key=lambda u: int(u["update_id"]))

    async def _keep(self, batch: list[dict[str, Any]]) -> None:
        """Until it is stored: a full disk must not lose what Telegram would then forget."""
        pause = 1.0
        while True:
            try:
                await self._store(batch)
            except Exception as e:
                log.exception("a batch could not be stored; again in %.0f s", pause)
                self._vitals.note("tried", write_error=type(e).__name__)
                await self._sleep(pause)
                pause = min(pause * 2, 30.0)
            else:
                return


async def confirm(
    bot: Bot, vitals: Vitals, sleep: Sleep = asyncio.sleep, doubt: float = DOUBT
) -> None:
    """Ask getMe whether the token is really refused: one 401 or 404 may be a proxy's hiccup.

    Nothing is sent meanwhile. Raises Deaf after three refusals over a minute.
    """
    vitals.note(refused=True)
    refusals = 0
    while True:
        vitals.note("tried")
        try:
            await bot.get_me()
        except InvalidToken:
            refusals += 1
            log.warning("Telegram refuses the token, %d of %d", refusals, REFUSALS)
            if refusals == REFUSALS:
                raise Deaf(REFUSED) from None
        except TelegramError as e:
            log.warning("getMe failed: %s", e)  # which says nothing about the token
        else:
            vitals.note(refused=False)
            return
        await sleep(doubt)


def away(vitals: Vitals, e: Exception, now: datetime) -> None:
    """Telegram could not be reached, or answered with what is none of its answers."""
    if not isinstance(e, BadRequest) and vitals.signs.unreachable_since is None:
        vitals.note(unreachable_since=now)
