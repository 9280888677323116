"""When a chat's morning digest is due: pure decisions, and the rows that make it once a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot import periods
from bot.db import insert_new
from bot.db.people import Binding, Chat, DigestRun

LATE = timedelta(minutes=15)  # after this it is marked as late
USEFUL = timedelta(hours=3)  # 09:00 until noon: after that it is news no more


@dataclass(frozen=True)
class Decision:
    """What a chat's digest needs now. `day` is the business date it reports: yesterday."""

    action: Literal["wait", "send", "late", "expire"]
    day: date
    planned_at: datetime


def decide(binding: Binding, now: datetime) -> Decision:
    """Wall-clock time in the chat's own zone, so DST moves nothing; each date is decided once."""
    zone = ZoneInfo(binding.timezone)
    today = periods.business_day(now, zone)
    planned_at = periods.at_local(today, time.fromisoformat(binding.digest_at), zone)
    day = today - periods.DAY
    if now < planned_at or binding.created_at > planned_at:
        return Decision("wait", day, planned_at)
    if now >= planned_at + USEFUL:
        return Decision("expire", day, planned_at)
    return Decision("late" if now >= planned_at + LATE else "send", day, planned_at)


def next_at(binding: Binding, now: datetime) -> datetime:
    """The next planned moment after `now`."""
    zone = ZoneInfo(binding.timezone)
    at = time.fromisoformat(binding.digest_at)
    day = periods.business_day(now, zone)
    while (planned := periods.at_local(day, at, zone)) <= now:
        day += periods.DAY
    return planned


def bindings(s: Session) -> list[tuple[Binding, Chat]]:
    """Chats that want a digest and can still be reached."""
    query = (
        select(Binding, Chat)
        .join(Chat, col(Chat.id) == Binding.chat_id)
        .where(Binding.digest != "off", col(Chat.gone_at).is_(None))
        .order_by(col(Binding.id))
    )
    return list(s.exec(query))


def last_decided(s: Session) -> datetime | None:
    """When a digest was last decided, of any chat."""
    return s.exec(select(func.max(DigestRun.decided_at))).one()


def decided(s: Session, binding: Binding, day: date) -> bool:
    query = select(DigestRun.id).where(
        DigestRun.binding_id == binding.id, DigestRun.business_date == day
    )
    return s.exec(query).first() is not None


def claim(s: Session, binding: Binding, decision: Decision, now: datetime) -> bool:
    """Take this date's digest; False where it was taken before."""
    state = {"send": "sent", "late": "late", "expire": "expired"}[decision.action]
    row = {
        "binding_id": binding.id, "business_date": decision.day, "state": state,
        "planned_at": decision.planned_at, "decided_at": now,
    }  # fmt: skip
    return insert_new(s, DigestRun, row)
