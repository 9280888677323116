"""The tick of the deadlines: what is due to be said is claimed and queued, what has passed is noted."""

from __future__ import annotations

import logging
from datetime import datetime

from bot import desk, outbox
from bot.aftersales import calls, roster, watch
from bot.aftersales.watch import Alarm, Call
from bot.context import House
from bot.i18n import language_of, translator
from bot.outbox import Address
from bot.render import warnings

log = logging.getLogger(__name__)

AT_ONCE = 50  # cards noted in one transaction


def tick(house: House) -> None:
    """Decide for every team; where nothing is due no write begins, and a second tick finds nothing."""
    now = house.clock.now()
    with house.db.read() as s:
        facts = calls.facts(s, now)
        teams = roster.load(s, facts, house.config.defaults) if facts else {}
        recent = calls.recent(s, now) if facts else {}
    for team, known in facts.items():
        decision = watch.decide(known, teams[team], now, recent)
        try:
            for i in range(0, len(decision.missed), AT_ONCE):
                _miss(house, decision.missed[i : i + AT_ONCE], now)
            for call in decision.calls:
                _say(house, call, now)
        except Exception:  # one team's trouble must not cost the others their warnings
            log.exception("the deadlines of team %s failed", team)


def _miss(house: House, ids: tuple[int, ...], now: datetime) -> None:
    with house.db.write() as s:
        for issue in calls.miss(s, ids, now):
            desk.changed(s, house, issue, now)


def _say(house: House, call: Call, now: datetime) -> None:
    """One message of all that is still true and that nobody else took."""
    reader = call.reader
    t = translator(language_of(reader.language, house.config.defaults.language))
    with house.db.write() as s:
        ours = calls.claim(s, call, now)
        if not ours:
            return
        message = warnings.warnings(call, ours, calls.seen(s, ours), t, now)
        outbox.enqueue(
            s, _key(ours[0]), Address(reader.chat_id, thread_id=reader.thread_id), message, now,
            kind=roster.PUSH, repeatable=True, expires_at=_until(ours),
        )  # fmt: skip


def _key(first: Alarm) -> str:
    """As once as the claim of the first thing it says."""
    due = int(first.due_at.timestamp())
    return f"{roster.PUSH}:{first.reader}:{first.rule}:{first.issue_id}:{due}"


def _until(said: list[Alarm]) -> datetime:
    """Useful as long as one of its deadlines lies ahead, or is news."""
    news = {"missed": watch.NEWS, "answer": watch.ANSWER_NEWS}
    return max(a.due_at + news[a.rule] if a.rule in news else a.due_at for a in said)
