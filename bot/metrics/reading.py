"""What a question was answered with: frozen figures, before anyone puts them into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from bot.metrics.catalogue import METRICS, Metric
from bot.metrics.query import Note, Query
from bot.metrics.scope import StoreInfo

Value = int | float | None  # money in minor units, a ratio as a fraction, None: not known


@dataclass(frozen=True)
class Cell:
    """One figure and its base. `thin`: too few events to judge it by."""

    value: Value
    base: Value = None
    thin: bool = False

    @property
    def change(self) -> float | None:
        """(value − base) / base; None without a base or from nothing."""
        if self.value is None or not self.base or self.base < 0:
            return None
        return (self.value - self.base) / self.base

    @property
    def difference(self) -> float | None:
        return None if self.value is None or self.base is None else self.value - self.base


@dataclass(frozen=True)
class Row:
    """One line of a table: an entry of `key` for each breakdown, a cell for each metric.

    Keys are codes and names as the shop knows them (dates as dates, None: not known); `name` is a
    longer name for the reader, `before` the date that a date is compared with.
    """

    key: tuple[int | str | date | None, ...]
    cells: tuple[Cell, ...]
    currency: str
    name: str = ""
    before: date | None = None


@dataclass(frozen=True)
class Part:
    """One factor of a change: its share in money (minor units), and what it went from and to."""

    slug: str
    share: int
    base: float
    value: float


@dataclass(frozen=True)
class Beside:
    """What else happened at the same time: evidence, not cause.

    A metric that moved (of a channel, where it is named), or a promotion (`slug` names it) that
    began or ended.
    """

    kind: Literal["metric", "began", "ended"]
    slug: str
    name: str = ""
    cell: Cell = Cell(None)


@dataclass(frozen=True)
class Reading:
    """The answer to a query.

    `totals` has one row, or one for each currency where several cannot be added. `others` is what
    `top` left out, `others_count` of them. `split` is sales and its base where it is said why:
    `parts` add up to their difference, `movers` are the products and `channels` the advertising
    channels that moved most, `beside` is what else happened.
    """

    query: Query
    stores: tuple[StoreInfo, ...]
    rows: tuple[Row, ...] = ()
    totals: tuple[Row, ...] = ()
    others: Row | None = None
    others_count: int = 0
    notes: tuple[Note, ...] = ()
    refused: bool = False
    as_of: datetime | None = None
    until_hour: int | None = None
    split: Cell = Cell(None)
    parts: tuple[Part, ...] = ()
    movers: tuple[Row, ...] = ()
    channels: tuple[Row, ...] = ()
    beside: tuple[Beside, ...] = ()

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return tuple(METRICS[slug] for slug in self.query.metrics)

    @property
    def total(self) -> Row | None:
        return self.totals[0] if len(self.totals) == 1 else None
