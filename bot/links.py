"""Which chats a team has linked: choosing stores one by one, unlinking, and how we hear there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from bot import outbox, pushes, teams
from bot.config import Defaults, Language
from bot.db.desk import Board
from bot.db.people import Binding, BindingStore, Chat, Member, PushRun, PushSetting, Store
from bot.errors import UserError
from bot.message import Message


def own(s: Session, telegram_id: int, thread_id: int) -> Binding | None:
    """The binding of exactly this chat or topic."""
    query = (
        select(Binding)
        .join(Chat, col(Chat.id) == Binding.chat_id)
        .where(Chat.telegram_id == telegram_id, Binding.thread_id == thread_id)
    )
    return s.exec(query).first()


def sees(s: Session, member: Member, binding: Binding) -> bool:
    """Somebody held to some stores changes no chat that shows others."""
    held = teams.held_to(s, member)
    return not held or {x.id for x in teams.bound_stores(s, binding)} <= held


def of_team(s: Session, team_id: int) -> list[Binding]:
    """The linked chats that can still be reached, the oldest first."""
    query = (
        select(Binding)
        .join(Chat, col(Chat.id) == Binding.chat_id)
        .where(Binding.team_id == team_id, col(Chat.gone_at).is_(None))
    )
    return list(s.exec(query.order_by(col(Binding.id))))


def toggle(
    s: Session,
    chat: Chat,
    thread_id: int,
    store: Store,
    language: Language,
    defaults: Defaults,
    now: datetime,
) -> Binding:
    """Add a store to what a chat shows, or take it away. Raises UserError for the last one."""
    teams.hold(s, chat)
    query = select(Binding).where(Binding.chat_id == chat.id, Binding.thread_id == thread_id)
    found = s.exec(query).first()
    before = teams.bound_stores(s, found) if found else []
    chosen = [x for x in before if x.id != store.id]
    if len(chosen) == len(before):
        chosen.append(store)
    if not chosen:
        raise UserError("link.last_store")
    return teams.link(s, chat, thread_id, chosen, language, defaults, now)


def unlink(s: Session, binding: Binding, now: datetime) -> None:
    """Forget the link and its settings; what waits to be pushed there is not sent any more."""
    pushed = [k.slug for k in pushes.KINDS]
    outbox.cancel(s, binding.chat_id, binding.thread_id, pushed, now)
    drop_board(s, binding, now)
    for table in (BindingStore, PushSetting, PushRun):
        s.exec(delete(table).where(col(table.binding_id) == binding.id))
    s.exec(delete(Binding).where(col(Binding.id) == binding.id))


def drop_board(s: Session, binding: Binding, now: datetime) -> bool:
    """Take the pinned board of a chat away; True if there was one.

    Telegram lets us delete what is younger than two days; an older one is unpinned only.
    """
    board = s.get(Board, binding.id)
    if board is None:
        return False
    to = outbox.Address(binding.chat_id, thread_id=binding.thread_id)
    methods: tuple[outbox.Method, ...] = ("unpin", "delete")
    for method in methods:
        outbox.enqueue(
            s, f"{board.key}:{method}", to, Message(""), now, kind="board", method=method,
            target=board.key,
        )  # fmt: skip
    s.delete(board)
    s.flush()
    return True


# how we hear ----------------------------------------------------------------------------------


def deaf(s: Session, telegram_id: int) -> list[Binding]:
    """Bindings of a chat where we are not known to hear everything that is said."""
    query = (
        select(Binding)
        .join(Chat, col(Chat.id) == Binding.chat_id)
        .where(Chat.telegram_id == telegram_id, col(Binding.hears_all).is_not(True))
    )
    return list(s.exec(query))


def hears(s: Session, telegram_id: int, value: bool | None) -> None:
    """Keep what was found out about a chat, for all its topics."""
    chats = select(Chat.id).where(Chat.telegram_id == telegram_id)
    theirs = col(Binding.chat_id).in_(chats)
    s.exec(update(Binding).where(theirs).values(hears_all=value))
