"""The people of a team: who they are to it, and what may be changed about whom."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from bot import audit, i18n, links, outbox, teams
from bot.access import LEADER, MANAGER, OWNER, READERS, ROLES
from bot.db import wake
from bot.db.people import (
    Binding,
    Chat,
    Invite,
    Member,
    MemberStore,
    Shift,
)
from bot.errors import UserError

SHIFTS = {"early": ("09:00", "17:30"), "late": ("17:00", "24:00")}  # until a team sets its own
NICKNAME = 12  # characters; a button must hold it beside the member's id
ALL = "all"  # stores: held to none of them


@dataclass(frozen=True)
class Person:
    """A member as the team sees them. Without `stores` they see all of the team's."""

    id: int
    name: str
    nickname: str
    role: str
    shift: str
    stores: tuple[str, ...]
    point: str
    joined_at: datetime


@dataclass(frozen=True)
class Change:
    """One change of a member: `verb` is a key of `_CHANGES`, empty where nothing is to change."""

    verb: str = ""
    value: str = ""


# who there is -------------------------------------------------------------------------------


def roster(s: Session, team_id: int) -> list[Person]:
    """Who is in the team, as they are shown: by role, then the longest there."""
    everybody = teams.members(s, team_id)
    names = {x.id: x.name for x in teams.stores(s, team_id)}
    points = {x.id: x.name for x in teams.points(s, team_id)}
    held: dict[int, list[str]] = {}
    ids = [m.id for m in everybody]
    query = select(MemberStore).where(col(MemberStore.member_id).in_(ids))
    for row in s.exec(query.order_by(col(MemberStore.store_id))):
        held.setdefault(row.member_id, []).append(names[row.store_id])
    return [
        Person(
            m.id or 0, m.name, m.nickname, m.role, m.shift, tuple(held.get(m.id or 0, ())),
            points.get(m.point_id, ""), m.joined_at,
        )
        for m in everybody
    ]  # fmt: skip


def member(s: Session, team_id: int, member_id: int) -> Member:
    """Raises UserError where nobody of this id is in the team."""
    found = s.get(Member, member_id)
    if found is None or found.team_id != team_id or found.left_at:
        raise UserError("team.gone")
    return found


def find(s: Session, team_id: int, word: str) -> list[Member]:
    """Who is called so: by the whole nickname or name, else by its beginning."""
    word = word.removeprefix("@").casefold()
    everybody = teams.members(s, team_id)
    names = {m.id: (m.nickname.casefold(), m.name.casefold()) for m in everybody}
    found = [m for m in everybody if word in names[m.id]]
    return found or [m for m in everybody if any(n.startswith(word) for n in names[m.id])]


def not_found(s: Session, team_id: int, name: str) -> UserError:
    """Nobody is called so; or somebody is, and the words behind the name say no change."""
    first, _, rest = name.partition(" ")
    if rest and find(s, team_id, first):
        return UserError("team.how")
    return UserError("team.nobody", name=name[:40])


def shifts(s: Session, team_id: int) -> dict[str, tuple[str, str]]:
    """From when to when each shift works, wall clock; 24:00 is midnight."""
    rows = s.exec(select(Shift).where(Shift.team_id == team_id))
    return SHIFTS | {r.key: (r.starts, r.ends) for r in rows}


# what is typed ------------------------------------------------------------------------------


def read(words: list[str]) -> tuple[str, Change]:
    """`小陈 昵称 陈陈`, `小陈 晚班`, `小陈 店长`, `小陈 移出`: who is meant, and the change.

    A name alone changes nothing. Raises UserError for a name that is missing.
    """
    for i, word in enumerate(words[1:], 1):
        if word.casefold() in i18n.words("team.nickname.aliases"):
            return " ".join(words[:i]), Change("nickname", " ".join(words[i + 1 :]))
    name, last = " ".join(words[:-1]), words[-1].casefold()
    if not name:
        return words[0], Change()
    if role := role_of(last):
        return name, Change("role", role)
    if shift := shift_of(last):
        return name, Change("shift", shift)
    if last in i18n.words("shift.none.aliases"):
        return name, Change("shift")
    if last in i18n.words("team.remove.aliases"):
        return name, Change("remove")
    return " ".join(words), Change()


def role_of(word: str) -> str:
    """The role that a word of any language names; empty where it names none."""
    return next((r for r in ROLES if word.casefold() in i18n.words(f"role.{r}.aliases")), "")


def shift_of(word: str) -> str:
    """The shift that a word of any language names; empty where it names none."""
    return next((x for x in SHIFTS if word.casefold() in i18n.words(f"shift.{x}.aliases")), "")


_HOURS = re.compile(r"(\d{1,2})[:：](\d{2})\s*(?:[-~–—至到]|to)\s*(\d{1,2})[:：](\d{2})")


def hours(text: str) -> tuple[str, str]:
    """`09:00-17:30` → two wall-clock times; a shift may pass midnight. Raises UserError."""
    found = _HOURS.fullmatch(text.strip())
    if found is None:
        raise UserError("team.hours")
    h, m, to_h, to_m = (int(x) for x in found.groups())
    starts, ends = f"{h:02}:{m:02}", f"{to_h:02}:{to_m:02}"
    ends = "24:00" if ends == "00:00" else ends
    if max(m, to_m) > 59 or h > 23 or ends > "24:00" or starts == ends:
        raise UserError("team.hours")
    return starts, ends


