"""How fast Telegram may be spoken to: a row for each chat, and one for all of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col

from bot.db import insert_new
from bot.db.wire import ChatPace

EVERYWHERE = 0


def _interval(address: int) -> timedelta:
    """Telegram's tuning figures: 1/s in a private chat, 20/min in a group, 30/s overall."""
    if address == EVERYWHERE:
        return timedelta(seconds=1 / 25)
    return timedelta(seconds=1 if address > 0 else 3)


def _burst(address: int) -> int:
    return 25 if address == EVERYWHERE else 3


def _ahead(address: int) -> timedelta:
    """How far `next_at` may lie ahead of a chat that may be spoken to at once."""
    return _interval(address) * (_burst(address) - 1)


def pace(s: Session, address: int, now: datetime) -> ChatPace:
    """The row, ours until the commit: two processes spend from the same."""
    pace = s.get(ChatPace, address, with_for_update=True)
    if pace is None:
        insert_new(s, ChatPace, {"address": address, "next_at": now})
        pace = s.get(ChatPace, address, with_for_update=True)
    assert pace
    if pace.next_at > now + _ahead(address) + _interval(address):
        pace.next_at = now  # never so far ahead, unless the clock was set back
    return pace


def wait(pace: ChatPace, now: datetime) -> float:
    """Seconds until this chat may be spoken to again (generic cell rate algorithm)."""
    free_at = pace.next_at - _ahead(pace.address)
    if pace.blocked_until:
        free_at = max(free_at, pace.blocked_until)
    return (free_at - now).total_seconds()


def must_wait(now: datetime) -> ColumnElement[bool]:
    """`wait` > 0, for the order of a query."""
    private = col(ChatPace.address) > 0
    return or_(
        and_(private, col(ChatPace.next_at) > now + _ahead(1)),
        and_(~private, col(ChatPace.next_at) > now + _ahead(-1)),
        col(ChatPace.blocked_until) > now,
    )


def spend(pace: ChatPace, now: datetime) -> None:
    pace.next_at = max(pace.next_at, now) + _interval(pace.address)
