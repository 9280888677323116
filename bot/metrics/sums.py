"""Sums from the rollups: months where whole, days at the ends, facts only if need be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, String, case, cast, distinct, func, literal, select
from sqlmodel import Session, col

from bot import periods
from bot.db.facts import OrderLine, SalesRollup
from bot.metrics.catalogue import TIMES, Dim
from bot.periods import DAY, Period

Key = tuple[int | str | date | None, ...]
Sums = dict[Key, dict[str, int]]

MEASURES = ("sales", "refunded", "orders", "units", "refund_orders", "created_orders", "anonymous")
_DIMS = {"product": Dim.PRODUCT, "region": Dim.REGION, "hour": Dim.HOUR}


@dataclass(frozen=True)
class Cut:
    """Which rows to add up and by what. `products`, `regions` … are ids, None for all.

    `until_hour` keeps what was paid before that hour of the (single) day.
    """

    team_id: int
    stores: tuple[int, ...]
    period: Period
    by: tuple[str, ...] = ()
    products: tuple[int, ...] | None = None
    regions: tuple[int, ...] | None = None
    channels: tuple[int, ...] | None = None
    campaigns: tuple[int, ...] | None = None
    until_hour: int | None = None
    all_stores: bool = False  # `stores` are all that the team has
    same: Mapping[int, int] = field(default_factory=dict)  # product id → the id it is counted under

    @property
    def dims(self) -> tuple[str, ...]:
        """The rollup dimensions that are touched; more than one needs the facts."""
        touched = {
            "product": "product" in self.by or self.products is not None,
            "region": "region" in self.by or self.regions is not None,
            "hour": "hour" in self.by or self.until_hour is not None,
        }
        return tuple(dim for dim, yes in touched.items() if yes)

    @property
    def dim(self) -> Dim:
        return _DIMS[self.dims[0]] if self.dims else Dim.TOTAL

    @property
    def grain(self) -> str:
        """What the key says of time: each day, each month, or nothing."""
        times = [b for b in self.by if b in TIMES and b != "hour"]
        if not times:
            return ""
        return "month" if times[0] in ("month", "quarter") else "day"

    @property
    def one_day(self) -> bool:
        """Whether every key of the cut is about a single day."""
        return self.period.days == 1 or "day" in self.by

    def keys(self) -> tuple[int, ...] | None:
        """The values of the one dimension that is filtered."""
        return self.products if self.products is not None else self.regions


def read(s: Session, cut: Cut, measures: Iterable[str]) -> Sums:
    """Sums of `measures`; a key has one entry for each of `cut.by`, see `bucket` for times."""
    wanted = [m for m in MEASURES if m in set(measures)]
    if not wanted or not cut.stores or cut.period.days <= 0 or () in (cut.products, cut.regions):
        return {}
    facts = len(cut.dims) > 1
    added: dict[Key, list[int]] = {}
    for part in _from_facts(s, cut, wanted) if facts else _from_rollups(s, cut, wanted):
        _add(added, part, cut, len(wanted))
    return {key: dict(zip(wanted, sums, strict=True)) for key, sums in added.items()}


@dataclass(frozen=True)
class _Part:
    """Rows of `len(by)` key columns and the sums at `places` among the measures wanted."""

    rows: Sequence[Sequence[Any]]
    places: Sequence[int]
    sign: int = 1


def _add(added: dict[Key, list[int]], part: _Part, cut: Cut, width: int) -> None:
    n, sign, places = len(cut.by), part.sign, part.places
    plain = not cut.grain and not cut.same
    for row in part.rows:
        if row[n] is None:
            continue  # a sum over no rows at all
        key = tuple(row[:n]) if plain else bucketed(tuple(row[:n]), cut)
        into = added.get(key)
        if into is None:
            into = added[key] = [0] * width
        for place, value in zip(places, row[n:], strict=True):
            into[place] += sign * int(value)  # PostgreSQL's sums are Decimals


# rollups -------------------------------------------------------------------------------------


def pieces(period: Period, grain: str, *, subtract: bool) -> list[tuple[int, Period, int]]:
    """(rollup grain, days, sign) that add up to the period.

    Most of a month at an end is read as the month less its few other days, where that is allowed.
    """
    if grain == "day":
        return [(0, period, 1)]
    found: list[tuple[int, Period, int]] = []
    start = period.start
    while start < period.end:
        month = periods.month(start)
        part = Period(start, min(month.end, period.end))
        if part == month:
            found.append((1, month, 1))
        elif subtract and part.days * 2 > month.days + 1:
            found.append((1, month, 1))
            rest = (Period(month.start, part.start), Period(part.end, month.end))
            found += [(0, p, -1) for p in rest if p.days]
        else:
            found.append((0, part, 1))
        start = part.end
    return _joined(found)


def _joined(found: list[tuple[int, Period, int]]) -> list[tuple[int, Period, int]]:
    """Neighbouring whole months as one range."""
    out: list[tuple[int, Period, int]] = []
    for grain, period, sign in sorted(found, key=lambda p: (p[0], p[2], p[1].start)):
        if out and out[-1][0] == grain and out[-1][2] == sign and out[-1][1].end == period.start:
            out[-1] = (grain, Period(out[-1][1].start, period.end), sign)
        else:
            out.append((grain, period, sign))
    return out


def conditions(table: Any, cut: Cut, grain: int, period: Period) -> list[ColumnElement[bool]]:
    """The rows of a rollup table for one piece of a cut."""
    where = [
        table.team_id == cut.team_id,
        table.grain == grain,
        table.dim == int(cut.dim),
        *_days(table, cut, grain, period),
    ]
    if cut.keys() is not None:
        where.append(table.key.in_(cut.keys()))
    if cut.until_hour is not None:
        where += [table.key >= 0, table.key < cut.until_hour]
    return where


def _days(table: Any, cut: Cut, grain: int, period: Period) -> list[ColumnElement[bool]]:
    """Every row of a range of days, or only those of some stores, each found by its key."""
    if cut.all_stores and cut.keys() is None:
        return [table.day >= period.start, table.day < period.end]
    days = [day for day in period if grain == 0 or day.day == 1]
    return [table.day.in_(days), table.store_id.in_(cut.stores)]


def columns(table: Any, cut: Cut) -> list[Any]:
    """What to group a rollup table by, one column for each of `cut.by`."""
    known = {"store": table.store_id, "product": table.key, "region": table.key, "hour": table.key}
    return [known.get(b, table.day) for b in cut.by]


def _from_rollups(s: Session, cut: Cut, wanted: list[str]) -> Iterator[_Part]:
    keys = columns(SalesRollup, cut)
    for grain, period, sign in pieces(cut.period, cut.grain, subtract=True):
        statement = (
            select(*keys, *(func.sum(getattr(SalesRollup, m)) for m in wanted))
            .where(*conditions(SalesRollup, cut, grain, period))
            .group_by(*dict.fromkeys(keys))
        )
        yield _Part(s.connection().execute(statement).all(), range(len(wanted)), sign)


# facts ---------------------------------------------------------------------------------------


def fact_conditions(cut: Cut) -> list[ColumnElement[bool]]:
    where = [col(OrderLine.team_id) == cut.team_id, col(OrderLine.store_id).in_(cut.stores)]
    if cut.products is not None:
        where.append(col(OrderLine.product_id).in_(cut.products))
    if cut.regions is not None:
        where.append(col(OrderLine.region_id).in_(cut.regions))
    if cut.until_hour is not None:
        where.append(col(OrderLine.paid_hour) < cut.until_hour)
    return where


def fact_columns(cut: Cut, day: Any) -> list[Any]:
    known = {
        "store": col(OrderLine.store_id),
        "product": func.coalesce(col(OrderLine.product_id), 0),
        "region": func.coalesce(col(OrderLine.region_id), 0),
        "hour": func.coalesce(col(OrderLine.paid_hour), -1),
    }
    return [known.get(b, day) for b in cut.by]


def paid_in(period: Period) -> list[ColumnElement[bool]]:
    return [col(OrderLine.paid_day) >= period.start, col(OrderLine.paid_day) < period.end]


def _from_facts(s: Session, cut: Cut, wanted: list[str]) -> Iterator[_Part]:
    by_product = "product" in cut.dims
    head = col(OrderLine.product_head) if by_product else col(OrderLine.head)
    order = cast(col(OrderLine.store_id), String) + literal(":") + col(OrderLine.order_no)
    paid = {
        "sales": func.sum(col(OrderLine.paid)),
        "refunded": func.sum(col(OrderLine.refunded)),
        "orders": func.sum(head),
        "units": func.sum(col(OrderLine.quantity)),
        "refund_orders": func.count(distinct(case((col(OrderLine.refunded) > 0, order)))),
        "anonymous": func.sum(case((col(OrderLine.buyer_id).is_(None), head), else_=0)),
    }
    created = {"created_orders": func.sum(head)}
    day = col(OrderLine.day)
    halves = (
        (paid, col(OrderLine.paid_day), paid_in(cut.period)),
        (created, day, [day >= cut.period.start, day < cut.period.end]),
    )
    for sums, date_column, within in halves:
        places = [i for i, m in enumerate(wanted) if m in sums]
        if not places:
            continue
        keys = fact_columns(cut, date_column)
        statement = (
            select(*keys, *(sums[wanted[i]] for i in places))
            .where(*fact_conditions(cut), *within)
            .group_by(*dict.fromkeys(keys))
        )
        yield _Part(s.connection().execute(statement).all(), places)


# buckets of time -----------------------------------------------------------------------------


def bucketed(key: Key, cut: Cut) -> Key:
    """The key with each day replaced by what it is counted under, and twin products as one."""
    if not cut.grain and not cut.same:
        return key
    out: list[int | str | date | None] = []
    for by, value in zip(cut.by, key, strict=True):
        if isinstance(value, date):
            out.append(bucket(by, value))
        elif by == "product" and isinstance(value, int):
            out.append(cut.same.get(value, value))
        else:
            out.append(value)
    return tuple(out)


def bucket(grain: str, day: date) -> int | date:
    """A day's weekday (1 is Monday), or the first day of its week, month or quarter."""
    if grain == "weekday":
        return day.isoweekday()
    if grain == "week":
        return periods.week(day).start
    if grain == "month":
        return day.replace(day=1)
    return periods.quarter(day).start if grain == "quarter" else day


def buckets(grain: str, period: Period) -> list[int | date]:
    """All buckets of a period in order."""
    if grain == "hour":
        return list(range(24))
    found = dict.fromkeys(bucket(grain, day) for day in period)
    return sorted(found) if grain == "weekday" else list(found)


def days_of(grain: str, key: int | date, period: Period) -> Period:
    """The days of a bucket that lie inside the period."""
    if not isinstance(key, date):
        return period
    ends = {"week": key + 7 * DAY, "month": periods.add_months(key, 1)}
    end = ends.get(grain, periods.add_months(key, 3) if grain == "quarter" else key + DAY)
    return Period(max(key, period.start), min(end, period.end))
