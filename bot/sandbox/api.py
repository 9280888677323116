"""The Bot API as pure state: a call goes in, an answer comes out, no socket is near."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.sandbox import editing, lookups, people, sending
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.log import CallLog
from bot.sandbox.params import Params, Upload
from bot.sandbox.refusal import Refused
from bot.sandbox.state import Clock, State
from bot.sandbox.world import World

Method = Callable[[State, Params], Any]

_set_name, _get_name = lookups.text_methods("name")
_set_description, _get_description = lookups.text_methods("description")
_set_short, _get_short = lookups.text_methods("short_description")

METHODS: dict[str, Method] = {
    "getMe": lookups.get_me,
    "getUpdates": lookups.get_updates,
    "setWebhook": lookups.set_webhook,
    "deleteWebhook": lookups.delete_webhook,
    "getWebhookInfo": lookups.get_webhook_info,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "sendMediaGroup": sending.send_media_group,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": editing.edit_message_text,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageMedia": editing.edit_message_media,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "answerCallbackQuery": editing.answer_callback_query,
    "pinChatMessage": editing.pin_chat_message,
    "unpinChatMessage": editing.unpin_chat_message,
    "setMessageReaction": editing.set_message_reaction,
    "getFile": lookups.get_file,
    "getChat": lookups.get_chat,
    "getChatMember": lookups.get_chat_member,
    "getChatMemberCount": lookups.get_chat_member_count,
    "getChatAdministrators": lookups.get_chat_administrators,
    "leaveChat": lookups.leave_chat,
    "setMyCommands": lookups.set_my_commands,
    "getMyCommands": lookups.get_my_commands,
    "deleteMyCommands": lookups.delete_my_commands,
    "setMyName": _set_name,
    "getMyName": _get_name,
    "setMyDescription": _set_description,
    "getMyDescription": _get_description,
    "setMyShortDescription": _set_short,
    "getMyShortDescription": _get_short,
    "setChatMenuButton": lookups.set_chat_menu_button,
    "getChatMenuButton": lookups.get_chat_menu_button,
}
# Telegram reads method names in any case
_NAMES = {name.lower(): name for name in METHODS}


@dataclass(frozen=True)
class Reply:
    """How a call is to be answered: a JSON body, an HTML page, or with silence.

    `silence` is "timeout" (hold until the client leaves) or "drop" (cut the connection).
    """

    status: int
    body: dict[str, Any] | None = None
    html: str = ""
    silence: str = ""


class Sandbox:
    """One bot, its people and chats, the log of its calls and the faults that await them.

    `first_id` is where update and message ids begin: a sandbox that is opened anew beside a
    database that already knows some must begin above them.
    """

    def __init__(self, world: World, clock: Clock, token: str = "", *, first_id: int = 1) -> None:
        self.state = State(world, clock, first_id)
        self.token = token or f"{world.bot_id}:SANDBOX-{'x' * 28}"
        self.faults = Faults()
        self.log = CallLog()

    @property
    def clock(self) -> Clock:
        return self.state.clock

    def receive(self, method: str, params: Params) -> Reply:
        """Carry out one call, faults included, and log it."""
        name = _NAMES.get(method.lower(), method)
        fault = self.faults.take(name, params.text("chat_id"))
        at = self.state.now()
        result: Any = None
        refusal: Refused | None = None
        if fault is None or fault.has_effect:
            try:
                result = self._run(name, params)
            except Refused as refused:
                refusal = refused
        done = refusal is None and (fault is None or fault.has_effect)
        if fault is not None:
            return self._faulty(at, name, params, fault, result, done=done)
        if refusal is not None:
            return self.refuse(name, params, refusal)
        self.log.add(at, name, params.logged(), 200, result=result, effect=True)
        self.state.events.ring()
        return Reply(200, {"ok": True, "result": result})

    def call(self, method: str, **values: Any) -> Any:
        """Carry out one call from within and return its result. Raises Refused."""
        reply = self.receive(method, Params(values))
        body = reply.body or {}
        if not body.get("ok"):
            raise Refused(reply.status, body.get("description", ""), **body.get("parameters", {}))
        return body["result"]

    def refuse(self, method: str, params: Params, refusal: Refused) -> Reply:
        """Log a call as refused, and say so."""
        self.log.add(
            self.state.now(),
            _NAMES.get(method.lower(), method),
            params.logged(),
            refusal.code,
            error=refusal.description,
            effect=False,
        )
        self.state.events.ring()
        return Reply(refusal.code, refusal.body())

    def abandoned(self, method: str, params: Params) -> None:
        """Log a call whose client left before it was answered."""
        at = self.state.now()
        self.log.add(at, method, params.logged(), 0, error="the client left", effect=False)
        self.state.events.ring()

    def _run(self, name: str, params: Params) -> Any:
        method = METHODS.get(name)
        if method is None:
            raise Refused(404, "Not Found: method not found")
        return method(self.state, params)

    def _faulty(
        self, at: datetime, name: str, params: Params, fault: Fault, result: Any, *, done: bool
    ) -> Reply:
        refusal = None if fault.silence else fault.refusal()
        self.log.add(
            at,
            name,
            params.logged(),
            refusal.code if refusal else 0,
            result=result if done else None,
            error=refusal.description if refusal else fault.kind,
            effect=done,
            fault=fault.kind,
        )
        self.state.events.ring()
        if refusal is None:
            return Reply(0, silence=fault.silence)
        if fault.is_html:
            return Reply(refusal.code, html=refusal.description)
        return Reply(refusal.code, refusal.body())

    # ---------------------------------------------------------------------- people, from within

    def say(self, person: int, text: str, chat: int | None = None, **more: Any) -> dict[str, Any]:
        """See `people.say`."""
        return people.say(self.state, person, text, chat, **more)

    def press(self, person: int, chat: int, message_id: int, data: str) -> str:
        """See `people.press`."""
        return people.press(self.state, person, chat, message_id, data)

    def upload(
        self, person: int, file: Upload, chat: int | None = None, **more: Any
    ) -> dict[str, Any]:
        """See `people.upload`."""
        return people.upload(self.state, person, file, chat, **more)
