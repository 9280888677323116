"""Somebody who wrote first asks to join, and an owner decides. Of others nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_
from sqlmodel import Session, col, select

from bot import audit, teams
from bot.access import LEADER, MANAGER, OWNER, STAFF, VIEWER
from bot.db.people import JoinRequest, Member
from bot.errors import UserError

AGAIN = timedelta(days=1)  # after this somebody may ask once more
KEEP = timedelta(days=30)  # a request that nobody answers
ROLES = (STAFF, MANAGER, LEADER, VIEWER)  # what an owner may answer with


@dataclass(frozen=True)
class Asked:
    """`fresh` are the requests that owners are to hear of; `answer` is a key under `[join]`."""

    fresh: list[JoinRequest]
    answer: str


@dataclass(frozen=True)
class Decided:
    """What became of a request. `member` is None where it was refused."""

    request_id: int
    asked_at: datetime
    telegram_id: int
    name: str
    language: str
    by: Member
    member: Member | None


def ask(s: Session, telegram_id: int, name: str, language: str, now: datetime) -> Asked:
    """One request per team of this installation; asking again counts only a day later."""
    rows = s.exec(select(JoinRequest).where(JoinRequest.telegram_id == telegram_id))
    known = {r.team_id: r for r in rows}
    fresh = []
    for team in teams.every(s):
        row = known.get(team.id or 0)
        if row is None:
            row = JoinRequest(
                team_id=team.id or 0, telegram_id=telegram_id, name=name, asked_at=now
            )
            known[row.team_id] = row
        elif (row.decided_at or row.asked_at) > now - AGAIN:
            continue
        row.name, row.language, row.asked_at = name, language, now
        row.decided_at, row.decided_by, row.role = None, None, ""
        s.add(row)
        fresh.append(row)
    s.flush()
    if fresh:
        return Asked(fresh, "asked")
    waiting = any(r.decided_at is None for r in known.values())
    return Asked([], "waiting" if waiting else "tomorrow" if known else "nobody")


def decide(s: Session, request_id: int, person: int, role: str, now: datetime) -> Decided:
    """An owner lets somebody in with a role, or not (empty); the first decision stands.

    The name is wiped: a member's row has it, and of a refused person none is needed. Raises
    UserError where `person` owns not that team, or it was decided before.
    """
    request = s.get(JoinRequest, request_id, with_for_update=True)  # two owners may press at once
    places = {m.team_id: m for m in teams.memberships(s, person) if m.role == OWNER}
    if request is None or request.team_id not in places:
        raise UserError("join.gone")
    if request.decided_at is not None:
        raise _decided(s, request)
    if role and role not in ROLES:
        raise UserError("not_allowed")
    by = places[request.team_id]
    name, language = request.name, request.language
    # somebody who came in otherwise meanwhile keeps the role they have
    inside = (m for m in teams.memberships(s, request.telegram_id) if m.team_id == request.team_id)
    member = next(inside, None)
    if member is None and role:
        member = teams.add_member(s, request.team_id, request.telegram_id, name, role, now)
        member.language = language
    given = member.role if member else ""
    _close(request, by, given, now)
    about = member.id if member else None
    audit.note(s, by, "admitted" if member else "refused", now, about=about, to=given)
    return Decided(request_id, request.asked_at, request.telegram_id, name, language, by, member)


def _close(request: JoinRequest, by: Member, role: str, now: datetime) -> None:
    request.decided_at, request.decided_by, request.role = now, by.id, role
    request.name = request.language = ""


def _decided(s: Session, request: JoinRequest) -> UserError:
    by = s.get(Member, request.decided_by) if request.decided_by else None
    key = "join.admitted_by" if request.role else "join.refused_by"
    return UserError(key, by=teams.called(by) if by else "–")


def came_otherwise(s: Session, member: Member, by: Member, now: datetime) -> None:
    """Somebody who had asked came in by an invite: there is nothing left to decide."""
    query = select(JoinRequest).where(
        JoinRequest.team_id == member.team_id, JoinRequest.telegram_id == member.telegram_id
    )
    request = s.exec(query.with_for_update()).first()
    if request and request.decided_at is None:
        _close(request, by, member.role, now)


def waiting(s: Session, team_id: int) -> list[JoinRequest]:
    """Requests of a team that nobody has decided, the oldest first."""
    query = select(JoinRequest).where(JoinRequest.team_id == team_id)
    undecided = query.where(col(JoinRequest.decided_at).is_(None))
    return list(s.exec(undecided.order_by(col(JoinRequest.asked_at))))


def forget(s: Session, now: datetime) -> None:
    """Drop the rows of those who may ask again, and of those nobody answered."""
    decided, asked = col(JoinRequest.decided_at), col(JoinRequest.asked_at)
    s.exec(
        delete(JoinRequest).where(
            or_(decided < now - AGAIN, and_(decided.is_(None), asked < now - KEEP))
        )
    )
