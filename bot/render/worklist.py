"""What a list of refunds came to: refunds by state, what became of the cards, the first deadlines."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from zoneinfo import ZoneInfo

from bot.i18n import Translator
from bot.ingest.report import Due, Report, UndoResult
from bot.message import Button, Keyboard, Message
from bot.money import digits

STATES = ("open", "done", "closed")
COUNTS = ("opened", "joined", "changed", "reopened", "closed", "gone")


def touched(r: Report) -> bool:
    """Whether any card was changed, even where no refund was."""
    w = r.worklist
    return w is not None and any(getattr(w, x) for x in COUNTS)


def lines(r: Report, t: Translator) -> list[str]:
    found = []
    w = r.worklist
    for c in r.sums.columns:
        if c.role == "refund":
            total = t.money(round(c.total * 10 ** digits(r.currency)), r.currency)
            found.append(t("import.day.amount", column=escape(c.header), sum=total))
    if w is None:
        return found
    states = [
        t(f"worklist.state.{x}", n=t.number(w.refunds[x])) for x in STATES if w.refunds.get(x)
    ]
    found.append(t("worklist.refunds", states=t("answer.separator").join(states)))
    counts = [t(f"worklist.{x}", n=t.number(n)) for x in COUNTS if (n := getattr(w, x))] or [
        t("worklist.nothing")
    ]
    found.append(t("worklist.cards", counts=t("answer.separator").join(counts)))
    if w.absent:
        found.append(t("worklist.absent" if w.full else "worklist.not_full", n=t.number(w.absent)))
    if w.next:
        dues = [_due(x, t, ZoneInfo(w.zone)) for x in w.next]
        found.append(t("worklist.next", dues=t("answer.separator").join(dues)))
    return found


def buttons(r: Report, t: Translator) -> Keyboard:
    """To the cards: they are many, and none is posted by itself."""
    w = r.worklist
    if w is None or not w.waiting:
        return ()
    return ((Button(t("worklist.show", n=t.number(w.waiting)), data=f"il:{w.store_id}:open:0"),),)


def _due(due: Due, t: Translator, zone: ZoneInfo) -> str:
    at = datetime.fromtimestamp(due.at, UTC).astimezone(zone)
    return f"#{due.no} {t.short_date(at.date())} {at:%H:%M}"


def undone(result: UndoResult, t: Translator) -> Message:
    text = t(
        "worklist.undone", restored=t.number(result.restored), removed=t.number(result.removed),
        cards=t.number(result.cards),
    )  # fmt: skip
    if result.left:
        named = " ".join(f"#{no}" for no in result.left[:10]) + (
            " …" if len(result.left) > 10 else ""
        )
        text += "\n" + t("worklist.left", n=t.number(len(result.left)), cards=named)
    return Message(text)
