"""What somebody wrote about an issue, understood on the ground of their team and masked first.

Nothing of the text goes any further before customers' numbers in it are hidden.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_
from sqlmodel import Session, col, select

from bot import teams
from bot.access import DESK, LEADER
from bot.aftersales import entry, masks, orders, reasons, times
from bot.aftersales.issues import New
from bot.db.desk import Issue
from bot.db.facts import Product
from bot.db.people import Member, Store

LONGEST = 1500  # characters of a message that are read
_HALF = re.compile(r"[\d\s()+.\-]+$")
_NUMBERS = 8  # of a text that are looked up
_PRODUCTS = 2000  # that a line is held against


@dataclass(frozen=True)
class Read:
    """What was understood, and what kinds of a customer's numbers were hidden in it."""

    new: New
    hidden: tuple[str, ...] = ()
    text: str = ""  # masked


def read(s: Session, member: Member, stores: Sequence[Store], text: str, now: datetime) -> Read:
    """`stores`: those that the chat and the member may speak of."""
    text = short(text)
    if not text.strip():
        return Read(New())
    ground = _ground(s, member, stores, text, now)
    found = entry.parse(text, ground)
    same = {f.name for f in fields(New)} & {f.name for f in fields(entry.Entry)}
    new = New(
        **{name: getattr(found, name) for name in same},
        assignee_id=found.assignee, due_from="line" if found.due_at else "",
    )  # fmt: skip
    strange = [x for x in found.unknown if x not in new.note]
    new = replace(new, note=" ".join(x for x in (new.note, *strange) if x))
    return Read(new, found.masked, masks.mask(text, ground.orders).text)


def short(text: str) -> str:
    """Cut before what could be part of a customer's number, which nobody would know by its half."""
    return text if len(text) <= LONGEST else _HALF.sub("", text[:LONGEST])


def masked(s: Session, member: Member, stores: Sequence[Store], text: str) -> masks.Masked:
    """A text as it may be kept, not understood any further."""
    text = short(text)
    return masks.mask(text, _known(s, member, stores, text))


def moment(text: str, now: datetime, zone: ZoneInfo, *, gone: bool) -> datetime | None:
    """`明天 18:00`, `剩14h`, `3小时后`: a time to come; `gone`, one that is over: `02:10`, `3小时前`."""
    if at := times.away(text, now, gone=gone):
        return at
    ground = entry.Ground(now, zone)
    for words in (text, f"申请 {text}" if gone else f"截止 {text}"):
        found = entry.parse(words, ground)
        at = found.applied_at if gone else found.due_at
        if at:
            return at
    return None


def said_when(text: str, now: datetime, zone: ZoneInfo) -> entry.Entry | None:
    """`申请02:10`, `剩14h` and nothing else: when the customer asked, or the deadline itself."""
    found = entry.parse(text, entry.Ground(now, zone))
    only = not found.note and {x.kind for x in found.said} in ({"applied"}, {"due"})
    return found if only and (found.applied_at or found.due_at) else None


def look_up(s: Session, member: Member, stores: Sequence[Store], new: New) -> New:
    """What an imported order tells of it. A leader's line looks up none: they see no store's orders."""
    if member.role == LEADER or not new.order_no:
        return new
    order = orders.look(s, member.team_id, new.order_no, _ids(stores))
    return orders.fill(new, order) if order else new


def _known(s: Session, member: Member, stores: Sequence[Store], text: str) -> frozenset[str]:
    """Numbers in a text that are orders or waybills of the team: no telephone numbers."""
    numbers = list(entry.candidates(text))[:_NUMBERS]
    if not numbers:
        return frozenset()
    either = or_(col(Issue.order_no).in_(numbers), col(Issue.waybill).in_(numbers))
    ours = select(Issue.order_no, Issue.waybill).where(Issue.team_id == member.team_id, either)
    found = {x for row in s.exec(ours) for x in row if x in numbers}
    if member.role != LEADER:
        found |= orders.known(s, member.team_id, numbers, _ids(stores)).keys()
    return frozenset(found)


def shops_of(stores: Sequence[Store]) -> tuple[entry.Shop, ...]:
    """Stores as a line may name them."""
    return tuple(entry.Shop(x.id or 0, x.key, x.name, x.platform, x.currency) for x in stores)


def _ids(stores: Sequence[Store]) -> set[int]:
    return {x.id or 0 for x in stores}


def _ground(
    s: Session, member: Member, stores: Sequence[Store], text: str, now: datetime
) -> entry.Ground:
    first, kept = (stores[0] if stores else None), reasons.of(s, member.team_id)
    shops = () if member.role == LEADER else stores
    return entry.Ground(
        now=now,
        zone=ZoneInfo(first.timezone if first else "UTC"),
        currency=first.currency if first else "CNY",
        people=tuple(
            entry.Person(m.id or 0, tuple(x for x in (m.nickname, m.name) if x))
            for m in teams.members(s, member.team_id)
            if m.role in DESK
        ),
        stores=shops_of(shops),
        orders=_known(s, member, stores, text),
        products=_products(s, member.team_id, [x.id or 0 for x in shops]),
        reasons=kept.own,
        hidden=kept.hidden,
    )


def _products(s: Session, team_id: int, stores: list[int]) -> tuple[entry.Goods, ...]:
    """What these stores sell; none where it is more than a line should be held against."""
    query = select(Product.id, Product.title, Product.code).where(
        Product.team_id == team_id, col(Product.store_id).in_(stores)
    )
    rows = s.exec(query.limit(_PRODUCTS + 1)).all()
    if len(rows) > _PRODUCTS:
        return ()
    return tuple(entry.Goods(i or 0, title or code, code) for i, title, code in rows)
