"""Tables of the after-sales desk: issues, what happened to them, and what is said about them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class Issue(SQLModel, table=True):
    """One card: an after-sales issue or one of its kin (`bot.aftersales.words.KINDS`).

    `no` counts within the team (#123). `amount` and `cost` are minor units of the store's currency.
    `due_at` is the moment of the stage it is in; `due_from` says where it comes from: file | line |
    table | chat, empty where there is none. `applied_at` is when the customer asked the platform;
    the table's hours count from it. `version` grows with every change: who acts on an older one is told.
    """

    __tablename__ = "issues"
    __table_args__ = (
        UniqueConstraint("team_id", "no"),
        Index("ix_issues_stage", "team_id", "kind", "stage"),
        Index("ix_issues_order", "team_id", "order_no"),
        Index("ix_issues_due", "due_at"),
        Index(
            "ux_issues_refund", "store_id", "refund_no", unique=True,
            sqlite_where=text("refund_no <> ''"), postgresql_where=text("refund_no <> ''"),
        ),
    )  # fmt: skip
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="teams.id")
    no: int = Field(sa_type=BigInteger)
    kind: str = "issue"
    store_id: int | None = Field(default=None, foreign_key="stores.id")
    point_id: int | None = Field(default=None, foreign_key="points.id")  # of a leader's claim
    order_no: str = ""
    refund_no: str = ""  # the platform's, of a card made from a file
    tail: str = ""  # last four digits of the customer's phone number
    product_id: int | None = Field(default=None, sa_type=BigInteger)
    product: str = ""  # its title, or what the line called it
    quantity: int | None = Field(default=None, sa_type=BigInteger)
    amount: int | None = Field(default=None, sa_type=BigInteger)  # asked for
    order_amount: int | None = Field(default=None, sa_type=BigInteger)  # paid for the order
    paid_at: datetime | None = None  # of the order
    type: str = ""
    reason: str = ""
    responsible: str = ""
    resolution: str = ""
    cost: int | None = Field(default=None, sa_type=BigInteger)
    note: str = ""  # what was said, masked
    urgent: bool = False
    stage: str = "new"
    waiting_for: str = ""
    assignee_id: int | None = Field(default=None, foreign_key="members.id")
    reporter_id: int | None = Field(default=None, foreign_key="members.id")
    applied_at: datetime | None = None
    due_at: datetime | None = None
    due_from: str = ""
    platform_status: str = ""  # the platform's own words, from a file
    waybill: str = ""  # of the return
    born_import: int | None = Field(default=None, sa_type=BigInteger)
    last_import: int | None = Field(default=None, sa_type=BigInteger)
    opened_at: datetime
    staged_at: datetime  # when it came into its stage
    answered_at: datetime | None = None  # first taken, answered in its history or resolved
    solved_at: datetime | None = None
    closed_at: datetime | None = None
    missed_at: datetime | None = None  # a deadline that passed while it was open
    reopened: int = Field(default=0, sa_type=BigInteger)
    duplicate_of: int | None = Field(default=None, foreign_key="issues.id")
    held: bool = False  # kept as it is in spite of retention (a dispute)
    version: int = Field(default=1, sa_type=BigInteger)


class IssueEvent(SQLModel, table=True):
    """What happened to an issue; append only. `before` is JSON of the fields an Undo gives back."""

    __tablename__ = "issue_events"
    id: int | None = Field(default=None, primary_key=True)
    issue_id: int = Field(foreign_key="issues.id", index=True)
    at: datetime
    member_id: int | None = Field(default=None, foreign_key="members.id")
    what: str  # bot.aftersales.stages.EVENTS
    value: str = ""  # slug, member id, amount … as the event has it
    note: str = ""  # masked
    before: str = ""
    undone_at: datetime | None = None


class Evidence(SQLModel, table=True):
    """A photo or file beside an issue: Telegram's file id only, forgotten at `expires_at`."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("issue_id", "unique_id"),)
    id: int | None = Field(default=None, primary_key=True)
    issue_id: int = Field(foreign_key="issues.id", index=True)
    event_id: int | None = Field(default=None, foreign_key="issue_events.id")
    kind: str  # photo | document | video
    file_id: str
    unique_id: str
    album: str = Field(default="", index=True)  # media group
    added_at: datetime
    expires_at: datetime


class IssueCard(SQLModel, table=True):
    """Where an issue's card stands: the message is that of the outbox row `key`.

    `shown` is a digest of what it says, so that only a change is edited; `stale` waits for a look.
    """

    __tablename__ = "issue_cards"
    __table_args__ = (UniqueConstraint("issue_id", "chat_id", "thread_id"),)
    id: int | None = Field(default=None, primary_key=True)
    issue_id: int = Field(foreign_key="issues.id")
    chat_id: int = Field(foreign_key="chats.id")
    thread_id: int = Field(default=0, sa_type=BigInteger)
    key: str = Field(unique=True)
    shown: str = ""
    edits: int = Field(default=0, sa_type=BigInteger)  # numbers the outbox keys of its edits


class IssueLink(SQLModel, table=True):
    """A message that speaks of an issue beside its card (what was replied to, an album's photos)."""

    __tablename__ = "issue_links"
    chat_id: int = Field(foreign_key="chats.id", primary_key=True)
    message_id: int = Field(primary_key=True, sa_type=BigInteger)
    issue_id: int = Field(foreign_key="issues.id", index=True)


class Draft(SQLModel, table=True):
    """An issue being filled in; its buttons carry this id. `fields` is JSON of what is known so far."""

    __tablename__ = "issue_drafts"
    id: str = Field(primary_key=True)  # random, known before the row is written
    team_id: int = Field(foreign_key="teams.id", index=True)
    chat_id: int = Field(foreign_key="chats.id")
    thread_id: int = Field(default=0, sa_type=BigInteger)
    member_id: int = Field(foreign_key="members.id")
    key: str  # outbox key of the message with the buttons
    source_id: int = Field(default=0, sa_type=BigInteger)  # the message it came from
    album: str = ""
    fields: str
    asking: str = ""
    skipped: str = ""  # JSON list of what was passed over
    created_at: datetime
    expires_at: datetime


class DeadlineRule(SQLModel, table=True):
    """What a team changed of the seed table of deadlines; `hours` None: no deadline."""

    __tablename__ = "deadline_rules"
    team_id: int = Field(foreign_key="teams.id", primary_key=True)
    platform: str = Field(primary_key=True)  # "" for all
    type: str = Field(primary_key=True)
    stage: str = Field(primary_key=True)
    hours: int | None = Field(default=None, sa_type=BigInteger)
    member_id: int | None = Field(default=None, foreign_key="members.id")
    at: datetime


class TeamReason(SQLModel, table=True):
    """A reason a team added (`name`) or put away (`hidden`)."""

    __tablename__ = "team_reasons"
    team_id: int = Field(foreign_key="teams.id", primary_key=True)
    slug: str = Field(primary_key=True)
    name: str = ""
    hidden: bool = False


class PrivacyRequest(SQLModel, table=True):
    """What an owner asked to delete, until they type its phrase; one for each owner.

    `subject` is JSON of `bot.privacy.Subject` and goes with the row.
    """

    __tablename__ = "privacy_requests"
    member_id: int = Field(foreign_key="members.id", primary_key=True)
    team_id: int = Field(foreign_key="teams.id")
    subject: str
    code: str
    expires_at: datetime


class IssueWarning(SQLModel, table=True):
    """One warning about one deadline to one reader: the row that makes it happen only once."""

    __tablename__ = "issue_warnings"
    __table_args__ = (UniqueConstraint("issue_id", "rule", "due_at", "reader"),)
    id: int | None = Field(default=None, primary_key=True)
    issue_id: int = Field(foreign_key="issues.id")
    rule: str  # shift | near | missed | answer | remind
    due_at: datetime
    reader: str  # m<member> | b<binding>
    said_at: datetime


class Board(SQLModel, table=True):
    """The pinned list of open issues in a chat or topic, edited in place."""

    __tablename__ = "boards"
    binding_id: int = Field(foreign_key="bindings.id", primary_key=True)
    key: str
    shown: str = ""
    edits: int = Field(default=0, sa_type=BigInteger)
    pinned: bool = False
    looked_at: datetime


class Receipt(SQLModel, table=True):
    """Who has to confirm a notice, and when they did."""

    __tablename__ = "notice_receipts"
    issue_id: int = Field(foreign_key="issues.id", primary_key=True)
    member_id: int = Field(foreign_key="members.id", primary_key=True)
    confirmed_at: datetime | None = None
    reminders: int = Field(default=0, sa_type=BigInteger)
    next_at: datetime | None = None


class ChecklistItem(SQLModel, table=True):
    """One thing to have ready before a live session; its incidents are the card's events."""

    __tablename__ = "checklist_items"
    __table_args__ = (UniqueConstraint("issue_id", "position"),)
    id: int | None = Field(default=None, primary_key=True)
    issue_id: int = Field(foreign_key="issues.id")
    position: int = Field(sa_type=BigInteger)
    text: str
    done_at: datetime | None = None
    done_by: int | None = Field(default=None, foreign_key="members.id")


class Refund(SQLModel, table=True):
    """A refund as a platform's file tells it; amounts in minor units of the store's currency."""

    __tablename__ = "refunds"
    __table_args__ = (Index("ix_refunds_day", "team_id", "store_id", "finished_day"),)
    store_id: int = Field(foreign_key="stores.id", primary_key=True)
    refund_no: str = Field(primary_key=True)
    team_id: int = Field(foreign_key="teams.id")
    order_no: str = ""
    type: str = ""
    status: str = ""  # open | done | closed
    platform_status: str = ""
    amount: int = Field(default=0, sa_type=BigInteger)
    reason: str = ""
    product: str = ""
    quantity: int | None = Field(default=None, sa_type=BigInteger)
    applied_at: datetime | None = None
    due_at: datetime | None = None
    finished_at: datetime | None = None
    finished_day: date | None = None
    waybill: str = ""
    last_import: int = Field(sa_type=BigInteger)


class RefundJournal(SQLModel, table=True):
    """A refund and its card as they were before an import (empty: there was none), for Undo."""

    __tablename__ = "refund_journal"
    import_id: int = Field(foreign_key="imports.id", primary_key=True)
    refund_no: str = Field(primary_key=True)
    before: str
    issue_before: str = ""
