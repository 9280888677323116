"""The tick of follow-ups, notices and live sessions: who is to be reminded, each once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlmodel import Session

from bot import outbox
from bot.aftersales import issues
from bot.aftersales.kin import calls
from bot.aftersales.kin.calls import Place, Reminder
from bot.aftersales.views import IssueView
from bot.context import House
from bot.db.desk import Issue
from bot.db.people import Member
from bot.i18n import Translator, language_of, translator
from bot.message import Message
from bot.outbox import Address
from bot.render import kin as render

log = logging.getLogger(__name__)

PUSH = "kin"


def tick(house: House) -> None:
    now = house.clock.now()
    with house.db.read() as s:
        due, notices = calls.due(s, now), calls.unconfirmed(s, now)
    for reminder in due:
        _guarded(partial(_remind, house, reminder, now), reminder)
    for issue_id in notices:
        _guarded(partial(_ask, house, issue_id, now), issue_id)


def _guarded(do: Callable[[], None], what: Reminder | int) -> None:
    """One card's trouble must not cost the others their word."""
    try:
        do()
    except Exception:
        log.exception("a reminder failed: %s", what)


def _remind(house: House, reminder: Reminder, now: datetime) -> None:
    with house.db.write() as s:
        issue = calls.claim(s, reminder, now)
        if issue is None:
            return
        view = issues.view(s, issue, now, 0)
        if reminder.rule == "near":
            place = calls.chat_of(s, issue) or _private(s, issue.assignee_id)
            if place:
                t = _t(house, place)
                _say(s, issue, "near", place, render.remind_live(view, t), now)
            return
        for member_id in reminder.readers:
            _one(s, house, issue, view, member_id, reminder.rule, now)


def _one(
    s: Session, house: House, issue: Issue, view: IssueView, member_id: int, rule: str, now: datetime
) -> None:  # fmt: skip
    """In private, else in the chat of its card, by name."""
    member, place = s.get(Member, member_id), _private(s, member_id)
    if member is None or member.left_at:
        return
    there = place or calls.chat_of(s, issue)
    if there is None:
        return
    t = _t(house, there)
    if rule == "missed":
        message = render.overdue_notice(view, t)
    else:
        message = render.remind_todo(view, t, now, rule)
    if place is None:
        message = render.to(message, t, member)
    _say(s, issue, f"{rule}:{member_id}", there, message, now)


def _ask(house: House, issue_id: int, now: datetime) -> None:
    """Those who have not confirmed; who cannot be reached in private is named in the group."""
    with house.db.write() as s:
        claimed = calls.remind(s, issue_id, now, house.config.defaults)
        if claimed is None:
            return
        issue, members = claimed
        view, aloud = issues.view(s, issue, now, 0), []
        for member in members:
            place = calls.private(s, member)
            if place is None:
                aloud.append(member)
                continue
            message = render.remind_notice(view, _t(house, place), now)
            _say(s, issue, f"ask:{member.id}", place, message, now)
        there = calls.chat_of(s, issue) if aloud else None
        if there:
            message = render.call_out(view, _t(house, there), aloud)
            _say(s, issue, "ask", there, message, now)


def _private(s: Session, member_id: int | None) -> Place | None:
    member = s.get(Member, member_id) if member_id else None
    return calls.private(s, member) if member else None


def _t(house: House, place: Place) -> Translator:
    return translator(language_of(place.language, house.config.defaults.language))


def _say(s: Session, issue: Issue, what: str, to: Place, message: Message, now: datetime) -> None:
    outbox.enqueue(
        s, f"{PUSH}:{issue.id}:{what}:{int(now.timestamp())}",
        Address(to.chat_id, thread_id=to.thread_id), message, now, kind=PUSH, repeatable=True,
    )  # fmt: skip
