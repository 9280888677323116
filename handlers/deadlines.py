"""/deadlines and /reasons: what the team sets of its desk; /handover: what a shift leaves behind."""

from __future__ import annotations

from bot import desk
from bot.aftersales import deadlines, handover, reasons, rules, scope
from bot.context import Turn
from bot.db.people import Member
from bot.render import deadlines as render
from bot.render import handover as shift


def show(turn: Turn) -> None:
    """`/deadlines`, `/deadlines 淘宝`; `/deadlines 淘宝 仅退款 24h`, `… 默认`, `… 无` sets a row."""
    asked = rules.read(turn.event.text)
    if not asked.edits:
        named = [x.platform for x in turn.stores] if asked.platform is None else [asked.platform]
        turn.say(render.page(turn.t, rules.shown(turn.s, turn.team_id, named)))
        return
    moved = rules.apply(turn.s, _me(turn), asked, turn.now)
    for issue in moved:
        desk.changed(turn.s, turn.house, issue, turn.now, "card")
    table = deadlines.table(turn.s, turn.team_id)
    value = table.value(asked.platform or "", asked.type, asked.state)
    turn.say(render.changed(turn.t, asked, value, len(moved)))


def why(turn: Turn) -> None:
    """`/reasons`; `/reasons + 漏液`, `/reasons - 发票`."""
    if turn.event.text.strip():
        name, added = reasons.change(turn.s, _me(turn), turn.event.text.strip(), turn.now)
        turn.say(render.reason_changed(turn.t, name, added=added))
    else:
        turn.say(render.reasons(turn.t, reasons.of(turn.s, turn.team_id)))


def hand_over(turn: Turn) -> None:
    """`/handover`, 交接班, /jb: in a group of the stores it shows."""
    private = turn.event.chat_kind == "private"
    stores = None if private else frozenset(x.id or 0 for x in turn.stores)
    bounds = scope.of(turn.s, _me(turn), stores)
    turn.say(shift.page(handover.look(turn.s, bounds, turn.zone, turn.now), turn.t, turn.zone))


def _me(turn: Turn) -> Member:
    assert turn.member  # the rule lets nobody else through
    return turn.member
