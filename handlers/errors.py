"""Where a door is opened: access, the transaction, and errors turned into words — once, for all."""

from __future__ import annotations

import logging
from functools import partial
from typing import Protocol

from bot import inbox, privacy
from bot.access import PRIVATE, Rule, Verdict, decide
from bot.context import Event, House, Turn
from bot.errors import UserError
from bot.message import Button, Message
from bot.render import notices

log = logging.getLogger(__name__)


class Opens(Protocol):
    """A row of COMMANDS or PRESSES."""

    @property
    def door(self) -> object: ...
    @property
    def rule(self) -> Rule: ...
    @property
    def writes(self) -> bool: ...
    @property
    def raw(self) -> bool: ...
    @property
    def places(self) -> bool: ...


def settle(house: House, event: Event, row: Opens | None) -> None:
    """Handle one event and mark its update as done; raises only where that cannot be written."""
    try:
        _answer(house, event, row)
    except inbox.AlreadyHandled:
        log.info("update %d was handled before", event.update_id)
    except UserError as e:
        _apologise(house, event, e)
    except Exception:
        log.exception("update %d failed", event.update_id)
        _apologise(house, event, UserError("internal"), error="internal error")


def give_up(house: House, event: Event) -> None:
    """One of us is told that this stays unanswered, anybody else nothing."""
    with house.db.write() as s:
        turn = Turn(house, s, event, house.clock.now())
        if turn.member and event.query_id:
            turn.answer(turn.t("error.gave_up"))
        elif turn.member:
            turn.say(Message(turn.t("error.gave_up")))
        turn.settle(s, inbox.GAVE_UP)


def _answer(house: House, event: Event, row: Opens | None) -> None:
    now = house.clock.now()
    if row is not None and row.writes:
        with house.db.write() as s:
            turn = Turn(house, s, event, now)
            _open(turn, row)
            turn.settle(s)
        return
    with house.db.read() as s:
        turn = Turn(house, s, event, now)
        _open(turn, row)
    with house.db.write() as s:
        turn.settle(s)


def _open(turn: Turn, row: Opens | None) -> None:
    role = turn.member.role if turn.member else None
    verdict = decide(row.rule if row else None, role, turn.event.chat_kind)
    if verdict is Verdict.ALLOW and row is not None:
        assert callable(row.door)
        if not row.raw:
            turn.hide(partial(privacy.hidden, places=row.places))
        row.door(turn)
        turn.answer()
        return
    if verdict is Verdict.SILENT:
        turn.answer()
        return
    _refuse(turn, row, verdict)


def _refuse(turn: Turn, row: Opens | None, verdict: Verdict) -> None:
    key = _REFUSALS[verdict]
    if verdict is Verdict.ELSEWHERE and row is not None and row.rule.chats == PRIVATE:
        key = "elsewhere.private"
    text = turn.t(f"error.{key}")
    if turn.event.query_id:
        turn.answer(text)
    elif verdict is Verdict.STRANGER:
        join = Button(turn.t("join.ask"), data="join:ask")
        turn.say(Message(text, ((join,),)))
    else:
        turn.say(Message(text))


_REFUSALS = {
    Verdict.REFUSE: "not_allowed",
    Verdict.ELSEWHERE: "elsewhere.group",
    Verdict.STRANGER: "stranger",
}


def _apologise(house: House, event: Event, e: UserError, error: str = "") -> None:
    """One clear line in the reader's language; nothing of the failed door is kept."""
    try:
        with house.db.write() as s:
            turn = Turn(house, s, event, house.clock.now())
            if event.query_id:
                turn.answer(turn.t(f"error.{e.key}", **e.params)[:200])
            else:
                turn.say(notices.error(e, turn.t))
            turn.settle(s, error)
    except inbox.AlreadyHandled:
        log.info("update %d was handled before", event.update_id)
