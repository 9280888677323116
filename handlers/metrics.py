"""/today … /ask, plain questions and their buttons."""

from __future__ import annotations

import secrets

from bot.context import Turn
from bot.db.people import Question
from bot.errors import UserError
from bot.message import Message
from bot.metrics import compute
from bot.metrics import query as queries
from bot.metrics.ask import ask as understand
from bot.metrics.query import Query
from bot.metrics.scope import Scope, scope, vocabulary
from bot.render import reports
from bot.render.look import style
from bot.render.reports import Look


def today(turn: Turn) -> None:
    _panel(turn, "today")


def yesterday(turn: Turn) -> None:
    _panel(turn, "yesterday")


def week(turn: Turn) -> None:
    _panel(turn, "week")


def month(turn: Turn) -> None:
    _panel(turn, "month")


def _panel(turn: Turn, period: str) -> None:
    here = _scope(turn)
    has_today = vocabulary(turn.s, here, turn.today).has_today
    _say(turn, here, queries.panel(period, turn.today, here.promotions, has_today=has_today))


def ask(turn: Turn) -> None:
    """A question in words; without any, how to ask."""
    if not turn.event.text:
        raise UserError("ask.empty")
    words(turn)


def words(turn: Turn) -> None:
    here = _scope(turn)
    known = vocabulary(turn.s, here, turn.today)
    asked = understand(turn.event.text, turn.today, known)
    if asked.unknown:
        token = _keep(turn, asked.query)
        turn.say(reports.not_understood(asked, turn.t, token, _look(turn, here)))
        return
    _say(turn, here, queries.with_usual_base(asked.query, here.promotions))


def change(turn: Turn) -> None:
    """`q:<question>:<change>`: the question's row holds the rest, so a button outlives restarts."""
    token, _, code = turn.event.data.partition(":")
    row = turn.s.get(Question, token)
    if row is None or row.team_id != turn.team_id:
        raise UserError("ask.forgotten")
    here = _scope(turn)
    asked = queries.from_json(row.query)
    query = queries.change(asked, code, turn.today, here.promotions)
    turn.edit(_answer(turn, here, query))


def _scope(turn: Turn) -> Scope:
    stores = [x.id for x in turn.stores if x.id is not None]
    if not stores:
        raise UserError("store.none")
    return scope(turn.s, turn.team_id, turn.today, stores)


def _say(turn: Turn, here: Scope, query: Query) -> None:
    turn.say(_answer(turn, here, query))


def _answer(turn: Turn, here: Scope, query: Query) -> Message:
    """Figures, words and buttons; the question is kept for them."""
    reading = compute.answer(turn.s, here, query, turn.today, turn.now)
    return reports.answer(reading, turn.t, _keep(turn, query), _look(turn, here))


def _keep(turn: Turn, query: Query) -> str:
    token = secrets.token_urlsafe(6)
    kept = queries.to_json(query)
    turn.keep(Question(id=token, team_id=turn.team_id, query=kept, asked_at=turn.now))
    return token


def _look(turn: Turn, here: Scope) -> Look:
    return Look(turn.today, style(turn.t.language, turn.colours), here.promotions)
