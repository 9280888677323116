"""What Telegram shows of the bot: menus from the COMMANDS table, and who it is."""

import asyncio
from typing import Any

from conftest import Shop
from wire import Wire

from handlers import COMMANDS


async def menus(wire: Wire) -> dict[tuple[str, str], dict[str, str]]:
    """(scope, language) → command → description."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    async with asyncio.timeout(10):
        while len(found) < 6:
            found = {key(c["params"]): listed(c["params"]) for c in calls(wire)}
            await asyncio.sleep(0.02)
    return found


def calls(wire: Wire) -> list[dict[str, Any]]:
    return [c for c in wire.calls if c["method"] == "setMyCommands" and c["effect"]]


def key(params: dict[str, Any]) -> tuple[str, str]:
    return params["scope"]["type"], params.get("language_code", "")


def listed(params: dict[str, Any]) -> dict[str, str]:
    return {c["command"]: c["description"] for c in params["commands"]}


async def test_every_command_is_in_the_menu_of_its_chats(wire: Wire, shop: Shop) -> None:
    found = await menus(wire)
    private, groups = found["all_private_chats", ""], found["all_group_chats", ""]
    assert set(private) | set(groups) == {c.name for c in COMMANDS if c.listed}
    assert "link" in groups
    assert "link" not in private
    assert "start" not in groups


async def test_menus_speak_chinese_and_english(wire: Wire, shop: Shop) -> None:
    found = await menus(wire)
    assert found["all_private_chats", "zh"]["yesterday"] == "昨天"
    assert found["all_private_chats", "en"]["yesterday"] == "Yesterday"


async def test_a_newcomer_reads_who_it_is_before_the_first_word(wire: Wire, shop: Shop) -> None:
    told: dict[str, str] = {}
    async with asyncio.timeout(10):
        while len(told) < 2:
            set_ = [c["params"] for c in wire.calls if c["method"] == "setMyDescription"]
            told = {p.get("language_code", ""): p["description"] for p in set_}
            await asyncio.sleep(0.02)
    assert told[""].startswith("我是店小二，店铺团队的助手。")
    assert told["en"].startswith("I am Storebot, the assistant of store teams.")
