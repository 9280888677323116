"""Order lines as plain tuples: how they are read, compared, journalled and written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from bot import money
from bot.db.facts import JournalEntry, OrderLine
from bot.ingest.bulk import Bulk, Write, primary, replacing, table


class Line(NamedTuple):
    """A row of `order_lines` without its team and store; days are ISO text."""

    order_no: str
    line_no: int
    day: str
    head: int
    status: str
    created_ts: int | None
    paid_ts: int | None
    paid_day: str | None
    paid_hour: int | None
    product_id: int | None
    product_head: int
    region_id: int | None
    buyer_id: int | None
    quantity: int  # None in a line just read from a file that does not say; so is `refunded`
    payable: int
    paid: int
    refunded: int
    born_import: int
    last_import: int


Order = tuple[Line, ...]


@dataclass(frozen=True)
class Place:
    """Whose orders: nothing is ever read or written without both."""

    team: int
    store: int


@dataclass(frozen=True)
class Change:
    """An order before and after; an empty tuple where there is none."""

    before: Order
    after: Order

    @property
    def order_no(self) -> str:
        return (self.before or self.after)[0].order_no


_LINES = table(OrderLine)
_JOURNAL = table(JournalEntry)
_FIELDS = Line._fields
_COLUMNS = ("team_id", "store_id", *_FIELDS)
_CLASH = replacing(primary(_LINES), [x for x in _COLUMNS if x not in primary(_LINES)])
_DAYS = frozenset({"day", "paid_day"})


def select(bulk: Bulk, index: str = "") -> str:
    columns = ", ".join(bulk.text(x) if x in _DAYS else x for x in _FIELDS)
    source = f"order_lines {bulk.by(index)}" if index else "order_lines"
    return f"SELECT {columns} FROM {source} WHERE team_id = ? AND store_id = ?"


def orders(rows: Iterable[tuple[Any, ...]]) -> dict[str, Order]:
    """Lines, in order within each order, by order number."""
    lines = sorted(map(Line._make, rows), key=itemgetter(0, 1))
    return {no: tuple(found) for no, found in groupby(lines, key=itemgetter(0))}


def lookup(bulk: Bulk, place: Place, numbers: list[str]) -> dict[str, Order]:
    sql = f"{select(bulk, 'ix_order_lines_order')} AND order_no {bulk.among('text')}"
    return orders(bulk.rows(sql, place.team, place.store, numbers))


def born(bulk: Bulk, place: Place, day: str, import_id: int) -> dict[str, Order]:
    """Orders created on `day` that an import brought in."""
    sql = f"{select(bulk)} AND day = ? AND born_import = ?"
    return orders(bulk.rows(sql, place.team, place.store, day, import_id))


def unsent(bulk: Bulk, place: Place, first: int, last: int) -> list[tuple[str, int]]:
    """Orders paid between two moments that are not sent whole, and when each was paid.

    The state stands in the statement: no engine takes a parameter for a partial index.
    """
    sql = (
        f"SELECT order_no, MIN(paid_ts) FROM order_lines {bulk.by('ix_order_lines_unsent')}"
        " WHERE team_id = ? AND store_id = ? AND status = 'paid' AND paid_ts BETWEEN ? AND ?"
        " GROUP BY order_no"
    )
    return [(no, ts) for no, ts in bulk.rows(sql, place.team, place.store, first, last)]


def writes(place: Place, changes: Sequence[Change]) -> list[Write]:
    """Lines that are no more go, the others are put in place."""
    gone = [
        (place.team, x.day, place.store, x.order_no, x.line_no)
        for c in changes
        if c.before
        for x in c.before
        if not any(x.line_no == y.line_no and x.day == y.day for y in c.after)
    ]
    rows = [(place.team, place.store, *x) for c in changes for x in c.after]
    return [
        lambda bulk: bulk.drop(_LINES, primary(_LINES), gone),
        lambda bulk: bulk.put(_LINES, _COLUMNS, rows, _CLASH),
    ]


# the journal ---------------------------------------------------------------------------------


def journal(import_id: int, changes: Iterable[Change]) -> list[Write]:
    """Keep overwritten orders as they were; the first version of an import's own is kept."""
    rows = [
        (import_id, c.order_no, json.dumps(c.before, ensure_ascii=False))
        for c in changes
        if c.before
    ]
    clash = f"({', '.join(primary(_JOURNAL))}) DO NOTHING"
    columns = ("import_id", "order_no", "before")
    return [lambda bulk: bulk.put(_JOURNAL, columns, rows, clash)]


def journalled(bulk: Bulk, import_id: int, limit: int) -> dict[str, Order]:
    sql = (
        "SELECT order_no, before FROM import_journal WHERE import_id = ? ORDER BY order_no LIMIT ?"
    )
    return {
        no: tuple(Line._make(x) for x in json.loads(before))
        for no, before in bulk.rows(sql, import_id, limit)
    }


def forget(import_id: int, numbers: Iterable[str]) -> list[Write]:
    """Entries that were given back."""
    gone = [(import_id, no) for no in numbers]
    return [lambda bulk: bulk.drop(_JOURNAL, primary(_JOURNAL), gone)]


# comparing -----------------------------------------------------------------------------------

_KEEP = ("region_id", "buyer_id", "quantity", "refunded")


def reconcile(old: Order, new: Order, precision: dict[str, int]) -> Order:
    """The order after a later export of it: that wins, but only where it says something.

    A value that only lost precision is no change; a file without products leaves the lines as they
    are and shares its amounts out over them.
    """
    if len(old) > 1 and len(new) == 1 and new[0].product_id is None:
        new = _spread(old, new[0])
    if len(old) != len(new):
        bare = old[0]._replace(product_id=None)
        return tuple(_merge(bare, x, precision) for x in new)
    return _headed([_merge(a, b, precision) for a, b in zip(old, new, strict=True)])


def _headed(lines: list[Line]) -> Order:
    """With each product's first line marked: a line may just have learnt its product."""
    known: set[int | None] = set()
    for i, line in enumerate(lines):
        head = int(line.product_id not in known)
        known.add(line.product_id)
        if head != line.product_head:
            lines[i] = line._replace(product_head=head)
    return tuple(lines)


def _spread(old: Order, new: Line) -> Order:
    weights = [x.payable for x in old]
    whole = new.refunded if new.refunded is not None else sum(x.refunded for x in old)
    payable, paid, refunded = (
        money.split(total, weights) for total in (new.payable, new.paid, whole)
    )
    return tuple(
        new._replace(
            line_no=x.line_no, head=x.head, product_id=x.product_id, product_head=x.product_head,
            quantity=x.quantity, payable=payable[i], paid=paid[i], refunded=refunded[i],
        )
        for i, x in enumerate(old)
    )  # fmt: skip


def _merge(old: Line, new: Line, precision: dict[str, int]) -> Line:
    changes: dict[str, Any] = {"born_import": old.born_import}
    for name in _KEEP:
        if getattr(new, name) is None:
            changes[name] = getattr(old, name)
    if new.product_id is None:
        changes["product_id"] = old.product_id
    for name, unit in precision.items():
        before, after = getattr(old, name), getattr(new, name)
        if unit > 1 and before and after and before != after and 0 <= before - after < unit:
            changes[name] = before
            if name == "paid_ts":
                changes["paid_hour"] = old.paid_hour
    return new._replace(**changes)


def same(old: Order, new: Order) -> bool:
    """Equal in all but the import that wrote them."""
    return len(old) == len(new) and all(a[:-1] == b[:-1] for a, b in zip(old, new, strict=True))
