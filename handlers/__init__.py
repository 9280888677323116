"""The way in for people: COMMANDS and PRESSES, and how an update reaches its door.

COMMANDS feeds the handlers, `/help` and Telegram's command menus; PRESSES the inline buttons. A row
without a rule lets nobody through.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from telegram import Message as TelegramMessage
from telegram import Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    MessageHandler,
    filters,
)

from bot.access import ANYBODY, ANYWHERE, DESK, GROUPS, LEADERSHIP, MEMBERS, PRIVATE, READERS, Rule
from bot.context import Context, Event, Turn
from handlers import chats, errors, imports, metrics, people

Door = Callable[[Turn], None]


@dataclass(frozen=True)
class Command:
    """`writes`: the door changes rows, so it runs inside the write transaction itself."""

    name: str
    door: Door
    rule: Rule
    writes: bool = False
    listed: bool = True


@dataclass(frozen=True)
class Press:
    """Buttons whose callback data is `<kind>:<row id and one change>`."""

    kind: str
    door: Door
    rule: Rule
    writes: bool = False


COMMANDS = (
    Command("today", metrics.today, Rule(READERS, ANYWHERE)),
    Command("yesterday", metrics.yesterday, Rule(READERS, ANYWHERE)),
    Command("week", metrics.week, Rule(READERS, ANYWHERE)),
    Command("month", metrics.month, Rule(READERS, ANYWHERE)),
    Command("ask", metrics.ask, Rule(READERS, ANYWHERE)),
    Command("link", chats.link, Rule(LEADERSHIP, GROUPS), writes=True),
    Command("start", people.start, Rule(ANYBODY, PRIVATE)),
    Command("help", people.help_, Rule(MEMBERS, ANYWHERE)),
)

PRESSES = (
    Press("q", metrics.change, Rule(READERS, ANYWHERE)),
    Press("u", imports.undo, Rule(DESK, PRIVATE), writes=True),
    Press("f", imports.choose_store, Rule(DESK, PRIVATE), writes=True),
    Press("link", chats.choose, Rule(LEADERSHIP, GROUPS), writes=True),
    Press("setup", people.setup, Rule(ANYBODY, PRIVATE), writes=True),
    Press("join", people.join, Rule(ANYBODY, PRIVATE), writes=True),
    Press("admit", people.admit, Rule(frozenset({"owner"}), PRIVATE), writes=True),
)

WORDS = Command("", metrics.words, Rule(READERS, ANYWHERE))
FILE = Command("", imports.receive, Rule(DESK, PRIVATE), writes=True)

# what CommandHandler and MessageHandler would fire for beside a person's own new message
_SAID = (
    filters.UpdateType.MESSAGE
    & ~filters.FORWARDED
    & ~filters.VIA_BOT
    & ~filters.IS_AUTOMATIC_FORWARD
    & ~filters.SenderChat.ALL
)


def register(app: Application[Any, Any, Any, Any, Any, Any]) -> None:
    for command in COMMANDS:
        app.add_handler(CommandHandler(command.name, _on_message(command), filters=_SAID))
    app.add_handler(CallbackQueryHandler(_on_press))
    app.add_handler(MessageHandler(_SAID & filters.Document.ALL, _on_message(FILE)))
    app.add_handler(MessageHandler(_SAID & filters.TEXT & ~filters.COMMAND, _on_words))
    app.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, _on_migration))
    app.add_handler(ChatMemberHandler(_on_membership, ChatMemberHandler.MY_CHAT_MEMBER))


def _on_message(command: Command) -> Callable[[Update, Context], Any]:
    async def handle(update: Update, context: Context) -> None:
        assert update.message
        event = _said(update, update.message, " ".join(context.args or ()))
        await context.house.run(errors.settle, context.house, event, command)

    return handle


async def _on_words(update: Update, context: Context) -> None:
    """Plain text is a question in private, and in a group when it is said to the bot."""
    message, house = update.message, context.house
    assert message
    assert message.text
    mention = f"@{house.bot_name}"
    replied = message.reply_to_message and message.reply_to_message.from_user
    to_bot = bool(replied and replied.id == house.bot_id) or mention in message.text
    if message.chat.type == "private" or to_bot:
        event = _said(update, message, message.text.replace(mention, " ").strip())
        await house.run(errors.settle, house, event, WORDS)


async def _on_press(update: Update, context: Context) -> None:
    query = update.callback_query
    assert query
    if not isinstance(query.message, TelegramMessage) or query.data is None:
        return  # too old: Telegram no longer shows us the message
    kind, _, rest = query.data.partition(":")
    press = next((p for p in PRESSES if p.kind == kind), None)
    said = query.message
    event = Event(
        update.update_id, query.from_user.id, query.from_user.full_name,
        query.from_user.language_code or "", said.chat.id, said.chat.type, said.chat.title or "",
        _topic(said), said.message_id, data=rest, query_id=query.id,
    )  # fmt: skip
    await context.house.run(errors.settle, context.house, event, press)


async def _on_membership(update: Update, context: Context) -> None:
    change = update.my_chat_member
    assert change
    await context.house.run(
        chats.membership, context.house, update.update_id, change.chat.id,
        change.new_chat_member.status,
    )  # fmt: skip


async def _on_migration(update: Update, context: Context) -> None:
    """Told twice, in the old chat and in the new one, whichever is handled first."""
    message = update.effective_message
    assert message
    old = message.migrate_from_chat_id or message.chat.id
    new = message.migrate_to_chat_id or message.chat.id
    await context.house.run(chats.migration, context.house, update.update_id, old, new)


def _said(update: Update, message: TelegramMessage, text: str) -> Event:
    person, document = message.from_user, message.document
    assert person
    return Event(
        update.update_id, person.id, person.full_name, person.language_code or "",
        message.chat.id, message.chat.type, message.chat.title or "",
        _topic(message), message.message_id, text or message.caption or "",
        file_id=document.file_id if document else "",
        file_name=(document.file_name or "") if document else "",
        file_size=(document.file_size or 0) if document else 0,
    )  # fmt: skip


def _topic(message: TelegramMessage) -> int:
    """The topic; a plain reply in a group has a thread id too, and is none."""
    return (message.message_thread_id or 0) if message.is_topic_message else 0
