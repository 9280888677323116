"""What an import says: progress, the report with its Undo, and what Undo gave back."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bot.db.people import Store
from bot.i18n import NO_BREAK_HYPHEN, Translator
from bot.ingest.report import Check, Problem, Progress, Report, UndoResult
from bot.message import Button, Message
from bot.money import digits
from bot.render.notices import rows

NAMED = 5  # refused rows said with their reason


def reading(t: Translator, file_name: str) -> Message:
    return Message(t("import.reading", file=escape(file_name)))


def which_store(t: Translator, import_id: int, file_name: str, stores: Sequence[Store]) -> Message:
    buttons = [Button(x.name, data=f"f:{import_id}:{x.id}") for x in stores]
    return Message(t("import.which_store", file=escape(file_name)), rows(buttons))


def progress(step: Progress, t: Translator) -> Message:
    share = t.percent(step.done / step.total, 0) if step.total else ""
    return Message(t(f"import.progress.{step.stage}", rows=t.number(step.done), share=share))


def report(report: Report, t: Translator, import_id: int, file_name: str = "") -> Message:
    """The report; Undo stands under it where something was changed."""
    changed = report.new + report.changed > 0
    keyboard = ((Button(t("import.undo"), data=f"u:{import_id}"),),) if changed else ()
    return Message("\n".join(_lines(report, t, file_name)), keyboard)


def _lines(r: Report, t: Translator, file_name: str) -> list[str]:
    done = "nothing" if r.read and r.read == r.unchanged else "done"
    lines = [t(f"import.{done}", file=f"<b>{escape(file_name)}</b>")]
    about = [t(f"import.platform.{r.platform}"), r.encoding.upper()]
    if r.days:
        about.append(" – ".join(dict.fromkeys(r.days)).replace("-", NO_BREAK_HYPHEN))
    lines.append(" · ".join(about))
    counts = {x: t.number(getattr(r, x)) for x in _COUNTS}
    lines.append(t("import.counts", **counts))
    if r.sums.orders:
        lines += _sums(r, t)
    return lines + _problems(r, t)


_COUNTS = ("read", "new", "changed", "unchanged", "refused")


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
        if c.total or c.role in ("total", "paid", "net")
    ]
    return [*lines, *columns, *(_check(c, t) for c in sums.checks)]


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
    return Message(t("import.undone", restored=restored, removed=removed))
