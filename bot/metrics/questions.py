"""Questions kept as rows, so that the buttons under an answer outlive the process."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.db.people import Chat, Question
from bot.errors import UserError
from bot.metrics import query as queries
from bot.metrics.query import Query
from bot.metrics.scope import Scope

FORGOTTEN = timedelta(days=90)


def token() -> str:
    """An id for a question, known before its row is written."""
    return secrets.token_urlsafe(6)


def recall(s: Session, id_: str, team_id: int, chat: int, now: datetime) -> Question:
    """The question behind a button pressed in a chat (by Telegram's id).

    Raises UserError for one that is too old, of another team or of another chat.
    """
    row = s.get(Question, id_)
    if row is None or row.team_id != team_id or now - row.asked_at > FORGOTTEN:
        raise UserError("ask.forgotten")
    asked_in = s.get(Chat, row.chat_id) if row.chat_id else None
    if row.chat_id and (asked_in is None or asked_in.telegram_id != chat):
        raise UserError("ask.forgotten")
    return row


def read(row: Question, here: Scope) -> Query:
    """The question; UserError where all the stores it named are no longer shown here."""
    return shown(queries.from_json(row.query), here)


def shown(query: Query, here: Scope) -> Query:
    """The same; UserError where none of the stores it names is shown here."""
    named = query.filter("store")
    if named and not {store.key for store in here.stores}.intersection(named):
        raise UserError("ask.store_gone")
    return query


def stores(query: Query, here: Scope) -> int:
    """How many stores the question is about."""
    named = query.filter("store")
    return sum(not named or store.key in named for store in here.stores)
