"""How an update reaches its door: what counts as said, by whom, and to whom."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from telegram import (
    Bot,
    CallbackQuery,
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberRestricted,
    MaybeInaccessibleMessage,
    Update,
)
from telegram import Message as TelegramMessage
from telegram.error import TelegramError
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    MessageHandler,
    filters,
)

from bot.context import Context, Event, House, Quoted, Reach
from bot.message import Media
from bot.presence import Change
from handlers import errors, following, hearing, presence, said
from handlers.tables import Command, Doors, Press

log = logging.getLogger(__name__)

PATIENCE = 5  # seconds for Telegram to say what reaches us

# Telegram's own senders: service notifications, a channel's voice, an administrator unseen
NOTIFICATIONS, CHANNEL_BOT, ANONYMOUS = 777000, 136817688, 1087968824
_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".zip")

# a person's own new message: nothing edited, forwarded, posted by a channel or through a bot
_NEW = (
    filters.UpdateType.MESSAGE
    & ~filters.FORWARDED
    & ~filters.VIA_BOT
    & ~filters.IS_AUTOMATIC_FORWARD
    & (filters.TEXT | filters.CAPTION | filters.PHOTO | filters.VIDEO | filters.Document.ALL)
)


def register(app: Application[Any, Any, Any, Any, Any, Any], doors: Doors) -> None:
    app.add_handler(CallbackQueryHandler(_pressed(doors)))
    app.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, _on_migration))
    app.add_handler(MessageHandler(filters.StatusUpdate.FORUM_TOPIC_REOPENED, _on_topic_reopened))
    app.add_handler(MessageHandler(_NEW, _said(doors)))
    app.add_handler(ChatMemberHandler(_on_membership, ChatMemberHandler.MY_CHAT_MEMBER))


Handler = Callable[[Update, Context], Any]


# what is said -------------------------------------------------------------------------------


def _said(doors: Doors) -> Handler:
    async def handle(update: Update, context: Context) -> None:
        message, house = update.message, context.house
        assert message
        spoken = said.read(message.text or message.caption or "", house.bot_name)
        if spoken is None or not (_person(message) or _unnamed(message)):
            return
        worded = bool(message.text or message.caption)
        if worded and not (spoken.command or _to_us(message, spoken, house)):
            # privacy mode lets no such thing through: so it is off, or we are administrator
            await house.run(hearing.heard, house, update.update_id, message.chat.id)
        event = _event(update, message, spoken.text, house.bot_id)
        found = await _followed(doors, event, spoken, house) or _door(doors, message, spoken, house)
        if found is None:
            return
        row, text = found
        if _unnamed(message):
            name = "words" if row is doors.words else row.name
            if not name:
                return
            row, text = doors.anonymous, name
        event = replace(event, text=text)
        if row.probes:
            event = replace(event, reach=await _reach(context.bot, message.chat.id))
        await house.run(errors.settle, house, event, row)

    return handle


def _person(message: TelegramMessage) -> bool:
    """Somebody with a name, speaking for themselves."""
    sender = message.from_user
    return bool(sender and not sender.is_bot and sender.id != NOTIFICATIONS) and not (
        message.sender_chat
    )


def _unnamed(message: TelegramMessage) -> bool:
    """An administrator who posts as the group itself."""
    sender = message.from_user
    as_group = message.sender_chat is not None and message.sender_chat.id == message.chat.id
    return message.chat.type != "channel" and bool(
        sender and sender.id == ANONYMOUS and (as_group or message.sender_chat is None)
    )


async def _followed(
    doors: Doors, event: Event, spoken: said.Said, house: House
) -> tuple[Command, str] | None:
    """A reply to what speaks of an issue, or one more photo of an album that was logged."""
    if spoken.command or spoken.addressed:
        return None
    if event.quoted and event.quoted.ours:
        row, goes_on = doors.reply, following.speaks
    elif event.media and event.media.album and not spoken.text:
        row, goes_on = doors.album, following.continues
    else:
        return None
    return (row, spoken.text) if await house.run(goes_on, house, event) else None


def _door(
    doors: Doors, message: TelegramMessage, spoken: said.Said, house: House
) -> tuple[Command, str] | None:
    """The row and its arguments; None for talk among people."""
    to_us = _to_us(message, spoken, house)
    command = said.by_name(doors.commands).get(spoken.command)
    words = f"/{spoken.command} {spoken.text}" if spoken.command else spoken.text
    typed = said.typed(doors.commands).match(words, addressed=to_us)
    meant = (command, spoken.text) if spoken.command and command else typed
    if message.document and not (meant and meant[0].files):
        # in a group, only what looks like an export is worth a word
        exports = (message.document.file_name or "").lower().endswith(_TABLES)
        return (doors.file, message.caption or "") if to_us or exports else None
    if meant:
        return meant
    if spoken.command:
        return (doors.unknown, spoken.command) if to_us else None
    return (doors.words, spoken.text) if to_us and spoken.text else None


def _to_us(message: TelegramMessage, spoken: said.Said, house: House) -> bool:
    """In private, our name in it, or an answer to what we said."""
    replied = message.reply_to_message and message.reply_to_message.from_user
    answers = bool(replied and replied.id == house.bot_id)
    return message.chat.type == "private" or spoken.addressed or answers


async def _reach(bot: Bot, chat: int) -> Reach:
    """Our place in a chat; unknown where Telegram does not say in time."""
    try:
        async with asyncio.timeout(PATIENCE):
            me, place = await bot.get_me(), await bot.get_chat_member(chat, bot.id)
    except (TelegramError, TimeoutError) as e:
        log.warning("what reaches us in a chat could not be found out: %s", e)
        return Reach()
    mute = isinstance(place, ChatMemberRestricted) and not place.can_send_messages
    rights = isinstance(place, ChatMemberAdministrator) and place.can_delete_messages
    return Reach(
        place.status, bool(me.can_read_all_group_messages), can_send=not mute, can_delete=rights
    )


def _event(update: Update, message: TelegramMessage, text: str, bot_id: int) -> Event:
    person, document = message.from_user, message.document
    assert person
    return Event(
        update.update_id, person.id, person.full_name, person.language_code or "",
        message.chat.id, message.chat.type, message.chat.title or "",
        _topic(message), message.message_id, text,
        file_id=document.file_id if document else "",
        file_name=(document.file_name or "") if document else "",
        file_size=(document.file_size or 0) if document else 0,
        media=_media(message), quoted=_quoted(message, bot_id),
    )  # fmt: skip


def _media(message: TelegramMessage) -> Media | None:
    """The largest size of a photo, a video or a file."""
    kinds = {
        "photo": message.photo[-1] if message.photo else None,
        "video": message.video, "document": message.document,
    }  # fmt: skip
    for kind, found in kinds.items():
        if found:
            return Media(kind, found.file_id, found.file_unique_id, message.media_group_id or "")
    return None


def _quoted(message: TelegramMessage, bot_id: int) -> Quoted | None:
    """What it answers; of a long message only the part that they marked."""
    shown = message.reply_to_message
    if shown is None or shown.forum_topic_created:  # every message of a topic answers its birth
        return None
    text = message.quote.text if message.quote else shown.text or shown.caption or ""
    ours = bool(shown.from_user and shown.from_user.id == bot_id)
    return Quoted(shown.message_id, text, _media(shown), ours)


def spoken(update: Update, bot_id: int) -> Event | None:
    """Who said or pressed what, without looking for its door; None for all else."""
    message, query = update.message, update.callback_query
    if query and query.message:
        return _press(update, query, query.message, "")
    if message and _person(message):
        return _event(update, message, "", bot_id)
    return None


def _topic(message: TelegramMessage) -> int:
    """The topic; a plain reply in a group has a thread id too, and is none."""
    return (message.message_thread_id or 0) if message.is_topic_message else 0


# what is pressed ----------------------------------------------------------------------------


def _pressed(doors: Doors) -> Handler:
    async def handle(update: Update, context: Context) -> None:
        query, house = update.callback_query, context.house
        assert query
        if query.message is None or query.data is None:
            return  # under a message sent through a bot: none of ours
        # a bad client may send any bytes, also the one that no database takes
        kind, _, rest = query.data.replace("\0", "").partition(":")
        row: Press | Command | None = next((p for p in doors.presses if p.kind == kind), None)
        event = _press(update, query, query.message, rest)
        if _shown(query.message) is None:
            row = doors.stale
        if row and row.probes:
            event = replace(event, reach=await _reach(context.bot, event.chat))
        await house.run(errors.settle, house, event, row)

    return handle


def _press(
    update: Update, query: CallbackQuery, under: MaybeInaccessibleMessage, rest: str
) -> Event:
    """`text`: what the message answers, whose command a button may run again."""
    shown = _shown(under)
    replied = shown.reply_to_message if shown else None
    return Event(
        update.update_id, query.from_user.id, query.from_user.full_name,
        query.from_user.language_code or "", under.chat.id, under.chat.type,
        under.chat.title or "", _topic(shown) if shown else 0, under.message_id,
        (replied.text or replied.caption or "") if replied else "",
        data=rest, query_id=query.id, media=_media(replied) if replied else None,
    )  # fmt: skip


def _shown(under: MaybeInaccessibleMessage) -> TelegramMessage | None:
    """None for one deleted or too old: Telegram dates it 0, and the library takes it for whole."""
    whole = isinstance(under, TelegramMessage) and under.date.timestamp() > 0
    return under if whole else None  # type: ignore[return-value]  # narrowed above


# what happens to the chat -------------------------------------------------------------------


async def _on_membership(update: Update, context: Context) -> None:
    news = update.my_chat_member
    assert news
    after = news.new_chat_member
    change = Change(
        update.update_id, news.chat.id, news.chat.type, news.chat.title or "",
        news.from_user.id, news.from_user.language_code or "",
        was_in=_inside(news.old_chat_member), is_in=_inside(after),
        may_speak=not isinstance(after, ChatMemberRestricted) or after.can_send_messages,
    )  # fmt: skip
    reach = Reach(after.status, bool(context.bot.bot.can_read_all_group_messages))
    await context.house.run(presence.membership, context.house, change, reach)


def _inside(member: ChatMember) -> bool:
    return member.status not in (ChatMember.LEFT, ChatMember.BANNED)


async def _on_migration(update: Update, context: Context) -> None:
    """Told twice, in the old chat and in the new one, whichever is handled first."""
    message = update.effective_message
    assert message
    old = message.migrate_from_chat_id or message.chat.id
    new = message.migrate_to_chat_id or message.chat.id
    await context.house.run(presence.migration, context.house, update.update_id, old, new)


async def _on_topic_reopened(update: Update, context: Context) -> None:
    message = update.effective_message
    assert message
    place = message.chat.id, _topic(message)
    await context.house.run(presence.reopened, context.house, update.update_id, *place)
