"""/issuestats and its buttons."""

from __future__ import annotations

from bot.aftersales import tally
from bot.aftersales.tally import Asked
from bot.context import Turn
from bot.db.people import Question
from bot.errors import UserError
from bot.message import Message
from bot.metrics import questions
from bot.metrics.scope import Scope
from bot.render import issuestats
from bot.render.look import style
from handlers import exports
from handlers.exports import scope_here, sees_costs


def show(turn: Turn) -> None:
    """`/issuestats [period] [by what]`."""
    here = scope_here(turn)
    asked = tally.read(turn.s, here, turn.event.text, turn.today)
    turn.say(_answer(turn, here, asked, _keep(turn, asked)))


def change(turn: Turn) -> None:
    """`st:<question>:<change>`: another period or axis in place; `x`: as a file."""
    token, _, code = turn.event.data.partition(":")
    row = questions.recall(turn.s, token, turn.team_id, turn.event.chat, turn.now)
    here, asked = scope_here(turn), tally.from_json(row.query)
    if asked is None:
        raise UserError("ask.forgotten")
    if code == "x":
        exports.desk(turn, here, asked, "xlsx")
        return
    asked = tally.change(asked, code, turn.today)
    message = _answer(turn, here, asked, _keep(turn, asked))
    (turn.say if row.anew else turn.edit)(message)


def _answer(turn: Turn, here: Scope, asked: Asked, token: str) -> Message:
    found = tally.tally(turn.s, here, asked, turn.today, turn.now)
    look = issuestats.Look(
        turn.today, turn.now, turn.zone, style(turn.t.language, turn.colours), sees_costs(turn),
        len(here.stores), len({x.platform for x in turn.stores}),
    )  # fmt: skip
    return issuestats.answer(asked, found, turn.t, token, look)


def _keep(turn: Turn, asked: Asked) -> str:
    token, team, kept = questions.token(), turn.team_id, tally.to_json(asked)
    turn.keep_here(
        lambda chat: Question(id=token, team_id=team, chat_id=chat, query=kept, asked_at=turn.now)
    )
    return token
