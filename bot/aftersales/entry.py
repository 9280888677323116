"""One typed line of the after-sales log → what it means. Pure; knows no table and no chat.

`少件苹果2件退29.9加急@小王`, in any order of words, in Chinese, English and a mixture. Nothing is
dropped: what is not understood is the note, and words that contradict each other are named in
`unknown` and decide nothing. Customers' numbers leave here masked (`bot.aftersales.masks`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from bot.aftersales import goods, masks, meanings, naming, note, numbers, times
from bot.aftersales.ground import Goods as Goods
from bot.aftersales.ground import Ground as Ground
from bot.aftersales.ground import Person as Person
from bot.aftersales.ground import Shop as Shop
from bot.aftersales.line import Found, Line

candidates = numbers.candidates


@dataclass(frozen=True)
class Said:
    """A stretch of the line and what it was understood as."""

    kind: str
    text: str


@dataclass(frozen=True)
class Entry:
    """What a line means. Amounts are minor units; empty or None: not said. `masked`: kinds of customers'
    numbers that stood in it, so that the sender can be asked to delete the original.
    """

    order_no: str = ""
    refund_no: str = ""
    tail: str = ""
    waybill: str = ""
    type: str = ""
    reason: str = ""
    responsible: str = ""
    product: str = ""
    product_id: int | None = None
    quantity: int | None = None
    amount: int | None = None
    assignee: int | None = None
    store_id: int | None = None
    urgent: bool = False
    applied_at: datetime | None = None
    due_at: datetime | None = None
    note: str = ""
    said: tuple[Said, ...] = ()
    unknown: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()


_SINGLE = (
    "order_no", "refund_no", "tail", "waybill", "type", "reason", "responsible", "quantity",
    "amount", "assignee", "store", "applied", "due", "product",
)  # fmt: skip
_NUMBERED = frozenset({"order_no", "refund_no", "waybill"})  # a second one is never passed over
_FIELDS = {"store": "store_id", "applied": "applied_at", "due": "due_at"}


def parse(text: str, ground: Ground) -> Entry:
    """The whole line. Raises nothing: what means nothing is the note."""
    line = Line(text)
    hidden = masks.spans(text, ground.orders)
    for x in hidden:
        digits = x.shown.strip("*")
        if x.kind == "phone" and digits.isdigit():
            word = _PHONE.search(line.before(x.start))
            start = x.start - len(line.before(x.start)) + word.start() if word else x.start
            line.take("tail", start, x.end, digits, 1)
        else:
            line.blot(x.start, x.end)
    unknown = naming.mentions(line, ground.people)
    naming.stores(line, ground.stores)
    goods.whole(line, ground.products)
    hashes = any(x.platform == "shopify" for x in ground.stores)
    numbers.take_numbers(line, ground.orders, hashes=hashes)
    numbers.take_tails(line)
    times.take(line, ground.now, ground.zone)
    numbers.take_money(line, _currency(line, ground))
    numbers.take_counts(line)
    unknown += naming.named(line, ground.people)
    meanings.take(line, ground.reasons, ground.hidden)
    goods.beside_counts(line, ground.products)
    values, clashes = _settle(line)
    if "product" not in values and (known := goods.loose(line, ground.products)):
        values |= _field("product", known)
    unknown += [(x.start, x.end) for x in clashes]
    words = dict.fromkeys(masks.hide(text, hidden, a, b).strip() for a, b in sorted(unknown))
    return Entry(
        **values,  # type: ignore[arg-type]  # by the names of the fields
        urgent=bool(line.of("urgent")),
        note=note.rest(text, line.found, hidden),
        said=_said(text, line, hidden),
        unknown=tuple(words),
        masked=tuple(dict.fromkeys(x.kind for x in hidden)),
    )


_PHONE = re.compile(
    r"(?:联系|收件人?|客户|买家)?(?:电话|手机|联系方式|(?<![a-z])(?:phone|mobile|tel|cell|whatsapp))(?:号码|号|number|no)?[\s:.是]*$"
)


def _said(text: str, line: Line, hidden: list[masks.Span]) -> tuple[Said, ...]:
    found = sorted((x for x in line.found if x.start < x.end), key=lambda x: (x.start, -x.end))
    return tuple(Said(x.kind, masks.hide(text, hidden, x.start, x.end).strip()) for x in found)


def _settle(line: Line) -> tuple[dict[str, object], list[Found]]:
    """One value for each field: the heaviest; where the heaviest differ, none, and they are named."""
    values: dict[str, object] = {}
    clashes = line.of("foreign")
    gone: list[Found] = line.of("foreign")
    for kind in _SINGLE:
        found = line.of(kind)
        if kind == "type":
            found = meanings.types(found)
        top = max((x.weight for x in found), default=0)
        best = [x for x in found if x.weight == top]
        different = {x.value for x in best}
        if len(different) > 1 or any(
            isinstance(x.value, tuple) and len(x.value) != 1 for x in best
        ):
            clashes += best
            gone += line.of(kind)
        elif best:
            value = best[0].value
            values |= _field(kind, value)
            others = [x for x, y in zip(line.of(kind), found, strict=True) if y.value != value]
            gone += others
            clashes += others if kind in _NUMBERED else []
    line.drop(gone)
    return values, clashes


def _field(kind: str, value: object) -> dict[str, object]:
    if kind == "product":
        assert isinstance(value, Goods)
        return {"product": value.title, "product_id": value.id or None}
    if isinstance(value, tuple):
        value = value[0]
    return {_FIELDS.get(kind, kind): value}


def _currency(line: Line, ground: Ground) -> str:
    """Of the store that is named, else of the ground."""
    found = [x.value for x in line.of("store") if isinstance(x.value, tuple) and len(x.value) == 1]
    named = {s.currency for s in ground.stores if (s.id,) in found and s.currency}
    return named.pop() if len(named) == 1 else ground.currency
