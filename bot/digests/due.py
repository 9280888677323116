"""When a chat's morning digest is due: pure decisions, and the rows that make it once a date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from bot import periods, pushes
from bot.db import insert_new
from bot.db.people import Binding, BindingStore, Chat, PushRun, PushSetting, Store
from bot.digests import whole
from bot.digests.whole import StoreState
from bot.periods import DAY

LATE = timedelta(minutes=15)  # after this it is marked as late
CUT_OFF = time(11)  # it goes without what is missing
PATIENCE = timedelta(hours=2)  # and no sooner than this after its time
USEFUL = timedelta(hours=1)  # after the cut-off: then it is news no more

Action = Literal["wait", "nudge", "send", "partial", "expire"]


@dataclass(frozen=True)
class Wish:
    """How a chat wants its mornings. Times are wall clock in its zone; `nudge_at` "": none.

    `set_at`: since when it wants it so, where it once wanted it otherwise.
    """

    binding: Binding
    mode: pushes.Mode
    at: str
    nudge_mode: pushes.Mode = "on"
    nudge_at: str = "08:40"
    set_at: datetime | None = None

    @property
    def since(self) -> datetime:
        """A plan of before is nobody's."""
        return max(self.binding.created_at, self.set_at or self.binding.created_at)


@dataclass(frozen=True)
class Times:
    """The moments of one date's digest. `date` is the chat's own yesterday."""

    date: date
    planned_at: datetime
    nudge_at: datetime | None
    cut_off_at: datetime
    useful_until: datetime


@dataclass(frozen=True)
class Morning:
    """All that a decision rests on.

    `stores` say what is in of the reported day, `ready_at` when the newest file was; `taken` are
    the kinds of push that this date has had. `missed`: the date before had none.
    """

    wish: Wish
    times: Times
    stores: tuple[StoreState, ...] = ()
    ready_at: datetime | None = None
    taken: frozenset[str] = frozenset()
    missed: bool = False

    @property
    def whole(self) -> bool:
        return all(x.whole for x in self.stores)


@dataclass(frozen=True)
class Decision:
    """What a chat needs now. `late`: it could have gone before; `waited`: the data came late."""

    action: Action
    late: bool = False
    waited: bool = False


def times(wish: Wish, day: date) -> Times:
    """Wall-clock times in the chat's own zone, so DST moves nothing: one instant for each date.

    Moved to a time that has passed this day, it is due at once.
    """
    zone, today = ZoneInfo(wish.binding.timezone), day + DAY
    planned = periods.at_local(today, time.fromisoformat(wish.at), zone)
    if wish.set_at and wish.set_at > planned and periods.business_day(wish.set_at, zone) == today:
        planned = wish.set_at
    cut_off = max(periods.at_local(today, CUT_OFF, zone), planned + PATIENCE)
    nudge = None
    if wish.nudge_at and wish.nudge_mode != "off":
        nudge = periods.at_local(today, time.fromisoformat(wish.nudge_at), zone)
    return Times(day, planned, nudge, cut_off, cut_off + USEFUL)


def decide(morning: Morning, now: datetime) -> Decision:
    """Whole at its time, or when the last piece comes; at the cut-off with what is missing."""
    t, linked_at = morning.times, morning.wish.binding.created_at
    if "digest" in morning.taken or morning.wish.since > t.planned_at:
        return Decision("wait")
    if now >= t.useful_until:
        return Decision("expire")
    if morning.whole and now >= t.planned_at:
        possible = max(t.planned_at, morning.ready_at or t.planned_at)
        return Decision("send", now >= possible + LATE, possible > t.planned_at)
    if now >= t.cut_off_at:
        return Decision("partial", now >= t.cut_off_at + LATE)
    if t.nudge_at and t.nudge_at <= now and "nudge" not in morning.taken and not morning.whole:
        return Decision("nudge" if linked_at <= t.nudge_at else "wait")
    return Decision("wait")


def next_at(wish: Wish, now: datetime) -> datetime:
    """The next planned moment after `now`."""
    day = _yesterday(wish, now)
    while (planned := times(wish, day).planned_at) <= now:
        day += DAY
    return planned


def _yesterday(wish: Wish, now: datetime) -> date:
    return periods.business_day(now, ZoneInfo(wish.binding.timezone)) - DAY


# rows ---------------------------------------------------------------------------------------


_digest, _nudge = aliased(PushSetting), aliased(PushSetting)
# made once: the tick asks this every twenty seconds, and building it costs more than asking
_WISHES = (
    select(Binding, _digest, _nudge)
    .join(Chat, col(Chat.id) == Binding.chat_id)
    .outerjoin(_digest, and_(col(_digest.binding_id) == Binding.id, col(_digest.kind) == "digest"))
    .outerjoin(_nudge, and_(col(_nudge.binding_id) == Binding.id, col(_nudge.kind) == "nudge"))
    .where(col(Chat.gone_at).is_(None), col(Binding.stopped_at).is_(None))
    .order_by(col(Binding.id))
)
_RUNS = select(PushRun).where(col(PushRun.business_date) >= bindparam("since"))


