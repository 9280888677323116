"""Rows of sheets → order lines: what an order's amounts are, and how its lines share them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bot import money
from bot.errors import UserError
from bot.ingest.cells import NEVER, Bools, Floats, Ints
from bot.ingest.formats.declare import STATUSES, Level
from bot.ingest.parse import AMOUNTS, Sheet, hashes
from bot.ingest.report import Check, Column, Problem

CREATED, PAID, SHIPPED, DONE, CLOSED = range(len(STATUSES))


@dataclass
class Lines:
    """Order lines; −1 (buyer 0, amounts and quantity NaN) for none.

    Columns stand as they were read: `of_lines` by row, `of_orders` once for each order (`order` is
    that of a row). `sort` brings rows into their places, where `placed` is right already. So a
    million lines are never copied whole.
    """

    sort: Ints
    order: Ints
    of_orders: dict[str, npt.NDArray[Any]]
    of_lines: dict[str, npt.NDArray[Any]]
    placed: dict[str, npt.NDArray[Any]]

    def __len__(self) -> int:
        return len(self.sort)

    def piece(self, start: int, size: int) -> dict[str, npt.NDArray[Any]]:
        """Some lines of each column, in their places."""
        rows = self.sort[start : start + size]
        orders = self.order[rows]
        return (
            {name: x[orders] for name, x in self.of_orders.items()}
            | {name: x[rows] for name, x in self.of_lines.items()}
            | {name: x[start : start + size] for name, x in self.placed.items()}
        )


@dataclass
class Result:
    lines: Lines
    duplicates: int = 0
    columns: list[Column] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)


def assemble(sheet: Sheet, items: Sheet | None, currency: str, rank: Ints) -> Result:
    """The lines of one sheet of orders; `items` is the sheet that lists their products.

    `rank` is the place of each product among all by name: lines are numbered by it.
    """
    frame, duplicates = _usable(sheet)
    codes, orders = pd.factorize(frame["order"])
    codes = codes.astype(np.int32)
    first = np.zeros(len(orders), dtype=np.int32)
    first[codes[::-1]] = frame["at"].to_numpy()[::-1]
    numbers = sheet.numbers[first]
    work = _Work(sheet, frame, codes, len(orders))
    level = work.level()
    if level != "line":
        work = work.of_orders()
    payable, paid, refunded = work.money()
    if level != "line":
        parts = _items(items, orders) if items is not None else _Parts(frame, codes)
        frame, codes = parts.frame, parts.codes
        payable, paid, refunded = (_split(x, parts) for x in (payable, paid, refunded))
    of_orders = _of_orders(work) | {"order_no": numbers}
    amounts = {"payable": payable, "paid": paid, "refunded": refunded}
    columns = _column_sums(work, 10 ** money.digits(currency))
    # the rest of a large file is let go before its lines are sorted
    status = work.values("status")
    frame = frame[[x for x in ("row", "product", "quantity") if x in frame]]
    sheet.frame = work.frame = frame.iloc[:0]
    status = status[codes] if len(status) != len(codes) else status
    lines = _lines(frame, codes, status, of_orders, amounts, rank)
    return Result(lines, duplicates, columns, work.checks)


def _usable(sheet: Sheet) -> tuple[pd.DataFrame, int]:
    """Without refused rows, the other rows of their orders, and rows that say the same twice."""
    frame = sheet.frame
    if frame.empty:
        raise UserError("import.empty")
    bad = frame["refused"]
    if bad.any():
        nameless = int(hashes([""])[0])
        whole = bad | frame["order"].isin(set(frame.loc[bad, "order"]) - {nameless})
        if n := int((whole & ~bad).sum()):
            sheet.problems.append(Problem("order_incomplete", count=n))
        sheet.refused = int(whole.sum())
        frame = frame[~whole].reset_index(drop=True)
    if sheet.format.level != "order" or not frame["order"].duplicated().any():
        return frame, 0
    same = frame.drop(columns=["row", "at"]).duplicated()
    return frame[~same].reset_index(drop=True), int(same.sum())


class _Work:
    """The rows that carry amounts: all of them, or one for each order."""

    def __init__(self, sheet: Sheet, frame: pd.DataFrame, codes: Ints, orders: int) -> None:
        self.sheet, self.format = sheet, sheet.format
        self.frame, self.codes, self.orders = frame, codes, orders
        self.checks: list[Check] = []

    def first(self, name: str, none: float = NEVER) -> npt.NDArray[Any]:
        """Of each order the first value that is there."""
        values = self.values(name, none)
        there = ~np.isnan(values) if np.isnan(none) else values != none
        out = np.full(self.orders, none, dtype=values.dtype)
        out[self.codes[there][::-1]] = values[there][::-1]  # the last one written stays
        return out

    def values(self, name: str, none: float = NEVER) -> npt.NDArray[Any]:
        if name in self.frame:
            return self.frame[name].to_numpy()
        return np.full(len(self.frame), none, dtype=float if np.isnan(none) else np.int64)

    def of_orders(self) -> _Work:
        """One row for each order."""
        data: dict[str, npt.NDArray[Any]] = {
            name: self.first(name, np.nan) for name in AMOUNTS if name in self.frame
        }
        for name in ("price", "discount"):
            data.pop(name, None)
        if "total" not in data and "goods" not in data and "price" in self.frame:
            each = pd.Series(self._line_total()).groupby(self.codes).sum()
            data["total"] = each.to_numpy()
        for name in _ORDER_FIELDS:
            if name in self.frame:
                data[name] = self.first(name, _NONE.get(name, NEVER))
        data["unpaid"] = np.zeros(self.orders, dtype=bool)
        data["unpaid"][self.codes[self.frame["unpaid"]]] = True
        codes = np.arange(self.orders)
        return _Work(self.sheet, pd.DataFrame(data), codes, self.orders)

    # where the amounts stand ----------------------------------------------------------------

    def level(self) -> Level:
        """As declared, unless the rows say otherwise; that is reported."""
        declared = self.format.level
        if self.orders == len(self.frame) or declared in ("first", "repeats", "line"):
            return declared if declared != "found" else "order"
        name = next((x for x in ("received", "total", "goods") if x in self.frame), None)
        if name is None:
            return "line"
        found = self._found(name)
        header = self.sheet.match.header[self.sheet.match.columns[name]]
        self.sheet.problems.append(Problem(f"level_{found}", column=header))
        return found

    def _found(self, name: str) -> Level:
        """On the first line only, the same on every line, or each line its own."""
        grouped = self.frame[name].groupby(self.codes)
        several = grouped.size() > 1
        if (grouped.count()[several] <= 1).all():
            return "first"
        if (grouped.nunique()[several] > 1).any():
            return "line"
        worth = pd.Series(self._line_total())
        whole = (worth.groupby(self.codes).sum() - grouped.first()).abs()[several]
        alone = (worth - self.frame[name]).abs()[several.to_numpy()[self.codes]]
        if worth.notna().any() and whole.median() != alone.median():
            return "repeats" if whole.median() < alone.median() else "line"
        header = self.sheet.match.header[self.sheet.match.columns[name]].casefold()
        of_order = any(x in header for x in ("订单", "訂單", "order", "总", "總", "total"))
        return "repeats" if of_order else "line"

    def _line_total(self) -> Floats:
        """Price × quantity − discount of each row, in minor units."""
        price, quantity = self.values("price", np.nan), self.values("quantity", np.nan)
        quantity = np.where(np.isnan(quantity), 1.0, quantity)
        return np.asarray(price * quantity - np.nan_to_num(self.values("discount", np.nan)))

    # what they are --------------------------------------------------------------------------

    def money(self) -> tuple[Floats, Floats, Floats]:
        """Payable, paid (refunds not deducted) and refunded of each row; refunded NaN: not said."""
        payable = self._payable()
        received, refund = self.values("received", np.nan), self.values("refund", np.nan)
        net = self.format.received_is == "net"
        if net and "refund" in self.frame:
            paid = self._net(payable, received, refund)
        elif net:
            # no column of refunds: what is missing from the total was given back
            paid = np.where(np.isnan(received), payable, np.maximum(payable, received))
            refund = paid - np.where(np.isnan(received), payable, received)
        else:
            paid = np.where(np.isnan(received), payable, received)
        paid = paid - np.nan_to_num(self.values("owed", np.nan))
        was_paid = self.was_paid(np.nan_to_num(refund))
        said = np.isnan(refund)
        refund = np.where(was_paid, refund, 0.0)
        return payable, np.where(was_paid, paid, 0.0), np.where(said & was_paid, np.nan, refund)

    def _payable(self) -> Floats:
        total = self.values("total", np.nan)
        parts = self.values("goods", np.nan) + np.nan_to_num(self.values("postage", np.nan))
        for name, sign in (("wrap", 1), ("promotion", -1), ("postage_promotion", -1)):
            if name in self.frame:
                parts = parts + sign * np.abs(np.nan_to_num(self.values(name, np.nan)))
        total = np.where(np.isnan(total), parts, total)
        if self.format.level in ("line", "found") and "price" in self.frame:
            total = np.where(np.isnan(total), self._line_total(), total)
        total = np.where(np.isnan(total), self.values("received", np.nan), total)
        return np.asarray(np.nan_to_num(total))

    def _net(self, payable: Floats, received: Floats, refund: Floats) -> Floats:
        """Refunds are out of `received` where total = received + refund; tried on every row."""
        received, refund = np.nan_to_num(received), np.nan_to_num(refund)
        holds = np.abs(payable - received - refund) < 1
        tried = self.was_paid(refund)
        columns, header = self.sheet.match.columns, self.sheet.match.header
        left = header[columns["total" if "total" in columns else "goods"]]
        right = (header[columns["received"]], header[columns["refund"]])
        self.checks.append(Check(left, right, int(tried.sum()), int((tried & holds).sum())))
        return np.where(holds, received + refund, np.maximum(received, refund))

    def was_paid(self, refund: Floats) -> Bools:
        unpaid = self.frame["unpaid"].to_numpy(dtype=bool)
        status = self.values("status")
        if self.format.paid_when == "status":
            return np.asarray(~unpaid & (status != NEVER))
        if "paid_ts" in self.frame:
            return np.asarray((self.values("paid_ts") != NEVER) & ~unpaid)
        if (status != NEVER).any():
            return np.asarray(~unpaid & ((status != CLOSED) | (refund > 0)))
        return ~unpaid


_ORDER_FIELDS = (
    "created_ts", "created_day", "paid_ts", "paid_day", "paid_hour", "status", "region", "buyer",
)  # fmt: skip
_NONE = {"buyer": 0}


# lines ---------------------------------------------------------------------------------------


class _Parts:
    """The rows an order's amounts are split over."""

    def __init__(self, frame: pd.DataFrame, codes: npt.NDArray[Any]) -> None:
        order = np.argsort(codes, kind="stable")
        self.frame = frame.iloc[order].reset_index(drop=True)
        self.codes: Ints = codes[order]
        starts = np.flatnonzero(np.diff(self.codes, prepend=-1))
        self.bounds = [*starts.tolist(), len(self.codes)]

    def weights(self) -> Floats:
        """What a line is worth beside the others of its order."""
        work = {x: self.frame[x].to_numpy(float) for x in AMOUNTS if x in self.frame}
        units = self.frame.get("quantity")
        quantity = np.ones(len(self.frame)) if units is None else units.fillna(1).to_numpy(float)
        if "price" in work:
            worth = work["price"] * quantity - np.nan_to_num(work.get("discount", np.zeros(1)))
        else:
            worth = work.get("goods", quantity)
        return np.asarray(np.maximum(np.nan_to_num(worth), 0))


