"""/link: a group or topic is bound to stores; and what Telegram does to our place in a chat."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlmodel import Session

from bot import audit, links, teams
from bot import settings as rules
from bot.access import Verdict, decide
from bot.config import Defaults, Language
from bot.context import Reach, Turn
from bot.db.people import Binding, Chat, Store
from bot.errors import UserError
from bot.i18n import language_of, words
from bot.message import Message
from bot.render import chats as render
from bot.render import notices
from handlers import said


def link(turn: Turn) -> None:
    """One store, or those named, are bound at once; else they are ticked one by one."""
    e, stores = turn.event, _offered(turn)
    if e.reach and not e.reach.can_send:
        assert turn.member
        make = partial(render.cannot_send, title=e.chat_title)
        turn.tell(turn.member, make, f"mute:{e.update_id}", "reply")
        return
    chosen = _named(stores, e.text) if e.text else stores
    if e.text or len(stores) == 1:
        binding = teams.link(*_place(turn), chosen, *_manner(turn))
        _result(turn, binding, turn.say)
    else:
        turn.say(_ticks(turn, stores))


def choose(turn: Turn) -> None:
    """`link:<store id>` ticks or unticks, `link:all` and `link:done` end it, `link:test` tries."""
    e, stores = turn.event, _offered(turn)
    if e.data in ("done", "test"):
        binding = links.own(turn.s, e.chat, e.thread_id)
        if binding is None:
            raise UserError("link.none_chosen")
        _result(turn, binding, _edit(turn), asked=e.data == "test")
    elif e.data == "all":
        _result(turn, teams.link(*_place(turn), stores, *_manner(turn)), _edit(turn))
    else:
        store = next((x for x in stores if str(x.id) == e.data), None)
        if store is None:
            raise UserError("store.gone")
        _note(turn, links.toggle(*_place(turn), store, *_manner(turn)))
        turn.edit(_ticks(turn, stores))


def _offered(turn: Turn) -> list[Store]:
    """The team's stores that this person may see. Raises UserError where there is none, or where
    the chat shows others too."""
    assert turn.member
    binding = links.own(turn.s, turn.event.chat, turn.event.thread_id)
    if binding and not links.sees(turn.s, turn.member, binding):
        raise UserError("store.not_yours")
    held = teams.held_to(turn.s, turn.member)
    stores = teams.stores(turn.s, turn.team_id)
    if not stores:
        raise UserError("store.none")
    if held and not (stores := [x for x in stores if x.id in held]):
        raise UserError("store.not_yours")
    return stores


def _named(stores: list[Store], text: str) -> list[Store]:
    """Stores by key or name, several apart by spaces or commas; 全部 is all of them."""
    if text.casefold() in words("link.all_aliases"):
        return stores
    called = {x.name.casefold(): x for x in stores} | {x.key.casefold(): x for x in stores}
    if text.casefold() in called:
        return [called[text.casefold()]]
    found = []
    for word in re.split(r"[\s,，、]+", text.strip()):
        if word.casefold() not in called:
            names = " ".join(x.name for x in stores)
            raise UserError("link.unknown_store", word=word[:20], stores=names)
        found.append(called[word.casefold()])
    return found


def _place(turn: Turn) -> tuple[Session, Chat, int]:
    e = turn.event
    return turn.s, teams.chat(turn.s, e.chat, e.chat_kind, e.chat_title), e.thread_id


def _manner(turn: Turn) -> tuple[Language, Defaults, datetime]:
    defaults = turn.house.config.defaults
    return language_of(turn.event.language_code, defaults.language), defaults, turn.now


def _ticks(turn: Turn, stores: list[Store]) -> Message:
    e = turn.event
    binding = links.own(turn.s, e.chat, e.thread_id)
    bound = teams.bound_stores(turn.s, binding) if binding else []
    chosen = {x.id for x in bound if x.id is not None}
    return render.choose(turn.t, stores, chosen, topic=e.thread_id != 0)


def _edit(turn: Turn) -> Callable[[Message], str]:
    """As `turn.say`, on the message whose button was pressed: what names it later is its id."""

    def edit(message: Message) -> str:
        turn.edit(message)
        return str(turn.event.message_id)

    return edit


def _result(
    turn: Turn, binding: Binding, speak: Callable[[Message], str], asked: bool = False
) -> None:
    """What is bound and what reaches us; where that may get better, this message will say so."""
    reach = turn.event.reach or Reach()
    if reach.hears_all is not None:
        links.hears(turn.s, turn.event.chat, reach.hears_all)
        turn.s.refresh(binding)
    key = speak(render.linked(turn.t, rules.view(turn.s, binding), asked))
    binding.hearing = "" if binding.hears_all else key
    binding.stopped_at = None
    turn.s.add(binding)
    if not asked:
        _note(turn, binding)


def _note(turn: Turn, binding: Binding) -> None:
    assert turn.member
    names = " ".join(x.key for x in teams.bound_stores(turn.s, binding))
    audit.note(turn.s, turn.member, "linked", turn.now, to=f"{turn.event.chat_title}: {names}")


def unlink(turn: Turn) -> None:
    """Asks first; the button is one of /settings."""
    if turn.binding is None:
        raise UserError("link.not_linked")
    view = rules.view(turn.s, turn.binding)
    turn.say(render.page(turn.t, view, "unlink", private=False))


def anonymous(turn: Turn) -> None:
    """A command of an administrator who posts as the group: whoever presses runs it as themselves.

    A group of nobody's hears this of /link only.
    """
    name = turn.event.text
    if turn.binding or name == "link":
        turn.say(notices.who_are_you(turn.t, name))


def as_myself(turn: Turn) -> None:
    """`me:<command>`: the command that the message answers, with the presser's own rights."""
    from handlers import DOORS  # the tables import the doors

    name, asked = turn.event.data, said.read(turn.event.text, turn.house.bot_name)
    row = DOORS.words if name == "words" else said.by_name(DOORS.commands).get(name)
    if row is None or asked is None or not turn.event.text:
        raise UserError("anonymous")
    role = turn.member.role if turn.member else None
    if decide(row.rule, role, turn.event.chat_kind) is not Verdict.ALLOW:
        raise UserError("not_allowed")
    typed = said.typed(DOORS.commands).match(asked.text, addressed=True)
    text = typed[1] if typed and not asked.command else asked.text
    turn.event = replace(turn.event, text=text, data="")
    row.door(turn)
    turn.edit(notices.ran_as(turn.t, turn.event.name, name))


def stale(_: Turn) -> None:
    """A button under a message so old that Telegram no longer shows it to us."""
    raise UserError("stale")
