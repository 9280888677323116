"""Which command menus were given to whom, so that only changes are set."""

from __future__ import annotations

from sqlalchemy import delete
from sqlmodel import Session, col, select

from bot.db.people import Member, Menu

EVERYBODY = 0  # nobody's id: the menus of all chats, and the words about the bot itself


def given(s: Session, bot_id: int) -> dict[int, str]:
    """Telegram id → digest of the menu that was set."""
    people = select(Menu).where(Menu.bot_id == bot_id, Menu.telegram_id != EVERYBODY)
    return {m.telegram_id: m.digest for m in s.exec(people)}


def shown(s: Session, bot_id: int) -> str:
    """Digest of what everybody is shown, as it was last looked at; "" if never."""
    row = s.get(Menu, (bot_id, EVERYBODY))
    return row.digest if row else ""


def places(s: Session) -> dict[int, Member]:
    """Everybody in a team by Telegram id; of somebody in several, the chosen place counts."""
    chosen = col(Member.active_at)  # the last row of a person stands: `teams.memberships` reversed
    query = select(Member).where(col(Member.left_at).is_(None))
    query = query.order_by(chosen.is_not(None), chosen, col(Member.id).desc())
    return {m.telegram_id: m for m in s.exec(query)}


def grant(s: Session, bot_id: int, telegram_id: int, digest: str) -> None:
    s.merge(Menu(bot_id=bot_id, telegram_id=telegram_id, digest=digest))


def take(s: Session, bot_id: int, telegram_id: int) -> None:
    s.exec(delete(Menu).where(col(Menu.bot_id) == bot_id, col(Menu.telegram_id) == telegram_id))


def forget(s: Session) -> None:
    """Telegram itself has forgotten them: a demo's always has."""
    s.exec(delete(Menu))