def _split(totals: Floats, parts: _Parts) -> Floats:
    """Totals of orders → amounts of lines that add up to them."""
    out = totals[parts.codes]
    weights = None
    for i, j in pairwise(parts.bounds):
        if j - i > 1 and not np.isnan(out[i]):
            if weights is None:
                weights = parts.weights().round().astype(np.int64)
            out[i:j] = money.split(int(out[i]), weights[i:j].tolist())
    return out


def _items(items: Sheet, orders: npt.NDArray[Any] | pd.Index[Any]) -> _Parts:
    """Lines from the sheet of items; an order it does not list keeps one line without a product."""
    place = {x: i for i, x in enumerate(orders)}
    frame = items.frame
    frame = frame[~frame["refused"] & frame["order"].isin(place)]
    listed = set(frame["order"])
    missing = np.array([x for x in place if x not in listed], dtype=np.int64)
    bare = pd.DataFrame({"order": missing, "product": NEVER})
    frame = pd.concat([frame, bare], ignore_index=True)
    return _Parts(frame, np.array([place[x] for x in frame["order"]], dtype=np.int32))


def _of_orders(work: _Work) -> dict[str, npt.NDArray[Any]]:
    """When and where: what all lines of an order share."""
    created, day = work.first("created_ts"), work.first("created_day")
    paid_ts, paid_day = work.first("paid_ts"), work.first("paid_day")
    was_paid = np.zeros(work.orders, dtype=bool)
    was_paid[work.codes[work.was_paid(np.nan_to_num(work.values("refund", np.nan)))]] = True
    untimed = was_paid & (paid_ts == NEVER)
    paid_day = np.where(was_paid, np.where(untimed, day, paid_day), NEVER)
    return {
        "created_ts": created,
        "paid_ts": np.where(was_paid, np.where(untimed, created, paid_ts), NEVER),
        "day": np.where(day == NEVER, paid_day, day),
        "paid_day": paid_day,
        "paid_hour": np.where(untimed | ~was_paid, NEVER, work.first("paid_hour")),
        "region": work.first("region"),
        "buyer": work.first("buyer", 0),
    }


