"""Who may be told of deadlines: people with their shifts, stores and chats, and linked groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import and_
from sqlmodel import Session, col, select

from bot import members, pushes
from bot.access import DESK, LEADERSHIP, MANAGER, STAFF
from bot.aftersales.hours import Hours, Window, awake, union
from bot.config import Defaults
from bot.db.people import (
    Binding,
    BindingStore,
    Chat,
    Member,
    MemberStore,
    PushSetting,
    Shift,
    Store,
)

PUSH = "issues"  # the kind of push that groups set


@dataclass(frozen=True)
class Reader:
    """Somebody of the desk, or a linked group. Without `stores` all of the team's are seen.

    `hours`: of a person their shift, else whatever is no quiet hour; of a group the same.
    """

    key: str  # m<member> | b<binding>
    id: int
    role: str  # "" for a group
    hours: Hours
    chat_id: int
    thread_id: int = 0
    stores: frozenset[int] = frozenset()
    language: str = ""
    silent: bool = False
    shift: str = ""

    def sees(self, store_id: int | None) -> bool:
        """As `bot.aftersales.scope` has it; a group sees what has no store yet."""
        if store_id is None:
            return not (self.role and self.stores)
        return not self.stores or store_id in self.stores


@dataclass(frozen=True)
class Roster:
    """A team's readers who can be reached now, in the zone of its first store."""

    zone: ZoneInfo
    people: tuple[Reader, ...] = ()
    groups: tuple[Reader, ...] = ()

    def person(self, member_id: int | None) -> Reader | None:
        return self._by_id.get(member_id) if member_id else None

    @cached_property
    def _by_id(self) -> dict[int, Reader]:
        return {p.id: p for p in self.people}

    @cached_property
    def leads(self) -> tuple[Reader, ...]:
        """Managers; the owners only where there is none."""
        found = tuple(p for p in self.people if p.role == MANAGER)
        return found or tuple(p for p in self.people if p.role in LEADERSHIP)

    @cached_property
    def staff(self) -> tuple[Reader, ...]:
        return tuple(p for p in self.people if p.role == STAFF)

    @cached_property
    def work(self) -> Hours:
        """When anybody of the desk works: by the shifts, where some have one."""
        shifted = [p.hours for p in self.people if p.shift]
        return union(shifted or [p.hours for p in self.people], self.zone)


def load(s: Session, team_ids: Iterable[int], defaults: Defaults) -> dict[int, Roster]:
    """The rosters of some teams, in a handful of queries however many they are."""
    ids = set(team_ids)
    zones = _zones(s, ids, defaults)
    people, groups = _people(s, ids, zones, defaults), _groups(s, ids, defaults)
    return {t: Roster(zones[t], tuple(people[t]), tuple(groups[t])) for t in ids}


def windows(shift: str, own: dict[str, tuple[str, str]], quiet: str) -> tuple[Window, ...]:
    """Of somebody's shift; without one they may be spoken to outside of the quiet hours."""
    times = (members.SHIFTS | own).get(shift)
    return (Window(*times),) if times else (awake(quiet),)


def _zones(s: Session, ids: set[int], defaults: Defaults) -> dict[int, ZoneInfo]:
    query = select(Store.team_id, Store.timezone).where(col(Store.team_id).in_(ids))
    found = dict(s.exec(query.order_by(col(Store.id).desc())).all())  # the first store's stays
    return {t: ZoneInfo(found.get(t, defaults.timezone)) for t in ids}


def _people(
    s: Session, ids: set[int], zones: dict[int, ZoneInfo], defaults: Defaults
) -> dict[int, list[Reader]]:
    """Who is still there, of the desk, and once spoke to us in private."""
    query = (
        select(Member, Chat.id)
        .join(Chat, and_(col(Chat.telegram_id) == Member.telegram_id, col(Chat.kind) == "private"))
        .where(col(Member.team_id).in_(ids), col(Member.left_at).is_(None))
        .where(col(Member.role).in_(DESK), col(Chat.gone_at).is_(None))
        .order_by(col(Member.id))
    )
    rows = s.exec(query).all()
    held, shifts = _held(s, [m.id or 0 for m, _ in rows]), _shifts(s, ids)
    found: dict[int, list[Reader]] = defaultdict(list)
    for m, chat in rows:
        hours = Hours(windows(m.shift, shifts[m.team_id], defaults.quiet_hours), zones[m.team_id])
        found[m.team_id].append(
            Reader(
                f"m{m.id}", m.id or 0, m.role, hours, chat or 0, stores=held[m.id or 0],
                language=m.language, shift=m.shift,
            )
        )  # fmt: skip
    return found


def _held(s: Session, ids: list[int]) -> dict[int, frozenset[int]]:
    stores: dict[int, set[int]] = defaultdict(set)
    for row in s.exec(select(MemberStore).where(col(MemberStore.member_id).in_(ids))):
        stores[row.member_id].add(row.store_id)
    return defaultdict(frozenset, {m: frozenset(x) for m, x in stores.items()})


def _shifts(s: Session, ids: set[int]) -> dict[int, dict[str, tuple[str, str]]]:
    found: dict[int, dict[str, tuple[str, str]]] = defaultdict(dict)
    for row in s.exec(select(Shift).where(col(Shift.team_id).in_(ids))):
        found[row.team_id][row.key] = (row.starts, row.ends)
    return found


def _groups(s: Session, ids: set[int], defaults: Defaults) -> dict[int, list[Reader]]:
    """Linked chats that want it and where we may speak."""
    found: dict[int, list[Reader]] = defaultdict(list)
    rows = list(_bindings(s, ids))
    bound: dict[int, set[int]] = defaultdict(set)
    query = select(BindingStore).where(col(BindingStore.binding_id).in_([b.id for b, _ in rows]))
    for link in s.exec(query):
        bound[link.binding_id].add(link.store_id)
    for b, mode in rows:
        if not bound[b.id or 0]:
            continue  # without stores it would see all
        hours = Hours((awake(defaults.quiet_hours),), ZoneInfo(b.timezone))
        found[b.team_id].append(
            Reader(
                f"b{b.id}", b.id or 0, "", hours, b.chat_id, b.thread_id,
                frozenset(bound[b.id or 0]), b.language, mode == "silent",
            )
        )  # fmt: skip
    return found


def _bindings(s: Session, ids: set[int]) -> Iterator[tuple[Binding, pushes.Mode]]:
    mine = and_(col(PushSetting.binding_id) == Binding.id, col(PushSetting.kind) == PUSH)
    query = (
        select(Binding, PushSetting)
        .join(Chat, col(Chat.id) == Binding.chat_id)
        .outerjoin(PushSetting, mine)
        .where(col(Binding.team_id).in_(ids), col(Binding.stopped_at).is_(None))
        .where(col(Chat.gone_at).is_(None), col(Chat.muted_at).is_(None), Chat.kind != "private")
        .order_by(col(Binding.id))
    )
    for binding, row in s.exec(query):
        mode = pushes.setting(PUSH, row).mode
        if mode != "off":
            yield binding, mode
