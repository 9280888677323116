"""Who changed what in a team, for its owners to read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from bot import teams
from bot.db.people import AuditRow, Member


@dataclass(frozen=True)
class Entry:
    """`what` is a key of `[audit]`; `whom` and `to` (the new value) may be empty."""

    at: datetime
    who: str
    what: str
    whom: str
    to: str


def note(
    s: Session, by: Member, what: str, now: datetime, *, about: int | None = None, to: str = ""
) -> None:
    """One row: `what` is a key of `[audit]` in the locale files, `about` a member's id."""
    detail = f"{about or ''}:{to}"
    s.add(AuditRow(team_id=by.team_id, member_id=by.id, at=now, what=what, detail=detail))


def recent(s: Session, team_id: int, limit: int = 20, skip: int = 0) -> list[Entry]:
    """The newest first."""
    everybody = s.exec(select(Member).where(Member.team_id == team_id))
    names = {m.id or 0: teams.called(m) for m in everybody}
    query = select(AuditRow).where(AuditRow.team_id == team_id)
    rows = s.exec(query.order_by(col(AuditRow.id).desc()).offset(skip).limit(limit))
    found = []
    for row in rows:
        about, _, to = row.detail.partition(":")
        whom = names.get(int(about), "") if about else ""
        found.append(Entry(row.at, names.get(row.member_id or 0, ""), row.what, whom, to))
    return found
