"""What Telegram shows of the bot itself: command menus from the COMMANDS table, who it is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats
from telegram.error import TelegramError

from bot.access import GROUPS, PRIVATE
from bot.config import Language
from bot.i18n import Translator, translator

if TYPE_CHECKING:
    from handlers import Command

log = logging.getLogger(__name__)


async def set_menus(bot: Bot, commands: Iterable[Command], default: Language) -> None:
    """One menu per scope and language, and the words a newcomer reads before /start.

    Both are a comfort: failing costs nothing but a line. Telegram's language codes have two
    letters, so both Chinese scripts share "zh".
    """
    commands = list(commands)
    chinese: Language = default if default != "en" else "zh-hans"
    languages: tuple[tuple[str, Language], ...] = (("", default), ("zh", chinese), ("en", "en"))
    scopes = ((BotCommandScopeAllPrivateChats(), PRIVATE), (BotCommandScopeAllGroupChats(), GROUPS))
    for code, language in languages:
        t = translator(language)
        for scope, chats in scopes:
            listed = [c.name for c in commands if c.listed and c.rule.chats & chats]
            menu = [BotCommand(name, t(f"command.{name}")) for name in listed]
            await _try(partial(bot.set_my_commands, menu, scope=scope, language_code=code))
        await _introduce(bot, t, code)


async def _introduce(bot: Bot, t: Translator, code: str) -> None:
    """Telegram counts changes of these texts, so what stands already is left alone."""
    long, short = t("about.long"), t("about.short")

    async def describe() -> None:
        if (await bot.get_my_description(language_code=code)).description != long:
            await bot.set_my_description(long, language_code=code)

    async def summarise() -> None:
        if (await bot.get_my_short_description(language_code=code)).short_description != short:
            await bot.set_my_short_description(short, language_code=code)

    await _try(describe)
    await _try(summarise)


async def _try(call: Callable[[], Awaitable[object]]) -> None:
    for pause in (1, 5, 30, 0):
        try:
            await call()
            return
        except TelegramError as e:
            log.warning("a menu or description was refused: %s", e)
            await asyncio.sleep(pause)
