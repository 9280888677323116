"""The platform's own sheet as a source of sales, on days of which a store has no order lines."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import ColumnElement, exists, func, select
from sqlmodel import Session, col

from bot.db.facts import ImportedDay, SalesRollup, ShopDay
from bot.metrics.catalogue import Dim
from bot.metrics.days import Figure, plus, shop_rows
from bot.metrics.sums import Cut, Key, bucketed

MEASURES = ("sales", "orders", "units", "buyers")


@dataclass(frozen=True)
class Sheet:
    """What the platform tells by key, and of which days."""

    rows: dict[Key, dict[str, Figure]] = field(default_factory=dict)
    days: tuple[date, ...] = ()


@dataclass(frozen=True)
class Difference:
    """Sales of the same days by order lines and by the platform, in minor units."""

    lines: int
    platform: int


def may_tell(cut: Cut) -> bool:
    """The sheets know nothing of regions and hours."""
    return set(cut.dims) <= {"product"}


def lacking(s: Session, cut: Cut) -> tuple[int, ...]:
    """The stores that have no order lines of some day of the cut."""
    statement = (
        select(col(ImportedDay.store_id), func.count())
        .where(
            col(ImportedDay.store_id).in_(cut.stores),
            col(ImportedDay.kind) == "orders",
            col(ImportedDay.day) >= cut.period.start,
            col(ImportedDay.day) < cut.period.end,
        )
        .group_by(col(ImportedDay.store_id))
    )
    counts = {row[0]: row[1] for row in s.connection().execute(statement)}
    return tuple(store for store in cut.stores if counts.get(store, 0) < cut.period.days)


def read(s: Session, cut: Cut) -> Sheet:
    """Sales, orders, units and buyers of the days that only the platform tells.

    Buyers of several days are None: they are no longer distinct.
    """
    stores = lacking(s, cut)
    if not stores or () in (cut.products, cut.regions):
        return Sheet()
    cut = replace(cut, stores=stores)
    places = {"store": col(ShopDay.store_id), "product": col(ShopDay.product_id)}
    keys = [places.get(by, col(ShopDay.day)) for by in cut.by]
    sums = (func.sum(getattr(ShopDay, name)) for name in MEASURES)
    statement = (
        select(col(ShopDay.day), *keys, *sums)
        .where(*shop_rows(cut), col(ShopDay.sales).is_not(None), ~_lines())
        .group_by(*dict.fromkeys([col(ShopDay.day), *keys]))
    )
    rows: dict[Key, dict[str, Figure]] = {}
    days: dict[Key, set[date]] = {}
    for day, *values in s.connection().execute(statement):
        key = bucketed(tuple(values[: len(keys)]), cut)
        row = rows.setdefault(key, dict.fromkeys(MEASURES))
        for name, value in zip(MEASURES, values[len(keys) :], strict=True):
            row[name] = plus(row[name], None if value is None else int(value))
        days.setdefault(key, set()).add(day)
    if not cut.one_day:
        rows = {key: {**row, "buyers": None} for key, row in rows.items()}
    return Sheet(rows, tuple(sorted({day for found in days.values() for day in found})))


def _lines() -> ColumnElement[bool]:
    """Whether order lines of that store and day were imported, or are there at all."""
    imported = exists().where(
        col(ImportedDay.store_id) == ShopDay.store_id,
        col(ImportedDay.kind) == "orders",
        col(ImportedDay.day) == ShopDay.day,
    )
    return imported | exists().where(*_rollup(), col(SalesRollup.orders) > 0)


def _rollup() -> list[ColumnElement[bool]]:
    return [
        col(SalesRollup.team_id) == ShopDay.team_id,
        col(SalesRollup.grain) == 0,
        col(SalesRollup.dim) == int(Dim.TOTAL),
        col(SalesRollup.day) == ShopDay.day,
        col(SalesRollup.store_id) == ShopDay.store_id,
        col(SalesRollup.key) == 0,
    ]


def difference(s: Session, cut: Cut) -> Difference | None:
    """Both figures over the days that both tell; None where there is none."""
    statement = (
        select(func.sum(col(SalesRollup.sales)), func.sum(col(ShopDay.sales)))
        .select_from(ShopDay)
        .join(SalesRollup, SalesRollup.team_id == ShopDay.team_id)  # type: ignore[arg-type]  # a column
        .where(*shop_rows(cut), col(ShopDay.sales).is_not(None), *_rollup())
    )
    lines, platform = s.connection().execute(statement).one()
    return None if lines is None or platform is None else Difference(int(lines), int(platform))
