"""Which product a typed line is about. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.aftersales import note
from bot.aftersales.ground import Goods
from bot.aftersales.line import Found, Line, Words, cuts_a_word
from bot.metrics.words import fold, is_latin, lists


def whole(line: Line, products: Sequence[Goods]) -> None:
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
_CAME = re.compile(
    r"^.{0,4}(?:收到|发来|寄来|拿到|到手|来|发)的(?:却|竟|其实)?(?:是|不是)"
)  # not what was bought
_SIZE = re.compile(r"\d+(?:\.\d+)?\s?(?:[a-z]{1,3}|[\u4e00-\u9fff]{1,2})")  # 2斤, 500ml: of many
_PERSON = re.compile(r"\d(?:号楼|栋|幢|单元)|.(?:[姐哥叔]|阿姨|大妈|先生|女士|太太)$")
_TRIM = " \t,，。;；:：、!！?？/|()（）【】[]+~～—…-*·#\"'“”"


def beside_counts(line: Line, products: Sequence[Goods]) -> None:
    """What the line calls it: after 商品:, or the words beside a count."""
    if known := line.of("product"):
        for count in line.of("quantity")[:8]:
            span = _beside(line, count, products)
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
    for count in counts[:8]:
        if span := _beside(line, count, products):
            line.take("product", *span, _goods(line.text[span[0] : span[1]], products))
            return


def _beside(line: Line, count: Found, products: Sequence[Goods]) -> tuple[int, int] | None:
    """The name before or after a count; 苹果破损2件, 3 expired yogurts: with a fault between."""
    left, right = _left(line, count.start), _right(line, count.end)
    glued_right = right and right[0] == count.end
    glued_left = left and left[1] == count.start
    if glued_right and not glued_left:
        return right
    if left and right and not glued_left and _goods(line.text[slice(*right)], products).id:
        return left if _goods(line.text[slice(*left)], products).id else right
    if left or right:
        return left or right
    ends = {x.end: x for x in line.of("reason")}
    starts = {x.start: x for x in line.of("reason")}
    for gap in range(3):
        fault = ends.get(count.start - gap)
        if fault and not line.plain[fault.end : count.start].strip(" 了掉咗"):
            left = _left(line, fault.start)
            if left and left[1] == fault.start:
                return left
        fault = starts.get(count.end + gap)
        if fault and not line.plain[count.end : fault.start].strip():
            right = _right(line, fault.end)
            if right and right[0] - fault.end <= is_latin(line.plain[right[0]]):
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
    if _CAME.match(line.plain[start:end]):
        return None
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
    if text in lists("desk_words.alias.thing") or _PERSON.search(text):
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
    found = exact or [g for _, title, g in titles if all(_in(w, title) for w in words)]
    return found[0] if len(found) == 1 else Goods(0, name.strip())


def _in(word: str, title: str) -> bool:
    """Whether the title has the word; mugs is a mug."""
    return word in title or (len(word) > 3 and word.isascii() and word.removesuffix("s") in title)


@lru_cache(maxsize=8)
def _folded(products: tuple[Goods, ...]) -> tuple[tuple[str, str, Goods], ...]:
    return tuple((fold(g.code), fold(g.title), g) for g in products)


def loose(line: Line, products: Sequence[Goods]) -> Goods | None:
    """Without a count: words that are in exactly one title of what is known."""
    if not products or len(products) > 3000:
        return None
    parts = [
        (a + m.start(), a + m.end())
        for a, b in note.pieces(line.plain, line.found)
        for m in re.finditer(_PART, line.plain[a:b])
    ]
    for start, end in parts[:8]:
        span = _clean(line, start, end)
        if not span or span[1] - span[0] < 2 or _SIZE.fullmatch(line.plain[slice(*span)]):
            continue
        goods = _goods(line.plain[span[0] : span[1]], products)
        if goods.id:
            line.take("product", *span, goods)
            return goods
    return None
