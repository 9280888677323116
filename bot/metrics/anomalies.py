"""What is usual for a day: a robust range by weekday and level, without promotion days."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

WEEK = 7
HISTORY = 8 * WEEK  # days looked back on
_WIDTH = 3.5  # robust standard deviations: 1 to 3 alerts per 100 ordinary days were measured
_FLOOR = 0.05  # relative; a calm shop still has a noise of its own
_LEVEL = 2 * WEEK  # residuals that say how the shop is doing lately
_FEWEST = 3 * WEEK  # ordinary days below which nothing is usual yet


@dataclass(frozen=True)
class UsualRange:
    """In the unit of the history."""

    low: float
    high: float


def usual_range(history: Sequence[float | None], promo: Sequence[bool]) -> UsualRange | None:
    """The range in which the day after `history` usually lies; None with too little history.

    `history` holds daily values, oldest first; `promo` marks days to leave out. In logarithms, a
    day is its weekday's median plus the level of the last two weeks; the width is the median
    absolute deviation of what that would have foretold before.
    """
    days = [
        (i % WEEK, math.log(value))
        for i, (value, out) in enumerate(zip(history, promo, strict=True), start=-len(history))
        if value and value > 0 and not out and i >= -HISTORY
    ]
    if len(days) < _FEWEST:
        return None
    overall = median(y for _, y in days)
    weekday = [median([y for k, y in days if k == w] or [overall]) for w in range(WEEK)]
    residuals = [y - weekday[k] for k, y in days]
    errors = [
        r - median(residuals[max(0, i - _LEVEL) : i]) for i, r in enumerate(residuals) if i >= WEEK
    ]
    centre = median(errors)
    width = max(1.4826 * median(abs(e - centre) for e in errors), _FLOOR) * _WIDTH
    expected = weekday[0] + median(residuals[-_LEVEL:])  # the day after is weekday 0
    return UsualRange(math.exp(expected - width), math.exp(expected + width))
