"""What a chat's board shows: the open issues of its stores, the most pressing first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot import teams
from bot.aftersales import issues, scope, stages
from bot.aftersales.views import IssueView
from bot.db.desk import Issue
from bot.db.people import Binding

KINDS = ("issue", "violation")  # what has a deadline of a platform's; the rest has cards of its own
ROWS = 20  # of a board; a phone shows as many on two screens


@dataclass(frozen=True)
class BoardView:
    """`counts`: how many open issues there are by stage, of those `late`. `rows`: the first of them."""

    stores: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]
    late: int
    rows: tuple[IssueView, ...]

    @property
    def total(self) -> int:
        return sum(n for _, n in self.counts)


def view(s: Session, binding: Binding, now: datetime) -> BoardView:
    """The board of a linked chat as it would stand now."""
    stores = teams.bound_stores(s, binding)
    bounds = scope.Bounds(binding.team_id, frozenset(x.id or 0 for x in stores))
    here = (bounds.where(), col(Issue.kind).in_(KINDS), col(Issue.stage).in_(stages.OPEN))
    counted = select(Issue.stage, func.count()).where(*here).group_by(col(Issue.stage))
    found = dict(s.exec(counted).all())
    late = s.exec(select(func.count()).select_from(Issue).where(*here, col(Issue.due_at) < now))
    due = col(Issue.due_at)
    rows = s.exec(
        select(Issue).where(*here).order_by(due.is_(None), due, col(Issue.id)).limit(ROWS)
    )
    return BoardView(
        tuple(x.name for x in stores),
        tuple((x, found[x]) for x in stages.STAGES if x in found),
        late.one(),
        tuple(issues.views(s, list(rows))),
    )
