"""Weekly and monthly reviews: which fall on a morning, and the question behind each."""

from __future__ import annotations

from datetime import date

from bot import periods
from bot.metrics import query as queries
from bot.metrics.bases import Span
from bot.metrics.query import Query


def spans(day: date) -> list[Span]:
    """The week and the month that ended with `day`."""
    found = []
    if periods.week(day).last == day:
        found.append(Span(periods.week(day), "week"))
    if periods.month(day).last == day:
        found.append(Span(periods.month(day), "month"))
    return found


def due(day: date, query: Query) -> list[tuple[str, str]]:
    """(week | month, its question as JSON) for each review that waits behind a button."""
    return [
        (span.kind, queries.to_json(Query(span, query.metrics, intent="why")))
        for span in spans(day)
    ]
