"""The issues of a team: opening one, changing it, undoing a change, and how it is seen.

Every change goes through here: it is one event, one higher `version`, and its row is locked first,
so that of two people who act at once the first wins and the second is told.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import case, func, or_
from sqlmodel import Session, col, select

from bot import teams
from bot.access import LEADERSHIP
from bot.aftersales import changes, scope, stages
from bot.aftersales.births import New as New
from bot.aftersales.changes import Fields
from bot.aftersales.showing import view as view
from bot.aftersales.showing import views as views
from bot.db.desk import Issue, IssueEvent
from bot.db.people import Member, Store, Team
from bot.errors import UserError

# what others did since does not make a press on the older card wrong
HARMLESS = frozenset({"note", "photo", "urge", "missed", "confirm", "check"})
# what the table's deadline hangs on
_DATED = frozenset(
    {"type", "stage", "store_id", "applied_at", "due_from", "waiting_for", "waybill"}
)
# what a file or a clock did is not taken back by a person
LASTING = frozenset({"file", "gone", "missed", "undo", "confirm", "check"})


# opening and finding --------------------------------------------------------------------------


def open(  # noqa: A001
    s: Session, team_id: int, new: New, now: datetime, by: int | None, event: str = "open"
) -> Issue:
    """A new issue with the team's next number; `by` is a member's id, None for a file.

    Numbers have no gaps: the team's row is held until the commit. Raises UserError where the store
    or the assignee is not the team's.
    """
    no = _next_no(s, team_id)
    store = _own_store(s, team_id, new.store_id)
    issue = Issue(
        team_id=team_id, no=no, opened_at=now, staged_at=now, last_import=new.born_import,
        **asdict(new),
    )  # fmt: skip
    if new.assignee_id:
        changes.assignable(s, issue, new.assignee_id)
        issue.stage = "assigned"
    if new.waiting_for:
        issue.stage = "waiting"
    if new.due_at:
        issue.due_from = new.due_from or "line"
    else:
        _set(issue, changes.due(s, issue, store.platform if store else ""))
    s.add(issue)
    s.flush()
    _write(s, issue, event, now, by, before={"stage": "void"} if event == "open" else {})
    return issue


def _next_no(s: Session, team_id: int) -> int:
    # rows that point at the team may still be written by others: its key is not what changes
    s.exec(select(Team.id).where(Team.id == team_id).with_for_update(key_share=True)).one()
    return (s.exec(select(func.max(Issue.no)).where(Issue.team_id == team_id)).one() or 0) + 1


def _own_store(s: Session, team_id: int, store_id: int | None) -> Store | None:
    store = s.get(Store, store_id) if store_id else None
    if store_id and (store is None or store.team_id != team_id):
        raise UserError("store.gone")
    return store


def by_no(s: Session, team_id: int, no: int) -> Issue | None:
    """The issue #no of a team."""
    return s.exec(select(Issue).where(Issue.team_id == team_id, Issue.no == no)).first()


def seen(s: Session, member: Member, issue_id: int) -> Issue:
    """The issue with this row id, as a button has it. Raises UserError where it is not theirs to see."""
    issue = s.get(Issue, issue_id)
    if issue is None or not scope.of(s, member).holds(issue):
        raise UserError("desk.gone")
    return issue


def hold(s: Session, issue: Issue) -> None:
    """Nobody else changes this issue before the commit; it is read anew."""
    query = select(Issue).where(Issue.id == issue.id).with_for_update()
    s.exec(query.execution_options(populate_existing=True)).one()


def same(
    s: Session,
    team_id: int,
    order_no: str,
    type: str,  # noqa: A002
    stores: Collection[int] | None = None,
    refund_no: str = "",
) -> Issue | None:
    """The open issue that a new report of this order and type says again; of several the oldest.

    An empty type, of either, matches any: so a leader's claim and an imported refund find the issue of
    their order. With `refund_no`, one that has another refund's number is not the same.
    """
    query = select(Issue).where(
        Issue.team_id == team_id, Issue.order_no == order_no, Issue.kind == "issue",
        col(Issue.stage).in_(stages.OPEN),
    )  # fmt: skip
    if not order_no:
        return None
    if stores is not None:
        query = query.where(or_(col(Issue.store_id).in_(stores), col(Issue.store_id).is_(None)))
    if type:
        query = query.where(col(Issue.type).in_((type, "")))
    if refund_no:
        query = query.where(col(Issue.refund_no).in_((refund_no, "")))
    # one that says so itself before one that only leaves it open
    nearest = [case((col(Issue.refund_no) == refund_no, 0), else_=1)] if refund_no else []
    nearest += [case((col(Issue.type) == type, 0), else_=1)] if type else []
    return s.exec(query.order_by(*nearest, col(Issue.no))).first()


