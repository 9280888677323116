"""A file in the private chat, its store where that is open, and Undo."""

from __future__ import annotations

from bot import ingest, teams
from bot.context import Turn
from bot.context import number as row_id
from bot.db import facts, people
from bot.errors import UserError
from bot.message import Message
from bot.render import imports as render


def receive(turn: Turn) -> None:
    """Queue the file; which store it belongs to is asked only where that is open."""
    e = turn.event
    if e.file_size > turn.house.config.files.max_mb * 2**20:
        raise UserError("import.too_big", mb=turn.house.config.files.max_mb)
    stores = teams.stores(turn.s, turn.team_id)
    if not stores:
        raise UserError("store.none")
    chosen = _named(stores, f"{e.text} {e.file_name}") or (stores if len(stores) == 1 else [])
    row = _queue(turn, chosen[0] if chosen else None)
    message = render.reading(turn.t, e.file_name) if chosen else _which(turn, row, stores)
    row.progress_key = turn.say(message)


def _named(stores: list[people.Store], words: str) -> list[people.Store]:
    """The one store that caption or file name speaks of."""
    found = [x for x in stores if x.key.lower() in words.lower() or x.name in words]
    return found if len(found) == 1 else []


def _queue(turn: Turn, store: people.Store | None) -> facts.Import:
    e = turn.event
    assert turn.member
    return ingest.queue(
        turn.s, team_id=turn.team_id, store_id=store.id if store else None,
        member_id=turn.member.id, chat_id=teams.chat(turn.s, e.chat, e.chat_kind).id,
        thread_id=e.thread_id, message_id=e.message_id, file_name=e.file_name, file_id=e.file_id,
        now=turn.now,
    )  # fmt: skip


def _which(turn: Turn, row: facts.Import, stores: list[people.Store]) -> Message:
    assert row.id
    return render.which_store(turn.t, row.id, row.file_name, stores)


def choose_store(turn: Turn) -> None:
    """`f:<import id>:<store id>`."""
    row, store_id = _own(turn)
    store = turn.s.get(people.Store, row_id(store_id))
    if store is None or store.team_id != turn.team_id:
        raise UserError("store.gone")
    if not ingest.assign(turn.s, row, store):
        raise UserError("import.begun")
    turn.edit(render.reading(turn.t, row.file_name))


def undo(turn: Turn) -> None:
    """`u:<import id>`: what the import changed is given back by the import worker."""
    row, _ = _own(turn)
    ingest.ask_undo(turn.s, row)
    turn.answer(turn.t("import.undoing"))


def _own(turn: Turn) -> tuple[facts.Import, str]:
    """An import of this team and what stands behind its id."""
    number, _, rest = turn.event.data.partition(":")
    row = turn.s.get(facts.Import, row_id(number))
    if row is None or row.team_id != turn.team_id:
        raise UserError("import.gone")
    return row, rest
