"""/status: whether the bot works, what it has open, and when it speaks next."""

from __future__ import annotations

import time
from zoneinfo import ZoneInfo

from bot import status, teams
from bot.context import Turn
from bot.render import status as render


def show(turn: Turn) -> None:
    """Everything in private; in a group only what concerns it."""
    house = turn.house
    seen = status.look(
        turn.s, house.db, house.config, turn.team_id, house.vitals.signs, turn.now, time.monotonic()
    )
    stores = teams.stores(turn.s, turn.team_id)
    zone = ZoneInfo(stores[0].timezone if stores else house.config.defaults.timezone)
    if turn.event.chat_kind == "private":
        turn.say(render.full(turn.t, seen, turn.now, zone))
    else:
        turn.say(render.short(turn.t, seen, turn.now, zone, turn.event.chat))
