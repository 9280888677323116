"""The tick of the morning digest: whatever is due is claimed, built and queued."""

from __future__ import annotations

import logging
from datetime import datetime

from bot import digests, outbox
from bot.context import House
from bot.db.people import Binding

log = logging.getLogger(__name__)


def tick(house: House) -> None:
    """Decide every linked chat's digest of today; a second tick finds nothing left to do."""
    now = house.clock.now()
    with house.db.read() as s:
        rows = digests.bindings(s)
    for binding, _ in rows:
        try:
            _decide(house, binding, now)
        except Exception:  # one chat's trouble must not cost the others their morning
            log.exception("the digest of binding %s failed", binding.id)


def _decide(house: House, binding: Binding, now: datetime) -> None:
    decision = digests.decide(binding, now)
    if decision.action == "wait":
        return
    with house.db.read() as s:
        if digests.decided(s, binding, decision.day):
            return
        message = None
        if decision.action != "expire":
            message = digests.compose(s, binding, decision, now)
    with house.db.write() as s:
        if digests.claim(s, binding, decision, now) and message:
            outbox.enqueue(
                s, f"digest:{binding.id}:{decision.day}",
                outbox.Address(binding.chat_id, thread_id=binding.thread_id), message, now,
                kind="digest", repeatable=True,
                expires_at=decision.planned_at + digests.USEFUL,
            )  # fmt: skip
