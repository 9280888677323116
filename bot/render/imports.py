"""What an import says: progress, the report with its Undo, and what Undo gave back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

from bot.db.facts import HeaderMap
from bot.db.people import Store
from bot.i18n import NO_BREAK_HYPHEN, Translator
from bot.ingest import headers
from bot.ingest.formats.declare import DAY_VALUES, KINDS
from bot.ingest.report import AskedDay, Check, Problem, Progress, Report, UndoResult
from bot.message import Button, Message
from bot.money import digits
from bot.render import worklist
from bot.render.notices import rows

SHOWN = 12  # columns
NAMED = 5  # refused rows said with their reason


def reading(t: Translator, file_name: str) -> Message:
    return Message(t("import.reading", file=escape(file_name)))


def which_store(
    t: Translator, import_id: int, file_name: str, stores: Sequence[Store], typed: bool = False
) -> Message:
    """Of a file, or of a line `typed`."""
    buttons = [Button(x.name, data=f"f:{import_id}:{x.id}") for x in stores]
    words = "record.which_store" if typed else "import.which_store"
    return Message(t(words, file=escape(file_name)), rows(buttons))


def ask_kind(t: Translator, form: HeaderMap, import_id: int, file_name: str) -> Message:
    """Of a table whose header means nothing to us: what is it?"""
    data = f"h:{import_id}:{form.id}:"
    buttons = [Button(t(f"header.kind.{kind}"), data=f"{data}k{kind}") for kind in KINDS]
    header = [x for x in headers.cells(form) if x]
    shown = "｜".join(header[:SHOWN]) + ("…" if len(header) > SHOWN else "")
    text = t("header.ask_kind", file=escape(file_name), columns=escape(shown))
    return Message(text, (*rows(buttons), _never_mind(t, data)))


def ask_column(t: Translator, form: HeaderMap, import_id: int) -> Message:
    """Which column is the one that lacks?"""
    data = f"h:{import_id}:{form.id}:"
    buttons = [
        Button(name[:20], data=f"{data}c{i}") for i, name in enumerate(headers.cells(form)) if name
    ]
    field, instead = headers.lacks(form)
    kind = t(f"header.kind.{form.kind}")
    text = t("header.ask_column", kind=kind, field=t(f"header.field.{field}"))
    none = ((Button(t("header.none"), data=f"{data}n"),),) if instead else ()
    return Message(text, (*rows(buttons), *none, _never_mind(t, data)))


def with_way_back(message: Message, t: Translator, form: HeaderMap, import_id: int) -> Message:
    """Said of an import that a remembered header was read for; the answer may have been wrong."""
    words = t("header.again", kind=t(f"header.kind.{form.kind}"))
    button = Button(t("header.forget"), data=f"h:{import_id}:{form.id}:r")
    return replace(
        message, text=f"{message.text}\n{words}", keyboard=(*message.keyboard, (button,))
    )


def _never_mind(t: Translator, data: str) -> tuple[Button, ...]:
    return (Button(t("header.leave"), data=f"{data}x"),)


def left(t: Translator, file_name: str) -> Message:
    return Message(t("header.left", file=escape(file_name)))


def progress(step: Progress, t: Translator) -> Message:
    share = t.percent(step.done / step.total, 0) if step.total else ""
    return Message(t(f"import.progress.{step.stage}", rows=t.number(step.done), share=share))


def report(
    report: Report,
    t: Translator,
    import_id: int,
    file_name: str = "",
    asked: Sequence[AskedDay] = (),
) -> Message:
    """The report; under it what is asked about its days, and Undo where something was changed."""
    lines = [*_lines(report, t, file_name), *(_asked(x, t) for x in asked)]
    keyboard = [_answers(x, t, import_id, named=len(asked) > 1) for x in asked]
    keyboard += worklist.buttons(report, t)
    if report.new + report.changed > 0 or worklist.touched(report):
        keyboard.append((Button(t("import.undo"), data=f"u:{import_id}"),))
    return Message("\n".join(lines), tuple(keyboard))


def _asked(x: AskedDay, t: Translator) -> str:
    key = "ask" if x.ended is None else "ended" if x.ended else "running"
    return t(f"import.ended.{key}", date=t.short_date(x.day))


def _answers(x: AskedDay, t: Translator, import_id: int, *, named: bool) -> tuple[Button, ...]:
    """Both answers, also once one was given: it may have been the wrong one."""
    found = []
    for answer, ended in (("yes", True), ("no", False)):
        words = t(f"import.ended.{answer}")
        words = f"{t.short_date(x.day)} {words}" if named else words
        words = f"✓ {words}" if x.ended is ended else words
        found.append(Button(words, data=f"e:{import_id}:{x.day}:{answer}"))
    return tuple(found)


def day_open(x: AskedDay, t: Translator) -> str:
    """The same for a terminal, where nobody is asked."""
    return t("import.ended.unknown", date=t.short_date(x.day))


def _lines(r: Report, t: Translator, file_name: str) -> list[str]:
    lines = [t(_outcome(r), file=f"<b>{escape(file_name)}</b>")]
    about = [_what(r, t), *([r.encoding.upper()] if r.encoding else [])]
    if r.days:
        about.append(" – ".join(dict.fromkeys(r.days)).replace("-", NO_BREAK_HYPHEN))
    lines.append(" · ".join(about))
    counts = {x: t.number(getattr(r, x)) for x in _COUNTS}
    lines.append(t("import.counts", **counts))
    if r.sums.orders:
        lines += _sums(r, t)
    if r.parts:
        lines += _days(r, t)
    if r.listing:
        lines += worklist.lines(r, t)
    return lines + _problems(r, t)


def _outcome(r: Report) -> str:
    if worklist.touched(r):
        return "import.done"
    if r.read and r.read == r.refused:
        return "import.refused"
    if r.read and r.read == r.unchanged:
        return "import.nothing"
    return "record.done" if r.platform == "record" else "import.done"


def _what(r: Report, t: Translator) -> str:
    """Whose export it is, and of what."""
    kinds = [x.kind for x in r.parts]
    if not kinds:
        return t(f"import.platform.{r.platform}")
    known = r.kind != "orders" and t.has(f"import.source.{r.platform}")
    source = t(f"import.source.{r.platform}") if known else _platform(r, t)
    words = t("answer.comma").join(t(f"import.kind.{x}") for x in kinds)
    return t("import.day.head", source=source, kinds=words)


def _platform(r: Report, t: Translator) -> str:
    name = f"platform.{r.platform}"
    return t(name) if r.kind == "refunds" and t.has(name) else t("import.source.generic")


_COUNTS = ("read", "new", "changed", "unchanged", "refused")


# of columns of orders
_ROLES = frozenset(
    {"total", "goods", "postage", "paid", "net", "refund", "owed", "fee", "tax"}
)  # fmt: skip


def _sums(r: Report, t: Translator) -> list[str]:
    """What was paid and given back, and what the file's own columns are."""
    sums = r.sums

    def money(major: float) -> str:
        return t.money(round(major * 10 ** digits(r.currency)), r.currency)

    lines = [
        t("import.orders", orders=t.number(sums.orders), paid=t.number(sums.paid_orders)),
        t(
            "import.sales",
            paid=money(sums.paid),
            refunded=money(sums.refunded),
            net=money(sums.net),
        ),
    ]
    columns = [
        t(f"import.role.{c.role}", column=escape(c.header), sum=money(c.total))
        for c in sums.columns
        if c.role in _ROLES and (c.total or c.role in ("total", "paid", "net"))
    ]
    if t.has(f"import.basis.{r.platform}"):
        columns.append(t(f"import.basis.{r.platform}"))
    return [*lines, *columns, *(_check(c, t) for c in sums.checks)]


