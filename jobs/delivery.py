"""The pump of the outbox: claim, draw, deliver, settle. Woken by commits, with a tick as belt."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from telegram import Bot
from telegram.error import InvalidToken, RetryAfter, TelegramError

from bot import boards, documents, outbox, presence
from bot.context import House
from bot.db.wire import OutboxRow
from bot.delivery import deliver
from bot.message import Document
from bot.outbox import Claim, Outcome, Sending
from bot.presence import Scene

log = logging.getLogger(__name__)

# few enough that a crash leaves little in doubt, enough for Telegram's 30 messages a second
IN_FLIGHT = 12
LONGEST_SLEEP = 1.0  # seconds; a commit of another process wakes nobody here


class Pump:
    """Sends what is due, one message at a time in a chat, many chats at once."""

    def __init__(self, house: House, bot: Bot, draw: Callable[[str], Awaitable[bytes]]) -> None:
        self._house = house
        self._bot = bot
        self._draw = draw
        self._woken = asyncio.Event()
        self._in_flight: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None
        self._stopping = False
        self._unsure = False  # what became of the last try is not known

    def wake(self) -> None:
        self._woken.set()

    def start(self) -> None:
        self._loop = asyncio.create_task(self._run(), name="pump")

    async def stop(self) -> None:
        """Claim no more; let what is in flight end, since cutting it off would hide its outcome."""
        self._stopping = True
        self.wake()
        if self._loop:
            await self._loop
        if self._in_flight:
            await asyncio.wait(self._in_flight, timeout=35)

    async def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            wait = LONGEST_SLEEP
            try:
                claim = await self._house.run(self._claim)
                self._house.vitals.note("pumped")
                for sending in claim.sendings:
                    task = asyncio.create_task(self._send(sending))
                    self._in_flight.add(task)
                    task.add_done_callback(self._in_flight.discard)
                if claim.again_in is not None:
                    wait = min(wait, max(claim.again_in, 0.01))
            except Exception:
                log.exception("the outbox could not be read")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), wait)

    def _claim(self) -> Claim:
        now = self._house.clock.now()
        free = IN_FLIGHT - len(self._in_flight)
        if self._house.vitals.signs.refused:
            return Claim([], None)
        with self._house.db.read() as s:
            if not (free and outbox.anything_due(s, now)):
                return Claim([], None)
        with self._house.db.write() as s:
            return outbox.claim(s, self._house.owner, now, free)

    async def _send(self, sending: Sending) -> None:
        outcome = await self._try(sending)
        self._house.vitals.note("settled")
        if outcome.said_at:
            ahead = outcome.said_at - self._house.clock.now()
            self._house.vitals.note(skew=ahead.total_seconds())
        if outcome.result not in ("sent", "wait"):
            log.warning("row %d (%s): %s", sending.id, outcome.result, outcome.error)
        await self._house.insist(self._settle, sending, outcome)

    async def _try(self, sending: Sending) -> Outcome:
        """Where the last try was hidden by the network, ask first whether it works again.

        A second copy goes only once, and a reply never: neither may be wasted on an outage.
        """
        if (self._unsure or sending.repeat) and not await self._answers():
            return Outcome("retry", error="Telegram does not answer")
        picture, document = await self._picture(sending), await self._document(sending)
        outcome = await deliver(self._bot, sending, picture, document)
        self._unsure = outcome.result == "unknown"
        return outcome

    async def _answers(self) -> bool:
        try:
            await self._bot.get_me()
        except (RetryAfter, InvalidToken):
            return True  # an answer, if no kind one: the message itself will meet it
        except TelegramError:
            return False
        return True

    async def _picture(self, sending: Sending) -> bytes | None:
        """None where there is none, or where it cannot be drawn: that must not cost the text."""
        if not sending.message.picture:
            return None
        try:
            return await self._draw(sending.message.picture)
        except Exception:
            log.exception("row %d: its picture cannot be drawn", sending.id)
            return None

    async def _document(self, sending: Sending) -> bytes | None:
        """None where there is none, or where it cannot be made: then the words say so."""
        if sending.message.document is None:
            return None
        try:
            return await self._house.run(self._made, sending.message.document)
        except Exception:
            log.exception("row %d: its file cannot be made", sending.id)
            return None

    def _made(self, document: Document) -> bytes:
        with self._house.db.read() as s:
            return documents.make(s, document, self._house.clock.now())

    def _settle(self, sending: Sending, outcome: Outcome) -> None:
        with self._house.db.write() as s:
            now = self._house.clock.now()
            if outbox.settle(s, sending, self._house.owner, outcome, now):
                scene = Scene(s, now, self._house.config.defaults.language)
                presence.learned(scene, sending, outcome)
                row = s.get(OutboxRow, sending.id)
                if row:
                    boards.learned(scene, row, sending, outcome)
