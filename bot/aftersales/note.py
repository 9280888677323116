"""What is left of a typed line: the note. Pure.

A clause of which anything was not understood is kept whole, so that it can still be read; one that was
understood to its end stays out.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from functools import cache

from bot.aftersales.line import TAKEN, Found
from bot.aftersales.masks import Span, hide
from bot.metrics.words import fold, lists

# said elsewhere on the card: they are no part of a sentence's meaning
_TECHNICAL = frozenset(
    {"order_no", "refund_no", "tail", "waybill", "assignee", "urgent", "store", "applied", "due"}
)
_STOPS = frozenset(",，。;；!！?？\n\r\t")
_TRIM = " \t\r\n,，。;；:：、!！/|()（）【】[]+~～—…-*·#\"'“”.=&‼❗❕⚠\ufe0f"


def pieces(plain: str, found: Sequence[Found]) -> list[tuple[int, int]]:
    """What nothing was found in, without blanks and stops at its ends."""
    covered = _cover(len(plain), found)
    runs = re.finditer(r"0+", "".join(map(str, covered)))
    out = [_trim(plain, m.start(), m.end()) for m in runs]
    return [(a, b) for a, b in out if a < b and plain[a:b].strip(TAKEN + _TRIM) != ""]


def rest(text: str, found: Sequence[Found], hidden: list[Span]) -> str:
    """The note, masked."""
    covered = _cover(len(text), found)
    technical = _cover(len(text), [x for x in found if x.kind in _TECHNICAL])
    clauses = [
        _kept(text, start, end, covered, technical)
        for start, end in _clauses(text, covered, hidden)
    ]
    out = [hide(text, hidden, *x) for x in clauses if x]
    return " ".join(" ".join(x.split()) for x in out)


def _cover(size: int, found: Sequence[Found]) -> list[int]:
    covered = [0] * size
    for x in found:
        covered[x.start : x.end] = [1] * (x.end - x.start)
    return covered


def _clauses(text: str, covered: list[int], hidden: list[Span]) -> list[tuple[int, int]]:
    """Cut at stops, and at blanks unless they stand between Latin words."""
    masked = _cover(len(text), [Found("", x.start, x.end, None) for x in hidden])
    cuts = [
        i
        for i, c in enumerate(text)
        if not masked[i]
        and not (covered[i] and c not in "\n\r")
        and (
            c in _STOPS
            or (c.isspace() and not _between_latin(text, i))
            or (c in "-–—" and text[i - 1 : i] == " " == text[i + 1 : i + 2])
        )
    ]
    edges = [-1, *cuts, len(text)]
    return [(a + 1, b) for a, b in itertools.pairwise(edges) if a + 1 < b]


def _between_latin(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return before.isascii() and after.isascii() and bool(before.strip()) and bool(after.strip())


def _kept(
    text: str, start: int, end: int, covered: list[int], technical: list[int]
) -> tuple[int, int] | None:
    """A clause of which anything is left that means something; what the card says elsewhere is cut off
    its ends."""
    runs = re.finditer(r"0+", "".join(map(str, covered[start:end])))
    open_ = [_trim(text, start + m.start(), start + m.end()) for m in runs]
    whole = _trim(text, start, end)
    if not any(a < b and _counts(text[a:b], alone=(a, b) == whole) for a, b in open_):
        return None
    while start < end and (technical[start] or text[start] in _TRIM):
        start += 1
    while start < end and (technical[end - 1] or text[end - 1] in _TRIM):
        end -= 1
    return start, end


def _counts(piece: str, *, alone: bool) -> bool:
    """A face behind understood words adds nothing to them."""
    return not _noise(fold(piece)) and (alone or any(c.isalnum() for c in piece))


@cache
def _noises() -> frozenset[str]:
    return frozenset(lists("desk_words.alias.noise"))


def _noise(plain: str) -> bool:
    """Words that lead to what was understood and mean nothing alone: 客户要求, please."""
    text = plain.strip(_TRIM)
    if not text or text in _noises():
        return True
    words = re.split(r"[\s:：]+", text)
    return (len(words) > 1 or text.isascii()) and all(w in _noises() for w in words)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _TRIM:
        start += 1
    while start < end and text[end - 1] in _TRIM:
        end -= 1
    return start, end
