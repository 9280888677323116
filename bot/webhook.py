"""Webhook instead of the long poll: Telegram is told where we listen, and asked whether it knows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from telegram import Bot
from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

from bot import config
from bot.delivery import seconds
from bot.health import Vitals
from bot.polling import ALLOWED, LONGEST_PAUSE, Deaf, Sleep, away, confirm

log = logging.getLogger(__name__)

LOOK_EVERY = 60.0  # seconds
CONNECTIONS = 40


class Webhook:
    """Keeps the webhook in place until cancelled. Raises Deaf where the token is revoked."""

    def __init__(
        self,
        bot: Bot,
        hook: config.Webhook,
        vitals: Vitals,
        now: Callable[[], datetime],
        every: float = LOOK_EVERY,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._hook = hook
        self._vitals = vitals
        self._now = now
        self._every = every
        self._sleep = sleep

    async def run(self) -> None:
        await self._insist(self._set)
        while True:
            await self._sleep(self._every)
            await self._insist(self._look)

    async def _set(self) -> None:
        await self._bot.set_webhook(
            self._hook.url, secret_token=self._hook.secret, allowed_updates=ALLOWED,
            max_connections=CONNECTIONS, drop_pending_updates=False,
        )  # fmt: skip

    async def _look(self) -> None:
        """A webhook of somebody else's gives no error: nothing would come any more."""
        info = await self._bot.get_webhook_info()
        taken = info.url != self._hook.url
        self._vitals.note(webhook_taken=taken)
        if taken:
            log.error("another program took the webhook with this token: it is set again")
            await self._set()
        if info.last_error_message and info.pending_update_count:
            log.warning(
                "Telegram holds %d updates: %s", info.pending_update_count, info.last_error_message
            )

    async def _insist(self, call: Callable[[], Awaitable[None]]) -> None:
        pause = 1.0
        while True:
            self._vitals.note("tried")
            try:
                await call()
                self._vitals.note("heard", unreachable_since=None)
                return
            except RetryAfter as e:
                pause = min(seconds(e.retry_after) + 0.5, LONGEST_PAUSE)
                log.warning("%s; again in %.0f s", e, pause)
            except InvalidToken:
                await confirm(self._bot, self._vitals, self._sleep)
            except BadRequest as e:
                raise Deaf(f"Telegram refuses telegram.webhook: {e.message}") from None
            except TelegramError as e:
                away(self._vitals, e, self._now())
                log.warning("the webhook cannot be seen to: %s; again in %.0f s", e, pause)
            await self._sleep(pause)
            pause = min(pause * 2, 30.0)
