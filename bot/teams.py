"""Teams, their stores and people, and which chat speaks about which stores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from bot.access import OWNER, STAFF
from bot.config import Defaults, Language
from bot.db import insert_new
from bot.db.people import Binding, BindingStore, Chat, JoinRequest, Member, Store, Team
from bot.errors import UserError


@dataclass(frozen=True)
class Platform:
    """Where a store sells: the name people know it by, and the money and zone it usually has."""

    key: str
    currency: str
    timezone: str


PLATFORMS = (
    Platform("taobao", "CNY", "Asia/Shanghai"),
    Platform("jd", "CNY", "Asia/Shanghai"),
    Platform("pdd", "CNY", "Asia/Shanghai"),
    Platform("douyin", "CNY", "Asia/Shanghai"),
    Platform("shopee", "TWD", "Asia/Taipei"),
    Platform("shopify", "USD", "America/New_York"),
    Platform("amazon", "USD", "America/Los_Angeles"),
    Platform("other", "", ""),
)


# people -------------------------------------------------------------------------------------


def memberships(s: Session, telegram_id: int) -> list[Member]:
    """A person's places in teams, the oldest first."""
    query = select(Member).where(Member.telegram_id == telegram_id).order_by(col(Member.id))
    return list(s.exec(query))


def owners(s: Session, team_id: int) -> list[Member]:
    return list(s.exec(select(Member).where(Member.team_id == team_id, Member.role == OWNER)))


def found(
    s: Session, telegram_id: int, name: str, store: Store, team_name: str, now: datetime
) -> Store:
    """The first team with its first store; whoever founds it owns it."""
    team = Team(name=team_name, created_at=now)
    s.add(team)
    s.flush()
    assert team.id
    s.add(Member(team_id=team.id, telegram_id=telegram_id, name=name, role=OWNER, joined_at=now))
    return add_store(s, team.id, store)


def add_member(
    s: Session, team_id: int, telegram_id: int, name: str, role: str, now: datetime
) -> Member:
    member = Member(team_id=team_id, telegram_id=telegram_id, name=name, role=role, joined_at=now)
    s.add(member)
    s.flush()
    return member


def speaks(s: Session, member: Member, language: str) -> None:
    """Remember the language of a person's Telegram."""
    s.exec(update(Member).where(col(Member.id) == member.id).values(language=language))


def ask_to_join(
    s: Session, telegram_id: int, name: str, language: str, now: datetime
) -> list[JoinRequest]:
    """One request per team of this installation; asking again changes nothing."""
    known = {
        r.team_id: r
        for r in s.exec(select(JoinRequest).where(JoinRequest.telegram_id == telegram_id))
    }
    for team_id in s.exec(select(Team.id)):
        if team_id is not None and team_id not in known:
            known[team_id] = JoinRequest(
                team_id=team_id, telegram_id=telegram_id, name=name, language=language,
                asked_at=now,
            )  # fmt: skip
            s.add(known[team_id])
    s.flush()
    return [r for r in known.values() if r.decided_at is None]


def decide_join(
    s: Session, request_id: int, team_id: int, accept: bool, now: datetime
) -> tuple[JoinRequest, Member | None]:
    """Let a person in as staff, or not. Raises UserError where somebody decided before."""
    request = s.get(JoinRequest, request_id, with_for_update=True)  # two owners may press at once
    if request is None or request.team_id != team_id:
        raise UserError("join.gone")
    if request.decided_at is not None:
        raise UserError("join.decided", name=request.name)
    request.decided_at = now
    if not accept:
        return request, None
    member = add_member(s, team_id, request.telegram_id, request.name, STAFF, now)
    member.language = request.language
    return request, member


# stores -------------------------------------------------------------------------------------


def add_store(s: Session, team_id: int, store: Store) -> Store:
    """Raises UserError where the key is taken."""
    taken = select(Store).where(Store.team_id == team_id, Store.key == store.key)
    if s.exec(taken).first():
        raise UserError("store.taken", key=store.key)
    store.team_id = team_id
    s.add(store)
    s.flush()
    return store


def new_store(
    key: str, name: str, platform: str, currency: str, timezone: str, now: datetime
) -> Store:
    return Store(
        team_id=0, key=key, name=name, platform=platform, currency=currency,
        timezone=timezone, created_at=now,
    )  # fmt: skip


def stores(s: Session, team_id: int) -> list[Store]:
    return list(s.exec(select(Store).where(Store.team_id == team_id).order_by(col(Store.id))))


# chats --------------------------------------------------------------------------------------


def chat(s: Session, telegram_id: int, kind: str, title: str = "") -> Chat:
    """The row of a chat we may speak in, made on first need; hearing from it revives it."""
    row = s.exec(select(Chat).where(Chat.telegram_id == telegram_id)).first()
    if row is None:
        # another door may be making it at this moment
        insert_new(s, Chat, {"telegram_id": telegram_id, "kind": kind, "title": title})
        row = s.exec(select(Chat).where(Chat.telegram_id == telegram_id)).one()
    row.gone_at = None
    row.title = title or row.title
    return row


def binding(s: Session, telegram_id: int, thread_id: int) -> Binding | None:
    """What a chat (topic) is bound to; a topic without its own binding has the chat's."""
    query = (
        select(Binding)
        .join(Chat, col(Chat.id) == Binding.chat_id)
        .where(Chat.telegram_id == telegram_id, col(Binding.thread_id).in_((thread_id, 0)))
        .order_by(col(Binding.thread_id).desc())
    )
    return s.exec(query).first()


def bound_stores(s: Session, binding: Binding) -> list[Store]:
    query = (
        select(Store)
        .join(BindingStore, col(BindingStore.store_id) == Store.id)
        .where(BindingStore.binding_id == binding.id, Store.team_id == binding.team_id)
        .order_by(col(Store.id))
    )
    return list(s.exec(query))


def link(
    s: Session,
    row: Chat,
    thread_id: int,
    chosen: Iterable[Store],
    language: Language,
    defaults: Defaults,
    now: datetime,
) -> Binding:
    """Bind a chat to stores of one team; linking again replaces the stores, not the settings.

    Raises UserError where the chat belongs to another team.
    """
    chosen = list(chosen)
    query = select(Binding).where(Binding.chat_id == row.id, Binding.thread_id == thread_id)
    found = s.exec(query).first()
    if found and found.team_id != chosen[0].team_id:
        raise UserError("link.other_team")
    if found is None:
        assert row.id
        found = Binding(
            team_id=chosen[0].team_id, chat_id=row.id, thread_id=thread_id, language=language,
            timezone=chosen[0].timezone, colours="green-up" if language == "en" else "red-up",
            digest_at=defaults.digest_at, created_at=now,
        )  # fmt: skip
        s.add(found)
        s.flush()
    s.exec(delete(BindingStore).where(col(BindingStore.binding_id) == found.id))
    s.add_all(BindingStore(binding_id=found.id or 0, store_id=x.id or 0) for x in chosen)
    s.flush()
    return found
