"""The methods that put something new into a chat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.sandbox.chats import Chat
from bot.sandbox.entities import formatted
from bot.sandbox.files import File, checked_upload
from bot.sandbox.keyboards import read_markup
from bot.sandbox.params import Params, Upload
from bot.sandbox.refusal import bad_request
from bot.sandbox.replykeys import show
from bot.sandbox.state import State

MAX_TEXT = 4096  # code points after parsing
MAX_CAPTION = 1024
MAX_ALBUM = 10
_ACTION_SHOWN = timedelta(seconds=5)
_ACTIONS = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
})  # fmt: skip


@dataclass(frozen=True)
class Target:
    """Where a call sends to."""

    chat: Chat
    thread: int
    reply_to: dict[str, Any] | None


def read_target(state: State, params: Params) -> Target:
    reply_id, without_reply = _reply(params)
    chat = state.chat(params)
    thread = chat.check_thread(params.message_id("message_thread_id"))
    reply_to = chat.messages.get(reply_id)
    if reply_id and reply_to is None and not without_reply:
        raise bad_request("message to be replied not found")
    return Target(chat, thread, reply_to)


def _reply(params: Params) -> tuple[int, bool]:
    """(message id or 0, may go without), also from the two parameters of before Bot API 7.0."""
    value = params.json("reply_parameters", "reply parameters")
    if value is None:
        number = params.message_id("reply_to_message_id")
        return number, params.flag("allow_sending_without_reply")
    if not isinstance(value, dict):
        raise bad_request("Object expected as reply parameters")
    if value and "message_id" not in value:
        raise bad_request('Can\'t find field "message_id"')
    fields = Params(value)
    return fields.message_id(), fields.flag("allow_sending_without_reply")


def read_text(state: State, params: Params) -> dict[str, Any]:
    """The `text` of a message; its length is checked apart, once the chat is known."""
    text = params.text("text")
    if not text:
        raise bad_request("Message text is empty")
    given = params.json("entities", "entities")
    text, entities = formatted(text, params.text("parse_mode"), given, state.user)
    return {"text": text} | ({"entities": entities} if entities else {})


def check_length(content: dict[str, Any]) -> None:
    if len(content.get("text", "")) > MAX_TEXT:
        raise bad_request("Message is too long")
    if len(content.get("caption", "")) > MAX_CAPTION:
        raise bad_request("Message caption is too long")


def read_caption(state: State, fields: Params) -> dict[str, Any]:
    """The caption of a call or of one entry of an album."""
    text, entities = formatted(
        fields.text("caption"),
        fields.text("parse_mode"),
        fields.json("caption_entities", "entities"),
        state.user,
        allow_empty=True,
    )
    content: dict[str, Any] = {"caption": text} if text else {}
    if entities:
        content["caption_entities"] = entities
    if text and fields.flag("show_caption_above_media"):
        content["show_caption_above_media"] = True
    return content


def read_file(state: State, params: Params, kind: str, given: str, missing: Exception) -> Any:
    """The `photo` or `document` of a message from an upload, a file id or an address."""
    upload = params.uploads.get(given.removeprefix("attach://") if given else kind)
    if upload is not None:
        return stored(state, kind, upload).shown
    if not given or given.startswith("attach://"):
        raise missing
    if given.startswith(("http://", "https://")):
        raise bad_request("Failed to get HTTP URL content")
    file = state.files.get(given)
    if file is None:
        raise bad_request("Wrong remote file identifier specified: can't unserialize it")
    if file.kind != kind:
        raise bad_request(f"can't use file of type {file.kind.title()} as {kind.title()}")
    return file.shown


def stored(state: State, kind: str, upload: Upload) -> File:
    upload = checked_upload(upload)
    return state.files.photo(upload) if kind == "photo" else state.files.document(upload)


def _send(state: State, params: Params, target: Target, content: dict[str, Any]) -> dict[str, Any]:
    """The common end of every single send: markup, length, protection, the message itself."""
    markup = read_markup(params, target.chat.type)
    check_length(content)
    target.chat.check_may_send(content)
    if params.flag("protect_content"):
        content["has_protected_content"] = True
    if markup.inline:
        content["reply_markup"] = markup.inline
    message = state.post(
        target.chat,
        state.bot,
        content,
        thread=target.thread,
        reply_to=target.reply_to,
        silent=params.flag("disable_notification"),
    )
    if markup.reply is not None:
        show(state, target.chat, message, markup.reply)
    return state.for_bot(target.chat, message)


def send_message(state: State, params: Params) -> dict[str, Any]:
    content = read_text(state, params)
    return _send(state, params, read_target(state, params), content)


def _media_sender(kind: str) -> Callable[[State, Params], dict[str, Any]]:
    def send(state: State, params: Params) -> dict[str, Any]:
        caption = read_caption(state, params)
        target = read_target(state, params)
        missing = bad_request(f"There is no {kind} in the request")
        shown = read_file(state, params, kind, params.text(kind), missing)
        return _send(state, params, target, {kind: shown} | caption)

    return send


send_photo = _media_sender("photo")
send_document = _media_sender("document")


def read_media(state: State, params: Params, value: Any) -> dict[str, Any]:
    """One InputMedia: photo or document with its caption."""
    if not isinstance(value, dict):
        raise bad_request("Can't parse InputMedia: expected an Object")
    kind = value.get("type")
    if kind is None:
        raise bad_request("Can't parse InputMedia: Can't find field \"type\"")
    if kind not in ("photo", "document"):
        raise bad_request(f'Can\'t parse InputMedia: type "{kind}" is unsupported')
    missing = bad_request("Can't parse InputMedia: media not found")
    given = value.get("media")
    shown = read_file(state, params, kind, given, missing) if given else None
    if shown is None:
        raise missing
    content = {kind: shown} | read_caption(state, Params(value))
    check_length(content)
    return content


def send_media_group(state: State, params: Params) -> list[dict[str, Any]]:
    params.required("media")
    value = params.json("media", "media")
    if not isinstance(value, list):
        raise bad_request("Expected an Array of InputMedia")
    if not value:
        raise bad_request("There are no messages to send")
    if len(value) > MAX_ALBUM:
        raise bad_request("Too many messages to send as an album")
    contents = [read_media(state, params, entry) for entry in value]
    if len({"photo" in content for content in contents}) > 1:
        raise bad_request("document can't be mixed with other media types")
    target = read_target(state, params)
    for content in contents:
        target.chat.check_may_send(content)
    group = {"media_group_id": state.next_album()} if len(contents) > 1 else {}
    silent = params.flag("disable_notification")
    return [
        state.for_bot(
            target.chat,
            state.post(
                target.chat,
                state.bot,
                content | group,
                thread=target.thread,
                reply_to=target.reply_to,
                silent=silent,
            ),
        )
        for content in contents
    ]


def send_chat_action(state: State, params: Params) -> bool:
    action = params.text("action").lower()
    if action not in _ACTIONS:
        raise bad_request("Wrong parameter action in request")
    chat = state.chat(params)
    thread = chat.check_thread(params.message_id("message_thread_id"))
    until = (state.now() + _ACTION_SHOWN).isoformat()
    place = {"thread": thread} if thread else {}
    state.events.add(chat.audience, "action", chat=chat.id, action=action, until=until, **place)
    return True
