"""/link: a group or topic is bound to stores; and what Telegram does to our place in a chat."""

from __future__ import annotations

from sqlmodel import select

from bot import inbox, teams
from bot.config import Language
from bot.context import House, Turn
from bot.db.moves import move_chat
from bot.db.people import Chat, Store
from bot.errors import UserError
from bot.i18n import language_of
from bot.message import Message
from bot.render import notices


def link(turn: Turn) -> None:
    """One store binds at once; of several one is chosen."""
    stores = teams.stores(turn.s, turn.team_id)
    if not stores:
        raise UserError("store.none")
    if len(stores) == 1:
        turn.say(_bind(turn, stores))
    else:
        turn.say(notices.choose_stores(turn.t, stores))


def choose(turn: Turn) -> None:
    """`link:<store id>` or `link:all`."""
    stores = teams.stores(turn.s, turn.team_id)
    chosen = [x for x in stores if turn.event.data in (str(x.id), "all")]
    if not chosen:
        raise UserError("store.gone")
    turn.edit(_bind(turn, chosen))


def _bind(turn: Turn, stores: list[Store]) -> Message:
    e, defaults = turn.event, turn.house.config.defaults
    language: Language = language_of(e.language_code, defaults.language)
    row = teams.chat(turn.s, e.chat, e.chat_kind, e.chat_title)
    binding = teams.link(turn.s, row, e.thread_id, stores, language, defaults, turn.now)
    return notices.linked(turn.t, stores, binding)


def migration(house: House, update_id: int, old: int, new: int) -> None:
    """A group became a supergroup, and keeps everything."""
    with house.db.write() as s:
        inbox.settle(s, house.bot_id, update_id, house.clock.now())
        move_chat(s, old, new)


def membership(house: House, update_id: int, telegram_id: int, status: str) -> None:
    """Kicked or let in again: pushes to the chat stop, or may go on."""
    with house.db.write() as s:
        inbox.settle(s, house.bot_id, update_id, house.clock.now())
        row = s.exec(select(Chat).where(Chat.telegram_id == telegram_id)).first()
        if row:
            out = status in ("left", "kicked")
            row.gone_at = house.clock.now() if out else None
            s.add(row)
