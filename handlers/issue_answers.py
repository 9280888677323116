"""A value that a card asked for by a reply: a cost, a time, a number."""

from __future__ import annotations

import re
from datetime import datetime

from bot import desk, money
from bot.access import DESK
from bot.aftersales import issues, reading
from bot.aftersales.drafts import Form
from bot.aftersales.views import IssueView
from bot.context import Turn
from bot.db.desk import Draft, Issue
from bot.errors import UserError
from bot.i18n import words
from bot.render.issues import from_birth

LONGEST = 60  # characters of such an answer
MOST = 10**9  # minor units; more is a number of something else
HEARD = "👍"  # under what was said: it went where it belongs


def take(turn: Turn, row: Draft, form: Form) -> None:
    """The question goes away when it was answered; one that was not understood stays."""
    assert turn.member
    issue = issues.seen(turn.s, turn.member, form.answers)
    view = issues.view(turn.s, issue, turn.now, 0)
    action, value = read(turn, view, row.asking)
    issues.act(turn.s, issue, action, turn.member, turn.now, value)
    turn.delete(row.key)
    turn.s.delete(row)
    desk.changed(turn.s, turn.house, issue, turn.now)
    turn.react(HEARD)


def read(turn: Turn, view: IssueView, asking: str) -> tuple[str, str]:
    """The action and its value. Raises UserError where the words are no such value."""
    text = turn.event.text.strip()[:LONGEST]
    what, _, slug = asking.partition(":")
    if what == "cost":
        return "resolve", f"{slug}:{_sum(text, view)}"
    if what == "amount":
        return "change", f"amount:{_sum(text, view)}"
    if what == "duplicate":
        if not re.fullmatch(r"#?\d{1,9}", text):
            raise UserError("draft.number")
        return "duplicate", text.removeprefix("#")
    if what == "due":
        return "due", _moment(text, turn.now, view, gone=False).isoformat()
    if what == "applied_at":
        return _asked(text, turn.now, view)
    if what == "quantity":
        if not (found := re.search(r"\d{1,6}", text)):
            raise UserError("draft.value")
        return "change", f"quantity:{found[0]}"
    if what == "tail":
        if not (found := re.fullmatch(r"\D*(\d{4})\D*", text)):
            raise UserError("draft.tail")
        return "change", f"tail:{found[1]}"
    assert turn.member
    if not re.fullmatch(r"#?[\w-]{4,40}", text) or reading.masked(
        turn.s, turn.member, turn.stores, text
    ):
        raise UserError("draft.number")
    return "change", f"order_no:{text}"


def _asked(text: str, now: datetime, view: IssueView) -> tuple[str, str]:
    """When the customer asked; `剩14h`, as platforms show it, is the deadline itself."""
    found = reading.moment(text, now, view.zone, gone=True)
    if found and found <= now:
        return "change", f"applied_at:{found.isoformat()}"
    if text.casefold() in words("draft.skip_words"):
        return "change", "applied_at:"
    if found is None and (left := reading.moment(text, now, view.zone, gone=False)):
        return "due", f"line:{left.isoformat()}"
    raise UserError("draft.asked_time")


def dated(turn: Turn, issue: Issue) -> bool:
    """Whether a reply to a card that counts from logging says since when, and nothing else."""
    assert turn.member
    view = issues.view(turn.s, issue, turn.now, 0)
    if turn.member.role not in DESK or not from_birth(view):
        return False
    found = reading.said_when(turn.event.text[:LONGEST], turn.now, view.zone)
    if found is None:
        return False
    action, value = (
        "change",
        f"applied_at:{found.applied_at.isoformat() if found.applied_at else ''}",
    )
    if found.due_at:
        action, value = "due", f"line:{found.due_at.isoformat()}"
    issues.act(turn.s, issue, action, turn.member, turn.now, value)
    return True


def _moment(text: str, now: datetime, view: IssueView, *, gone: bool) -> datetime:
    found = reading.moment(text, now, view.zone, gone=gone)
    if found is None:
        raise UserError("draft.time")
    return found


def _sum(text: str, view: IssueView) -> int:
    try:
        found = money.parse(text, view.currency or "CNY")
    except ValueError:
        found = None
    if found is None or not 0 <= found < MOST:
        raise UserError("draft.value")
    return found
