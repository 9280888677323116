"""A line of text → a question. A grammar over the catalogue: it says what it understood.

The text is folded (half width, lower case, simplified), every stretch with a meaning is found,
the longest are kept, and what is left over is either small talk or `unknown`: nothing is dropped
silently and nothing is guessed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from bot.errors import UserError
from bot.metrics import meanings, when
from bot.metrics.bases import Compare, CompareKind, Span, base, to_date, usual
from bot.metrics.catalogue import PANEL
from bot.metrics.meanings import Pairs
from bot.metrics.meanings import Vocabulary as Vocabulary
from bot.metrics.query import Note, Query, named_span, note
from bot.metrics.words import (
    Hit,
    fold,
    is_latin,
    is_letter,
    lists,
    longest_first,
    stands_alone,
)

LONGEST = 300  # characters of a question
_ALIKE = 20  # more products than this with the same word in their titles is no product name


@dataclass(frozen=True)
class Asked:
    """What was understood. With `unknown` words the query must not be answered as it stands."""

    query: Query
    unknown: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()  # the nearest metrics


def ask(text: str, today: date, vocabulary: Vocabulary) -> Asked:
    """Read a question asked on the business day `today`; UserError when there is none in it."""
    if not text.strip():
        raise UserError("ask.empty")
    if len(text) > LONGEST:
        raise UserError("ask.too_long", limit=LONGEST)
    products, campaigns = vocabulary.products, vocabulary.campaigns
    asked = _ask(text, today, replace(vocabulary, products=(), campaigns=()), ())
    if not asked.unknown or not (products or campaigns):
        return asked
    named = campaigns() if callable(campaigns) else campaigns
    found = products() if callable(products) else products
    return _ask(text, today, replace(vocabulary, campaigns=named), found)


def _ask(text: str, today: date, vocabulary: Vocabulary, products: Pairs) -> Asked:
    folded = fold(text)
    assert isinstance(vocabulary.campaigns, tuple)
    named = meanings.named(folded, products), meanings.campaigns(folded, vocabulary.campaigns)
    hits = longest_first([*meanings.hits(folded, today, vocabulary), *named[0], *named[1]])
    hits = [h for h in hits if not meanings.stray(folded, h, hits)]
    hits, runs = _leftover(folded, hits, products)
    parts = _Parts(folded, hits, today, vocabulary)
    unknown = [text[start:end].strip() for start, end in sorted([*runs, *parts.spare])]
    query = parts.query()
    if not hits and not unknown:
        unknown = [text.strip()]  # small talk only
    return Asked(query, tuple(unknown), _suggestions(folded, hits, runs) if unknown else ())


# what is left over ---------------------------------------------------------------------------


def _leftover(
    text: str, hits: list[Hit], products: Pairs
) -> tuple[list[Hit], list[tuple[int, int]]]:
    """The hits, with product names found in what was left over, and what nobody knows."""
    covered = {i for hit in hits for i in range(hit.start, hit.end)}
    unknown: list[tuple[int, int]] = []
    found = list(hits)
    for start, end in _runs(text, covered):
        if _is_noise(text[start:end]):
            continue
        first, last = _trimmed(text, start, end)
        codes = _products(text[first:last], products)
        if codes:
            found.append(Hit(first, last, "product", codes))
        elif unknown and is_latin(text[start]) and text[unknown[-1][1] : start].isspace():
            unknown[-1] = unknown[-1][0], end  # neighbouring words are one name
        else:
            unknown.append((start, end))
    return sorted(found, key=lambda h: h.start), unknown


def _runs(text: str, covered: set[int]) -> Iterator[tuple[int, int]]:
    """Stretches of letters and digits that no hit covers, Latin and other scripts apart."""
    start = None
    for i in range(len(text) + 1):
        letter = i < len(text) and i not in covered and is_letter(text[i])
        if start is not None and (not letter or is_latin(text[i]) != is_latin(text[start])):
            yield start, i
            start = None
        if letter and start is None:
            start = i


def _is_noise(run: str) -> bool:
    """Whether the run is made of small words only."""
    small = frozenset(lists("ask.words.noise")) | frozenset(lists("promo.span_words"))
    if is_latin(run[0]):
        return run in small
    reachable = {0}
    for at in range(len(run)):
        if at in reachable:
            reachable |= {at + n for n in range(1, 5) if run[at : at + n] in small}
    return len(run) in reachable


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The run without the small words at its ends (苹果的 → 苹果)."""
    small = [w for w in lists("ask.words.noise") if not w.isascii()]
    while word := next((w for w in small if text[start:end].endswith(w)), ""):
        end -= len(word)
    while word := next((w for w in small if text[start:end].startswith(w)), ""):
        start += len(word)
    return start, end


