"""The long poll: updates as raw JSON, a whole batch stored before Telegram is told so.

Our own loop, since the library's confirms updates it has only queued in memory, and stops for
ever at one 401 or 404 while it still calls itself running.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from telegram import Bot
from telegram.error import (
    Conflict,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import BaseRequest

from bot.delivery import seconds

log = logging.getLogger(__name__)

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
CONFLICTS = 5  # two processes with one token: after this many in a row we step aside
REFUSALS = 3  # a token refused this often, a while apart, is revoked


class Deaf(Exception):
    """The bot cannot hear any more; the process should end with a status that says so."""


@dataclass
class Health:
    """When a batch (an empty one too) was last stored."""

    polled_at: datetime | None = None
    error: str = ""


class Poll:
    """Fetches, stores, hands on. `store` returns only when the batch is on disk."""

    def __init__(
        self,
        bot: Bot,
        request: BaseRequest,
        store: Callable[[list[dict[str, Any]]], Awaitable[None]],
        now: Callable[[], datetime],
        seconds: int = 25,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._request = request
        self._store = store
        self._now = now
        self._seconds = seconds
        self._sleep = sleep
        self.health = Health()

    async def run(self) -> None:
        """Poll until cancelled. Raises Deaf when going on is of no use."""
        offset = 0  # whatever Telegram still holds; what we know of it already is not new
        conflicts = refusals = 0
        pause = 1.0
        while True:
            try:
                batch = await self._fetch(offset)
                conflicts = refusals = 0
                pause = 1.0
                if batch:
                    await self._keep(batch)
                    offset = batch[-1]["update_id"] + 1
                self.health = Health(self._now())
                continue
            except RetryAfter as e:
                pause = seconds(e.retry_after) + 0.5
                error: TelegramError = e
            except Conflict as e:
                conflicts, error = conflicts + 1, e
                if conflicts >= CONFLICTS:
                    raise Deaf("another process polls with this token") from None
            except InvalidToken as e:  # 401 and 404
                refusals, error = refusals + 1, e
                if refusals >= REFUSALS:
                    raise Deaf("Telegram refuses the token") from None
                pause = max(pause, 5.0)
            except (TelegramError, ValueError) as e:
                error = e if isinstance(e, TelegramError) else TelegramError("unreadable answer")
            self.health.error = type(error).__name__
            log.warning("getUpdates failed: %s; again in %.0f s", error, pause)
            await self._sleep(pause)
            if not isinstance(error, TimedOut):
                pause = min(pause * 1.5, 30.0)

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
            except Exception:
                log.exception("a batch could not be stored; again in %.0f s", pause)
                await self._sleep(pause)
                pause = min(pause * 2, 30.0)
            else:
                return
