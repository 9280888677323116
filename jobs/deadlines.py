"""The tick of the deadlines: what is due to be said is claimed and queued, what has passed is noted."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime

from bot import desk, outbox
from bot.aftersales import calls, roster, watch
from bot.aftersales.watch import Alarm, Call
from bot.context import House
from bot.db.desk import Issue
from bot.i18n import language_of, translator
from bot.outbox import Address
from bot.render import warnings

log = logging.getLogger(__name__)

CARD = "card"  # kind of the edits: the talk of a chat goes first
AT_ONCE = 20  # cards touched in one transaction


def tick(house: House) -> None:
    """Decide for every team; where nothing is due no write begins, and a second tick finds nothing."""
    now = house.clock.now()
    with house.db.read() as s:
        rosters = roster.load(s, calls.watched(s), house.config.defaults)
        facts = calls.facts(s, now, watch.horizon(rosters.values(), now))
        recent, since = (calls.recent(s, now), calls.restored(s)) if facts else ({}, None)
    for team, known in facts.items():
        try:
            decision = watch.decide(known, rosters[team], now, recent, since)
            for some in _slices(decision.missed):
                _miss(house, some, now)
            for call in decision.calls:
                _say(house, call, now)
        except Exception:  # one team's trouble must not cost the others their warnings
            log.exception("the deadlines of team %s failed", team)


def _miss(house: House, ids: Sequence[int], now: datetime) -> None:
    with house.db.write() as s:
        for issue in calls.miss(s, ids, now):
            desk.changed(s, house, issue, now, CARD)


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
    # the time that is left, and its colour, on the cards as well; were we to stop here, it is said
    # at the next change
    for some in _slices(sorted({a.issue_id for a in ours})):
        with house.db.write() as s:
            for issue_id in some:
                desk.changed(s, house, s.get_one(Issue, issue_id), now, CARD)


def _slices(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[i : i + AT_ONCE] for i in range(0, len(ids), AT_ONCE))


def _key(first: Alarm) -> str:
    """As once as the claim of the first thing it says."""
    due = int(first.due_at.timestamp())
    return f"{roster.PUSH}:{first.reader}:{first.rule}:{first.issue_id}:{due}"


def _until(said: list[Alarm]) -> datetime:
    """Useful as long as one of its deadlines lies ahead, or is news."""
    news = {"missed": watch.NEWS, "answer": watch.ANSWER_NEWS}
    return max(a.due_at + news[a.rule] if a.rule in news else a.due_at for a in said)
