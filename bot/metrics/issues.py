"""The after-sales desk as figures: issues read as facts, and what is counted of each. Pure but `read`.

Only issues proper count: no kin, nothing void, no duplicate. Days are those of the issue's store.

- opened: logged in the period.
- open: at a moment, logged and neither solved nor closed.
- first answer: from the log to the first answer, of those logged in the period that have one.
- solve time: from the log to the end (what was reopened counts to its last end), of those that
  ended in the period.
- on time: of those logged in the period whose deadline is decided, the share that met it. It is
  missed where one passed while the issue was open, in any stage; met where the issue ended
  without; not decided while it is open and has time left. Without a deadline it is not counted.
- reopened: of those logged in the period that were solved or closed at least once, the share that
  was opened again.

Times are minutes of the calendar, not of working hours.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import Session, col

from bot import periods
from bot.db.desk import Issue
from bot.metrics.catalogue import TIMES
from bot.metrics.sums import Cut, Key, bucket

OPEN = ("new", "assigned", "doing", "waiting")
UNCOUNTED = ("void", "duplicate")

Figure = int | float | None


@dataclass(frozen=True)
class Fact:
    """One issue as it counts. Amounts are minor units of its store's currency."""

    id: int
    opened_at: datetime
    zone: ZoneInfo
    store_id: int | None = None
    stage: str = "new"
    type: str = ""
    reason: str = ""
    responsible: str = ""
    product_id: int | None = None
    product: str = ""
    quantity: int | None = None
    assignee_id: int | None = None
    amount: int | None = None
    cost: int | None = None
    resolution: str = ""
    order_no: str = ""
    paid_at: datetime | None = None
    due_at: datetime | None = None
    missed_at: datetime | None = None
    answered_at: datetime | None = None
    solved_at: datetime | None = None
    closed_at: datetime | None = None
    reopened: int = 0

    @property
    def day(self) -> date:
        return periods.business_day(self.opened_at, self.zone)

    @property
    def ended_at(self) -> datetime | None:
        """When it was solved or closed, whichever came first; None while it is open."""
        if self.stage in OPEN:
            return None
        ends = [at for at in (self.solved_at, self.closed_at) if at]
        return min(ends, default=None)

    @property
    def ended_day(self) -> date | None:
        return periods.business_day(self.ended_at, self.zone) if self.ended_at else None

    def open_at(self, moment: datetime) -> bool:
        if self.opened_at > moment:
            return False
        return self.stage in OPEN or (self.ended_at is not None and self.ended_at > moment)

    @property
    def first_answer(self) -> float | None:
        """Minutes."""
        return _minutes(self.opened_at, self.answered_at)

    @property
    def solve_time(self) -> float | None:
        """Minutes."""
        return _minutes(self.opened_at, self.ended_at)

    @property
    def was_solved(self) -> bool:
        return self.ended_at is not None or self.reopened > 0

    def on_time(self, now: datetime) -> bool | None:
        """Whether its deadline was met; None without one, and while it is not decided."""
        if self.missed_at:
            return False
        if self.due_at is None:
            return None
        if self.ended_at:
            return self.ended_at <= self.due_at
        return False if self.due_at < now else None


