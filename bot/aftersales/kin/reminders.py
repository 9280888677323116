"""When somebody is reminded of a follow-up, a notice or a live session. Pure.

A moment that passed while nobody could be told is told late, but only the last of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot import periods
from bot.aftersales.hours import Hours
from bot.periods import DAY

EVE, MORNING = time(18), time(9)
APART = timedelta(hours=1)  # between two reminders of one thing
OLD = timedelta(days=2)  # what was due longer ago is no news
BEFORE_LIVE = timedelta(hours=1)

# after a notice was posted, while it is not confirmed
NOTICE = (timedelta(hours=2), timedelta(hours=6), timedelta(hours=24))
SHARES = (1 / 3, 2 / 3, 11 / 12)  # of the time that a sooner deadline leaves
LATEST = timedelta(minutes=10)  # before its deadline


def todo(
    due: datetime, opened: datetime, zone: ZoneInfo, now: datetime, said: Collection[str]
) -> str:
    """Which reminder is to be said now, "" for none: eve, morning, due or over.

    The evening before at 18:00, on the day at 09:00, at the time itself and, still open, at 09:00 of
    the day after.
    """
    passed = [rule for rule, at in _todo(due, opened, zone) if at <= now]
    if not passed or passed[-1] in said or now - due > OLD:
        return ""
    return passed[-1]


def _todo(due: datetime, opened: datetime, zone: ZoneInfo) -> Iterator[tuple[str, datetime]]:
    day = periods.business_day(due, zone)
    eve = periods.at_local(day - DAY, EVE, zone)
    morning = periods.at_local(day, MORNING, zone)
    if opened < eve and morning - eve >= APART:
        yield "eve", eve
    if opened < morning and due - morning >= APART:
        yield "morning", morning
    yield "due", due
    yield "over", periods.at_local(day + DAY, MORNING, zone)


def live(start: datetime, opened: datetime, now: datetime, said: Collection[str]) -> str:
    """`near` an hour before a live session begins, where it was not planned later than that."""
    soon = start - BEFORE_LIVE <= now < start
    return "near" if soon and opened < start - BEFORE_LIVE and "near" not in said else ""


def notice(
    opened: datetime, reminded: int, due: datetime | None, hours: Hours, now: datetime
) -> datetime | None:
    """When somebody who has not confirmed is reminded next; None once they were often enough.

    In their working hours. A deadline within a day spreads the reminders over what it leaves.
    """
    if reminded >= len(NOTICE):
        return None
    after = NOTICE[reminded]
    if due and due - opened < NOTICE[-1]:
        after = (due - opened) * SHARES[reminded]
    at = max(opened + after, now + APART if reminded else opened)
    if hours.at(at) is None:
        following = hours.next(at)
        if following is None:
            return None
        at = following.start
    return None if due and at > due - LATEST else at
