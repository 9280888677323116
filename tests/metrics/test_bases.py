"""What each kind of period is compared with, promotions in mind."""

from datetime import date

import pytest

from bot.metrics.bases import CompareKind, Span, SpanKind, base, to_date, usual
from bot.periods import DAY, Period
from bot.promos import calendar

PROMOTIONS = calendar(date(2026, 11, 23))
SPRING = "2026-02-16..2026-02-23"  # New Year's Eve and seven days from 17 February


def period(text: str) -> Period:
    first, _, last = text.partition("..")
    return Period(date.fromisoformat(first), date.fromisoformat(last or first) + DAY)


@pytest.mark.parametrize(
    ("kind", "name", "now", "compare", "expected"),
    [
        ("day", "", "2026-11-22", "previous", "2026-11-21"),
        ("day", "", "2026-11-22", "last_week", "2026-11-15"),
        ("day", "", "2026-11-22", "last_year", "2025-11-23"),  # both Sundays
        ("last", "", "2026-11-16..2026-11-22", "last_year", "2025-11-17..2025-11-23"),
        ("week", "", "2026-11-16..2026-11-22", "previous", "2026-11-09..2026-11-15"),
        ("month", "", "2026-10-01..2026-10-31", "previous", "2026-09-01..2026-09-30"),
        ("month", "", "2026-02-01..2026-02-28", "last_year", "2025-02-01..2025-02-28"),
        ("quarter", "", "2026-07-01..2026-09-30", "previous", "2026-04-01..2026-06-30"),
        ("to_date", "month", "2026-11-01..2026-11-22", "previous", "2026-10-01..2026-10-22"),
        ("to_date", "month", "2026-11-01..2026-11-22", "last_year", "2025-11-01..2025-11-22"),
        ("to_date", "month", "2026-03-01..2026-03-30", "previous", "2026-02-01..2026-02-28"),
        ("to_date", "week", "2026-11-16..2026-11-18", "previous", "2026-11-09..2026-11-11"),
        ("to_date", "year", "2026-01-01..2026-11-22", "previous", "2025-01-01..2025-11-22"),
        ("dates", "", "2026-11-03..2026-11-07", "previous", "2026-10-29..2026-11-02"),
        ("dates", "", "2024-02-29", "last_year", "2023-02-28"),
        ("promo", "double11", "2026-11-01..2026-11-11", "last_year", "2025-11-01..2025-11-11"),
        ("promo", "spring_festival", SPRING, "last_year", "2025-01-28..2025-02-04"),
        ("promo", "black_friday", "2025-11-28..2025-12-01", "last_year", "2024-11-29..2024-12-02"),
    ],
)
def test_a_base(kind: SpanKind, name: str, now: str, compare: CompareKind, expected: str) -> None:
    found = base(compare, Span(period(now), kind, name), PROMOTIONS)
    assert found.period == period(expected)


@pytest.mark.parametrize(
    ("now", "kind", "expected", "skipped"),
    [
        # Wednesday the 18th: the 11th and the 4th were 双11, so 28 October
        ("2026-11-18", "last_week", "2026-10-28", "2026-11-11"),
        # Thursday the 12th against the day before: the last ordinary Thursday
        ("2026-11-12", "previous", "2026-10-29", "2026-11-11"),
        ("2026-11-22", "last_week", "2026-11-15", ""),
    ],
)
def test_a_promotion_day_is_no_base_of_an_ordinary_day(
    now: str, kind: CompareKind, expected: str, skipped: str
) -> None:
    found = base(kind, Span(period(now), "day"), PROMOTIONS)
    assert found.period == period(expected)
    assert found.skipped == (period(skipped) if skipped else None)


def test_a_promotion_day_is_compared_with_the_same_day_of_it_a_year_before() -> None:
    found = usual(Span(period("2026-11-11"), "day"), PROMOTIONS)
    assert (found.kind, found.period) == ("last_year", period("2025-11-11"))


@pytest.mark.parametrize(
    ("kind", "now", "expected"),
    [
        ("day", "2026-11-22", "last_week"),
        ("last", "2026-11-16..2026-11-22", "previous"),
        ("promo", "2026-11-01..2026-11-11", "last_year"),
    ],
)
def test_the_usual_base(kind: SpanKind, now: str, expected: str) -> None:
    assert usual(Span(period(now), kind), PROMOTIONS).kind == expected


@pytest.mark.parametrize("unit", ["week", "month", "quarter", "year"])
def test_to_date_ends_yesterday(unit: str) -> None:
    span, remark = to_date(unit, date(2026, 11, 25))
    assert span.period.last == date(2026, 11, 24)
    assert remark == ""


def test_black_friday_is_the_day_after_the_fourth_thursday() -> None:
    found = {p.year: p.period.start for p in PROMOTIONS if p.name == "black_friday.day"}
    assert found[2024] == date(2024, 11, 29)
    assert found[2025] == date(2025, 11, 28)
    assert found[2026] == date(2026, 11, 27)