def _minutes(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else max((end - start).total_seconds(), 0) / 60


def median(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None


def p90(values: Sequence[float]) -> float | None:
    """The smallest value that nine in ten do not exceed (nearest rank)."""
    return sorted(values)[math.ceil(0.9 * len(values)) - 1] if values else None


# rows ---------------------------------------------------------------------------------------

_FIELDS = (
    "id", "opened_at", "store_id", "stage", "type", "reason", "responsible", "product_id",
    "product", "quantity", "assignee_id", "amount", "cost", "resolution", "order_no", "paid_at",
    "due_at", "missed_at", "answered_at", "solved_at", "closed_at", "reopened",
)  # fmt: skip


def read(
    s: Session,
    team_id: int,
    zones: dict[int, ZoneInfo],
    since: datetime,
    *,
    storeless: bool = False,
) -> list[Fact]:
    """What was logged or ended since then, and all that is open, of these stores by their zones.

    `storeless`: issues whose store is not known yet count too; they keep the first store's days.
    """
    here: ColumnElement[bool] = col(Issue.store_id).in_(zones)
    if storeless:
        here = or_(here, col(Issue.store_id).is_(None))
    rows = s.connection().execute(
        select(*(getattr(Issue, name) for name in _FIELDS)).where(
            col(Issue.team_id) == team_id,
            col(Issue.kind) == "issue",
            col(Issue.stage).not_in(UNCOUNTED),
            here,
            or_(
                col(Issue.opened_at) >= since,
                col(Issue.stage).in_(OPEN),
                col(Issue.solved_at) >= since,
                col(Issue.closed_at) >= since,
            ),
        )
    )
    first = next(iter(zones.values()), ZoneInfo("UTC"))
    found = []
    for row in rows:
        fields = dict(zip(_FIELDS, row, strict=True))
        found.append(Fact(zone=zones.get(fields["store_id"], first), **fields))
    return found


def ever(s: Session, team_id: int, stores: Collection[int], *, storeless: bool = False) -> bool:
    """Whether any issue was ever logged of these stores."""
    here: ColumnElement[bool] = col(Issue.store_id).in_(stores)
    if storeless:
        here = or_(here, col(Issue.store_id).is_(None))
    ours = col(Issue.team_id) == team_id, col(Issue.kind) == "issue"
    found = s.connection().execute(select(col(Issue.id)).where(*ours, here).limit(1))
    return found.first() is not None


def begun(s: Session, team_id: int) -> datetime | None:
    """When the team logged its first issue."""
    ours = col(Issue.team_id) == team_id, col(Issue.kind) == "issue"
    first = select(col(Issue.opened_at)).where(*ours).order_by(col(Issue.opened_at)).limit(1)
    return s.connection().execute(first).scalar()


# measures of a question -----------------------------------------------------------------------

MEASURES = (
    "issues_opened", "issues_open", "first_answer", "solve_time", "on_time", "decided", "reopened",
    "was_solved", "answered", "ended",
)  # fmt: skip


def measures(
    facts: Iterable[Fact], cut: Cut, now: datetime, first_day: date | None = None
) -> dict[Key, dict[str, Figure]]:
    """All MEASURES by the key of a cut; a bucket of time and a store without issues has zeros.

    `first_day`: since when the desk is used; days before it are not known. Open issues are those at
    the end of the period, or of the key's own days where it runs over time.
    """
    grain = next((b for b in cut.by if b in TIMES), "")
    kept = [f for f in facts if cut.products is None or f.product_id in cut.products]
    opened: dict[Key, list[Fact]] = defaultdict(list)
    ended: dict[Key, list[Fact]] = defaultdict(list)
    waiting: dict[Key, int] = defaultdict(int)
    ends = _ends(cut, grain)
    for f in kept:
        if f.day in cut.period:
            opened[_key(f, cut, f.day)].append(f)
        if (end := f.ended_day) and end in cut.period:
            ended[_key(f, cut, end)].append(f)
        for day in ends:
            if _open_after(f, day, now):
                waiting[_key(f, cut, day)] += 1
    keys = {*opened, *ended, *waiting, *_empty(cut, grain, first_day)}
    return {key: _row(opened[key], ended[key], waiting[key], now) for key in keys}


def _row(opened: list[Fact], ended: list[Fact], waiting: int, now: datetime) -> dict[str, Figure]:
    verdicts = [v for f in opened if (v := f.on_time(now)) is not None]
    solved = [f for f in opened if f.was_solved]
    answers = [m for f in opened if (m := f.first_answer) is not None]
    times = [m for f in ended if (m := f.solve_time) is not None]
    return {
        "issues_opened": len(opened),
        "issues_open": waiting,
        "first_answer": median(answers),
        "answered": len(answers),
        "solve_time": median(times),
        "ended": len(times),
        "on_time": sum(verdicts),
        "decided": len(verdicts),
        "reopened": sum(f.reopened > 0 for f in solved),
        "was_solved": len(solved),
    }


def _key(f: Fact, cut: Cut, day: date) -> Key:
    return tuple(_part(f, b, day, cut) for b in cut.by)


def _part(f: Fact, by: str, day: date, cut: Cut) -> int | str | date | None:
    if by in TIMES:
        return bucket(by, day)
    if by == "product":
        return cut.same.get(f.product_id, f.product_id) if f.product_id else None
    known = {"store": f.store_id, "reason": f.reason or None, "agent": f.assignee_id}
    return known[by]


def _ends(cut: Cut, grain: str) -> list[date]:
    """The last days of the buckets of time, or of the period; of a weekday there is no one end."""
    if not grain:
        return [cut.period.last]
    return [] if grain == "weekday" else list({bucket(grain, d): d for d in cut.period}.values())


def _open_after(f: Fact, day: date, now: datetime) -> bool:
    """Whether it was open when the day ended, or is now where it has not."""
    start, end = (periods.at_local(d, time(), f.zone) for d in (day, day + periods.DAY))
    return start <= now and f.open_at(min(end, now))


def _empty(cut: Cut, grain: str, first_day: date | None) -> list[Key]:
    """Where nothing happened, and that is known: days since the desk is used, and stores."""
    if first_day is None:
        return []
    if not cut.by:
        return [()] if cut.period.end > first_day else []
    if cut.by == ("store",):
        return [(store,) for store in cut.stores]
    if cut.by != (grain,) or grain == "hour":
        return []
    return [(bucket(grain, day),) for day in cut.period if day >= first_day]
