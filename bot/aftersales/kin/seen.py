"""What the cards of kin show beside the fields of an issue: frozen, made by `bot.aftersales.kin.extras`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

FIGURES = ("viewers", "clicks", "orders", "sales")  # of a live session; sales in minor units


@dataclass(frozen=True)
class ReceiptView:
    """Somebody who has to confirm a notice, and when they did."""

    member_id: int
    name: str
    at: datetime | None = None


@dataclass(frozen=True)
class CheckView:
    """One thing to have ready before a live session."""

    id: int
    text: str
    done: bool = False


@dataclass(frozen=True)
class Incident:
    at: datetime
    who: str
    text: str
    photos: int = 0


@dataclass(frozen=True)
class LiveView:
    """`figures` as people told them; `imported` (orders, minor units) of the orders paid meanwhile."""

    checks: tuple[CheckView, ...] = ()
    started_at: datetime | None = None
    ended_at: datetime | None = None
    figures: tuple[tuple[str, int], ...] = ()
    incidents: tuple[Incident, ...] = ()
    imported: tuple[int, int] | None = None

    @property
    def ready(self) -> int:
        return sum(c.done for c in self.checks)


@dataclass(frozen=True)
class Extra:
    """Of a notice its `receipts`, of a live session how it goes."""

    receipts: tuple[ReceiptView, ...] = ()
    live: LiveView | None = None

    @property
    def confirmed(self) -> int:
        return sum(r.at is not None for r in self.receipts)
