"""Answers and panels: a reading → the message that says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.i18n import Translator
from bot.message import Button, Keyboard, Message
from bot.metrics.ask import Asked
from bot.metrics.catalogue import METRICS
from bot.metrics.query import PERIOD_CODES, Query, change, named_span
from bot.metrics.reading import Reading, Row
from bot.promos import Promotion
from bot.render import figures, html, pictures, specs
from bot.render.figures import bare, full, name
from bot.render.pictures import Style

_SHOWN = 10  # rows that stand open; the rest folds
_FOLDED = 30
_OPEN_NOTES = 2
_HEAD = 9  # cells of a column head
_LIST = 12  # of unknown words that are repeated


@dataclass(frozen=True)
class Look:
    """How a chat wants its answers: its business day, and the style of pictures (None: none)."""

    today: date
    style: Style | None = None
    promotions: tuple[Promotion, ...] = ()


def answer(reading: Reading, t: Translator, question: str, look: Look) -> Message:
    """The understood line, the figure with its change, a table, remarks, buttons, a picture.

    `question` is the id of the stored question, which the buttons change; "" for no buttons.
    """
    today = look.today
    spec = specs.picture(reading, t, today, look.style, look.promotions) if look.style else None
    blocks = [html.escape(figures.understood(reading.query, t, today))]
    if not reading.refused:
        blocks += _figures(reading, t, today)
    return Message(
        "\n".join([*blocks, *_remarks(reading, t, today)]),
        _keyboard(reading, t, today, question) if question else (),
        pictures.to_json(spec) if spec else "",
    )


def not_understood(asked: Asked, t: Translator, question: str, look: Look) -> Message:
    """The words nobody knows, what was understood, and the nearest metrics as buttons."""
    today = look.today
    words = t("answer.comma").join(f"「{html.cut(w, 40)}」" for w in asked.unknown[:_LIST])
    lines = [html.bold(t("answer.unknown_words", words=words))]
    if not asked.query.panel:
        lines.append(html.escape(figures.understood(asked.query, t, today)))
    if not asked.suggestions:
        return Message("\n".join([*lines, html.escape(t("answer.examples"))]))
    lines.append(html.escape(t("answer.did_you_mean")))
    buttons = [
        Button(name(METRICS[slug], t), data=f"q:{question}:m:{slug}") for slug in asked.suggestions
    ]
    return Message("\n".join(lines), _rows(buttons) if question else ())


# the body ------------------------------------------------------------------------------------


def _figures(reading: Reading, t: Translator, today: date) -> list[str]:
    query = reading.query
    if len(reading.totals) == 1 and len(query.metrics) == 1:
        blocks = [_headline(reading, t)]
    elif not query.by:
        return [html.pre(html.table(_panel(reading, t))), *why(reading, t)]
    else:
        blocks = [html.pre(html.table(_panel(reading, t)))]
    blocks += why(reading, t)
    if reading.rows:
        blocks += _table(reading, t, today)
    return blocks


def _headline(reading: Reading, t: Translator) -> str:
    """¥207,862.00 −26.0% (−72,977)."""
    metric, total = reading.metrics[0], reading.totals[0]
    cell = total.cells[0]
    words = html.bold(full(metric, cell.value, total.currency, t))
    if reading.query.compare is None or cell.value is None:
        return words
    words = f"{words}  {html.bold(figures.change(metric, cell, t))}"
    difference = figures.difference(metric, cell, total.currency, t)
    return f"{words}  {html.escape(difference)}" if difference else words


def _panel(reading: Reading, t: Translator) -> list[tuple[Sequence[str], str]]:
    """A line for each metric (of each currency): value, change, name."""
    several = len(reading.totals) > 1
    lines: list[tuple[Sequence[str], str]] = []
    for total in reading.totals:
        for metric, cell in zip(reading.metrics, total.cells, strict=True):
            if reading.query.panel and cell.value is None and cell.base is None:
                continue  # a panel shows what there is
            numbers = [full(metric, cell.value, total.currency, t)]
            if reading.query.compare:
                numbers.append(figures.change(metric, cell, t, narrow=True))
            label = name(metric, t)
            lines.append((numbers, f"{total.currency} {label}" if several else label))
    return lines or [(("–",), "")]


def _table(reading: Reading, t: Translator, today: date) -> list[str]:
    """Ten rows stand open, more fold; a header only where there are several metrics."""
    rows = reading.rows
    lines = [(_numbers(reading, row, t), figures.row_name(reading, row, t, today)) for row in rows]
    rest = lines[_SHOWN : _SHOWN + _FOLDED]
    tail = []
    if reading.others:
        tail = [(_numbers(reading, reading.others, t), figures.others_name(reading, t))]
    head = []
    if len(reading.metrics) > 1:
        head = [([html.cut(name(m, t), _HEAD) for m in reading.metrics], "")]
    if not rest:
        return [html.pre(html.table([*head, *lines, *tail]))]
    folded = [" ".join([*numbers, html.cut(label, 40)]) for numbers, label in [*rest, *tail]]
    if left := len(lines) - _SHOWN - len(rest):
        folded.append(t("answer.more", n=left))
    return [html.pre(html.table([*head, *lines[:_SHOWN]])), html.fold(folded)]


def _numbers(reading: Reading, row: Row, t: Translator) -> list[str]:
    """The value and its change; the values alone where there are several metrics."""
    pairs = list(zip(reading.metrics, row.cells, strict=True))
    numbers = [bare(metric, cell.value, row.currency, t) for metric, cell in pairs]
    if len(pairs) == 1 and reading.query.compare:
        numbers.append(figures.change(*pairs[0], t, narrow=True))
    return numbers


def why(reading: Reading, t: Translator) -> list[str]:
    """少卖 ¥7.29万：订单数 −¥6.98万，笔单价 +…; then the products that moved most."""
    if not reading.parts:
        return []
    currency = reading.totals[0].currency
    comma = t("answer.comma")
    _, shares = figures.adding_up([p.share for p in reading.parts], currency)
    parts = comma.join(
        f"{name(METRICS[part.slug], t)} {figures.signed(share, currency, t)}"
        for part, share in zip(reading.parts, shares, strict=True)
    )
    lines = [f"{specs.moved(reading, t)}{t('answer.colon')}{parts}"]
    if reading.movers:
        movers = comma.join(
            f"{html.cut(figures.product(row), 20)} {figures.signed(row.cells[0].difference or 0, currency, t)}"
            for row in reading.movers
        )
        lines.append(f"{t('answer.movers')}{movers}")
    return [html.escape(line) for line in lines]


def _remarks(reading: Reading, t: Translator, today: date) -> list[str]:
    lines = [figures.remark(note, t, today) for note in reading.notes]
    if reading.until_hour is not None:
        lines.insert(0, t("answer.until_hour", hour=f"{reading.until_hour:02d}"))
    if len(reading.metrics) == 1 and not reading.refused:
        lines.append(t(f"metric.{reading.metrics[0].slug}.basis"))
    lines = list(dict.fromkeys(lines))
    blocks = [html.italic(line) for line in lines[:_OPEN_NOTES]]
    return [*blocks, html.fold(lines[_OPEN_NOTES:])] if lines[_OPEN_NOTES:] else blocks


# buttons -------------------------------------------------------------------------------------

_BY_CODES = ("p", "r", "s", "d", "h", "m")


def _keyboard(reading: Reading, t: Translator, today: date, question: str) -> Keyboard:
    """Change period, breakdown and comparison in place; what already holds is left out."""
    query = reading.query
    rows = [_periods(query, today), _breakdowns(reading, today), _comparisons(query)]
    return tuple(
        tuple(Button(t(key), data=f"q:{question}:{code}") for key, code in row)
        for row in rows
        if row
    )


def _periods(query: Query, today: date) -> list[tuple[str, str]]:
    names = [
        n for n in ("yesterday", "last7", "month", "last_month", "last30")
        if named_span(n, today).period != query.period and n in PERIOD_CODES
    ]  # fmt: skip
    return [(f"answer.button.{n}", f"p:{n}") for n in names[:3]]


def _breakdowns(reading: Reading, today: date) -> list[tuple[str, str]]:
    query = reading.query
    found = []
    for code in _BY_CODES:
        changed = change(query, f"b:{code}", today)
        by = changed.by[0]
        possible = all(by in METRICS[m].breakdowns for m in query.metrics)
        fits = {
            "store": len(reading.stores) > 1,
            "hour": query.period.days == 1,
            "day": query.period.days > 1,
            "month": query.period.days > 62,
        }.get(by, True)
        if possible and fits and changed.by != query.by:
            found.append((f"dim.{by}.by", f"b:{code}"))
    total = [("answer.button.total", "b:-")] if query.by else []
    return [*found[: 3 - len(total)], *total]


def _comparisons(query: Query) -> list[tuple[str, str]]:
    kind = query.compare.kind if query.compare else ""
    codes = {"previous": "p", "last_year": "y", "last_week": "w"}
    found = [
        (f"answer.button.{name}", f"c:{code}")
        for name, code in codes.items()
        if name != kind and not (name == "last_week" and query.period.days > 7)
    ]
    why = query.intent != "why" and query.metrics[0] == "sales" and query.compare is not None
    return [*found[:2], ("answer.button.why", "i:why")] if why else found


def _rows(buttons: Sequence[Button], across: int = 3) -> Keyboard:
    return tuple(tuple(buttons[i : i + across]) for i in range(0, len(buttons), across))
