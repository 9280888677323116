"""What people do: say, press, upload, let the bot in or throw it out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from bot.sandbox.chats import GENERAL, Chat
from bot.sandbox.entities import find_entities
from bot.sandbox.params import Upload
from bot.sandbox.refusal import Refused, WrongCall
from bot.sandbox.sending import MAX_CAPTION, MAX_TEXT, stored
from bot.sandbox.state import State
from bot.sandbox.view import announce_chat, people_shown
from bot.sandbox.world import LANGUAGES, Status

_RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
    "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics",
)  # fmt: skip
_NO_RIGHTS = (
    "can_be_edited", "is_anonymous", "can_promote_members", "can_post_stories",
    "can_edit_stories", "can_delete_stories", "can_send_welcome_messages",
)  # fmt: skip


def say(
    state: State,
    person: int,
    text: str,
    chat: int | None = None,
    *,
    thread: int = 0,
    reply_to: int = 0,
    edit: int = 0,
    client_id: str = "",
) -> dict[str, Any]:
    """A person writes, or rewrites their message `edit`. Raises WrongCall."""
    room = _room(state, person, chat)
    text = text.strip()
    if not text or len(text) > MAX_TEXT:
        raise WrongCall(f"a message has 1 to {MAX_TEXT} characters, not {len(text)}")
    entities = find_entities(text)
    content: dict[str, Any] = {"text": text} | ({"entities": entities} if entities else {})
    if edit:
        return _rewrite(state, room, person, edit, content)
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
    state: State, person: int, chat: int, message_id: int, data: str, *, forge: bool = False
) -> str:
    """A person presses a button; returns the callback query's id. Raises WrongCall."""
    room = _room(state, person, chat)
    message = _message(room, message_id)
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    if not forge and not any(b.get("callback_data") == data for row in rows for b in row):
        raise WrongCall(f"message {message_id} has no button {data!r}", 404)
    query = state.next_query(person)
    body = {
        "id": query.id,
        "from": state.user(person),
        "message": state.for_bot(room, message),
        "chat_instance": str(abs(room.id) * 2654435761 % 2**63),
        "data": data,
    }
    room.read[person] = max(room.read.get(person, 0), message_id)
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
    client_id: str = "",
) -> dict[str, Any]:
    """A person sends a file or a picture. Raises WrongCall."""
    room = _room(state, person, chat)
    caption = caption.strip()
    if len(caption) > MAX_CAPTION:
        raise WrongCall(f"a caption has at most {MAX_CAPTION} characters, not {len(caption)}")
    try:
        content: dict[str, Any] = {as_kind: stored(state, as_kind, file).shown}
    except Refused as refusal:
        raise WrongCall(refusal.description) from refusal
    if caption:
        content["caption"] = caption
        if entities := find_entities(caption):
            content["caption_entities"] = entities
    return _post(state, room, person, content, thread, reply_to, client_id)


def read_up_to(state: State, person: int, chat: int, message_id: int) -> None:
    """A person has seen a chat up to this message."""
    room = _room(state, person, chat)
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


def set_bot(state: State, person: int, chat: int, status: Status) -> None:
    """A person adds, promotes or removes the bot; in private, blocks (kicked) or unblocks it."""
    room = _room(state, person, chat)
    move_bot(state, room, state.user(person) or {}, status)


def move_bot(state: State, chat: Chat, actor: dict[str, Any], status: Status) -> None:
    """Change the bot's own place in a chat, with the service message and the update it causes."""
    before = member_object(state, chat, state.world.bot_id)
    was_in = chat.bot in ("member", "administrator")
    chat.bot = status
    is_in = status in ("member", "administrator")
    if chat.type != "private" and was_in != is_in:
        key = "new_chat_members" if is_in else "left_chat_member"
        state.post(chat, actor, {key: [state.bot] if is_in else state.bot})
    body = {
        "chat": chat.outline,
        "from": actor,
        "date": state.date(),
        "old_chat_member": before,
        "new_chat_member": member_object(state, chat, state.world.bot_id),
    }
    state.updates.add("my_chat_member", body, state.now())
    announce_chat(state, chat)


def migrate(state: State, chat: int) -> int:
    """A group becomes a supergroup: a new chat with the same people. Returns its id."""
    old = state.chats.get(chat)
    if old is None or old.type != "group" or old.migrated_to:
        raise WrongCall(f"{chat} is no group that could become a supergroup")
    new = replace(
        old,
        id=-1_000_000_000_000 + old.id,
        type="supergroup",
        ids=state.ids(),
        members=dict(old.members),
        read={},
        pinned=[],
        messages={},
        order=[],
    )
    state.chats[new.id] = new
    creator = next((m.id for m in old.members.values() if m.status == "creator"), 0)
    sender = state.user(creator) or state.bot
    state.post(old, sender, {"migrate_to_chat_id": new.id})
    state.post(new, sender, {"migrate_from_chat_id": old.id})
    old.migrated_to = new.id
    announce_chat(state, new)
    return new.id


def member_object(state: State, chat: Chat, user: int) -> dict[str, Any]:
    """The Bot API ChatMember object of somebody in, or not in, a chat."""
    status, title = _place(state, chat, user)
    member: dict[str, Any] = {"user": state.user(user), "status": status}
    if status == "creator":
        member["is_anonymous"] = False
    elif status == "administrator":
        member |= dict.fromkeys(_RIGHTS, True) | dict.fromkeys(_NO_RIGHTS, False)
    elif status == "kicked":
        member["until_date"] = 0
    if title and status in ("creator", "administrator"):
        member["custom_title"] = title
    elif title and status == "member":
        member["tag"] = title
    return member


def _place(state: State, chat: Chat, user: int) -> tuple[Status, str]:
    if user == state.world.bot_id:
        return chat.bot, ""
    if chat.person is not None:
        return ("member" if user == chat.person.id else "left"), ""
    found = chat.members.get(user)
    return (found.status, found.title) if found else ("left", "")


def _room(state: State, person: int, chat: int | None) -> Chat:
    if person not in state.people:
        raise WrongCall(f"nobody has the id {person}", 404)
    room = state.chats.get(person if chat is None else chat)
    if room is None or person not in room.audience:
        raise WrongCall(f"{person} is in no chat {chat}", 404)
    return room


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
    replied = _message(room, reply_to) if reply_to else None
    sender = state.user(person) or {}
    if room.type == "private":
        if room.bot == "kicked":  # writing to a blocked bot unblocks it
            move_bot(state, room, sender, "member")
        room.started = True
    message = state.post(
        room, sender, content, thread=thread, reply_to=replied, client_id=client_id
    )
    room.read[person] = message["message_id"]
    return message
