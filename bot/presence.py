"""Our place in a chat, and what Telegram does to it: who is told, and what stops or goes on.

Whoever leads a team hears in private of what befalls the chats it has linked, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlmodel import Session, col, select

from bot import outbox, ownership, teams
from bot.access import LEADERSHIP, OWNER
from bot.config import Language
from bot.db.people import Binding, Chat, Member, Store
from bot.db.wire import OutboxRow
from bot.i18n import Translator, language_of, translator
from bot.message import Message
from bot.outbox import Address, Outcome, Sending
from bot.render import notices

# Telegram lets us into a group's new supergroup before it says that the group has moved
ARRIVAL = timedelta(seconds=3)

Make = Callable[[Translator], Message]


@dataclass(frozen=True)
class Change:
    """What became of our membership in a chat, and by whom."""

    update_id: int
    chat: int
    kind: str
    title: str
    person: int
    language: str
    was_in: bool
    is_in: bool
    may_speak: bool


@dataclass(frozen=True)
class Scene:
    """What a decision about a chat stands on."""

    s: Session
    now: datetime
    default: Language

    def t(self, language: str) -> Translator:
        return translator(language_of(language, self.default))


# our membership -----------------------------------------------------------------------------


def changed(scene: Scene, change: Change, founders: Iterable[int]) -> None:
    """Thrown out, let in, held back or set free. `founders`: named in config."""
    query = select(Chat).where(Chat.telegram_id == change.chat)
    chat = scene.s.exec(query).first()
    if not change.is_in:
        if chat and chat.id is not None:
            outbox.forget_chat(scene.s, chat.id, scene.now)
            scene.s.refresh(chat)
            _tell_gone(scene, chat)
        return
    if change.kind == "private":
        if chat:
            chat.gone_at = None
        return
    if not change.was_in:
        _arrived(scene, change, chat, founders)
    if chat and not change.may_speak:
        _muted(scene, chat)
    elif chat:
        chat.gone_at = chat.muted_at = None


def _arrived(scene: Scene, change: Change, chat: Chat | None, founders: Iterable[int]) -> None:
    """Back where we were: what is linked. New, by one of a team: how to link. By others: out."""
    stores = _linked(scene.s, chat) if chat else []
    if chat and stores:
        if chat.gone_at is not None:
            language = _bindings(scene.s, chat)[0].language
            _say(scene, change, Address(chat.id), notices.back(scene.t(language), stores))
        return
    t = scene.t(change.language)
    places = teams.memberships(scene.s, change.person)
    if places:
        row = teams.chat(scene.s, change.chat, change.kind, change.title)
        leads = any(m.role in LEADERSHIP for m in places)
        _say(
            scene, change, Address(row.id), Message(t("link.greet" if leads else "link.greet_any"))
        )
    elif ownership.owns(scene.s, change.person, founders):
        _say(scene, change, Address(telegram_id=change.chat), Message(t("error.store.none")))
    else:
        away = Address(telegram_id=change.chat)
        _say(scene, change, away, Message(t("place.unknown")))
        _say(scene, change, away, Message(""), leave=True)


def _say(
    scene: Scene, change: Change, to: Address, message: Message, *, leave: bool = False
) -> None:
    wait = ARRIVAL if change.kind == "supergroup" else timedelta()
    outbox.enqueue(
        scene.s, f"arrival:{change.chat}:{change.update_id}:{int(leave)}", to, message, scene.now,
        kind="arrival", method="leave" if leave else "send", repeatable=leave,
        not_before=scene.now + wait,
    )  # fmt: skip


def reopened(scene: Scene, telegram_id: int, thread_id: int) -> None:
    """A topic is open again: what is linked to it goes on."""
    binding = teams.binding(scene.s, telegram_id, thread_id)
    if binding and binding.thread_id == thread_id:
        binding.stopped_at = None


# what a send brought to light ---------------------------------------------------------------


def learned(scene: Scene, sending: Sending, outcome: Outcome) -> None:
    """What an attempt says about the chat it went to; in the transaction that settles it."""
    row = scene.s.get(OutboxRow, sending.id)
    chat = scene.s.get(Chat, row.chat_id) if row and row.chat_id else None
    if row is None or chat is None:
        return
    match outcome.result:
        case "gone":
            scene.s.refresh(chat)
            _tell_gone(scene, chat)
        case "muted":
            _muted(scene, chat)
        case "no_topic":
            _topic_lost(scene, chat, sending.thread_id, row)
        case "sent" if sending.method == "send":
            chat.muted_at = None


def _tell_gone(scene: Scene, chat: Chat) -> None:
    key = f"gone:{chat.id}:{chat.gone_at:%Y%m%d%H%M%S}"
    _tell(scene, chat, key, partial(notices.gone, chat), {OWNER})


def _muted(scene: Scene, chat: Chat) -> None:
    if chat.muted_at is None:
        chat.muted_at = scene.now
        key = f"muted:{chat.id}:{chat.muted_at:%Y%m%d%H%M%S}"
        _tell(scene, chat, key, partial(notices.muted, chat), {OWNER})


def _topic_lost(scene: Scene, chat: Chat, thread_id: int, row: OutboxRow) -> None:
    """It is said once more in the chat itself; pushes to the topic stop."""
    bindings = _bindings(scene.s, chat)
    here = [b for b in bindings if b.thread_id == thread_id]
    languages = [b.language for b in (*here, *bindings)]
    message = Message.load(row.payload)
    note = scene.t(languages[0] if languages else "")("place.topic_note")
    row.payload = replace(message, text=f"{note}\n{message.text}").dump()
    for binding in here:
        if binding.stopped_at is None:
            binding.stopped_at = scene.now
            key = f"topic:{binding.id}:{scene.now:%Y%m%d%H%M%S}"
            stores = teams.bound_stores(scene.s, binding)
            _tell(scene, chat, key, partial(notices.topic_lost, chat, stores), LEADERSHIP)


def _tell(scene: Scene, chat: Chat, key: str, make: Make, roles: Iterable[str]) -> None:
    """Those of these roles in the teams that have linked the chat, in private."""
    for member in _leaders(scene.s, chat, set(roles)):
        to = teams.chat(scene.s, member.telegram_id, "private")
        outbox.enqueue(
            scene.s, f"{key}:{member.id}", Address(to.id), make(scene.t(member.language)),
            scene.now, kind="chat",
        )  # fmt: skip


def _leaders(s: Session, chat: Chat, roles: set[str]) -> list[Member]:
    team_ids = sorted({b.team_id for b in _bindings(s, chat)})
    return [m for team in team_ids for m in teams.members(s, team) if m.role in roles]


def _bindings(s: Session, chat: Chat) -> list[Binding]:
    query = select(Binding).where(Binding.chat_id == chat.id)
    return list(s.exec(query.order_by(col(Binding.thread_id))))


def _linked(s: Session, chat: Chat) -> list[Store]:
    """The stores of all topics, each once."""
    stores = [x for b in _bindings(s, chat) for x in teams.bound_stores(s, b)]
    return list({x.id: x for x in stores}.values())
