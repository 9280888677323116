"""Warnings of deadlines: one message with a section for each kind, cards as lines and buttons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.aftersales.views import IssueView
from bot.aftersales.watch import RULES, Alarm, Call, urgent
from bot.i18n import Translator
from bot.message import Button, Message
from bot.render import issues as cards
from bot.render.html import cells, cut, escape, quote

OPEN_LINES = 8  # of a section; the rest folds
MOST = 30
BUTTONS = 8
_WIDTH = 42  # cells of a line
_NIGHT = timedelta(hours=12)  # from now: what is due in so long is tonight's, said in the evening


def warnings(
    call: Call, alarms: Sequence[Alarm], views: Mapping[int, IssueView], t: Translator,
    now: datetime,
) -> Message:  # fmt: skip
    """What one reader has to hear; of cards with several reasons the most urgent counts."""
    said = [a for a in urgent(alarms) if a.issue_id in views]
    sections = []
    for rule in RULES:
        found = [views[a.issue_id] for a in said if a.rule == rule]
        if found:
            head = f"<b>{escape(_head(rule, call, found, t, now))}</b>"
            lines = [line(v, call.reader.id if call.reader.role else 0, t, now) for v in found]
            sections.append("\n".join([head, *folded(lines, t)]))
    listed = [views[a.issue_id] for a in said[:BUTTONS]]
    buttons = [Button(f"#{v.no}", data=cards.data(v, "open")) for v in listed]
    return Message(
        "\n\n".join(sections), cards.across(buttons, 4), silent=call.silent,
        repeat_mark=t("digest.repeat"),
    )  # fmt: skip


def _head(rule: str, call: Call, found: Sequence[IssueView], t: Translator, now: datetime) -> str:
    n = len(found)
    if rule != "shift":
        return t(f"deadlines.head.{rule}", n=n)
    zone = found[0].zone
    tonight = all(_tonight(v.due_at, now, zone) for v in found if v.due_at)
    head = t("deadlines.head.tonight" if tonight else "deadlines.head.shift", n=n)
    if call.ends is None or not call.reader.role:
        return head
    return t(
        "deadlines.before_you_go", head=head, at=t.clock(call.ends, zone).replace("00:00", "24:00")
    )


def _tonight(due: datetime, now: datetime, zone: ZoneInfo) -> bool:
    """Said in the afternoon or evening, of what ends before the next morning is over."""
    return now.astimezone(zone).hour >= 15 and due - now <= _NIGHT


def line(view: IssueView, reader: int, t: Translator, now: datetime) -> str:
    """03:12 #123 仅退款 苹果礼盒5斤 ¥29.90 · 小王; the reader's own without their name."""
    at = _moment(view, t, now)
    head = " ".join(x for x in (at, f"#{view.no}", "❗" if view.urgent else "") if x)
    sum_ = "" if view.amount is None else t.money(view.amount, view.currency)
    who = view.assignee or t("desk.card.nobody")
    end = "" if view.assignee_id == reader and reader else f" · {cut(who, 8)}"
    about = " ".join(x for x in (cards.named(view, t), view.product or cards.why(view, t)) if x)
    room = _WIDTH - cells(head) - cells(sum_) - cells(end) - 2
    words = " ".join(x for x in (cut(about, max(room, 14)), sum_) if x)
    return f"<b>{escape(head)}</b> {escape(words)}{escape(end)}"


def _moment(view: IssueView, t: Translator, now: datetime) -> str:
    """The clock; with the date where it could be mistaken."""
    if view.due_at is None:
        return ""
    if abs(view.due_at - now) <= _NIGHT:
        return t.clock(view.due_at, view.zone)
    return cards.moment(view.due_at, view, t, now)


def folded(lines: Sequence[str], t: Translator) -> list[str]:
    """The first lines open, more in a quote, the rest as a count."""
    kept = list(lines[:OPEN_LINES])
    if more := lines[OPEN_LINES:MOST]:
        kept.append(quote(more))
    if len(lines) > MOST:
        kept.append(t("deadlines.more", n=len(lines) - MOST))
    return kept
