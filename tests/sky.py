"""Chats linked and pushes on their way, for the tests of what Telegram does to them."""

from __future__ import annotations

from typing import Any

from conftest import NOW, Shop
from sqlmodel import select
from wire import Wire

from bot import outbox, teams
from bot.config import Defaults, Language
from bot.db import Database
from bot.db.people import Chat
from bot.db.wire import OutboxRow
from bot.message import Message
from bot.outbox import Address


def link(
    db: Database, shop: Shop, chat: int, thread: int = 0, language: Language = "zh-hans"
) -> int:
    """The Tmall store's digest comes to this chat at nine; returns the row id of the chat."""
    kind = "supergroup" if str(chat).startswith("-100") else "group"
    with db.write() as s:
        row = teams.chat(s, chat, kind, "果然鲜 · 团队")
        stores = teams.stores(s, shop.team)[:1]
        teams.link(s, row, thread, stores, language, Defaults(), NOW)
        return row.id or 0


def push(wire: Wire, key: str, chat: int, thread: int = 0) -> None:
    """Something to say by itself, of which the network may hide what became."""
    db = wire.bot.db
    with db.write() as s:
        row = s.exec(select(Chat).where(Chat.telegram_id == chat)).one()
        outbox.enqueue(
            s, key, Address(row.id, thread_id=thread), Message(key, repeat_mark="(again)"),
            wire.bot.clock.now(), kind="digest", repeatable=True,
        )  # fmt: skip


def state(db: Database, key: str) -> str:
    with db.read() as s:
        return s.exec(select(OutboxRow.state).where(OutboxRow.key == key)).one()


async def heard(wire: Wire, *people: int) -> None:
    """These have written to the bot before, so that it may write to them."""
    for person in people:
        await wire.say(person, "/help")
    await wire.replies()


def shown(messages: list[dict[str, Any]]) -> list[tuple[int, int, str]]:
    """(chat, topic, text) of each."""
    return [
        (m["chat"]["id"], m.get("message_thread_id", 0), m.get("text") or m["caption"])
        for m in messages
    ]