def wishes(s: Session) -> list[Wish]:
    """Chats that want a digest and can still be reached."""
    return [
        Wish(binding, first.mode, first.at, second.mode, second.at, one.since if one else None)
        for binding, one, two in s.exec(_WISHES)
        if (first := pushes.setting("digest", one)).mode != "off"
        for second in [pushes.setting("nudge", two)]
    ]


def mornings(s: Session, now: datetime) -> list[Morning]:
    """Every chat and date about which something may have to be done now."""
    every = wishes(s)
    dates = {w.binding.id or 0: _yesterday(w, now) for w in every}
    runs = _runs(s, min(dates.values(), default=now.date()) - 3 * DAY)
    open_ = [
        Morning(w, t, taken=frozenset(taken), missed=missed)
        for w in every
        for t, taken, missed in _open(w, dates[w.binding.id or 0], runs[w.binding.id or 0], now)
        if now >= min(t.planned_at, t.nudge_at or t.planned_at)
    ]
    return _with_stores(s, open_, now) if open_ else []


Runs = dict[date, dict[str, str]]  # date → kind → state


def _open(wish: Wish, day: date, runs: Runs, now: datetime) -> list[tuple[Times, set[str], bool]]:
    """Today's date; first the one before, where midnight or a stop came between."""
    found = []
    before = day - DAY
    owed = wish.since <= times(wish, before).planned_at
    undecided = owed and "digest" not in runs.get(before, {})
    swallowed = undecided and "digest" in runs.get(before - DAY, {})
    if undecided and (swallowed or now < times(wish, before).useful_until):
        found.append((times(wish, before), set(runs.get(before, {})), False))
    if "digest" not in runs.get(day, {}):
        missed = swallowed or runs.get(before, {}).get("digest") == "expired"
        found.append((times(wish, day), set(runs.get(day, {})), missed))
    return found


def _runs(s: Session, since: date) -> dict[int, Runs]:
    found: dict[int, Runs] = defaultdict(lambda: defaultdict(dict))
    for run in s.exec(_RUNS, params={"since": since}):
        found[run.binding_id][run.business_date][run.kind] = run.state
    return found


def _with_stores(s: Session, open_: list[Morning], now: datetime) -> list[Morning]:
    """The state of each chat's stores on the day it reports; chats without stores are left out."""
    query = (
        select(BindingStore.binding_id, Store.id, Store.timezone)
        .join(Store, col(Store.id) == BindingStore.store_id)
        .join(Binding, col(Binding.id) == BindingStore.binding_id)
        .where(col(BindingStore.binding_id).in_([m.wish.binding.id for m in open_]))
        .where(Store.team_id == Binding.team_id)
        .order_by(col(Store.id))
    )
    bound: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for binding, store, zone in s.exec(query):
        bound[binding].append((store or 0, zone))
    asked = [
        (m, reported(m.times.planned_at, (zone for _, zone in stores)), stores)
        for m in open_
        if (stores := bound[m.wish.binding.id or 0])
    ]
    found = whole.states(s, {(store, day) for _, day, stores in asked for store, _ in stores})
    filled = [
        replace(m, stores=tuple(found[x, day] for x, _ in stores)) for m, day, stores in asked
    ]
    return _ready(s, filled, now)


def _ready(s: Session, every: list[Morning], now: datetime) -> list[Morning]:
    """With when the newest file was in, where it is to be said whether it could have gone before."""
    may_go = [m for m in every if m.whole and now >= m.times.planned_at]
    newest = whole.last_imports(s, {x.store_id for m in may_go for x in m.stores}) if may_go else {}
    return [
        replace(
            m,
            ready_at=max(
                (newest[x.store_id] for x in m.stores if x.store_id in newest), default=None
            ),
        )
        for m in every
    ]


def reported(planned_at: datetime, zones: Iterable[str]) -> date:
    """The last business day that has ended in every store by then."""
    return min(periods.business_day(planned_at, ZoneInfo(zone)) for zone in zones) - DAY


def last_decided(s: Session) -> datetime | None:
    """When a digest was last decided, of any chat."""
    return s.exec(select(func.max(PushRun.decided_at)).where(PushRun.kind == "digest")).one()


def claim(s: Session, morning: Morning, kind: str, state: str, now: datetime) -> bool:
    """Take this date's push of a kind; False where it was taken before."""
    row = {
        "binding_id": morning.wish.binding.id, "kind": kind, "business_date": morning.times.date,
        "state": state, "planned_at": morning.times.planned_at, "decided_at": now,
    }  # fmt: skip
    return insert_new(s, PushRun, row)
