"""When a chat hears of its desk's week. Monday 23 November 2026, 09:30 in Shanghai is 01:30 UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.aftersales import weekly
from bot.db.people import Binding
from bot.periods import Period
from bot.pushes import Setting

DUE = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
LONG_AGO = DUE - timedelta(days=90)
MINUTE = timedelta(minutes=1)


def binding(zone: str = "Asia/Shanghai", created_at: datetime = LONG_AGO) -> Binding:
    return Binding(id=1, team_id=1, chat_id=1, language="en", timezone=zone, created_at=created_at)


@pytest.mark.parametrize(
    ("now", "since", "action"),
    [
        (DUE - MINUTE, None, "wait"),
        (DUE, None, "send"),
        (DUE + timedelta(hours=9), None, "send"),  # after a stop
        (DUE + timedelta(hours=10), None, "expire"),
        (DUE + timedelta(days=3), None, "expire"),
        (DUE + MINUTE, DUE + MINUTE, "wait"),  # switched on after its time: next Monday
        (DUE + MINUTE, DUE - MINUTE, "send"),
    ],
)
def test_due_on_monday_at_its_time(
    now: datetime, since: datetime | None, action: weekly.Action
) -> None:
    w = weekly.week(binding(), Setting("issues_week", "on", "09:30"), since, now)
    assert weekly.decide(w, now) == action
    assert w.period == Period(date(2026, 11, 16), date(2026, 11, 23))


def test_monday_is_the_chats_own() -> None:
    new_york = binding("America/New_York")
    w = weekly.week(new_york, Setting("issues_week", "on", "09:30"), None, DUE)  # Sunday there
    assert w.period == Period(date(2026, 11, 9), date(2026, 11, 16))
    later = weekly.week(
        new_york, Setting("issues_week", "on", "09:30"), None, DUE + timedelta(hours=13)
    )
    assert later.planned_at == DUE + timedelta(hours=13)  # 09:30 in New York is 14:30 UTC


def test_a_chat_linked_after_its_time_waits_a_week() -> None:
    new = binding(created_at=DUE + MINUTE)
    w = weekly.week(new, Setting("issues_week", "on", "09:30"), None, DUE + 2 * MINUTE)
    assert weekly.decide(w, DUE + 2 * MINUTE) == "wait"
