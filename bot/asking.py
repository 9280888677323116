"""Questions and digests for a machine without a chat: `storebot ask` and `storebot digest`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from bot import periods
from bot.config import Config, Language
from bot.db import Database
from bot.db.people import Binding, Store, Team
from bot.delivery import plain
from bot.digests import content, due, whole
from bot.digests.content import Sending
from bot.digests.due import Morning, Wish
from bot.errors import UserError
from bot.i18n import language_of, translator
from bot.message import Message
from bot.metrics import compute
from bot.metrics import query as queries
from bot.metrics.ask import Asked
from bot.metrics.ask import ask as understand
from bot.metrics.bases import Span
from bot.metrics.reading import Reading
from bot.metrics.scope import Scope, scope, vocabulary
from bot.render import data, digest, reports
from bot.render.look import style
from bot.render.reports import Look

_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Answer:
    """For a terminal: bare text, the object of `--json`, and the picture's spec ("" for none)."""

    text: str
    picture: str
    data: dict[str, Any]
    understood: bool = True


class Desk:
    """Answers about one store, or about all of the first team. Raises UserError without a store."""

    def __init__(
        self, db: Database, config: Config, store: Store | None, today: str, language: str
    ) -> None:
        self._db = db
        self._today = date.fromisoformat(today) if today else None
        self._now = datetime.now(UTC)
        self._language: Language = language_of(language, config.defaults.language)
        self._t = translator(self._language)
        colours = "green-up" if self._language == "en" else "red-up"
        self._style = style(self._language, colours)
        self._store = store
        self._digest_at = config.defaults.digest_at

    def answer(self, text: str) -> Answer:
        with self._db.read() as s:
            here, today = self._scope(s)
            try:
                asked = understand(text, today, vocabulary(s, here, today))
            except UserError as e:
                return self._refusal(text, e)
            look = Look(today, self._style, here.promotions)
            if asked.unknown:
                message = reports.not_understood(asked, self._t, "", look)
                return self._said(message, asked, None, today)
            live = self._live(today)
            query = queries.with_usual_base(asked.query, here.promotions)
            message = reports.answer(compute.answer(s, here, query, today, live), self._t, "", look)
            # data holds what was asked for; the usual comparison is for people
            reading = compute.answer(s, here, asked.query, today, live)
            return self._said(message, asked, reading, today)

    def digest(self, day: str) -> Answer:
        with self._db.read() as s:
            here, _ = self._scope(s)
            zones = [x.timezone for x in here.stores]
            reported = date.fromisoformat(day) if day else due.reported(self._now, zones)
            sending = self._sending(s, here, reported)
            span = Span(periods.day(reported), "day")
            found = content.look(s, here.team_id, here.ids, span, sending)
            if reported == due.reported(self._now, zones):  # of another day nothing is due today
                found = replace(found, desk=content.desk(s, here, self._now, sending.zone))
        message = digest.morning(found, self._t, self._style, "")
        return Answer(plain(message), message.picture, {})

    def _sending(self, s: Session, here: Scope, reported: date) -> Sending:
        """As it would go now to a chat with the settings of a new one."""
        zone = here.stores[0].timezone
        binding = Binding(
            team_id=here.team_id, chat_id=0, language=self._language, timezone=zone,
            created_at=_EVER,
        )  # fmt: skip
        wish = Wish(binding, "on", self._digest_at, "off")
        times = due.times(wish, reported)
        states = whole.states(s, [(x, reported) for x in here.ids])
        ready = max(whole.last_imports(s, here.ids).values(), default=None)
        decision = due.decide(Morning(wish, times, tuple(states.values()), ready), self._now)
        return Sending(ZoneInfo(zone), times.planned_at, decision.late, decision.waited)

    def _scope(self, s: Session) -> tuple[Scope, date]:
        team_id = self._store.team_id if self._store else s.exec(select(Team.id)).first()
        if team_id is None:
            raise UserError("store.none")
        chosen = [self._store.id] if self._store and self._store.id else None
        first = scope(s, team_id, self._now.date(), chosen).stores
        if not first:
            raise UserError("store.none")
        zone = ZoneInfo(first[0].timezone)
        today = self._today or periods.business_day(self._now, zone)
        return scope(s, team_id, today, chosen), today

    def _live(self, today: date) -> datetime | None:
        """The hour counts only where today is really today."""
        return None if self._today and self._today != today else self._now

    def _said(self, message: Message, asked: Asked, reading: Reading | None, today: date) -> Answer:
        found = data.answer_json(asked, reading, self._t, today)
        return Answer(plain(message), message.picture, found, not asked.unknown)

    def _refusal(self, text: str, e: UserError) -> Answer:
        """A question that cannot be read at all: one line, and all of it unknown."""
        words = self._t(f"error.{e.key}", **e.params)
        empty: dict[str, Any] = {"understood": None, "rows": [], "total": {}, "notes": [words],
                 "unknown": [text], "suggestions": []}  # fmt: skip
        return Answer(words, "", empty, understood=False)
