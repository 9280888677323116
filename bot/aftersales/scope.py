"""Which issues somebody may see: those of their team and stores, a leader only their own."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col

from bot import teams
from bot.access import LEADER
from bot.db.desk import Issue
from bot.db.people import Member


@dataclass(frozen=True)
class Bounds:
    """What a question about issues is held to. `stores` None: all of the team.

    `member_id` is whoever asks, 0 for a chat or the command line: their own issues are seen even
    where the store is not known yet. `only_own` and `point_id` hold a leader to what they reported,
    what is theirs to do and the claims of their pickup point. `here` are the stores of a group that
    is spoken to: whoever asks, issues of others are not shown there, not even their own.
    """

    team_id: int
    stores: frozenset[int] | None = None
    member_id: int = 0
    only_own: bool = False
    point_id: int | None = None
    here: frozenset[int] | None = None

    def holds(self, issue: Issue) -> bool:
        """Whether this issue is within."""
        if issue.team_id != self.team_id:
            return False
        if self.here is not None and issue.store_id is not None and issue.store_id not in self.here:
            return False
        if self.owns(issue):
            return True
        teams = issue.store_id is None and issue.kind != "issue"
        return not self.only_own and (self.stores is None or teams or issue.store_id in self.stores)

    def owns(self, issue: Issue) -> bool:
        """Reported by them, theirs to do, or a claim of their pickup point."""
        if self.point_id is not None and issue.point_id == self.point_id:
            return True
        return bool(self.member_id) and self.member_id in (issue.reporter_id, issue.assignee_id)

    def where(self) -> ColumnElement[bool]:
        """The same as `holds`, for a query."""
        ours = col(Issue.team_id) == self.team_id
        if self.here is not None:
            ours = and_(
                ours, or_(col(Issue.store_id).is_(None), col(Issue.store_id).in_(self.here))
            )
        own = [col(Issue.reporter_id) == self.member_id, col(Issue.assignee_id) == self.member_id]
        if self.point_id is not None:
            own.append(col(Issue.point_id) == self.point_id)
        if self.only_own:
            return and_(ours, or_(*own))
        if self.stores is None:
            return ours
        teams = and_(col(Issue.store_id).is_(None), col(Issue.kind) != "issue")
        seen = or_(col(Issue.store_id).in_(self.stores), teams)
        return and_(ours, or_(seen, *own) if self.member_id else seen)


def of(s: Session, member: Member, stores: frozenset[int] | None = None) -> Bounds:
    """What a member may see; `stores`, those a chat speaks about, narrow it further."""
    if member.role == LEADER:
        return Bounds(member.team_id, None, member.id or 0, True, member.point_id, stores)
    here, held = stores, teams.held_to(s, member)
    if held:
        stores = frozenset(held) if stores is None else stores & held
    return Bounds(member.team_id, stores, member.id or 0, here=here)
