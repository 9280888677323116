"""Commands by scope and language: what a person is offered."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.api import Sandbox
from bot.sandbox.people import speak_language
from bot.sandbox.view import view
from tests.sandbox.town import OWNER, STAFF, TEAM


def offered(sandbox: Sandbox, person: int, chat: int) -> str:
    """The command this person's menu opens with, "" for none."""
    shown = next(c for c in view(sandbox.state, person)["chats"] if c["id"] == chat)
    return shown["commands"][0]["command"] if shown["commands"] else ""


def offer(sandbox: Sandbox, name: str, scope: str, language: str = "", **more: Any) -> None:
    sandbox.call(
        "setMyCommands",
        commands=[{"command": name, "description": "d"}],
        scope={"type": scope} | more,
        language_code=language,
    )


# every scope in the order Telegram asks them, for an administrator in a group
GROUP_SCOPES: list[tuple[str, dict[str, Any]]] = [
    ("default", {}),
    ("all_group_chats", {}),
    ("all_chat_administrators", {}),
    ("chat", {"chat_id": TEAM}),
    ("chat_administrators", {"chat_id": TEAM}),
    ("chat_member", {"chat_id": TEAM, "user_id": OWNER}),
]


@pytest.mark.parametrize("depth", range(1, len(GROUP_SCOPES) + 1))
def test_in_a_group_the_narrower_scope_wins(sandbox: Sandbox, depth: int) -> None:
    for number, (scope, more) in enumerate(GROUP_SCOPES[:depth]):
        offer(sandbox, f"c{number}", scope, **more)
    assert offered(sandbox, OWNER, TEAM) == f"c{depth - 1}"


def test_administrators_scopes_are_not_for_members(sandbox: Sandbox) -> None:
    offer(sandbox, "all", "all_group_chats")
    offer(sandbox, "admins", "all_chat_administrators")
    offer(sandbox, "here", "chat_administrators", chat_id=TEAM)
    assert offered(sandbox, STAFF, TEAM) == "all"
    assert offered(sandbox, OWNER, TEAM) == "here"


def test_in_private_the_chat_wins_over_all_private_chats(sandbox: Sandbox) -> None:
    offer(sandbox, "all", "all_private_chats")
    assert offered(sandbox, OWNER, OWNER) == "all"
    offer(sandbox, "mine", "chat", chat_id=OWNER)
    assert offered(sandbox, OWNER, OWNER) == "mine"
    assert offered(sandbox, STAFF, STAFF) == "all"


def test_the_persons_language_wins_within_a_scope_and_not_across(sandbox: Sandbox) -> None:
    offer(sandbox, "any", "default")
    offer(sandbox, "chinese", "default", "zh")
    assert offered(sandbox, OWNER, OWNER) == "chinese"
    speak_language(sandbox.state, OWNER, "en")
    assert offered(sandbox, OWNER, OWNER) == "any"
    speak_language(sandbox.state, OWNER, "zh-hant")
    assert offered(sandbox, OWNER, OWNER) == "chinese"
    offer(sandbox, "private", "all_private_chats")
    assert offered(sandbox, OWNER, OWNER) == "private"


def test_deleted_commands_let_the_wider_scope_show(sandbox: Sandbox) -> None:
    offer(sandbox, "any", "default")
    offer(sandbox, "private", "all_private_chats")
    sandbox.call("deleteMyCommands", scope={"type": "all_private_chats"})
    assert offered(sandbox, OWNER, OWNER) == "any"
    assert sandbox.call("getMyCommands") == [{"command": "any", "description": "d"}]


def test_those_whose_menu_changed_are_told(sandbox: Sandbox) -> None:
    offer(sandbox, "mine", "chat_member", chat_id=TEAM, user_id=STAFF)
    assert sandbox.state.events.after(0, OWNER) == []
    (event,) = sandbox.state.events.after(0, STAFF)
    assert (event["kind"], event["chat"]) == ("commands", TEAM)
    assert event["commands"] == [{"command": "mine", "description": "d"}]


def test_the_bots_texts_are_kept_by_language(sandbox: Sandbox) -> None:
    sandbox.call("setMyDescription", description="店小二")
    sandbox.call("setMyDescription", description="Shop hand", language_code="en")
    read = sandbox.call("getMyDescription", language_code="en")
    assert read == {"description": "Shop hand"}
    assert view(sandbox.state, OWNER)["bot"]["description"] == "店小二"
    assert view(sandbox.state, STAFF)["bot"]["description"] == "Shop hand"


def test_a_menu_button_is_set_for_all_or_for_one(sandbox: Sandbox) -> None:
    app = {"type": "web_app", "text": "看板", "web_app": {"url": "https://a.example/"}}
    sandbox.call("setChatMenuButton", chat_id=OWNER, menu_button=app)
    assert sandbox.call("getChatMenuButton", chat_id=OWNER) == app
    assert sandbox.call("getChatMenuButton", chat_id=STAFF) == {"type": "commands"}
