"""FORMATS: one declarative file per export, and how a header row is recognised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.ingest.formats import generic, shopify, taobao
from bot.ingest.formats.declare import PERSONAL, Format, fold

FORMATS: tuple[Format, ...] = (*taobao.FORMATS, *shopify.FORMATS, generic.FORMAT)

HEADER_WITHIN = 30  # rows; titles, blank lines and metadata stand above a header, never more


@dataclass(frozen=True)
class Match:
    """A recognised header: `columns` maps our fields to column indexes, `row` counts from 0."""

    format: Format
    row: int
    columns: dict[str, int]
    header: tuple[str, ...]
    personal: tuple[int, ...]  # columns that hold names, addresses, phones or messages


def recognise(rows: Sequence[Sequence[str]]) -> Match | None:
    """The declared format that fits best; the generic table only where no platform's does."""
    best: tuple[tuple[bool, int, int], Match] | None = None
    for i, cells in enumerate(rows[:HEADER_WITHIN]):
        places = _places(cells)
        for f in FORMATS:
            columns = _columns(f, places)
            if not f.lacks(columns):
                score = (f.platform != "generic", len(columns), -i)
                if best is None or score > best[0]:
                    best = score, _match(f, i, columns, cells)
    return best[1] if best else None


def missing(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """What the likeliest format lacks in the likeliest header row, as names of columns.

    Empty where no row looks like a header at all.
    """
    best: tuple[int, int, tuple[str, ...]] = (0, 0, ())
    for cells in rows[:HEADER_WITHIN]:
        places = _places(cells)
        for f in FORMATS:
            columns = _columns(f, places)
            lacks = tuple(f.columns[x][0] for x in f.lacks(columns))
            best = max(best, (len(columns), -len(lacks), lacks), key=lambda b: b[:2])
    return best[2] if best[0] else ()


def hits(cells: Iterable[str]) -> int:
    """How many cells are names of columns we know; the encoding with most hits is the right one."""
    return sum(1 for x in cells if fold(x) in _KNOWN)


def _places(cells: Sequence[str]) -> dict[str, int]:
    """Folded name → index of its first column."""
    places: dict[str, int] = {}
    for i, cell in enumerate(cells):
        places.setdefault(fold(cell), i)
    return places


def _columns(f: Format, places: dict[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for field, names in f.columns.items():
        for name in names:
            if (i := places.get(fold(name))) is not None:
                found[field] = i
                break
    return found


def _match(f: Format, row: int, columns: dict[str, int], cells: Sequence[str]) -> Match:
    personal = tuple(i for i, x in enumerate(cells) if PERSONAL.search(fold(x)))
    return Match(f, row, columns, tuple(x.strip() for x in cells), personal)


_KNOWN = frozenset(fold(name) for f in FORMATS for names in f.columns.values() for name in names)
