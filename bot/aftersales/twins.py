"""Issues that may be one and the same."""

from __future__ import annotations

from sqlalchemy import or_
from sqlmodel import Session, col, select

from bot.aftersales import scope
from bot.db.desk import Issue
from bot.db.people import Member

MOST = 4


def of(
    s: Session, issue: Issue, member: Member, stores: frozenset[int] | None = None
) -> list[Issue]:
    """Others of the same order or customer that somebody may see, the newest first; `stores`: those
    that the chat speaks about.
    """
    alike = []
    if issue.order_no:
        alike.append(col(Issue.order_no) == issue.order_no)
    if issue.tail:
        alike.append(col(Issue.tail) == issue.tail)
    if not alike:
        return []
    query = select(Issue).where(
        or_(*alike), scope.of(s, member, stores).where(), Issue.id != issue.id, Issue.kind == issue.kind,
        col(Issue.stage).not_in(("void", "duplicate")),
    )  # fmt: skip
    return list(s.exec(query.order_by(col(Issue.id).desc()).limit(MOST)))
