"""What an import did, as frozen data."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Progress:
    """`stage` is reading, merging (rows) or undoing (orders); `total` is 0 while unknown."""

    stage: str
    done: int
    total: int = 0


@dataclass(frozen=True)
class Column:
    """An amount column: its header, what it *is* (see `Format`), and its sum in major units."""

    header: str
    role: str
    total: float


@dataclass(frozen=True)
class Check:
    """An identity of the amounts, tried on every row it can be: `left` = Σ `right`."""

    left: str
    right: tuple[str, ...]
    rows: int
    held: int


@dataclass(frozen=True)
class Sums:
    """Of the rows accepted; amounts in major units of the store's currency."""

    orders: int = 0
    lines: int = 0
    units: int = 0
    paid_orders: int = 0
    payable: float = 0.0
    paid: float = 0.0
    refunded: float = 0.0
    net: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)  # orders
    columns: tuple[Column, ...] = ()
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True)
class Problem:
    """`row` counts from 1 as spreadsheets do; None where it is about the whole file."""

    code: str
    row: int | None = None
    column: str = ""
    value: str = ""
    count: int = 1


@dataclass(frozen=True)
class Part:
    """What a file tells of one kind: its days, and when it was exported (seconds since 1970).

    Of orders `days` are the first and the last, of any other kind each of them. Where the file or
    its name tells the time it is `told`; else it is that of the newest row.
    """

    kind: str
    days: tuple[str, ...]
    exported_at: int = 0
    told: bool = False


@dataclass(frozen=True)
class Listing:
    """What a list of refunds says of itself: has it columns for states and deadlines, does it tell
    when it was exported, which states stand in it, and of which days its title or name speaks."""

    states: bool = False
    due: bool = False
    told: bool = False
    statuses: tuple[str, ...] = ()
    period: tuple[str, str] | None = None


@dataclass(frozen=True)
class Due:
    """A card with a deadline; `at` in seconds since 1970."""

    no: int
    at: int
    order_no: str = ""
    type: str = ""


@dataclass(frozen=True)
class Worklist:
    """What a list of refunds made of the desk's cards; `refunds` by state, the rest cards.

    `joined`: put to a card that was there before, of the same order. `gone`: closed because the
    full list no longer has them; `absent`: missing from a list that is not known to be full, and
    left open. `waiting` of the store's cards are open, `next` those of the earliest deadlines.
    """

    refunds: dict[str, int] = field(default_factory=dict)
    opened: int = 0
    joined: int = 0
    changed: int = 0
    closed: int = 0
    gone: int = 0
    reopened: int = 0
    absent: int = 0
    full: bool = False
    waiting: int = 0
    next: tuple[Due, ...] = ()
    zone: str = "UTC"  # of the store
    store_id: int = 0


@dataclass(frozen=True)
class Report:
    """read = new + changed + unchanged + refused, all in rows of the file.

    `days` are the first and the last business day (of orders: of creation) inside. `net` says whether what
    was received already had refunds taken out; `personal`, whether the file named customers.
    """

    platform: str
    kind: str
    encoding: str
    header_row: int  # from 1
    read: int
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    days: tuple[str, str] | None = None
    sums: Sums = Sums()
    problems: tuple[Problem, ...] = ()
    currency: str = ""
    net: bool = False
    personal: bool = False
    exported_at: int = 0  # seconds since 1970: the rows are no younger
    told: bool = False
    parts: tuple[Part, ...] = ()  # empty for orders alone
    ended: tuple[str, ...] = ()  # days that somebody said were over when it was exported
    running: tuple[str, ...] = ()  # and that were not
    header: str = ""  # digest of a header that was read as somebody of the team said
    listing: Listing | None = None  # of refunds
    worklist: Worklist | None = None

    @property
    def covered(self) -> tuple[Part, ...]:
        """By kind."""
        if self.parts or self.days is None:
            return self.parts
        return (Part(self.kind, self.days, self.exported_at, self.told),)

    def answered(self, day: str, ended: bool) -> Report:
        """With what somebody said of a day."""
        over = {*self.ended, day} if ended else {*self.ended} - {day}
        open_ = {*self.running} - {day} if ended else {*self.running, day}
        return replace(self, ended=tuple(sorted(over)), running=tuple(sorted(open_)))

    def to_json(self) -> dict[str, Any]:
        """The names that `storebot import --json` promises."""
        data = asdict(self)
        more = ("worklist",) if self.worklist else ()
        return {name: data[name] for name in (*JSON, *more)}

    def dump(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @staticmethod
    def load(raw: str) -> Report:
        data: dict[str, Any] = json.loads(raw)
        sums = data.pop("sums")
        columns = tuple(Column(**x) for x in sums.pop("columns"))
        checks = tuple(Check(**{**x, "right": tuple(x["right"])}) for x in sums.pop("checks"))
        problems = tuple(Problem(**x) for x in data.pop("problems"))
        days = data.pop("days")
        ended, running = tuple(data.pop("ended", ())), tuple(data.pop("running", ()))
        parts = tuple(
            Part(**{**x, "days": tuple(x["days"])}) for x in data.pop("parts", None) or ()
        )
        listing, worklist = data.pop("listing", None), data.pop("worklist", None)
        return Report(
            **data, listing=_listing(listing), worklist=_worklist(worklist), ended=ended, running=running, sums=Sums(**sums, columns=columns, checks=checks), problems=problems, parts=parts,
            days=(days[0], days[1]) if days else None,
        )  # fmt: skip


def _listing(data: dict[str, Any] | None) -> Listing | None:
    if data is None:
        return None
    period = data["period"]
    return Listing(**{**data, "statuses": tuple(data["statuses"]),
                      "period": (period[0], period[1]) if period else None})  # fmt: skip


def _worklist(data: dict[str, Any] | None) -> Worklist | None:
    if data is None:
        return None
    return Worklist(**{**data, "next": tuple(Due(**x) for x in data["next"])})


JSON = (
    "platform", "kind", "encoding", "header_row", "read", "new", "changed", "unchanged", "refused",
    "days", "sums", "problems",
)  # fmt: skip


@dataclass(frozen=True)
class AskedDay:
    """A day of which a file does not tell whether it was over when the file was exported.

    `ended` is what somebody said; None while nobody has.
    """

    day: date
    ended: bool | None = None


@dataclass(frozen=True)
class UndoResult:
    """Orders (or, without any, days; or refunds) given their old values back, and those gone again.

    Of refunds `cards` were given back too, and `left` are the numbers of those that somebody has
    touched since: they stay as they are.
    """

    restored: int
    removed: int
    of: str = "orders"
    cards: int = 0
    left: tuple[int, ...] = ()
