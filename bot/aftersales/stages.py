"""The life of a card: its stages, and what may be done to it in each. Pure.

new → assigned → doing → waiting → solved → closed; reopened it is doing again; duplicate and void end it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.access import DESK, LEADER, LEADERSHIP

STAGES = ("new", "assigned", "doing", "waiting", "solved", "closed", "duplicate", "void")
OPEN = frozenset({"new", "assigned", "doing", "waiting"})
ENDED = frozenset(STAGES) - OPEN

Who = Literal["desk", "theirs", "leadership"]


@dataclass(frozen=True)
class Action:
    """One thing that can be done to a card: from which stages, into which ("" stays), and by whom.

    `who`: anybody of the desk; `theirs` its reporter, its assignee or leadership. Each is undone by
    the Undo of its event within UNDO_MINUTES; later only by doing something else.
    """

    name: str
    frm: frozenset[str]
    to: str = ""
    who: Who = "desk"


ACTIONS = {
    a.name: a
    for a in (
        Action("take", OPEN, "doing"),
        Action("assign", OPEN, "assigned"),
        Action("wait", OPEN, "waiting"),
        Action("resume", frozenset({"waiting"}), "doing"),
        Action("due", OPEN),
        Action("resolve", OPEN, "solved"),
        Action("close", OPEN | {"solved"}, "closed", "theirs"),
        Action("reopen", ENDED, "doing", "desk"),
        Action("void", OPEN, "void", "theirs"),
        Action("duplicate", OPEN, "duplicate"),
        Action("change", frozenset(STAGES) - {"void", "duplicate"}),
        Action("urge", OPEN),
        Action("note", frozenset(STAGES)),
    )
}  # fmt: skip

UNDO_MINUTES = 10

# what an event may be, beside the actions: how it was made, what a file did, what a clock did
EVENTS = (*ACTIONS, "open", "photo", "file", "gone", "missed", "undo", "merge", "confirm", "check")


def may(action: str, stage: str, role: str, *, theirs: bool) -> bool:
    """Whether somebody of `role` may do this to a card in `stage`; a leader only to their own."""
    a = ACTIONS.get(action)
    if a is None or stage not in a.frm:
        return False
    if role == LEADER:
        return theirs and action in ("note", "urge", "void")
    if role not in DESK:
        return False
    return role in LEADERSHIP or a.who == "desk" or (a.who == "theirs" and theirs)


def after(action: str, stage: str) -> str:
    """The stage it comes into."""
    return ACTIONS[action].to or stage