def _days(r: Report, t: Translator) -> list[str]:
    """The sums of the columns by day: each amount on a line, the counts together."""
    units = {name: unit for x in r.parts for name, unit in DAY_VALUES.get(x.kind, {}).items()}
    amounts, others = [], []
    for c in r.sums.columns:
        unit = units.get(c.role)
        if unit == "amount" or c.role == "net_revenue":
            key = "noted" if c.role == "net_revenue" else "amount"
            total = t.money(round(c.total * 10 ** digits(r.currency)), r.currency)
            amounts.append(t(f"import.day.{key}", column=escape(c.header), sum=total))
        elif unit:
            total = t.number(c.total, 2) if unit == "score" else t.number(c.total)
            others.append(f"{escape(c.header)} {total}")
    return amounts + ([t("answer.separator").join(others)] if others else [])


def _check(check: Check, t: Translator) -> str:
    key = "held" if check.held == check.rows else "broken"
    right = " + ".join(map(escape, check.right))
    return t(
        f"import.check.{key}", left=escape(check.left), right=right,
        rows=t.number(check.rows), wrong=t.number(check.rows - check.held),
    )  # fmt: skip


def _problems(r: Report, t: Translator) -> list[str]:
    refused = [p for p in r.problems if p.row is not None]
    lines = [f"⚠ {_problem(p, t)}" for p in refused[:NAMED]]
    if r.refused > NAMED:
        lines.append(t("import.more_refused", n=r.refused - min(NAMED, len(refused))))
    about_file = (p for p in r.problems if p.row is None and p.code != "identity")
    return lines + [f"ℹ {_problem(p, t)}" for p in about_file]


def _problem(p: Problem, t: Translator) -> str:
    words = t(
        f"import.problem.{p.code}", column=escape(p.column), value=escape(p.value),
        n=t.number(p.count),
    )  # fmt: skip
    return words if p.row is None else t("import.row", row=t.number(p.row), problem=words)


def undone(result: UndoResult, t: Translator) -> Message:
    restored, removed = t.number(result.restored), t.number(result.removed)
    if result.of == "refunds":
        return worklist.undone(result, t)
    key = "undone" if result.of == "orders" else "undone_days"
    return Message(t(f"import.{key}", restored=restored, removed=removed))
