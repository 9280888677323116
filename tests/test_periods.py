"""Half-open periods and the instants of wall-clock times."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot import periods
from bot.periods import Period

TODAY = date(2026, 11, 23)  # a Monday


def p(start: str, end: str) -> Period:
    return Period(date.fromisoformat(start), date.fromisoformat(end))


def test_last_days_end_yesterday() -> None:
    assert periods.last_days(7, TODAY) == p("2026-11-16", "2026-11-23")


def test_a_week_runs_from_monday() -> None:
    assert periods.week(date(2026, 11, 22)) == p("2026-11-16", "2026-11-23")


@pytest.mark.parametrize(
    ("period", "before"),
    [
        (p("2026-11-22", "2026-11-23"), p("2026-11-21", "2026-11-22")),
        (p("2026-11-16", "2026-11-23"), p("2026-11-09", "2026-11-16")),
        (p("2026-11-01", "2026-12-01"), p("2026-10-01", "2026-11-01")),
        (p("2026-01-01", "2026-02-01"), p("2025-12-01", "2026-01-01")),
        (p("2026-07-01", "2026-10-01"), p("2026-04-01", "2026-07-01")),
        (p("2026-01-01", "2027-01-01"), p("2025-01-01", "2026-01-01")),
        (p("2026-11-01", "2026-11-12"), p("2026-10-21", "2026-11-01")),
    ],
)
def test_the_period_before(period: Period, before: Period) -> None:
    assert periods.previous(period) == before


def test_last_year_lines_up_by_weekday_or_by_date() -> None:
    yesterday = periods.day(date(2026, 11, 22))
    assert periods.same_days_last_year(yesterday).start == date(2025, 11, 23)
    assert periods.same_dates_last_year(yesterday).start == date(2025, 11, 22)


def test_a_leap_day_has_a_date_last_year() -> None:
    leap = periods.month(date(2024, 2, 1))
    assert periods.same_dates_last_year(leap) == p("2023-02-01", "2023-03-01")


@pytest.mark.parametrize(
    ("zone", "day", "at", "utc"),
    [
        ("Asia/Shanghai", "2026-11-23", "09:00", "2026-11-23T01:00"),
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:30"),  # in the gap: after it
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30"),  # twice: the first
        ("Africa/Cairo", "2026-04-24", "00:00", "2026-04-23T22:00"),  # midnight in the gap
    ],
)
def test_every_date_has_one_instant(zone: str, day: str, at: str, utc: str) -> None:
    found = periods.at_local(date.fromisoformat(day), time.fromisoformat(at), ZoneInfo(zone))
    assert found == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_a_business_day_is_the_stores_own() -> None:
    late = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)
    assert periods.business_day(late, ZoneInfo("Asia/Shanghai")) == date(2026, 11, 23)
    assert periods.business_day(late, ZoneInfo("Europe/Berlin")) == date(2026, 11, 22)
