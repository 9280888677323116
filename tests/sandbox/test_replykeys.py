"""Keyboards below the input line: who sees them, and when they go."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.api import Sandbox
from bot.sandbox.refusal import Refused
from bot.sandbox.view import view
from tests.sandbox.town import OWNER, STAFF, STRANGER, TEAM

KEYS: dict[str, Any] = {"keyboard": [["到货", {"text": "取货"}]], "resize_keyboard": True}


def keyboard(sandbox: Sandbox, person: int, chat: int = TEAM) -> dict[str, Any] | None:
    shown = {c["id"]: c for c in view(sandbox.state, person)["chats"]}
    found: dict[str, Any] | None = shown[chat]["keyboard"]
    return found


def test_a_keyboard_is_everybodys_in_the_chat_until_it_is_removed(sandbox: Sandbox) -> None:
    sandbox.call("sendMessage", chat_id=TEAM, text="x", reply_markup=KEYS)
    shown = keyboard(sandbox, STAFF)
    assert shown is not None
    assert shown["keyboard"] == [[{"text": "到货"}, {"text": "取货"}]]
    sandbox.call("sendMessage", chat_id=TEAM, text="y", reply_markup={"remove_keyboard": True})
    assert (keyboard(sandbox, OWNER), keyboard(sandbox, STAFF)) == (None, None)


def test_a_selective_keyboard_is_for_whom_the_message_answers(sandbox: Sandbox) -> None:
    asked = sandbox.say(STAFF, "/start", TEAM)["message_id"]
    markup = KEYS | {"selective": True}
    sandbox.call(
        "sendMessage", chat_id=TEAM, text="x", reply_markup=markup,
        reply_parameters={"message_id": asked},
    )  # fmt: skip
    assert keyboard(sandbox, STAFF) is not None
    assert keyboard(sandbox, OWNER) is None


def test_a_selective_keyboard_is_for_whom_the_message_names(sandbox: Sandbox) -> None:
    markup = {"force_reply": True, "selective": True}
    sandbox.call("sendMessage", chat_id=TEAM, text="多少？ @boss_lin", reply_markup=markup)
    shown = keyboard(sandbox, OWNER)
    assert shown is not None
    assert shown["message"]["text"] == "多少？ @boss_lin"
    assert keyboard(sandbox, STAFF) is None


def test_a_forced_reply_is_done_with_once_the_person_writes(sandbox: Sandbox) -> None:
    sandbox.call("sendMessage", chat_id=TEAM, text="?", reply_markup={"force_reply": True})
    sandbox.say(STAFF, "3", TEAM)
    assert keyboard(sandbox, STAFF) is None
    assert keyboard(sandbox, OWNER) is not None


def test_a_one_time_keyboard_folds_away_after_its_use(sandbox: Sandbox) -> None:
    markup = KEYS | {"one_time_keyboard": True}
    sandbox.call("sendMessage", chat_id=OWNER, text="x", reply_markup=markup)
    sandbox.say(OWNER, "到货")
    shown = keyboard(sandbox, OWNER, OWNER)
    assert shown is not None
    assert shown["folded"] is True


def test_a_keyboard_goes_with_the_message_that_brought_it(sandbox: Sandbox) -> None:
    sent = sandbox.call("sendMessage", chat_id=OWNER, text="x", reply_markup=KEYS)["message_id"]
    sandbox.call("deleteMessage", chat_id=OWNER, message_id=sent)
    assert keyboard(sandbox, OWNER, OWNER) is None
    assert sandbox.state.events.after(0, OWNER)[-1]["keyboard"] is None


def test_the_stranger_hears_nothing_of_a_keyboard(sandbox: Sandbox) -> None:
    sandbox.call("sendMessage", chat_id=TEAM, text="x", reply_markup=KEYS)
    assert sandbox.state.events.after(0, STRANGER) == []


def test_a_keyboard_button_without_text_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(Refused, match='Can\'t find field "text"'):
        sandbox.call("sendMessage", chat_id=OWNER, text="x", reply_markup={"keyboard": [[{}]]})
