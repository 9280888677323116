"""A chat that changes its Telegram id, and everything that points at it."""

from __future__ import annotations

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from bot.db.facts import Import
from bot.db.people import Binding, BindingStore, Chat, DigestRun
from bot.db.wire import OutboxRow


def move_chat(s: Session, old: int, new: int) -> None:
    """A group became a supergroup: its row keeps everything, under the new Telegram id.

    Where the new id was heard of first, what points at that row is given to the old one.
    """
    chat = s.exec(select(Chat).where(Chat.telegram_id == old)).first()
    if chat is None:
        return
    newcomer = s.exec(select(Chat).where(Chat.telegram_id == new)).first()
    if newcomer:
        _merge_bindings(s, chat, newcomer)
        for table in (OutboxRow, Import):
            theirs = col(table.chat_id) == newcomer.id
            s.exec(update(table).where(theirs).values(chat_id=chat.id))
        s.delete(newcomer)
        s.flush()
    chat.telegram_id, chat.kind = new, "supergroup"


def _merge_bindings(s: Session, chat: Chat, newcomer: Chat) -> None:
    """A topic that both have linked keeps its first link."""
    linked = select(Binding.thread_id).where(Binding.chat_id == chat.id)
    theirs = col(Binding.chat_id) == newcomer.id
    second = select(Binding.id).where(theirs, col(Binding.thread_id).in_(linked))
    ids = list(s.exec(second))
    s.exec(delete(BindingStore).where(col(BindingStore.binding_id).in_(ids)))
    s.exec(delete(DigestRun).where(col(DigestRun.binding_id).in_(ids)))
    s.exec(delete(Binding).where(col(Binding.id).in_(ids)))
    s.exec(update(Binding).where(theirs).values(chat_id=chat.id))
