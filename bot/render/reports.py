"""Answers and panels: a reading → the message that says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.i18n import Translator
from bot.message import Button, Keyboard, Message
from bot.metrics.ask import Asked
from bot.metrics.catalogue import METRICS, Metric
from bot.metrics.reading import Beside, Reading, Row
from bot.promos import Promotion
from bot.render import choices, figures, html, pictures, specs
from bot.render.figures import bare, full, name
from bot.render.pictures import Style

_SHOWN = 10  # rows that stand open; the rest folds
_FOLDED = 30
_OPEN_NOTES = 2
_HEAD = 9  # cells of a column head
_SHORT = 6  # cells of a metric's name behind that of a channel
_FROM_ZERO = "answer.was_zero"  # a total is not new, it was nothing
_LIST = 12  # of unknown words that are repeated

Line = tuple[Sequence[str], str]  # numbers and what they are of


@dataclass(frozen=True)
class Look:
    """How a chat wants its answers: its business day, and the style of pictures (None: none)."""

    today: date
    style: Style | None = None
    promotions: tuple[Promotion, ...] = ()


def answer(
    reading: Reading, t: Translator, question: str, look: Look, *, back: bool = False
) -> Message:
    """The understood line, the figure with its change, a table, remarks, buttons, a picture.

    `question` is the id of the stored question, which the buttons change; "" for no buttons.
    `back`: it came from another by a button.
    """
    today = look.today
    spec = specs.picture(reading, t, today, look.style, look.promotions) if look.style else None
    understood = html.escape(figures.understood(reading.query, t, today, reading.stores))
    empty = any(note.code == "nothing_yet" for note in reading.notes)
    if spec:
        text = _caption(reading, t, today, understood)
    else:
        figures_ = [] if reading.refused else _figures(reading, t, today)
        text = "\n".join([understood, *figures_, *_remarks(reading, t, today)])
    stores = len(reading.stores)
    buttons = choices.keyboard(reading.query, stores, t, today, question, back=back)
    if any(note.code == "why_one_currency" for note in reading.notes):
        buttons = (*choices.of_stores(reading.stores, question), *buttons)
    return Message(
        text,
        buttons if question and not empty else (),
        pictures.to_json(spec) if spec else "",
    )


def _caption(reading: Reading, t: Translator, today: date, understood: str) -> str:
    """Under a picture three lines stand open; the table, which it shows, folds with the rest."""
    notes = [html.escape(line) for line in _notes(reading, t, today)]
    beside = [*why(reading, t), *notes]
    head = "\n".join([understood, _headline(reading, t), *beside[:1]])
    text = head
    for most in (_FOLDED, _SHOWN, 5, 0):
        folded = [*beside[1:], *_plain(_lines(reading, t, today), most, t)]
        text = f"{head}\n{html.quote(folded)}" if folded else head
        if html.visible(text) <= html.CAPTION:
            break
    return text


def not_understood(asked: Asked, t: Translator, question: str, look: Look) -> Message:
    """The words nobody knows, what was understood, and the nearest metrics as buttons."""
    today = look.today
    words = t("answer.comma").join(
        t("answer.word", word=html.cut(w, 40)) for w in asked.unknown[:_LIST]
    )
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
    """The figures; those of several currencies stand apart, each under its store or its code."""
    if len(reading.totals) < 2:
        return [*_block(reading, t, today, _SHOWN, _FOLDED), *why(reading, t)]
    blocks = []
    shown, folded = (_SHOWN, _FOLDED // 2) if len(reading.totals) == 2 else (5, 5)
    for total in reading.totals:
        part = _of_currency(reading, total)
        if block := _block(part, t, today, shown, folded):
            names = [store.name for store in part.stores]
            blocks += [html.bold(names[0] if len(names) == 1 else total.currency), *block]
    return blocks


def _of_currency(reading: Reading, total: Row) -> Reading:
    """What the reading says of one currency; a store that is alone in it needs no row."""
    stores = tuple(store for store in reading.stores if store.currency == total.currency)
    told = reading.query.by == ("store",) and len(stores) == 1
    rows = () if told else tuple(r for r in reading.rows if r.currency == total.currency)
    return replace(reading, stores=stores, totals=(total,), rows=rows)


def _block(reading: Reading, t: Translator, today: date, shown: int, folded: int) -> list[str]:
    """The total (a line, or a panel of several metrics) and the table."""
    if not reading.query.panel and len(reading.query.metrics) == 1:
        blocks = [_headline(reading, t)] if reading.totals else []
    else:
        panel = _panel(reading, t)
        blocks = [html.pre(html.table(panel))] if panel else []
    return [*blocks, *_table(reading, t, today, shown, folded)] if reading.rows else blocks


def _headline(reading: Reading, t: Translator) -> str:
    """¥207,862.00 −26.0% (−72,977)."""
    metric, total = reading.metrics[0], reading.totals[0]
    cell = total.cells[0]
    words = html.bold(full(metric, cell.value, total.currency, t))
    if cell.value is None or cell.base is None:
        return words
    words = f"{words}  {html.bold(figures.change(metric, cell, t, new=_FROM_ZERO))}"
    difference = figures.difference(metric, cell, total.currency, t)
    return f"{words}  {html.escape(difference)}" if difference else words


def _panel(reading: Reading, t: Translator) -> list[Line]:
    """A line for each metric: value, change, name."""
    found: list[tuple[list[str], Metric]] = []
    for total in reading.totals:
        for metric, cell in zip(reading.metrics, total.cells, strict=True):
            if reading.query.panel and cell.value is None and cell.base is None:
                continue  # a panel shows what there is
            numbers = [full(metric, cell.value, total.currency, t)]
            if _compared(reading):
                numbers.append(figures.change(metric, cell, t, narrow=True, new=_FROM_ZERO))
            found.append((numbers, metric))
    room = html.room([numbers for numbers, _ in found])
    return [(numbers, name(metric, t, room)) for numbers, metric in found]


def _lines(reading: Reading, t: Translator, today: date) -> list[Line]:
    """The rows, and what `top` left out."""
    rows: list[Line] = [
        (_numbers(reading, row, t), figures.row_name(reading, row, t, today))
        for row in reading.rows
    ]
    if reading.others:
        rows.append((_numbers(reading, reading.others, t), figures.others_name(reading, t)))
    return rows


def _table(reading: Reading, t: Translator, today: date, shown: int, folded: int) -> list[str]:
    """The first rows stand open, more fold; a header only where there are several metrics."""
    lines = _lines(reading, t, today)
    head: list[Line] = []
    if len(reading.metrics) > 1:
        wide = html.widths([numbers for numbers, _ in lines])
        heads = zip(reading.metrics, wide, strict=True)
        head = [([html.cut(name(m, t, w), max(w, _HEAD)) for m, w in heads], "")]
    if len(reading.rows) <= shown:
        return [html.pre(html.table([*head, *lines]))]
    return [
        html.pre(html.table([*head, *lines[:shown]])),
        html.fold(_plain(lines[shown:], folded, t)),
    ]


def _compared(reading: Reading) -> bool:
    """Whether any base is known: a column of dashes says nothing."""
    rows = (*reading.totals, *reading.rows)
    return any(cell.base is not None for row in rows for cell in row.cells)


def _plain(lines: Sequence[Line], most: int, t: Translator) -> list[str]:
    """Lines of a table where nothing aligns: at most so many, then how many more."""
    found = [" ".join([*numbers, html.cut(label, 40)]) for numbers, label in lines[:most]]
    left = len(lines) - len(found)
    return [*found, t("answer.more", n=left)] if left and found else found


def _numbers(reading: Reading, row: Row, t: Translator) -> list[str]:
    """The value and its change; the values alone where there are several metrics."""
    pairs = list(zip(reading.metrics, row.cells, strict=True))
    numbers = [bare(metric, cell.value, row.currency, t) for metric, cell in pairs]
    if len(pairs) == 1 and _compared(reading):
        new = figures.unfounded(reading)
        numbers.append(figures.change(*pairs[0], t, narrow=True, new=new))
    return numbers


def why(reading: Reading, t: Translator) -> list[str]:
    """少卖 ¥7.29万：访客 −6.98万，转化 +…; 同时发生：…; then what moved most.

    Only the whole names the currency: between a sign and ¥ a line may break.
    """
    if not reading.parts:
        return []
    currency = reading.totals[0].currency
    comma = t("answer.comma")
    _, shares = figures.adding_up([p.share for p in reading.parts], currency)
    parts = comma.join(
        f"{figures.inline(METRICS[part.slug], t)} {figures.moved(share, currency, t)}"
        for part, share in zip(reading.parts, shares, strict=True)
    )
    lines = [f"{specs.moved(reading, t)}{t('answer.colon')}{parts}"]
    if beside := comma.join(_beside(what, t) for what in reading.beside):
        lines.append(t("answer.beside", what=beside))
    told = [(figures.product(row), row) for row in reading.movers]
    by_channel = [(figures.channel(row.name, t), row) for row in reading.channels]
    for key, rows in (("movers", told), ("channels", by_channel)):
        if rows:
            moved = comma.join(_mover(name, row, currency, t) for name, row in rows)
            lines.append(f"{t(f'answer.{key}')}{moved}")
    return [html.escape(line) for line in lines]


def _mover(name: str, row: Row, currency: str, t: Translator) -> str:
    difference = figures.moved(row.cells[0].difference or 0, currency, t)
    return f"{html.cut(name, 20)} {difference}"


def _beside(what: Beside, t: Translator) -> str:
    """直通车花费 −62.0%, 描述相符 −0.03, 双11 结束: what happened at the same time."""
    if what.kind != "metric":
        return t(f"answer.promo_{what.kind}", name=t(f"promo.{what.slug}.name"))
    metric = METRICS[what.slug]
    words = figures.inline(metric, t)
    if what.name:
        channel, words = (
            html.cut(figures.channel(what.name, t), 20),
            figures.inline(metric, t, _SHORT),
        )
        words = t("answer.of_channel", channel=channel, metric=words)
    return f"{words} {figures.change(metric, what.cell, t, new=_FROM_ZERO)}"


def _remarks(reading: Reading, t: Translator, today: date) -> list[str]:
    """Two remarks stand open, more fold."""
    lines = _notes(reading, t, today)
    blocks = [html.italic(line) for line in lines[:_OPEN_NOTES]]
    return [*blocks, html.fold(lines[_OPEN_NOTES:])] if lines[_OPEN_NOTES:] else blocks


def _notes(reading: Reading, t: Translator, today: date) -> list[str]:
    """What is to be known of the figures; last, the basis that was really used."""
    lines = [figures.remark(note, t, today) for note in reading.notes]
    if reading.until_hour is not None:
        lines.insert(0, t("answer.until_hour", hour=f"{reading.until_hour:02d}"))
    if len(reading.metrics) == 1 and not reading.refused:
        paid = any(note.code == "paid_basis" for note in reading.notes)
        slug = "refund_amount_paid" if paid else reading.metrics[0].slug
        lines.append(figures.sentence(t(f"metric.{slug}.basis")))
    return list(dict.fromkeys(lines))


def _rows(buttons: Sequence[Button], across: int = 3) -> Keyboard:
    return tuple(tuple(buttons[i : i + across]) for i in range(0, len(buttons), across))
