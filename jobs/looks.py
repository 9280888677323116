"""Looks at what stands in chats and must stay true: the pinned boards."""

from __future__ import annotations

import logging

from bot import boards
from bot.context import House
from bot.presence import Scene

log = logging.getLogger(__name__)


def tick(house: House) -> None:
    """Edit the boards that show something else by now."""
    now, default = house.clock.now(), house.config.defaults.language
    with house.db.read() as s:
        every = boards.waiting(s)
    for binding_id in every:
        try:
            with house.db.read() as s:
                now_is = boards.stale(Scene(s, now, default), binding_id)
            if now_is is not None:
                with house.db.write() as s:
                    boards.edit(Scene(s, now, default), binding_id, now_is)
        except Exception:  # one board must not keep the others from theirs
            log.exception("the board of link %d could not be looked at", binding_id)
