"""The worker of the import queue: claim, fetch the file, import, turn progress into the report."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlmodel import Session
from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot import ingest, outbox
from bot.config import Language
from bot.context import House
from bot.db.facts import Import
from bot.db.instance import Instance
from bot.db.people import Member
from bot.errors import UserError
from bot.i18n import Translator, language_of, translator
from bot.message import Message
from bot.outbox import Address
from bot.render import imports as render

log = logging.getLogger(__name__)

LOOK_EVERY = 5.0  # seconds, for rows of other processes
TELL_EVERY = 3.0  # seconds between two edits of the progress message
FETCH_TRIES = 4


class Imports:
    """One import at a time: two would only fight for the disk."""

    def __init__(self, house: House, bot: Bot, instance: Instance) -> None:
        self._house = house
        self._instance = instance
        self._bot = bot
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def wake(self) -> None:
        self._woken.set()

    def start(self) -> None:
        self._task = asyncio.create_task(self._loop(), name="imports")

    async def stop(self) -> None:
        """An import cut off here is given back and done again at the next start."""
        self._stopping = True
        self.wake()
        if self._task:
            await asyncio.wait([self._task], timeout=20)
            self._task.cancel()

    async def _loop(self) -> None:
        while not self._stopping:
            self._woken.clear()
            try:
                while not self._stopping and await self._one():
                    pass
            except Exception:
                log.exception("the import queue stumbled")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK_EVERY)

    async def _one(self) -> bool:
        """True if there was work."""
        row = await self._house.run(self._claim)
        if row is None:
            return False
        with tempfile.TemporaryDirectory(prefix="storebot-") as folder:
            try:
                if ingest.exhausted(row):
                    raise UserError("internal")
                if row.state == "undoing":
                    await self._house.run(_undo, self._house, row)
                    return True
                path = Path(folder) / "upload"  # a name of theirs may be longer than a disk allows
                await self._fetch(row, path)
                await self._house.run(_run, self._house, row, path)
            except UserError as e:
                await self._house.run(_refuse, self._house, row, e)
            except Exception:
                log.exception("import %d failed", row.id)
                await self._house.run(_refuse, self._house, row, UserError("internal"))
        return True

    def _claim(self) -> Import | None:
        with self._house.db.read() as s:
            dead = self._instance.dead(ingest.owners(s))
            waiting = ingest.waiting(s)
        if not waiting:
            return None
        with self._house.db.write() as s:
            return ingest.claim(s, self._house.owner, self._house.clock.now(), dead)

    async def _fetch(self, row: Import, path: Path) -> None:
        """Get the file from Telegram. Raises UserError where it will not be had."""
        for n in range(FETCH_TRIES):
            try:
                file = await self._bot.get_file(row.file_id)
                await file.download_to_drive(path)
                return
            except BadRequest as e:
                if "too big" in str(e).lower():
                    raise UserError("import.too_big", mb=20) from e
                raise UserError("import.not_fetched") from e
            except TelegramError as e:
                log.warning("import %d: the file does not come: %s", row.id, e)
                await asyncio.sleep(2**n)
        raise UserError("import.not_fetched")


def _run(house: House, row: Import, path: Path) -> None:
    """Import and tell; the message that said "reading" becomes progress and then the report."""
    assert row.id
    told = time.monotonic()

    def progress(step: ingest.Progress) -> None:
        nonlocal told
        if time.monotonic() - told < TELL_EVERY:
            return
        told = time.monotonic()
        with house.db.write() as s:
            _tell(s, house, row, f"p{int(told * 1000)}", lambda t: render.progress(step, t))

    ingest.run(house.db, row.id, path, house.clock.now(), progress, _ending(house, row))


def _undo(house: House, row: Import) -> None:
    assert row.id
    ingest.undo(house.db, row.id, house.clock.now(), _ending(house, row))


def _refuse(house: House, row: Import, e: UserError) -> None:
    """Trouble outside the importer: the file did not come, or something broke."""
    ingest.fail(house.db, row.id or 0, e, house.clock.now(), _ending(house, row))


def _ending(house: House, row: Import) -> Callable[[Session, ingest.End], None]:
    """What is said at the end, written in the transaction that ends it."""

    def say(s: Session, end: ingest.End) -> None:
        match end:
            case ingest.Report():
                report = end
                _tell(s, house, row, "report",
                      lambda t: render.report(report, t, row.id or 0, row.file_name))  # fmt: skip
                if report.personal and row.message_id:
                    _delete(s, house, row)
            case ingest.UndoResult():
                result = end
                _tell(s, house, row, "undone", lambda t: render.undone(result, t))
            case UserError():
                error = end
                key = f"refused{row.attempts}"
                _tell(s, house, row, key,
                      lambda t: Message(t(f"error.{error.key}", **error.params)))  # fmt: skip

    return say


def _tell(
    s: Session, house: House, row: Import, suffix: str, make: Callable[[Translator], Message]
) -> None:
    """Edit the progress message; a report that finds none to edit is said anew."""
    if row.chat_id is None:
        return
    member = s.get(Member, row.member_id) if row.member_id else None
    default = house.config.defaults.language
    language: Language = language_of(member.language if member else "", default)
    outbox.enqueue(
        s, f"import:{row.id}:{suffix}", Address(row.chat_id, thread_id=row.thread_id),
        make(translator(language)), house.clock.now(),
        kind="import", method="edit", target=row.progress_key,
    )  # fmt: skip


def _delete(s: Session, house: House, row: Import) -> None:
    """The file had personal columns: it need not stay in the chat."""
    assert row.chat_id
    outbox.enqueue(
        s, f"import:{row.id}:delete", Address(row.chat_id), Message(""), house.clock.now(),
        kind="import", method="delete", target=str(row.message_id),
    )  # fmt: skip
