"""The way to Telegram as the command line tries it, and what to do where there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from telegram import Bot, WebhookInfo
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.config import Telegram
from bot.delivery import trust

T = TypeVar("T")
PATIENCE = 8.0  # seconds


class NoRoute(Exception):
    """`str()` says in one line what to do."""


class Refused(NoRoute):
    """Telegram answered, and does not know the token."""


@dataclass(frozen=True)
class Who:
    """The bot that a token belongs to."""

    id: int
    username: str


def who(telegram: Telegram) -> Who:
    """Ask getMe. Raises NoRoute."""

    async def ask(bot: Bot) -> Who:
        me = await bot.get_me()
        return Who(me.id, me.username or "")

    return _ask(telegram, ask)


def webhook(telegram: Telegram) -> WebhookInfo:
    """Raises NoRoute."""

    async def ask(bot: Bot) -> WebhookInfo:
        return await bot.get_webhook_info()

    return _ask(telegram, ask)


def way(telegram: Telegram) -> str:
    """In words, without the password of a proxy."""
    server = urlsplit(telegram.base_url).hostname
    if not telegram.proxy:
        return f"{server}, directly"
    proxy = urlsplit(telegram.proxy)
    return f"{server} through {proxy.scheme}://{proxy.hostname}:{proxy.port}"


def _ask(telegram: Telegram, call: Callable[[Bot], Awaitable[T]]) -> T:
    return asyncio.run(_connected(telegram, call))


async def _connected(telegram: Telegram, call: Callable[[Bot], Awaitable[T]]) -> T:
    request = HTTPXRequest(
        connect_timeout=PATIENCE, read_timeout=PATIENCE, pool_timeout=PATIENCE,
        proxy=telegram.proxy or None, httpx_kwargs={"verify": trust()},
    )  # fmt: skip
    bot = Bot(telegram.token, f"{telegram.base_url.rstrip('/')}/bot", request=request)
    await request.initialize()
    try:
        return await call(bot)
    except InvalidToken:
        raise Refused(
            "Telegram refuses the token: copy it from @BotFather, or ask for a new one"
        ) from None
    except TelegramError as e:
        raise NoRoute(
            f"no answer from {way(telegram)} ({_cause(e)}): {_advice(telegram)}"
        ) from None
    finally:
        await request.shutdown()


def _cause(e: TelegramError) -> str:
    """The class says enough; the words may hold the token."""
    return type(e.__cause__ or e).__name__


def _advice(telegram: Telegram) -> str:
    if telegram.proxy:
        return "check that the proxy runs and may reach Telegram"
    return 'where Telegram is blocked, set [telegram] proxy = "socks5://host:port" or http://…'
