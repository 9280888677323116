"""Topics of a forum: opened, closed, reopened, deleted, and what the bot may then write in them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox import topics
from bot.sandbox.api import Sandbox
from bot.sandbox.members import set_bot
from bot.sandbox.refusal import Refused, WrongCall
from bot.sandbox.view import view
from tests.sandbox.town import FORUM, OWNER, SMALL


def change(sandbox: Sandbox, do: str, thread: int = 2, name: str = "") -> int:
    return topics.change(sandbox.state, OWNER, FORUM, do, thread, name)


def send(sandbox: Sandbox, thread: int) -> dict[str, Any]:
    sent: dict[str, Any] = sandbox.call(
        "sendMessage", chat_id=FORUM, message_thread_id=thread, text="x"
    )
    return sent


def test_a_new_topic_is_numbered_by_its_first_message(sandbox: Sandbox, judge: Any) -> None:
    thread = change(sandbox, "create", name="竞品")
    (update,) = sandbox.call("getUpdates")
    assert update["message"]["message_id"] == update["message"]["message_thread_id"] == thread
    assert update["message"]["forum_topic_created"]["name"] == "竞品"
    assert send(sandbox, thread)["reply_to_message"]["message_id"] == thread
    judge(sandbox.log.calls)


def test_into_a_closed_topic_only_an_administrator_writes(sandbox: Sandbox) -> None:
    change(sandbox, "close")
    assert send(sandbox, 2)["message_thread_id"] == 2
    set_bot(sandbox.state, OWNER, FORUM, "member")
    with pytest.raises(Refused, match="Bad Request: TOPIC_CLOSED"):
        send(sandbox, 2)
    change(sandbox, "reopen")
    assert send(sandbox, 2)["message_thread_id"] == 2


def test_a_deleted_topic_takes_its_messages_along(sandbox: Sandbox) -> None:
    sent = send(sandbox, 2)["message_id"]
    change(sandbox, "delete")
    with pytest.raises(Refused, match="message thread not found"):
        send(sandbox, 2)
    assert sent not in sandbox.state.chats[FORUM].messages
    change(sandbox, "delete", 3)
    with pytest.raises(Refused, match="message thread not found"):
        send(sandbox, 3)  # a forum without topics is still one


def test_the_bot_is_told_of_all_but_a_deletion(sandbox: Sandbox, judge: Any) -> None:
    for do in ("rename", "close", "reopen", "delete"):
        change(sandbox, do, name="售后2")
    told = [update["message"] for update in sandbox.call("getUpdates")]
    keys = [next(k for k in m if k.startswith("forum_topic_")) for m in told]
    assert keys == ["forum_topic_edited", "forum_topic_closed", "forum_topic_reopened"]
    judge(sandbox.log.calls)


def test_people_see_which_topics_are_closed(sandbox: Sandbox) -> None:
    change(sandbox, "close", 3)
    (forum,) = (c for c in view(sandbox.state, OWNER)["chats"] if c["id"] == FORUM)
    assert [(t["name"], t["closed"]) for t in forum["topics"]] == [("售后", False), ("日报", True)]


@pytest.mark.parametrize(
    ("chat", "do", "thread", "said"),
    [
        (SMALL, "create", 0, "is no supergroup"),
        (FORUM, "close", 9, "has no topic 9"),
        (FORUM, "burn", 2, "nobody can 'burn'"),
    ],
)
def test_a_wrong_call_is_named(
    sandbox: Sandbox, chat: int, do: str, thread: int, said: str
) -> None:
    with pytest.raises(WrongCall, match=said):
        topics.change(sandbox.state, OWNER, chat, do, thread, "")
