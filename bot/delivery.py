"""Message → Telegram → Outcome. Every exception is sorted by what to do next."""

from __future__ import annotations

import contextlib
import logging
import re
import ssl
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from html import unescape
from typing import Any

import httpx
import telegram
from telegram import (
    Bot,
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.message import Button, Keyboard, Media, Message
from bot.outbox import Outcome, Sending

log = logging.getLogger(__name__)

# the request never left whole, so Telegram cannot have acted on it
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.WriteTimeout)

# descriptions after which a chat is of no use any more (tdlib/telegram-bot-api Client.cpp)
_GONE = (
    "bot was blocked by the user",
    "user is deactivated",
    "bot was kicked from",
    "bot is not a member of",
    "the group chat was deleted",
    "chat not found",
    "bot can't initiate conversation",
)
_CANT_PARSE = "can't parse entities"
_NOT_MODIFIED = "message is not modified"
# we are in the chat, but were kept from speaking
_MUTED = (
    "not enough rights to send text messages",
    "have no rights to send a message",
    "chat_write_forbidden",
    "chat_restricted",
)
_NO_TOPIC = ("message thread not found", "topic_closed")
_NO_REPLY = ("message to be replied not found", "replied message not found")
_NO_TARGET = ("message to edit not found", "message can't be edited")
_NO_TEXT = "there is no text in the message to edit"
_PICTURE = (
    "photo_", "image_process", "wrong file", "file is too big", "caption is too long",
    "not enough rights to send photos", "chat_send_photos_forbidden",
    "chat_send_media_forbidden",
)  # fmt: skip
_FILE = (
    "wrong file", "file is too big", "file must be non-empty", "caption is too long",
    "not enough rights to send documents", "chat_send_docs_forbidden", "chat_send_media_forbidden",
)  # fmt: skip
_ALBUM = (
    *_PICTURE, *_FILE, "wrong remote file", "wrong file_id", "file_reference", "can't use file of type",
    "can't be mixed with other media", "not enough rights to send videos", "chat_send_videos_forbidden",
)  # fmt: skip
_AGAIN: dict[str, Any] = {
    "photo": InputMediaPhoto, "video": InputMediaVideo, "document": InputMediaDocument,
}  # fmt: skip
_TAG = re.compile(r"<[^>]+>")


async def deliver(
    bot: Bot, sending: Sending, picture: bytes | None, document: bytes | None = None
) -> Outcome:
    """One attempt, with the repairs that are known not to double anything.

    A 400 means that nothing was sent, so the same attempt may go on without what was refused:
    the markup, the picture, the file or the quoted message. A topic that is closed or gone is the chat's
    business: see `bot.presence`.
    """
    form = _Form(sending, picture, document)
    for _ in range(4):
        try:
            message_id = await form.send(bot)
            return Outcome("sent", message_id=message_id, said_at=form.said_at)
        except BadRequest as e:
            if _NOT_MODIFIED in e.message.lower():
                return Outcome("sent", message_id=int(sending.target or 0))
            if any(x in e.message.lower() for x in _NO_TOPIC) and sending.thread_id:
                return Outcome("no_topic", error=f"BadRequest: {e}")
            if form.without(e.message.lower()):
                log.warning("row %d: %s; sent without it", sending.id, e.message)
                continue
            return classify(e)
        except Exception as e:
            return classify(e)
    return Outcome("rejected", error="refused in every form")


def classify(e: BaseException) -> Outcome:
    """What an exception of a call means for its row (order matters: BadRequest is a NetworkError)."""
    name = f"{type(e).__name__}: {e}"
    if isinstance(e, RetryAfter):
        return Outcome("wait", wait=seconds(e.retry_after), error=name)
    if isinstance(e, ChatMigrated):
        return Outcome("moved", moved_to=e.new_chat_id, error=name)
    if isinstance(e, BadRequest | Forbidden) and any(text in str(e).lower() for text in _MUTED):
        return Outcome("muted", error=name)
    if isinstance(e, BadRequest | Forbidden):
        gone = any(text in str(e).lower() for text in _GONE)
        return Outcome("gone" if gone else "rejected", error=name)
    if isinstance(e, InvalidToken):
        return Outcome("hold", error=name)
    if isinstance(e.__cause__, _NOT_SENT):
        return Outcome("retry", error=name)
    if not isinstance(e, TelegramError):
        log.error("a row could not be sent", exc_info=e)
    return Outcome("unknown", error=name)


@cache
def trust() -> ssl.SSLContext:
    """Whom an https connection trusts. Read once: it takes 20 ms, and every client wants one."""
    return httpx.create_ssl_context()


def seconds(wait: int | timedelta) -> float:
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


