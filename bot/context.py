"""One update being answered: who said what where, and what is said back.

Doors are synchronous and run in a worker thread with a `Turn`. What a door says and keeps is
written together with "this update is handled", in one transaction.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlmodel import Session, SQLModel
from telegram.ext import CallbackContext, ExtBot

from bot import inbox, outbox, periods, teams
from bot.clock import Clock
from bot.config import Config
from bot.db import Database, people
from bot.errors import UserError
from bot.health import Vitals
from bot.i18n import Translator, language_of, translator
from bot.message import Keyboard, Media, Message
from bot.outbox import Address

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reach:
    """What of a group's talk comes to us: our place there, and whether privacy mode is off."""

    status: str = ""  # Telegram's word; empty where it could not be found out
    privacy_off: bool = False
    can_send: bool = True
    can_delete: bool = False  # what others said

    @property
    def hears_all(self) -> bool | None:
        """None where only trying tells: privacy mode switched off after we came changes nothing."""
        if self.status in ("administrator", "creator"):
            return True
        return None if self.privacy_off or not self.status else False


@dataclass(frozen=True)
class Quoted:
    """The message that somebody answers, as far as Telegram shows it; `text` as it was written."""

    message_id: int
    text: str = ""
    media: Media | None = None
    ours: bool = False


@dataclass(frozen=True)
class Event:
    """What matters of an update, free of Telegram's classes."""

    update_id: int
    person: int
    name: str
    language_code: str
    chat: int
    chat_kind: str
    chat_title: str = ""
    thread_id: int = 0
    message_id: int = 0
    text: str = ""  # arguments of a command, words of a question, caption of a file
    data: str = ""  # of a pressed button, without the kind in front
    query_id: str = ""
    file_id: str = ""
    file_name: str = ""
    file_size: int = 0
    media: Media | None = None
    quoted: Quoted | None = None
    reach: Reach | None = None  # asked of Telegram for the doors that need it


@dataclass
class House:
    """What every door and job shares."""

    config: Config
    db: Database
    clock: Clock
    owner: str  # this process, as it stands on rows in work
    pool: ThreadPoolExecutor
    bot_id: int = 0
    bot_name: str = ""
    vitals: Vitals = field(default_factory=Vitals)

    async def run(self, fn: Callable[..., T], *args: object) -> T:
        """Call a synchronous function in a worker thread; the event loop never waits for SQL."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, fn, *args)

    async def insist(self, fn: Callable[..., T], *args: object) -> T:
        """`run` until it works: for what has happened and must be written down."""
        pause = 1.0
        while True:
            try:
                return await self.run(fn, *args)
            except Exception:
                log.exception("the database does not take it; again in %.0f s", pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 30.0)


class Context(
    CallbackContext[ExtBot[None], dict[str, object], dict[str, object], dict[str, House]]
):
    """The handlers' context, with the house at hand."""

    @property
    def house(self) -> House:
        return self.bot_data["house"]


