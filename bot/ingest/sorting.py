"""A first look at a file, in the child: whose export it is, by its headers alone."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from bot.ingest import formats, readers

# exports that go by another name than the place where the store sells
SELLS_ON = {"sycm": "taobao", "alimama": "taobao", "qianniu": "taobao"}


class Sells(Protocol):
    """A store."""

    @property
    def platform(self) -> str: ...


S = TypeVar("S", bound=Sells)


def platforms(path: Path, name: str, room: Path) -> list[str]:
    """Of every recognised table; raises UserError for what is no table at all."""
    found = []
    for table in readers.tables(path, name, room):
        top = list(itertools.islice(table.rows, formats.HEADER_WITHIN + 1))
        found += [m.format.platform for m in formats.recognise(top)[:1]]
    return found


def only_store(platforms: Sequence[str], stores: Sequence[S]) -> S | None:
    """The one store that the exports of these platforms can be from; None where that is open."""
    named = {SELLS_ON.get(x, x) for x in platforms} - {"generic"}
    fit = [x for x in stores if named and {x.platform} == named]
    return fit[0] if len(fit) == 1 else None
