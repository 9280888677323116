"""The methods that change, pin, answer or remove what is already there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.sandbox.chats import Chat
from bot.sandbox.keyboards import read_markup
from bot.sandbox.params import Params
from bot.sandbox.refusal import bad_request
from bot.sandbox.replykeys import forget
from bot.sandbox.sending import check_length, read_caption, read_media, read_text
from bot.sandbox.state import State
from bot.sandbox.view import announce_chat

MAX_ANSWER = 200
# Telegram names no figure; a client gives up on a press within about this time
QUERY_LIVES = timedelta(seconds=60)
DELETABLE_FOR = timedelta(hours=48)
_CONTENT = frozenset({
    "text", "entities", "caption", "caption_entities", "show_caption_above_media", "photo",
    "document",
})  # fmt: skip
# what a bot may react with (Bot API, ReactionTypeEmoji)
_EMOJI = """
❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌
🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓
🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡
🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀
😡
"""
_REACTIONS = frozenset(_EMOJI.split())


def _own(state: State, params: Params) -> tuple[Chat, dict[str, Any]]:
    """The bot's own message that a call wants to edit."""
    chat_id, message_id = params.text("chat_id"), params.message_id()
    if not chat_id and not message_id:
        raise bad_request("Message identifier is not specified")
    chat = state.chat(params)
    message = state.message(chat, message_id, "message to edit")
    if message["from"]["id"] != state.world.bot_id:
        raise bad_request("Message can't be edited")
    return chat, message


def _replace(
    state: State, params: Params, chat: Chat, message: dict[str, Any], content: dict[str, Any]
) -> dict[str, Any]:
    """The common end of every edit: refuse what changes nothing, else show it."""
    check_length(content)
    old = {key: value for key, value in message.items() if key in _CONTENT}
    inline = read_markup(params, chat.type).inline
    if content == old and inline == message.get("reply_markup"):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are"
            " exactly the same as a current content and reply markup of the message"
        )
    dropped = _CONTENT | {"reply_markup"}
    new = {key: value for key, value in message.items() if key not in dropped} | content
    if content != old:  # new buttons alone leave no "edited" mark
        new["edit_date"] = state.date()
    if inline:
        new["reply_markup"] = inline
    state.replace(chat, new)
    return state.for_bot(chat, new)


def edit_message_text(state: State, params: Params) -> dict[str, Any]:
    content = read_text(state, params)
    chat, message = _own(state, params)
    if "text" not in message:
        raise bad_request("There is no text in the message to edit")
    return _replace(state, params, chat, message, content)


def edit_message_caption(state: State, params: Params) -> dict[str, Any]:
    caption = read_caption(state, params)
    chat, message = _own(state, params)
    media = {key: message[key] for key in ("photo", "document") if key in message}
    if not media:
        raise bad_request("There is no caption in the message to edit")
    return _replace(state, params, chat, message, media | caption)


def edit_message_media(state: State, params: Params) -> dict[str, Any]:
    params.required("media")
    content = read_media(state, params, params.json("media", "input media"))
    chat, message = _own(state, params)
    if "media_group_id" in message and ("photo" in content) != ("photo" in message):
        raise bad_request("Message can't be edited to the specified message type")
    return _replace(state, params, chat, message, content)


def edit_message_reply_markup(state: State, params: Params) -> dict[str, Any]:
    chat, message = _own(state, params)
    content = {key: value for key, value in message.items() if key in _CONTENT}
    return _replace(state, params, chat, message, content)


def delete_message(state: State, params: Params) -> bool:
    if not params.text("chat_id"):
        raise bad_request("Chat identifier is not specified")
    if not params.message_id():
        raise bad_request("Message identifier is not specified")
    chat = state.chat(params)
    message = state.message(chat, params.message_id(), "message to delete")
    own = message["from"]["id"] == state.world.bot_id
    if chat.bot != "administrator":
        if not own and chat.type != "private":
            raise bad_request("Message can't be deleted")
        if state.date() - message["date"] > DELETABLE_FOR.total_seconds():
            raise bad_request("Message can't be deleted for everyone")
    was_pinned = message["message_id"] in chat.pinned
    chat.drop(message["message_id"])
    state.events.add(chat.audience, "delete", chat=chat.id, message_id=message["message_id"])
    forget(state, chat, message["message_id"])
    if was_pinned:
        announce_chat(state, chat)
    return True


def answer_callback_query(state: State, params: Params) -> bool:
    query = state.queries.get(params.text("callback_query_id"))
    if query is None or query.answered or state.now() - query.at > QUERY_LIVES:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text, url = params.text("text"), params.text("url")
    if len(text) > MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    if url and not url.startswith(("https://t.me/", "tg://")):
        raise bad_request("URL_INVALID")
    query.answered = True
    state.events.add(
        {query.person},
        "answer",
        callback_query_id=query.id,
        client_id=query.client_id,
        text=text,
        show_alert=params.flag("show_alert"),
        url=url,
    )
    return True


def _check_may_pin(chat: Chat) -> None:
    if chat.type != "private" and chat.bot != "administrator":
        raise bad_request("not enough rights to manage pinned messages in the chat")


def pin_chat_message(state: State, params: Params) -> bool:
    chat = state.chat(params)
    message = state.message(chat, params.message_id(), "message to pin")
    _check_may_pin(chat)
    if message["message_id"] not in chat.pinned:
        chat.pinned.append(message["message_id"])
        pinned = {key: value for key, value in message.items() if key != "reply_to_message"}
        thread = message["message_thread_id"] if message.get("is_topic_message") else 0
        silent = params.flag("disable_notification")
        state.post(chat, state.bot, {"pinned_message": pinned}, thread=thread, silent=silent)
        announce_chat(state, chat)
    return True


def unpin_chat_message(state: State, params: Params) -> bool:
    chat = state.chat(params)
    if params.has("message_id"):
        found = state.message(chat, params.message_id(), "message to unpin")["message_id"]
    elif chat.pinned:
        found = chat.pinned[-1]
    else:
        raise bad_request("message to unpin not found")
    _check_may_pin(chat)
    if found in chat.pinned:
        chat.pinned.remove(found)
        announce_chat(state, chat)
    return True


def set_message_reaction(state: State, params: Params) -> bool:
    reactions = _read_reactions(params)
    chat = state.chat(params)
    message = state.message(chat, params.message_id(), "message to react")
    state.events.add(
        chat.audience,
        "reaction",
        chat=chat.id,
        message_id=message["message_id"],
        reaction=reactions,
    )
    return True


def _read_reactions(params: Params) -> list[dict[str, Any]]:
    value = params.json("reaction", "reaction types") or []
    if not isinstance(value, list):
        raise bad_request("Expected an Array of ReactionType")
    for reaction in value:
        if not isinstance(reaction, dict):
            raise bad_request("Can't parse ReactionType: expected an Object")
        if reaction.get("type") not in ("emoji", "custom_emoji", "paid"):
            raise bad_request("Can't parse ReactionType: invalid reaction type specified")
        if reaction.get("emoji") not in _REACTIONS:
            raise bad_request("REACTION_INVALID")
    if len(value) > 1:  # a bot has one reaction per message
        raise bad_request("REACTIONS_TOO_MANY")
    return value
