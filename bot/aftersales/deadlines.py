"""Deadlines by platform, type and state: a seed table, and what a team changed of it.

The table is a start and says so: every value carries a note to check one's own. Hours are calendar
hours. A platform's clock runs per state, not once for a card: until the seller decides it counts
from the customer's request, later from when the card came into the state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, select

from bot.db.desk import DeadlineRule

# open: the seller has to decide; shipped: the same where the order is known to be on its way;
# returned: the goods are on their way back; the rest: whom the card waits for. SHIP is of no card:
# what is paid has to be sent within it
SHIP = "ship"
STATES = ("open", "shipped", "returned", "buyer", "platform", "supplier", "courier", SHIP)
LONGEST = 24 * 60  # hours that a team may set
ANY = ""  # every platform


@dataclass(frozen=True)
class Value:
    """Hours of one row; None: the clock stands (or there is none). `note`, `source`: slugs.

    `ours`: the team changed it. `platform` is that of the row it comes from, ANY for all.
    """

    platform: str
    type: str
    state: str
    hours: int | None
    note: str = ""
    source: str = ""
    ours: bool = False


def _rows(platform: str, source: str, *rows: tuple[str, str, int | None, str]) -> list[Value]:
    return [Value(platform, kind, state, h, note, source) for kind, state, h, note in rows]


def _common(platform: str) -> list[Value]:
    """What is often said of platforms whose present rules were not found."""
    return _rows(
        platform, "common",
        ("refund_only", "open", 48, "unconfirmed"),
        ("return_refund", "open", 48, "unconfirmed"),
        ("return_refund", "returned", 168, "unconfirmed_7_10"),
        ("exchange", "open", 48, "unconfirmed"),
        ("exchange", "returned", 168, "unconfirmed_7_10"),
    )  # fmt: skip


# platform × type × state → hours. Sources: `law` consumer protection law, art. 25; `guide`
# chinashoppingguide.com/taobao-general-refund-timeout-guidelines (a copy, undated); `amazon`
# sellercentral.amazon.com/seller-forums; `tiktok` seller-id.tokopedia.com 7753815881746178 and
# seller-vn.tiktok.com 2901402355762946; `shopee` yibuds.com 965, sellerby.com 1394
SEED: Mapping[tuple[str, str, str], Value] = {
    (v.platform, v.type, v.state): v
    for v in (
        # seven days to pay once the goods are back; while they are with the buyer it is their turn
        *_rows(
            ANY, "law",
            ("return_refund", "returned", 168, "law"),
            ("return_refund", "buyer", None, "buyers_turn"),
            ("exchange", "buyer", None, "buyers_turn"),
            ("repair", "buyer", None, "buyers_turn"),
            *((kind, "platform", None, "with_platform") for kind in (
                "refund_only", "return_refund", "exchange", "compensation",
            )),
        ),
        *_rows(
            "taobao", "guide",
            ("refund_only", "open", 24, "unshipped"),
            ("refund_only", "shipped", 36, "shipped"),
            ("refund_only", "courier", 72, "interception"),
            ("refund_only", "buyer", None, "refused"),
        ),
        *_rows("taobao", "common", ("return_refund", "open", 36, "as_refund_only")),
        *_common("pdd"), *_common("jd"), *_common("douyin"),
        *_rows(ANY, "common", ("", SHIP, 48, "unconfirmed")),
        *_rows(
            "amazon", "amazon",
            ("refund_only", "open", 48, "message"),
            ("return_refund", "open", 48, "aim_24"),
            ("return_refund", "returned", 48, "business_days"),
            ("exchange", "open", 48, "message"),
            ("complaint", "open", 48, "message"),
        ),
        *_rows(
            "tiktok", "tiktok",
            ("refund_only", "open", 48, "by_country"),
            ("return_refund", "open", 48, "by_country"),
            ("return_refund", "returned", 192, "after_tracking"),
        ),
        *_rows(
            "shopee", "shopee",
            ("refund_only", "open", 48, "by_country"),
            ("return_refund", "open", 48, "by_country"),
        ),
    )
}  # fmt: skip


Rules = Mapping[tuple[str, str, str], int | None]


@dataclass(frozen=True)
class Table:
    """The seed and a team's own rows over it."""

    rules: Rules = field(default_factory=dict)

    def value(self, platform: str, type_: str, state: str) -> Value | None:
        """The row that counts; None where the table is silent.

        The team's own before the seed, the platform's before that of all. What the table does not
        say of waiting, or of an order on its way, is as if nothing had changed: the clock runs on.
        """
        for at in dict.fromkeys((state, "open")):
            for name in dict.fromkeys((platform, ANY)):
                if (key := (name, type_, at)) in self.rules:
                    seed = SEED.get(key)
                    return Value(*key, self.rules[key], seed.note if seed else "", ours=True)
            for name in dict.fromkeys((platform, ANY)):
                if found := SEED.get((name, type_, at)):
                    return found
        return None

    def shown(self, platforms: Iterable[str]) -> list[Value]:
        """The rows that count for these platforms, those of all platforms once at the end."""
        keys = dict.fromkeys((*SEED, *self.rules))
        wanted = dict.fromkeys((*platforms, ANY))
        found = [v for p in wanted for k in keys if k[0] == p and (v := self._own(k))]
        return sorted(found, key=lambda v: list(wanted).index(v.platform))

    def _own(self, key: tuple[str, str, str]) -> Value | None:
        seed = SEED.get(key)
        if key in self.rules:
            return Value(*key, self.rules[key], seed.note if seed else "", ours=True)
        return seed


def state_of(stage: str, waiting_for: str = "", *, shipped: bool = False, waybill: str = "") -> str:
    """The state of the table for a card's stage; `stage` may already be a state."""
    if stage in STATES and stage != "open":
        return stage
    if stage == "waiting" and waiting_for in STATES:
        return waiting_for
    if waybill:
        return "returned"
    return "shipped" if shipped else "open"


def due(
    table: Table, platform: str, type_: str, state: str, applied_at: datetime | None,
    staged_at: datetime, opened_at: datetime,
) -> datetime | None:  # fmt: skip
    """When the platform acts by itself. Without the time of the request it counts from the card's
    birth, which may be later than the platform's own clock."""
    value = table.value(platform, type_, state)
    if value is None or value.hours is None:
        return None
    asked = applied_at or opened_at
    since = asked if value.state in ("open", "shipped") else staged_at
    return since + timedelta(hours=value.hours)


def to_ship(table: Table, platform: str) -> int | None:
    """Hours from payment to shipping; None: no limit."""
    found = table.value(platform, "", SHIP)
    return found.hours if found else None


# rows ---------------------------------------------------------------------------------------


def table(s: Session, team_id: int) -> Table:
    rows = s.exec(select(DeadlineRule).where(DeadlineRule.team_id == team_id))
    return Table({(r.platform, r.type, r.stage): r.hours for r in rows})


def due_for(
    s: Session, team_id: int, platform: str, type_: str, stage: str,
    applied_at: datetime | None, staged_at: datetime, opened_at: datetime,
    *, waiting_for: str = "", shipped: bool = False, waybill: str = "",
) -> datetime | None:  # fmt: skip
    """What the table says of a card: for `due_from` "table" only.

    A deadline from the file, the line or the chat wins over it and is the caller's to keep.
    `shipped`: the order is known to have left; `waybill`: of the return, the goods are coming back.
    """
    state = state_of(stage, waiting_for, shipped=shipped, waybill=waybill)
    return due(table(s, team_id), platform, type_, state, applied_at, staged_at, opened_at)
