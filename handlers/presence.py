"""The doors of Telegram's own news about a chat: it moved, a topic opened, we came or went."""

from __future__ import annotations

from bot import boards, inbox, presence
from bot.context import House, Reach
from bot.db.moves import move_chat
from bot.presence import Change, Scene
from handlers import hearing


def migration(house: House, update_id: int, old: int, new: int) -> None:
    """A group became a supergroup, and keeps everything."""
    with house.db.write() as s:
        inbox.settle(s, house.bot_id, update_id, house.clock.now())
        move_chat(s, old, new)


def membership(house: House, change: Change, reach: Reach) -> None:
    now, config = house.clock.now(), house.config
    with house.db.write() as s:
        inbox.settle(s, house.bot_id, change.update_id, now)
        scene = Scene(s, now, config.defaults.language)
        presence.changed(scene, change, config.telegram.owners)
        if change.is_in:
            hearing.moved(house, s, change.update_id, change.chat, reach)
            boards.risen(scene, change.chat)


def reopened(house: House, update_id: int, chat: int, thread_id: int) -> None:
    now = house.clock.now()
    with house.db.write() as s:
        inbox.settle(s, house.bot_id, update_id, now)
        presence.reopened(Scene(s, now, house.config.defaults.language), chat, thread_id)
