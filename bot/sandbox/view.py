"""What one person sees: their chats, a page of messages, the commands offered to them."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from bot.sandbox.chats import GENERAL, Chat, topic_of
from bot.sandbox.refusal import WrongCall
from bot.sandbox.state import State
from bot.sandbox.world import INSIDE

MAX_PAGE = 200


def people_shown(state: State) -> list[dict[str, Any]]:
    """Everybody, as the control side lists them."""
    return [
        (state.user(person.id) or {}) | {"line": dict(person.line), "outsider": person.outsider}
        for person in state.people.values()
    ]


def first_person(state: State) -> int:
    return next((p.id for p in state.people.values() if not p.outsider), 0)


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
        str(person): sum(sum(chat.unread(person).values()) for chat in _chats_of(state, person))
        for person in state.people
    }


def _chats_of(state: State, person: int) -> list[Chat]:
    """A group that became a supergroup is shown as that."""
    return [c for c in state.chats.values() if person in c.audience and not c.migrated_to]


def chat_shown(state: State, chat: Chat, person: int) -> dict[str, Any]:
    """One entry of a person's chat list."""
    members = [
        {"id": member.id, "name": state.people[member.id].name, "title": member.title}
        for member in chat.members.values()
        if member.id in chat.audience
    ]
    if chat.type != "private" and chat.bot in INSIDE:
        members.append({"id": state.world.bot_id, "name": state.bot["first_name"], "title": ""})
    unread = chat.unread(person)
    shown: dict[str, Any] = {
        "id": chat.id,
        "type": chat.type,
        "status": chat.members[person].status if person in chat.members else "member",
        "title": chat.title or state.bot["first_name"],
        "members": members,
        "member_count": len(members) or 2,
        "last": chat.last,
        "unread": sum(unread.values()),
        "read": chat.read.get(person, 0),
        "commands": commands_shown(state, chat, person),
        "menu": state.profile.button(chat.id),
        "topics": _topics(chat, person, unread),
        "pinned": [chat.messages[i] for i in chat.pinned if i in chat.messages],
        "keyboard": chat.keyboards.get(person),
    }
    return shown | ({"is_forum": True} if chat.forum else {})


def _topics(chat: Chat, person: int, unread: dict[int, int]) -> list[dict[str, Any]]:
    """A forum's topics, oldest first; General hides until something stands in it."""
    names = dict(chat.topics)
    if names and any(topic_of(message) == GENERAL for message in chat.messages.values()):
        names[GENERAL] = "General"
    return [
        {
            "id": topic,
            "name": name,
            "closed": topic in chat.closed,
            "unread": unread.get(topic, 0),
            "read": max(chat.read.get(person, 0), chat.read_in.get((person, topic), 0)),
        }
        for topic, name in sorted(names.items())
    ]


def commands_shown(state: State, chat: Chat, person: int) -> list[dict[str, Any]]:
    """The list that opens after "/" for this person in this chat."""
    if chat.bot not in INSIDE:
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
        if not thread or topic_of(message) == thread:
            found.append(message)
    return {"messages": found[:limit][::-1], "more": len(found) > limit}
