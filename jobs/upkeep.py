"""Ticks that keep the house in order: rows of dead processes, and forgetting in time."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, union, update
from sqlmodel import Session, col, select

from bot import backup, desk, joins, outbox, privacy, teams
from bot.aftersales import drafts
from bot.context import House
from bot.db.desk import Board, IssueCard
from bot.db.instance import Instance
from bot.db.people import Question, Team
from bot.db.wire import Alive, InboxRow, OutboxAttempt, OutboxRow
from bot.i18n import language_of, translator
from bot.outbox import Address
from bot.render import status

log = logging.getLogger(__name__)

WORTH_TELLING = timedelta(hours=1)  # of an absence
STALE = timedelta(days=1)
KEEP_QUESTIONS = timedelta(days=90)  # what their buttons would change has scrolled away
KEEP_OUTBOX = timedelta(days=90)  # longer than any catch-up window, so keys still stop doubles


def recover(house: House, instance: Instance) -> None:
    """Rows in flight whose process is gone are settled as "nobody knows"."""
    with house.db.read() as s:
        owners = outbox.owners(s)
    dead = instance.dead(owners)
    if not owners:
        return
    with house.db.write() as s:
        n = outbox.recover(s, house.owner, dead, house.clock.now())
    if n:
        log.warning("%d rows were in flight when their process died", n)


def come_back(house: House) -> None:
    """At start: tell the owners where we were away for long, and note that we are here."""
    now = house.clock.now()
    with house.db.write() as s:
        seen = s.get(Alive, house.bot_id)
        if seen and now - seen.at > WORTH_TELLING:
            _tell_owners(s, house, seen.at, now)
        s.merge(Alive(bot_id=house.bot_id, at=now))


def _tell_owners(s: Session, house: House, since: datetime, now: datetime) -> None:
    """Each once, in private and in their own zone; who never wrote to us cannot be told."""
    told: set[int] = set()
    for team_id in s.exec(select(Team.id)):
        stores = teams.stores(s, team_id or 0)
        zone = ZoneInfo(stores[0].timezone if stores else house.config.defaults.timezone)
        for owner in teams.owners(s, team_id or 0):
            if owner.telegram_id in told:
                continue
            told.add(owner.telegram_id)
            t = translator(language_of(owner.language, house.config.defaults.language))
            chat = teams.chat(s, owner.telegram_id, "private")
            outbox.enqueue(
                s, f"away:{house.bot_id}:{int(since.timestamp())}:{owner.telegram_id}",
                Address(chat.id), status.away(t, since, now, zone), now, kind="away",
                expires_at=now + STALE,
            )  # fmt: skip


def probe(house: House) -> None:
    """Write that we are alive: the database takes it, or `/status` says that it does not."""
    now = house.clock.now()
    try:
        with house.db.write() as s:
            s.merge(Alive(bot_id=house.bot_id, at=now))
        with house.db.read() as s:
            free = outbox.anything_free(s, now)
    except Exception as e:
        if not house.vitals.signs.write_error:
            log.exception("the database takes no writes")
        house.vitals.note(write_error=type(e).__name__)
    else:
        house.vitals.note(write_error="")
        house.vitals.waiting(free)


def back_up(house: House) -> None:
    """Today's copy, once; one that fails is tried again at the next tick."""
    made = backup.scheduled(house.db, house.config.backup, house.clock.now())
    if made:
        log.info("backed up to %s", made)


def forget_customers(house: House) -> None:
    """Blank what issues that ended long ago say of their customers, on their cards too."""
    now, keep = house.clock.now(), house.config.privacy
    with house.db.write() as s:
        for issue in privacy.forget(s, now, keep.issue_days):
            desk.changed(s, house, issue, now)
        privacy.forget_photos(s, now)
        privacy.forget_questions(s, now)


def forget(house: House) -> None:
    """Wipe raw updates and drop settled rows once they are old."""
    now = house.clock.now()
    raw_before = now - timedelta(days=house.config.privacy.raw_days)
    with house.db.write() as s:
        s.exec(
            update(InboxRow)
            .where(col(InboxRow.received_at) < raw_before, col(InboxRow.done_at).is_(None))
            .values(raw="", done_at=now, error="never handled; wiped by age")
        )
        s.exec(delete(InboxRow).where(col(InboxRow.done_at) < now - KEEP_OUTBOX))
        # a card and a board are edited for as long as they stand: their message must stay known
        kept = col(OutboxRow.key).in_(union(select(IssueCard.key), select(Board.key)))
        gone = (col(OutboxRow.settled_at) < now - KEEP_OUTBOX, ~kept)
        old = select(OutboxRow.id).where(*gone)
        s.exec(delete(OutboxAttempt).where(col(OutboxAttempt.outbox_id).in_(old)))
        s.exec(delete(OutboxRow).where(*gone))
        s.exec(delete(Question).where(col(Question.asked_at) < now - KEEP_QUESTIONS))
        drafts.sweep(s, now)
        joins.forget(s, now)
