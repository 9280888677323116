"""One-time links into a team. A link carries 128 random bits; only their hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from bot import audit, i18n, joins, members, teams
from bot.access import LEADER, MANAGER, OWNER, STAFF, VIEWER
from bot.db.people import Invite, Member, Point, Store
from bot.errors import UserError

PREFIX = "inv_"  # of the deep link's payload
SPANS = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "7d": timedelta(days=7)}
USUAL_SPAN = "1d"
TWICE = timedelta(seconds=3)  # two presses of one button within this are one
POINT_NAME = 30  # characters


@dataclass(frozen=True)
class Offer:
    """What an invite gives: a role, all stores or one, a leader's point, and for how long."""

    role: str
    store_id: int | None = None
    point_id: int | None = None
    span: str = USUAL_SPAN


@dataclass(frozen=True)
class Given:
    """An invite as it is shown: what it gives, who made it, until when it may be used."""

    id: int
    role: str
    store: str
    point: str
    by: str
    expires_at: datetime


def offered(role: str) -> tuple[str, ...]:
    """The roles that a member of `role` may give away."""
    if role == OWNER:
        return (STAFF, LEADER, MANAGER, VIEWER, OWNER)
    return (STAFF, LEADER, VIEWER) if role == MANAGER else ()


def make(s: Session, by: Member, offer: Offer, now: datetime) -> tuple[Invite, str]:
    """A new invite and the payload of its link. Raises UserError where `by` may not."""
    if offer.span not in SPANS:
        raise UserError("not_allowed")
    _check(s, by, offer.role, offer.store_id, offer.point_id)
    payload = PREFIX + secrets.token_urlsafe(16)
    invite = Invite(
        team_id=by.team_id, token_hash=_hash(payload), role=offer.role, store_id=offer.store_id,
        point_id=offer.point_id, made_by=by.id or 0, created_at=now,
        expires_at=now + SPANS[offer.span],
    )  # fmt: skip
    s.add(invite)
    s.flush()
    audit.note(s, by, "invited", now, to=offer.role)
    return invite, payload


def make_once(s: Session, by: Member, offer: Offer, now: datetime) -> tuple[Invite, str]:
    """`make` for a button: the link of the first of two quick presses was never seen."""
    s.exec(
        update(Invite)
        .where(col(Invite.made_by) == by.id, col(Invite.created_at) > now - TWICE)
        .where(col(Invite.role) == offer.role, col(Invite.used_at).is_(None))
        .where(col(Invite.store_id).is_not_distinct_from(offer.store_id))
        .where(col(Invite.point_id).is_not_distinct_from(offer.point_id))
        .values(used_at=now)
    )
    return make(s, by, offer, now)


def _check(s: Session, by: Member, role: str, store_id: int | None, point_id: int | None) -> None:
    """Nobody gives more than they have. Raises UserError."""
    if by.left_at or role not in offered(by.role):
        raise UserError("not_allowed")
    if role == LEADER:
        if point_id is None:
            raise UserError("invite.point")
        if point_id not in {x.id for x in teams.points(s, by.team_id)}:
            raise UserError("invite.gone")
        return
    if store_id and (role == OWNER or store_id not in {x.id for x in teams.stores(s, by.team_id)}):
        raise UserError("store.gone")
    held = teams.held_to(s, by)
    if held and store_id not in held:
        raise UserError("team.own_stores")


def accept(
    s: Session, payload: str, telegram_id: int, name: str, language: str, now: datetime
) -> tuple[Given, Member, Member]:
    """Let the opener in; of two at once, one. The invite, who came, and who had invited them.

    Unknown, used, revoked and expired look the same outside. Raises UserError.
    """
    invite = s.exec(select(Invite).where(Invite.token_hash == _hash(payload))).first()
    by = s.get(Member, invite.made_by) if invite else None
    if invite is None or by is None:
        raise UserError("invite.invalid")
    if any(m.team_id == invite.team_id for m in teams.memberships(s, telegram_id)):
        raise UserError("join.member")
    try:
        _check(s, by, invite.role, invite.store_id, invite.point_id)
    except UserError:
        raise UserError("invite.invalid") from None
    if not _take(s, invite, now):
        raise UserError("invite.invalid")
    member = teams.add_member(s, invite.team_id, telegram_id, name, invite.role, now)
    member.language, member.point_id = language, invite.point_id
    if invite.store_id:
        teams.hold_to(s, member, [invite.store_id])
    teams.choose(s, member, now)
    invite.used_by = member.id
    joins.came_otherwise(s, member, by, now)
    audit.note(s, member, "came", now, about=by.id, to=invite.role)
    return given(s, invite, by), member, by


