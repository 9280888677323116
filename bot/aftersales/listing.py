"""Lists of issues: pages with filters and counts, somebody's own, and finding one again."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlmodel import Session, col, select

from bot import teams
from bot.aftersales import scope, stages
from bot.aftersales.scope import Bounds
from bot.aftersales.showing import views
from bot.aftersales.views import IssueView
from bot.db.desk import Issue
from bot.db.people import Member, Store, Team

GROUPS = ("open", "waiting", "late", "today", "mine", "all")
ROWS = 8  # of a page; what a phone shows at once
MORNING = time(9)  # what ends before it has to be done the evening before
FOUND = 20
NOBODY = -1  # as an assignee: nobody has it

_OPEN = col(Issue.stage).in_(stages.OPEN)


@dataclass(frozen=True)
class Filter:
    """What a list shows; empty or 0: any. `group` is one of GROUPS, `assignee_id` may be NOBODY.

    late: its deadline has passed. today: it ends before tomorrow's work begins, late ones too. mine: to
    do by who asks, or reported by them and not given to anybody yet.
    """

    group: str = "open"
    kind: str = "issue"
    type: str = ""
    reason: str = ""
    platform: str = ""
    store_id: int = 0
    assignee_id: int = 0


@dataclass(frozen=True)
class Page:
    """Page `number` (from 1) of `pages`; `counts` by group and by stage, over the same filter."""

    rows: tuple[IssueView, ...]
    number: int
    pages: int
    total: int
    counts: dict[str, int] = field(default_factory=dict)


def page(
    s: Session,
    team_id: int,
    wanted: Filter,
    stores: Collection[int] | None,
    now: datetime,
    *,
    member: Member | None = None,
    number: int = 1,
    size: int = ROWS,
) -> Page:
    """One page, by deadline and then by age; what is over comes last, the newest first.

    `stores` are those the chat speaks about (None: all); `member` holds it to what they may see.
    A number beyond the last page is the last page.
    """
    bounds = _bounds(s, team_id, stores, member)
    tests = _tests(s, bounds, now)
    here = and_(bounds.where(), *_filters(team_id, wanted))
    counts = _counts(s, here, tests)
    total = counts[wanted.group]
    pages = max(1, -(-total // size))
    number = min(max(number, 1), pages)
    query = select(Issue.id).where(here, tests[wanted.group]).order_by(*_order(wanted.group))
    ids = s.exec(query.offset((number - 1) * size).limit(size)).all()
    # narrow rows sort in a fraction of the time: the whole ones are read for this page only
    rows = {x.id: x for x in s.exec(select(Issue).where(col(Issue.id).in_(ids)))}
    return Page(tuple(views(s, [rows[x] for x in ids])), number, pages, total, counts)


def kinds(
    s: Session, team_id: int, stores: Collection[int] | None, member: Member | None = None
) -> dict[str, int]:
    """How many cards of each kind are open, of those that the same page would show."""
    here = _bounds(s, team_id, stores, member).where()
    query = select(Issue.kind, func.count()).where(here, _OPEN).group_by(col(Issue.kind))
    return dict(s.exec(query).all())


def mine(
    s: Session, member: Member, now: datetime, *, number: int = 1, size: int = ROWS, kind: str = ""
) -> Page:
    """What somebody has to do, in all their stores, of all kinds of card."""
    wanted = Filter("mine", kind=kind)
    return page(s, member.team_id, wanted, None, now, member=member, number=number, size=size)


def find(
    s: Session,
    team_id: int,
    words: str,
    stores: Collection[int] | None,
    *,
    member: Member | None = None,
    limit: int = FOUND,
) -> list[IssueView]:
    """By #number, order, refund or waybill number or its end, last four digits, or product words.

    Open ones first, then the newest. A number is looked for in every place it could stand.
    """
    text = " ".join(words.split())[:100]
    if not text:
        return []
    here = _bounds(s, team_id, stores, member).where()
    order = (case((_OPEN, 0), else_=1), col(Issue.no).desc())
    query = select(Issue).where(here, _named(text)).order_by(*order).limit(limit)
    return views(s, list(s.exec(query)))


def everything(s: Session, store: Store | None = None) -> list[tuple[IssueView, str, str]]:
    """Every issue with its whole history, its store's key and its team's name; for the command line.

    By team and number, or of one store only. Whoever has the machine sees all teams.
    """
    query = select(Issue).order_by(col(Issue.team_id), col(Issue.no))
    if store:
        query = query.where(Issue.store_id == store.id)
    keys = {x.id: x.key for x in s.exec(select(Store))}
    names = {x.id: x.name for x in s.exec(select(Team))}
    found = views(s, list(s.exec(query)), history=10_000)
    return [(x, keys.get(x.store_id, ""), names.get(x.team_id, "")) for x in found]


# ----------------------------------------------------------------------------------------------


def _bounds(
    s: Session, team_id: int, stores: Collection[int] | None, member: Member | None
) -> Bounds:
    chosen = None if stores is None else frozenset(stores)
    if member is None or member.team_id != team_id:
        return Bounds(team_id, chosen)
    return scope.of(s, member, chosen)


def _filters(team_id: int, wanted: Filter) -> list[ColumnElement[bool]]:
    same = {"kind": wanted.kind, "type": wanted.type, "reason": wanted.reason}
    found: list[ColumnElement[bool]] = [
        getattr(Issue, name) == value for name, value in same.items() if value
    ]
    if wanted.platform:
        shops = select(Store.id).where(Store.team_id == team_id, Store.platform == wanted.platform)
        found.append(col(Issue.store_id).in_(shops))
    if wanted.store_id:
        found.append(col(Issue.store_id) == wanted.store_id)
    if wanted.assignee_id == NOBODY:
        found.append(col(Issue.assignee_id).is_(None))
    elif wanted.assignee_id:
        found.append(col(Issue.assignee_id) == wanted.assignee_id)
    return found


def _tests(s: Session, bounds: Bounds, now: datetime) -> dict[str, ColumnElement[bool]]:
    """What each group holds."""
    due, who = col(Issue.due_at), bounds.member_id
    reported = and_(col(Issue.assignee_id).is_(None), col(Issue.reporter_id) == who)
    return {
        "open": _OPEN,
        "waiting": col(Issue.stage) == "waiting",
        "late": and_(_OPEN, due <= now),
        "today": and_(_OPEN, due < _tomorrow(s, bounds.team_id, now)),
        "mine": and_(_OPEN, or_(col(Issue.assignee_id) == who, reported)),
        "all": col(Issue.stage).in_(stages.STAGES),
    }


def _tomorrow(s: Session, team_id: int, now: datetime) -> datetime:
    """When tomorrow's work begins, in the zone of the team's first store."""
    stores = teams.stores(s, team_id)
    zone = ZoneInfo(stores[0].timezone if stores else "UTC")
    day = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, MORNING, zone).astimezone(now.tzinfo)


def _counts(
    s: Session, here: ColumnElement[bool], tests: dict[str, ColumnElement[bool]]
) -> dict[str, int]:
    """How many there are of each stage and group: the stages over an index, the rest of open ones."""
    by_stage = select(Issue.stage, func.count()).where(here).group_by(col(Issue.stage))
    counts: dict[str, int] = dict.fromkeys(stages.STAGES, 0) | dict(s.exec(by_stage).all())
    narrow = ("late", "today", "mine")
    sums = [func.coalesce(func.sum(case((tests[x], 1), else_=0)), 0) for x in narrow]
    query: Any = select(*sums).where(here, _OPEN)
    found = dict(zip(narrow, s.exec(query).one(), strict=True))
    counts |= {"open": sum(counts[x] for x in stages.OPEN), "all": sum(counts.values())}
    return counts | {k: int(v) for k, v in found.items()}


def _order(group: str) -> list[Any]:
    due = col(Issue.due_at)
    soonest = [case((due.is_(None), 1), else_=0), due, col(Issue.opened_at), col(Issue.id)]
    if group != "all":
        return soonest
    over = case((_OPEN, 0), else_=1)
    # of what is over a deadline says nothing any more
    ended = case((_OPEN, None), else_=col(Issue.no))
    return [over, ended.desc(), *soonest]


_NUMBER = re.compile(r"#?\d{1,9}")
_CODE = re.compile(r"[0-9A-Za-z\-]{4,40}")


def _named(text: str) -> ColumnElement[bool]:
    if text.startswith("#"):
        no = text.removeprefix("#").strip()
        return col(Issue.no) == (int(no) if _NUMBER.fullmatch(no) else 0)
    if _CODE.fullmatch(text) and any(c.isdigit() for c in text):
        return _numbered(text)
    if _NUMBER.fullmatch(text):
        return or_(col(Issue.no) == int(text), _worded(text))
    return and_(*(_worded(word) for word in text.split()))


def _numbered(code: str) -> ColumnElement[bool]:
    """A number as somebody knows it: whole or its end, of an order, a refund, a parcel, a phone."""
    columns = (col(Issue.order_no), col(Issue.refund_no), col(Issue.waybill))
    if code.isdigit():
        found = [c.endswith(code, autoescape=True) for c in columns]
    else:
        found = [c.iendswith(code, autoescape=True) for c in columns]
    if len(code) == 4:
        found.append(col(Issue.tail) == code)
    if _NUMBER.fullmatch(code) and not code.startswith("0"):
        found.append(col(Issue.no) == int(code))
    return or_(*found, _worded(code))


def _worded(word: str) -> ColumnElement[bool]:
    columns = (col(Issue.product), col(Issue.note))
    return or_(*(c.icontains(word, autoescape=True) for c in columns))