def _products(word: str, products: Pairs) -> tuple[str, ...]:
    """Codes of the products that have the word in their title, if it tells them apart."""
    if len(word) < 2 or word.isdigit():
        return ()
    codes = []
    for code, title in products:
        folded = fold(title)
        at = folded.find(word)
        if at >= 0 and stands_alone(folded, at, at + len(word)):
            codes.append(code)
    return tuple(codes) if len(codes) <= _ALIKE else ()


def _suggestions(
    text: str, hits: list[Hit], runs: list[tuple[int, int]], limit: int = 3
) -> tuple[str, ...]:
    """The nearest metrics of the unknown words, read together with what they touch."""
    names = dict(meanings.metric_names())
    nearest: dict[str, float] = {}
    for start, end in runs:
        first = next((h.start for h in hits if h.end == start and h.kind == "metric"), start)
        last = next((h.end for h in hits if h.start == end and h.kind == "metric"), end)
        for word in dict.fromkeys((text[first:last], text[start:end])):  # of equals, the longer
            cutoff = 0.6 if word.isascii() else 0.5
            for name in difflib.get_close_matches(word, names, n=8, cutoff=cutoff):
                ratio = difflib.SequenceMatcher(None, word, name).ratio()
                nearest[names[name]] = max(ratio, nearest.get(names[name], 0))
    return tuple(sorted(nearest, key=lambda slug: -nearest[slug])[:limit])


# putting it together -------------------------------------------------------------------------


