"""The methods that tell or set something without touching a message."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox import menus
from bot.sandbox.chats import Chat
from bot.sandbox.members import member_object, move_bot
from bot.sandbox.params import Params
from bot.sandbox.refusal import Refused, bad_request
from bot.sandbox.state import State
from bot.sandbox.view import announce_commands
from bot.sandbox.world import INSIDE

MAX_LONG_POLL = 50  # seconds
HERE = ("127.0.0.1", "localhost")
_WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active;"
    " use deleteWebhook to delete the webhook first"
)


def get_me(state: State, _: Params) -> dict[str, Any]:
    return state.bot | {
        "can_join_groups": True,
        "can_read_all_group_messages": not state.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


# ------------------------------------------------------------------------------------- updates


def begin_updates(state: State, params: Params) -> int:
    """What a getUpdates does on arrival: confirm, note the wanted kinds. Returns its timeout in
    seconds. Raises Refused while a webhook is set."""
    if state.webhook["url"]:
        raise Refused(409, _WEBHOOK_ACTIVE)
    state.updates.allow(params.json("allowed_updates", "allowed updates"))
    state.updates.confirm(params.number("offset"), state.now())
    return min(max(params.number("timeout"), 0), MAX_LONG_POLL)


def get_updates(state: State, params: Params) -> list[dict[str, Any]]:
    """Answer at once; the waiting is the server's."""
    begin_updates(state, params)
    limit = min(max(params.number("limit", 100), 1), 100)
    return hand_out(state, limit)


def hand_out(state: State, limit: int) -> list[dict[str, Any]]:
    """The oldest updates, on their way to the bot: their messages count as seen."""
    updates, fresh = state.updates.hand_out(limit)
    for pending in fresh:
        if pending.message_id:
            audience = state.chats[pending.chat].audience
            state.events.add(audience, "seen", chat=pending.chat, message_id=pending.message_id)
    return updates


def set_webhook(state: State, params: Params) -> bool:
    """The server brings updates there, if it is on this machine; then http:// will do too."""
    url = params.text("url").strip()
    if not url:
        return delete_webhook(state, params)
    parts = urlsplit(url)
    if not parts.netloc:
        raise bad_request("invalid webhook URL specified")
    if parts.scheme != "https" and parts.hostname not in HERE:
        raise Refused(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    secret = params.text("secret_token")
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]+", secret):
        raise bad_request("secret token contains unallowed characters")
    state.updates.allow(params.json("allowed_updates", "allowed updates"))
    if params.flag("drop_pending_updates"):
        state.updates.clear()
    connections = min(max(params.number("max_connections", 40), 1), 100)
    state.webhook = {"url": url, "max_connections": connections}
    state.webhook_secret = secret
    state.events.ring()
    return True


def delete_webhook(state: State, params: Params) -> bool:
    if params.flag("drop_pending_updates"):
        state.updates.clear()
    state.webhook = {"url": ""}
    return True


def get_webhook_info(state: State, _: Params) -> dict[str, Any]:
    info = state.webhook | {
        "has_custom_certificate": False,
        "pending_update_count": len(state.updates),
    }
    return info | ({"allowed_updates": state.updates.allowed} if state.updates.allowed else {})


def get_file(state: State, params: Params) -> dict[str, Any]:
    file_id = params.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    file = state.files.get(file_id)
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    return file.as_file()


# --------------------------------------------------------------------------------------- chats

_GIFTS = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription",
     "gifts_from_channels"), False,
)  # fmt: skip


def get_chat(state: State, params: Params) -> dict[str, Any]:
    chat = state.chat(params, write=False)
    full = chat.outline | {
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict(_GIFTS),
    }
    if chat.pinned:
        pinned = chat.messages[chat.pinned[-1]]
        full["pinned_message"] = {k: v for k, v in pinned.items() if k != "reply_to_message"}
    return full


def get_chat_member(state: State, params: Params) -> dict[str, Any]:
    user = params.number("user_id")
    if user <= 0:
        raise bad_request("Invalid user_id specified")
    chat = state.chat(params, write=False)
    if state.user(user) is None:
        raise bad_request("user not found")
    return member_object(state, chat, user)


def get_chat_member_count(state: State, params: Params) -> int:
    return member_count(state.chat(params, write=False))


def member_count(chat: Chat) -> int:
    if chat.type == "private":
        return 2
    return len(chat.audience) + (chat.bot in INSIDE)


def get_chat_administrators(state: State, params: Params) -> list[dict[str, Any]]:
    chat = state.chat(params, write=False)
    if chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    found = [m.id for m in chat.members.values() if m.status in ("creator", "administrator")]
    if chat.bot == "administrator":
        found.append(state.world.bot_id)
    return [member_object(state, chat, user) for user in found]


def leave_chat(state: State, params: Params) -> bool:
    chat = state.chat(params, write=False)
    if chat.type == "private":
        raise bad_request("chat member status can't be changed in private chats")
    move_bot(state, chat, state.bot, "left")
    return True


# ----------------------------------------------------------------------------- the bot's profile


def _read_scope(state: State, params: Params) -> menus.Scope:
    scope = menus.read_scope(params)
    if scope[1]:
        chat = state.chat(Params({"chat_id": scope[1]}), write=False)
        if chat.type == "private" and scope[0] != "chat":
            raise bad_request(f"can't use BotCommandScope{_camel(scope[0])} in private chats")
    return scope


def _camel(name: str) -> str:
    return "".join(part.title() for part in name.split("_"))


def set_my_commands(state: State, params: Params) -> bool:
    commands = menus.read_commands(params)
    scope = _read_scope(state, params)
    state.profile.set_commands(scope, menus.read_language(params), commands)
    announce_commands(state)
    return True


def get_my_commands(state: State, params: Params) -> list[dict[str, Any]]:
    return state.profile.commands(_read_scope(state, params), menus.read_language(params))


def delete_my_commands(state: State, params: Params) -> bool:
    state.profile.set_commands(_read_scope(state, params), menus.read_language(params), [])
    announce_commands(state)
    return True


Method = Callable[[State, Params], Any]


def text_methods(what: str) -> tuple[Method, Method]:
    """(set, get) of one of the bot's texts: name, description, short_description."""

    def set_text(state: State, params: Params) -> bool:
        state.profile.set_text(what, menus.read_language(params), params.text(what))
        return True

    def get_text(state: State, params: Params) -> dict[str, Any]:
        return {what: state.profile.text(what, menus.read_language(params))}

    return set_text, get_text


def _button_owner(state: State, params: Params) -> int:
    """The private chat a menu button belongs to, 0 for all of them."""
    if not params.has("chat_id"):
        return 0
    user = params.number("chat_id")
    if user <= 0:
        raise bad_request("Invalid chat_id specified")
    if user not in state.people:
        raise bad_request("user not found")
    return user


def set_chat_menu_button(state: State, params: Params) -> bool:
    button = menus.read_button(params)
    state.profile.set_button(_button_owner(state, params), button)
    return True


def get_chat_menu_button(state: State, params: Params) -> dict[str, Any]:
    return state.profile.button(_button_owner(state, params))