# changing -------------------------------------------------------------------------------------


def act(
    s: Session,
    issue: Issue,
    action: str,
    by: Member,
    now: datetime,
    value: str = "",
    note: str = "",
    version: int | None = None,
) -> IssueEvent:
    """Do one of `stages.ACTIONS` to an issue; the event says what happened.

    `value` is what the action needs: a member's id (assign), one of WAITS (wait), ISO or nothing (due),
    `slug` or `slug:cost` (resolve), a number (duplicate), `field:value` (change). `version` is that
    of the card they looked at. Raises UserError where it is not theirs to do, makes no sense, or
    somebody else was first: then it names who.
    """
    hold(s, issue)
    bounds = scope.of(s, by)
    if not bounds.holds(issue):
        raise UserError("desk.none", no=issue.no)
    since = _since(s, issue, by, version) if version is not None else []
    if since and action not in HARMLESS:
        raise _behind(s, issue, since[0])
    _permit(s, issue, action, by, bounds)
    asked = changes.Asked(s, issue, action, by, value, now)
    if action == "take" and version is None:
        _not_taken(s, issue, by)
    change = changes.of(asked)
    return record(s, issue, action, now, by.id, change.value, note, change.fields)


def record(
    s: Session,
    issue: Issue,
    what: str,
    now: datetime,
    by: int | None = None,
    value: str = "",
    note: str = "",
    fields: Fields | None = None,
) -> IssueEvent:
    """Write a change that was decided: new values, the deadline they bring, an event, a version.

    For what files and clocks do too (`stages.EVENTS`); people's own actions come through `act`.
    """
    fields = dict(fields or {})
    if issue.answered_at is None and changes.answers(what, issue, by):
        fields.setdefault("answered_at", now)
    before = {k: getattr(issue, k) for k in fields}
    _set(issue, fields)
    if _DATED & fields.keys():
        store = s.get(Store, issue.store_id) if issue.store_id else None
        again = changes.due(s, issue, store.platform if store else "")
        before = {k: getattr(issue, k) for k in again} | before
        _set(issue, again)
    before = {k: v for k, v in before.items() if v != getattr(issue, k)}
    issue.version += 1
    s.add(issue)
    return _write(s, issue, what, now, by, value, note, before)


_ADDED = (
    "store_id", "point_id", "refund_no", "tail", "product_id", "product", "quantity", "amount",
    "order_amount", "paid_at", "type", "reason", "responsible", "assignee_id", "applied_at",
    "platform_status", "waybill",
)  # fmt: skip


def attach(s: Session, issue: Issue, new: New, by: int | None, now: datetime) -> IssueEvent:
    """Add what a second report brings: its words to the history, its facts where there were none.

    Nothing that is known is overwritten; words that bring nothing new are a note. A deadline that
    somebody knows wins over the table's.
    """
    hold(s, issue)
    empty = (None, "")  # 0 is a figure
    fields: Fields = {
        k: getattr(new, k)
        for k in _ADDED
        if getattr(issue, k) in empty and getattr(new, k) not in empty
    }
    if new.urgent and not issue.urgent:
        fields["urgent"] = True
    if new.due_at and issue.due_from in ("", "table"):
        fields |= {"due_at": new.due_at, "due_from": new.due_from or "line"}
    if new.assignee_id and "assignee_id" in fields and not _sees(s, issue, new.assignee_id):
        del fields["assignee_id"]
    if "assignee_id" in fields and issue.stage == "new":
        fields |= {"stage": "assigned", "staged_at": now}
    what = "merge" if fields else "note"
    fields["answered_at"] = issue.answered_at  # who says it again has not answered
    return record(s, issue, what, now, by, new.refund_no, new.note, fields)


def _sees(s: Session, issue: Issue, member_id: int) -> bool:
    """Whether somebody can be given the issue."""
    try:
        return bool(changes.assignable(s, issue, member_id))
    except UserError:
        return False


def _permit(s: Session, issue: Issue, action: str, by: Member, bounds: scope.Bounds) -> None:
    """Raises UserError, and says whether it is the person or the stage that does not let them."""
    theirs = bounds.owns(issue)
    if stages.may(action, issue.stage, by.role, theirs=theirs):
        return
    every = {x for x in stages.STAGES if stages.may(action, x, by.role, theirs=theirs)}
    if every:
        raise _behind(s, issue, _last(s, issue))
    known = stages.ACTIONS.get(action)
    raise UserError("desk.not_yours" if known and known.who == "theirs" else "not_allowed")


