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


class Point(SQLModel, table=True):
    """A pickup point of a group-buy; its leader sees this one only."""

    __tablename__ = "points"
    __table_args__ = (UniqueConstraint("team_id", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="teams.id", index=True)
    name: str
    created_at: datetime


class Member(SQLModel, table=True):
    """A person in a team. `role` is one of `bot.access.ROLES`.

    `nickname` is what the team calls them (many have no @name), `shift` a key of their team's
    shifts. Who left keeps the row, since imports and issues point at it. Of somebody's several
    teams the one with the latest `active_at` is meant in private.
    """

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("team_id", "telegram_id"),)
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="teams.id", index=True)
    telegram_id: int = Field(sa_type=BigInteger, index=True)
    name: str
    nickname: str = ""
    role: str
    language: str = ""
    shift: str = ""
    point_id: int | None = Field(default=None, foreign_key="points.id")
    joined_at: datetime
    left_at: datetime | None = None
    active_at: datetime | None = None


class MemberStore(SQLModel, table=True):
    """The stores a member is held to; without a row, all stores of the team."""

    __tablename__ = "member_stores"
    member_id: int = Field(foreign_key="members.id", primary_key=True)
    store_id: int = Field(foreign_key="stores.id", primary_key=True)


class Shift(SQLModel, table=True):
    """早班, 晚班: wall-clock hours in the zone of the team's first store; it may pass midnight."""

    __tablename__ = "shifts"
    team_id: int = Field(foreign_key="teams.id", primary_key=True)
    key: str = Field(primary_key=True)  # early | late
    starts: str  # HH:MM
    ends: str


class Invite(SQLModel, table=True):
    """A one-time way into a team; only the hash of what the link carries is kept.

    `used_at` without `used_by`: revoked.
    """

    __tablename__ = "invites"
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="teams.id", index=True)
    token_hash: str = Field(unique=True)
    role: str
    store_id: int | None = Field(default=None, foreign_key="stores.id")
    point_id: int | None = Field(default=None, foreign_key="points.id")
    made_by: int = Field(foreign_key="members.id")
    created_at: datetime
    expires_at: datetime
    used_by: int | None = Field(default=None, foreign_key="members.id")
    used_at: datetime | None = None


class AuditRow(SQLModel, table=True):
    """Who changed people, roles, chats or settings, and when; `detail` names rows, not persons."""

    __tablename__ = "audit"
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="teams.id", index=True)
    member_id: int | None = Field(default=None, foreign_key="members.id")
    at: datetime
    what: str
    detail: str = ""


class JoinRequest(SQLModel, table=True):
    """Somebody who asked to join; the only thing kept about a person who is no member.

    `name` and `language` are wiped when it is decided; `role` is what was given, empty for refused.
    """

    __tablename__ = "join_requests"
    __table_args__ = (UniqueConstraint("team_id", "telegram_id"),)
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="teams.id", index=True)
    telegram_id: int = Field(sa_type=BigInteger)
    name: str
    language: str = ""
    asked_at: datetime
    decided_at: datetime | None = None
    decided_by: int | None = Field(default=None, foreign_key="members.id")
    role: str = ""


class Chat(SQLModel, table=True):
    """A chat we speak in. Other tables point at `id`, so a supergroup migration is one update."""

    __tablename__ = "chats"
    id: int | None = Field(default=None, primary_key=True)
    telegram_id: int = Field(sa_type=BigInteger, unique=True)
    kind: str
    title: str = ""
    gone_at: datetime | None = None  # kicked, blocked or deleted
    muted_at: datetime | None = None  # we are in it, but may not speak


class Binding(SQLModel, table=True):
    """(chat, thread) bound to stores, with the language, zone and look of what is said there.

    `shows_costs`: cost, profit and commission may be answered here. `hears_all`: whether plain
    commands and words reach us here; None until it was found out. `hearing`: the message (its id or
    outbox key) that will say so; empty where nobody waits for it.
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
    shows_costs: bool = False
    stopped_at: datetime | None = None  # its topic was closed or deleted: no pushes
    hears_all: bool | None = None
    hearing: str = ""
    created_at: datetime


class PushSetting(SQLModel, table=True):
    """How one kind of push comes to a binding: `mode` is on | silent | trouble | off.

    `trouble`: only when something is wrong. `at` is wall-clock time in the binding's zone, empty
    for what has no time of its own. A kind without a row has the defaults of `bot.pushes`. `since`:
    when its time was last moved or it was switched on again; None: so from the first.
    """

    __tablename__ = "push_settings"
    binding_id: int = Field(foreign_key="bindings.id", primary_key=True)
    kind: str = Field(primary_key=True)
    mode: str = "on"
    at: str = ""
    since: datetime | None = None


class BindingStore(SQLModel, table=True):
    __tablename__ = "binding_stores"
    binding_id: int = Field(foreign_key="bindings.id", primary_key=True)
    store_id: int = Field(foreign_key="stores.id", primary_key=True)


class PushRun(SQLModel, table=True):
    """One push of one binding, kind and business date: the row that makes it happen only once."""

    __tablename__ = "push_runs"
    __table_args__ = (UniqueConstraint("binding_id", "kind", "business_date"),)
    id: int | None = Field(default=None, primary_key=True)
    binding_id: int = Field(foreign_key="bindings.id")
    kind: str
    business_date: date
    planned_at: datetime
    decided_at: datetime
    state: str  # sent | late | partial | quiet | expired


class StoreKind(SQLModel, table=True):
    """A kind of file that makes a store's day whole, and who brings it."""

    __tablename__ = "store_kinds"
    store_id: int = Field(foreign_key="stores.id", primary_key=True)
    kind: str = Field(primary_key=True)  # of bot.ingest: orders, shop_days, ads, scores …
    member_id: int | None = Field(default=None, foreign_key="members.id")


class Menu(SQLModel, table=True):
    """The command menu that a person was given in private: a digest of it, to set only changes.

    The row of id 0 is of what everybody is shown, with the day it was last looked at.
    """

    __tablename__ = "menus"
    bot_id: int = Field(primary_key=True, sa_type=BigInteger)
    telegram_id: int = Field(primary_key=True, sa_type=BigInteger)
    digest: str


class Question(SQLModel, table=True):
    """A question asked in a chat; its buttons carry this id and one change.

    `chat_id` is where it was asked, and the only place where its buttons work (rows of the first
    release have none). `back` is the question it came from by a button. Behind a digest (`anew`)
    a press is answered by a message of its own: the digest stays.
    """

    __tablename__ = "questions"
    id: str = Field(primary_key=True)  # random, known before the row is written
    team_id: int = Field(foreign_key="teams.id", index=True)
    chat_id: int | None = Field(default=None, foreign_key="chats.id")
    query: str  # JSON of bot.metrics.query.Query
    back: str = ""
    anew: bool = False
    asked_at: datetime


class Secret(SQLModel, table=True):
    """Keys made at first start, kept as rows so that a backup carries them."""

    __tablename__ = "secrets"
    name: str = Field(primary_key=True)
    value: str
