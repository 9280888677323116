"""What the desk did in a period: counts, money, times, shares, and the reason rising most. Pure.

What counts as opened, open, on time … is said once, in `bot.metrics.issues`. Beside that:

- open now, by age since the log: under 24 hours, up to three days, longer.
- asked: what customers want back, of the issues logged in the period; cost: what the resolutions
  of the same issues cost so far. By currency: amounts of two never add.
- return rate: units asked back in returns of orders paid in the period (withdrawn and refused ones
  left out), over the units paid in the same period. Without a known payment a return cannot be
  placed and is only counted as such.
- the reason rising most: of the last seven days of the period against the mean of the four weeks
  before: at least RISE_LEAST issues and RISE_TIMES the mean; of several the largest increase. Where
  the desk has not been used for four weeks, nothing is said.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from bot.metrics.issues import Fact, median, p90
from bot.periods import DAY, Period

Axis = Literal["reason", "product", "responsible", "platform", "store", "assignee"]
AXES: tuple[Axis, ...] = ("reason", "product", "responsible", "platform", "store", "assignee")

AGES = (timedelta(hours=24), timedelta(days=3))
ON_TIME_LINE = 0.9  # of the team: a lower share needs a hand
LEAST_DECIDED = 10  # fewer say little of a share: it is greyed out
LEAST_UNITS = 100  # paid; fewer give no return rate
RISE_LEAST, RISE_TIMES, RISE_WEEKS = 5, 1.5, 4

Label = str | int  # a slug, a name, the id of a member or product


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def ratio(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def thin(self) -> bool:
        return self.whole < LEAST_DECIDED


@dataclass(frozen=True)
class Times:
    """Minutes: the median and what nine in ten do not exceed; None where there is none."""

    n: int = 0
    median: float | None = None
    p90: float | None = None


Amounts = tuple[tuple[str, int], ...]  # currency, minor units


@dataclass(frozen=True)
class Figures:
    """Of one group of issues."""

    opened: int = 0
    solved: int = 0
    open: int = 0
    on_time: Share = Share(0, 0)
    reopened: Share = Share(0, 0)
    first: Times = Times()
    solve: Times = Times()
    asked: Amounts = ()
    cost: Amounts = ()

    @property
    def late(self) -> int:
        return self.on_time.whole - self.on_time.part


@dataclass(frozen=True)
class Group:
    """One value of an axis; `key` None: not known. `crossed`: what it is mostly made of."""

    key: Label | None
    name: str  # where the key is no word of ours
    figures: Figures
    before: int  # opened in the base period
    crossed: tuple[tuple[Label | None, str, int], ...] = ()  # key, name, opened


@dataclass(frozen=True)
class Rise:
    """A reason with its count of seven days and the mean of the weeks before."""

    reason: str
    n: int
    mean: float


@dataclass(frozen=True)
class Returns:
    """Units asked back of orders paid in the period, units paid in it (None: not imported)."""

    units: int = 0
    sold: int | None = None
    undated: int = 0  # returns of orders whose payment nobody knows

    @property
    def rate(self) -> float | None:
        if self.sold is None or self.sold < LEAST_UNITS:
            return None
        return None if self.undated and not self.units else self.units / self.sold


@dataclass(frozen=True)
class Ground:
    """What the facts themselves do not say: currencies, platforms and names."""

    currencies: Mapping[int, str] = field(default_factory=dict)  # by store
    platforms: Mapping[int, str] = field(default_factory=dict)
    stores: Mapping[int, str] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)  # that the team added


@dataclass(frozen=True)
class Stats:
    """Everything `/issuestats` says of a period. `before` is None where there is no base."""

    period: Period
    base: Period
    axis: Axis
    figures: Figures
    before: Figures
    ages: tuple[int, int, int]
    groups: tuple[Group, ...]
    rise: Rise | None
    rise_known: bool  # the desk is used long enough to say what rises
    returns: Returns = Returns()

    @property
    def empty(self) -> bool:
        """Nothing happened, and nothing waits."""
        f = self.figures
        return not (f.opened or f.solved or f.open)


# one group -----------------------------------------------------------------------------------


def figures(facts: Iterable[Fact], period: Period, ground: Ground, now: datetime) -> Figures:
    """Of these issues in a period."""
    every = list(facts)
    opened = [f for f in every if f.day in period]
    solved = [f for f in every if f.ended_day in period]
    verdicts = [v for f in opened if (v := f.on_time(now)) is not None]
    once = [f for f in opened if f.was_solved]
    return Figures(
        opened=len(opened),
        solved=len(solved),
        open=sum(f.open_at(now) for f in every),
        on_time=Share(sum(verdicts), len(verdicts)),
        reopened=Share(sum(f.reopened > 0 for f in once), len(once)),
        first=times(f.first_answer for f in opened),
        solve=times(f.solve_time for f in solved),
        asked=_added(((f, f.amount) for f in opened), ground),
        cost=_added(((f, f.cost) for f in opened), ground),
    )


def times(minutes: Iterable[float | None]) -> Times:
    known = [m for m in minutes if m is not None]
    return Times(len(known), median(known), p90(known))


def _added(amounts: Iterable[tuple[Fact, int | None]], ground: Ground) -> Amounts:
    """By currency, in the order of the stores; without a store an amount has none."""
    total: dict[str, int] = defaultdict(int)
    for f, amount in amounts:
        currency = ground.currencies.get(f.store_id or 0)
        if amount and currency:
            total[currency] += amount
    order = list(dict.fromkeys(ground.currencies.values()))
    return tuple(sorted(total.items(), key=lambda x: order.index(x[0])))


def ages(facts: Iterable[Fact], now: datetime) -> tuple[int, int, int]:
    """Open now: under 24 hours, up to three days, longer."""
    waits = [now - f.opened_at for f in facts if f.open_at(now)]
    young = sum(w < AGES[0] for w in waits)
    old = sum(w > AGES[1] for w in waits)
    return young, len(waits) - young - old, old


# groups --------------------------------------------------------------------------------------


def key_of(f: Fact, axis: Axis, ground: Ground) -> Label | None:
    """Where an issue belongs; products by their id, or by what the line called them."""
    store = f.store_id or 0
    found: dict[Axis, Label | None] = {
        "reason": f.reason,
        "product": f.product_id or f.product.strip(),
        "responsible": f.responsible,
        "platform": ground.platforms.get(store),
        "store": ground.stores.get(store),
        "assignee": f.assignee_id,
    }
    return found[axis] or None


def name_of(f: Fact, axis: Axis, ground: Ground) -> str:
    """Its name where it is no slug of ours."""
    if axis == "product":
        return f.product.strip()
    if axis == "assignee":
        return ground.people.get(f.assignee_id or 0, "")
    if axis == "store":
        return ground.stores.get(f.store_id or 0, "")
    return ground.reasons.get(f.reason, "") if axis == "reason" else ""


def groups(
    facts: Sequence[Fact], axis: Axis, period: Period, base: Period, ground: Ground, now: datetime
) -> tuple[Group, ...]:
    """By what was opened most; then what is open, then by key; not known comes last of equals."""
    by_key: dict[Label | None, list[Fact]] = defaultdict(list)
    for f in facts:
        by_key[key_of(f, axis, ground)].append(f)
    found = [
        Group(
            key,
            next((n for f in mine if (n := name_of(f, axis, ground))), ""),
            figures(mine, period, ground, now),
            sum(f.day in base for f in mine),
            _crossed(mine, "product" if axis == "reason" else "reason", period, ground),
        )
        for key, mine in by_key.items()
    ]
    shown = [g for g in found if g.figures.opened or g.figures.solved or g.figures.open]

    def place(g: Group) -> tuple[int, int, bool, str]:
        return -g.figures.opened, -g.figures.open, g.key is None, str(g.key)

    return tuple(sorted(shown, key=place))


def _crossed(
    facts: Sequence[Fact], axis: Axis, period: Period, ground: Ground
) -> tuple[tuple[Label | None, str, int], ...]:
    """The other side of reason × product: its three largest parts of what was opened."""
    counted: Counter[Label | None] = Counter()
    names: dict[Label | None, str] = {}
    for f in facts:
        if f.day in period and (key := key_of(f, axis, ground)) is not None:
            counted[key] += 1
            names[key] = names.get(key) or name_of(f, axis, ground)
    largest = sorted(counted.items(), key=lambda x: (-x[1], str(x[0])))[:3]
    return tuple((key, names[key], n) for key, n in largest)


# what rises ----------------------------------------------------------------------------------


def rising(week: Mapping[str, int], before: Mapping[str, int]) -> Rise | None:
    """`before`: counts of the RISE_WEEKS weeks before. None: none stands out."""
    found = [
        Rise(reason, n, before.get(reason, 0) / RISE_WEEKS)
        for reason, n in week.items()
        if reason and n >= RISE_LEAST and n >= RISE_TIMES * before.get(reason, 0) / RISE_WEEKS
    ]
    return min(found, key=lambda r: (r.mean - r.n, r.reason), default=None)


def week_of(period: Period, today: date) -> Period:
    """The seven days that end with the period, or yesterday where it runs on."""
    end = min(period.end, max(today, period.start + DAY))
    return Period(end - 7 * DAY, end)


def _by_reason(facts: Iterable[Fact], inside: Callable[[date], bool]) -> Counter[str]:
    return Counter(f.reason for f in facts if f.reason and inside(f.day))


# all of it -----------------------------------------------------------------------------------


def summed(
    facts: Sequence[Fact],
    axis: Axis,
    period: Period,
    base: Period,
    ground: Ground,
    now: datetime,
    today: date,
    begun: date | None,
    returns: Returns = Returns(),
) -> Stats:
    """Of the facts of a team (or of some of its stores) that reach back four weeks and a week.

    `begun`: the day of the first issue ever.
    """
    week = week_of(period, today)
    weeks = Period(week.start - 7 * RISE_WEEKS * DAY, week.start)
    known = begun is not None and begun <= weeks.start
    rise = None
    if known:
        rise = rising(_by_reason(facts, week.__contains__), _by_reason(facts, weeks.__contains__))
    return Stats(
        period=period,
        base=base,
        axis=axis,
        figures=figures(facts, period, ground, now),
        before=figures(facts, base, ground, now),
        ages=ages(facts, now),
        groups=groups(facts, axis, period, base, ground, now),
        rise=rise,
        rise_known=known,
        returns=returns,
    )
