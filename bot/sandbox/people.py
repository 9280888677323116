"""What people do: say, press, upload, delete, pin."""

from __future__ import annotations

from typing import Any, Literal

from bot.sandbox import senders
from bot.sandbox.chats import GENERAL, Chat, topic_of
from bot.sandbox.entities import find_entities
from bot.sandbox.members import move_bot, room_of
from bot.sandbox.params import Upload
from bot.sandbox.refusal import Refused, WrongCall
from bot.sandbox.replykeys import forget, used
from bot.sandbox.sending import MAX_CAPTION, MAX_TEXT, stored
from bot.sandbox.state import State
from bot.sandbox.view import announce_chat, people_shown
from bot.sandbox.world import LANGUAGES


def say(
    state: State,
    person: int,
    text: str,
    chat: int | None = None,
    *,
    thread: int = 0,
    reply_to: int = 0,
    edit: int = 0,
    via: str = "",
    client_id: str = "",
) -> dict[str, Any]:
    """A person writes, or rewrites their message `edit`. Raises WrongCall.

    `via` is how it comes where not as their own new message: one of `senders.WAYS`.
    """
    room = room_of(state, person, chat)
    text = text.strip()
    if not text or len(text) > MAX_TEXT:
        raise WrongCall(f"a message has 1 to {MAX_TEXT} characters, not {len(text)}")
    entities = find_entities(text)
    content: dict[str, Any] = {"text": text} | ({"entities": entities} if entities else {})
    if edit:
        return _rewrite(state, room, person, edit, content)
    content |= senders.marks(state, room, person, via)
    return _post(state, room, person, content, thread, reply_to, client_id)


def _rewrite(
    state: State, room: Chat, person: int, message_id: int, content: dict[str, Any]
) -> dict[str, Any]:
    message = _message(room, message_id)
    if message["from"]["id"] != person or "text" not in message:
        raise WrongCall(f"message {message_id} is no text of {person}")
    kept = {key: value for key, value in message.items() if key != "entities"}
    edited = kept | content | {"edit_date": state.date()}
    state.replace(room, edited)
    state.deliver("edited_message", room, edited)
    return edited


def press(
    state: State,
    person: int,
    chat: int,
    message_id: int,
    data: str,
    *,
    forge: bool = False,
    inaccessible: bool = False,
    client_id: str = "",
) -> str:
    """A person presses a button; returns the callback query's id. Raises WrongCall.

    `forge`: a client that sends what stands on no button. `inaccessible`: the message was deleted
    or is so old that Telegram shows the bot no more than where it stood.
    """
    room = room_of(state, person, chat)
    if inaccessible:
        gone = {"chat": room.outline, "message_id": message_id, "date": 0}
        return _query(state, room, person, gone, data)
    message = _message(room, message_id)
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    if not forge and not any(b.get("callback_data") == data for row in rows for b in row):
        raise WrongCall(f"message {message_id} has no button {data!r}", 404)
    read_up_to(state, person, chat, message_id, _topic_read(room, message))
    return _query(state, room, person, state.for_bot(room, message), data, client_id)


def _query(
    state: State, room: Chat, person: int, message: dict[str, Any], data: str, client_id: str = ""
) -> str:
    query = state.next_query(person, client_id)
    body = {
        "id": query.id,
        "from": state.user(person),
        "message": message,
        "chat_instance": str(abs(room.id) * 2654435761 % 2**63),
        "data": data,
    }
    state.updates.add("callback_query", body, state.now())
    state.events.ring()
    return query.id


