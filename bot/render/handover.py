"""交接班: what is open, by person and deadline; what waits; what this shift did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.aftersales.handover import Handover
from bot.aftersales.views import IssueView
from bot.i18n import Translator
from bot.message import Message
from bot.render import html
from bot.render import issues as cards
from bot.render.html import bold, escape, quote

_OPEN = 4  # lines of a person; more fold
_DID = ("open", "resolve", "assign", "missed", "reopen", "note")  # events, in this order
_KEYS = {
    "open": "opened",
    "resolve": "solved",
    "assign": "assigned",
    "reopen": "reopened",
    "note": "notes",
}


def page(found: Handover, t: Translator, zone: ZoneInfo) -> Message:
    most = 12
    text = _text(found, t, zone, most)
    while html.visible(text) > html.LIMIT - 100 and most:
        most -= 2
        text = _text(found, t, zone, most)
    return Message(text)


def _text(found: Handover, t: Translator, zone: ZoneInfo, most: int) -> str:
    blocks = ["\n".join([bold(_title(found, t)), _totals(found, t)])]
    for name, views in found.people():
        n = len(views)
        key, words = ("person", {"name": name, "n": n}) if name else ("nobody", {"n": n})
        blocks.append(_block(t(f"handover.{key}", **words), views, t, found.at, most))
    if found.waiting:
        head = t("handover.waits", n=len(found.waiting))
        blocks.append(_block(head, found.waiting, t, found.at, most, names=True))
    return "\n\n".join([*blocks, _did(found, t, zone)])


def _title(found: Handover, t: Translator) -> str:
    turn = found.turn
    if not (turn.now and turn.next):
        return t("handover.title")
    return t("handover.shifts", now=t(f"shift.{turn.now}.name"), next=t(f"shift.{turn.next}.name"))


def _totals(found: Handover, t: Translator) -> str:
    if not found.open:
        return t("handover.empty")
    counts = {
        "late": found.late, "soon": found.soon, "waiting": len(found.waiting),
    }  # fmt: skip
    parts = [t("handover.total", n=len(found.open))]
    parts += [t(f"handover.{k}", n=n) for k, n in counts.items() if n]
    return escape("｜".join(parts))


def _block(
    head: str, views: Sequence[IssueView], t: Translator, now: datetime, most: int,
    *, names: bool = False,
) -> str:  # fmt: skip
    lines = [cards.row(v if names else replace(v, assignee=""), t, now) for v in views]
    kept = [bold(head), *lines[:_OPEN]]
    if more := lines[_OPEN : _OPEN + most]:
        kept.append(quote(more))
    if (left := len(lines) - _OPEN - most) > 0:
        kept.append(t("deadlines.more", n=left))
    return "\n".join(kept)


def _did(found: Handover, t: Translator, zone: ZoneInfo) -> str:
    parts = [
        t(f"handover.{_KEYS.get(what, what)}", n=found.did[what])
        for what in _DID
        if found.did.get(what)
    ]
    words = "｜".join(parts) or t("handover.quiet")
    return escape(t("handover.since", at=t.clock(found.turn.since, zone), what=words))
