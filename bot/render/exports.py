"""Answers and the desk as tables: what stands in the file of `/export`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from bot import money
from bot.aftersales.stats import Figures, Share, Stats
from bot.aftersales.tally import Asked
from bot.aftersales.views import IssueView
from bot.i18n import Translator
from bot.metrics.catalogue import Metric
from bot.metrics.query import Query
from bot.metrics.reading import Reading, Row
from bot.metrics.scope import StoreInfo
from bot.render import figures, html, issuestats
from bot.render.workbook import Cell, Column, Form, Table

_FORMS: dict[str, Form] = {"money": "number", "ratio": "percent", "count": "count"}
_NAME = 60  # letters of a file's name


def title(query: Query, t: Translator, today: date, stores: Sequence[StoreInfo]) -> str:
    """支付金额 · 昨日 11-22 周日 · 按商品."""
    return figures.understood(query, t, today, stores)


def desk_title(asked: Asked, t: Translator, today: date) -> str:
    span = figures.span(asked.span, t, today)
    return t("issuestats.head", span=span, axis=t(f"issuestats.axis.{asked.axis}"))


def caption(words: str) -> str:
    return html.bold(words)


def file_name(words: str, form: str) -> str:
    """Letters, digits and dashes, so that any system takes it."""
    plain = re.sub(r"[^\w\-+]+", " ", words.replace("\u2011", "-")).strip()
    return f"{plain[:_NAME].strip().replace(' ', '_')}.{form}"


# an answer -----------------------------------------------------------------------------------


def of_reading(reading: Reading, t: Translator, today: date) -> Table:
    """The rows, then the totals; amounts in major units, a column for each base."""
    query, several = reading.query, len(reading.totals) > 1
    compared = query.compare is not None
    columns = [Column(t(f"dim.{by}.name")) for by in query.by]
    columns += [Column(t("dim.currency.name"))] if several else []
    for metric in reading.metrics:
        columns.append(_column(metric, figures.name(metric, t), t))
        if compared:
            base = t("issuestats.export.base", metric=figures.name(metric, t))
            columns.append(_column(metric, base, t))
    rows = [
        (*_keys(reading, row, t, today), *_values(reading, row, several=several, base=compared))
        for row in reading.rows
    ]
    sums = [*([reading.others] if reading.others else []), *reading.totals]
    for row in sums:
        label = (
            figures.others_name(reading, t) if row is reading.others else t("answer.button.total")
        )
        keys = (label, *[""] * (len(query.by) - 1)) if query.by else ()
        rows.append((*keys, *_values(reading, row, several=several, base=compared)))
    notes = [figures.remark(n, t, today) for n in reading.notes]
    head = (figures.understood(query, t, today, reading.stores), *notes)
    return Table(figures.name(reading.metrics[0], t), tuple(columns), tuple(rows), head)


def _column(metric: Metric, name: str, t: Translator) -> Column:
    if metric.unit == "minutes":
        return Column(t("issuestats.export.minutes", metric=name), "number")
    return Column(name, _FORMS.get(metric.unit, "number"))


def _keys(reading: Reading, row: Row, t: Translator, today: date) -> list[Cell]:
    """Each breakdown in words; days as dates."""
    return [
        value if by == "day" and isinstance(value, date)
        else figures.key_name(by, value, row.name, t, today)
        for by, value in zip(reading.query.by, row.key, strict=True)
    ]  # fmt: skip


def _values(reading: Reading, row: Row, *, several: bool, base: bool) -> list[Cell]:
    found: list[Cell] = [row.currency] if several else []
    for metric, cell in zip(reading.metrics, row.cells, strict=True):
        found.append(figures.major(metric, cell.value, row.currency))
        if base:
            found.append(figures.major(metric, cell.base, row.currency))
    return found


# the desk ------------------------------------------------------------------------------------


def of_stats(asked: Asked, found: Stats, t: Translator, today: date, *, costs: bool) -> Table:
    """A row for each group and one for all; times in minutes."""
    c = "issuestats.export.column"
    columns = [
        Column(t(f"issuestats.picture.{asked.axis}")),
        *(Column(t(f"{c}.{name}"), "count") for name in ("opened", "before", "solved", "open")),
        *(Column(t(f"{c}.{name}"), "count") for name in ("decided", "on_time", "late")),
        Column(t(f"{c}.on_time_rate"), "percent"),
        *(Column(t(f"{c}.{x}"), "number") for x in ("first", "first_p90", "solve", "solve_p90")),
        Column(t(f"{c}.reopened"), "count"),
        Column(t(f"{c}.asked")),
        *([Column(t(f"{c}.cost"))] if costs else []),
    ]
    rows = [
        (issuestats.label(asked.axis, g, t), *_figures(g.figures, g.before, t, costs=costs))
        for g in found.groups
    ]
    whole = _figures(found.figures, found.before.opened, t, costs=costs)
    rows.append((t("answer.button.total"), *whole))
    head = (desk_title(asked, t, today), *issuestats.quality(found, t))
    return Table(t("desk.kind.issue"), tuple(columns), tuple(rows), head)


def _figures(f: Figures, before: int, t: Translator, *, costs: bool) -> list[Cell]:
    cells: list[Cell] = [f.opened, before, f.solved, f.open, *_share(f.on_time, f.late)]
    cells += [f.first.median, f.first.p90, f.solve.median, f.solve.p90, f.reopened.part]
    cells.append(issuestats.amounts(f.asked, t) if f.asked else None)
    return [*cells, issuestats.amounts(f.cost, t) if f.cost else None] if costs else cells


def _share(found: Share, late: int) -> list[Cell]:
    return [found.whole, found.part, late, found.ratio]


_ISSUE: tuple[tuple[str, Form], ...] = (
    ("no", "count"), ("opened_at", "time"), ("store", "text"), ("platform", "text"),
    ("type", "text"), ("reason", "text"), ("responsible", "text"), ("product", "text"),
    ("quantity", "count"), ("amount", "number"), ("currency", "text"), ("order_no", "text"),
    ("tail", "text"), ("stage", "text"), ("assignee", "text"), ("reporter", "text"),
    ("due_at", "time"), ("missed_at", "time"), ("answered_at", "time"), ("solved_at", "time"),
    ("closed_at", "time"), ("resolution", "text"), ("reopened", "count"), ("note", "text"),
)  # fmt: skip


_COST: tuple[tuple[str, Form], ...] = (("cost", "number"),)


def of_issues(views: Sequence[IssueView], t: Translator, *, costs: bool) -> Table:
    """A row for each issue; times in the zone of its store, amounts in major units."""
    fields = (*_ISSUE, *_COST) if costs else _ISSUE
    columns = tuple(Column(t(f"issuestats.export.issue.{name}"), form) for name, form in fields)
    rows = tuple(tuple(_cell(v, name, t) for name, _ in fields) for v in views)
    return Table(t("issuestats.export.list"), columns, rows)


def _cell(v: IssueView, name: str, t: Translator) -> Cell:
    value = getattr(v, name)
    if isinstance(value, datetime):
        return value.astimezone(v.zone)
    if name in ("amount", "cost"):
        return None if value is None else value / 10 ** money.digits(v.currency)
    if name == "reason":
        return figures.reason(v.reason, v.reason_name, t) if v.reason else ""
    if name == "platform":
        return t(f"platform.{value}") if t.has(f"platform.{value}") else value
    if name in ("type", "responsible", "resolution", "stage"):
        return t(f"desk.{name}.{value}") if value else ""
    return value  # type: ignore[no-any-return]  # text or a number
