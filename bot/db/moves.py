"""A chat that changes its Telegram id, and everything that points at it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, Table, delete, update
from sqlmodel import Session, SQLModel, col, select

from bot.db.desk import Draft, IssueCard, IssueLink
from bot.db.people import Binding, Chat
from bot.db.wire import OutboxRow

_OPEN = ("pending", "sending")


def move_chat(s: Session, old: int, new: int) -> None:
    """A group became a supergroup: its row keeps everything, under the new Telegram id.

    Where the new id was heard of first, what points at that row is given to the old one. Being told
    a second time changes nothing.
    """
    if old == new:
        return
    _not_arrived(s, new)
    # both chats tell of it at once: whoever comes second must find nothing left to move
    chat = s.exec(select(Chat).where(Chat.telegram_id == old).with_for_update()).first()
    if chat is None:
        return
    _forget_messages(s, chat)
    newcomer = s.exec(select(Chat).where(Chat.telegram_id == new)).first()
    if newcomer:
        _merge_bindings(s, chat, newcomer)
        _merge_cards(s, chat, newcomer)
        for column in _pointing_at(Chat):
            if column.table.name != Binding.__tablename__:
                theirs = update(column.table).where(column == newcomer.id)
                s.execute(theirs.values({column: chat.id}))
        s.delete(newcomer)
        s.flush()
    chat.telegram_id, chat.kind, chat.gone_at = new, "supergroup", None


def _not_arrived(s: Session, telegram_id: int) -> None:
    """Telegram let us into the new chat as into any other: nobody has added us, we say nothing."""
    to_it = select(Chat.id).where(Chat.telegram_id == telegram_id)
    for here in (col(OutboxRow.address) == telegram_id, col(OutboxRow.chat_id).in_(to_it)):
        said = update(OutboxRow).where(here, col(OutboxRow.kind) == "arrival")
        s.exec(said.where(col(OutboxRow.state) == "pending").values(state="cancelled"))


def _forget_messages(s: Session, chat: Chat) -> None:
    """The new chat counts its own messages: none of the old ids means the same there."""
    here = update(OutboxRow).where(col(OutboxRow.chat_id) == chat.id)
    s.exec(here.where(col(OutboxRow.state).in_(_OPEN)).values(reply_to=0))
    s.exec(here.where(col(OutboxRow.message_id) != 0).values(message_id=0))
    s.exec(delete(IssueLink).where(col(IssueLink.chat_id) == chat.id))
    s.exec(update(Draft).where(col(Draft.chat_id) == chat.id).values(source_id=0))
    mute = update(Binding).where(col(Binding.chat_id) == chat.id)
    theirs = mute.where(col(Binding.hearing).regexp_match("^[0-9]+$"))
    s.exec(theirs.values(hearing=f"moved:{chat.id}"))  # no such row: it is said anew
    numbered = here.where(
        col(OutboxRow.state).in_(_OPEN), col(OutboxRow.target).regexp_match("^[0-9]+$")
    )
    s.exec(numbered.where(col(OutboxRow.method) == "edit").values(method="send", target=""))
    s.exec(numbered.where(col(OutboxRow.method) == "delete").values(state="cancelled"))


def _merge_bindings(s: Session, chat: Chat, newcomer: Chat) -> None:
    """A topic that both have linked keeps its first link."""
    linked = select(Binding.thread_id).where(Binding.chat_id == chat.id)
    theirs = col(Binding.chat_id) == newcomer.id
    second = select(Binding.id).where(theirs, col(Binding.thread_id).in_(linked))
    ids = list(s.exec(second))
    for column in _pointing_at(Binding):
        s.execute(delete(column.table).where(column.in_(ids)))
    s.exec(delete(Binding).where(col(Binding.id).in_(ids)))
    s.exec(update(Binding).where(theirs).values(chat_id=chat.id))


def _merge_cards(s: Session, chat: Chat, newcomer: Chat) -> None:
    """Of an issue that has a card in both, the one that can still be edited stays."""
    theirs = select(IssueCard).where(IssueCard.chat_id == newcomer.id)
    for card in s.exec(theirs).all():
        same = delete(IssueCard).where(
            col(IssueCard.issue_id) == card.issue_id, col(IssueCard.chat_id) == chat.id,
            col(IssueCard.thread_id) == card.thread_id,
        )  # fmt: skip
        s.exec(same)


def _pointing_at(target: type[SQLModel]) -> Iterator[Column[int]]:
    """Every column of the schema that holds a row id of this table."""
    id_column = _table(target).c.id
    for table in SQLModel.metadata.sorted_tables:
        yield from (
            c for c in table.c if any(f.references(id_column.table) for f in c.foreign_keys)
        )


def _table(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
    return table
