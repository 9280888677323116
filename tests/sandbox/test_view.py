"""What one person is shown of topics, pins and albums."""

from __future__ import annotations

from typing import Any

from bot.sandbox.api import Sandbox
from bot.sandbox.people import press, read_up_to
from bot.sandbox.view import view
from tests.sandbox.town import FORUM, OWNER, TEAM, png


def shown(sandbox: Sandbox, chat: int) -> dict[str, Any]:
    return {c["id"]: c for c in view(sandbox.state, OWNER)["chats"]}[chat]


def unread(sandbox: Sandbox) -> dict[str, int]:
    return {topic["name"]: topic["unread"] for topic in shown(sandbox, FORUM)["topics"]}


def say(sandbox: Sandbox, topic: int, text: str = "x", **more: Any) -> int:
    sent = sandbox.call("sendMessage", chat_id=FORUM, message_thread_id=topic, text=text, **more)
    return int(sent["message_id"])


def test_a_topic_is_read_without_the_others(sandbox: Sandbox) -> None:
    say(sandbox, 2)
    last = say(sandbox, 3)
    assert unread(sandbox) == {"售后": 1, "日报": 1}
    read_up_to(sandbox.state, OWNER, FORUM, last, thread=3)
    assert unread(sandbox) == {"售后": 1, "日报": 0}
    assert view(sandbox.state, OWNER)["unread_of"]["101"] == 1


def test_a_press_reads_only_the_topic_it_is_in(sandbox: Sandbox) -> None:
    say(sandbox, 2)
    buttons = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}
    press(sandbox.state, OWNER, FORUM, say(sandbox, 3, reply_markup=buttons), "a")
    assert unread(sandbox) == {"售后": 1, "日报": 0}


def test_general_shows_once_something_stands_in_it(sandbox: Sandbox) -> None:
    assert "General" not in unread(sandbox)
    sandbox.call("sendMessage", chat_id=FORUM, text="x")
    assert unread(sandbox) == {"General": 1, "售后": 0, "日报": 0}


def test_what_nobody_wrote_is_not_unread(sandbox: Sandbox) -> None:
    sent = say(sandbox, 2)
    sandbox.call("pinChatMessage", chat_id=FORUM, message_id=sent)
    assert unread(sandbox)["售后"] == 1


def test_a_chat_shows_what_is_pinned_until_it_is_not(sandbox: Sandbox) -> None:
    sent = say(sandbox, 2, "规则")
    sandbox.call("pinChatMessage", chat_id=FORUM, message_id=sent)
    assert [m["text"] for m in shown(sandbox, FORUM)["pinned"]] == ["规则"]
    sandbox.call("unpinChatMessage", chat_id=FORUM, message_id=sent)
    assert shown(sandbox, FORUM)["pinned"] == []
    assert sandbox.state.events.after(0, OWNER)[-1]["chat"]["pinned"] == []


def test_files_sent_under_one_name_are_an_album(sandbox: Sandbox) -> None:
    groups = [
        sandbox.upload(OWNER, png(9, 9), TEAM, as_kind="photo", album=name)["media_group_id"]
        for name in ("a", "a", "b")
    ]
    assert groups[0] == groups[1] != groups[2]
