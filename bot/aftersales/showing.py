"""Issues as they are seen: frozen, with names in place of ids, in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot import teams
from bot.aftersales.kin import extras
from bot.aftersales.views import EventView, IssueView
from bot.aftersales.words import REASONS
from bot.db.desk import Evidence, Issue, IssueEvent, TeamReason
from bot.db.people import Member, Store

T = TypeVar("T", Store, Member, Issue)

_MANY = 5000  # ids in one query

# columns that a view has under the same name
_SAME = (
    "no", "kind", "stage", "version", "opened_at", "team_id", "store_id", "order_no", "refund_no",
    "tail", "product", "quantity", "amount", "order_amount", "paid_at", "type", "reason",
    "responsible", "resolution", "cost", "note", "urgent", "waiting_for", "assignee_id",
    "reporter_id", "applied_at", "due_at", "due_from", "platform_status", "waybill", "staged_at",
    "answered_at", "solved_at", "closed_at", "missed_at", "reopened",
)  # fmt: skip


def view(s: Session, issue: Issue, now: datetime, history: int = 8) -> IssueView:  # noqa: ARG001
    """One issue with its newest `history` events, the oldest of them first."""
    return views(s, [issue], history)[0]


def views(s: Session, issues: list[Issue], history: int = 0) -> list[IssueView]:
    """Many issues of one or several teams, in their order; never a query per issue."""
    if not issues:
        return []
    ids = [i.id or 0 for i in issues]
    events = _events(s, ids, history) if history else {}
    stores = {x.id: x for x in _in(s, Store, {i.store_id for i in issues})}
    names = _names(s, issues, events)
    numbers = {x.id: x.no for x in _in(s, Issue, {i.duplicate_of for i in issues})}
    photos = _photos(s, ids)
    zones = {t: _first_zone(s, t) for t in {i.team_id for i in issues if not i.store_id}}
    reasons = _own_reasons(s, issues)
    kin = extras.of(s, issues)
    found = []
    for issue in issues:
        store = stores.get(issue.store_id)
        shown = photos.get(issue.id or 0, {})
        found.append(
            IssueView(
                **{k: getattr(issue, k) for k in _SAME},
                id=issue.id or 0,
                zone=ZoneInfo(store.timezone) if store else zones[issue.team_id],
                store=store.name if store else "",
                platform=store.platform if store else "",
                currency=store.currency if store else "",
                reason_name=reasons.get((issue.team_id, issue.reason), ""),
                assignee=names.get(issue.assignee_id, ""),
                reporter=names.get(issue.reporter_id, ""),
                duplicate_of=numbers.get(issue.duplicate_of),
                history=tuple(_event(e, names, shown, s) for e in events.get(issue.id or 0, ())),
                photos=sum(shown.values()),
                extra=kin.get(issue.id or 0),
            )
        )
    return found


def _event(
    e: IssueEvent, names: dict[int | None, str], photos: dict[int | None, int], s: Session
) -> EventView:
    value = e.value
    if e.what == "assign" and value.isdecimal():
        value = names.get(int(value), "")
    elif e.what == "change" and value.startswith("store:"):
        store = s.get(Store, int(value.removeprefix("store:")))
        value = f"store:{store.name if store else ''}"
    return EventView(
        e.id or 0, e.at, e.what, value, names.get(e.member_id, ""), e.note, photos.get(e.id, 0),
        undone=e.undone_at is not None,
    )  # fmt: skip


def _events(s: Session, ids: list[int], history: int) -> dict[int, list[IssueEvent]]:
    found: dict[int, list[IssueEvent]] = defaultdict(list)
    for some in _slices(ids):
        turn = func.row_number().over(
            partition_by=col(IssueEvent.issue_id), order_by=col(IssueEvent.id).desc()
        )
        ranked = (
            select(IssueEvent.id, turn.label("turn"))
            .where(col(IssueEvent.issue_id).in_(some))
            .subquery()
        )
        query = select(IssueEvent).join(ranked, ranked.c.id == IssueEvent.id)
        query = query.where(ranked.c.turn <= history).order_by(col(IssueEvent.id))
        for event in s.exec(query):
            found[event.issue_id].append(event)
    return found


def _photos(s: Session, ids: list[int]) -> dict[int, dict[int | None, int]]:
    """How many photos and files each event of each issue brought; what was undone counts none."""
    found: dict[int, dict[int | None, int]] = defaultdict(dict)
    for some in _slices(ids):
        query = (
            select(Evidence.issue_id, Evidence.event_id, func.count())
            .outerjoin(IssueEvent, col(IssueEvent.id) == Evidence.event_id)
            .where(col(Evidence.issue_id).in_(some), col(IssueEvent.undone_at).is_(None))
            .group_by(col(Evidence.issue_id), col(Evidence.event_id))
        )
        for issue_id, event_id, n in s.exec(query):
            found[issue_id][event_id] = n
    return found


def _names(
    s: Session, issues: list[Issue], events: dict[int, list[IssueEvent]]
) -> dict[int | None, str]:
    ids: set[int | None] = {i.assignee_id for i in issues} | {i.reporter_id for i in issues}
    for event in (e for them in events.values() for e in them):
        ids.add(event.member_id)
        if event.what == "assign" and event.value.isdecimal():
            ids.add(int(event.value))
    return {m.id: teams.called(m) for m in _in(s, Member, ids)}


def _own_reasons(s: Session, issues: list[Issue]) -> dict[tuple[int, str], str]:
    if all(i.reason in REASONS or not i.reason for i in issues):
        return {}
    query = select(TeamReason).where(col(TeamReason.team_id).in_({i.team_id for i in issues}))
    return {(r.team_id, r.slug): r.name for r in s.exec(query) if r.name}


def _first_zone(s: Session, team_id: int) -> ZoneInfo:
    stores = teams.stores(s, team_id)
    return ZoneInfo(stores[0].timezone if stores else "UTC")


def _in(s: Session, table: type[T], ids: Iterable[int | None]) -> Iterator[T]:
    known = sorted(x for x in set(ids) if x is not None)
    for some in _slices(known):
        yield from s.exec(select(table).where(col(table.id).in_(some))).all()


def _slices(ids: list[int]) -> Iterator[list[int]]:
    return (ids[i : i + _MANY] for i in range(0, len(ids), _MANY))
