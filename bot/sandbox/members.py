"""Who is in a chat, and as what: people and the bot come, go, rise and are held back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bot.sandbox.chats import WITHHELD, Chat
from bot.sandbox.refusal import WrongCall
from bot.sandbox.state import State
from bot.sandbox.view import announce_chat
from bot.sandbox.world import INSIDE, Member, Status

_RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
    "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics",
)  # fmt: skip
_NO_RIGHTS = (
    "can_be_edited", "is_anonymous", "can_promote_members", "can_post_stories",
    "can_edit_stories", "can_delete_stories", "can_send_welcome_messages",
)  # fmt: skip
# what a restricted member may do or not, and which of WITHHELD takes it away
_FREEDOMS = {
    "can_send_messages": "text", "can_send_photos": "photo", "can_send_documents": "document",
} | dict.fromkeys((
    "can_send_audios", "can_send_videos", "can_send_video_notes", "can_send_voice_notes",
    "can_send_polls", "can_send_other_messages", "can_add_web_page_previews",
    "can_react_to_messages", "can_edit_tag", "can_change_info", "can_invite_users",
    "can_pin_messages", "can_manage_topics",
), "text")  # fmt: skip


def room_of(state: State, person: int, chat: int | None) -> Chat:
    """A chat this person is in, their private one for None. Raises WrongCall."""
    if person not in state.people:
        raise WrongCall(f"nobody has the id {person}", 404)
    room = state.chats.get(person if chat is None else chat)
    if room is None or person not in room.audience:
        raise WrongCall(f"{person} is in no chat {chat}", 404)
    return room


def set_bot(
    state: State, person: int, chat: int, status: Status, cannot: Iterable[str] = ()
) -> None:
    """A person adds, promotes, restricts or removes the bot; in private, blocks or unblocks it.

    `cannot`: what a restricted bot may not send, of WITHHELD. Raises WrongCall.
    """
    room = room_of(state, person, chat)
    room.cannot = _withheld(cannot)
    move_bot(state, room, state.user(person) or {}, status)


def permit(state: State, chat: int, cannot: Iterable[str]) -> None:
    """Change what plain members may send in a group. The bot is not told. Raises WrongCall."""
    _group(state, chat).cannot = _withheld(cannot)


def _withheld(cannot: Iterable[str]) -> frozenset[str]:
    if unknown := set(cannot) - WITHHELD.keys():
        raise WrongCall(f"nobody can be kept from {sorted(unknown)}, only from {list(WITHHELD)}")
    return frozenset(cannot)


def _group(state: State, chat: int) -> Chat:
    room = state.chats.get(chat)
    if room is None or room.person is not None:
        raise WrongCall(f"{chat} is no group", 404)
    return room


def set_member(state: State, actor: int, chat: int, member: int, status: Status) -> None:
    """A person lets another in or out, raises or restricts them; oneself only out. WrongCall."""
    room = room_of(state, actor, chat)
    who = state.user(member)
    if who is None or room.person is not None:
        raise WrongCall(f"{member} cannot be made {status} of {chat}")
    before = member_object(state, room, member)
    old = room.members.get(member, Member(member, "left"))
    sender = state.user(actor) or {}
    if status not in INSIDE and old.status in INSIDE:
        state.post(room, sender, {"left_chat_member": who})
    room.members[member] = replace(old, status=status)
    if status in INSIDE and old.status not in INSIDE:
        state.post(room, sender, {"new_chat_members": [who]})
    if room.bot == "administrator":  # only then Telegram tells of others
        after = member_object(state, room, member)
        state.updates.add("chat_member", _change(state, room, sender, before, after), state.now())
    announce_chat(state, room)


def delete_chat(state: State, chat: int) -> None:
    """A group's owner deletes it for everybody. Raises WrongCall."""
    room = _group(state, chat)
    if room.bot in INSIDE:
        creator = next((m.id for m in room.members.values() if m.status == "creator"), 0)
        move_bot(state, room, state.user(creator) or state.bot, "left")
    room.deleted = True


def _change(
    state: State, chat: Chat, actor: dict[str, Any], before: dict[str, Any], after: dict[str, Any]
) -> dict[str, Any]:
    """The Bot API ChatMemberUpdated object."""
    return {
        "chat": chat.outline,
        "from": actor,
        "date": state.date(),
        "old_chat_member": before,
        "new_chat_member": after,
    }


def move_bot(state: State, chat: Chat, actor: dict[str, Any], status: Status) -> None:
    """Change the bot's own place in a chat, with the service message and the update it causes."""
    before = member_object(state, chat, state.world.bot_id)
    was_in = chat.bot in INSIDE
    chat.bot = status
    is_in = status in INSIDE
    if chat.type != "private" and was_in != is_in:
        key = "new_chat_members" if is_in else "left_chat_member"
        state.post(chat, actor, {key: [state.bot] if is_in else state.bot})
    after = member_object(state, chat, state.world.bot_id)
    body = _change(state, chat, actor, before, after)
    state.updates.add("my_chat_member", body, state.now())
    announce_chat(state, chat)


def migrate(state: State, chat: int, order: str = "") -> int:
    """A group becomes a supergroup: a new chat with the same people. Returns its id.

    The bot is told by two service messages, and that it is in the new chat. `order` is "old first",
    "new first" or "unheard", where none of them reaches it. Raises WrongCall.
    """
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
        read_in={},
        keyboards={},
        pinned=[],
        messages={},
        order=[],
        bot="left",
    )
    state.chats[new.id] = new
    creator = next((m.id for m in old.members.values() if m.status == "creator"), 0)
    sender = state.user(creator) or state.bot
    _tell_of_move(state, old, new, sender, order or "old first")
    old.migrated_to = new.id
    announce_chat(state, new)
    return new.id


def _tell_of_move(state: State, old: Chat, new: Chat, sender: dict[str, Any], order: str) -> None:
    kept = state.updates.mark()
    if order != "new first":
        state.post(old, sender, {"migrate_to_chat_id": new.id})
    before = member_object(state, new, state.world.bot_id)
    new.bot = old.bot
    after = member_object(state, new, state.world.bot_id)
    body = _change(state, new, sender, before, after)
    state.updates.add("my_chat_member", body, state.now())
    state.post(new, sender, {"migrate_from_chat_id": old.id})
    if order == "new first":
        state.post(old, sender, {"migrate_to_chat_id": new.id})
    if order == "unheard":
        state.updates.forget_since(kept)


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
    elif status == "restricted":
        kept = chat.cannot if user == state.world.bot_id else frozenset(WITHHELD)
        member |= {name: word not in kept for name, word in _FREEDOMS.items()}
        member |= {"is_member": True, "until_date": 0}
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
