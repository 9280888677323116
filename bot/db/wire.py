"""Tables of the wire: what was said to the bot and everything the bot says."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel


class InboxRow(SQLModel, table=True):
    """An update, stored before Telegram is told it was received.

    Keyed by bot too: a new token (or a fresh sandbox) counts its updates anew. `raw` is wiped in
    the transaction that sets `done_at`.
    """

    __tablename__ = "inbox"
    __table_args__ = (Index("ix_inbox_open", "bot_id", "done_at", "update_id"),)
    bot_id: int = Field(primary_key=True, sa_type=BigInteger)
    update_id: int = Field(primary_key=True, sa_type=BigInteger)
    raw: str = ""
    received_at: datetime
    done_at: datetime | None = None
    owner: str = ""
    lease_until: datetime | None = None
    attempts: int = 0
    error: str = ""


class OutboxRow(SQLModel, table=True):
    """Something to say, written in the transaction of what caused it.

    `method`: send | edit | answer | delete | leave | pin … `policy`: once (never resent) | repeat (one marked
    repeat when the network hid the outcome). `state`: pending → sending → sent | failed |
    uncertain | expired | cancelled. `address` is the Telegram chat of somebody we keep no row of;
    it is wiped when the row is settled.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "state", "not_before"),
        Index("ix_outbox_message", "chat_id", "message_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str
    method: str = "send"
    policy: str = "once"
    chat_id: int | None = Field(default=None, foreign_key="chats.id", index=True)
    address: int | None = Field(default=None, sa_type=BigInteger)
    thread_id: int = Field(default=0, sa_type=BigInteger)
    reply_to: int = Field(default=0, sa_type=BigInteger)
    target: str = (
        ""  # edit, delete, pin: message id, or key of the row that sent it; answer: query id
    )
    payload: str = ""  # JSON of bot.message.Message
    priority: int = 5  # lower goes first: 1 replies, 5 pushes
    state: str = "pending"
    not_before: datetime
    expires_at: datetime | None = None
    attempts: int = 0
    repeats: int = 0
    owner: str = ""
    lease_until: datetime | None = None
    message_id: int = Field(default=0, sa_type=BigInteger)
    error: str = ""
    created_at: datetime
    settled_at: datetime | None = None


class OutboxAttempt(SQLModel, table=True):
    """One try at one row, committed before a byte leaves; without `finished_at` it never ended."""

    __tablename__ = "outbox_attempts"
    outbox_id: int = Field(foreign_key="outbox.id", primary_key=True)
    n: int = Field(primary_key=True)
    owner: str
    started_at: datetime
    finished_at: datetime | None = None
    outcome: str = ""
    error: str = ""


class ChatPace(SQLModel, table=True):
    """How fast we may speak in a chat (0: everywhere), kept so that a restart forgets nothing."""

    __tablename__ = "chat_paces"
    address: int = Field(primary_key=True, sa_type=BigInteger)
    next_at: datetime  # theoretical arrival time of the next message (GCRA)
    blocked_until: datetime | None = None


class Alive(SQLModel, table=True):
    """When a bot was last known to be at work, so that a start can tell how long it was away."""

    __tablename__ = "alive"
    bot_id: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime
