"""Everything the bot says, as rows: enqueue, claim, settle.

A row is written in the transaction of what caused it. Before a byte leaves, the claim (state,
owner, lease, attempt) is committed; nothing is ever sent inside a transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, and_, case, func, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from bot import pacing
from bot.db import insert_new, wake
from bot.db.moves import move_chat
from bot.db.people import Chat
from bot.db.wire import ChatPace, OutboxAttempt, OutboxRow
from bot.message import Message

LEASE = timedelta(seconds=90)  # longer than any send may take
REPEAT_AFTER = timedelta(seconds=60)  # an ambiguous push: "delivered" is the likelier case
BACKOFF = (2, 5, 15, 30, 60)  # seconds between tries of what surely was not sent

# keyboard: the buttons of a message that was said; react: an emoji under what somebody else said;
# pin, unpin: the message itself, without a sound
Method = Literal[
    "send", "edit", "keyboard", "answer", "delete", "leave", "react", "pin", "unpin"
]  # fmt: skip
Result = Literal[
    "sent", "retry", "wait", "moved", "no_topic", "muted", "gone", "rejected", "unknown", "hold"
]


@dataclass(frozen=True)
class Address:
    """Where to say it: a chat row, or the Telegram id of somebody we keep no row of."""

    chat_id: int | None = None
    telegram_id: int | None = None
    thread_id: int = 0


@dataclass(frozen=True)
class Sending:
    """A claimed row, ready for delivery."""

    id: int
    n: int
    kind: str
    method: Method
    telegram_id: int
    thread_id: int
    reply_to: int
    target: str  # message id (edit, delete) or callback query id (answer)
    message: Message
    repeat: bool  # the network hid what became of the first copy


@dataclass(frozen=True)
class Claim:
    """What to send now, and in how many seconds to look again (None: when something comes)."""

    sendings: list[Sending]
    again_in: float | None


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt, sorted by what to do next (`bot.delivery` makes them)."""

    result: Result
    message_id: int = 0
    wait: float = 0.0  # seconds; for `wait` (429)
    moved_to: int = 0
    error: str = ""
    said_at: datetime | None = None  # by Telegram's clock


def enqueue(
    s: Session,
    key: str,
    to: Address,
    message: Message,
    now: datetime,
    *,
    kind: str = "reply",
    method: Method = "send",
    target: str = "",
    reply_to: int = 0,
    repeatable: bool = False,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> bool:
    """Add a row unless one with this key is there; True if it was new."""
    row = {
        "key": key, "kind": kind, "method": method,
        "policy": "repeat" if repeatable else "once",
        "chat_id": to.chat_id, "address": to.telegram_id if to.chat_id is None else None,
        "thread_id": to.thread_id, "reply_to": reply_to, "target": target,
        "payload": message.dump(), "priority": 1 if kind == "reply" else 5,
        "state": "pending", "not_before": not_before or now, "expires_at": expires_at, "created_at": now,
        "attempts": 0, "repeats": 0, "owner": "", "message_id": 0, "error": "",
    }  # fmt: skip
    wake(s, "outbox")
    return insert_new(s, OutboxRow, row)


def replace(s: Session, key: str, message: Message) -> bool:
    """Say this in place of what still waits: the row of this key, or an edit of it; False for none.

    So a message that changes many times before its turn costs one call, and keeps its place. Where
    another change of that message came after it (a menu in place of its buttons), it is not replaced:
    the last word must be said last.
    """
    mine = or_(col(OutboxRow.key) == key, col(OutboxRow.target) == key)
    said = s.exec(
        select(OutboxRow.chat_id, OutboxRow.message_id).where(OutboxRow.key == key)
    ).first()
    if said and said[1]:
        pressed = and_(col(OutboxRow.chat_id) == said[0], col(OutboxRow.target) == str(said[1]))
        mine = or_(mine, pressed)
    changes = col(OutboxRow.method).in_(("send", "edit", "keyboard"))
    query = select(OutboxRow.id, OutboxRow.key, OutboxRow.target, OutboxRow.method)
    query = query.where(mine, changes, OutboxRow.state == "pending")
    newest = s.exec(query.order_by(col(OutboxRow.id).desc())).first()
    if newest is None or key not in newest[1:3] or newest[3] == "keyboard":
        return False
    # claimed in the meantime it is not touched
    still = (col(OutboxRow.id) == newest[0], col(OutboxRow.state) == "pending")
    return bool(s.exec(update(OutboxRow).where(*still).values(payload=message.dump())).rowcount)


def state(s: Session, key: str) -> str:
    """What became of a row, "" where there is none."""
    return s.exec(select(OutboxRow.state).where(OutboxRow.key == key)).first() or ""


def said_as(s: Session, key: str) -> int | None:
    """The message id of a row, 0 until it was sent; None where there is no such row."""
    return s.exec(select(OutboxRow.message_id).where(OutboxRow.key == key)).first()


# claim --------------------------------------------------------------------------------------


def claim(s: Session, owner: str, now: datetime, limit: int = 30) -> Claim:
    """Take what is due and may leave now: at most one row per chat, at the chat's pace."""
    _expire(s, now)
    sendings: list[Sending] = []
    waits: list[float] = []
    overall = pacing.pace(s, pacing.EVERYWHERE, now)
    for row, telegram_id in _due(s, now, limit):
        address = telegram_id if telegram_id is not None else row.address
        target = _target(s, row, now)
        if address is None or target is None:
            continue
        if row.method != "answer":  # Telegram does not count answers to presses
            paces = [overall]
            if row.chat_id is not None:  # a pace would keep a stranger's id
                paces.append(pacing.pace(s, address, now))
            wait = max(pacing.wait(x, now) for x in paces)
            if wait > 0:
                waits.append(wait)
                continue
            for pace in paces:
                pacing.spend(pace, now)
        sendings.append(_take(s, row, address, target, owner, now))
    return Claim(sendings, min(waits, default=None) or _next_due(s, now))


def _due(s: Session, now: datetime, limit: int) -> list[tuple[OutboxRow, int | None]]:
    """The first row of every chat that has nothing in flight, replies before pushes.

    What must go again keeps its place in its chat, but for a push in doubt. Chats that have to
    wait come last, so that they cannot fill the limit while others could be spoken to.
    """
    lanes = (func.coalesce(OutboxRow.chat_id, 0), func.coalesce(OutboxRow.address, 0))
    turn = func.row_number().over(
        # an answer to a press waits for nobody
        partition_by=(*lanes, case((col(OutboxRow.method) == "answer", OutboxRow.id), else_=0)),
        order_by=(col(OutboxRow.priority), col(OutboxRow.id)),
    )
    goes_again = and_(col(OutboxRow.attempts) > 0, col(OutboxRow.repeats) == 0)
    due = (
        select(OutboxRow.id, turn.label("turn"))
        .where(OutboxRow.state == "pending", or_(col(OutboxRow.not_before) <= now, goes_again))
        .subquery()
    )
    query = (
        select(OutboxRow)
        .join(due, due.c.id == OutboxRow.id)
        .outerjoin(Chat, col(Chat.id) == OutboxRow.chat_id)
        .outerjoin(ChatPace, col(ChatPace.address) == Chat.telegram_id)
        .where(due.c.turn == 1, OutboxRow.state == "pending", OutboxRow.not_before <= now)
        .where(or_(col(OutboxRow.method) == "answer", ~_speaking()))
        .order_by(
            case((pacing.must_wait(now), 1), else_=0), col(OutboxRow.priority), col(OutboxRow.id)
        )
        .limit(limit)
        .with_for_update(of=OutboxRow, skip_locked=True)
    )
    rows = s.exec(query).all()
    sending = select(OutboxRow.chat_id, OutboxRow.address).where(
        OutboxRow.state == "sending", OutboxRow.method != "answer"
    )
    in_flight = set(s.exec(sending)) if rows else set()
    free = [r for r in rows if r.method == "answer" or (r.chat_id, r.address) not in in_flight]
    ids = {r.chat_id for r in free if r.chat_id is not None}
    chats = s.exec(select(Chat.id, Chat.telegram_id).where(col(Chat.id).in_(ids)))
    addresses = dict(chats.all())
    return [(r, addresses.get(r.chat_id)) for r in free]


def _speaking() -> ColumnElement[bool]:
    """The row's chat has another one in flight."""
    other = aliased(OutboxRow)
    return (
        select(other.id)
        .where(other.state == "sending", other.method != "answer")
        .where(
            or_(
                col(other.chat_id) == OutboxRow.chat_id,
                and_(col(other.chat_id).is_(None), col(other.address) == OutboxRow.address),
            )
        )
        .exists()
    )


def _target(s: Session, row: OutboxRow, now: datetime) -> str | None:
    """The message an edit, deletion or pin means; None while the row that sends it is on its way."""
    if row.method not in ("edit", "delete", "pin", "unpin") or row.target.isdecimal():
        return row.target
    sent = s.exec(select(OutboxRow).where(OutboxRow.key == row.target)).first()
    if sent and sent.message_id:
        return str(sent.message_id)
    if sent is None or sent.state not in ("pending", "sending"):
        if row.method == "edit":
            row.method = "send"  # what it would have changed never arrived: say it anew
            return ""
        _close(row, "cancelled", now, "nothing to act on")
    return None


def _take(
    s: Session, row: OutboxRow, address: int, target: str, owner: str, now: datetime
) -> Sending:
    assert row.id is not None
    row.state, row.owner, row.lease_until = "sending", owner, now + LEASE
    row.attempts += 1
    s.add(row)
    s.add(OutboxAttempt(outbox_id=row.id, n=row.attempts, owner=owner, started_at=now))
    method: Method = row.method  # type: ignore[assignment]  # enqueue() writes no other
    return Sending(
        row.id, row.attempts, row.kind, method, address, row.thread_id, row.reply_to, target,
        Message.load(row.payload), repeat=row.repeats > 0,
    )  # fmt: skip


def _expire(s: Session, now: datetime) -> None:
    late = (col(OutboxRow.state) == "pending", col(OutboxRow.expires_at) <= now)
    closed = {"state": "expired", "settled_at": now, "address": None, "payload": _kept()}
    s.exec(update(OutboxRow).where(*late).values(closed))


def _next_due(s: Session, now: datetime) -> float | None:
    query = select(func.min(OutboxRow.not_before)).where(
        OutboxRow.state == "pending", OutboxRow.not_before > now
    )
    at: datetime | None = s.exec(query).one()
    return (at - now).total_seconds() if at else None


# settle -------------------------------------------------------------------------------------


def settle(s: Session, sending: Sending, owner: str, outcome: Outcome, now: datetime) -> bool:
    """Record what became of an attempt; False where the row is no longer ours."""
    row = s.exec(
        select(OutboxRow)
        .where(OutboxRow.id == sending.id, OutboxRow.state == "sending", OutboxRow.owner == owner)
        .with_for_update()
    ).first()
    if row is None:
        return False
    attempt = s.get(OutboxAttempt, (sending.id, sending.n))
    if attempt:
        attempt.finished_at, attempt.outcome = now, outcome.result
        attempt.error = outcome.error
    row.error = outcome.error
    _apply(s, row, outcome, now)
    wake(s, "outbox")
    return True


def _apply(s: Session, row: OutboxRow, outcome: Outcome, now: datetime) -> None:
    match outcome.result:
        case "sent":
            row.message_id = outcome.message_id or row.message_id
            if row.method in ("send", "edit") and row.target and not row.target.isdecimal():
                # said anew, it is this message that later edits mean
                first = update(OutboxRow).where(col(OutboxRow.key) == row.target)
                s.exec(first.values(message_id=row.message_id))
            _close(row, "sent", now)
        case "retry":
            _again(row, now + timedelta(seconds=BACKOFF[min(row.attempts, len(BACKOFF)) - 1]))
        case "hold":
            _again(row, now + timedelta(seconds=BACKOFF[-1]))
        case "wait":
            until = now + timedelta(seconds=outcome.wait)
            chat = s.get(Chat, row.chat_id) if row.chat_id else None
            if chat:
                pacing.pace(s, chat.telegram_id, now).blocked_until = until
            _again(row, now if chat else until)
        case "moved":
            chat = s.get(Chat, row.chat_id) if row.chat_id else None
            if chat:
                move_chat(s, chat.telegram_id, outcome.moved_to)
                s.refresh(row)
                if row.state == "sending":  # a deletion has nothing to delete there
                    _again(row, now)
            else:
                _close(row, "failed", now)
        case "no_topic":
            row.thread_id = row.reply_to = 0
            _again(row, now)
        case "gone":
            _close(row, "failed", now)
            if row.chat_id:
                forget_chat(s, row.chat_id, now)
        case "rejected" | "muted":
            _close(row, "failed", now)
        case "unknown":
            _doubt(row, now)


def _doubt(row: OutboxRow, now: datetime) -> None:
    """The network hid the outcome: a push may repeat once, marked; a reply never.

    An edit that may repeat says the same again at its old place, before those that came after it.
    """
    if row.method == "edit" and row.policy == "repeat" and row.attempts < len(BACKOFF):
        _again(row, now + timedelta(seconds=BACKOFF[row.attempts]))
        return
    if row.policy == "repeat" and row.repeats == 0:
        row.repeats = 1
        _again(row, now + REPEAT_AFTER)
    else:
        _close(row, "uncertain", now)


def _again(row: OutboxRow, at: datetime) -> None:
    row.state, row.not_before, row.owner, row.lease_until = "pending", at, "", None


def _close(row: OutboxRow, state: str, now: datetime, error: str = "") -> None:
    row.state, row.settled_at, row.owner, row.lease_until = state, now, "", None
    row.address = None  # of a stranger nothing is kept
    if _WIPED in row.payload:
        row.payload = _NOTHING
    row.error = error or row.error


_WIPED = '"secret":true'  # as `Message.dump` writes it; within a text its quotes are escaped
_NOTHING = Message("").dump()


def _kept() -> ColumnElement[str]:
    """What a settled row keeps of its message."""
    secret = col(OutboxRow.payload).contains(_WIPED, autoescape=True)
    return case((secret, _NOTHING), else_=OutboxRow.payload)


def silence(s: Session, chat_id: int, now: datetime, why: str) -> None:
    """Say nothing more of what is still waiting to be said in a chat."""
    waiting = (col(OutboxRow.chat_id) == chat_id, col(OutboxRow.state) == "pending")
    closed = {"state": "cancelled", "settled_at": now, "error": why, "payload": _kept()}
    s.exec(update(OutboxRow).where(*waiting).values(closed))


def cancel(s: Session, chat_id: int, thread_id: int, kinds: list[str], now: datetime) -> None:
    """What waits to be pushed to a chat or topic is not sent any more."""
    waiting = (
        col(OutboxRow.state) == "pending", col(OutboxRow.chat_id) == chat_id,
        col(OutboxRow.thread_id) == thread_id, col(OutboxRow.kind).in_(kinds),
    )  # fmt: skip
    s.exec(update(OutboxRow).where(*waiting).values(state="cancelled", settled_at=now))


def forget(s: Session, key: str) -> None:
    """What was said under a key, and its edits, is no longer known; where it stands still is."""
    said = or_(col(OutboxRow.key) == key, col(OutboxRow.key).startswith(f"{key}:", autoescape=True))
    gone = (said, col(OutboxRow.settled_at).is_not(None))
    s.exec(update(OutboxRow).where(*gone).values(payload=_NOTHING))


def forget_words(s: Session, chats: Iterable[int], words: str) -> None:
    """What was said in these chats with these words in it is no longer known."""
    gone = (
        col(OutboxRow.settled_at).is_not(None), col(OutboxRow.chat_id).in_(chats),
        col(OutboxRow.payload).contains(words, autoescape=True),
    )  # fmt: skip
    s.exec(update(OutboxRow).where(*gone).values(payload=_NOTHING))


def forget_chat(s: Session, chat_id: int, now: datetime) -> None:
    """We are out of a chat: what was to be said there is cancelled. It keeps when that began."""
    here = update(Chat).where(col(Chat.id) == chat_id, col(Chat.gone_at).is_(None))
    s.exec(here.values(gone_at=now))
    silence(s, chat_id, now, "the chat is gone")


# recover ------------------------------------------------------------------------------------


def owners(s: Session) -> set[str]:
    """Who has rows in flight."""
    return set(s.exec(select(OutboxRow.owner).where(OutboxRow.state == "sending").distinct()))


def recover(s: Session, me: str, dead: set[str], now: datetime) -> int:
    """Settle rows whose sender died or overran its lease: nobody knows whether they left."""
    orphans = s.exec(
        select(OutboxRow)
        .where(
            OutboxRow.state == "sending",
            OutboxRow.owner != me,
            or_(col(OutboxRow.owner).in_(dead), col(OutboxRow.lease_until) < now),
        )
        .with_for_update(skip_locked=True)
    ).all()
    for row in orphans:
        row.error = "the process died while sending"
        _doubt(row, now)
    if orphans:
        wake(s, "outbox")
    return len(orphans)


@dataclass(frozen=True)
class Backlog:
    """For `/status` and the watchdog: counts by state, and when the oldest due row was due."""

    states: dict[str, int]
    oldest_due: datetime | None


def backlog(s: Session, now: datetime) -> Backlog:
    states = s.exec(select(OutboxRow.state, func.count()).group_by(OutboxRow.state)).all()
    due = select(func.min(OutboxRow.not_before)).where(
        OutboxRow.state == "pending", OutboxRow.not_before <= now
    )
    return Backlog(dict(states), s.exec(due).one())


def anything_due(s: Session, now: datetime) -> bool:
    """A cheap look before a claim, so that an idle pump takes no write lock."""
    query = select(OutboxRow.id).where(OutboxRow.state == "pending", OutboxRow.not_before <= now)
    return s.exec(query.limit(1)).first() is not None


def anything_free(s: Session, now: datetime) -> bool:
    """Whether something may leave now: due, and not in a chat that Telegram made us wait for."""
    query = (
        select(OutboxRow.id)
        .outerjoin(Chat, col(Chat.id) == OutboxRow.chat_id)
        .outerjoin(ChatPace, col(ChatPace.address) == Chat.telegram_id)
        .where(OutboxRow.state == "pending", OutboxRow.not_before <= now)
        .where(or_(col(ChatPace.blocked_until).is_(None), col(ChatPace.blocked_until) <= now))
    )
    return s.exec(query.limit(1)).first() is not None