def revoke(s: Session, by: Member, invite_id: int, now: datetime) -> Given:
    """Raises UserError where it was used before, or is not for `by` to revoke."""
    invite = s.get(Invite, invite_id)
    if invite is None or invite.team_id != by.team_id:
        raise UserError("invite.gone")
    if invite.role not in offered(by.role):
        raise UserError("not_allowed")
    maker = s.get(Member, invite.made_by)
    if not _take(s, invite, now) or maker is None:
        raise UserError("invite.gone")
    audit.note(s, by, "revoked", now, to=invite.role)
    return given(s, invite, maker)


def _take(s: Session, invite: Invite, now: datetime) -> bool:
    """Spend it, once for all who try at the same moment; False where it is spent or expired."""
    taken = s.exec(
        update(Invite)
        .where(col(Invite.id) == invite.id, col(Invite.used_at).is_(None))
        .where(col(Invite.expires_at) > now)
        .values(used_at=now)
    )
    s.refresh(invite)
    return bool(taken.rowcount)


def pending(s: Session, by: Member, now: datetime) -> list[Given]:
    """The invites of a team that still open the door and that `by` may revoke, newest first."""
    query = select(Invite, Member).join(Member, col(Member.id) == Invite.made_by)
    query = query.where(Invite.team_id == by.team_id, col(Invite.used_at).is_(None))
    rows = s.exec(query.where(col(Invite.expires_at) > now).order_by(col(Invite.id).desc()))
    mine = offered(by.role)
    return [
        given(s, invite, maker)
        for invite, maker in rows
        if invite.role in mine and invite.role in offered(maker.role)
    ]


def given(s: Session, invite: Invite, by: Member) -> Given:
    store = s.get(Store, invite.store_id) if invite.store_id else None
    point = s.get(Point, invite.point_id) if invite.point_id else None
    return Given(
        invite.id or 0, invite.role, store.name if store else "", point.name if point else "",
        teams.called(by), invite.expires_at,
    )  # fmt: skip


# what is typed ------------------------------------------------------------------------------


def read(s: Session, words: Sequence[str], by: Member, now: datetime) -> Offer:
    """`员工 天猫 7d`, `leader 朝阳里`: role, then store or point, then how long, in any order.

    A point that is not there yet is made. Raises UserError naming the word not understood.
    """
    role, span = "", USUAL_SPAN
    rest = []
    for word in words:
        if not role and members.role_of(word):
            role = members.role_of(word)
        elif found := span_of(word):
            span = found
        else:
            rest.append(word)
    if role not in offered(by.role):
        raise UserError("invite.not_yours" if role else "invite.role")
    place = " ".join(rest)
    if role == LEADER:
        return Offer(role, point_id=_point(s, by, place, now), span=span)
    return Offer(role, _store(s, by, place) if place else _only(s, by), span=span)


def span_of(word: str) -> str:
    """How long, by a word of any language; empty where it says nothing of the kind."""
    return next((x for x in SPANS if word.casefold() in i18n.words(f"invite.span.{x}.aliases")), "")


def _only(s: Session, by: Member) -> int | None:
    """The store of somebody who has only one to give."""
    held = teams.held_to(s, by)
    return next(iter(held)) if len(held) == 1 else None


def _store(s: Session, by: Member, word: str) -> int | None:
    known, plain = teams.stores(s, by.team_id), word.casefold()
    found = [x for x in known if plain in (x.key.casefold(), x.name.casefold())]
    found = found or [x for x in known if plain in x.name.casefold()]
    if len(found) != 1:
        stores = " · ".join(x.name for x in known)
        raise UserError("invite.store", word=word, stores=stores)
    return found[0].id


def _point(s: Session, by: Member, name: str, now: datetime) -> int | None:
    if not name or len(name) > POINT_NAME:
        raise UserError("invite.point")
    return teams.point(s, by.team_id, name, now).id


def _hash(payload: str) -> str:
    return hashlib.sha256(payload.encode()).hexdigest()
