"""The worker of the import queue: claim, fetch the file, import, turn progress into the report."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sqlmodel import Session
from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot import desk, ingest, outbox, teams
from bot.aftersales import worklist
from bot.config import Language
from bot.context import House
from bot.db.facts import Import
from bot.db.instance import Instance
from bot.db.people import Chat, Member, Store
from bot.errors import UserError
from bot.i18n import Translator, language_of, translator
from bot.ingest import headers
from bot.message import Message
from bot.outbox import Address
from bot.render import imports as render
from bot.render import notices

log = logging.getLogger(__name__)

LOOK_EVERY = 5.0  # seconds, for rows of other processes
TELL_EVERY = 3.0  # seconds between two edits of the progress message
FETCH_TRIES = 4
CUT_WITHIN = 2.0  # seconds, at a stop; a slice takes no longer


class Cut(Exception):
    """The bot stops in the middle of an import."""


class Imports:
    """One import at a time: two would only fight for the disk."""

    def __init__(self, house: House, bot: Bot, instance: Instance) -> None:
        self._house = house
        self._instance = instance
        self._bot = bot
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._cut = threading.Event()

    def wake(self) -> None:
        self._woken.set()

    def start(self) -> None:
        self._task = asyncio.create_task(self._loop(), name="imports")

    async def stop(self) -> None:
        """An import cut off here is given back and done again at the next start."""
        self._stopping = True
        self.wake()
        self._cut.set()
        if self._task:
            await asyncio.wait([self._task], timeout=CUT_WITHIN)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

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
                    await self._house.run(_undo, self._house, row, self._cut)
                    return True
                path = Path(folder) / "upload"  # a name of theirs may be longer than a disk allows
                await self._fetch(row, path)
                if row.state == "sorting":
                    await self._house.run(_sort, self._house, row, path)
                else:
                    await self._house.run(_run, self._house, row, path, self._cut)
            except Cut:
                await self._house.run(_release, self._house, row)
                return False
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


def _sort(house: House, row: Import, path: Path) -> None:
    """Whose file it is: asked only where its platform leaves that open."""
    platforms = ingest.look(path, row.file_name)
    with house.db.write() as s:
        stores = _candidates(s, row)
        store = ingest.only_store(platforms, stores)
        ingest.sort(s, row, store.id if store else None)
        if store is None:
            _tell(s, house, row, f"which{row.attempts}",
                  lambda t: render.which_store(t, row.id or 0, row.file_name, stores))  # fmt: skip


def _candidates(s: Session, row: Import) -> list[Store]:
    """The stores its sender sees in the chat it came from."""
    chat = s.get(Chat, row.chat_id) if row.chat_id else None
    member = s.get(Member, row.member_id) if row.member_id else None
    stores = teams.stores(s, row.team_id)
    if chat and chat.kind != "private":
        binding = teams.binding(s, chat.telegram_id, row.thread_id)
        stores = teams.bound_stores(s, binding) if binding else []
    held = teams.held_to(s, member) if member else set()
    return [x for x in stores if x.team_id == row.team_id and (not held or x.id in held)]


def _in_group(house: House, row: Import) -> bool:
    with house.db.read() as s:
        chat = s.get(Chat, row.chat_id) if row.chat_id else None
    return bool(chat and chat.kind != "private")


def _run(house: House, row: Import, path: Path, cut: threading.Event) -> None:
    """Import and tell; the message that said "reading" becomes progress and then the report."""
    assert row.id
    told = time.monotonic()

    def progress(step: ingest.Progress) -> None:
        nonlocal told
        if cut.is_set():
            raise Cut
        if time.monotonic() - told < TELL_EVERY:
            return
        told = time.monotonic()
        with house.db.write() as s:
            _tell(s, house, row, f"p{int(told * 1000)}", lambda t: render.progress(step, t))

    ingest.run(
        house.db, row.id, path, house.clock.now(), progress, _ending(house, row),
        in_group=_in_group(house, row), on_unknown=_asking(house, row), desk=_cards(house),
    )  # fmt: skip


def _cards(house: House) -> worklist.Desk:
    """The desk that follows a list of refunds; where its cards stand they are edited."""
    return worklist.Desk(lambda s, issue, now: desk.changed(s, house, issue, now, "import"))


def _asking(house: House, row: Import) -> Callable[[Session, tuple[str, ...]], None]:
    """What the table is, asked where its header means nothing to us."""

    def ask(s: Session, header: tuple[str, ...]) -> None:
        form = headers.unknown(s, row.team_id, header)
        s.flush()
        _tell(s, house, row, f"kind{row.attempts}",
              lambda t: render.ask_kind(t, form, row.id or 0, row.file_name))  # fmt: skip

    return ask


def _undo(house: House, row: Import, cut: threading.Event) -> None:
    assert row.id

    def progress(_: ingest.Progress) -> None:
        if cut.is_set():
            raise Cut

    ingest.undo(house.db, row.id, house.clock.now(), _ending(house, row), progress, _cards(house))


def _release(house: House, row: Import) -> None:
    """A stop is no failed try: the next start has it whole again."""
    assert row.id
    with house.db.write() as s:
        ingest.release(s, row.id)


def _refuse(house: House, row: Import, e: UserError) -> None:
    """Trouble outside the importer: the file did not come, or something broke."""
    ingest.fail(house.db, row.id or 0, e, house.clock.now(), _ending(house, row), _cards(house))


def _ending(house: House, row: Import) -> Callable[[Session, ingest.End], None]:
    """What is said at the end, written in the transaction that ends it."""

    number = row.id or 0

    def say(s: Session, end: ingest.End) -> None:
        fresh = s.get(Import, number)
        form = headers.of(s, fresh) if fresh and headers.left_nothing(fresh) else None

        def tell(suffix: str, make: Callable[[Translator], Message]) -> None:
            _tell(s, house, row, suffix,
                  lambda t: render.with_way_back(make(t), t, form, number) if form else make(t))  # fmt: skip

        match end:
            case ingest.Report():
                report, asked = end, ingest.asked(s, number)
                tell("report", lambda t: render.report(report, t, number, row.file_name, asked))
                if report.personal and row.message_id:
                    _delete(s, house, row)
            case ingest.UndoResult():
                result = end
                tell("undone", lambda t: render.undone(result, t))
            case UserError():
                error = end
                key = f"refused{row.attempts}"
                _tell(s, house, row, key,
                      lambda t: notices.error(error, t))  # fmt: skip
                if error.key == "import.personal" and row.message_id:
                    _delete(s, house, row)

    return say


def _tell(
    s: Session, house: House, row: Import, suffix: str, make: Callable[[Translator], Message]
) -> None:
    """Edit the progress message; a report that finds none to edit is said anew."""
    if row.chat_id is None:
        return
    member = s.get(Member, row.member_id) if row.member_id else None
    if member and member.left_at:
        return  # whoever is out of the team hears no more of its figures
    language = _language(s, house, row, member)
    outbox.enqueue(
        s, f"import:{row.id}:{suffix}", Address(row.chat_id, thread_id=row.thread_id),
        make(translator(language)), house.clock.now(),
        kind="import", method="edit", target=row.progress_key,
    )  # fmt: skip


def _language(s: Session, house: House, row: Import, member: Member | None) -> Language:
    """The chat's own; in private its person's."""
    chat = s.get(Chat, row.chat_id)
    group = chat and chat.kind != "private"
    binding = teams.binding(s, chat.telegram_id, row.thread_id) if chat and group else None
    said = binding.language if binding else member.language if member else ""
    return language_of(said, house.config.defaults.language)


def _delete(s: Session, house: House, row: Import) -> None:
    """The file had personal columns: it need not stay in the chat."""
    assert row.chat_id
    outbox.enqueue(
        s, f"import:{row.id}:delete", Address(row.chat_id), Message(""), house.clock.now(),
        kind="import", method="delete", target=str(row.message_id),
    )  # fmt: skip
