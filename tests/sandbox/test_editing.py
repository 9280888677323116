"""What the bot does to messages that are there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.clock import Clock
from bot.sandbox.api import Sandbox
from bot.sandbox.members import set_bot
from bot.sandbox.params import Params
from bot.sandbox.refusal import Refused
from tests.sandbox.town import FORUM, OWNER, STAFF, TEAM, png

KEYS = {"inline_keyboard": [[{"text": "b", "callback_data": "d"}]]}


@pytest.fixture
def text(sandbox: Sandbox) -> dict[str, Any]:
    return {"chat_id": TEAM} | {
        "message_id": sandbox.call(
            "sendMessage", chat_id=TEAM, text="<b>a</b>", parse_mode="HTML", reply_markup=KEYS
        )["message_id"]
    }


@pytest.fixture
def picture(sandbox: Sandbox) -> dict[str, Any]:
    reply = sandbox.receive("sendPhoto", Params({"chat_id": TEAM}, {"photo": png(9, 9)}))
    assert reply.body is not None
    return {"chat_id": TEAM, "message_id": reply.body["result"]["message_id"]}


def test_an_edit_shows_its_date_and_drops_buttons_not_named(
    sandbox: Sandbox, text: dict[str, Any], clock: Clock
) -> None:
    clock.advance(timedelta(minutes=1))
    message = sandbox.call("editMessageText", **text, text="b")
    assert (message["text"], message["edit_date"] - message["date"]) == ("b", 60)
    assert "reply_markup" not in message
    assert "entities" not in message


def test_an_edit_that_changes_nothing_is_refused(sandbox: Sandbox, text: dict[str, Any]) -> None:
    same = text | {"text": "<b>a</b> ", "parse_mode": "HTML", "reply_markup": KEYS}
    with pytest.raises(Refused) as refusal:
        sandbox.call("editMessageText", **same)
    assert refusal.value.description == (
        "Bad Request: message is not modified: specified new message content and reply markup"
        " are exactly the same as a current content and reply markup of the message"
    )


def test_new_buttons_leave_no_edited_mark(sandbox: Sandbox, text: dict[str, Any]) -> None:
    assert "edit_date" not in sandbox.call("editMessageReplyMarkup", **text)
    with pytest.raises(Refused, match="message is not modified"):
        sandbox.call("editMessageReplyMarkup", **text)


def test_text_and_caption_are_edited_where_they_are(
    sandbox: Sandbox, text: dict[str, Any], picture: dict[str, Any]
) -> None:
    with pytest.raises(Refused, match="there is no caption in the message to edit"):
        sandbox.call("editMessageCaption", **text, caption="c")
    with pytest.raises(Refused, match="there is no text in the message to edit"):
        sandbox.call("editMessageText", **picture, text="c")
    with pytest.raises(Refused, match="message caption is too long"):
        sandbox.call("editMessageCaption", **picture, caption="c" * 1025)
    assert sandbox.call("editMessageCaption", **picture, caption="c")["caption"] == "c"


def test_a_picture_is_replaced(sandbox: Sandbox, picture: dict[str, Any]) -> None:
    media = {"type": "photo", "media": "attach://new", "caption": "c"}
    given = Params(picture | {"media": media}, {"new": png(80, 60)})
    body = sandbox.receive("editMessageMedia", given).body
    assert body is not None
    assert body["result"]["photo"][-1]["width"] == 80


def test_what_others_wrote_cannot_be_edited(sandbox: Sandbox) -> None:
    message = sandbox.say(OWNER, "hi", TEAM)["message_id"]
    with pytest.raises(Refused, match="message can't be edited"):
        sandbox.call("editMessageText", chat_id=TEAM, message_id=message, text="x")


def test_the_bot_deletes_its_own_for_two_days(
    sandbox: Sandbox, text: dict[str, Any], clock: Clock
) -> None:
    clock.advance(timedelta(hours=49))
    with pytest.raises(Refused, match="message can't be deleted for everyone"):
        sandbox.call("deleteMessage", **text)
    clock.advance(timedelta(hours=-2))
    assert sandbox.call("deleteMessage", **text) is True
    with pytest.raises(Refused, match="message to edit not found"):
        sandbox.call("editMessageText", **text, text="x")


def test_only_an_administrator_deletes_what_others_wrote(sandbox: Sandbox) -> None:
    message = sandbox.say(OWNER, "hi", TEAM)["message_id"]
    with pytest.raises(Refused, match=r"message can't be deleted$"):
        sandbox.call("deleteMessage", chat_id=TEAM, message_id=message)
    set_bot(sandbox.state, OWNER, TEAM, "administrator")
    assert sandbox.call("deleteMessage", chat_id=TEAM, message_id=message) is True


def test_in_private_the_bot_deletes_what_it_was_sent(sandbox: Sandbox) -> None:
    message = sandbox.say(OWNER, "secret")["message_id"]
    assert sandbox.call("deleteMessage", chat_id=OWNER, message_id=message) is True


def test_a_press_is_answered_once(sandbox: Sandbox, text: dict[str, Any]) -> None:
    query = sandbox.press(STAFF, TEAM, text["message_id"], "d")
    sandbox.call("answerCallbackQuery", callback_query_id=query, text="ok", show_alert=True)
    event = sandbox.state.events.after(0, STAFF)[-1]
    assert (event["kind"], event["text"], event["show_alert"]) == ("answer", "ok", True)
    with pytest.raises(Refused, match="query is too old"):
        sandbox.call("answerCallbackQuery", callback_query_id=query)


def test_a_press_waits_a_minute_for_its_answer(
    sandbox: Sandbox, text: dict[str, Any], clock: Clock
) -> None:
    query = sandbox.press(STAFF, TEAM, text["message_id"], "d")
    clock.advance(timedelta(seconds=61))
    with pytest.raises(Refused, match="query is too old"):
        sandbox.call("answerCallbackQuery", callback_query_id=query)


def test_the_answer_to_a_press_has_200_characters_and_no_foreign_address(
    sandbox: Sandbox, text: dict[str, Any]
) -> None:
    query = sandbox.press(STAFF, TEAM, text["message_id"], "d")
    with pytest.raises(Refused, match="MESSAGE_TOO_LONG"):
        sandbox.call("answerCallbackQuery", callback_query_id=query, text="x" * 201)
    with pytest.raises(Refused, match="URL_INVALID"):
        sandbox.call("answerCallbackQuery", callback_query_id=query, url="https://a.example/")


def test_only_an_administrator_pins_in_a_group(sandbox: Sandbox, text: dict[str, Any]) -> None:
    said = "not enough rights to manage pinned messages in the chat"
    with pytest.raises(Refused, match=said):
        sandbox.call("pinChatMessage", **text)
    message = sandbox.call("sendMessage", chat_id=FORUM, text="x")["message_id"]
    sandbox.call("pinChatMessage", chat_id=FORUM, message_id=message)
    assert sandbox.call("getChat", chat_id=FORUM)["pinned_message"]["text"] == "x"
    last = sandbox.state.chats[FORUM].last
    assert last is not None
    assert last["pinned_message"]["message_id"] == message
    sandbox.call("unpinChatMessage", chat_id=FORUM)
    assert "pinned_message" not in sandbox.call("getChat", chat_id=FORUM)
