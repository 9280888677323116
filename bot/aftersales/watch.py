"""Which deadline is to be spoken of now, and to whom. Pure: facts, a roster and `now` go in.

Three warnings for a deadline, each once to each reader. `shift`: before the end of the shift that can
still act on it. `near`: two hours before. `missed`: when it has passed. And one for the team's own
target, `answer`. They go to the assignee, then to the manager on shift, then to the linked groups:
on to the next where somebody cannot be reached, does not see the store or does not work before it.
A quiet hour moves `shift` and `near` into a shift, never past the deadline; `missed` comes at once,
without a sound where it is quiet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from bot import periods
from bot.aftersales import hours
from bot.aftersales.hours import Span
from bot.aftersales.roster import Reader, Roster
from bot.aftersales.stages import OPEN
from bot.db.desk import Issue

NEAR = timedelta(hours=2)
BEFORE_END = timedelta(hours=2)  # of the shift: time to do what is listed
AHEAD = timedelta(minutes=15)  # what would follow so soon comes in the same message
NEWS = timedelta(hours=12)  # a deadline that passed longer ago is only noted
ANSWER = 30  # minutes of work, and again as many until the manager hears of it
ANSWER_NEWS = timedelta(hours=4)
CAP = 4  # messages to a reader in an hour
HOUR = timedelta(hours=1)
# the longest way from a warning to its deadline: a shift of two hours, once a day, and some room
HORIZON = timedelta(hours=27)
BACK = timedelta(hours=36)  # how old what nobody answered may be

KINDS = ("issue", "violation")  # with somebody else's clock; a date of ours is none
RULES = ("missed", "near", "shift", "answer")  # in the order in which they are said
UNTOUCHED = ("new", "assigned")


@dataclass(frozen=True)
class Fact:
    """What of an open card matters here. `said`: (rule, deadline, reader) of what was said."""

    id: int
    stage: str
    opened_at: datetime
    store_id: int | None = None
    assignee_id: int | None = None
    due_at: datetime | None = None
    missed_at: datetime | None = None
    unanswered: bool = False  # the team's own target runs
    said: frozenset[tuple[str, datetime, str]] = frozenset()

    def told(self, rule: str, due: datetime) -> set[str]:
        return {reader for r, at, reader in self.said if (r, at) == (rule, due)}


@dataclass(frozen=True)
class Alarm:
    """One thing to be said: about which deadline, to whom (`Reader.key`), from when on."""

    issue_id: int
    rule: str
    due_at: datetime
    reader: str
    at: datetime


@dataclass(frozen=True)
class Call:
    """One message: everything that one reader has to hear now."""

    reader: Reader
    warnings: tuple[Alarm, ...]
    silent: bool
    ends: datetime | None = None  # of the shift they are in


def urgent(warnings: Iterable[Alarm]) -> list[Alarm]:
    """In the order in which they are said, of several about one card the most urgent."""
    kept: dict[int, Alarm] = {}
    for w in sorted(warnings, key=lambda w: (RULES.index(w.rule), w.due_at, w.issue_id)):
        kept.setdefault(w.issue_id, w)
    return list(kept.values())


@dataclass(frozen=True)
class Decision:
    """`missed`: cards whose deadline has passed and that do not say so yet."""

    calls: tuple[Call, ...] = ()
    missed: tuple[int, ...] = ()


def decide(
    facts: Iterable[Fact],
    roster: Roster,
    now: datetime,
    recent: Mapping[str, int] | None = None,
    since: datetime | None = None,
) -> Decision:
    """What one team has to be told now.

    `recent`: messages to each reader within the last hour. `since`: when the database came back from
    a backup; what was due before may have been said, and is not said again.
    """
    team, missed = _Team(roster, now, since), []
    found: dict[str, list[Alarm]] = defaultdict(list)
    for fact in facts:
        if fact.due_at and fact.due_at <= now and fact.missed_at is None:
            missed.append(fact.id)
        for w in team.warnings(fact):
            if (w.rule, w.due_at, w.reader) not in fact.said:
                found[w.reader].append(w)
    calls = []
    for key, warnings in found.items():
        if (recent or {}).get(key, 0) < CAP and any(w.at <= now for w in warnings):
            calls.append(team.call(key, warnings))
    return Decision(tuple(calls), tuple(missed))


def horizon(rosters: Iterable[Roster], now: datetime) -> timedelta:
    """How far ahead a deadline may lie of which something may be said now.

    Most of the day it is that of `near`; only while somebody is about to go is it a night's.
    """
    for roster in rosters:
        for reader in (*roster.people, *roster.groups):
            if _leaving(reader.hours.spans(now, now + AHEAD), now):
                return HORIZON
    return NEAR + AHEAD


def _leaving(spans: Iterable[Span], now: datetime) -> bool:
    """Whether one of these shifts is so near its end that its last word comes now."""
    return any(x.end > now and _last_word(x) <= now + AHEAD for x in spans)


def _last_word(span: Span) -> datetime:
    return max(span.start, span.end - BEFORE_END)


class _Team:
    """A roster at one moment."""

    def __init__(self, roster: Roster, now: datetime, since: datetime | None) -> None:
        self.now, self.roster = now, roster
        self._since = since or datetime.min.replace(tzinfo=UTC)
        everybody = (*roster.people, *roster.groups)
        self._readers = {r.key: r for r in everybody}
        start, end = now - HOUR, now + HORIZON
        self._spans = {r.key: r.hours.spans(start, end) for r in everybody}
        self._leaving = any(_leaving(x, now) for x in self._spans.values())
        self._work = roster.work.spans(now - BACK, now + HORIZON)

    def warnings(self, fact: Fact) -> Iterator[Alarm]:
        """Everything whose moment has come or comes soon, said before or not."""
        if fact.due_at:
            for rule, plan in (
                ("missed", self._missed),
                ("near", self._near),
                ("shift", self._shift),
            ):
                for reader, at in plan(fact, fact.due_at):
                    soon = AHEAD if rule != "missed" else timedelta()
                    if self._since <= at <= self.now + soon:
                        yield Alarm(fact.id, rule, fact.due_at, reader.key, at)
        if fact.unanswered:
            yield from self._answer(fact)

    def call(self, key: str, warnings: list[Alarm]) -> Call:
        reader = self._readers[key]
        span = hours.at(self._spans[key], self.now)
        silent = reader.silent or span is None
        return Call(reader, tuple(warnings), silent, span.end if span else None)

    # the three of a deadline -----------------------------------------------------------------

    def _shift(self, fact: Fact, due: datetime) -> Iterator[tuple[Reader, datetime]]:
        """Of whoever can still act, the last to go: before they go, where `near` would come later."""
        if not self._leaving or due <= self.now or due > self.now + HORIZON:
            return
        if self._told(fact, "shift", due) or self._told(fact, "near", due):
            return
        for level in (self._assignee(fact), self._leads(fact), self._groups(fact)):
            acting = [(r, x) for r in level if (x := self._acting(r, due))]
            if not acting:
                continue
            last = max(x.end for _, x in acting)
            for reader, span in acting:
                if span.end == last and due - NEAR >= span.end:
                    yield reader, _last_word(span)
            return

    def _near(self, fact: Fact, due: datetime) -> Iterator[tuple[Reader, datetime]]:
        at = due - NEAR
        if due <= self.now or at > self.now + AHEAD or at < self._since:
            return
        when = max(at, self.now)
        mine = [(r, x) for r in self._assignee(fact) if (x := self._planned(r, when, due))]
        yield from mine
        if mine and fact.stage not in UNTOUCHED:
            return
        # nobody has begun, or who should is not there
        leads = [(r, x) for r in self._leads(fact) if (x := self._planned(r, when, due))]
        if mine or leads:
            yield from (x for x in leads if not mine or self._on(x[0], when))
        elif not self._told(fact, "shift", due) and not self._told(fact, "near", due):
            groups = [(r, at) for r in self._groups(fact)]
            yield from groups or [(r, at) for r in self._assignee(fact)]

    def _missed(self, fact: Fact, due: datetime) -> Iterator[tuple[Reader, datetime]]:
        if not due <= self.now <= due + NEWS:
            return
        for reader in (*self._assignee(fact), *self._groups(fact)):
            yield reader, due
        told = self._told(fact, "missed", due)
        leads = self._leads(fact)
        if not told & {r.key for r in leads}:
            yield from ((r, due) for r in leads if self._on(r, self.now))

    def _planned(self, reader: Reader, when: datetime, due: datetime) -> datetime | None:
        """At this moment, else when their next shift begins, where that is before the deadline."""
        if self._on(reader, when):
            return when
        following = hours.following(self._spans[reader.key], when)
        return following.start if following and following.start < due else None

    # the team's own target -------------------------------------------------------------------

    def _answer(self, fact: Fact) -> Iterator[Alarm]:
        first = hours.worked(self._work, fact.opened_at, ANSWER)
        if first is None or not first <= self.now <= first + ANSWER_NEWS or first < self._since:
            return
        told = self._told(fact, "answer", first)
        desk = [r for r in self._assignee(fact) if self._on(r, self.now)] or [
            r for r in self.roster.staff if r.sees(fact.store_id) and self._on(r, self.now)
        ]
        leads = [r for r in self._leads(fact) if self._on(r, self.now)]
        second = hours.worked(self._work, fact.opened_at, 2 * ANSWER)
        late = second is not None and second <= self.now
        readers = {r.key for r in (desk or leads)} if not told else set()
        if late and not told & {r.key for r in leads}:
            readers |= {r.key for r in leads}
        for key in sorted(readers):
            yield Alarm(fact.id, "answer", first, key, first)

    # who -------------------------------------------------------------------------------------

    def _told(self, fact: Fact, rule: str, due: datetime) -> set[str]:
        """Who was told and can still be reached: of who blocked us nobody knows that they heard it."""
        return {r for r in fact.told(rule, due) if r in self._readers}

    def _assignee(self, fact: Fact) -> list[Reader]:
        person = self.roster.person(fact.assignee_id)
        if person is None or not (fact.store_id is None or person.sees(fact.store_id)):
            return []
        return [person]

    def _leads(self, fact: Fact) -> list[Reader]:
        return [r for r in self.roster.leads if r.sees(fact.store_id)]

    def _groups(self, fact: Fact) -> list[Reader]:
        return [r for r in self.roster.groups if r.sees(fact.store_id)]

    def _on(self, reader: Reader, at: datetime) -> bool:
        return hours.at(self._spans[reader.key], at) is not None

    def _acting(self, reader: Reader, due: datetime) -> Span | None:
        return hours.acting(self._spans[reader.key], self.now, due)


# the digest's line ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Today:
    """What the desk has to do today: `n` open cards due until `last` (the first at `first`).

    `late` are past their deadline; `more` are due today, but after a pause: ①3单12:00前, 再2单今晚.
    """

    n: int = 0
    first: datetime | None = None
    last: datetime | None = None
    more: int = 0
    late: int = 0


PAUSE = timedelta(hours=3)  # what is due within so long of each other is one line


def today(
    s: Session, team_id: int, store_ids: Collection[int] | None, now: datetime, zone: ZoneInfo
) -> Today:
    """Deadlines of the rest of this day, for the digest; `store_ids` None: all of the team."""
    midnight = periods.at_local(periods.business_day(now, zone) + periods.DAY, time(), zone)
    query = (
        select(Issue.due_at)
        .where(Issue.team_id == team_id, col(Issue.kind).in_(KINDS), col(Issue.stage).in_(OPEN))
        .where(col(Issue.due_at) < midnight)
    )
    if store_ids is not None:
        query = query.where(col(Issue.store_id).in_(store_ids))
    return counted([at for at in s.exec(query.order_by(col(Issue.due_at))) if at], now)


def counted(dues: Sequence[datetime], now: datetime) -> Today:
    """Deadlines in order → those of the next stretch, those after it, those that have passed."""
    coming = [x for x in dues if x > now]
    late, last = len(dues) - len(coming), coming[0] if coming else None
    n = 0
    for at in coming:
        if last and at - last > PAUSE:
            break
        n, last = n + 1, at
    return Today(n, coming[0] if coming else None, last, len(coming) - n, late)