class _Form:
    """How a row is said; `without` takes away what Telegram refused."""

    def __init__(self, sending: Sending, picture: bytes | None, document: bytes | None) -> None:
        self.sending = sending
        self.message = sending.message
        self.picture = picture
        self.document = document
        self.album = sending.message.album
        self.html = True
        self.reply_to = sending.reply_to
        self.target = sending.target
        self.stale = 0  # a message that the new one replaces
        self.said_at: datetime | None = None

    def without(self, refusal: str) -> bool:
        """Drop the refused part; False where nothing is left to drop."""
        if self.sending.method in ("keyboard", "react", "delete", "pin", "unpin"):
            return False  # without the message there is nothing to say
        if _CANT_PARSE in refusal and self.html:
            self.html = False
        elif any(x in refusal for x in _NO_REPLY) and self.reply_to:
            self.reply_to = 0
        elif any(x in refusal for x in _PICTURE) and self.picture:
            self.picture = None
        elif any(x in refusal for x in _FILE) and self.document:
            self.document = None
        elif any(x in refusal for x in _ALBUM) and self.album:
            self.album = None
        elif any(x in refusal for x in _NO_TARGET) and self.target:
            self.target = ""  # they deleted it: say it anew
        elif _NO_TEXT in refusal and self.target:
            # a picture cannot become a text in place
            self.stale, self.target = int(self.target), ""
        else:
            return False
        return True

    @property
    def text(self) -> str:
        mark = self.message.repeat_mark if self.sending.repeat else ""
        file, album = self.message.document, self.message.album
        sorry = file.sorry if file and self.document is None else ""
        sorry = album.sorry if album and self.album is None else sorry
        text = "\n".join(line for line in (mark, self.message.text, sorry) if line)
        return text if self.html else unescape(_TAG.sub("", text))

    async def send(self, bot: Bot) -> int:
        """The id of the message sent or edited; 0 for what has none."""
        match self.sending.method:
            case "answer":
                await bot.answer_callback_query(self.sending.target, text=self.text or None)
                return 0
            case "delete":
                await bot.delete_message(self.sending.telegram_id, int(self.sending.target))
                return 0
            case "react":
                await bot.set_message_reaction(
                    self.sending.telegram_id, int(self.sending.target), self.message.text
                )
                return 0
            case "pin":
                await bot.pin_chat_message(
                    self.sending.telegram_id, int(self.sending.target), disable_notification=True
                )
                return 0
            case "unpin":
                await bot.unpin_chat_message(
                    self.sending.telegram_id, message_id=int(self.sending.target)
                )
                return 0
            case "leave":
                await bot.leave_chat(self.sending.telegram_id)
                return 0
            case "keyboard":
                await bot.edit_message_reply_markup(
                    self.sending.telegram_id, int(self.sending.target),
                    reply_markup=keyboard(self.message.keyboard),
                )  # fmt: skip
                return int(self.sending.target)
            case "edit" if self.target:
                return await self._edit(bot, int(self.target))
        message_id = await self._send(bot)
        if self.stale:
            with contextlib.suppress(TelegramError):
                await bot.delete_message(self.sending.telegram_id, self.stale)
        return message_id

    async def _send(self, bot: Bot) -> int:
        common: dict[str, Any] = {
            "chat_id": self.sending.telegram_id,
            "message_thread_id": self.sending.thread_id or None,
            "parse_mode": ParseMode.HTML if self.html else None,
            "reply_markup": _asking(self.message) or keyboard(self.message.keyboard),
            "disable_notification": self.message.silent or None,
        }
        if self.reply_to:
            common["reply_parameters"] = ReplyParameters(
                self.reply_to, allow_sending_without_reply=True
            )
        if self.album and len(self.album.media) > 1:
            sent = await self._send_album(bot, self.album.media, common)
        elif self.album:
            sent = await self._send_again(bot, self.album.media[0], common)
        elif self.picture:
            sent = await bot.send_photo(photo=self.picture, caption=self.text, **common)
        elif self.document and (file := self.message.document):
            sent = await bot.send_document(
                document=self.document, filename=file.name, caption=self.text, **common
            )
        else:
            sent = await bot.send_message(
                text=self.text, link_preview_options=LinkPreviewOptions(is_disabled=True), **common
            )
        self.said_at = sent.date
        return sent.message_id

    async def _send_album(
        self, bot: Bot, media: Sequence[Media], common: dict[str, Any]
    ) -> telegram.Message:
        """The words stand under the first; an album takes no buttons."""
        words = {"caption": self.text, "parse_mode": common["parse_mode"]}
        found = [
            _AGAIN[m.kind](m.file_id, **(words if i == 0 else {})) for i, m in enumerate(media)
        ]
        plain = {k: v for k, v in common.items() if k not in ("parse_mode", "reply_markup")}
        return (await bot.send_media_group(media=found, **plain))[0]

    async def _send_again(self, bot: Bot, media: Media, common: dict[str, Any]) -> telegram.Message:
        if media.kind == "photo":
            return await bot.send_photo(photo=media.file_id, caption=self.text, **common)
        if media.kind == "video":
            return await bot.send_video(video=media.file_id, caption=self.text, **common)
        return await bot.send_document(document=media.file_id, caption=self.text, **common)

    async def _edit(self, bot: Bot, target: int) -> int:
        chat_id, markup = self.sending.telegram_id, keyboard(self.message.keyboard)
        parse_mode = ParseMode.HTML if self.html else None
        if self.picture:
            media = InputMediaPhoto(self.picture, caption=self.text, parse_mode=parse_mode)
            await bot.edit_message_media(
                media, chat_id=chat_id, message_id=target, reply_markup=markup
            )
        else:
            await bot.edit_message_text(
                self.text, chat_id=chat_id, message_id=target, parse_mode=parse_mode,
                reply_markup=markup, link_preview_options=LinkPreviewOptions(is_disabled=True),
            )  # fmt: skip
        return target


def keyboard(rows: Keyboard) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup([[_button(b) for b in row] for row in rows])


def _asking(message: Message) -> ForceReply | None:
    """Only for those named in the text: nobody else's reply box opens."""
    if not message.asks:
        return None
    return ForceReply(selective=True, input_field_placeholder=message.asks[:64])


def _button(b: Button) -> InlineKeyboardButton:
    if b.copy:
        return InlineKeyboardButton(b.text, copy_text=CopyTextButton(b.copy))
    if b.url:
        return InlineKeyboardButton(b.text, url=b.url)
    return InlineKeyboardButton(b.text, callback_data=b.data)


def plain(message: Message) -> str:
    """A message as bare text, for the command line."""
    return unescape(_TAG.sub("", message.text))
