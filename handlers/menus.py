"""Telegram's command menus, from the COMMANDS table."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats
from telegram.error import TelegramError

from bot.access import GROUPS, PRIVATE
from bot.config import Language
from bot.i18n import translator

if TYPE_CHECKING:
    from handlers import Command

log = logging.getLogger(__name__)


async def set_menus(bot: Bot, commands: Iterable[Command], default: Language) -> None:
    """One menu per scope and language. A menu is a comfort: failing costs nothing but a line.

    Telegram's language codes have two letters, so both Chinese scripts share "zh".
    """
    commands = list(commands)
    chinese: Language = default if default != "en" else "zh-hans"
    languages: tuple[tuple[str, Language], ...] = (("", default), ("zh", chinese), ("en", "en"))
    scopes = ((BotCommandScopeAllPrivateChats(), PRIVATE), (BotCommandScopeAllGroupChats(), GROUPS))
    for scope, chats in scopes:
        listed = [c.name for c in commands if c.listed and c.rule.chats & chats]
        for code, language in languages:
            t = translator(language)
            menu = [BotCommand(name, t(f"command.{name}")) for name in listed]
            await _set(bot, menu, scope, code)


async def _set(
    bot: Bot,
    menu: list[BotCommand],
    scope: BotCommandScopeAllPrivateChats | BotCommandScopeAllGroupChats,
    code: str,
) -> None:
    for pause in (1, 5, 30, 0):
        try:
            await bot.set_my_commands(menu, scope=scope, language_code=code)
            return
        except TelegramError as e:
            log.warning("a command menu was refused: %s", e)
            await asyncio.sleep(pause)
