"""Helpers for the desk: people of the named world, and issues opened without a chat."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from conftest import NOW, Shop
from sqlmodel import Session, col, select

from bot import teams
from bot.aftersales import issues
from bot.aftersales.issues import New
from bot.db import Database
from bot.db.desk import Issue, IssueEvent
from bot.db.people import Member


def member(s: Session, telegram_id: int) -> Member:
    """Somebody of the named world, in their only team."""
    return teams.memberships(s, telegram_id)[0]


def happened(s: Session, issue: Issue) -> list[str]:
    """What happened to an issue, oldest first; what was undone in brackets."""
    query = select(IssueEvent).where(IssueEvent.issue_id == issue.id).order_by(col(IssueEvent.id))
    return [f"({e.what})" if e.undone_at else e.what for e in s.exec(query)]


@dataclass(frozen=True)
class Desk:
    """The desk of 果然鲜: `open` logs an issue of the Tmall store, reported by 小陈 (staff)."""

    db: Database
    shop: Shop

    def open(
        self, s: Session, new: New | None = None, now: datetime = NOW, by: int | None = None
    ) -> Issue:
        reporter = member(s, by or self.shop.staff)
        new = new or New(order_no="2611220093", type="refund_only", reason="missing", amount=2990)
        new = replace(new, store_id=new.store_id or self.shop.tmall)
        new = replace(new, reporter_id=new.reporter_id or reporter.id)
        return issues.open(s, self.shop.team, new, now, reporter.id)

    def theirs(self, s: Session) -> Issue:
        """An issue of the other team."""
        reporter = member(s, self.shop.outsider).id
        new = New(store_id=self.shop.other_store, order_no="2611220093", type="refund_only")
        new = replace(new, reporter_id=reporter)
        return issues.open(s, self.shop.other_team, new, NOW, reporter)
