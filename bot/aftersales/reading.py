"""What somebody wrote about an issue, understood on the ground of their team and masked first.

Nothing of the text goes any further before customers' numbers in it are hidden.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from bot import teams
from bot.access import DESK, LEADER
from bot.aftersales import entry, masks, orders
from bot.aftersales.issues import New
from bot.db.desk import Issue, TeamReason
from bot.db.people import Member, Store

LONGEST = 1500  # characters of a message that are read
_NUMBERS = 8  # of a text that are looked up
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{5,39}")


@dataclass(frozen=True)
class Read:
    """What was understood, and what kinds of a customer's numbers were hidden in it."""

    new: New
    hidden: tuple[str, ...] = ()
    text: str = ""  # masked


def read(
    s: Session, member: Member, stores: Sequence[Store], text: str, now: datetime
) -> Read:
    """Stores: those the chat and the member may speak of. A leader's line looks up no order."""
    text = text[:LONGEST]
    known = _known(s, member, stores, text)
    masked = masks.mask(text, known.keys())
    found = entry.parse(masked.text, _ground(s, member, stores, now, known))
    new = New(
        order_no=found.order_no, refund_no=found.refund_no, tail=found.tail, type=found.type,
        reason=found.reason, responsible=found.responsible, product=found.product,
        quantity=found.quantity, amount=found.amount, assignee_id=found.assignee,
        urgent=found.urgent, applied_at=found.applied_at, due_at=found.due_at,
        due_from="line" if found.due_at else "", waybill=found.waybill, note=found.note,
    )  # fmt: skip
    return Read(new, masked.found, masked.text)


def masked(s: Session, member: Member, stores: Sequence[Store], text: str) -> masks.Masked:
    """A text as it may be kept, not understood any further."""
    return masks.mask(text[:LONGEST], _known(s, member, stores, text).keys())
