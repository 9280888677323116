"""交接班: what one shift leaves to the next: open cards by person and deadline, and what it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from bot import members, teams
from bot.aftersales import issues
from bot.aftersales.hours import FAR, Hours, Span, Window
from bot.aftersales.scope import Bounds
from bot.aftersales.stages import OPEN
from bot.aftersales.views import IssueView
from bot.db.desk import Issue, IssueEvent

USUAL = timedelta(hours=8)  # how far it looks back where nobody is on shift
SHIFT = timedelta(hours=12)  # and ahead


@dataclass(frozen=True)
class Turn:
    """The shift that ends and the one that begins, keys of the team's shifts or empty."""

    since: datetime
    until: datetime  # when the next one is over
    now: str = ""
    next: str = ""


@dataclass(frozen=True)
class Handover:
    """Open cards in the order of their deadlines; `did`: how often what happened since."""

    turn: Turn
    at: datetime
    open: tuple[IssueView, ...]
    did: Mapping[str, int]

    @property
    def waiting(self) -> tuple[IssueView, ...]:
        return tuple(v for v in self.open if v.stage == "waiting")

    @property
    def late(self) -> int:
        return sum(1 for v in self.open if v.due_at and v.due_at <= self.at)

    @property
    def soon(self) -> int:
        return sum(1 for v in self.open if v.due_at and self.at < v.due_at <= self.turn.until)

    def people(self) -> list[tuple[str, list[IssueView]]]:
        """Who has what in hand, waiting cards aside; nobody's first, then by the next deadline."""
        found: dict[str, list[IssueView]] = {}
        for v in self.open:
            if v.stage != "waiting":
                found.setdefault(v.assignee, []).append(v)
        return sorted(found.items(), key=lambda x: x[0] != "")


_KINDS = ("issue", "violation")


def look(s: Session, bounds: Bounds, zone: ZoneInfo, now: datetime) -> Handover:
    shifted = any(m.shift for m in teams.members(s, bounds.team_id))
    turn = turned(members.shifts(s, bounds.team_id) if shifted else {}, zone, now)
    mine = (bounds.where(), col(Issue.kind).in_(_KINDS))
    query = select(Issue).where(*mine, col(Issue.stage).in_(OPEN))
    rows = s.exec(query.order_by(col(Issue.due_at).is_(None), col(Issue.due_at), col(Issue.id)))
    did = (
        select(IssueEvent.what)
        .join(Issue, col(Issue.id) == IssueEvent.issue_id)
        .where(*mine, IssueEvent.at >= turn.since, col(IssueEvent.undone_at).is_(None))
    )
    views = issues.views(s, list(rows))
    return Handover(turn, now, tuple(views), Counter(s.exec(did)))


def turned(shifts: Mapping[str, tuple[str, str]], zone: ZoneInfo, now: datetime) -> Turn:
    """Which shift ends: of those that are on, the one that began first; the next is the one that
    ends after it. Pure."""
    on: list[tuple[Span, str]] = []
    coming: list[tuple[Span, str]] = []
    for key, times in shifts.items():
        for span in Hours((Window(*times),), zone).spans(now - FAR, now + FAR):
            if now in span:
                on.append((span, key))
            elif span.start > now:
                coming.append((span, key))
    first = min(on, default=None)
    rest = sorted(x for x in [*on, *coming] if first is None or x[0].end > first[0].end)
    following = rest[0] if rest else None
    return Turn(
        first[0].start if first else now - USUAL,
        following[0].end if following else now + SHIFT,
        first[1] if first else "",
        following[1] if following else "",
    )
