"""An answer as data: the object of `storebot ask --json`."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.i18n import Translator
from bot.metrics.ask import Asked
from bot.metrics.catalogue import METRICS
from bot.metrics.query import Query
from bot.metrics.reading import Cell, Reading, Row
from bot.periods import Period
from bot.render.figures import major, remark


def answer_json(
    asked: Asked, reading: Reading | None, t: Translator, today: date
) -> dict[str, Any]:
    """One object: `understood`, `rows`, `total`, `notes`, `unknown`, `suggestions`.

    `end` is exclusive. Values are floats in major units, ratios fractions, times
    (first_answer, solve_time) minutes, None: not known. Dates
    are ISO, weekdays 1 to 7, hours 0 to 23. Without a reading (words were unknown) there are no
    figures.
    """
    query = reading.query if reading else asked.query
    data: dict[str, Any] = {
        "understood": _understood(query),
        "rows": _rows(reading) if reading else [],
        "total": _total(reading) if reading else {},
        "notes": [remark(n, t, today) for n in (reading.notes if reading else query.notes)],
        "unknown": list(asked.unknown),
        "suggestions": list(asked.suggestions),
    }
    if reading and reading.parts:
        data["parts"] = [
            {"metric": p.slug, "share": _money(reading, p.share)} for p in reading.parts
        ]
    return data


def _understood(query: Query) -> dict[str, Any]:
    compare = query.compare
    return {
        "intent": query.intent,
        "metrics": list(query.metrics),
        **_dates(query.period),
        "grain": query.grain or None,
        "compare": {"kind": compare.kind, **_dates(compare.period)} if compare else None,
        "by": list(query.by),
        "top": query.top,
        "order": query.order,
        "filters": {dim: list(values) for dim, values in query.filters},
    }


def _dates(period: Period) -> dict[str, str]:
    return {"start": period.start.isoformat(), "end": period.end.isoformat()}


def _rows(reading: Reading) -> list[dict[str, Any]]:
    several = len(reading.totals) > 1
    rows = reading.rows if reading.query.by or not several else reading.totals
    return [
        {
            **({"currency": row.currency} if several else {}),
            **{by: _key(by, value) for by, value in zip(reading.query.by, row.key, strict=False)},
            **_cells(reading, row),
        }
        for row in rows
    ]


def _total(reading: Reading) -> dict[str, Any]:
    if reading.total:
        return _cells(reading, reading.total)
    if not reading.totals:
        return dict.fromkeys(reading.query.metrics)
    added = tuple(_added(reading, i) for i in range(len(reading.query.metrics)))
    return _cells(reading, Row((), added, ""))


def _added(reading: Reading, i: int) -> Cell:
    """Counts add up over stores of different currencies, amounts and ratios do not."""
    metric = reading.metrics[i]
    cells = [total.cells[i] for total in reading.totals]
    if metric.unit == "money" or "store" not in metric.additive_over:
        return Cell(None)
    return Cell(_sum([c.value for c in cells]), _sum([c.base for c in cells]))


def _sum(values: list[float | None] | list[int | float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return sum(known) if len(known) == len(values) else None


def _cells(reading: Reading, row: Row) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for metric, cell in zip(reading.metrics, row.cells, strict=True):
        found[metric.slug] = major(metric, cell.value, row.currency)
        if reading.query.compare:
            found[f"{metric.slug}_base"] = major(metric, cell.base, row.currency)
    return found


def _money(reading: Reading, minor: int) -> float | None:
    return major(METRICS["sales"], minor, reading.totals[0].currency)


def _key(by: str, value: int | str | date | None) -> int | str | None:
    if isinstance(value, date):
        if by == "month":
            return f"{value:%Y-%m}"
        return f"{value.year}-Q{(value.month + 2) // 3}" if by == "quarter" else value.isoformat()
    return value
