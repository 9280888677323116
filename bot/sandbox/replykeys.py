"""The keyboard below a person's input line: whom it is shown to, and when it goes.

It belongs to the person and the chat, not to the message that brought it.
"""

from __future__ import annotations

from typing import Any

from bot.sandbox.chats import Chat, topic_of
from bot.sandbox.state import State


def show(state: State, chat: Chat, message: dict[str, Any], markup: dict[str, Any]) -> None:
    """Give a keyboard, a forced reply or its removal to those whom the markup is for."""
    people = _addressed(state, chat, message) if markup.get("selective") else chat.audience
    shown = None
    if not markup.get("remove_keyboard"):
        shown = markup | {"message": message, "thread": topic_of(message) if chat.topics else 0}
    _set(state, chat, people, shown)


def used(chat: Chat, person: int, text: str) -> None:
    """A person has written: a forced reply is done with, a pressed one-time keyboard folds away."""
    keyboard = chat.keyboards.get(person)
    if keyboard is None:
        return
    if keyboard.get("force_reply"):
        del chat.keyboards[person]
    elif keyboard.get("one_time_keyboard") and text in _labels(keyboard):
        chat.keyboards[person] = keyboard | {"folded": True}


def forget(state: State, chat: Chat, message_id: int) -> None:
    """A message has gone, and with it the keyboard it brought."""
    having = {p for p, k in chat.keyboards.items() if k["message"]["message_id"] == message_id}
    _set(state, chat, having, None)


def _labels(keyboard: dict[str, Any]) -> set[str]:
    return {button["text"] for row in keyboard["keyboard"] for button in row}


def _set(
    state: State, chat: Chat, people: frozenset[int] | set[int], shown: dict[str, Any] | None
) -> None:
    for person in people:
        chat.keyboards.pop(person, None)
        if shown:
            chat.keyboards[person] = shown
    if people:
        state.events.add(people, "keyboard", chat=chat.id, keyboard=shown)


def _addressed(state: State, chat: Chat, message: dict[str, Any]) -> set[int]:
    """Whom a selective markup means: those named in the text, and whoever is replied to."""
    found = {message.get("reply_to_message", {}).get("from", {}).get("id")}
    found |= {e["user"]["id"] for e in message.get("entities", []) if "user" in e}
    words = message.get("text", "").lower().split()
    found |= {p.id for p in state.people.values() if f"@{p.username}".lower() in words}
    return {person for person in chat.audience if person in found}
