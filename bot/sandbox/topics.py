"""The topics of a forum: opened, renamed, closed, reopened and deleted by people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.chats import Chat
from bot.sandbox.members import room_of
from bot.sandbox.refusal import WrongCall
from bot.sandbox.state import State
from bot.sandbox.view import announce_chat

_ICON = 7322096  # the first of the colours Telegram gives to topics


def change(state: State, person: int, chat: int, do: str, thread: int, name: str) -> int:
    """`do`: create | rename | close | reopen | delete. Returns the topic's id. Raises WrongCall.

    Each but the deletion is a service message, which reaches the bot; of a deletion it is not told.
    """
    room = room_of(state, person, chat)
    sender = state.user(person) or {}
    if room.type != "supergroup":
        raise WrongCall(f"{chat} is no supergroup, which alone has topics")
    if do == "create":
        thread = _open(state, room, sender, name or "?")
    elif thread not in room.topics:
        raise WrongCall(f"chat {chat} has no topic {thread}", 404)
    elif do == "delete":
        _delete(state, room, thread)
    elif do in _CHANGES:
        _CHANGES[do](room, thread, name)
        content = {f"forum_topic_{_SAID[do]}": {"name": name} if do == "rename" else {}}
        state.post(room, sender, content, thread=thread)
    else:
        raise WrongCall(f"nobody can {do!r} a topic")
    announce_chat(state, room)
    return thread


_SAID = {"rename": "edited", "close": "closed", "reopen": "reopened"}
_CHANGES: dict[str, Callable[[Chat, int, str], None]] = {
    "rename": lambda room, thread, name: room.topics.update({thread: name}),
    "close": lambda room, thread, _: room.closed.add(thread),
    "reopen": lambda room, thread, _: room.closed.discard(thread),
}


def _open(state: State, room: Chat, sender: dict[str, Any], name: str) -> int:
    """A topic's id is that of the message that opens it."""
    thread = room.next_id()
    room.topics[thread], room.forum = name, True
    content = {"forum_topic_created": {"name": name, "icon_color": _ICON}}
    message = state.post(room, sender, content, thread=thread)
    assert message["message_id"] == thread
    return thread


def _delete(state: State, room: Chat, thread: int) -> None:
    del room.topics[thread]
    room.closed.discard(thread)
    there = [i for i in room.order if room.messages[i].get("message_thread_id") == thread]
    for message_id in there:
        room.drop(message_id)
        state.events.add(room.audience, "delete", chat=room.id, message_id=message_id)
