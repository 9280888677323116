"""Photos and files beside an issue: Telegram's ids only, forgotten when their time is over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from bot.aftersales import issues
from bot.db import insert_new
from bot.db.desk import Evidence, Issue, IssueEvent
from bot.db.people import Member
from bot.message import Media


def add(s: Session, event: IssueEvent, media: Iterable[Media], now: datetime, days: int) -> int:
    """Put what was sent beside what was said; the same photo counts once. Returns how many are new."""
    new = 0
    for one in media:
        row = {
            "issue_id": event.issue_id, "event_id": event.id, "kind": one.kind,
            "file_id": one.file_id, "unique_id": one.unique_id, "album": one.album,
            "added_at": now, "expires_at": now + timedelta(days=days),
        }  # fmt: skip
        new += insert_new(s, Evidence, row)
    return new


def at_birth(s: Session, issue: Issue, media: Iterable[Media], now: datetime, days: int) -> int:
    """What an issue was logged with."""
    first = select(IssueEvent).where(IssueEvent.issue_id == issue.id).order_by(col(IssueEvent.id))
    return add(s, s.exec(first.limit(1)).one(), media, now, days)


def kept(s: Session, issue: Issue, now: datetime) -> list[Media]:
    """Its photos and files whose time is not over, the oldest first; what was undone brought none."""
    query = (
        select(Evidence)
        .outerjoin(IssueEvent, col(IssueEvent.id) == Evidence.event_id)
        .where(Evidence.issue_id == issue.id, col(IssueEvent.undone_at).is_(None))
        .order_by(col(Evidence.id))
    )
    rows = [x for x in s.exec(query) if issue.held or x.expires_at > now]
    return [Media(x.kind, x.file_id, x.unique_id, x.album) for x in rows]


def more(
    s: Session, issue: Issue, album: Iterable[Media], by: Member, now: datetime, days: int
) -> int:
    """Further photos of an album go to the event of its first one."""
    album = list(album)
    known = {x.album for x in album if x.album}
    query = select(IssueEvent).join(Evidence, col(Evidence.event_id) == IssueEvent.id)
    query = query.where(Evidence.issue_id == issue.id, col(Evidence.album).in_(known))
    event = s.exec(query).first() or issues.record(s, issue, "photo", now, by.id)
    return add(s, event, album, now, days)
