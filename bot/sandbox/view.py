"""What one person sees: their chats, a page of messages, the commands offered to them."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from bot.sandbox.chats import GENERAL, Chat
from bot.sandbox.refusal import WrongCall
from bot.sandbox.state import State

MAX_PAGE = 200


def people_shown(state: State) -> list[dict[str, Any]]:
    """Everybody, as the control side lists them."""
    return [
        (state.user(person.id) or {}) | {"line": dict(person.line), "outsider": person.outsider}
        for person in state.people.values()
    ]


def view(state: State, person: int) -> dict[str, Any]:
    """The whole picture at this moment. Raises WrongCall for somebody who is not there."""
    if person not in state.people:
        raise WrongCall(f"nobody has the id {person}", 404)
    language = state.languages[person].partition("-")[0]
    return {
        "seq": state.events.seq,
        "now": state.now().isoformat(),
        "zone": state.world.zone,
        "bot": state.bot
        | {
            "first_name": state.profile.name(language),
            "description": state.profile.text("description", language),
        },
        "person": person,
        "people": people_shown(state),
        "unread_of": unread_of(state),
        "chats": [chat_shown(state, chat, person) for chat in _chats_of(state, person)],
    }


def unread_of(state: State) -> dict[str, int]:
    """Messages that each person has not read yet, over all their chats."""
    return {
        str(person): sum(chat.unread(person) for chat in _chats_of(state, person))
        for person in state.people
    }


def _chats_of(state: State, person: int) -> list[Chat]:
    return [chat for chat in state.chats.values() if person in chat.audience]


def chat_shown(state: State, chat: Chat, person: int) -> dict[str, Any]:
    """One entry of a person's chat list."""
    members = [
        {"id": member.id, "name": state.people[member.id].name, "title": member.title}
        for member in chat.members.values()
        if member.id in chat.audience
    ]
    if chat.type != "private" and chat.bot in ("member", "administrator"):
        members.append({"id": state.world.bot_id, "name": state.bot["first_name"], "title": ""})
    shown: dict[str, Any] = {
        "id": chat.id,
        "type": chat.type,
        "title": chat.title or state.bot["first_name"],
        "members": members,
        "member_count": len(members) or 2,
        "last": chat.last,
        "unread": chat.unread(person),
        "commands": commands_shown(state, chat, person),
        "menu": state.profile.button(chat.id),
        "topics": [{"id": topic, "name": name} for topic, name in sorted(chat.topics.items())],
        "pinned": chat.pinned[-1] if chat.pinned else None,
    }
    if chat.topics:
        shown["is_forum"] = True
    return shown | ({"reply_keyboard": chat.reply_keyboard} if chat.reply_keyboard else {})


def commands_shown(state: State, chat: Chat, person: int) -> list[dict[str, Any]]:
    """The list that opens after "/" for this person in this chat."""
    if chat.bot not in ("member", "administrator"):
        return []
    member = chat.members.get(person)
    admin = member is not None and member.status in ("creator", "administrator")
    return state.profile.commands_for(chat.id, person, state.languages[person], admin=admin)


def announce_commands(state: State) -> None:
    """Tell everybody whose list of commands has just become another one."""
    for person in state.people:
        for chat in _chats_of(state, person):
            commands = commands_shown(state, chat, person)
            if state.offered.get((person, chat.id), []) != commands:
                state.offered[person, chat.id] = commands
                state.events.add({person}, "commands", chat=chat.id, commands=commands)


def announce_chat(state: State, chat: Chat) -> None:
    """Tell the people of a chat that it has changed (or has begun)."""
    for person in chat.audience:
        state.events.add({person}, "chat", chat=chat_shown(state, chat, person))


def messages(
    state: State, person: int, chat: int, *, thread: int = 0, before: int = 0, limit: int = 60
) -> dict[str, Any]:
    """A page of messages, ascending, ending before the id `before` (0 = at the end).

    `thread` 1 is a forum's General, whose messages carry no topic.
    """
    room = state.chats.get(chat)
    if room is None or person not in room.audience:
        raise WrongCall(f"{person} is in no chat {chat}", 404)
    end = bisect_left(room.order, before) if before else len(room.order)
    limit = min(max(limit, 1), MAX_PAGE)
    found: list[dict[str, Any]] = []
    while end and len(found) <= limit:
        end -= 1
        message = room.messages[room.order[end]]
        topic = message["message_thread_id"] if message.get("is_topic_message") else GENERAL
        if not thread or topic == thread:
            found.append(message)
    return {"messages": found[:limit][::-1], "more": len(found) > limit}