# what may be changed ------------------------------------------------------------------------


def may_change(actor: str, target: str, to: str = "") -> bool:
    """Whether somebody of role `actor` may change one of `target`, and give them role `to`."""
    if actor == OWNER:
        return True
    return actor == MANAGER and not {target, to} & {OWNER, MANAGER}


def givable(actor: str, target: str) -> list[str]:
    """The roles that `actor` may give to one of role `target`."""
    return [r for r in ROLES if may_change(actor, target, r)]


@dataclass(frozen=True)
class _Act:
    """A change being made, with all that making it needs."""

    s: Session
    by: Member
    target: Member
    value: str
    now: datetime


def apply(s: Session, by: Member, target: Member, change: Change, now: datetime) -> None:
    """Raises UserError where `by` may not, or where it makes no sense; notes what was done."""
    own = target.id == by.id and by.role == MANAGER and change.verb in ("nickname", "shift")
    to = change.value if change.verb == "role" else ""
    if target.team_id != by.team_id or not (own or may_change(by.role, target.role, to)):
        raise UserError("not_allowed")
    if change.verb not in _CHANGES:
        raise UserError("team.how")
    said = _CHANGES[change.verb](_Act(s, by, target, change.value, now))
    s.add(target)
    s.flush()
    wake(s, teams.MEMBERS)
    audit.note(s, by, change.verb, now, about=target.id, to=said)


def set_hours(s: Session, by: Member, shift: str, text: str, now: datetime) -> None:
    """When a shift of the team works. Raises UserError."""
    starts, ends = hours(text)
    s.merge(Shift(team_id=by.team_id, key=shift, starts=starts, ends=ends))
    s.flush()
    audit.note(s, by, "hours", now, to=f"{shift} {starts}–{ends}")


def _role(act: _Act) -> str:
    s, target, role = act.s, act.target, act.value
    if role not in ROLES:
        raise UserError("team.how")
    if target.role == OWNER != role:
        _another_owner(s, target)
    target.role = role
    if role != LEADER:
        target.point_id = None
    ours = teams.held_to(s, act.by)
    if role == OWNER:
        teams.hold_to(s, target, [])
    elif ours and role in READERS and not teams.held_to(s, target):
        teams.hold_to(s, target, ours)  # nobody lets another see more than they see themselves
    return role


def _another_owner(s: Session, target: Member) -> None:
    """A team without an owner could never be led again."""
    if len(teams.owners(s, target.team_id, lock=True)) == 1:
        raise UserError("team.last_owner")


def _nickname(act: _Act) -> str:
    name = " ".join(act.value.split())
    if len(name) > NICKNAME or not name.isprintable():
        raise UserError("team.nickname", n=NICKNAME)
    act.target.nickname = name
    return ""


def _shift(act: _Act) -> str:
    if act.value and act.value not in SHIFTS:
        raise UserError("team.how")
    act.target.shift = act.value
    return act.value


def _store(act: _Act) -> str:
    """Let see, or no longer let see, one store; `all` and the last one taken away: all of them."""
    s, target, value = act.s, act.target, act.value
    ours, stores = teams.held_to(s, act.by), {str(x.id): x for x in teams.stores(s, target.team_id)}
    chosen: set[int] = set()
    if value != ALL:
        if value not in stores or target.role == OWNER:
            raise UserError("store.gone" if value not in stores else "not_allowed")
        chosen = teams.held_to(s, target) ^ {int(value)}
    if ours and not (chosen and chosen <= ours):
        raise UserError("team.own_stores")
    teams.hold_to(s, target, chosen)
    return " ".join(x.key for x in stores.values() if x.id in chosen) or ALL


def _point(act: _Act) -> str:
    found = next(
        (x for x in teams.points(act.s, act.target.team_id) if str(x.id) == act.value), None
    )
    if found is None or act.target.role != LEADER:
        raise UserError("team.how")
    act.target.point_id = found.id
    return found.name


def _remove(act: _Act) -> str:
    """Out at once: their invites die, and nothing of the team comes to their private chat."""
    s, target, now = act.s, act.target, act.now
    if target.id == act.by.id:
        raise UserError("team.yourself")
    if target.role == OWNER:
        _another_owner(s, target)
    target.left_at = now
    s.flush()
    unused = (col(Invite.made_by) == target.id, col(Invite.used_at).is_(None))
    s.exec(update(Invite).where(*unused).values(used_at=now))
    chat = s.exec(select(Chat).where(Chat.telegram_id == target.telegram_id)).first()
    if chat and chat.id:
        bound = select(Binding).where(Binding.chat_id == chat.id, Binding.team_id == target.team_id)
        for binding in s.exec(bound).all():
            links.unlink(s, binding, now)
        if not teams.memberships(s, target.telegram_id):
            outbox.silence(s, chat.id, now, "no longer in the team")
    return ""


_CHANGES: dict[str, Callable[[_Act], str]] = {
    "role": _role, "nickname": _nickname, "shift": _shift, "store": _store, "point": _point,
    "remove": _remove,
}  # fmt: skip