def _lines(
    frame: pd.DataFrame,
    codes: Ints,
    status: Ints,
    of_orders: dict[str, npt.NDArray[Any]],
    amounts: dict[str, Floats],
    rank: Ints,
) -> Lines:
    """Order the lines by day and order; number them within an order in a way files agree on."""
    product = frame["product"].to_numpy()
    was_paid = of_orders["paid_day"][codes] != NEVER
    status = _derived(status, was_paid, amounts["paid"], amounts["refunded"])
    row = frame["row"].to_numpy() if "row" in frame else np.zeros(len(codes))
    places = np.where(product == NEVER, NEVER, rank[product]) if len(rank) else product
    keys = (row, amounts["payable"], places, codes, of_orders["day"][codes])
    sort = np.lexsort(keys)
    order = codes[sort]
    head = np.diff(order, prepend=-1) != 0
    starts = np.flatnonzero(head)
    sizes = np.diff(starts, append=len(order))
    placed = {
        "line_no": np.arange(len(order)) - np.repeat(starts, sizes),
        "head": head,
        "product_head": head | (np.diff(product[sort], prepend=-2) != 0),
    }
    of_lines = {"status": status, "product": product, **amounts}
    if "quantity" in frame:
        of_lines["quantity"] = frame["quantity"].to_numpy()
    else:
        of_lines["quantity"] = np.full(len(codes), np.nan)
    return Lines(sort, codes, of_orders, of_lines, placed)


def _derived(status: Ints, was_paid: Bools, paid: Floats, refunded: Floats) -> Ints:
    """Where the file has no status we know: closed when all was given back, else paid or not."""
    back = was_paid & (paid > 0) & (np.nan_to_num(refunded) >= paid)
    likely = np.select([back, was_paid], [np.int8(CLOSED), np.int8(PAID)], np.int8(CREATED))
    return np.where(status != NEVER, status, likely)


def _column_sums(work: _Work, scale: int) -> list[Column]:
    """What each amount column is, and its sum; a column that plays two parts is named once."""
    columns, header = work.sheet.match.columns, work.sheet.match.header
    roles = {"received": "net" if work.format.received_is == "net" else "paid"}
    named: dict[int, str] = {}
    for x in AMOUNTS:
        if x in work.frame and x in columns and x not in ("price", "discount"):
            named.setdefault(columns[x], x)
    return [
        Column(header[i], roles.get(x, x), float(np.nansum(work.values(x))) / scale)
        for i, x in named.items()
    ]
