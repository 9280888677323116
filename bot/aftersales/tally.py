"""The issues of a team as the facts of `stats`: what is asked, and the rows that answer it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from bot import periods
from bot.aftersales import stats
from bot.aftersales.stats import AXES, RISE_WEEKS, Axis, Ground, Returns, Stats
from bot.db.desk import Issue, Refund, TeamReason
from bot.db.facts import OrderLine
from bot.db.people import Member, Store
from bot.errors import UserError
from bot.i18n import words
from bot.metrics import compute, issues
from bot.metrics import query as queries
from bot.metrics.ask import ask as understand
from bot.metrics.bases import Span, usual
from bot.metrics.issues import Fact
from bot.metrics.query import Query
from bot.metrics.scope import Scope, vocabulary
from bot.metrics.when import ToDate, hits
from bot.metrics.words import fold
from bot.periods import DAY, Period

NOT_RETURNED = ("refused", "explained")  # resolutions after which nothing comes back
_USUAL = "last7"
_AXIS_OF = {"agent": "assignee"}  # a breakdown of questions → ours
_SLICE = 500


@dataclass(frozen=True)
class Asked:
    """What `/issuestats` is asked for; kept as JSON in a Question, so that its buttons last."""

    span: Span
    axis: Axis = "reason"


def to_json(asked: Asked) -> str:
    p = asked.span.period
    span = [p.start.isoformat(), p.end.isoformat(), asked.span.kind, asked.span.name]
    return json.dumps({"desk": 1, "span": span, "axis": asked.axis}, separators=(",", ":"))


def from_json(raw: str) -> Asked | None:
    """None where the row is a question of another kind."""
    data = json.loads(raw)
    if "desk" not in data:
        return None
    start, end, kind, name = data["span"]
    axis: Axis = next((a for a in AXES if a == data["axis"]), "reason")
    period = Period(date.fromisoformat(start), date.fromisoformat(end))
    return Asked(Span(period, kind, name), axis)


def change(asked: Asked, code: str, today: date) -> Asked:
    """`p:<period>` or `a:<axis>`; an unknown code changes nothing."""
    what, _, value = code.partition(":")
    if what == "p" and value in queries.PERIOD_CODES:
        return replace(asked, span=queries.named_span(value, today))
    if what == "a":
        return replace(asked, axis=next((a for a in AXES if a == value), asked.axis))
    return asked


def read(s: Session, scope: Scope, text: str, today: date) -> Asked:
    """`上周`, `近30天 按商品`, `last month by person`. Raises UserError for any other word."""
    folded, axis = _axis(fold(text))
    if not folded.strip():
        return Asked(queries.named_span(_USUAL, today), axis or "reason")
    asked = understand(folded, today, vocabulary(s, scope, today))
    if asked.unknown:
        raise UserError("issuestats.unknown", words="、".join(asked.unknown)[:40])
    by = [_AXIS_OF.get(b, b) for b in asked.query.by]
    axis = axis or next((a for a in AXES if a in by), None)
    named = any(isinstance(h.value, Span | ToDate) for h in hits(folded, today, scope.promotions))
    span = asked.query.span if named else queries.named_span(_USUAL, today)
    return Asked(span, axis or "reason")


def _axis(text: str) -> tuple[str, Axis | None]:
    """The text without the words that questions do not know: 按责任, by platform."""
    for axis in AXES:
        for word in sorted(words(f"issuestats.axis.{axis}_aliases"), key=len, reverse=True):
            if fold(word) in text:
                return text.replace(fold(word), " ", 1).strip(), axis
    return text, None


# rows ----------------------------------------------------------------------------------------


def zones(scope: Scope) -> dict[int, ZoneInfo]:
    return {store.id: ZoneInfo(store.timezone) for store in scope.stores}


def tally(s: Session, scope: Scope, asked: Asked, today: date, now: datetime) -> Stats:
    """The figures of a period, for the stores that may be seen here."""
    period = asked.span.period
    base = usual(asked.span, ()).period
    week = stats.week_of(period, today)
    first = min(period.start, base.start, week.start - 7 * RISE_WEEKS * DAY)
    facts = facts_since(s, scope, first)
    begun = issues.begun(s, scope.team_id)
    zone = next(iter(zones(scope).values()), ZoneInfo("UTC"))
    return stats.summed(
        facts, asked.axis, period, base, ground(s, scope), now, today,
        periods.business_day(begun, zone) if begun else None,
        returns(s, scope, asked.span, facts, today),
    )  # fmt: skip


def facts_since(s: Session, scope: Scope, first: date) -> list[Fact]:
    """What was logged or ended since the first day, and all that is open."""
    found = zones(scope)
    zone = next(iter(found.values()), ZoneInfo("UTC"))
    since = periods.at_local(first - DAY, time(), zone)  # the other stores' zones may lie east
    return issues.read(s, scope.team_id, found, since, storeless=scope.whole)


def opened(s: Session, scope: Scope, period: Period, limit: int = 20_000) -> list[Issue]:
    """The issues logged in a period, oldest first, void ones and duplicates too."""
    found = zones(scope)
    zone = next(iter(found.values()), ZoneInfo("UTC"))
    start, end = (periods.at_local(day, time(), zone) for day in (period.start, period.end))
    here = col(Issue.store_id).in_(scope.ids)
    query = select(Issue).where(
        Issue.team_id == scope.team_id,
        Issue.kind == "issue",
        (here | col(Issue.store_id).is_(None)) if scope.whole else here,
        col(Issue.opened_at) >= start - DAY,
        col(Issue.opened_at) < end + DAY,
    )
    every = s.exec(query.order_by(col(Issue.no)).limit(limit))
    return [
        x for x in every
        if periods.business_day(x.opened_at, found.get(x.store_id or 0, zone)) in period
    ]  # fmt: skip


def ground(s: Session, scope: Scope) -> Ground:
    ids = scope.ids
    platforms = s.exec(select(Store.id, Store.platform).where(col(Store.id).in_(ids)))
    people = s.exec(
        select(Member.id, Member.nickname, Member.name).where(Member.team_id == scope.team_id)
    )
    ours = s.exec(
        select(TeamReason.slug, TeamReason.name).where(TeamReason.team_id == scope.team_id)
    )
    return Ground(
        currencies={x.id: x.currency for x in scope.stores},
        platforms={id_ or 0: platform for id_, platform in platforms},
        stores={x.id: x.name for x in scope.stores},
        people={id_ or 0: nickname or name for id_, nickname, name in people},
        reasons={slug: name for slug, name in ours if name},
    )


# returns -------------------------------------------------------------------------------------


def returns(s: Session, scope: Scope, span: Span, facts: Sequence[Fact], today: date) -> Returns:
    """From the platforms' refund files where a store has any, else from the desk's own issues.

    Nothing comes back before it was paid, so what was asked since the period began is enough.
    """
    period = span.period
    asked = [*_refunds(s, scope, period)]
    with_files = _with_files(s, scope)
    asked += [
        (f.store_id or 0, f.order_no, f.quantity or 1, f.paid_at)
        for f in facts
        if f.type == "return_refund" and f.resolution not in NOT_RETURNED
        and f.day >= period.start and f.store_id not in with_files
    ]  # fmt: skip
    paid = _paid_days(s, scope, ((store, no) for store, no, _, _ in asked if no))
    place = zones(scope)
    units = undated = 0
    for store, no, n, paid_at in asked:
        day = paid.get((store, no))
        if day is None and paid_at and store in place:
            day = periods.business_day(paid_at, place[store])
        units += n if day and day in period else 0
        undated += n if day is None else 0
    return Returns(units, _sold(s, scope, span, today), undated)


_Return = tuple[int, str, int, datetime | None]  # store, order, units, paid


def _refunds(s: Session, scope: Scope, period: Period) -> Iterable[_Return]:
    """Returns that were not withdrawn, applied for since the period began."""
    first = next(iter(zones(scope).values()), ZoneInfo("UTC"))
    since = periods.at_local(period.start - DAY, time(), first)
    rows = s.exec(
        select(Refund.store_id, Refund.order_no, Refund.quantity).where(
            Refund.team_id == scope.team_id,
            col(Refund.store_id).in_(scope.ids),
            Refund.type == "return_refund",
            Refund.status != "closed",
            (col(Refund.applied_at) >= since) | col(Refund.applied_at).is_(None),
        )
    )
    return ((store, no, n or 1, None) for store, no, n in rows)


def _with_files(s: Session, scope: Scope) -> set[int]:
    query = select(Refund.store_id).where(col(Refund.store_id).in_(scope.ids)).distinct()
    return set(s.exec(query))


def _paid_days(
    s: Session, scope: Scope, orders: Iterable[tuple[int, str]]
) -> dict[tuple[int, str], date]:
    """When orders were paid, as far as their lines are known."""
    numbers = sorted({no for _, no in orders})
    found: dict[tuple[int, str], date] = {}
    for i in range(0, len(numbers), _SLICE):
        rows = s.exec(
            select(OrderLine.store_id, OrderLine.order_no, col(OrderLine.paid_day)).where(
                OrderLine.team_id == scope.team_id,
                col(OrderLine.store_id).in_(scope.ids),
                col(OrderLine.order_no).in_(numbers[i : i + _SLICE]),
            )
        )
        found |= {(store, no): day for store, no, day in rows if day}
    return found


def _sold(s: Session, scope: Scope, span: Span, today: date) -> int | None:
    """Units paid in the period, as a question would answer."""
    if not scope.stores:
        return None
    reading = compute.answer(s, scope, Query(span, ("units",)), today)
    value = reading.total.cells[0].value if reading.total else None
    return None if value is None else int(value)
