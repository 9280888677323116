"""What people do becomes updates, as far as the bot may see it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.clock import Clock
from bot.sandbox.api import Sandbox
from bot.sandbox.members import migrate, set_bot
from bot.sandbox.params import Upload
from bot.sandbox.people import press, read_up_to, speak_language
from bot.sandbox.refusal import WrongCall
from bot.sandbox.view import messages, view
from tests.sandbox.town import FORUM, OWNER, SMALL, STAFF, STRANGER, TEAM, png

KEYS = {"inline_keyboard": [[{"text": "b", "callback_data": "d"}]]}


def updates(sandbox: Sandbox) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.call("getUpdates")
    return found


def texts(sandbox: Sandbox) -> list[str]:
    return [update["message"].get("text", "") for update in updates(sandbox)]


def test_a_private_message_becomes_an_update(sandbox: Sandbox) -> None:
    sandbox.say(OWNER, "/start abc")
    (update,) = updates(sandbox)
    assert update == {
        "update_id": 1,
        "message": {
            "message_id": 1,
            "from": {
                "id": OWNER,
                "is_bot": False,
                "first_name": "林",
                "last_name": "老板",
                "username": "boss_lin",
                "language_code": "zh-hans",
            },
            "chat": {
                "id": OWNER,
                "first_name": "林",
                "last_name": "老板",
                "username": "boss_lin",
                "type": "private",
            },
            "date": 1795393800,
            "text": "/start abc",
            "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
        },
    }


@pytest.mark.parametrize(
    ("text", "reaches"),
    [
        ("昨天怎么样", False),
        ("/today", True),
        ("/today@shop_bot", True),
        ("/today@other_bot", False),
        ("@Shop_Bot 昨天", True),
        ("@other_bot 昨天", False),
        ("a@shop_bot.example", False),
    ],
)
def test_in_a_group_the_bot_hears_what_is_meant_for_it(
    sandbox: Sandbox, text: str, *, reaches: bool
) -> None:
    sandbox.say(STAFF, text, TEAM)
    assert texts(sandbox) == ([text] if reaches else [])


def test_in_a_group_the_bot_hears_replies_to_itself_alone(sandbox: Sandbox) -> None:
    own = sandbox.call("sendMessage", chat_id=TEAM, text="x")["message_id"]
    other = sandbox.say(OWNER, "y", TEAM)["message_id"]
    sandbox.say(STAFF, "to the bot", TEAM, reply_to=own)
    sandbox.say(STAFF, "to 老板", TEAM, reply_to=other)
    assert texts(sandbox) == ["to the bot"]


def test_as_an_administrator_the_bot_hears_everything(sandbox: Sandbox) -> None:
    sandbox.say(OWNER, "plain", FORUM, thread=2)
    (update,) = updates(sandbox)
    assert update["message"]["message_thread_id"] == 2
    assert update["message"]["reply_to_message"]["forum_topic_created"]["name"] == "售后"


def test_a_caption_is_heard_like_a_text(sandbox: Sandbox) -> None:
    sandbox.upload(STAFF, png(9, 9), TEAM, caption="/issue 少件", as_kind="photo")
    sandbox.upload(STAFF, png(9, 9), TEAM, caption="午饭", as_kind="photo")
    (update,) = updates(sandbox)
    assert update["message"]["caption"] == "/issue 少件"
    assert update["message"]["caption_entities"][0]["type"] == "bot_command"


def test_an_edited_message_is_an_update_of_its_own(sandbox: Sandbox) -> None:
    message = sandbox.say(OWNER, "/ask a")["message_id"]
    sandbox.say(OWNER, "/ask b", edit=message)
    edited = updates(sandbox)[1]["edited_message"]
    assert (edited["message_id"], edited["text"]) == (message, "/ask b")
    assert edited["edit_date"] == 1795393800


def test_a_file_from_a_person_can_be_fetched_up_to_20_megabytes(sandbox: Sandbox) -> None:
    sandbox.upload(OWNER, Upload("orders.csv", "订单编号,金额".encode("gb18030")))
    document = updates(sandbox)[0]["message"]["document"]
    assert (document["file_name"], document["mime_type"]) == ("orders.csv", "text/csv")
    assert sandbox.call("getFile", file_id=document["file_id"])["file_size"] == 13
    big = sandbox.upload(OWNER, Upload("big.csv", bytes(20 * 1024 * 1024 + 1)))
    with pytest.raises(Exception, match="Bad Request: file is too big"):
        sandbox.call("getFile", file_id=big["document"]["file_id"])


def test_a_press_becomes_a_callback_query_with_its_message(sandbox: Sandbox) -> None:
    message = sandbox.call("sendMessage", chat_id=TEAM, text="x", reply_markup=KEYS)
    query = sandbox.press(STAFF, TEAM, message["message_id"], "d")
    body = updates(sandbox)[0]["callback_query"]
    assert (body["id"], body["data"], body["from"]["id"]) == (query, "d", STAFF)
    assert body["message"] == message


def test_a_button_that_is_not_there_must_be_forged(sandbox: Sandbox) -> None:
    message = sandbox.call("sendMessage", chat_id=TEAM, text="x")["message_id"]
    with pytest.raises(WrongCall, match="no button 'evil'"):
        press(sandbox.state, STAFF, TEAM, message, "evil")
    press(sandbox.state, STAFF, TEAM, message, "evil", forge=True)
    assert updates(sandbox)[0]["callback_query"]["data"] == "evil"


def test_adding_the_bot_is_a_service_message_and_an_update(sandbox: Sandbox) -> None:
    set_bot(sandbox.state, OWNER, TEAM, "left")
    set_bot(sandbox.state, OWNER, TEAM, "administrator")
    left, joined, promoted = updates(sandbox)
    assert left["my_chat_member"]["new_chat_member"]["status"] == "left"
    assert joined["message"]["new_chat_members"][0]["username"] == "shop_bot"
    assert promoted["my_chat_member"]["old_chat_member"]["status"] == "left"
    assert promoted["my_chat_member"]["new_chat_member"]["can_pin_messages"] is True


def test_a_group_that_moves_tells_the_bot_twice_and_lets_it_in_anew(sandbox: Sandbox) -> None:
    new = migrate(sandbox.state, SMALL)
    old, joined, fresh = updates(sandbox)
    assert old["message"]["chat"]["id"] == SMALL
    assert old["message"]["migrate_to_chat_id"] == new
    assert joined["my_chat_member"]["chat"]["id"] == new
    assert joined["my_chat_member"]["old_chat_member"]["status"] == "left"
    assert fresh["message"]["chat"]["id"] == new
    assert fresh["message"]["migrate_from_chat_id"] == SMALL


def test_a_group_may_move_with_the_new_chat_heard_first_or_unheard(sandbox: Sandbox) -> None:
    new = migrate(sandbox.state, SMALL, "unheard")
    assert updates(sandbox) == []
    sandbox.say(OWNER, "/today", new)
    assert texts(sandbox) == ["/today"]


def test_writing_to_a_blocked_bot_unblocks_it(sandbox: Sandbox) -> None:
    set_bot(sandbox.state, OWNER, OWNER, "kicked")
    sandbox.say(OWNER, "hi")
    kinds = [next(key for key in update if key != "update_id") for update in updates(sandbox)]
    assert kinds == ["my_chat_member", "my_chat_member", "message"]


def test_updates_are_kept_until_confirmed_and_for_a_day(sandbox: Sandbox, clock: Clock) -> None:
    for text in "abc":
        sandbox.say(OWNER, text)
    assert [u["update_id"] for u in sandbox.call("getUpdates", limit=2)] == [1, 2]
    assert [u["update_id"] for u in sandbox.call("getUpdates", offset=3)] == [3]
    clock.advance(timedelta(hours=25))
    assert sandbox.call("getUpdates") == []


def test_a_negative_offset_keeps_the_last_ones(sandbox: Sandbox) -> None:
    for text in "abc":
        sandbox.say(OWNER, text)
    assert [u["update_id"] for u in sandbox.call("getUpdates", offset=-1)] == [3]
    assert len(updates(sandbox)) == 1


def test_only_wanted_kinds_are_queued(sandbox: Sandbox) -> None:
    sandbox.call("getUpdates", allowed_updates=["callback_query"])
    sandbox.say(OWNER, "a")
    assert updates(sandbox) == []
    sandbox.call("getUpdates", allowed_updates=[])
    sandbox.say(OWNER, "b")
    assert texts(sandbox) == ["b"]


def test_while_a_webhook_is_set_nothing_is_polled(sandbox: Sandbox) -> None:
    sandbox.say(OWNER, "a")
    sandbox.call("setWebhook", url="https://a.example/hook")
    assert sandbox.call("getWebhookInfo")["pending_update_count"] == 1
    with pytest.raises(Exception, match="Conflict: can't use getUpdates method while webhook"):
        updates(sandbox)
    sandbox.call("deleteWebhook", drop_pending_updates=True)
    assert updates(sandbox) == []


@pytest.mark.parametrize(
    ("person", "chat", "said"),
    [(9, None, "nobody has the id 9"), (STRANGER, TEAM, "103 is in no chat -1001")],
)
def test_nobody_writes_where_they_are_not(
    sandbox: Sandbox, person: int, chat: int | None, said: str
) -> None:
    with pytest.raises(WrongCall, match=said):
        sandbox.say(person, "hi", chat)


def test_the_stranger_sees_nothing_of_the_team(sandbox: Sandbox) -> None:
    sandbox.say(OWNER, "hi", TEAM)
    sandbox.call("sendMessage", chat_id=OWNER, text="x")
    assert [chat["id"] for chat in view(sandbox.state, STRANGER)["chats"]] == [STRANGER]
    assert sandbox.state.events.after(0, STRANGER) == []
    with pytest.raises(WrongCall):
        messages(sandbox.state, STRANGER, TEAM)


def test_unread_counts_what_others_wrote_since(sandbox: Sandbox) -> None:
    sandbox.say(STAFF, "hi", TEAM)
    sandbox.call("sendMessage", chat_id=TEAM, text="x")
    sandbox.call("sendMessage", chat_id=OWNER, text="y")
    assert view(sandbox.state, OWNER)["unread_of"] == {"101": 3, "102": 1, "103": 0}
    read_up_to(sandbox.state, OWNER, TEAM, 2)
    assert view(sandbox.state, OWNER)["unread_of"]["101"] == 1


def test_history_comes_in_pages(sandbox: Sandbox) -> None:
    for number in range(5):
        sandbox.say(OWNER, str(number))
    page = messages(sandbox.state, OWNER, OWNER, limit=2)
    assert ([m["text"] for m in page["messages"]], page["more"]) == (["3", "4"], True)
    page = messages(sandbox.state, OWNER, OWNER, before=3, limit=2)
    assert ([m["text"] for m in page["messages"]], page["more"]) == (["0", "1"], False)


def test_a_topic_shows_its_own_messages(sandbox: Sandbox) -> None:
    sandbox.say(OWNER, "in 售后", FORUM, thread=2)
    sandbox.say(OWNER, "in general", FORUM, thread=1)
    found = messages(sandbox.state, OWNER, FORUM, thread=2)["messages"]
    assert [m.get("text", "topic made") for m in found] == ["topic made", "in 售后"]
    (general,) = messages(sandbox.state, OWNER, FORUM, thread=1)["messages"]
    assert general["text"] == "in general"


def test_a_person_changes_the_language_of_their_telegram(sandbox: Sandbox) -> None:
    assert speak_language(sandbox.state, OWNER, "en")["language_code"] == "en"
    sandbox.say(OWNER, "hi")
    assert updates(sandbox)[0]["message"]["from"]["language_code"] == "en"
    with pytest.raises(WrongCall, match="no language 'fr'"):
        speak_language(sandbox.state, OWNER, "fr")
