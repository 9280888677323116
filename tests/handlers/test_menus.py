"""What Telegram shows of the bot: menus from the COMMANDS table, and who it is."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from conftest import NOW, Shop
from judge import complaints
from sqlmodel import select
from wire import Wire, running

from bot import members
from bot import menus as given
from bot.clock import Clock
from bot.db import Database
from bot.db.people import Member, Menu
from bot.members import Change
from handlers import COMMANDS
from handlers.menus import set_menus


@pytest.fixture
async def wire(db_url: str, shop: Shop, clock: Clock) -> AsyncIterator[Wire]:
    async with running(db_url, clock, menus_stand=False) as connected:
        yield connected
    assert complaints(connected.calls) == []


async def menus(wire: Wire) -> dict[tuple[str, str], dict[str, str]]:
    """(scope, language) → command → description."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    async with asyncio.timeout(20):
        while len(found) < 9:
            found = {key(c["params"]): listed(c["params"]) for c in calls(wire)}
            await asyncio.sleep(0.02)
    return found


def calls(wire: Wire) -> list[dict[str, Any]]:
    found = [c for c in wire.calls if c["method"] == "setMyCommands" and c["effect"]]
    return [c for c in found if c["params"]["scope"]["type"] != "chat"]


def key(params: dict[str, Any]) -> tuple[str, str]:
    return params["scope"]["type"], params.get("language_code", "")


def listed(params: dict[str, Any]) -> dict[str, str]:
    return {c["command"]: c["description"] for c in params["commands"]}


async def own(wire: Wire, person: int, *, has: str = "", lacks: str = "") -> dict[str, str]:
    """A person's private menu, once it has one command or lacks another."""
    profile = wire.server.sandbox.state.profile
    async with asyncio.timeout(20):
        while True:
            menu = profile.commands(("chat", str(person), 0), "")
            found = {c["command"]: c["description"] for c in menu}
            if (not has or has in found) and (not lacks or lacks not in found):
                return found
            await asyncio.sleep(0.02)


def change(wire: Wire, shop: Shop, what: Change) -> None:
    """The owner changes something about the staff member."""
    with wire.bot.db.write() as s:
        owner, staff = (
            s.exec(select(Member).where(Member.telegram_id == i)).one()
            for i in (shop.owner, shop.staff)
        )
        members.apply(s, owner, staff, what, wire.bot.clock.now())


async def test_every_command_is_in_the_menu_of_its_chats(wire: Wire, shop: Shop) -> None:
    found = await menus(wire)
    colleagues, admins = found["all_group_chats", ""], found["all_chat_administrators", ""]
    assert "yesterday" in colleagues
    assert "link" not in colleagues
    assert {"yesterday", "link", "settings", "unlink"} <= set(admins)
    assert "start" not in admins


async def test_a_stranger_is_shown_only_the_way_in(wire: Wire, shop: Shop) -> None:
    assert set((await menus(wire))["all_private_chats", ""]) == {"start"}


async def test_menus_speak_chinese_and_english(wire: Wire, shop: Shop) -> None:
    found = await menus(wire)
    assert found["all_group_chats", "zh"]["yesterday"] == "昨天"
    assert found["all_group_chats", "en"]["yesterday"] == "Yesterday"


async def test_what_stands_is_not_set_again(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.owner, "/start")
    await own(wire, shop.owner, has="yesterday")
    await menus(wire)
    before = len(calls(wire))
    await wire.restart()
    await wire.say(shop.owner, "/help")
    await wire.replies()
    assert len(calls(wire)) == before
    mine = [c for c in wire.calls if c["params"].get("scope", {}).get("chat_id") == shop.owner]
    assert len(mine) == 1


async def looked(wire: Wire, db: Database, before: str = "") -> str:
    """The digest of what everybody is shown, once all of it was looked at."""
    async with asyncio.timeout(20):
        while True:
            with db.read() as s:
                digest = given.shown(s, wire.bot.house.bot_id)
            if digest != before:
                return digest
            await asyncio.sleep(0.02)


def asked(wire: Wire) -> int:
    return sum(c["method"].startswith("getMy") for c in wire.calls)


async def test_a_start_on_the_same_day_asks_for_nothing(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await looked(wire, db)
    assert asked(wire) == 15  # three languages: three menus, two descriptions
    await wire.restart()
    await wire.say(shop.owner, "/start")
    await own(wire, shop.owner, has="yesterday")  # which comes after the menus of all
    assert asked(wire) == 15


async def test_a_start_on_another_day_sets_again_what_somebody_took_away(
    wire: Wire, shop: Shop, db: Database
) -> None:
    digest = await looked(wire, db)
    scope = ("all_private_chats", "", 0)
    profile = wire.server.sandbox.state.profile
    stood = profile.commands(scope, "")
    profile.set_commands(scope, "", [])
    before = len(calls(wire))
    await wire.until(NOW + timedelta(days=1))
    await wire.restart()
    await looked(wire, db, digest)
    assert len(calls(wire)) == before + 1
    assert profile.commands(scope, "") == stood


async def test_what_telegram_refused_is_not_taken_for_done(
    wire: Wire, shop: Shop, db: Database
) -> None:
    digest = await looked(wire, db)
    with db.write() as s:
        given.forget(s)
    await wire.fault("getMyDescription", "400")
    found = []
    for _ in range(2):
        await set_menus(wire.bot.app.bot, wire.bot.house, COMMANDS, pauses=(0,))
        with db.read() as s:
            found.append(given.shown(s, wire.bot.house.bot_id))
    assert found == ["", digest]


async def test_a_members_menu_is_what_their_role_may_do(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.owner, "/start")
    await wire.say(shop.leader, "/start")
    owners = await own(wire, shop.owner, has="yesterday")
    leaders = await own(wire, shop.leader, has="help")
    assert set(owners) == {c.name for c in COMMANDS if c.listed and "private" in c.rule.chats}
    assert "yesterday" not in leaders


async def test_a_members_menu_is_in_their_script(wire: Wire, shop: Shop) -> None:
    await wire.speak(shop.owner, "zh-hant")
    await wire.say(shop.owner, "/start")
    async with asyncio.timeout(20):
        while (await own(wire, shop.owner, has="week"))["week"] != "本週":
            await asyncio.sleep(0.02)


async def test_a_new_role_changes_the_menu_and_leaving_takes_it(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.staff, "/start")
    await own(wire, shop.staff, has="yesterday")
    change(wire, shop, Change("role", "leader"))
    await own(wire, shop.staff, has="help", lacks="yesterday")
    change(wire, shop, Change("remove"))
    assert await own(wire, shop.staff, lacks="help") == {}
    async with asyncio.timeout(20):
        while True:
            with db.read() as s:
                if s.get(Menu, (wire.bot.house.bot_id, shop.staff)) is None:
                    break
            await asyncio.sleep(0.02)


async def test_a_newcomer_reads_who_it_is_before_the_first_word(wire: Wire, shop: Shop) -> None:
    told: dict[str, str] = {}
    async with asyncio.timeout(10):
        while len(told) < 2:
            set_ = [c["params"] for c in wire.calls if c["method"] == "setMyDescription"]
            told = {p.get("language_code", ""): p["description"] for p in set_}
            await asyncio.sleep(0.02)
    assert told[""].startswith("我是店小二，店铺团队的助手。")
    assert told["en"].startswith("I am Storebot, the assistant of store teams.")
