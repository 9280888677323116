"""What Telegram shows of the bot itself: command menus from the COMMANDS table, who it is."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot import menus, teams
from bot.access import MANAGER, STAFF, Verdict, decide
from bot.config import Language
from bot.context import House
from bot.db.people import Member
from bot.delivery import seconds
from bot.i18n import Translator, language_of, translator
from handlers.tables import Command

log = logging.getLogger(__name__)

PACE = 0.1  # seconds between calls about members: comfort must not crowd out talk
PAUSES = (1, 5, 30, 0)  # seconds after a try that was refused

# who is shown what where nobody has a menu of their own: a stranger, a colleague, an administrator
_SCOPES: tuple[tuple[BotCommandScope, str | None, str], ...] = (
    (BotCommandScopeAllPrivateChats(), None, "private"),
    (BotCommandScopeAllGroupChats(), STAFF, "supergroup"),
    (BotCommandScopeAllChatAdministrators(), MANAGER, "supergroup"),
)


@dataclass(frozen=True)
class Wish:
    """The private menu of somebody, to be set; without commands, to be taken away."""

    telegram_id: int
    menu: tuple[tuple[str, str], ...]
    digest: str


def listed(
    commands: Sequence[Command], role: str | None, chat_kind: str, t: Translator
) -> tuple[tuple[str, str], ...]:
    """What somebody may do there: (command, description)."""
    return tuple(
        (c.name, t(f"command.{c.name}"))
        for c in commands
        if c.listed and decide(c.rule, role, chat_kind) is Verdict.ALLOW
    )


async def set_menus(
    bot: Bot, house: House, commands: Sequence[Command], pauses: tuple[int, ...] = PAUSES
) -> None:
    """One menu per scope and language, and the words a newcomer reads before /start.

    Both are a comfort: failing costs nothing but a line. What stands already is left alone, and
    looked at once a day: a bot that keeps being started anew must not use up Telegram's patience.
    """
    digest = showing(house.config.defaults.language, commands, house.clock.now())
    try:
        if await house.run(_shown, house) == digest:
            return
        done = [await _try(call, pauses) for call in _calls(bot, house, commands)]
        if all(done):
            await house.run(_show, house, digest)
    except Exception:
        log.exception("whether the menus stand could not be read or written")


def showing(default: Language, commands: Sequence[Command], now: datetime) -> str:
    """Digest of what everybody is shown on this (UTC) day."""
    words = [
        [
            code,
            *(listed(commands, role, kind, translator(language)) for _, role, kind in _SCOPES),
            *(translator(language)(key) for key in _WORDS),
        ]
        for code, language in _languages(default)
    ]
    return _digest([now.date().isoformat(), words])


def _calls(
    bot: Bot, house: House, commands: Sequence[Command]
) -> Iterator[Callable[[], Awaitable[object]]]:
    for code, language in _languages(house.config.defaults.language):
        t = translator(language)
        for scope, role, kind in _SCOPES:
            menu = [BotCommand(*x) for x in listed(commands, role, kind, t)]
            yield partial(_set, bot, menu, scope, code)
        yield partial(_describe, bot, t, code)
        yield partial(_summarise, bot, t, code)


def _languages(default: Language) -> tuple[tuple[str, Language], ...]:
    """Telegram's codes have two letters, so both Chinese scripts share "zh"; a member's own menu
    is in their script.
    """
    chinese: Language = default if default != "en" else "zh-hans"
    return ("", default), ("zh", chinese), ("en", "en")


def _shown(house: House) -> str:
    with house.db.read() as s:
        return menus.shown(s, house.bot_id)


def _show(house: House, digest: str) -> None:
    with house.db.write() as s:
        menus.grant(s, house.bot_id, menus.EVERYBODY, digest)


async def _set(bot: Bot, menu: list[BotCommand], scope: BotCommandScope, code: str) -> None:
    if list(await bot.get_my_commands(scope=scope, language_code=code)) != menu:
        await bot.set_my_commands(menu, scope=scope, language_code=code)


# members ------------------------------------------------------------------------------------


async def attend(bot: Bot, house: House, commands: Sequence[Command]) -> None:
    """Keep every member's private menu to what their role may do, in their language; for ever."""
    changed, loop = asyncio.Event(), asyncio.get_running_loop()

    def committed(name: str) -> None:
        if name == teams.MEMBERS:
            loop.call_soon_threadsafe(changed.set)

    house.db.on_commit(committed)
    while True:
        changed.clear()
        try:
            for wish in await house.run(_wishes, house, tuple(commands)):
                await _grant(bot, house, wish)
        except Exception:  # a comfort: the next change tries again
            log.exception("members' menus could not be kept")
        await changed.wait()


async def _grant(bot: Bot, house: House, wish: Wish) -> None:
    scope = BotCommandScopeChat(wish.telegram_id)
    try:
        if wish.menu:
            await bot.set_my_commands([BotCommand(*x) for x in wish.menu], scope=scope)
        else:
            with contextlib.suppress(BadRequest, Forbidden):  # they are gone, and so is the menu
                await bot.delete_my_commands(scope=scope)
        await house.run(_granted, house, wish)
    except RetryAfter as e:
        await asyncio.sleep(seconds(e.retry_after))
    except TelegramError as e:
        log.info("a member's menu was refused: %s", e)  # who never wrote to us has no chat yet
    await asyncio.sleep(PACE)


def _wishes(house: House, commands: tuple[Command, ...]) -> list[Wish]:
    with house.db.read() as s:
        given, places = menus.given(s, house.bot_id), menus.places(s)
        wanted = [_wish(house, commands, m) for m in places.values()]
    gone = [Wish(i, (), "") for i in given if i not in places]
    return gone + [w for w in wanted if given.get(w.telegram_id) != w.digest]


def _wish(house: House, commands: tuple[Command, ...], member: Member) -> Wish:
    t = translator(language_of(member.language, house.config.defaults.language))
    menu = listed(commands, member.role, "private", t)
    return Wish(member.telegram_id, menu, _digest(menu))


def _digest(shown: object) -> str:
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()


def _granted(house: House, wish: Wish) -> None:
    with house.db.write() as s:
        if wish.menu:
            menus.grant(s, house.bot_id, wish.telegram_id, wish.digest)
        else:
            menus.take(s, house.bot_id, wish.telegram_id)


# who we are -----------------------------------------------------------------------------------


_WORDS = LONG, SHORT = "about.long", "about.short"


async def _describe(bot: Bot, t: Translator, code: str) -> None:
    """Telegram counts changes of these texts, so what stands already is left alone."""
    if (await bot.get_my_description(language_code=code)).description != t(LONG):
        await bot.set_my_description(t(LONG), language_code=code)


async def _summarise(bot: Bot, t: Translator, code: str) -> None:
    if (await bot.get_my_short_description(language_code=code)).short_description != t(SHORT):
        await bot.set_my_short_description(t(SHORT), language_code=code)


async def _try(call: Callable[[], Awaitable[object]], pauses: tuple[int, ...]) -> bool:
    """False where Telegram went on refusing."""
    for pause in pauses:
        try:
            await call()
            return True
        except TelegramError as e:
            log.warning("a menu or description was refused: %s", e)
            await asyncio.sleep(pause)
    return False
