"""What a card, a row of a list and a deadline show: frozen, free of sessions, made by `issues.view`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.aftersales.kin.seen import Extra


@dataclass(frozen=True)
class EventView:
    """One line of a card's history. `who` is what the team calls them, empty for a file or a clock."""

    id: int
    at: datetime
    what: str
    value: str = ""  # slugs as they are, people by name, amounts in minor units
    who: str = ""
    note: str = ""
    photos: int = 0
    undone: bool = False


@dataclass(frozen=True)
class IssueView:
    """Everything a card says. Amounts are minor units of `currency`; empty or None: not known."""

    id: int
    no: int
    kind: str
    stage: str
    version: int
    zone: ZoneInfo  # of its store, else of the team's first
    opened_at: datetime
    team_id: int
    store: str = ""  # name
    store_id: int | None = None
    platform: str = ""
    currency: str = ""
    order_no: str = ""
    refund_no: str = ""
    tail: str = ""
    product: str = ""
    quantity: int | None = None
    amount: int | None = None
    order_amount: int | None = None
    paid_at: datetime | None = None
    type: str = ""
    reason: str = ""
    reason_name: str = ""  # of a reason the team added
    responsible: str = ""
    resolution: str = ""
    cost: int | None = None
    note: str = ""
    urgent: bool = False
    waiting_for: str = ""
    assignee: str = ""
    assignee_id: int | None = None
    reporter: str = ""
    reporter_id: int | None = None
    applied_at: datetime | None = None
    due_at: datetime | None = None
    due_from: str = ""
    platform_status: str = ""
    waybill: str = ""
    staged_at: datetime | None = None
    answered_at: datetime | None = None
    solved_at: datetime | None = None
    closed_at: datetime | None = None
    missed_at: datetime | None = None
    reopened: int = 0
    duplicate_of: int | None = None  # its number
    history: tuple[EventView, ...] = field(default=())
    photos: int = 0
    extra: Extra | None = None  # of a notice, a live session

    @property
    def open(self) -> bool:
        return self.stage in ("new", "assigned", "doing", "waiting")
