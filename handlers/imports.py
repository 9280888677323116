"""A file, its store where that is open, a typed line of figures, and Undo."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot import audit, ingest, periods, teams
from bot.context import Turn
from bot.context import number as row_id
from bot.db import facts, people
from bot.errors import UserError
from bot.ingest import headers, record
from bot.message import Message
from bot.render import imports as render


def receive(turn: Turn) -> None:
    """Queue the file; a look at it tells its store, or that is asked."""
    e = turn.event
    if e.file_size > turn.house.config.files.max_mb * 2**20:
        raise UserError("import.too_big", mb=turn.house.config.files.max_mb)
    stores = _stores(turn)
    words = f"{e.text} {e.file_name}"
    if _named(teams.stores(turn.s, turn.team_id), words) not in (None, *stores):
        raise UserError("store.not_yours")
    store = _chosen(stores, words)
    row = _queue(turn, store, e.file_name)
    row.progress_key = turn.say(render.reading(turn.t, e.file_name))


def _stores(turn: Turn) -> list[people.Store]:
    if not turn.stores:
        raise UserError("store.none")
    return turn.stores


def _chosen(stores: list[people.Store], words: str) -> people.Store | None:
    """The only store, or the one that caption or file name speaks of."""
    return stores[0] if len(stores) == 1 else _named(stores, words)


def _named(stores: list[people.Store], words: str) -> people.Store | None:
    found = [x for x in stores if x.key.lower() in words.lower() or x.name in words]
    return found[0] if len(found) == 1 else None


def _queue(turn: Turn, store: people.Store | None, name: str) -> facts.Import:
    e = turn.event
    assert turn.member
    return ingest.queue(
        turn.s, team_id=turn.team_id, store_id=store.id if store else None,
        member_id=turn.member.id, chat_id=teams.chat(turn.s, e.chat, e.chat_kind).id,
        thread_id=e.thread_id, message_id=e.message_id, file_name=name, file_id=e.file_id,
        now=turn.now,
    )  # fmt: skip


def _which(turn: Turn, row: facts.Import, stores: list[people.Store]) -> Message:
    assert row.id
    return render.which_store(turn.t, row.id, row.file_name, stores, typed=not row.file_id)


def write_down(turn: Turn) -> None:
    """`/record 昨天 访客3200 …`: understood before a store is asked for."""
    text, stores = turn.event.text, _stores(turn)
    _entry(turn, text, stores[0])
    store = _chosen(stores, "")
    row = _queue(turn, None, text)
    message = _enter(turn, row, store) if store else _which(turn, row, stores)
    row.progress_key = turn.say(message)


def _entry(turn: Turn, text: str, store: people.Store) -> record.Entry:
    today = periods.business_day(turn.now, ZoneInfo(store.timezone))
    return record.parse(text, today, store.currency)


def _enter(turn: Turn, row: facts.Import, store: people.Store) -> Message:
    entry = _entry(turn, row.file_name, store)
    report = ingest.enter(turn.s, row, store, entry, turn.now)
    return render.report(report, turn.t, row.id or 0, row.file_name)


def choose_store(turn: Turn) -> None:
    """`f:<import id>:<store id>`."""
    row, store_id = _own(turn)
    number = row_id(store_id)
    store = next((x for x in turn.stores if x.id == number), None)
    if store is None:
        raise UserError("store.gone")
    if row.file_id:
        if not ingest.assign(turn.s, row, store):
            raise UserError("import.begun")
        turn.edit(render.reading(turn.t, row.file_name))
    else:
        if row.state != "asked":
            raise UserError("import.begun")
        turn.edit(_enter(turn, row, store))


def explain(turn: Turn) -> None:
    """`h:<import id>:<form id>:<change>`: k<kind>, c<column>, n (no such one), x (leave it), r (ask again)."""
    row, rest = _own(turn)
    number, _, change = rest.partition(":")
    form = turn.s.get(facts.HeaderMap, row_id(number))
    if form is None or form.team_id != turn.team_id or not row.store_id:
        raise UserError("header.gone")
    if change == "r":
        _ask_again(turn, form, row)
        return
    if row.state != "asked":
        raise UserError("header.gone")
    if change == "x":
        ingest.leave(turn.s, row, turn.now)
        turn.edit(render.left(turn.t, row.file_name))
        return
    if change.startswith("k"):
        headers.say_kind(form, change[1:])
    elif change == "n":
        headers.say_none(form)
    else:
        headers.say_column(form, row_id(change[1:]))
    turn.s.add(form)
    if form.known:
        ingest.again(turn.s, row)
        turn.edit(render.reading(turn.t, row.file_name))
    else:
        turn.edit(render.ask_column(turn.t, form, row.id or 0))


def _ask_again(turn: Turn, form: facts.HeaderMap, row: facts.Import) -> None:
    anew = headers.forget(turn.s, form, row, turn.now)
    assert turn.member
    audit.note(turn.s, turn.member, "header", turn.now, to=row.file_name)
    turn.edit(render.ask_kind(turn.t, form, anew.id or 0, row.file_name))


def undo(turn: Turn) -> None:
    """`u:<import id>`: what the import changed is given back by the import worker."""
    row, _ = _own(turn)
    ingest.ask_undo(turn.s, row)
    turn.answer(turn.t("import.undoing"))


def say_ended(turn: Turn) -> None:
    """`e:<import id>:<day>:<yes|no>`: whether that day was over when the file was exported."""
    row, rest = _own(turn)
    day, _, answer = rest.partition(":")
    if answer not in ("yes", "no"):
        raise UserError("import.not_asked")
    if ingest.say_ended(turn.s, row, day, answer == "yes", turn.now):
        assert turn.member
        audit.note(turn.s, turn.member, f"day_{answer}", turn.now, to=f"{day} {row.file_name}")
    turn.edit(_report(turn, row))


def _report(turn: Turn, row: facts.Import) -> Message:
    assert row.id
    report = ingest.Report.load(row.report)
    return render.report(report, turn.t, row.id, row.file_name, ingest.asked(turn.s, row.id))


def _own(turn: Turn) -> tuple[facts.Import, str]:
    """An import of this team, into a store of this person's, and what stands behind its id."""
    number, _, rest = turn.event.data.partition(":")
    # two may press at once
    row = turn.s.get(facts.Import, row_id(number), with_for_update=True)
    if row is None or row.team_id != turn.team_id:
        raise UserError("import.gone")
    if row.store_id and row.store_id not in {x.id for x in turn.stores}:
        raise UserError("store.not_yours")
    return row, rest
