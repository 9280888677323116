"""What `/status` tells of the bot: its signs of life and what one team has open."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from bot import backup, teams
from bot.config import Config
from bot.db import Database
from bot.db.facts import Import
from bot.db.people import Binding, Chat, Member, PushRun
from bot.db.wire import OutboxRow
from bot.digests import due
from bot.health import Signs, Trouble, decide


@dataclass(frozen=True)
class Digest:
    """A linked chat's last digest and its next; `day` is None before the first one."""

    chat: int  # Telegram's id
    title: str
    timezone: str
    day: date | None
    state: str  # of bot.db.people.PushRun
    next_at: datetime


@dataclass(frozen=True)
class Status:
    """Ages are seconds, sizes bytes; None for what cannot be known."""

    troubles: tuple[Trouble, ...]
    unreachable_since: datetime | None
    heard: float
    ticked: float
    up: float
    skew: float
    waiting: int
    oldest: float | None
    uncertain: int
    importing: int
    digests: tuple[Digest, ...]
    gone: tuple[str, ...]
    size: int
    free: int | None
    backup_at: datetime | None
    backups: bool
    version: str


def look(
    s: Session, db: Database, config: Config, team_id: int, signs: Signs, now: datetime, mono: float
) -> Status:
    """`mono` is the monotonic second of `now`. Only what belongs to the team is counted."""
    waiting, oldest = _waiting(s, team_id, now)
    return Status(
        troubles=decide(signs, mono).troubles, unreachable_since=signs.unreachable_since,
        heard=mono - signs.heard, ticked=mono - signs.ticked, up=mono - signs.began,
        skew=signs.skew, waiting=waiting,
        oldest=None if oldest is None else (now - oldest).total_seconds(),
        uncertain=_count(s, team_id, "uncertain"), importing=_importing(s, team_id),
        digests=tuple(_digests(s, team_id, now)), gone=tuple(_gone(s, team_id)),
        size=_size(s, db), free=free(db), backup_at=backup.newest(config.backup),
        backups=bool(config.backup.folder), version=version("storebot"),
    )  # fmt: skip


def free(db: Database) -> int | None:
    """Bytes left where a SQLite file lies; None for a server's disk."""
    return shutil.disk_usage(db.path.resolve().parent).free if db.path else None


def _size(s: Session, db: Database) -> int:
    if db.path:
        names = (db.path, Path(f"{db.path}-wal"))
        return sum(x.stat().st_size for x in names if x.exists())
    query = text("SELECT pg_database_size(current_database())")
    return int(s.connection().execute(query).scalar() or 0)


def _chats(team_id: int) -> object:
    """Ids of the chats a team is spoken to in: the linked ones, and its people's own."""
    linked = select(Binding.chat_id).where(Binding.team_id == team_id)
    people = select(Member.telegram_id).where(
        Member.team_id == team_id, col(Member.left_at).is_(None)
    )
    return select(Chat.id).where(
        col(Chat.id).in_(linked) | col(Chat.telegram_id).in_(people)
    )  # fmt: skip


def _count(s: Session, team_id: int, state: str) -> int:
    mine = col(OutboxRow.chat_id).in_(_chats(team_id))  # type: ignore[arg-type]  # a select
    return s.exec(select(func.count()).where(mine, OutboxRow.state == state)).one()


def _waiting(s: Session, team_id: int, now: datetime) -> tuple[int, datetime | None]:
    mine = col(OutboxRow.chat_id).in_(_chats(team_id))  # type: ignore[arg-type]  # a select
    query = select(func.count(), func.min(OutboxRow.not_before)).where(
        mine, OutboxRow.state == "pending", OutboxRow.not_before <= now
    )
    n, oldest = s.exec(query).one()
    return n, oldest


def _importing(s: Session, team_id: int) -> int:
    open_ = col(Import.state).in_(("queued", "merging", "undoing"))
    return s.exec(select(func.count()).where(Import.team_id == team_id, open_)).one()


def _digests(s: Session, team_id: int, now: datetime) -> list[Digest]:
    found = []
    for wish in due.wishes(s):
        binding = wish.binding
        if binding.team_id != team_id:
            continue
        query = (
            select(PushRun)
            .where(PushRun.binding_id == binding.id, PushRun.kind == "digest")
            .order_by(col(PushRun.business_date).desc())
        )
        last, chat = s.exec(query.limit(1)).first(), s.get(Chat, binding.chat_id)
        found.append(
            Digest(
                chat.telegram_id if chat else 0, chat.title if chat else "", binding.timezone,
                last.business_date if last else None, last.state if last else "",
                due.next_at(wish, now),
            )
        )  # fmt: skip
    return found


def _gone(s: Session, team_id: int) -> list[str]:
    """Chats and people that cannot be reached: we were thrown out, or blocked."""
    linked = (
        select(Chat.title)
        .join(Binding, col(Binding.chat_id) == Chat.id)
        .where(Binding.team_id == team_id, col(Chat.gone_at).is_not(None))
    )
    people = teams.members(s, team_id)
    theirs = col(Chat.telegram_id).in_([m.telegram_id for m in people])
    away = set(s.exec(select(Chat.telegram_id).where(theirs, col(Chat.gone_at).is_not(None))))
    blocked = [m for m in people if m.telegram_id in away]
    return sorted({*s.exec(linked), *(teams.called(m) for m in blocked)})
