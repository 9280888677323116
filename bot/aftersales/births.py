"""What may be known of an issue when it is opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class New:
    """What may be known of an issue at its birth; fields as in `bot.db.desk.Issue`.

    Who it waits for makes it waiting from the first. A `due_at` comes with where it is from; without
    one the table of deadlines is asked.
    """

    kind: str = "issue"
    store_id: int | None = None
    point_id: int | None = None
    order_no: str = ""
    refund_no: str = ""
    tail: str = ""
    product_id: int | None = None
    product: str = ""
    quantity: int | None = None
    amount: int | None = None
    order_amount: int | None = None
    paid_at: datetime | None = None
    type: str = ""
    reason: str = ""
    responsible: str = ""
    note: str = ""
    urgent: bool = False
    waiting_for: str = ""
    assignee_id: int | None = None
    reporter_id: int | None = None
    applied_at: datetime | None = None
    due_at: datetime | None = None
    due_from: str = ""
    platform_status: str = ""
    waybill: str = ""
    born_import: int | None = None
