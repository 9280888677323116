"""The tick of the desk's weeks: on Monday each chat hears what its desk did."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot import outbox, periods, teams
from bot.aftersales import tally, weekly
from bot.aftersales.tally import Asked
from bot.aftersales.weekly import Week
from bot.context import House
from bot.db.people import Question
from bot.i18n import language_of, translator
from bot.message import Message
from bot.metrics import questions
from bot.metrics.bases import Span
from bot.metrics.scope import scope
from bot.render import issuestats
from bot.render.look import style

log = logging.getLogger(__name__)


def tick(house: House) -> None:
    """A second tick finds nothing left to do."""
    now = house.clock.now()
    with house.db.read() as s:
        weeks = weekly.due(s, now)
    for w in weeks:
        try:
            _handle(house, w, now)
        except Exception:  # one chat's trouble must not cost the others their week
            log.exception("the week of binding %s failed", w.binding.id)


def _handle(house: House, w: Week, now: datetime) -> None:
    if weekly.decide(w, now) == "expire":
        with house.db.write() as s:
            weekly.claim(s, w, "expired", now)
        return
    token = questions.token()
    with house.db.read() as s:
        message = _message(house, s, w, now, token)
    with house.db.write() as s:
        if not weekly.claim(s, w, "sent" if message else "quiet", now) or message is None:
            return
        asked = Asked(Span(w.period, "week"))
        s.add(
            Question(
                id=token, team_id=w.binding.team_id, chat_id=w.binding.chat_id,
                query=tally.to_json(asked), anew=True, asked_at=now,
            )
        )  # fmt: skip
        outbox.enqueue(
            s, f"{weekly.KIND}:{w.binding.id}:{w.period.last}",
            outbox.Address(w.binding.chat_id, thread_id=w.binding.thread_id),
            replace(message, silent=w.mode == "silent"), now,
            kind=weekly.KIND, repeatable=True, expires_at=w.useful_until,
        )  # fmt: skip


def _message(house: House, s: Session, w: Week, now: datetime, token: str) -> Message | None:
    """None where nothing happened and nothing is open."""
    binding = w.binding
    zone = ZoneInfo(binding.timezone)
    today = periods.business_day(now, zone)
    stores = teams.bound_stores(s, binding)
    here = scope(s, binding.team_id, today, [x.id or 0 for x in stores])
    if not here.stores:
        return None
    asked = Asked(Span(w.period, "week"))
    found = tally.tally(s, here, asked, today, now)
    if found.empty:
        return None
    t = translator(language_of(binding.language, house.config.defaults.language))
    look = issuestats.Look(
        today, now, zone, style(t.language, binding.colours), binding.shows_costs,
        len(stores), len({x.platform for x in stores}),
    )  # fmt: skip
    return issuestats.answer(asked, found, t, token, look)
