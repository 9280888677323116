"""A question as plain frozen data, stored as JSON, and the small changes its buttons make."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from bot import periods
from bot.errors import UserError
from bot.metrics.bases import KINDS, Compare, CompareKind, Span, base, to_date, usual
from bot.metrics.catalogue import BREAKDOWNS, METRICS, PANEL, TIMES
from bot.periods import Period
from bot.promos import Promotion

VERSION = 2  # of a stored question; rows of the first release carry none
Intent = Literal["read", "why"]
Filters = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Note:
    """A remark under an answer: a message key under `[note]` and what to fill in."""

    code: str
    params: tuple[tuple[str, str | int], ...] = ()


def note(code: str, **params: str | int) -> Note:
    return Note(code, tuple(params.items()))


@dataclass(frozen=True)
class Query:
    """metric(s) + period + comparison + breakdown + filter + top.

    `filters` holds the values as they are known to the shop: region names, product codes, store
    keys. `by` has at most two entries. `panel` says that no metric was named.
    """

    span: Span
    metrics: tuple[str, ...] = PANEL
    compare: Compare | None = None
    by: tuple[str, ...] = ()
    top: int | None = None
    order: Literal["desc", "asc"] = "desc"
    filters: Filters = ()
    intent: Intent = "read"
    panel: bool = False
    notes: tuple[Note, ...] = ()
    shelf: int | None = None  # the `top` of a ranking, put aside while a series is shown

    @property
    def period(self) -> Period:
        return self.span.period

    @property
    def grain(self) -> str:
        """The breakdown that runs over time, or ""."""
        return next((b for b in self.by if b in TIMES), "")

    def filter(self, dim: str) -> tuple[str, ...]:
        return dict(self.filters).get(dim, ())


def to_json(query: Query) -> str:
    span, compare = query.span, query.compare
    data = {
        "v": VERSION,
        "span": [*_dates(span.period), span.kind, span.name],
        "metrics": query.metrics,
        "compare": compare and [*_dates(compare.period), compare.kind, *_dates(compare.skipped)],
        "by": query.by,
        "top": query.top,
        "order": query.order,
        "filters": dict(query.filters),
        "intent": query.intent,
        "panel": query.panel,
        "notes": [[n.code, dict(n.params)] for n in query.notes],
        "shelf": query.shelf,
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def from_json(raw: str) -> Query:
    """A stored question of this or any earlier version: what it lacks has its default.

    Of a later version (after a step back) what is not known here is left aside. UserError where it
    is no question at all.
    """
    try:
        return _loaded(json.loads(raw))
    except (ValueError, TypeError, KeyError, AttributeError) as e:
        raise UserError("ask.forgotten") from e


def _loaded(data: dict[str, Any]) -> Query:
    start, end, kind, name = data["span"]
    compare = data.get("compare")
    panel = data.get("panel", False)
    # a metric that a later version dropped must not break an old button
    metrics = tuple(m for m in data.get("metrics", ()) if m in METRICS)
    return Query(
        span=Span(_period(start, end), kind, name),
        metrics=PANEL if panel else metrics or PANEL[:1],
        compare=compare
        and Compare(
            compare[2],
            _period(*compare[:2]),
            _period(*compare[3:]) if len(compare) > 3 else None,
        ),
        by=tuple(b for b in data.get("by", ()) if b in BREAKDOWNS),
        top=data.get("top"),
        order=data.get("order", "desc"),
        filters=tuple((k, tuple(v)) for k, v in data.get("filters", {}).items()),
        intent=data.get("intent", "read"),
        panel=panel,
        notes=tuple(Note(code, tuple(params.items())) for code, params in data.get("notes", ())),
        shelf=data.get("shelf"),
    )


def _dates(period: Period | None) -> list[str]:
    return [period.start.isoformat(), period.end.isoformat()] if period else []


def _period(start: str, end: str) -> Period:
    return Period(date.fromisoformat(start), date.fromisoformat(end))


# changes by button ---------------------------------------------------------------------------

PERIOD_CODES = (
    "today", "yesterday", "last7", "last30", "week", "last_week", "month", "last_month", "year",
)  # fmt: skip
# breakdowns go by their names; buttons of the first release by letters
BY_CODES = {
    "p": "product", "r": "region", "s": "store", "d": "day", "h": "hour", "m": "month",
    **{by: by for by in BREAKDOWNS},
}  # fmt: skip
COMPARE_CODES: dict[str, CompareKind] = {"p": "previous", "y": "last_year", "w": "last_week"}


def change(query: Query, code: str, today: date, promotions: Sequence[Promotion] = ()) -> Query:
    """The question with one thing changed; all else of it stays.

    `p:<period>`, `b:<breakdown>` or `b:-`, `c:<comparison>` or `c:-`, `m:<metric>`, `i:why|read`,
    `s:<store>`: of this store only, by its key.
    Words for periods mean what they mean on the day of the press. An unknown code (from a newer
    or older version) changes nothing.
    """
    what, _, value = code.partition(":")
    if what == "p" and value in PERIOD_CODES:
        changed = replace(query, span=named_span(value, today), notes=())
        return _compared_again(changed, promotions)
    if what == "b" and (value == "-" or value in BY_CODES):
        return _broken_down(query, BY_CODES.get(value, ""))
    if what == "c" and value == "-":
        return replace(query, compare=None)
    if what == "c" and value in COMPARE_CODES:
        return replace(query, compare=base(COMPARE_CODES[value], query.span, promotions))
    if what == "m" and value in METRICS:
        return with_usual_base(replace(query, metrics=(value,), panel=False), promotions)
    if what == "s" and value:
        others = tuple(f for f in query.filters if f[0] != "store")
        return replace(query, filters=(*others, ("store", (value,))))
    if what == "i" and value in ("why", "read"):
        changed = replace(query, intent="why" if value == "why" else "read")
        return with_usual_base(changed, promotions) if value == "why" else changed
    return query


def _broken_down(query: Query, by: str) -> Query:
    """`top` counts the rows of a ranking: it waits while there is none."""
    top = query.top or query.shelf
    if not by or by in TIMES:
        return replace(query, by=(by,) if by else (), top=None, shelf=top, intent="read")
    return replace(query, by=(by,), top=top, shelf=None, intent="read")


def named_span(name: str, today: date) -> Span:
    """The period of a button or a command, to-date periods ending yesterday."""
    yesterday = today - periods.DAY
    if name == "today":
        return Span(periods.day(today), "today")
    if name == "yesterday":
        return Span(periods.day(yesterday), "day")
    if name == "last_month":
        return Span(periods.previous(periods.month(today)), "month")
    if name == "last_week":
        return Span(periods.week(today).shift(-7), "week")
    if name in ("week", "month", "year"):
        return to_date(name, today)[0]
    return Span(periods.last_days(int(name.removeprefix("last")), today), "last")


def panel(
    name: str, today: date, promotions: Sequence[Promotion] = (), *, has_today: bool = False
) -> Query:
    """The question behind /today, /yesterday, /week and /month, with its usual comparison."""
    if name not in ("week", "month"):
        return with_usual_base(Query(named_span(name, today), panel=True), promotions)
    span, remark = to_date(name, today, has_today=has_today)
    notes = (note(remark, unit=name),) if remark else ()
    return with_usual_base(Query(span, panel=True, notes=notes), promotions)


def with_usual_base(query: Query, promotions: Sequence[Promotion] = ()) -> Query:
    """The question with the comparison that is shown where none was asked for."""
    return query if query.compare else replace(query, compare=usual(query.span, promotions))


def _compared_again(query: Query, promotions: Sequence[Promotion]) -> Query:
    if query.compare is None:
        return query
    kind = query.compare.kind
    overlaps = kind == "last_week" and query.period.days > 7
    if kind not in KINDS or overlaps:  # dates of its own belong to the old period
        return replace(query, compare=usual(query.span, promotions))
    return replace(query, compare=base(kind, query.span, promotions))
