"""Rows of people and chats that two doors may want at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

from conftest import NOW, Shop
from sqlmodel import Session

from bot import links, menus, teams
from bot.config import Defaults
from bot.db import Database
from bot.db.people import Store


def test_two_doors_may_make_the_same_chat_at_once(db: Database) -> None:
    def make() -> int | None:
        with db.write() as s:
            return teams.chat(s, 1001, "private").id

    with ThreadPoolExecutor(1) as pool:
        with db.write() as s:
            first = teams.chat(s, 1001, "private").id
            second = pool.submit(make)
            sleep(0.2)  # until it waits, for the lock or for the row
        assert second.result() == first


def test_of_several_teams_the_chosen_one_is_meant_everywhere(db: Database, shop: Shop) -> None:
    with db.write() as s:
        there = teams.add_member(s, shop.other_team, shop.staff, "小陈", "manager", NOW)
        assert teams.memberships(s, shop.staff)[0].team_id == shop.team
        assert menus.places(s)[shop.staff].role == "staff"
        teams.choose(s, there, NOW)
        assert teams.memberships(s, shop.staff)[0].team_id == shop.other_team
        assert menus.places(s)[shop.staff].role == "manager"


def test_two_who_tick_stores_at_once_lose_neither(db: Database, shop: Shop) -> None:
    with db.write() as s:
        tmall, hk = teams.stores(s, shop.team)
        row = teams.chat(s, -100, "supergroup")

    def tick(s: Session, store: Store) -> None:
        links.toggle(s, row, 0, store, "en", Defaults(), NOW)

    def second() -> None:
        with db.write() as s:
            tick(s, hk)

    with ThreadPoolExecutor(1) as pool:
        with db.write() as s:
            tick(s, tmall)
            other = pool.submit(second)
            sleep(0.2)  # until it waits, for the lock or for the row
        other.result()
    with db.read() as s:
        binding = teams.binding(s, -100, 0)
        assert binding
        assert [x.key for x in teams.bound_stores(s, binding)] == ["tmall", "hk"]
