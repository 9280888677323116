"""Tables of people: teams, stores, members, chats and what each chat is bound to."""

from datetime import date, datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel


class Team(SQLModel, table=True):
    __tablename__ = "teams"
    id: int | None = Field(default=None, primary_key=True)
    name: str
    created_at: datetime


class Store(SQLModel, table=True):
    """One shop on one platform, with the currency and zone its figures are in."""

    __tablename__ = "stores"
    __table_args__ = (UniqueConstraint("team_id", "key"),)
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="teams.id", index=True)
    key: str
    name: str
    platform: str = ""
    currency: str
    timezone: str
    created_at: datetime


class Member(SQLModel, table=True):
    """A person in a team. `role` is one of `bot.teams.ROLES`."""

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("team_id", "telegram_id"),)
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="teams.id", index=True)
    telegram_id: int = Field(sa_type=BigInteger, index=True)
    name: str
    role: str
    language: str = ""
    joined_at: datetime


class JoinRequest(SQLModel, table=True):
    """Somebody who asked to join; the only thing kept about a person who is no member."""

    __tablename__ = "join_requests"
    __table_args__ = (UniqueConstraint("team_id", "telegram_id"),)
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="teams.id", index=True)
    telegram_id: int = Field(sa_type=BigInteger)
    name: str
    language: str = ""
    asked_at: datetime
    decided_at: datetime | None = None


class Chat(SQLModel, table=True):
    """A chat we speak in. Other tables point at `id`, so a supergroup migration is one update."""

    __tablename__ = "chats"
    id: int | None = Field(default=None, primary_key=True)
    telegram_id: int = Field(sa_type=BigInteger, unique=True)
    kind: str
    title: str = ""
    gone_at: datetime | None = None  # kicked, blocked or deleted


class Binding(SQLModel, table=True):
    """(chat, thread) bound to stores, with the language and times of its pushes.

    `digest` is on, silent or off; `digest_at` is wall-clock time in `timezone`.
    """

    __tablename__ = "bindings"
    __table_args__ = (UniqueConstraint("chat_id", "thread_id"),)
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="teams.id", index=True)
    chat_id: int = Field(foreign_key="chats.id")
    thread_id: int = Field(default=0, sa_type=BigInteger)
    language: str
    timezone: str
    colours: str = "red-up"
    digest: str = "on"
    digest_at: str = "09:00"
    created_at: datetime


class BindingStore(SQLModel, table=True):
    __tablename__ = "binding_stores"
    binding_id: int = Field(foreign_key="bindings.id", primary_key=True)
    store_id: int = Field(foreign_key="stores.id", primary_key=True)


class DigestRun(SQLModel, table=True):
    """One digest of one binding and business date: the row that makes it happen only once."""

    __tablename__ = "digest_runs"
    __table_args__ = (UniqueConstraint("binding_id", "business_date"),)
    id: int | None = Field(default=None, primary_key=True)
    binding_id: int = Field(foreign_key="bindings.id")
    business_date: date
    planned_at: datetime
    decided_at: datetime
    state: str  # sent | late | expired


class Question(SQLModel, table=True):
    """A question asked in a chat; its buttons carry this id and one change."""

    __tablename__ = "questions"
    id: str = Field(primary_key=True)  # random, known before the row is written
    team_id: int = Field(foreign_key="teams.id", index=True)
    query: str  # JSON of bot.metrics.query.Query
    asked_at: datetime


class Secret(SQLModel, table=True):
    """Keys made at first start, kept as rows so that a backup carries them."""

    __tablename__ = "secrets"
    name: str = Field(primary_key=True)
    value: str
