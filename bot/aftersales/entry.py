"""One typed line of the after-sales log → what it means. Pure; knows no table and no chat.

`少件苹果2件退29.9加急@小王`, in any order of words, in Chinese, English and a mixture. Nothing is
dropped: what is not understood is the note, and words that contradict each other are named in
`unknown` and decide nothing. Customers' numbers leave here masked (`bot.aftersales.masks`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.aftersales import masks, meanings, note, numbers, times
from bot.aftersales.line import Found, Line, Words, cuts_a_word
from bot.metrics.words import fold, is_latin, lists

candidates = numbers.candidates


@dataclass(frozen=True)
class Person:
    """Who may be named: nickname, name as Telegram has it, @username."""

    id: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Shop:
    id: int
    key: str
    name: str
    platform: str = ""
    currency: str = ""


@dataclass(frozen=True)
class Goods:
    """A product: its title and SKU code."""

    id: int
    title: str
    code: str = ""


@dataclass(frozen=True)
class Ground:
    """What is known around a line. `orders` are the order and waybill numbers found in the database
    among `candidates(text)`; `reasons` (slug, name) the team's own, `hidden` the slugs it put away.
    """

    now: datetime
    zone: ZoneInfo
    currency: str = "CNY"
    people: tuple[Person, ...] = ()
    stores: tuple[Shop, ...] = ()
    orders: frozenset[str] = frozenset()
    products: tuple[Goods, ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()
    hidden: frozenset[str] = frozenset()


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
    unknown = _mentions(line, ground.people)
    _stores(line, ground.stores)
    _products(line, ground.products)
    hashes = any(x.platform == "shopify" for x in ground.stores)
    numbers.take_numbers(line, ground.orders, hashes=hashes)
    numbers.take_tails(line)
    times.take(line, ground.now, ground.zone)
    numbers.take_money(line, _currency(line, ground))
    numbers.take_counts(line)
    unknown += _names(line, ground.people)
    meanings.take(line, ground.reasons, ground.hidden)
    _product(line, ground.products)
    values, clashes = _settle(line)
    if "product" not in values:
        _loose_product(line, ground.products, values)
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


# people ------------------------------------------------------------------------------------


def _called(people: Iterable[Person]) -> dict[str, set[int]]:
    """Names, and the words of names, with whom they mean."""
    names: dict[str, set[int]] = {}
    for person in people:
        for name in person.names:
            plain = fold(name).strip().lstrip("@")
            for word in (plain, *plain.split()):
                if word:
                    names.setdefault(word, set()).add(person.id)
    return names


_AT = re.compile(r"[@＠]\s?(?P<n>[a-z0-9_]+|[\u4e00-\u9fff]{1,8})")


def _mentions(line: Line, people: Sequence[Person]) -> list[tuple[int, int]]:
    """@小王: a name, or the only one that begins so. What names nobody is unknown."""
    names = _called(people)
    words = Words((n, tuple(sorted(ids))) for n, ids in names.items())
    strange: list[tuple[int, int]] = []
    for m in line.scan(_AT):
        at = m.start("n")
        hit = words.at(line.plain, at)
        if hit:
            line.take("assignee", m.start(), _after_name(line, hit[0]), hit[1], 3)
            continue
        ids = {i for n, who in names.items() if n.startswith(m["n"]) for i in who}
        if ids:
            line.take("assignee", m.start(), _after_name(line, m.end()), tuple(sorted(ids)), 3)
        else:
            strange.append(m.span())
            line.blot(*m.span())
    return strange


def _after_name(line: Line, end: int) -> int:
    """处理, 跟进, to handle behind a name go with it."""
    gap = (
        len(line.plain[end:]) - len(line.plain[end:].lstrip())
        if is_latin(line.plain[end - 1])
        else 0
    )
    for word in lists("desk_words.alias.after_name"):
        at = end + min(gap, 1)
        if line.plain.startswith(word, at) and not cuts_a_word(line.plain, at, at + len(word)):
            return at + len(word)
    return end


_ASSIGNED = "(?<![a-z])(?:{})[\\s:：]*$"


def _names(line: Line, people: Sequence[Person]) -> list[tuple[int, int]]:
    """小王, 给小王, assign to Wang; an unknown name after a word of assigning is unknown."""
    words = Words((n, tuple(sorted(ids))) for n, ids in _called(people).items())
    marks = re.compile(_ASSIGNED.format("|".join(map(re.escape, lists("desk_words.alias.assign")))))
    for start, end, ids in list(words.scan(line.plain)):
        mark = marks.search(line.before(start))
        name = line.plain[start:end]
        if not mark and (
            len(name) < 2
            or name in lists("desk_words.alias.also_words")
            or not _free(line, start, end)
        ):
            continue
        begin = start - len(line.before(start)) + mark.start() if mark else start
        line.take("assignee", begin, _after_name(line, end), ids, 2 if mark else 1)
    strong = "|".join(map(re.escape, lists("desk_words.alias.assign_strong")))
    stranger = re.compile(
        rf"(?<![a-z])(?:{strong})[\s::]*(?P<n>[a-z]{{2,20}}|[\u4e00-\u9fff]{{1,4}})"
    )
    return [m.span() for m in line.scan(stranger)]


def _free(line: Line, start: int, end: int) -> bool:
    """A bare Latin name is a word of its own in a line of few words."""
    return True if not is_latin(line.plain[start]) else not cuts_a_word(line.plain, start, end)


# stores --------------------------------------------------------------------------------------

_TAILS = ("官方旗舰店", "旗舰店", "专卖店", "专营店", "店")


def _stores(line: Line, stores: Sequence[Shop]) -> None:
    """Key, name, the word of a name that only one has, or the platform where there is one store."""
    names: dict[str, set[int]] = {}
    for shop in stores:
        parts = [p for p in fold(shop.name).split() if len(p) > 1]
        short = [p.removesuffix(t) for p in parts for t in _TAILS]
        for word in {fold(shop.key), fold(shop.name), *parts, *short}:
            if len(word) > 1 and not word.isdigit():
                names.setdefault(word, set()).add(shop.id)
    pairs: list[tuple[str, tuple[tuple[int, ...], int]]] = [
        (w, ((), 0)) for w in lists("desk_words.alias.responsible.courier")
    ]
    pairs += [(n, (tuple(sorted(ids)), 2)) for n, ids in names.items()]
    for platform in meanings.PLATFORM_WORDS:
        ids = tuple(sorted(x.id for x in stores if x.platform == platform))
        pairs += [(w, (ids, 1)) for w in lists(f"desk_words.alias.platform.{platform}") if ids]
    for start, end, (ids, weight) in list(Words(pairs).scan(line.plain)):
        if weight:
            line.take("store", start, end, ids, weight)


# products --------------------------------------------------------------------------------------


def _products(line: Line, products: Sequence[Goods]) -> None:
    """Whole titles and codes, the longest first."""
    words = ((w, g) for code, title, g in _folded(tuple(products)) for w in (title, code))
    here = [(w, g) for w, g in words if len(w) > 1 and w in line.plain]
    for start, end, goods in list(Words(here).scan(line.plain)):
        if not line.plain[start:end].isdigit():
            line.take("product", start, end, goods, 3)


_SAID_PRODUCT = (
    "(?<![a-z])(?:{})\\s*[:：]\\s*(?P<n>[^\\s,，。;；\ue000][^,，。;；\ue000\\n]{{0,40}})"
)
_PART = re.compile(r"[^\s,，。;；:：、!！?？/|()（）【】\[\]+~～—…]+(?: (?=[a-z])[a-z]+)*")
_BOUGHT = re.compile(r"^.{0,12}(?:拍|买|收到|发来|寄来|订|下单|送来)的")
_TRIM = " \t,，。;；:：、!！?？/|()（）【】[]+~～—…-*·#\"'“”"


def _product(line: Line, products: Sequence[Goods]) -> None:
    """What the line calls it: after 商品:, or the words beside a count."""
    if known := line.of("product"):
        for count in line.of("quantity"):
            span = _beside(line, count)
            if span and _goods(line.text[span[0] : span[1]], products) == known[0].value:
                line.take("product", *span, known[0].value, 3)
        return
    words = "|".join(map(re.escape, lists("desk_words.alias.product")))
    for m in line.scan(re.compile(_SAID_PRODUCT.format(words))):
        line.take(
            "product", *m.span(), _goods(line.text[m.start("n") : m.end("n")].strip(), products), 2
        )
        return
    counts = sorted(line.of("quantity"), key=lambda x: (-x.weight, x.start))
    if len({x.value for x in counts if x.weight == counts[0].weight}) > 1:
        return  # 苹果2件 梨3件: two things
    for count in counts:
        if span := _beside(line, count):
            line.take("product", *span, _goods(line.text[span[0] : span[1]], products))
            return


def _beside(line: Line, count: Found) -> tuple[int, int] | None:
    """The name before or after a count; 苹果破损2件, 3 expired yogurts: with a fault between."""
    left, right = _left(line, count.start), _right(line, count.end)
    glued_right = right and right[0] == count.end
    glued_left = left and left[1] == count.start
    if glued_right and not glued_left:
        return right
    if left or right:
        return left or right
    faults = line.of("reason")
    for x in faults:
        if not line.plain[x.end : count.start].strip() and 0 <= count.start - x.end < 3:
            left = _left(line, x.start)
            if left and left[1] == x.start:
                return left
        if not line.plain[count.end : x.start].strip() and 0 <= x.start - count.end < 3:
            right = _right(line, x.end)
            if right and right[0] - x.end <= is_latin(line.plain[right[0]]):
                return right
    return None


def _left(line: Line, at: int) -> tuple[int, int] | None:
    end = at
    while end and line.plain[end - 1] in " \t的*":
        end -= 1
    start = end
    latin = end > 0 and is_latin(line.plain[end - 1])
    while start and _goes_on(line.plain[start - 1], latin=latin) and end - start < 48:
        start -= 1
    return _clean(line, start, end)


def _right(line: Line, at: int) -> tuple[int, int] | None:
    start = at
    while start < len(line.plain) and line.plain[start] in " \t的":
        start += 1
    end = start
    latin = start < len(line.plain) and is_latin(line.plain[start])
    while end < len(line.plain) and _goes_on(line.plain[end], latin=latin) and end - start < 48:
        end += 1
    return _clean(line, start, end)


def _goes_on(char: str, *, latin: bool) -> bool:
    if char == " ":
        return latin
    return char not in "\ue000\n\r\t,，。;；:：、!！?？|（）【】[]…"


def _clean(line: Line, start: int, end: int) -> tuple[int, int] | None:
    """The name without what leads to it (客户说, the, of); None where it reads like a sentence."""
    if bought := _BOUGHT.match(line.plain[start:end]):
        start += bought.end()
    leads, guards = lists("desk_words.alias.lead"), lists("desk_words.alias.guard")
    moved = True
    while moved and start < end:
        moved = False
        while start < end and line.plain[start] in _TRIM:
            start += 1
        while start < end and line.plain[end - 1] in _TRIM:
            end -= 1
        for word in leads:
            if (
                line.plain.startswith(word, start, end)
                and not cuts_a_word(line.plain, start, start + len(word))
                and (len(word) > 1 or not line.plain.startswith(guards, start, end))
            ):
                start, moved = start + len(word), True
                break
            if line.plain.endswith(word, start, end) and not cuts_a_word(
                line.plain, end - len(word), end
            ):
                end, moved = end - len(word), True
                break
    return (start, end) if start < end and _is_a_name(line.plain[start:end]) else None


def _is_a_name(text: str) -> bool:
    if not any(c.isalpha() for c in text) or len(text) > 40:
        return False
    words = text.split()
    han = sum("\u4e00" <= c <= "\u9fff" for c in text)
    if (han == 0 and len(words) > 4) or han > 20:
        return False
    for guard in lists("desk_words.alias.guard"):
        text = text.replace(guard, "")
    stops = lists("desk_words.alias.stop")
    return not any(w in text if not w.isascii() else f" {w} " in f" {text} " for w in stops)


def _goods(name: str, products: Sequence[Goods]) -> Goods:
    """The product that is meant: by its code, or the only title that has these words in it."""
    plain = fold(name).strip()
    words = plain.split()
    titles = _folded(tuple(products))
    exact = [g for code, _, g in titles if code == plain]
    found = exact or [g for _, title, g in titles if all(w in title for w in words)]
    return found[0] if len(found) == 1 else Goods(0, name.strip())


@lru_cache(maxsize=8)
def _folded(products: tuple[Goods, ...]) -> tuple[tuple[str, str, Goods], ...]:
    return tuple((fold(g.code), fold(g.title), g) for g in products)


def _loose_product(line: Line, products: Sequence[Goods], values: dict[str, object]) -> None:
    """Without a count: words that are in exactly one title of what is known."""
    if not products or len(products) > 3000:
        return
    parts = [
        (a + m.start(), a + m.end())
        for a, b in note.pieces(line.plain, line.found)
        for m in re.finditer(_PART, line.plain[a:b])
    ]
    for start, end in parts[:8]:
        span = _clean(line, start, end)
        if not span or span[1] - span[0] < 2:
            continue
        goods = _goods(line.plain[span[0] : span[1]], products)
        if goods.id:
            line.take("product", *span, goods)
            values |= {"product": goods.title, "product_id": goods.id}
            return
