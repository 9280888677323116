"""Refunds by the day they were finished, from the platforms' lists: where those tell every day."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from bot.db.desk import Refund
from bot.db.facts import ImportedDay
from bot.metrics.catalogue import DAYS
from bot.metrics.days import Figures
from bot.metrics.sums import Cut, bucketed
from bot.periods import Period

MEASURE = "given_back"


def may_tell(by: tuple[str, ...]) -> bool:
    """A list of refunds knows days and stores; products go by titles there, regions not at all."""
    return set(by) <= DAYS | {"store"}


def covered(s: Session, stores: tuple[int, ...], period: Period) -> bool:
    """Whether lists tell of every day of every store, to its end."""
    if not stores or period.days <= 0:
        return False
    statement = select(func.count()).where(
        col(ImportedDay.store_id).in_(stores), col(ImportedDay.kind) == "refunds",
        col(ImportedDay.day) >= period.start, col(ImportedDay.day) < period.end,
        col(ImportedDay.whole),
    )  # fmt: skip
    return s.connection().execute(statement).scalar_one() == len(stores) * period.days


def finished(s: Session, cut: Cut) -> Figures:
    """Σ of what was given back, by key; one range of an index for each store."""
    keys: list[Any] = [
        col(Refund.store_id) if by == "store" else col(Refund.finished_day) for by in cut.by
    ]
    statement = (
        select(*keys, func.sum(col(Refund.amount)))
        .where(
            col(Refund.team_id) == cut.team_id, col(Refund.store_id).in_(cut.stores),
            col(Refund.finished_day) >= cut.period.start,
            col(Refund.finished_day) < cut.period.end, col(Refund.status) == "done",
        )
        .group_by(*dict.fromkeys(keys))
    )  # fmt: skip
    found: Figures = {}
    for *key, total in s.connection().execute(statement):
        if total is not None:
            row = found.setdefault(bucketed(tuple(key), cut), {MEASURE: 0})
            row[MEASURE] = (row[MEASURE] or 0) + int(total)
    return found
