"""What stretches of a question mean: metrics, breakdowns, rankings, filters and small markers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from bot.config import LANGUAGES
from bot.i18n import catalogue
from bot.metrics import when
from bot.metrics.bases import KINDS, Span
from bot.metrics.catalogue import BREAKDOWNS, METRICS
from bot.metrics.words import (
    NUMBER,
    Hit,
    aligned,
    find,
    fold,
    is_letter,
    lists,
    matches,
    number,
    template,
)
from bot.promos import Promotion

TOP = 10  # how many a ranking shows when it is not said

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Vocabulary:
    """What a team's questions may name: (code, title) and (key, name) pairs.

    `products` and `campaigns` may be many: they are fetched only for a question that has words left
    over.
    """

    regions: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    campaigns: tuple[str, ...] | Callable[[], tuple[str, ...]] = ()
    products: Pairs | Callable[[], Pairs] = ()
    stores: tuple[tuple[str, str], ...] = ()
    promotions: tuple[Promotion, ...] = ()
    has_today: bool = False  # some of today is already imported


def hits(text: str, today: date, vocabulary: Vocabulary) -> Iterator[Hit]:
    yield from _listed(text, "metric", metric_names())
    yield from when.hits(text, today, vocabulary.promotions)
    for kind in (*KINDS[:1], "last_year", "last_week", "last_month"):
        yield from _listed(text, "compare", [(w, kind) for w in lists(f"ask.words.{kind}")])
    yield from _listed(text, "marker", [(w, w) for w in lists("ask.words.marker")])
    yield from _breakdowns(text)
    yield from _tops(text)
    yield from _listed(text, "why", [(w, w) for w in lists("ask.words.why")])
    yield from _listed(text, "trend", [(w, w) for w in lists("ask.words.trend")])
    yield from _filters(text, vocabulary)


def stray(text: str, hit: Hit, hits: list[Hit]) -> bool:
    """A lone 比, 和 or 较 compares only where a period stands right behind it (not in 占比)."""
    if hit.kind != "marker" or hit.length > 1:
        return False
    before = hit.start - 1
    if before >= 0 and is_letter(text[before]) and not any(h.end == hit.start for h in hits):
        return True
    return not any(
        isinstance(h.value, Span | when.ToDate)
        and h.start >= hit.end
        and not text[hit.end : h.start].strip()
        for h in hits
    )


def _listed(text: str, kind: str, words: object) -> Iterator[Hit]:
    assert isinstance(words, list | tuple)
    for word, value in words:
        for start, end in find(text, word):
            yield Hit(start, end, kind, value)


@cache
def metric_names() -> tuple[tuple[str, str], ...]:
    names: dict[str, str] = {}
    for code in LANGUAGES:
        words = catalogue(code)
        for slug in METRICS:
            for name in (words[f"metric.{slug}.name"], *words[f"metric.{slug}.aliases"]):
                names.setdefault(fold(name), slug)
            names.setdefault(slug, slug)
    return tuple(names.items())


@cache
def _dim_names(entry: str) -> tuple[tuple[str, str], ...]:
    return tuple((word, dim) for dim in BREAKDOWNS for word in lists(f"dim.{dim}.{entry}"))


@cache
def _by_pattern() -> re.Pattern[str]:
    prefixes = "|".join(map(re.escape, lists("ask.words.by")))
    names = sorted({re.escape(w) for w, _ in _dim_names("aliases")}, key=len, reverse=True)
    return re.compile(rf"(?:{prefixes})\s*(?P<dim>{'|'.join(names)})")


def _breakdowns(text: str) -> Iterator[Hit]:
    dims = dict(reversed(_dim_names("aliases")))
    for match in matches(_by_pattern(), text):
        yield Hit(match.start(), match.end(), "by", dims[match["dim"]])
    yield from _listed(text, "by", _dim_names("bare"))


def _tops(text: str) -> Iterator[Hit]:
    for key, order in (("top", "desc"), ("bottom", "asc")):
        for match in matches(template(f"ask.words.{key}", n=NUMBER), text):
            found = re.findall(NUMBER, match[0])
            if found and 1 <= number(found[-1]) <= 100:
                end = match.start() + len(match[0].rstrip())
                yield Hit(match.start(), end, "top", (number(found[-1]), order))
    yield from _listed(text, "top", [(w, (TOP, "desc")) for w in lists("ask.words.ranking")])
    yield from _listed(text, "top", [(w, (TOP, "asc")) for w in lists("ask.words.last_ranking")])


def _filters(text: str, vocabulary: Vocabulary) -> Iterator[Hit]:
    yield from _listed(text, "region", _regions(vocabulary.regions))
    yield from _listed(text, "channel", _channels(vocabulary.channels))
    yield from _listed(text, "store", _stores(vocabulary.stores))


def named(text: str, products: Pairs) -> Iterator[Hit]:
    """Products by their code or whole title."""
    for code, title in products:
        for word in {fold(code), fold(title)}:
            if word and word in text:
                yield from _listed(text, "product", [(word, code)])


def campaigns(text: str, names: tuple[str, ...]) -> Iterator[Hit]:
    """Campaigns by their whole name."""
    yield from _listed(text, "campaign", [(fold(name), name) for name in names if len(name) > 1])


@cache
def _channels(known: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Names and aliases of channels → the names that the team's files use for it."""
    canonical = catalogue("zh-hans")["ask.words.channels"]
    lists_ = ("channels", "channel_aliases")
    place = {word: i for key in lists_ for word, i in aligned(f"ask.words.{key}")}
    stored: dict[int, tuple[str, ...]] = {}
    for name in known:
        if (i := place.get(fold(name))) is not None:
            stored[i] = (*stored.get(i, ()), name)
    names: dict[str, tuple[str, ...]] = {fold(n): (n,) for n in known if len(n) > 1}
    names |= {word: stored.get(i, (canonical[i],)) for word, i in place.items()}
    return tuple(names.items())


@cache
def _stores(stores: Pairs) -> tuple[tuple[str, str], ...]:
    """Key, name and the words of a name that only one store has: 天猫 of 果然鲜 天猫旗舰店."""
    words: dict[str, set[str]] = {}
    for key, name in stores:
        parts = [part for part in name.split() if len(part) > 1]
        short = [part.removesuffix(tail) for part in parts for tail in ("旗舰店", "专营店", "店")]
        for word in (key, name, *parts, *short):
            if len(word) > 1 or word == key:
                words.setdefault(fold(word), set()).add(key)
    return tuple((word, next(iter(keys))) for word, keys in words.items() if len(keys) == 1)


@cache
def _regions(known: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Names and short names of regions → the name the shop's data uses."""
    tails = lists("ask.words.region_tails")
    stored = {_short(fold(name), tails): name for name in known}
    names: dict[str, str] = {}
    provinces = catalogue("zh-hans")["ask.words.regions"]
    for word, i in aligned("ask.words.regions"):
        value = stored.get(fold(provinces[i])) or stored.get(word) or provinces[i]
        for tail in ("", *tails):
            names[f"{word} {tail}".strip() if word.isascii() else word + tail] = value
    for short, name in stored.items():
        names |= {short: name, fold(name): name}
    return tuple((w, v) for w, v in names.items() if len(w) > 1)


def _short(name: str, tails: tuple[str, ...]) -> str:
    tail = next((t for t in tails if name.endswith(t) and len(name) > len(t) + 1), "")
    return name.removesuffix(tail).strip()
