"""Issues being filled in: what is known, what is asked next, and the rows that keep it.

What is essential is asked one thing at a time, and everything may be passed over. Nothing of it is in
memory: a draft survives a restart, and says so when its day is over.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from bot import teams
from bot.aftersales import reasons
from bot.aftersales.issues import New
from bot.aftersales.views import IssueView
from bot.db.desk import Draft, Evidence, Issue, IssueLink
from bot.db.people import Chat, Member, Store
from bot.db.wire import OutboxRow
from bot.errors import UserError
from bot.message import Media

GOOD_FOR = timedelta(hours=24)
ASKS = ("same", "type", "reason", "store")  # in this order


@dataclass(frozen=True)
class Form:
    """What is known of an issue before it is one.

    `links`: messages that it was made from, to be linked with it. `same`: the open issue that seems
    to be the same. `answers`: the issue whose value is asked for by a reply (`asking` says which).
    """

    new: New = field(default_factory=New)
    media: tuple[Media, ...] = ()
    links: tuple[int, ...] = ()
    same: int = 0
    answers: int = 0

    def dump(self) -> str:
        return json.dumps(asdict(self), default=lambda x: x.isoformat(), ensure_ascii=False)

    @staticmethod
    def load(raw: str) -> Form:
        data: dict[str, Any] = json.loads(raw)
        new = {k: _read(k, v) for k, v in data.pop("new").items()}
        media = tuple(Media(**x) for x in data.pop("media"))
        return Form(New(**new), media, tuple(data.pop("links")), **data)


def _read(name: str, value: Any) -> Any:
    if name.endswith("_at") and isinstance(value, str):
        return datetime.fromisoformat(value)
    return value


def missing(form: Form, skipped: Collection[str], stores: int) -> str:
    """What to ask next, empty where it can be opened; `stores`: how many it may be of."""
    known = {
        "same": not form.same,
        "type": bool(form.new.type),
        "reason": bool(form.new.reason),
        "store": form.new.store_id is not None or stores < 2,
    }
    return next((x for x in ASKS if not known[x] and x not in skipped), "")


def fill(first: New, then: New) -> New:
    """What `first` does not know is taken from `then`; their notes stand one after the other."""
    empty = New()
    gaps = {
        name: value
        for name, value in vars(then).items()
        if getattr(first, name) == getattr(empty, name) and value != getattr(empty, name)
    }
    notes = [x for x in (first.note, then.note) if x]
    gaps["note"] = "\n".join(dict.fromkeys(notes))
    return replace(first, **gaps)


# rows -----------------------------------------------------------------------------------------


def new_id() -> str:
    return secrets.token_urlsafe(9)


def own(s: Session, draft_id: str, team_id: int, now: datetime) -> Draft:
    """A draft of this team, held until the commit. Raises UserError where it is over or gone."""
    row = s.get(Draft, draft_id[:40], with_for_update=True, populate_existing=True)
    if row is None or row.team_id != team_id:
        raise UserError("draft.gone")
    if now >= row.expires_at:
        raise UserError("draft.over")
    return row


def of_message(s: Session, telegram_chat: int, message_id: int) -> Draft | None:
    """The draft whose question a message is."""
    query = (
        select(Draft)
        .join(OutboxRow, col(OutboxRow.key) == Draft.key)
        .join(Chat, col(Chat.id) == OutboxRow.chat_id)
        .where(Chat.telegram_id == telegram_chat, OutboxRow.message_id == message_id)
    )
    return s.exec(query).first() if message_id else None


def of_album(s: Session, album: str) -> Draft | None:
    """The draft that an album's first photo began."""
    return s.exec(select(Draft).where(Draft.album == album)).first() if album else None


def logged_album(s: Session, album: str) -> Issue | None:
    """The issue that has photos of this album already."""
    query = select(Issue).join(Evidence, col(Evidence.issue_id) == Issue.id)
    return s.exec(query.where(Evidence.album == album)).first() if album else None


def made_from(s: Session, team_id: int, telegram_chat: int, message_id: int) -> bool:
    """Whether an issue or a draft of this team was made from a message of this chat."""
    chat = s.exec(select(Chat.id).where(Chat.telegram_id == telegram_chat)).first()
    link = s.get(IssueLink, (chat, message_id)) if chat else None
    issue = s.get(Issue, link.issue_id) if link else None
    if issue:
        return issue.team_id == team_id
    rows = s.exec(select(Draft).where(Draft.chat_id == chat, Draft.team_id == team_id))
    return any(message_id in Form.load(r.fields).links for r in rows)


def preview(s: Session, form: Form, team_id: int, now: datetime) -> IssueView:
    """The card that a form would become, as far as it is known."""
    new = form.new
    store = s.get(Store, new.store_id) if new.store_id else None
    assignee = s.get(Member, new.assignee_id) if new.assignee_id else None
    zone = store or next(iter(teams.stores(s, team_id)), None)
    same = {f.name for f in fields(New)} & {f.name for f in fields(IssueView)}
    return IssueView(
        **{name: getattr(new, name) for name in same},
        id=0, no=0, stage="new", version=0, zone=ZoneInfo(zone.timezone if zone else "UTC"),
        opened_at=now, team_id=team_id, store=store.name if store else "",
        currency=store.currency if store else "", platform=store.platform if store else "",
        assignee=teams.called(assignee) if assignee else "",
        reason_name=dict(reasons.of(s, team_id).own).get(new.reason, ""), photos=len(form.media),
    )  # fmt: skip


def sweep(s: Session, now: datetime) -> int:
    """Forget drafts that were over a week ago; until then their buttons say that they are."""
    old = s.exec(select(Draft).where(Draft.expires_at < now - timedelta(days=7))).all()
    for row in old:
        s.delete(row)
    return len(old)
