"""Reads what the cards of notices and live sessions show beside their fields."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot import teams
from bot.aftersales.kin.seen import FIGURES, CheckView, Extra, Incident, LiveView, ReceiptView
from bot.db.desk import ChecklistItem, Evidence, Issue, IssueEvent, Receipt
from bot.db.facts import OrderLine
from bot.db.people import Member
from bot.periods import DAY

MOST = 15  # incidents on a card


def of(s: Session, issues: Sequence[Issue]) -> dict[int, Extra]:
    """By issue; a handful of queries, none where there is neither notice nor live session."""
    notices = [i.id or 0 for i in issues if i.kind == "notice"]
    found = {i: Extra(tuple(r)) for i, r in _receipts(s, notices).items()} if notices else {}
    for issue in issues:
        if issue.kind == "live" and issue.id:
            found[issue.id] = Extra(live=_live(s, issue))
    return found


def _receipts(s: Session, ids: list[int]) -> dict[int, list[ReceiptView]]:
    """Who left the team meanwhile and never confirmed is not asked any more."""
    query = (
        select(Receipt, Member)
        .join(Member, col(Member.id) == Receipt.member_id)
        .where(col(Receipt.issue_id).in_(ids))
        .order_by(col(Member.id))
    )
    found: dict[int, list[ReceiptView]] = {i: [] for i in ids}
    for receipt, member in s.exec(query):
        if receipt.confirmed_at or member.left_at is None:
            view = ReceiptView(member.id or 0, teams.called(member), receipt.confirmed_at)
            found[receipt.issue_id].append(view)
    return found


def _live(s: Session, issue: Issue) -> LiveView:
    items = select(ChecklistItem).where(ChecklistItem.issue_id == issue.id)
    checks = s.exec(items.order_by(col(ChecklistItem.position)))
    events = s.exec(
        select(IssueEvent)
        .where(IssueEvent.issue_id == issue.id, col(IssueEvent.undone_at).is_(None))
        .where(col(IssueEvent.what).in_(("resume", "note", "photo", "change")))
        .order_by(col(IssueEvent.id))
    ).all()
    started = next((e.at for e in events if e.what == "resume"), None)
    told = dict(x for e in events if e.what == "change" for x in figures_of(e.value))
    imported = _imported(s, issue, started, issue.closed_at)
    return LiveView(
        tuple(CheckView(c.id or 0, c.text, c.done_at is not None) for c in checks),
        started, issue.closed_at, tuple((k, told[k]) for k in FIGURES if k in told),
        _incidents(s, [e for e in events if e.what in ("note", "photo")]), imported,
    )  # fmt: skip


def figures_of(value: str) -> list[tuple[str, int]]:
    """`viewers=3200 orders=56`, as an event keeps them."""
    pairs = (x.partition("=") for x in value.split())
    return [(k, int(v)) for k, _, v in pairs if k in FIGURES and v.isdecimal()]


def _incidents(s: Session, events: Sequence[IssueEvent]) -> tuple[Incident, ...]:
    """The first of them: what happened during the session."""
    members = {e.member_id for e in events}
    names = {
        m.id: teams.called(m) for m in s.exec(select(Member).where(col(Member.id).in_(members)))
    }
    photos = dict(
        s.exec(
            select(Evidence.event_id, func.count())
            .where(col(Evidence.event_id).in_([e.id for e in events]))
            .group_by(col(Evidence.event_id))
        ).all()
    )
    return tuple(
        Incident(e.at, names.get(e.member_id, ""), e.note, photos.get(e.id, 0))
        for e in events[:MOST]
    )


def _imported(
    s: Session, issue: Issue, started: datetime | None, ended: datetime | None
) -> tuple[int, int] | None:
    """Orders of its store paid during the session and their sum; None where none are there."""
    if not (issue.store_id and started and ended):
        return None
    first, last = started.date() - DAY, ended.date() + DAY  # in any zone
    paid = col(OrderLine.paid_ts)
    query = (
        select(func.sum(OrderLine.head), func.sum(OrderLine.paid))
        .where(OrderLine.team_id == issue.team_id, OrderLine.store_id == issue.store_id)
        .where(col(OrderLine.paid_day).between(first, last))
        .where(paid >= int(started.timestamp()), paid < int(ended.timestamp()))
    )
    orders, sales = s.exec(query).one()
    return (int(orders), int(sales or 0)) if orders else None
