"""FORMATS: one declarative file per export, and how a header row is recognised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.ingest.formats import (
    alimama,
    amazon,
    daily,
    generic,
    qianniu,
    refunds,
    shopee,
    shopify,
    sycm,
    taobao,
    told,
)
from bot.ingest.formats.declare import DAY_VALUES, PERSONAL, Format, fold

FORMATS: tuple[Format, ...] = (
    *taobao.FORMATS, *shopify.FORMATS, *amazon.FORMATS, *sycm.FORMATS, *alimama.FORMATS,
    *qianniu.FORMATS, *shopee.FORMATS, *refunds.FORMATS, refunds.GENERIC, generic.FORMAT,
    *daily.FORMATS,
)  # fmt: skip

HEADER_WITHIN = 30  # rows; titles, blank lines and metadata stand above a header, never more


@dataclass(frozen=True)
class Match:
    """A recognised header: `columns` maps our fields to column indexes, `row` counts from 0."""

    format: Format
    row: int
    columns: dict[str, int]
    header: tuple[str, ...]
    personal: tuple[int, ...]  # columns that hold names, addresses, phones or messages
    told: str = ""  # digest of a header that a person explained


def recognise(
    rows: Sequence[Sequence[str]], kind: str = "", said: Mapping[str, told.Told] | None = None
) -> tuple[Match, ...]:
    """The declared format that fits best; a generic table only where no platform's does.

    A header that is in `said` (by its digest) is what a person said it is.

    A table by day may be of several kinds: the others follow, of the columns that are left. With
    `kind` nothing else is looked for. Empty where no header is recognised.
    """
    for i, cells in enumerate(rows[:HEADER_WITHIN] if said else ()):
        if told_of := (said or {}).get(told.digest([x.strip() for x in cells])):
            f = told.as_format(told_of)
            match = _match(f, i, _columns(f, _places(cells)), cells)
            return (replace(match, told=told_of.digest),)
    best: tuple[tuple[bool, int, int, int], Match] | None = None
    for i, cells in enumerate(rows[:HEADER_WITHIN]):
        places = _places(cells)
        for n, f in enumerate(FORMATS):
            columns = _columns(f, places) if _wanted(f, kind) else {}
            if columns and not f.lacks(columns) and (kind or not _shut_out(f, places)):
                # among generic tables the order in FORMATS is that of preference
                declared = f.platform != "generic"
                score = (declared, len(columns) if declared else -n, len(columns), -i)
                if best is None or score > best[0]:
                    best = score, _match(f, i, columns, cells)
    if best is None:
        return ()
    first = best[1]
    return (
        (first, *_beside(first, rows[first.row])) if first.format.kind in DAY_VALUES else (first,)
    )


def _wanted(f: Format, kind: str) -> bool:
    return not kind or f.kind == kind or (kind == "orders" and f.kind == "order_items")


def _shut_out(f: Format, places: dict[str, int]) -> bool:
    return any(fold(x) in places for x in f.without)


def _beside(first: Match, cells: Sequence[str]) -> list[Match]:
    """What else stands in the same rows of days."""
    found = [first]
    left = _places(cells)
    day = first.columns.get("day")
    for f in FORMATS:
        taken = {i for m in found for i in m.columns.values() if i != day}
        open_ = {name: i for name, i in left.items() if i not in taken}
        columns = _columns(f, open_)
        known = f.kind in {m.format.kind for m in found} or f.kind not in DAY_VALUES
        if not known and columns and not f.lacks(columns) and not _shut_out(f, open_):
            found.append(_match(f, first.row, columns, cells))
    return found[1:]


def missing(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """What the likeliest format lacks in the likeliest header row, as names of columns.

    Empty where no row looks like a header at all.
    """
    best: tuple[int, int, tuple[str, ...]] = (0, 0, ())
    for cells in rows[:HEADER_WITHIN]:
        places = _places(cells)
        for f in FORMATS:
            columns = {} if _shut_out(f, places) else _columns(f, places)
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
            if (i := _place(name, places)) is not None:
                found[field] = i
                break
    return found


def _place(name: str, places: dict[str, int]) -> int | None:
    if not name.startswith("*"):
        return places.get(fold(name))
    return next((i for x, i in places.items() if x.endswith(fold(name))), None)


def _match(f: Format, row: int, columns: dict[str, int], cells: Sequence[str]) -> Match:
    personal = tuple(i for i, x in enumerate(cells) if PERSONAL.search(fold(x)))
    return Match(f, row, columns, tuple(x.strip() for x in cells), personal)


_KNOWN = frozenset(fold(name) for f in FORMATS for names in f.columns.values() for name in names)
