"""Changes of people: what is typed, who may, and two who change at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from conftest import NOW, Shop
from sqlmodel import Session

from bot import members, teams
from bot.access import ROLES
from bot.db import Database
from bot.db.people import Member
from bot.errors import UserError
from bot.members import Change


def me(s: Session, person: int) -> Member:
    return teams.memberships(s, person)[0]


@pytest.mark.parametrize(
    ("words", "name", "change"),
    [
        ("小陈", "小陈", Change()),
        ("小陈 昵称 陈 陈", "小陈", Change("nickname", "陈 陈")),
        ("小陈 暱稱", "小陈", Change("nickname", "")),
        ("Chen Xiao Ming late", "Chen Xiao Ming", Change("shift", "late")),
        ("小陈 不排班", "小陈", Change("shift", "")),
        ("小陈 團長", "小陈", Change("role", "leader")),
        ("小陈 移出", "小陈", Change("remove")),
        ("店长", "店长", Change()),
        ("Chen Xiao Ming", "Chen Xiao Ming", Change()),
    ],
)
def test_what_is_typed_is_read(words: str, name: str, change: Change) -> None:
    assert members.read(words.split()) == (name, change)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("09:00-17:30", ("09:00", "17:30")),
        ("9：00至17：30", ("09:00", "17:30")),
        ("17:00 – 0:00", ("17:00", "24:00")),
        ("22:00-6:00", ("22:00", "06:00")),
    ],
)
def test_hours_are_read(text: str, hours: tuple[str, str]) -> None:
    assert members.hours(text) == hours


@pytest.mark.parametrize("text", ["", "9-17", "09:00-09:00", "24:00-02:00", "09:60-10:00", "09:00"])
def test_hours_that_are_none(text: str) -> None:
    with pytest.raises(UserError):
        members.hours(text)


@pytest.mark.parametrize("actor", ROLES)
@pytest.mark.parametrize("target", ROLES)
def test_who_may_change_whom(actor: str, target: str) -> None:
    below = target in ("staff", "leader", "viewer")
    assert members.may_change(actor, target) == (actor == "owner" or (actor == "manager" and below))


def test_two_owners_who_remove_each_other_leave_one(db: Database, shop: Shop) -> None:
    with db.write() as s:
        me(s, shop.manager).role = "owner"
        first, second = (me(s, x).id for x in (shop.owner, shop.manager))

    def removes(by: int | None, other: int | None) -> None:
        with db.write() as s:
            actor, target = s.get_one(Member, by), s.get_one(Member, other)
            members.apply(s, actor, target, Change("remove"), NOW)

    with ThreadPoolExecutor(1) as pool:
        with db.write() as s:
            one, two = s.get_one(Member, first), s.get_one(Member, second)
            members.apply(s, one, two, Change("remove"), NOW)
            late = pool.submit(removes, second, first)
            sleep(0.2)  # until it waits, for the lock or for the rows
        with pytest.raises(UserError, match="last_owner"):
            late.result()
    with db.read() as s:
        assert [m.telegram_id for m in teams.owners(s, shop.team)] == [shop.owner]


def test_a_held_manager_lets_nobody_see_more(db: Database, shop: Shop) -> None:
    with db.write() as s:
        manager, leader = me(s, shop.manager), me(s, shop.leader)
        teams.hold_to(s, manager, [shop.tmall])
        members.apply(s, manager, leader, Change("role", "staff"), NOW)
        assert teams.held_to(s, leader) == {shop.tmall}


@pytest.mark.parametrize("value", ["2", "all", "1"])
def test_a_held_manager_gives_no_store_they_do_not_see(
    db: Database, shop: Shop, value: str
) -> None:
    with db.write() as s:
        manager, staff = me(s, shop.manager), me(s, shop.staff)
        teams.hold_to(s, manager, [shop.tmall])
        teams.hold_to(s, staff, [shop.tmall])
        with pytest.raises(UserError):
            members.apply(s, manager, staff, Change("store", value), NOW)
        assert teams.held_to(s, staff) == {shop.tmall}


def test_an_owner_is_held_to_no_store(db: Database, shop: Shop) -> None:
    with db.write() as s:
        owner, staff = me(s, shop.owner), me(s, shop.staff)
        teams.hold_to(s, staff, [shop.tmall])
        members.apply(s, owner, staff, Change("role", "owner"), NOW)
        assert teams.held_to(s, staff) == set()


def test_a_leader_who_becomes_staff_has_no_point(db: Database, shop: Shop) -> None:
    with db.write() as s:
        owner, leader = me(s, shop.owner), me(s, shop.leader)
        point = teams.point(s, shop.team, "朝阳里", NOW)
        members.apply(s, owner, leader, Change("point", str(point.id)), NOW)
        assert leader.point_id == point.id
        members.apply(s, owner, leader, Change("role", "staff"), NOW)
        assert leader.point_id is None


def test_a_manager_names_and_schedules_themselves(db: Database, shop: Shop) -> None:
    with db.write() as s:
        manager = me(s, shop.manager)
        members.apply(s, manager, manager, Change("nickname", "老王"), NOW)
        members.apply(s, manager, manager, Change("shift", "early"), NOW)
        with pytest.raises(UserError):
            members.apply(s, manager, manager, Change("role", "owner"), NOW)
    assert (manager.nickname, manager.shift, manager.role) == ("老王", "early", "manager")
