"""The tick of the mornings: what is due is claimed, built and queued; what is missing is asked for."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot import outbox, teams
from bot.context import House
from bot.db.people import Question
from bot.digests import content, due, reviews
from bot.digests.content import Digest, Sending
from bot.digests.due import Decision, Morning
from bot.digests.whole import StoreState
from bot.i18n import Translator, language_of, translator
from bot.message import Message
from bot.metrics import query as queries
from bot.metrics.bases import Span
from bot.metrics.scope import scope
from bot.periods import DAY, day
from bot.render import digest
from bot.render.look import style

log = logging.getLogger(__name__)


def tick(house: House) -> None:
    """Decide every linked chat's morning; a second tick finds nothing left to do."""
    now = house.clock.now()
    with house.db.read() as s:
        mornings = due.mornings(s, now)
    desk = _Desk(house, now)
    for morning in mornings:
        decision = due.decide(morning, now)
        if decision.action == "wait":
            continue
        try:
            desk.handle(morning, decision)
        except Exception:  # one chat's trouble must not cost the others their morning
            log.exception("the morning of binding %s failed", morning.wish.binding.id)


Figures = tuple[int, tuple[int, ...], date]


@dataclass
class _Desk:
    """One tick's work. Chats that speak of the same stores share the figures."""

    house: House
    now: datetime
    _built: dict[Figures, Digest] = field(default_factory=dict)

    def handle(self, morning: Morning, decision: Decision) -> None:
        if decision.action == "nudge":
            self._nudge(morning)
        elif decision.action == "expire":
            with self.house.db.write() as s:
                due.claim(s, morning, "digest", "expired", self.now)
        else:
            self._send(morning, decision)

    def _send(self, morning: Morning, decision: Decision) -> None:
        wish = morning.wish
        with self.house.db.read() as s:
            found = self._digest(s, morning, decision)
        quiet = wish.mode == "trouble" and not content.troubles(found)
        message, questions = self._words(morning, found)
        state = "quiet" if quiet else _state(decision)
        with self.house.db.write() as s:
            if not due.claim(s, morning, "digest", state, self.now) or quiet:
                return
            s.add_all(questions)
            message = replace(message, silent=wish.mode == "silent")
            self._say(s, morning, "digest", message, morning.times.useful_until)

    def _digest(self, s: Session, morning: Morning, decision: Decision) -> Digest:
        binding, states = morning.wish.binding, morning.stores
        reported = states[0].day
        missed = reported - DAY if self._missed(s, morning) else None
        sending = Sending(
            ZoneInfo(binding.timezone), morning.times.planned_at, decision.late,
            decision.waited, missed,
        )  # fmt: skip
        ids = tuple(x.store_id for x in states)
        key = (binding.team_id, ids, reported)
        if key not in self._built:
            here = scope(s, binding.team_id, reported + DAY, ids)
            span = Span(day(reported), "day")
            self._built[key] = content.build(s, here, states, span, sending)
        zone = ZoneInfo(binding.timezone)
        desk = content.desk(s, scope(s, binding.team_id, reported + DAY, ids), self.now, zone)
        return replace(self._built[key], sending=sending, desk=desk)

    def _missed(self, s: Session, morning: Morning) -> bool:
        """The one before was never sent, or never got through."""
        before = _key(morning, "digest", morning.times.date - DAY)
        return morning.missed or outbox.state(s, before) == "expired"

    def _words(self, morning: Morning, found: Digest) -> tuple[Message, list[Question]]:
        """The message, and the questions behind its buttons."""
        binding = morning.wish.binding
        t = self._t(binding.language)
        query = queries.to_json(found.query)
        asked = [("", query), *reviews.due(found.day, found.query)]
        questions = [
            Question(
                id=secrets.token_urlsafe(6),
                team_id=binding.team_id,
                chat_id=binding.chat_id,
                query=x,
                anew=True,
                asked_at=self.now,
            )
            for _, x in asked
        ]
        waiting = [(unit, q.id) for (unit, _), q in zip(asked, questions, strict=True) if unit]
        look = style(t.language, binding.colours)
        return digest.morning(found, t, look, questions[0].id, waiting), questions

    # nudges --------------------------------------------------------------------------------

    def _nudge(self, morning: Morning) -> None:
        wish, times = morning.wish, morning.times
        zone = ZoneInfo(wish.binding.timezone)
        t = self._t(wish.binding.language)
        message = digest.nudge(morning.stores, t, times.planned_at, times.cut_off_at, zone)
        with self.house.db.write() as s:
            if not due.claim(s, morning, "nudge", "sent", self.now):
                return
            message = replace(message, silent=wish.nudge_mode == "silent")
            self._say(s, morning, "nudge", message, times.cut_off_at)
            self._nudge_members(s, morning)

    def _nudge_members(self, s: Session, morning: Morning) -> None:
        """In private, once a day however many chats miss the files of the same stores."""
        owing = {p.member_id for x in morning.stores for p in x.lacking if p.member_id}
        zone, until = ZoneInfo(morning.wish.binding.timezone), morning.times.cut_off_at
        for member in teams.members(s, morning.wish.binding.team_id):
            if member.id not in owing:
                continue
            chat = teams.private_chat(s, member)
            if chat is None:
                continue  # who never spoke to us cannot be written to
            theirs = [y for x in morning.stores if (y := _of(x, member.id)).pieces]
            t = self._t(member.language)
            message = digest.nudge_member(theirs, t, t.clock(until, zone))
            stores = ",".join(str(x.store_id) for x in theirs)
            outbox.enqueue(
                s, f"nudge:{member.id}:{theirs[0].day}:{stores}", outbox.Address(chat.id), message,
                self.now, kind="nudge", expires_at=until,
            )  # fmt: skip

    # both ----------------------------------------------------------------------------------

    def _say(
        self, s: Session, morning: Morning, kind: str, message: Message, until: datetime
    ) -> None:
        binding = morning.wish.binding
        outbox.enqueue(
            s, _key(morning, kind, morning.times.date),
            outbox.Address(binding.chat_id, thread_id=binding.thread_id), message, self.now,
            kind=kind, repeatable=True, expires_at=until,
        )  # fmt: skip

    def _t(self, language: str) -> Translator:
        return translator(language_of(language, self.house.config.defaults.language))


def _key(morning: Morning, kind: str, day: date) -> str:
    return f"{kind}:{morning.wish.binding.id}:{day}"


def _state(decision: Decision) -> str:
    if decision.action == "partial":
        return "partial"
    return "late" if decision.late else "sent"


def _of(state: StoreState, member_id: int | None) -> StoreState:
    """What one member owes of a store."""
    return replace(state, pieces=tuple(p for p in state.lacking if p.member_id == member_id))
