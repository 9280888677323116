"""What somebody wrote about an issue, understood on the ground of their team and masked first.

Nothing of the text goes any further before customers' numbers in it are hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_
from sqlmodel import Session, col, select

from bot import teams
from bot.access import DESK, LEADER
from bot.aftersales import entry, masks, orders, reasons
from bot.aftersales.issues import New
from bot.db.desk import Issue
from bot.db.people import Member, Store

LONGEST = 1500  # characters of a message that are read
_NUMBERS = 8  # of a text that are looked up


@dataclass(frozen=True)
class Read:
    """What was understood, and what kinds of a customer's numbers were hidden in it."""

    new: New
    hidden: tuple[str, ...] = ()
    text: str = ""  # masked


def read(s: Session, member: Member, stores: Sequence[Store], text: str, now: datetime) -> Read:
    """`stores`: those that the chat and the member may speak of."""
    text = text[:LONGEST]
    if not text.strip():
        return Read(New())
    known = _known(s, member, stores, text)
    hidden = masks.mask(text, known)
    found = entry.parse(hidden.text, _ground(s, member, stores, now, known))
    new = New(
        store_id=found.store, order_no=found.order_no, refund_no=found.refund_no,
        tail=found.tail, type=found.type, reason=found.reason, responsible=found.responsible,
        product=found.product, quantity=found.quantity, amount=found.amount,
        assignee_id=found.assignee, urgent=found.urgent, applied_at=found.applied_at,
        due_at=found.due_at, due_from="line" if found.due_at else "", waybill=found.waybill,
        note=found.note,
    )  # fmt: skip
    return Read(new, hidden.found, hidden.text)


def masked(s: Session, member: Member, stores: Sequence[Store], text: str) -> masks.Masked:
    """A text as it may be kept, not understood any further."""
    text = text[:LONGEST]
    return masks.mask(text, _known(s, member, stores, text))


def look_up(s: Session, member: Member, stores: Sequence[Store], new: New) -> New:
    """What an imported order tells of it. A leader's line looks up none: they see no store's orders."""
    if member.role == LEADER or not new.order_no:
        return new
    order = orders.look(s, member.team_id, new.order_no, _ids(stores))
    return orders.fill(new, order) if order else new


def _known(s: Session, member: Member, stores: Sequence[Store], text: str) -> set[str]:
    """Numbers in a text that are orders or waybills of the team: no telephone numbers."""
    numbers = list(entry.candidates(text))[:_NUMBERS]
    ours = (
        select(Issue.order_no, Issue.waybill)
        .where(Issue.team_id == member.team_id)
        .where(or_(col(Issue.order_no).in_(numbers), col(Issue.waybill).in_(numbers)))
    )
    found = {x for row in s.exec(ours) for x in row if x in numbers} if numbers else set()
    if member.role != LEADER and numbers:
        found |= orders.known(s, member.team_id, numbers, _ids(stores)).keys()
    return found


def _ids(stores: Sequence[Store]) -> set[int]:
    return {x.id or 0 for x in stores}


def _ground(
    s: Session, member: Member, stores: Sequence[Store], now: datetime, known: set[str]
) -> entry.Ground:
    first = stores[0] if stores else None
    people = {
        word: m.id or 0
        for m in teams.members(s, member.team_id)
        if m.role in DESK
        for word in (m.name, m.nickname)
        if word
    }
    return entry.Ground(
        people=people,
        stores={w: x.id or 0 for x in stores for w in (x.key, x.name)},
        orders=known,
        now=now,
        zone=ZoneInfo(first.timezone if first else "UTC"),
        currency=first.currency if first else "",
        reasons={name: slug for slug, name in reasons.of_team(s, member.team_id).items() if name},
    )
