"""The tick of the morning digest: whatever is due is claimed, built and queued."""

from __future__ import annotations

import logging
import secrets
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from bot import outbox, periods, teams
from bot.context import House
from bot.db.people import Binding, Question
from bot.digests import content, due
from bot.digests.due import Decision
from bot.i18n import language_of, translator
from bot.message import Message
from bot.metrics import query as queries
from bot.metrics.scope import scope
from bot.render import digest
from bot.render.look import style

log = logging.getLogger(__name__)


def tick(house: House) -> None:
    """Decide every linked chat's digest of today; a second tick finds nothing left to do."""
    now = house.clock.now()
    with house.db.read() as s:
        rows = due.bindings(s)
    for binding, _ in rows:
        try:
            _one(house, binding, now)
        except Exception:  # one chat's trouble must not cost the others their morning
            log.exception("the digest of binding %s failed", binding.id)


def _one(house: House, binding: Binding, now: datetime) -> None:
    decision = due.decide(binding, now)
    if decision.action == "wait":
        return
    with house.db.read() as s:
        if due.decided(s, binding, decision.day):
            return
        composed = None if decision.action == "expire" else compose(s, house, binding, decision)
    with house.db.write() as s:
        if not due.claim(s, binding, decision, now) or composed is None:
            return
        message, question = composed
        s.add(question)
        outbox.enqueue(
            s, f"digest:{binding.id}:{decision.day}",
            outbox.Address(binding.chat_id, thread_id=binding.thread_id), message, now,
            kind="digest", repeatable=True, expires_at=decision.planned_at + due.USEFUL,
        )  # fmt: skip


def compose(
    s: Session, house: House, binding: Binding, decision: Decision
) -> tuple[Message, Question] | None:
    """The message, and the question behind its buttons; None for a chat without stores."""
    stores = [x.id for x in teams.bound_stores(s, binding) if x.id is not None]
    if not stores:
        return None
    seen = scope(s, binding.team_id, decision.day + periods.DAY, stores)
    found = content.build(s, seen, decision.day, late=decision.action == "late")
    token = secrets.token_urlsafe(6)
    language = language_of(binding.language, house.config.defaults.language)
    look = style(language, binding.colours)
    message = digest.morning(found, translator(language), look, token, decision.planned_at)
    query = queries.to_json(found.query)
    message = replace(message, silent=binding.digest == "silent")
    return message, Question(
        id=token, team_id=binding.team_id, query=query, asked_at=decision.planned_at
    )
