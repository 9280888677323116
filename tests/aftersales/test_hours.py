"""Working hours as real time: midnight, the end of a shift, and nights when the clocks change.

Shanghai is UTC+8 all year. In New York clocks go from EDT (UTC−4) to EST (UTC−5) on 1 November 2026
at 02:00, and back on 14 March 2027.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.aftersales.hours import FAR, Hours, Span, Window, acting, awake, worked

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
LATE = Hours((Window("17:00", "24:00"),), SHANGHAI)
NIGHT = Hours((Window("22:00", "06:00"),), NEW_YORK)


def utc(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "now", "span"),
    [
        (LATE, utc(11, 23, 9), Span(utc(11, 23, 9), utc(11, 23, 16))),  # 17:00 local
        (LATE, utc(11, 23, 15, 59), Span(utc(11, 23, 9), utc(11, 23, 16))),
        (LATE, utc(11, 23, 16), None),  # midnight
        (LATE, utc(11, 23, 8, 59), None),
        # the night of the change is nine hours long: 22:00 EDT to 06:00 EST
        (NIGHT, utc(11, 1, 6, 30), Span(utc(11, 1, 2), utc(11, 1, 11))),
        (NIGHT, utc(11, 1, 1, 59), None),
        (NIGHT, utc(11, 2, 4), Span(utc(11, 2, 3), utc(11, 2, 11))),
        # in March it has seven
        (NIGHT, utc(3, 14, 5, year=2027), Span(utc(3, 14, 3, year=2027), utc(3, 14, 10, year=2027))),
    ],
)  # fmt: skip
def test_who_is_on_shift(hours: Hours, now: datetime, span: Span | None) -> None:
    assert hours.at(now) == span


@pytest.mark.parametrize(
    ("hours", "now", "due", "ends"),
    [
        # due 03:12: tonight's shift, not tomorrow's
        (LATE, utc(11, 23, 2), utc(11, 23, 19, 12), utc(11, 23, 16)),
        # due 17:30 tomorrow: half an hour is no room, so tonight's
        (LATE, utc(11, 23, 10), utc(11, 24, 9, 30), utc(11, 23, 16)),
        # due 18:00 tomorrow: tomorrow's has an hour
        (LATE, utc(11, 23, 10), utc(11, 24, 10), utc(11, 24, 16)),
        # tonight's is over, and no other comes before
        (LATE, utc(11, 23, 16), utc(11, 23, 19, 12), None),
        (NIGHT, utc(10, 31, 20), utc(11, 1, 15), utc(11, 1, 11)),
    ],
)
def test_the_shift_that_can_still_act(
    hours: Hours, now: datetime, due: datetime, ends: datetime | None
) -> None:
    span = acting(hours.spans(now, due), now, due)
    assert (span.end if span else None) == ends


@pytest.mark.parametrize(
    ("since", "at"),
    [
        (utc(11, 23, 10), utc(11, 23, 10, 30)),
        (utc(11, 23, 15, 50), utc(11, 24, 9, 20)),  # ten minutes tonight, twenty tomorrow
        (utc(11, 23, 2), utc(11, 23, 9, 30)),  # before work: from its beginning
    ],
)
def test_half_an_hour_of_work(since: datetime, at: datetime) -> None:
    assert worked(LATE.spans(since, since + FAR), since, 30) == at


def test_quiet_hours_turned_round() -> None:
    day = Hours((awake("22:00-08:00"),), SHANGHAI)
    assert day.at(utc(11, 23, 0)) == Span(utc(11, 23, 0), utc(11, 23, 14))
    assert day.at(utc(11, 23, 14)) is None
    assert worked((), utc(11, 23, 0), 30) is None


def test_shifts_that_overlap_are_one_day() -> None:
    both = Hours((Window("09:00", "17:30"), Window("17:00", "24:00")), SHANGHAI)
    assert both.at(utc(11, 23, 9, 10)) == Span(utc(11, 23, 1), utc(11, 23, 16))