class _Parts:
    """The hits of one question, sorted by what they say."""

    def __init__(self, text: str, hits: list[Hit], today: date, vocabulary: Vocabulary) -> None:
        self.text, self.hits, self.today, self.vocabulary = text, hits, today, vocabulary
        self.spare: list[tuple[int, int]] = []  # understood, but there is no place for it
        self.notes: list[Note] = []
        self.main, self.base = self._periods()

    def of(self, kind: str) -> list[Hit]:
        return [h for h in self.hits if h.kind == kind]

    def query(self) -> Query:
        span = self._span()
        why = bool(self.of("why"))
        metrics = tuple(dict.fromkeys(str(h.value) for h in self.of("metric")))
        tops = self.of("top")
        self.spare += [(h.start, h.end) for h in tops[1:] if h.value != tops[0].value]
        by = self._by(span, bool(tops))
        top, order = _top_of(tops)
        panel = not metrics and not by and not why
        query = Query(
            span=span,
            metrics=metrics or (PANEL if panel else ("sales",)),
            compare=self._compare(span),
            by=by,
            top=top,
            order=order,
            filters=self._filters(),
            intent="why" if why else "read",
            panel=panel,
            notes=tuple(self.notes),
        )
        if why and query.compare is None:
            query = replace(query, compare=usual(span, self.vocabulary.promotions))
        return query

    def _periods(self) -> tuple[Hit | None, Hit | None]:
        """The period asked for and the one it is set against."""
        periods = [h for h in self.hits if isinstance(h.value, Span | when.ToDate)]
        open_end = [h for h in periods if isinstance(h.value, when.ToDate)]
        if open_end:  # 本月 含今天
            periods = [h for h in periods if h.kind != "today" or self._marked(h)]
        marked = [h for h in periods if self._marked(h)]
        plain = [h for h in periods if h not in marked]
        if not plain and len(marked) > 1:
            plain, marked = marked[:1], marked[1:]
        main = plain[0] if plain else None
        if not marked and len(plain) > 1 and self.of("marker"):
            marked = plain[1:2]  # 11月和10月 对比
        rest = [h for h in periods if h is not main and h not in marked[:1]]
        self.spare += [(h.start, h.end) for h in rest]
        return main, marked[0] if marked else None

    def _marked(self, hit: Hit) -> bool:
        """Whether 对比, 较, vs … stands right before it."""
        return any(
            h.end <= hit.start and not self.text[h.end : hit.start].strip() and h.start > 0
            for h in self.of("marker")
        )

    def _span(self) -> Span:
        if self.main is None:
            return named_span("yesterday", self.today)
        return self._resolved(self.main, aloud=True)

    def _resolved(self, hit: Hit, *, aloud: bool = False) -> Span:
        if isinstance(hit.value, Span):
            return hit.value
        assert isinstance(hit.value, when.ToDate)
        says_today = any(h.kind == "today" for h in self.hits) or any(
            w in self.text for w in lists("ask.words.through_today")
        )
        span, remark = to_date(
            hit.value.unit, self.today,
            through_today=says_today, has_today=self.vocabulary.has_today,
        )  # fmt: skip
        if remark and aloud:
            self.notes.append(note(remark, unit=hit.value.unit))
        return span

    def _compare(self, span: Span) -> Compare | None:
        kinds = [str(h.value) for h in self.of("compare")]
        promotions = self.vocabulary.promotions
        if len(set(kinds)) > 1:
            self.notes.append(note("one_comparison"))
        if kinds:
            kind = "previous" if kinds[0] == "last_month" and span.kind == "to_date" else kinds[0]
            if kind == "last_month":
                return Compare("explicit", when.month_before(span.period))
            return base(kind, span, promotions)  # type: ignore[arg-type]  # one of KINDS
        if self.base is not None:
            return self._against(self.base, span)
        if self.of("marker") and self.hits and self._bare_marker():
            return usual(span, promotions)
        return None

    def _bare_marker(self) -> bool:
        """对比 or "compare" with nothing after it asks for the usual comparison."""
        return any(h.value in lists("ask.words.compare_alone") for h in self.of("marker"))

    def _against(self, hit: Hit, span: Span) -> Compare:
        """对比上周, 对比上月, 较去年 mean the matching part of it; other dates mean themselves."""
        kind = self._kind_of(hit, span)
        if kind is None:
            period = self._resolved(hit).period
            if period != span.period:
                return Compare("explicit", period)
            kind = "last_week" if span.kind in ("day", "week", "last") else "previous"
        return base(kind, span, self.vocabulary.promotions)

    def _kind_of(self, hit: Hit, span: Span) -> CompareKind | None:
        if hit.kind == "last_year":
            return "last_year"
        if hit.kind == "last_week" and span.period.days <= 7:
            return "last_week"
        if hit.kind == "yesterday" and span.kind == "today":
            return "previous"
        previous = base("previous", span, ())
        if span.kind == "to_date" and self._resolved(hit).period.start == previous.period.start:
            return "previous"  # as many days of it
        return None

    def _by(self, span: Span, top: bool) -> tuple[str, ...]:
        hits = self.of("by")
        by = list(dict.fromkeys(str(h.value) for h in hits))
        if self.of("trend") and not any(b in ("day", "week", "month", "hour") for b in by):
            by.append(_trend(span))
        if top and not by:
            by = ["product"]
        self.spare += [(h.start, h.end) for h in hits if h.value in by[2:]]
        return tuple(by[:2])

    def _filters(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        found: dict[str, dict[str, None]] = {}
        for hit in self.hits:
            if hit.kind in ("region", "product", "store", "channel", "campaign"):
                values = hit.value if isinstance(hit.value, tuple) else (str(hit.value),)
                found.setdefault(hit.kind, {}).update(dict.fromkeys(values))
        return tuple((kind, tuple(values)) for kind, values in found.items())


def _top_of(hits: list[Hit]) -> tuple[int | None, Literal["desc", "asc"]]:
    if not hits:
        return None, "desc"
    assert isinstance(hits[0].value, tuple)
    return hits[0].value


def _trend(span: Span) -> str:
    """Steps of a line: hours of one day, days, or months of long periods."""
    days = span.period.days
    return "hour" if days == 1 else "day" if days <= 92 else "month"
