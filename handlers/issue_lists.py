"""/issues, /mine and /find: lists with filters and pages, a button to open each."""

from __future__ import annotations

from dataclasses import replace

from bot import links
from bot.access import LEADERSHIP
from bot.aftersales import listing, reading
from bot.aftersales.listing import Filter
from bot.aftersales.words import KINDS
from bot.config import LANGUAGES
from bot.context import Turn
from bot.context import number as row_id
from bot.db.desk import Board
from bot.errors import UserError
from bot.i18n import translator
from bot.message import Button, Message
from bot.render import issue_lists as render


def board(turn: Turn) -> None:
    """`/issues`: what is open here; `/issues 待办`, of another kind."""
    message = _page(turn, Filter(kind=_kind(turn.event.text)))
    if _may_pin(turn):
        pin = (Button(turn.t("board.pin"), data="board:on"),)
        message = replace(message, keyboard=(*message.keyboard, pin))
    turn.say(message)


def _kind(text: str) -> str:
    """Of a word in any language; an issue where none is named."""
    word = text.strip().casefold()
    for kind in KINDS:
        if word in (kind, *(translator(x)(f"desk.kind.{kind}").casefold() for x in LANGUAGES)):
            return kind
    return "issue"


def _may_pin(turn: Turn) -> bool:
    """In a linked chat that has no board yet, by who leads."""
    leads = turn.member is not None and turn.member.role in LEADERSHIP
    here = links.own(turn.s, turn.event.chat, turn.event.thread_id) if leads else None
    return here is not None and turn.s.get(Board, here.id) is None


def mine(turn: Turn) -> None:
    """`/mine`: what is on my desk, of every kind."""
    turn.say(_page(turn, Filter("mine", kind="")))


def turn_to(turn: Turn) -> None:
    """`il:<store, 0 for all>:<group>:<page, from 1>[:<kind>]`; page 0: said anew, under what stays."""
    store, _, rest = turn.event.data.partition(":")
    group, _, rest = rest.partition(":")
    number, _, kind = rest.partition(":")
    if group not in listing.GROUPS or kind not in ("", *KINDS):
        raise UserError("stale")
    kind = kind or ("" if group == "mine" else "issue")
    wanted = Filter(group, kind=kind, store_id=row_id(store))
    if wanted.store_id and wanted.store_id not in {x.id for x in turn.stores}:
        raise UserError("store.gone")
    (turn.edit if row_id(number) else turn.say)(_page(turn, wanted, row_id(number) or 1))


def find(turn: Turn) -> None:
    """`/find 0093`, `/find #123`, `/find 苹果`; a whole phone number is looked for by its last digits."""
    words, stores = turn.event.text.strip(), _stores(turn)
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
    kinds = listing.kinds(turn.s, turn.team_id, stores, turn.member)
    return render.page(page, wanted, named, turn.t, turn.now, kinds)


def _stores(turn: Turn) -> set[int] | None:
    """Those that a group speaks about; in private all that the member may see."""
    here = {x.id or 0 for x in turn.stores}
    return None if turn.event.chat_kind == "private" else here
