"""Why a figure moved: a change split over its factors so that the parts add up."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlmodel import Session

from bot.metrics.names import Names
from bot.metrics.query import note
from bot.metrics.reading import Cell, Part, Reading, Row
from bot.metrics.tables import Measures, Tables

_MOVERS = 3
_SALES = frozenset({"sales", "orders"})


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
    """The reading with sales split into orders × value of an order, and the products that moved."""
    query, stores = reading.query, reading.stores
    if query.compare is None or query.metrics[0] not in ("sales", "orders", "aov"):
        return _remarked(reading, "why_sales_only")
    if len(reading.totals) != 1:
        return _remarked(reading, "why_one_currency")
    now = tables.read(stores, query.period, (), _SALES).get(())
    base = tables.read(stores, query.compare.period, (), _SALES).get(())
    if not now or not base or not all((*now.values(), *base.values())):
        return _remarked(reading, "why_nothing")
    return replace(reading, parts=_parts(now, base), movers=_movers(s, reading, tables))


def _remarked(reading: Reading, code: str) -> Reading:
    return replace(reading, notes=(*reading.notes, note(code)))


def _parts(now: Measures, base: Measures) -> tuple[Part, ...]:
    before, after = _factors(base), _factors(now)
    split = shares(before, after)
    rounded = whole(list(split.values()), (now["sales"] or 0) - (base["sales"] or 0))
    return tuple(
        Part(slug, share, before[slug], after[slug])
        for slug, share in zip(split, rounded, strict=True)
    )


def _factors(row: Measures) -> dict[str, float]:
    sales, orders = row["sales"] or 0, row["orders"] or 0
    return {"orders": float(orders), "aov": sales / orders}


def _movers(s: Session, reading: Reading, tables: Tables) -> tuple[Row, ...]:
    """The products whose sales changed most, either way."""
    query, stores = reading.query, reading.stores
    assert query.compare
    only = frozenset({"sales"})
    now = tables.read(stores, query.period, ("product",), only)
    base = tables.read(stores, query.compare.period, ("product",), only)
    cells = {
        key: Cell(now.get(key, {}).get("sales") or 0, base.get(key, {}).get("sales") or 0)
        for key in {*now, *base} - {(0,)}
    }
    keys = sorted(cells, key=lambda key: (-abs(cells[key].difference or 0), str(key)))[:_MOVERS]
    names = Names(s, ("product",), keys, stores)
    currency = reading.totals[0].currency
    return tuple(
        Row(names(key)[0], (cells[key],), currency, names(key)[1])
        for key in keys
        if cells[key].difference
    )
