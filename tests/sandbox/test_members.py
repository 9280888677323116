"""Who is in a group and what they are kept from: people and the bot come, go, rise and fall."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox import members
from bot.sandbox.api import Sandbox
from bot.sandbox.params import Params
from bot.sandbox.people import delete, pin, press
from bot.sandbox.refusal import Refused, WrongCall
from tests.sandbox.town import FORUM, OWNER, SMALL, STAFF, STRANGER, TEAM, png

EVERYTHING = ["message", "chat_member", "my_chat_member"]


def updates(sandbox: Sandbox) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.call("getUpdates", allowed_updates=EVERYTHING)
    return found


def photo(sandbox: Sandbox, chat: int) -> dict[str, Any]:
    given = {"chat_id": chat, "photo": "attach://p"}
    return sandbox.receive("sendPhoto", Params(given, {"p": png(9, 9)})).body or {}


def test_who_comes_and_goes_is_a_service_message(sandbox: Sandbox, judge: Any) -> None:
    members.set_member(sandbox.state, OWNER, TEAM, STRANGER, "member")
    members.set_member(sandbox.state, STRANGER, TEAM, STRANGER, "left")
    came, went = (update["message"] for update in updates(sandbox))
    assert [user["id"] for user in came["new_chat_members"]] == [STRANGER]
    assert went["left_chat_member"]["id"] == STRANGER
    assert STRANGER not in sandbox.state.chats[TEAM].audience
    judge(sandbox.log.calls)


def test_an_administrator_is_told_of_others_if_it_asks(sandbox: Sandbox, judge: Any) -> None:
    updates(sandbox)
    members.set_member(sandbox.state, OWNER, FORUM, STAFF, "member")
    members.set_member(sandbox.state, OWNER, FORUM, STAFF, "restricted")
    members.set_member(sandbox.state, OWNER, TEAM, STAFF, "administrator")
    told = [u["chat_member"] for u in updates(sandbox) if "chat_member" in u]
    statuses = [(c["old_chat_member"]["status"], c["new_chat_member"]["status"]) for c in told]
    assert statuses == [("left", "member"), ("member", "restricted")]
    judge(sandbox.log.calls)


def test_a_restricted_bot_is_told_so_and_may_not_speak(sandbox: Sandbox, judge: Any) -> None:
    members.set_bot(sandbox.state, OWNER, TEAM, "restricted", ["text"])
    change = updates(sandbox)[0]["my_chat_member"]["new_chat_member"]
    assert (change["can_send_messages"], change["can_send_photos"]) == (False, True)
    with pytest.raises(Refused, match="not enough rights to send text messages to the chat"):
        sandbox.call("sendMessage", chat_id=TEAM, text="x")
    judge(sandbox.log.calls)


def test_a_group_may_keep_pictures_from_its_members(sandbox: Sandbox) -> None:
    members.permit(sandbox.state, TEAM, ["photo"])
    said = photo(sandbox, TEAM)["description"]
    assert said == "Bad Request: not enough rights to send photos to the chat"
    assert sandbox.call("sendMessage", chat_id=TEAM, text="x")
    members.set_bot(sandbox.state, OWNER, TEAM, "administrator", ["photo"])
    assert photo(sandbox, TEAM)["ok"]


def test_a_deleted_group_takes_no_more_calls(sandbox: Sandbox) -> None:
    members.delete_chat(sandbox.state, SMALL)
    (left,) = (u["my_chat_member"] for u in updates(sandbox) if "my_chat_member" in u)
    assert left["new_chat_member"]["status"] == "left"
    with pytest.raises(Refused, match="Forbidden: the group chat was deleted"):
        sandbox.call("sendMessage", chat_id=SMALL, text="x")


def test_without_privacy_mode_the_bot_hears_everything(sandbox: Sandbox) -> None:
    sandbox.say(STAFF, "unheard", TEAM)
    assert sandbox.call("getMe")["can_read_all_group_messages"] is False
    sandbox.state.privacy = False
    sandbox.say(STAFF, "heard", TEAM)
    assert [u["message"]["text"] for u in updates(sandbox)] == ["heard"]
    assert sandbox.call("getMe")["can_read_all_group_messages"] is True


@pytest.mark.parametrize(
    ("way", "sender", "mark"),
    [
        ("anonymous", 1087968824, "sender_chat"),
        ("channel", 136817688, "sender_chat"),
        ("linked channel", 777000, "is_automatic_forward"),
        ("forward", OWNER, "forward_origin"),
        ("bot", OWNER, "via_bot"),
    ],
)
def test_a_message_shows_how_it_came(
    sandbox: Sandbox, judge: Any, way: str, sender: int, mark: str
) -> None:
    sandbox.say(OWNER, "/today", TEAM, via=way)
    (update,) = updates(sandbox)
    assert update["message"]["from"]["id"] == sender
    assert mark in update["message"]
    judge(sandbox.log.calls)


def test_a_press_on_what_is_gone_shows_no_message(sandbox: Sandbox) -> None:
    sent = sandbox.call("sendMessage", chat_id=TEAM, text="x")["message_id"]
    delete(sandbox.state, OWNER, TEAM, sent)
    press(sandbox.state, STAFF, TEAM, sent, "d", inaccessible=True)
    message = sandbox.call("getUpdates")[0]["callback_query"]["message"]
    assert (message["message_id"], message["date"], message["chat"]["id"]) == (sent, 0, TEAM)
    assert "text" not in message


def test_a_persons_pin_is_told_and_its_end_is_not(sandbox: Sandbox) -> None:
    said = sandbox.say(OWNER, "规则", TEAM)["message_id"]
    pin(sandbox.state, OWNER, TEAM, said)
    pin(sandbox.state, OWNER, TEAM, said, unpin=True)
    (update,) = updates(sandbox)
    assert update["message"]["pinned_message"]["text"] == "规则"
    assert sandbox.state.chats[TEAM].pinned == []


def test_wrong_calls_are_named(sandbox: Sandbox) -> None:
    state = sandbox.state
    with pytest.raises(WrongCall, match="nothing comes via 'pigeon'"):
        sandbox.say(OWNER, "x", TEAM, via="pigeon")
    with pytest.raises(WrongCall, match="is no administrator"):
        sandbox.say(STAFF, "x", TEAM, via="anonymous")
    with pytest.raises(WrongCall, match="kept from \\['song'\\]"):
        members.permit(state, TEAM, ["song"])
    with pytest.raises(WrongCall, match="999 cannot be made member"):
        members.set_member(state, OWNER, TEAM, 999, "member")
    with pytest.raises(WrongCall, match="is no group"):
        members.delete_chat(state, OWNER)
