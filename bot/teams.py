"""Teams, their stores and people, and which chat speaks about which stores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from bot import pushes
from bot.access import OWNER, ROLES
from bot.config import Defaults, Language
from bot.db import insert_new, wake
from bot.db.people import (
    Binding,
    BindingStore,
    Chat,
    Member,
    MemberStore,
    Point,
    Store,
    Team,
)
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


MEMBERS = "members"  # woken where a member's private menu may change


# people -------------------------------------------------------------------------------------


def memberships(s: Session, telegram_id: int) -> list[Member]:
    """A person's places in teams: the one last chosen first, then the oldest."""
    query = select(Member).where(Member.telegram_id == telegram_id, col(Member.left_at).is_(None))
    chosen = col(Member.active_at)
    return list(s.exec(query.order_by(chosen.is_(None), chosen.desc(), col(Member.id))))


def choose(s: Session, member: Member, now: datetime) -> None:
    """From now on this is the team that the person means in private."""
    member.active_at = now
    wake(s, MEMBERS)
    s.add(member)
    s.flush()


def owners(s: Session, team_id: int, *, lock: bool = False) -> list[Member]:
    """With `lock` nobody else changes them before the commit."""
    query = select(Member).where(Member.team_id == team_id, Member.role == OWNER)
    query = query.where(col(Member.left_at).is_(None)).order_by(col(Member.id))
    return list(s.exec(query.with_for_update() if lock else query))


def members(s: Session, team_id: int) -> list[Member]:
    """Who is in the team: by role, then the longest there."""
    query = select(Member).where(Member.team_id == team_id, col(Member.left_at).is_(None))
    return sorted(s.exec(query), key=lambda m: (ROLES.index(m.role), m.id or 0))


def called(m: Member) -> str:
    """What the team calls somebody."""
    return m.nickname or m.name


def was_member(s: Session, team_id: int, telegram_id: int) -> bool:
    """Whether somebody is or once was in the team."""
    query = select(Member.id).where(Member.team_id == team_id, Member.telegram_id == telegram_id)
    return s.exec(query).first() is not None


def team(s: Session, team_id: int) -> Team:
    return s.exec(select(Team).where(Team.id == team_id)).one()


def every(s: Session) -> list[Team]:
    """All teams of this installation."""
    return list(s.exec(select(Team).order_by(col(Team.id))))


def found(
    s: Session, telegram_id: int, name: str, store: Store, team_name: str, now: datetime
) -> Store:
    """A team with its first store; whoever founds it owns it."""
    team = Team(name=team_name, created_at=now)
    s.add(team)
    s.flush()
    assert team.id
    s.add(Member(team_id=team.id, telegram_id=telegram_id, name=name, role=OWNER, joined_at=now))
    wake(s, MEMBERS)
    return add_store(s, team.id, store)


def add_member(
    s: Session, team_id: int, telegram_id: int, name: str, role: str, now: datetime
) -> Member:
    """A new member, or one who had left and starts anew with this role."""
    query = select(Member).where(Member.team_id == team_id, Member.telegram_id == telegram_id)
    member = s.exec(query).first() or Member(
        team_id=team_id, telegram_id=telegram_id, name=name, role=role, joined_at=now
    )
    if member.left_at:
        hold_to(s, member, [])
        member.left_at = member.point_id = member.active_at = None
        member.shift = ""
    member.name, member.role, member.joined_at = name, role, now
    wake(s, MEMBERS)
    s.add(member)
    s.flush()
    return member


def hold_to(s: Session, member: Member, store_ids: Iterable[int]) -> None:
    """Let a member see these stores only; all of the team where none is given."""
    s.exec(delete(MemberStore).where(col(MemberStore.member_id) == member.id))
    s.add_all(MemberStore(member_id=member.id or 0, store_id=x) for x in store_ids)
    s.flush()


def held_to(s: Session, member: Member) -> set[int]:
    """The stores a member is held to; empty where they may see all."""
    query = select(MemberStore.store_id).where(MemberStore.member_id == member.id)
    return set(s.exec(query))


def points(s: Session, team_id: int) -> list[Point]:
    return list(s.exec(select(Point).where(Point.team_id == team_id).order_by(col(Point.id))))


def point(s: Session, team_id: int, name: str, now: datetime) -> Point:
    """The pickup point of this name, made where it is new."""
    query = select(Point).where(Point.team_id == team_id, Point.name == name)
    found = s.exec(query).first() or Point(team_id=team_id, name=name, created_at=now)
    s.add(found)
    s.flush()
    return found


def speaks(s: Session, member: Member, language: str) -> None:
    """Remember the language of a person's Telegram."""
    s.exec(update(Member).where(col(Member.id) == member.id).values(language=language))
    wake(s, MEMBERS)


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
        wake(s, MEMBERS)  # from now on a menu may be set in it
        row = s.exec(select(Chat).where(Chat.telegram_id == telegram_id)).one()
    row.gone_at = None
    row.title = title or row.title
    return row


def hold(s: Session, row: Chat) -> None:
    """Nobody else links this chat before the commit."""
    s.exec(select(Chat.id).where(Chat.id == row.id).with_for_update())


def private_chat(s: Session, member: Member) -> Chat | None:
    """Where a member can be spoken to in private; None until they have spoken to us."""
    query = select(Chat).where(Chat.telegram_id == member.telegram_id, Chat.kind == "private")
    return s.exec(query.where(col(Chat.gone_at).is_(None))).first()


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
    hold(s, row)
    query = select(Binding).where(Binding.chat_id == row.id, Binding.thread_id == thread_id)
    found = s.exec(query).first()
    if found and found.team_id != chosen[0].team_id:
        raise UserError("link.other_team")
    if found is None:
        assert row.id
        found = Binding(
            team_id=chosen[0].team_id, chat_id=row.id, thread_id=thread_id, language=language,
            timezone=chosen[0].timezone, colours="green-up" if language == "en" else "red-up",
            created_at=now,
        )  # fmt: skip
        s.add(found)
        s.flush()
        pushes.change(s, found.id or 0, "digest", at=defaults.digest_at)
    found.stopped_at = None
    s.exec(delete(BindingStore).where(col(BindingStore.binding_id) == found.id))
    s.add_all(BindingStore(binding_id=found.id or 0, store_id=x.id or 0) for x in chosen)
    s.flush()
    return found
