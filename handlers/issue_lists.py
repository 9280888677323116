"""/issues, /mine and /find: lists with filters and pages, a button to open each."""

from __future__ import annotations

from bot.aftersales import listing, reading
from bot.aftersales.listing import Filter
from bot.context import Turn
from bot.context import number as row_id
from bot.errors import UserError
from bot.message import Message
from bot.render import issue_lists as render


def board(turn: Turn) -> None:
    """`/issues`: what is open here."""
    turn.say(_page(turn, Filter()))


def mine(turn: Turn) -> None:
    """`/mine`: what is on my desk, of every kind."""
    turn.say(_page(turn, Filter("mine", kind="")))


def turn_to(turn: Turn) -> None:
    """`il:<store, 0 for all>:<group>:<page, from 1>`; page 0: said anew, under what stays."""
    store, _, rest = turn.event.data.partition(":")
    group, _, number = rest.partition(":")
    if group not in listing.GROUPS:
        raise UserError("stale")
    wanted = Filter(group, kind="" if group == "mine" else "issue", store_id=row_id(store))
    if wanted.store_id and wanted.store_id not in {x.id for x in turn.stores}:
        raise UserError("store.gone")
    (turn.edit if row_id(number) else turn.say)(_page(turn, wanted, row_id(number) or 1))


def find(turn: Turn) -> None:
    """`/find 0093`, `/find #123`, `/find 苹果`; a whole phone number is looked for by its last digits."""
    assert turn.member
    words = reading.masked(turn.s, turn.member, turn.stores, turn.event.text.strip()).text
    words = words.removeprefix("*") if words[1:].isdecimal() else words
    stores = _stores(turn)
    if not words:
        turn.say(render.how(turn.t))
        return
    assert turn.member
    said = reading.masked(turn.s, turn.member, turn.stores, words)
    # of a customer's number the end is what is kept
    sought = said.text.rpartition("*")[2] if said else words
    views = listing.find(turn.s, turn.team_id, sought, stores, member=turn.member)
    turn.say(render.found(views, turn.t, turn.now, said.text))


def _page(turn: Turn, wanted: Filter, number: int = 1) -> Message:
    stores = _stores(turn)
    page = listing.page(
        turn.s, turn.team_id, wanted, stores, turn.now, member=turn.member, number=number
    )
    named = [(x.id or 0, x.name) for x in turn.stores]
    return render.page(page, wanted, named, turn.t, turn.now)


def _stores(turn: Turn) -> set[int] | None:
    """Those that a group speaks about; in private all that the member may see."""
    here = {x.id or 0 for x in turn.stores}
    return None if turn.event.chat_kind == "private" else here