@dataclass
class Turn:
    """One event with a session. Doors read, `say`, `edit`, `answer` and `keep`; never commit."""

    house: House
    s: Session
    event: Event
    now: datetime
    _said: list[Callable[[Session], object]] = field(default_factory=list)
    _count: int = 0
    _answered: bool = False

    # who and where --------------------------------------------------------------------------

    @cached_property
    def binding(self) -> people.Binding | None:
        if self.event.chat_kind == "private":
            return None
        return teams.binding(self.s, self.event.chat, self.event.thread_id)

    @cached_property
    def member(self) -> people.Member | None:
        """The person's place in the team this chat belongs to; in private, in the chosen one."""
        places = teams.memberships(self.s, self.event.person)
        if self.binding:
            places = [m for m in places if m.team_id == self.binding.team_id]
        return places[0] if places else None

    def enter(self, member: people.Member) -> None:
        """Somebody came in with this very update."""
        self.member = member

    def hide(self, hidden: Callable[[Session, int, str], str]) -> None:
        """Customers' numbers in what was said go no further: neither into rows nor into answers."""
        if self.member and self.event.text:
            text = hidden(self.s, self.member.team_id, self.event.text)
            self.event = replace(self.event, text=text)

    @property
    def team_id(self) -> int:
        if self.member is None:
            raise UserError("not_allowed")
        return self.member.team_id

    @cached_property
    def stores(self) -> list[people.Store]:
        """The stores this chat speaks about: the bound ones, in private all of the team.

        Somebody held to some stores sees no others. Raises UserError where none is left.
        """
        if self.event.chat_kind == "private":
            stores = teams.stores(self.s, self.team_id)
        elif self.binding is None:
            raise UserError("link.not_linked")
        else:
            stores = teams.bound_stores(self.s, self.binding)
        held = teams.held_to(self.s, self.member) if self.member else set()
        seen = [x for x in stores if not held or x.id in held]
        if stores and not seen:
            raise UserError("store.not_yours")
        return seen

    @cached_property
    def t(self) -> Translator:
        default = self.house.config.defaults.language
        if self.binding:
            return translator(language_of(self.binding.language, default))
        return translator(language_of(self.event.language_code, default))

    @property
    def colours(self) -> str:
        if self.binding:
            return self.binding.colours
        return "green-up" if self.t.language == "en" else "red-up"

    @property
    def today(self) -> date:
        """Today in the zone of the first store this chat speaks about."""
        zone = self.stores[0].timezone if self.stores else self.house.config.defaults.timezone
        return periods.business_day(self.now, ZoneInfo(zone))

    @property
    def zone(self) -> ZoneInfo:
        """Of the team's first store; people have none of their own."""
        stores = teams.stores(self.s, self.team_id)
        return ZoneInfo(stores[0].timezone if stores else self.house.config.defaults.timezone)

    # what is said ---------------------------------------------------------------------------

    def say(self, message: Message, *, to: int = 0) -> str:
        """Reply in this chat; returns the outbox key. `to`: a message it points at instead."""
        key = self._key()
        reply_to = to or (0 if self.event.chat_kind == "private" else self.event.message_id)
        self._later(
            lambda s: outbox.enqueue(s, key, self._address(s), message, self.now, reply_to=reply_to)
        )
        return key

    def pin(self, said: str, key: str) -> None:
        """Pin what is said here as `said`, once it is; it makes no sound."""
        self._later(
            lambda s: outbox.enqueue(
                s, key, self._address(s), Message(""), self.now, kind="pin", method="pin",
                target=said, repeatable=True,
            )
        )  # fmt: skip

    def edit(self, message: Message) -> None:
        """Change the message whose button was pressed."""
        key, target = self._key(), str(self.event.message_id)
        self._later(
            lambda s: outbox.enqueue(
                s, key, self._address(s), message, self.now, method="edit", target=target
            )
        )

    def amend(self, key: str, message: Message) -> None:
        """Change a message of ours by the outbox key that it was said with."""
        mine = self._key()
        self._later(
            lambda s: (
                outbox.replace(s, key, message)
                or outbox.enqueue(
                    s, mine, self._address(s), message, self.now, method="edit", target=key
                )
            )
        )

    def delete(self, target: str) -> None:
        """Take a message of this chat away: its id, or the outbox key of one of ours."""
        key = self._key()
        self._later(
            lambda s: outbox.enqueue(
                s, key, self._address(s), Message(""), self.now, method="delete", target=target
            )
        )

    def react(self, emoji: str) -> None:
        """Put an emoji under what was said: heard, without a word."""
        key, target = self._key(), str(self.event.message_id)
        self._later(
            lambda s: outbox.enqueue(
                s, key, self._address(s), Message(emoji), self.now, method="react", target=target
            )
        )

    def buttons(self, keyboard: Keyboard) -> None:
        """Change only the buttons of the message whose button was pressed."""
        key, target, message = self._key(), str(self.event.message_id), Message("", keyboard)
        self._later(
            lambda s: outbox.enqueue(
                s, key, self._address(s), message, self.now, method="keyboard", target=target
            )
        )

    def answer(self, text: str = "") -> None:
        """End the spinner of a pressed button, with a line on top of the chat if there is text."""
        if not self.event.query_id or self._answered:
            return  # a press is answered once: a second, empty answer may overtake the words
        self._answered = True
        key, target = self._key(), self.event.query_id
        self._later(
            lambda s: outbox.enqueue(
                s, key, self._address(s), Message(text), self.now, method="answer", target=target
            )
        )

    def tell(
        self,
        member: people.Member,
        make: Callable[[Translator], Message],
        key: str,
        kind: str,
        *,
        edits: str = "",
    ) -> None:
        """Speak to a member in private, in their language; `edits` is the key of what it changes."""
        message = make(self._their(member.language))
        method: outbox.Method = "edit" if edits else "send"
        self._later(
            lambda s: outbox.enqueue(
                s, key, Address(teams.chat(s, member.telegram_id, "private").id), message,
                self.now, kind=kind, method=method, target=edits,
            )
        )  # fmt: skip

    def tell_outsider(
        self,
        telegram_id: int,
        language: str,
        make: Callable[[Translator], Message],
        key: str,
        kind: str,
    ) -> None:
        """Speak to somebody we keep no row of."""
        message, to = make(self._their(language)), Address(telegram_id=telegram_id)
        self._later(lambda s: outbox.enqueue(s, key, to, message, self.now, kind=kind))

    def _their(self, language: str) -> Translator:
        return translator(language_of(language, self.house.config.defaults.language))

    def keep(self, row: SQLModel) -> None:
        """Add a row in the transaction of what is said."""
        self._later(lambda s: s.add(row))

    def keep_here(self, make: Callable[[int | None], SQLModel]) -> None:
        """Add a row that names this chat by its id."""
        self._later(lambda s: s.add(make(self._address(s).chat_id)))

    def settle(self, s: Session, error: str = "") -> None:
        """Write what was said and kept, and mark the update as handled."""
        inbox.settle(s, self.house.bot_id, self.event.update_id, self.now, error)
        if self.member and self.member.language != self.event.language_code:
            # what is told to this person later, by jobs or by others, is in this language
            teams.speaks(s, self.member, self.event.language_code)
        for write in self._said:
            write(s)

    def _later(self, write: Callable[[Session], object]) -> None:
        self._said.append(write)

    def _key(self) -> str:
        self._count += 1
        return f"reply:{self.house.bot_id}:{self.event.update_id}:{self._count}"

    def _address(self, s: Session) -> Address:
        """A row for chats of members; of a stranger no more than where this one line goes."""
        e = self.event
        if self.member is None:
            return Address(telegram_id=e.chat, thread_id=e.thread_id)
        chat = teams.chat(s, e.chat, e.chat_kind, e.chat_title)
        return Address(chat.id, thread_id=e.thread_id)


def number(text: str) -> int:
    """The row id in a button; 0, which no row has, where a forged press holds something else."""
    return int(text) if text.isdecimal() and len(text) < 19 else 0
