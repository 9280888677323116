"""The promotion calendar: which days were 双11, 618, 双12, 黑五 and 春节, year by year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.periods import DAY, Period


@dataclass(frozen=True)
class Promotion:
    """One year's days of a promotion; `slug` names it under `[promo]`, `phase` "" is all of it."""

    slug: str
    phase: str
    year: int
    period: Period

    @property
    def name(self) -> str:
        return f"{self.slug}.{self.phase}" if self.phase else self.slug


# New Year's Day of the lunar calendar, as published by the Hong Kong Observatory's
# Gregorian-Lunar conversion tables.
_LUNAR_NEW_YEAR = {
    2015: (2, 19), 2016: (2, 8), 2017: (1, 28), 2018: (2, 16), 2019: (2, 5), 2020: (1, 25),
    2021: (2, 12), 2022: (2, 1), 2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17),
    2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3), 2031: (1, 23), 2032: (2, 11),
    2033: (1, 31), 2034: (2, 19), 2035: (2, 8),
}  # fmt: skip


def _fixed(
    first: tuple[int, int], last: tuple[int, int], peak: tuple[int, int]
) -> Callable[[int], dict[str, Period]]:
    def phases(year: int) -> dict[str, Period]:
        whole = Period(date(year, *first), date(year, *last) + DAY)
        return {"": whole, "day": Period(date(year, *peak), date(year, *peak) + DAY)}

    return phases


def _spring_festival(year: int) -> dict[str, Period]:
    """New Year's Eve and the seven days from New Year's Day, when couriers rest."""
    if year not in _LUNAR_NEW_YEAR:
        return {}
    first = date(year, *_LUNAR_NEW_YEAR[year])
    return {"": Period(first - DAY, first + 7 * DAY), "day": Period(first, first + DAY)}


def _black_friday(year: int) -> dict[str, Period]:
    """The Friday after the fourth Thursday of November, to Cyber Monday."""
    first = date(year, 11, 1)
    friday = first + timedelta(days=(3 - first.weekday()) % 7 + 21 + 1)
    return {"": Period(friday, friday + 4 * DAY), "day": Period(friday, friday + DAY)}


SEED: dict[str, Callable[[int], dict[str, Period]]] = {
    "double11": _fixed((11, 1), (11, 11), (11, 11)),
    "618": _fixed((6, 1), (6, 20), (6, 18)),
    "double12": _fixed((12, 12), (12, 12), (12, 12)),
    "black_friday": _black_friday,
    "spring_festival": _spring_festival,
}


def calendar(today: date) -> tuple[Promotion, ...]:
    """All promotions from ten years back to the end of next year, oldest first."""
    found = [
        Promotion(slug, phase, year, period)
        for year in range(today.year - 10, today.year + 2)
        for slug, phases in SEED.items()
        for phase, period in phases(year).items()
    ]
    return tuple(sorted(found, key=lambda p: (p.period.start, p.phase)))
