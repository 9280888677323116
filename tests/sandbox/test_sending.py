"""What the bot sends: limits, pictures, albums, topics, replies, buttons, closed doors."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.api import Sandbox
from bot.sandbox.members import migrate, set_bot
from bot.sandbox.params import Params, Upload
from bot.sandbox.refusal import Refused
from tests.sandbox.town import FORUM, OWNER, SMALL, STAFF, STRANGER, TEAM, png


def refused(sandbox: Sandbox, method: str, upload: Upload | None = None, **given: Any) -> str:
    reply = sandbox.receive(method, Params(given, {"file": upload} if upload else {}))
    assert reply.body is not None
    assert reply.body["ok"] is False, reply.body
    return str(reply.body["description"])


def test_a_text_may_have_4096_characters_after_parsing(sandbox: Sandbox) -> None:
    text = f"<b>{'字' * 4096}</b>"
    message = sandbox.call("sendMessage", chat_id=OWNER, text=text, parse_mode="HTML")
    assert len(message["text"]) == 4096


def test_a_text_of_4096_wide_characters_is_counted_in_code_points(sandbox: Sandbox) -> None:
    assert sandbox.call("sendMessage", chat_id=OWNER, text="🟠" * 4096)["message_id"] == 1


def test_a_caption_has_1024_characters(sandbox: Sandbox) -> None:
    given = {"chat_id": OWNER, "photo": "attach://file", "caption": "x" * 1025}
    said = refused(sandbox, "sendPhoto", png(9, 9), **given)
    assert said == "Bad Request: message caption is too long"


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (png(9000, 1001), "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        (png(2001, 100), "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        (Upload("a.png", b"no picture"), "Bad Request: IMAGE_PROCESS_FAILED"),
        (Upload("a.png", b""), "Bad Request: file must be non-empty"),
        (
            png(100, 100, 10 * 1024 * 1024 + 1),
            "Bad Request: file of size 10485761 bytes is too big for a photo;"
            " the maximum size is 10485760 bytes",
        ),
    ],
)
def test_a_picture_telegram_does_not_take(sandbox: Sandbox, picture: Upload, said: str) -> None:
    assert refused(sandbox, "sendPhoto", picture, chat_id=OWNER, photo="attach://file") == said


def test_a_picture_comes_in_sizes_up_to_1280(sandbox: Sandbox) -> None:
    given = Params({"chat_id": OWNER}, {"photo": png(2048, 2560)})
    body = sandbox.receive("sendPhoto", given).body
    assert body is not None
    sizes = [(size["width"], size["height"]) for size in body["result"]["photo"]]
    assert sizes == [(72, 90), (256, 320), (640, 800), (1024, 1280)]


def test_a_file_is_sent_again_by_its_id_as_what_it_is(sandbox: Sandbox) -> None:
    sent = sandbox.receive("sendDocument", Params({"chat_id": OWNER}, {"document": png(9, 9)}))
    assert sent.body is not None
    document = sent.body["result"]["document"]
    again = sandbox.call("sendDocument", chat_id=OWNER, document=document["file_id"])
    assert again["document"] == document
    said = refused(sandbox, "sendPhoto", chat_id=OWNER, photo=document["file_id"])
    assert said == "Bad Request: can't use file of type Document as Photo"


def test_an_album_shares_a_group_id_and_does_not_mix(sandbox: Sandbox) -> None:
    photo = {"type": "photo", "media": "attach://file"}
    document = {"type": "document", "media": "attach://file"}
    uploads = {"file": png(9, 9)}
    given = {"chat_id": OWNER, "media": [photo, photo | {"caption": "c"}]}
    body = sandbox.receive("sendMediaGroup", Params(given, uploads)).body
    assert body is not None
    first, second = body["result"]
    assert first["media_group_id"] == second["media_group_id"]
    assert second["caption"] == "c"
    said = refused(sandbox, "sendMediaGroup", png(9, 9), chat_id=OWNER, media=[photo, document])
    assert said == "Bad Request: document can't be mixed with other media types"


def button(**kind: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "b"} | kind]]}


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        ("{", "can't parse reply keyboard markup JSON object"),
        ("[]", "object expected as reply markup"),
        (
            {"inline_keyboard": [{}]},
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
        ),
        (button(callback_data="字" * 22), "BUTTON_DATA_INVALID"),
        (
            button(callback_data=""),
            "can't parse inline keyboard button:"
            " Text buttons are unallowed in the inline keyboard",
        ),
        (button(url="no address"), "inline keyboard button URL 'no address' is invalid:"
                                   " Wrong HTTP URL"),
        (button(copy_text={"text": "x" * 257}), "BUTTON_COPY_TEXT_INVALID"),
        (button(web_app={"url": "https://a.example/"}), "BUTTON_TYPE_INVALID"),
        (
            button(callback_data="d", style="purple"),
            "can't parse inline keyboard button: invalid button style specified",
        ),
        (button(callback_data="d", text=" "), "inline keyboard button text must be non-empty"),
        (
            {"inline_keyboard": [[{"text": "b", "callback_data": "d"}]] * 101},
            "reply markup is too long",
        ),
    ],
)  # fmt: skip
def test_a_keyboard_telegram_does_not_take(sandbox: Sandbox, markup: Any, said: str) -> None:
    found = refused(sandbox, "sendMessage", chat_id=TEAM, text="x", reply_markup=markup)
    assert found == f"Bad Request: {said}"


def test_callback_data_of_64_bytes_and_every_kind_of_button_pass(sandbox: Sandbox) -> None:
    row = [
        {"text": "a", "callback_data": "x" * 64, "style": "danger"},
        {"text": "b", "url": "https://a.example/x"},
        {"text": "c", "copy_text": {"text": "A01"}},
    ]
    markup = {"inline_keyboard": [row]}
    message = sandbox.call("sendMessage", chat_id=TEAM, text="x", reply_markup=markup)
    assert message["reply_markup"] == markup


def test_a_topic_must_exist_and_general_has_no_number(sandbox: Sandbox) -> None:
    message = sandbox.call("sendMessage", chat_id=FORUM, message_thread_id=2, text="x")
    assert (message["message_thread_id"], message["is_topic_message"]) == (2, True)
    for thread in (1, 9):
        said = refused(sandbox, "sendMessage", chat_id=FORUM, message_thread_id=thread, text="x")
        assert said == "Bad Request: message thread not found"
    plain = sandbox.call("sendMessage", chat_id=TEAM, message_thread_id=9, text="x")
    assert "message_thread_id" not in plain


def test_to_the_bot_a_topic_message_replies_to_the_topics_first(sandbox: Sandbox) -> None:
    message = sandbox.call("sendMessage", chat_id=FORUM, message_thread_id=3, text="x")
    assert message["reply_to_message"]["forum_topic_created"]["name"] == "日报"
    assert "reply_to_message" not in sandbox.state.chats[FORUM].messages[message["message_id"]]


def test_a_reply_in_a_supergroup_carries_a_thread_but_no_topic(sandbox: Sandbox) -> None:
    asked = sandbox.say(OWNER, "/ask", TEAM)["message_id"]
    given = {"reply_parameters": {"message_id": asked}}
    answer = sandbox.call("sendMessage", chat_id=TEAM, text="x", **given)
    assert answer["message_thread_id"] == asked
    assert "is_topic_message" not in answer
    assert answer["reply_to_message"]["text"] == "/ask"


def test_a_reply_to_nothing_goes_if_it_may(sandbox: Sandbox) -> None:
    given = {"message_id": 99, "allow_sending_without_reply": True}
    message = sandbox.call("sendMessage", chat_id=OWNER, text="x", reply_parameters=given)
    assert "reply_to_message" not in message


@pytest.mark.parametrize(
    ("chat", "status", "said"),
    [
        (TEAM, "kicked", "Forbidden: bot was kicked from the supergroup chat"),
        (TEAM, "left", "Forbidden: bot is not a member of the supergroup chat"),
        (SMALL, "kicked", "Forbidden: bot was kicked from the group chat"),
        (OWNER, "kicked", "Forbidden: bot was blocked by the user"),
    ],
)
def test_a_door_that_was_closed_says_so(
    sandbox: Sandbox, chat: int, status: Any, said: str
) -> None:
    set_bot(sandbox.state, OWNER, chat, status)
    assert refused(sandbox, "sendMessage", chat_id=chat, text="x") == said


def test_a_group_that_became_a_supergroup_names_the_new_one(sandbox: Sandbox) -> None:
    new = migrate(sandbox.state, SMALL)
    with pytest.raises(Refused) as refusal:
        sandbox.call("sendMessage", chat_id=SMALL, text="x")
    said = "Bad Request: group chat was upgraded to a supergroup chat"
    assert refusal.value.description == said
    assert refusal.value.parameters == {"migrate_to_chat_id": new}
    assert sandbox.call("sendMessage", chat_id=new, text="x")["chat"]["type"] == "supergroup"


def test_the_bot_may_write_to_a_stranger_who_wrote_first(sandbox: Sandbox) -> None:
    sandbox.say(STRANGER, "/start")
    assert sandbox.call("sendMessage", chat_id=STRANGER, text="x")["chat"]["id"] == STRANGER


def test_a_supergroup_counts_its_own_message_ids(sandbox: Sandbox) -> None:
    ids = [
        sandbox.call("sendMessage", chat_id=chat, text="x")["message_id"]
        for chat in (OWNER, SMALL, TEAM, TEAM)
    ]
    assert ids == [1, 2, 1, 2]


def test_a_chat_action_is_seen_for_five_seconds(sandbox: Sandbox) -> None:
    sandbox.call("sendChatAction", chat_id=TEAM, action="typing")
    (event,) = sandbox.state.events.after(0, STAFF)
    assert (event["kind"], event["action"]) == ("action", "typing")
    assert event["until"].startswith("2026-11-23T00:30:05")
