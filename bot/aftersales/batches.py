"""Many issues opened and changed at once: what `issues.open` and `issues.record` do, in few statements.

For files: one by one, each would cost the write lock several round trips.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert
from sqlmodel import Session, SQLModel, col, select

from bot.aftersales import deadlines
from bot.aftersales.births import New
from bot.aftersales.stages import ENDED
from bot.db.desk import Issue, IssueEvent
from bot.db.people import Team

Fields = Mapping[str, object]
TIMED = frozenset({"type", "stage", "store_id", "applied_at", "due_from", "waiting_for"})


@dataclass(frozen=True)
class Written:
    """An issue's row, the event that says what happened, and the values it had (None: it was born)."""

    issue_id: int
    event_id: int
    before: Fields | None


@dataclass
class Batch:
    """What one file does to the issues of a team; all of its events are one kind's, by nobody.

    `shipped` tells of an order number whether it is known to have left: platforms give another time
    then. Issues that are changed must be held by the caller.
    """

    s: Session
    team_id: int
    platform: str
    now: datetime
    shipped: Callable[[str], bool] = lambda _: False
    _born: list[tuple[str, dict[str, Any], str]] = field(default_factory=list)
    _changed: list[tuple[str, Issue, str, str, dict[str, Any]]] = field(default_factory=list)
    _table: deadlines.Table | None = None

    def open(self, key: str, new: New, what: str = "file") -> None:
        """Born when the batch is written; `key` finds it in what that returns."""
        stage = "waiting" if new.waiting_for else "new"
        given = {
            **vars(new), "team_id": self.team_id, "stage": stage, "opened_at": self.now,
            "staged_at": self.now, "last_import": new.born_import,
        }  # fmt: skip
        row = {**_blank(Issue), **given}
        if not row["due_at"]:
            row |= self._due(Issue(**row, no=0))
        self._born.append((key, row, what))

    def record(self, key: str, issue: Issue, what: str, value: str, fields: Fields) -> None:
        """New values, the deadline they bring, one version more."""
        before = {k: getattr(issue, k) for k in fields}
        for k, v in fields.items():
            setattr(issue, k, v)
        if TIMED & fields.keys():
            again = self._due(issue)
            before = {k: getattr(issue, k) for k in again} | before
            for k, v in again.items():
                setattr(issue, k, v)
        issue.version += 1
        before = {k: v for k, v in before.items() if v != getattr(issue, k)}
        self.s.add(issue)
        self._changed.append((key, issue, what, value, before))

    def give_back(self, key: str, issue: Issue, fields: Fields) -> None:
        """Old values as they are, a deadline among them: an `undo` of what a file did."""
        for k, v in fields.items():
            setattr(issue, k, v)
        issue.version += 1
        self.s.add(issue)
        self._changed.append((key, issue, "undo", "file", {}))

    def write(self) -> dict[str, Written]:
        """By key. Numbers have no gaps: the team's row is held until the commit."""
        self.s.flush()
        ids = self._open()
        events = [
            self._event(i, what, "", None) for i, (_, _, what) in zip(ids, self._born, strict=True)
        ]
        events += [
            self._event(issue.id or 0, what, value, before)
            for _, issue, what, value, before in self._changed
        ]
        numbers = _insert(self.s, IssueEvent, events)
        keys = [key for key, *_ in self._born] + [key for key, *_ in self._changed]
        befores = [None] * len(ids) + [x[-1] for x in self._changed]
        return {
            key: Written(int(event["issue_id"]), number, _plain(before))
            for key, event, number, before in zip(keys, events, numbers, befores, strict=True)
        }

    def _open(self) -> list[int]:
        if not self._born:
            return []
        mine = select(Team.id).where(Team.id == self.team_id)
        self.s.exec(mine.with_for_update(key_share=True)).one()
        last = self.s.exec(select(func.max(Issue.no)).where(Issue.team_id == self.team_id)).one()
        rows = [{**row, "no": n} for n, (_, row, _) in enumerate(self._born, (last or 0) + 1)]
        return _insert(self.s, Issue, rows)

    def _event(self, issue_id: int, what: str, value: str, before: Fields | None) -> dict[str, Any]:
        kept = json.dumps(_plain(before)) if before else ""
        return {
            **_blank(IssueEvent), "issue_id": issue_id, "at": self.now, "what": what,
            "value": value, "before": kept,
        }  # fmt: skip

    def _due(self, issue: Issue) -> dict[str, Any]:
        """As `changes.due`, the team's table read once."""
        if issue.due_from not in ("", "table") or issue.stage in ENDED:
            return {}
        self._table = self._table or deadlines.table(self.s, self.team_id)
        state = deadlines.state_of(
            issue.stage, issue.waiting_for, shipped=self.shipped(issue.order_no),
            waybill=issue.waybill,
        )  # fmt: skip
        at = deadlines.due(
            self._table, self.platform, issue.type, state, issue.applied_at, issue.staged_at,
            issue.opened_at,
        )  # fmt: skip
        return {"due_at": at, "due_from": "table" if at else ""}


def _blank(model: type[SQLModel]) -> dict[str, Any]:
    """What a row has where nobody says otherwise; what must be said is left out."""
    return {
        name: x.default
        for name, x in model.model_fields.items()
        if not x.is_required() and name != "id"
    }


def _insert(s: Session, model: type[SQLModel], rows: Sequence[dict[str, Any]]) -> list[int]:
    """The new rows' ids, in the order of `rows`."""
    if not rows:
        return []
    key = col(model.id)  # type: ignore[attr-defined]  # both tables have one
    statement = insert(model).returning(key, sort_by_parameter_order=True)
    return [x[0] for x in s.connection().execute(statement, rows)]


def _plain(before: Fields | None) -> dict[str, Any] | None:
    """As JSON has it."""
    if before is None:
        return None
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in before.items()}
