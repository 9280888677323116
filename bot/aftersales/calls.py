"""Warnings as rows: what there is to decide on, and the claim that makes each said only once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from bot import backup
from bot.aftersales import issues
from bot.aftersales.stages import OPEN
from bot.aftersales.views import IssueView
from bot.aftersales.watch import (
    AHEAD,
    BACK,
    HORIZON,
    HOUR,
    KINDS,
    NEAR,
    NEWS,
    UNTOUCHED,
    Alarm,
    Call,
    Fact,
)
from bot.db import insert_new
from bot.db.desk import Issue, IssueWarning
from bot.db.people import Secret, Team


def watched(s: Session) -> list[int]:
    """The teams that there are."""
    return [x for x in s.exec(select(Team.id)) if x is not None]


def facts(s: Session, now: datetime, ahead: timedelta = HORIZON) -> dict[int, list[Fact]]:
    """Open cards of all teams of which something may have to be said now, by team.

    `ahead`: how far off a deadline may be (`watch.horizon`).
    """
    said: dict[int, set[tuple[str, datetime, str]]] = defaultdict(set)
    here = _here(s, now, ahead)
    told = (
        select(
            IssueWarning.issue_id, IssueWarning.rule, IssueWarning.due_at, IssueWarning.reader
        )
        .join(Issue, col(Issue.id) == IssueWarning.issue_id)
        .where(*here, col(IssueWarning.due_at) > now - BACK)
    )  # fmt: skip
    for issue, rule, due, reader in s.exec(told):
        said[issue].add((rule, due, reader))
    found: dict[int, list[Fact]] = defaultdict(list)
    wanted: list[Any] = [
        Issue.team_id, Issue.id, Issue.stage, Issue.opened_at, Issue.store_id, Issue.assignee_id,
        Issue.due_at, Issue.missed_at, _unanswered(now),
    ]  # fmt: skip
    # plain rows: thousands of them every half minute
    for team, issue, stage, opened, store, assignee, due, missed, waits in s.connection().execute(
        columns(*wanted).where(*here)
    ):
        told_of = frozenset(said.get(issue, ()))
        found[team].append(
            Fact(issue, stage, opened, store, assignee, due, missed, bool(waits), told_of)
        )
    return found


def _here(s: Session, now: datetime, ahead: timedelta) -> list[ColumnElement[bool]]:
    """Conditions that the index on team, kind and stage answers: what is closed costs nothing."""
    every = watched(s)
    near = and_(
        col(Issue.due_at) <= now + ahead,
        or_(col(Issue.due_at) > now - NEWS, col(Issue.missed_at).is_(None)),
        or_(col(Issue.due_at) <= now + NEAR + AHEAD, ~_told("shift")),
    )
    return [
        col(Issue.team_id).in_(every), col(Issue.kind).in_(KINDS), col(Issue.stage).in_(OPEN),
        or_(near, _unanswered(now)),
    ]  # fmt: skip


def _told(rule: str) -> ColumnElement[bool]:
    """Whether anybody was told this of the deadline as it is."""
    same = and_(
        col(IssueWarning.issue_id) == Issue.id, col(IssueWarning.rule) == rule,
        col(IssueWarning.due_at) == Issue.due_at,
    )  # fmt: skip
    return select(IssueWarning.id).where(same).correlate(Issue).exists()


def _unanswered(now: datetime) -> ColumnElement[bool]:
    """The team's own target runs: nobody took it, and no file brought it (180 on a Monday)."""
    return and_(
        col(Issue.kind) == "issue", col(Issue.stage).in_(UNTOUCHED), col(Issue.answered_at).is_(None),
        col(Issue.born_import).is_(None), col(Issue.opened_at) > now - BACK,
    )  # fmt: skip


def recent(s: Session, now: datetime) -> dict[str, int]:
    """Messages to each reader within the last hour: what one message said bears one moment."""
    query = (
        select(IssueWarning.reader, func.count(func.distinct(IssueWarning.said_at)))
        .where(IssueWarning.said_at > now - HOUR, IssueWarning.said_at <= now)
        .where(col(IssueWarning.due_at) > now - BACK)
        .group_by(IssueWarning.reader)
    )
    return dict(s.exec(query).all())


def restored(s: Session) -> datetime | None:
    """When the database came back from a backup."""
    row = s.get(Secret, backup.RESTORED)
    return datetime.fromisoformat(row.value) if row else None


# claims -------------------------------------------------------------------------------------


def claim(s: Session, call: Call, now: datetime) -> list[Alarm]:
    """Take what is to be said and still holds; what another process took is not ours."""
    wanted = {w.issue_id for w in call.warnings}
    query = select(Issue.id, Issue.due_at, Issue.stage, Issue.answered_at)
    found = {row[0]: row for row in s.exec(query.where(col(Issue.id).in_(wanted)))}
    ours = []
    for w in sorted(call.warnings, key=lambda w: (w.issue_id, w.rule)):  # one order for all
        _, due, stage, answered = found.get(w.issue_id, (0, None, "", None))
        holds = answered is None if w.rule == "answer" else due == w.due_at
        if stage in OPEN and holds and _take(s, w, now):
            ours.append(w)
    return ours


def _take(s: Session, w: Alarm, now: datetime) -> bool:
    row = {"issue_id": w.issue_id, "rule": w.rule, "due_at": w.due_at, "reader": w.reader}
    return insert_new(s, IssueWarning, {**row, "said_at": now})


def miss(s: Session, ids: Iterable[int], now: datetime) -> list[Issue]:
    """Note on cards that their deadline has passed; those that another process noted are not ours."""
    ours = []
    for issue in s.exec(
        select(Issue).where(col(Issue.id).in_(sorted(ids))).order_by(col(Issue.id))
    ):
        issues.hold(s, issue)
        if issue.stage in OPEN and issue.missed_at is None and issue.due_at and issue.due_at <= now:
            issues.record(s, issue, "missed", now, fields={"missed_at": issue.due_at})
            ours.append(issue)
    return ours


def seen(s: Session, alarms: Iterable[Alarm]) -> dict[int, IssueView]:
    """The cards that a message lists."""
    ids = {a.issue_id for a in alarms}
    found = issues.views(s, list(s.exec(select(Issue).where(col(Issue.id).in_(ids)))))
    return {v.id: v for v in found}