def _not_taken(s: Session, issue: Issue, by: Member) -> None:
    """Without the card in view nobody takes over what somebody else is at."""
    if issue.stage == "doing" and issue.assignee_id not in (None, by.id):
        other = s.get(Member, issue.assignee_id)
        raise UserError("desk.behind.take", no=issue.no, who=teams.called(other) if other else "")


def _since(s: Session, issue: Issue, by: Member, version: int) -> list[IssueEvent]:
    """What others changed after this version of the card, the newest first."""
    missed = max(0, issue.version - version)
    query = select(IssueEvent).where(IssueEvent.issue_id == issue.id)
    newest = s.exec(query.order_by(col(IssueEvent.id).desc()).limit(missed)).all()
    return [e for e in newest if e.what not in HARMLESS and e.member_id != by.id]


def _last(s: Session, issue: Issue) -> IssueEvent:
    """What brought the issue where it is."""
    query = select(IssueEvent).where(IssueEvent.issue_id == issue.id)
    query = query.where(col(IssueEvent.what).not_in(HARMLESS), col(IssueEvent.undone_at).is_(None))
    return s.exec(query.order_by(col(IssueEvent.id).desc())).first() or IssueEvent(
        issue_id=issue.id or 0, at=issue.opened_at, what="open"
    )


def _behind(s: Session, issue: Issue, event: IssueEvent) -> UserError:
    who = s.get(Member, event.member_id) if event.member_id else None
    name = teams.called(who) if who else ""
    what = event.what if name else "file"
    return UserError(f"desk.behind.{what}", no=issue.no, who=name)


def _set(issue: Issue, fields: Fields) -> None:
    for name, value in fields.items():
        setattr(issue, name, value)


def _write(
    s: Session,
    issue: Issue,
    what: str,
    now: datetime,
    by: int | None,
    value: str = "",
    note: str = "",
    before: Fields | None = None,
) -> IssueEvent:
    kept = json.dumps(before, default=lambda x: x.isoformat()) if before else ""
    event = IssueEvent(
        issue_id=issue.id or 0, at=now, member_id=by, what=what, value=value, note=note, before=kept
    )
    s.add(event)
    s.flush()
    return event


# undoing --------------------------------------------------------------------------------------


def undo(s: Session, event_id: int, by: Member, now: datetime) -> Issue:
    """Take one event back: by who made it or the leadership, within ten minutes.

    Only the newest: nothing that came later may have touched what it changed, and an issue that others
    have worked on is not unmade. Undoing the opening voids it; its number stays taken.
    """
    event = s.get(IssueEvent, event_id)
    issue = s.get(Issue, event.issue_id) if event else None
    if event is None or issue is None or not scope.of(s, by).holds(issue):
        raise UserError("desk.gone")
    hold(s, issue)
    s.refresh(event)
    _undoable(s, issue, event, by, now)
    fields = {k: _read(k, v) for k, v in json.loads(event.before or "{}").items()}
    if event.what == "open":
        fields["staged_at"] = now
    event.undone_at = now
    s.add(event)
    _set(issue, fields)
    issue.version += 1
    s.add(issue)
    _write(s, issue, "undo", now, by.id, event.what)
    return issue


def _undoable(s: Session, issue: Issue, event: IssueEvent, by: Member, now: datetime) -> None:
    if event.what in LASTING:
        raise UserError("desk.undo.lasting", no=issue.no)
    if event.undone_at:
        raise UserError("desk.undo.done", no=issue.no)
    if event.member_id != by.id and by.role not in LEADERSHIP:
        raise UserError("desk.undo.not_yours")
    if now - event.at > timedelta(minutes=stages.UNDO_MINUTES):
        raise UserError("desk.undo.late", n=stages.UNDO_MINUTES)
    later = _later(s, event)
    if later:
        raise _behind(s, issue, later)


def _later(s: Session, event: IssueEvent) -> IssueEvent | None:
    """The newest event that stands in the way: it changed the same, or others' work would be lost."""
    query = select(IssueEvent).where(
        IssueEvent.issue_id == event.issue_id, col(IssueEvent.id) > event.id
    )
    query = query.where(col(IssueEvent.undone_at).is_(None), IssueEvent.what != "undo")
    ours = set(json.loads(event.before or "{}"))
    for later in s.exec(query.order_by(col(IssueEvent.id).desc())):
        touched = set(json.loads(later.before or "{}")) & ours
        if touched or (event.what == "open" and later.member_id != event.member_id):
            return later
    return None


def _read(name: str, value: object) -> object:
    """A value of `before`, as the issue has it."""
    if name.endswith("_at") and isinstance(value, str):
        return datetime.fromisoformat(value)
    return value
