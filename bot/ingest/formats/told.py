"""A table that nobody declared: what its header is, and what its columns are said to be. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.ingest.formats import daily, generic, refunds
from bot.ingest.formats.declare import Format, Kind, fold

MAX_COLUMNS = 40
MAX_NAME = 40

# Of each kind, fields of which one is needed; a person is asked for the first two.
NEEDED: Mapping[Kind, tuple[tuple[str, ...], ...]] = {
    "orders": (("order_no",), ("created", "paid_at"), ("received", "total", "price")),
    "shop_days": (("day",), ("visitors", "sales", "page_views", "buyers", "units")),
    "ads": (("day",), ("spend",)),
    "scores": (("day",), ("description",), ("service",), ("logistics",)),
    "refunds": (("refund_no",), ("status", "applied"), ("amount",)),
}
_FORMATS = (generic.FORMAT, *daily.FORMATS, refunds.GENERIC)


@dataclass(frozen=True)
class Told:
    """A header by its `digest`, and what a team said it means: header cells by field."""

    digest: str
    kind: Kind
    columns: Mapping[str, str]


def digest(cells: Sequence[str]) -> str:
    """The same for a header whatever its spacing, width and case."""
    return hashlib.sha256("\0".join(map(fold, cells)).encode()).hexdigest()


def candidate(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The row that looks most like a header; empty where none does.

    A row of data is none: words alone, all different, above a row with figures. So nobody's name
    or number is taken for a column's.
    """
    best: tuple[str, ...] = ()
    for row, below in pairwise(rows):
        cells = tuple(x.strip() for x in row)
        said = [x for x in cells if x]
        words = all(len(x) <= MAX_NAME and not re.search(r"\d{3}|@", x) for x in said)
        figures = any(re.search(r"\d", x) for x in below)
        if len(best) < len(said) <= MAX_COLUMNS and words and figures:
            best = cells if len(set(said)) == len(said) >= 2 else best
    return best


def propose(kind: Kind, header: Sequence[str]) -> dict[str, str]:
    """Fields by the names that people use; a cell serves one of them."""
    found: dict[str, str] = {}
    names = {fold(x): x for x in header if x}
    for f in _FORMATS:
        if f.kind == kind:
            for field, known in f.columns.items():
                cell = next((names[fold(x)] for x in known if fold(x) in names), None)
                if cell and field not in found and cell not in found.values():
                    found[field] = cell
    return found


def missing(kind: Kind, columns: Mapping[str, str]) -> tuple[str, bool]:
    """The next field to ask for, empty when nothing lacks, and whether another may do instead.

    An empty cell in `columns` says that there is no such column.
    """
    for fields in NEEDED[kind]:
        if any(columns.get(x) for x in fields):
            continue
        open_ = [x for x in fields[:2] if x not in columns] or [fields[0]]
        return open_[0], len(open_) > 1
    return "", False


def as_format(told: Told) -> Format:
    """What to read the table by."""
    base = next(f for f in _FORMATS if f.kind == told.kind)
    columns = {field: (cell,) for field, cell in told.columns.items() if cell}
    return replace(
        base, columns=columns, required=frozenset(columns), one_of=(), without=frozenset()
    )
