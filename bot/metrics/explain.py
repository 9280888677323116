"""Why a figure moved: a change split over its factors so that the parts add up."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlmodel import Session

from bot.metrics import days, evidence
from bot.metrics.names import Names
from bot.metrics.query import note
from bot.metrics.reading import Cell, Part, Reading, Row
from bot.metrics.scope import StoreInfo
from bot.metrics.tables import Measures, Tables

_MOVERS = 3
_SALES = frozenset({"sales", "orders"})
_TRAFFIC = frozenset({"day_buyers", "bought_visitors"})


def log_mean(a: float, b: float) -> float:
    """L(a, b) = (a − b) / ln(a / b); both above zero."""
    return a if math.isclose(a, b) else (a - b) / math.log(a / b)


def shares(base: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
    """Log-mean Divisia (LMDI-I, Ang 2004) shares of each factor in the change of the product.

    They add up to the change exactly and depend on no order. All factors must be above zero.
    """
    weight = log_mean(math.prod(now.values()), math.prod(base.values()))
    return {name: weight * math.log(now[name] / base[name]) for name in now}


def whole(parts: Sequence[float], total: int) -> list[int]:
    """Parts rounded by largest remainder, so that they add up to `total`."""
    floors = [math.floor(part) for part in parts]
    left = total - sum(floors)
    order = sorted(range(len(parts)), key=lambda i: floors[i] - parts[i])
    for i in order[: max(left, 0)]:
        floors[i] += 1
    return floors


def why(s: Session, reading: Reading, tables: Tables) -> Reading:
    """The reading with the change of sales split up, and what else happened beside it.

    Visitors × conversion × basket where all visitors of both periods are known, else orders × value
    of an order; then the products and the advertising channels that moved most.
    """
    query, stores = reading.query, reading.stores
    if query.compare is None or query.metrics[0] not in ("sales", "orders", "aov"):
        return _remarked(reading, "why_sales_only")
    if len(reading.totals) != 1:
        return _remarked(reading, "why_one_currency", store=stores[0].name)
    now = tables.read(stores, query.period, (), _SALES).get((), {})
    base = tables.read(stores, query.compare.period, (), _SALES).get((), {})
    split = Cell(_whole(now, "sales"), _whole(base, "sales"))
    parts = _by_visitors(s, tables, stores, split)
    if not parts:
        if not (split.value and split.base and now.get("orders") and base.get("orders")):
            return _remarked(reading, "why_nothing")
        reading = _remarked(reading, "why_no_traffic")
        factors = [{"orders": float(r["orders"] or 0)} for r in (base, now)]
        parts = _parts(split, "aov", factors[0], factors[1])
    return replace(
        reading,
        split=split,
        parts=parts,
        movers=_movers(s, reading, tables, "product", "sales"),
        channels=_movers(s, reading, tables, "channel", "ad_sales"),
        beside=evidence.beside(s, reading, tables),
    )


def _remarked(reading: Reading, code: str, **params: str) -> Reading:
    return replace(reading, notes=(*reading.notes, note(code, **params)))


def _whole(row: Measures, name: str) -> int | None:
    value = row.get(name)
    return None if value is None else int(value)


def _by_visitors(
    s: Session, tables: Tables, stores: tuple[StoreInfo, ...], split: Cell
) -> tuple[Part, ...]:
    """Visitors × conversion × basket; empty where not every day of both periods is known.

    The share of visitors is of all of them, what is shown is their daily mean.
    """
    compare = tables.query.compare
    if compare is None or not split.value or not split.base or not _apt(tables):
        return ()
    factors, means = [], []
    for period in (compare.period, tables.query.period):
        row = tables.read(stores, period, (), _TRAFFIC).get((), {})
        buyers, visitors = row.get("day_buyers"), row.get("bought_visitors")
        if not buyers or visitors != days.all_visitors(s, tables.cut(stores, period, ())):
            return ()
        assert visitors
        factors.append({"visitors": float(visitors), "conversion": buyers / visitors})
        means.append(visitors / period.days)
    first, *rest = _parts(split, "basket", *factors)
    return (replace(first, base=means[0], value=means[1]), *rest)


def _apt(tables: Tables) -> bool:
    """Visitors are known of stores and products only, and of whole days."""
    return tables.until_hour is None and tables.regions is None and tables.products is None


def _parts(
    split: Cell, last: str, base: dict[str, float], now: dict[str, float]
) -> tuple[Part, ...]:
    """Shares of the factors, and of the last one, which is what is left of sales."""
    before = {**base, last: (split.base or 0) / math.prod(base.values())}
    after = {**now, last: (split.value or 0) / math.prod(now.values())}
    split_up = shares(before, after)
    rounded = whole(list(split_up.values()), int(split.difference or 0))
    return tuple(
        Part(slug, share, before[slug], after[slug])
        for slug, share in zip(split_up, rounded, strict=True)
    )


def _movers(
    s: Session, reading: Reading, tables: Tables, dim: str, measure: str
) -> tuple[Row, ...]:
    """The products (channels) whose sales changed most, either way."""
    query, stores = reading.query, reading.stores
    if query.compare is None or (dim == "channel" and not _apt(tables)):
        return ()
    only = frozenset({measure})
    now = tables.read(stores, query.period, (dim,), only)
    base = tables.read(stores, query.compare.period, (dim,), only)
    if dim == "channel" and not evidence.advertised_alike(
        s, tables, stores, query.period, query.compare.period
    ):
        return ()
    cells = {
        key: Cell(now.get(key, {}).get(measure) or 0, base.get(key, {}).get(measure) or 0)
        for key in {*now, *base} - {(0,)}
    }
    keys = sorted(cells, key=lambda key: (-abs(cells[key].difference or 0), str(key)))[:_MOVERS]
    names = Names(s, (dim,), keys, stores)
    currency = reading.totals[0].currency
    return tuple(
        Row(names(key)[0], (cells[key],), currency, names(key)[1])
        for key in keys
        if cells[key].difference
    )
