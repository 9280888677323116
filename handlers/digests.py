"""What waits behind the buttons of a digest."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.context import Turn
from bot.db.people import Question
from bot.digests import content
from bot.digests.content import Sending
from bot.metrics import query as queries
from bot.metrics import questions
from bot.render import digest
from bot.render.look import style


def review(turn: Turn) -> None:
    """`review:<question>`: a week or a month looked back on, as a message of its own."""
    row = questions.recall(turn.s, turn.event.data, turn.team_id, turn.event.chat, turn.now)
    stores = [x.id for x in turn.stores if x.id is not None]
    zone = turn.binding.timezone if turn.binding else turn.stores[0].timezone
    span = queries.from_json(row.query).span
    sending = Sending(ZoneInfo(zone), turn.now)
    found = content.look(turn.s, turn.team_id, stores, span, sending)
    token, team, query = questions.token(), turn.team_id, queries.to_json(found.query)
    turn.keep_here(
        lambda chat: Question(
            id=token, team_id=team, chat_id=chat, query=query, anew=True, asked_at=turn.now
        )
    )
    turn.say(digest.morning(found, turn.t, style(turn.t.language, turn.colours), token))