def upload(
    state: State,
    person: int,
    file: Upload,
    chat: int | None = None,
    *,
    thread: int = 0,
    caption: str = "",
    as_kind: Literal["document", "photo"] = "document",
    reply_to: int = 0,
    album: str = "",
    client_id: str = "",
) -> dict[str, Any]:
    """A person sends a file or a picture, one of several where `album` names them together.

    Raises WrongCall.
    """
    room = room_of(state, person, chat)
    caption = caption.strip()
    if len(caption) > MAX_CAPTION:
        raise WrongCall(f"a caption has at most {MAX_CAPTION} characters, not {len(caption)}")
    try:
        content: dict[str, Any] = {as_kind: stored(state, as_kind, file).shown}
    except Refused as refusal:
        raise WrongCall(refusal.description) from refusal
    if album:
        content["media_group_id"] = state.album_of(person, album)
    if caption:
        content["caption"] = caption
        if entities := find_entities(caption):
            content["caption_entities"] = entities
    return _post(state, room, person, content, thread, reply_to, client_id)


def delete(state: State, person: int, chat: int, message_id: int) -> None:
    """A person deletes a message, of anybody's where they lead. The bot is never told."""
    room = room_of(state, person, chat)
    message = _message(room, message_id)
    room.drop(message["message_id"])
    state.events.add(room.audience, "delete", chat=chat, message_id=message_id)
    forget(state, room, message_id)


def pin(state: State, person: int, chat: int, message_id: int, *, unpin: bool = False) -> None:
    """A person pins a message, which the bot is told, or unpins it, which it is not."""
    room = room_of(state, person, chat)
    message = _message(room, message_id)
    if unpin and message_id in room.pinned:
        room.pinned.remove(message_id)
    elif not unpin and message_id not in room.pinned:
        room.pinned.append(message_id)
        pinned = {key: value for key, value in message.items() if key != "reply_to_message"}
        thread = topic_of(message) if message.get("is_topic_message") else 0
        state.post(room, state.user(person) or {}, {"pinned_message": pinned}, thread=thread)
    announce_chat(state, room)


def read_up_to(state: State, person: int, chat: int, message_id: int, thread: int = 0) -> None:
    """A person has seen a chat, or one of its topics, up to this message."""
    room = room_of(state, person, chat)
    if thread:
        seen = room.read_in.get((person, thread), 0)
        room.read_in[person, thread] = max(seen, message_id)
    else:
        room.read[person] = max(room.read.get(person, 0), message_id)


def speak_language(state: State, person: int, language: str) -> dict[str, Any]:
    """A person switches their Telegram to another language."""
    if language not in LANGUAGES:
        raise WrongCall(f"no language {language!r}; there are {', '.join(LANGUAGES)}")
    if person not in state.people:
        raise WrongCall(f"nobody has the id {person}", 404)
    state.languages[person] = language
    shown = people_shown(state)
    state.events.add(None, "people", people=shown)
    return next(entry for entry in shown if entry["id"] == person)


def _message(room: Chat, message_id: int) -> dict[str, Any]:
    message = room.messages.get(message_id)
    if message is None:
        raise WrongCall(f"chat {room.id} has no message {message_id}", 404)
    return message


def _post(
    state: State,
    room: Chat,
    person: int,
    content: dict[str, Any],
    thread: int,
    reply_to: int,
    client_id: str,
) -> dict[str, Any]:
    if room.migrated_to:
        raise WrongCall(f"chat {room.id} moved to {room.migrated_to}")
    thread = 0 if thread == GENERAL else thread
    if thread and thread not in room.topics:
        raise WrongCall(f"chat {room.id} has no topic {thread}", 404)
    if thread in room.closed and room.members[person].status not in ("creator", "administrator"):
        raise WrongCall(f"topic {thread} is closed")
    replied = _message(room, reply_to) if reply_to else None
    sender = state.user(person) or {}
    if room.type == "private":
        if room.bot == "kicked":  # writing to a blocked bot unblocks it
            move_bot(state, room, sender, "member")
        room.started = True
    sender = content.pop("from", sender)
    message = state.post(
        room, sender, content, thread=thread, reply_to=replied, client_id=client_id
    )
    read_up_to(state, person, room.id, message["message_id"], _topic_read(room, message))
    used(room, person, content.get("text", ""))
    return message


def _topic_read(room: Chat, message: dict[str, Any]) -> int:
    return topic_of(message) if room.topics else 0
