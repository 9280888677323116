"""Ticks that keep the house in order: rows of dead processes, and forgetting in time."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import delete, update
from sqlmodel import col, select

from bot import outbox
from bot.context import House
from bot.db.instance import Instance
from bot.db.wire import InboxRow, OutboxAttempt, OutboxRow

log = logging.getLogger(__name__)

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
        old = select(OutboxRow.id).where(col(OutboxRow.settled_at) < now - KEEP_OUTBOX)
        s.exec(delete(OutboxAttempt).where(col(OutboxAttempt.outbox_id).in_(old)))
        s.exec(delete(OutboxRow).where(col(OutboxRow.settled_at) < now - KEEP_OUTBOX))
