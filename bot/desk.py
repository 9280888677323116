"""Where issues are seen: the cards that stand in chats, kept true after every change.

A card is one message per chat or topic and issue, edited through its life. Edits are outbox rows in the
transaction of the change; those that still wait are overwritten, so that a burst of changes
costs a group one of its twenty messages a minute.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from bot import outbox, teams
from bot.aftersales import issues, scope
from bot.aftersales.views import IssueView
from bot.config import Language
from bot.context import House, Turn
from bot.db import insert_new
from bot.db.desk import Issue, IssueCard, IssueLink
from bot.db.people import Binding, Chat, Member
from bot.db.wire import OutboxRow
from bot.i18n import language_of, translator
from bot.message import Message
from bot.outbox import Address
from bot.render import issues as render

HISTORY = 8  # events on a card


def changed(s: Session, house: House, issue: Issue, now: datetime, kind: str = "reply") -> int:
    """Edit every card of an issue whose words are no longer true; how many were.

    With another `kind` than that of a reply the edits let the talk of the chat go first. Pinned
    boards are looked at by their own tick. Whoever changes an issue calls it, in the same transaction. A chat that was unlinked, shows other
    stores by now, or whose reader left or may no longer see the issue, is told nothing more.
    """
    cards = _cards(s, issue)
    if not cards:
        return 0
    view = issues.view(s, issue, now, HISTORY)
    edited = 0
    for card, chat in cards:
        language = _reader(s, issue, card, chat, house.config.defaults.language)
        if language is not None:
            edited += _edit(s, card, _card(view, language, now), now, kind)
    return edited


def card_here(turn: Turn, issue: Issue) -> str:
    """Say the card in this chat, or bring the one that stands here up to date and point at it.

    For doors that write. Returns the outbox key of the card's message.
    """
    s, now, e = turn.s, turn.now, turn.event
    chat = teams.chat(s, e.chat, e.chat_kind, e.chat_title)
    query = select(IssueCard).where(IssueCard.issue_id == issue.id, IssueCard.chat_id == chat.id)
    card = s.exec(query.where(IssueCard.thread_id == e.thread_id)).first()
    message = _card(issues.view(s, issue, now, HISTORY), turn.t.language, now)
    if card is None:
        key = turn.say(message)
        s.add(
            IssueCard(
                issue_id=issue.id or 0, chat_id=chat.id or 0, thread_id=e.thread_id, key=key,
                shown=_digest(message),
            )
        )  # fmt: skip
        return key
    card.shown = ""  # somebody deleted it, perhaps: an edit says it anew
    _edit(s, card, message, now)
    turn.say(Message(turn.t("desk.here.above", no=issue.no)), to=outbox.said_as(s, card.key) or 0)
    return card.key


def link(s: Session, chat_id: int, message_ids: Iterable[int], issue: Issue) -> None:
    """These messages (what was replied to, an album's photos) speak of the issue; the last link holds."""
    for message_id in message_ids:
        s.merge(IssueLink(chat_id=chat_id, message_id=message_id, issue_id=issue.id or 0))


def issue_of(s: Session, chat: int, message_id: int) -> Issue | None:
    """The issue that a message speaks of: its card, or one that was linked. `chat` is Telegram's id.

    Whether the reader may see it is the caller's to ask (`issues.seen`).
    """
    card = (
        select(Issue)
        .join(IssueCard, col(IssueCard.issue_id) == Issue.id)
        .join(OutboxRow, col(OutboxRow.key) == IssueCard.key)
        .join(Chat, col(Chat.id) == OutboxRow.chat_id)
        .where(Chat.telegram_id == chat, OutboxRow.message_id == message_id)
    )
    linked = (
        select(Issue)
        .join(IssueLink, col(IssueLink.issue_id) == Issue.id)
        .join(Chat, col(Chat.id) == IssueLink.chat_id)
        .where(Chat.telegram_id == chat, IssueLink.message_id == message_id)
    )
    return (s.exec(card).first() or s.exec(linked).first()) if message_id else None


def tell_assignee(turn: Turn, issue: Issue, what: str) -> None:
    """In private, to whoever has the issue and did not do this themselves: assign | urge."""
    s, by = turn.s, turn.member
    member = s.get(Member, issue.assignee_id) if issue.assignee_id else None
    if member is None or by is None or member.id == by.id or not teams.private_chat(s, member):
        return
    view, who = issues.view(s, issue, turn.now, 0), teams.called(by)
    key = f"told:{issue.id}:{issue.version}:{member.id}"
    turn.tell(member, lambda t: render.told(view, t, turn.now, what, who), key, "issues")


def say_card(
    s: Session, issue: Issue, chat_id: int, thread_id: int, language: Language, now: datetime
) -> None:
    """Say a card where nobody has just spoken."""
    message, key = _card(issues.view(s, issue, now, HISTORY), language, now), f"card:{issue.id}"
    if becomes(s, issue, chat_id, thread_id, key):
        outbox.enqueue(s, key, Address(chat_id, thread_id=thread_id), message, now)


def becomes(s: Session, issue: Issue, chat_id: int, thread_id: int, key: str) -> bool:
    """A message that was said becomes the card, with the next change; False where one stands here."""
    here = {"issue_id": issue.id, "chat_id": chat_id, "thread_id": thread_id}
    return insert_new(s, IssueCard, here | {"key": key, "shown": "", "edits": 0})


def untrue(s: Session, issue: Issue, chat: int, thread_id: int) -> None:
    """A menu stands where the buttons of the card were: the next change edits it in any case."""
    query = select(IssueCard).join(Chat, col(Chat.id) == IssueCard.chat_id)
    query = query.where(IssueCard.issue_id == issue.id, IssueCard.thread_id == thread_id)
    for card in s.exec(query.where(Chat.telegram_id == chat)):
        card.shown = ""
        s.add(card)


def stands(s: Session, issue: Issue, chat: int, message_id: int) -> bool:
    """Whether this message is the card of the issue here, not an older copy of it."""
    query = (
        select(IssueCard.id)
        .join(OutboxRow, col(OutboxRow.key) == IssueCard.key)
        .join(Chat, col(Chat.id) == IssueCard.chat_id)
        .where(IssueCard.issue_id == issue.id, Chat.telegram_id == chat)
        .where(OutboxRow.message_id == message_id)
    )
    return s.exec(query).first() is not None


# ----------------------------------------------------------------------------------------------


def _cards(s: Session, issue: Issue) -> list[tuple[IssueCard, Chat]]:
    """The cards that can be edited, held until the commit: they number their edits."""
    query = (
        select(IssueCard, Chat)
        .join(Chat, col(Chat.id) == IssueCard.chat_id)
        .where(IssueCard.issue_id == issue.id, col(Chat.gone_at).is_(None))
        .order_by(col(IssueCard.id))
        .with_for_update(of=IssueCard)
        .execution_options(populate_existing=True)
    )
    return list(s.exec(query))


def _reader(
    s: Session, issue: Issue, card: IssueCard, chat: Chat, default: Language
) -> Language | None:
    """The language of who reads it there; None where nobody may any more."""
    if chat.kind == "private":
        query = select(Member).where(
            Member.telegram_id == chat.telegram_id, Member.team_id == issue.team_id,
            col(Member.left_at).is_(None),
        )  # fmt: skip
        member = s.exec(query).first()
        sees = member is not None and scope.of(s, member).holds(issue)
        return language_of(member.language, default) if member and sees else None
    binding = teams.binding(s, chat.telegram_id, card.thread_id)
    if binding is None or not _shows(s, binding, issue):
        return None
    return language_of(binding.language, default)


def _shows(s: Session, binding: Binding, issue: Issue) -> bool:
    if binding.team_id != issue.team_id:
        return False
    return issue.store_id is None or issue.store_id in {
        x.id for x in teams.bound_stores(s, binding)
    }


def _card(view: IssueView, language: Language, now: datetime) -> Message:
    return render.card(view, translator(language), now)


def _edit(
    s: Session, card: IssueCard, message: Message, now: datetime, kind: str = "reply"
) -> bool:
    shown = _digest(message)
    if shown == card.shown:
        return False
    card.shown = shown
    if not outbox.replace(s, card.key, message):
        card.edits += 1
        # an edit may go again: it can only say the same
        outbox.enqueue(
            s, f"{card.key}:{card.edits}", Address(card.chat_id, thread_id=card.thread_id), message,
            now, kind=kind, method="edit", target=card.key, repeatable=True,
        )  # fmt: skip
    s.add(card)
    s.flush()
    return True


def _digest(message: Message) -> str:
    return hashlib.blake2b(message.dump().encode(), digest_size=12).hexdigest()
