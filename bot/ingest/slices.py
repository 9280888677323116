"""Orders changed slice by slice: each slice is one short transaction of facts, rollups, journal.

While an import works on a store nobody else changes that store's facts, so everything is read and
computed outside the write lock; inside it there is only writing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from sqlmodel import Session

from bot.db import Database
from bot.ingest import facts, rollups
from bot.ingest.facts import Change, Place

HOLD = 0.010  # seconds a slice should hold the write lock; half of it is felt by others
SMALLEST, LARGEST = 100, 4_000  # lines


class Slices:
    """Applies changes; learns from the clock how many lines make a slice."""

    def __init__(self, db: Database, place: Place) -> None:
        self._db, self._place = db, place
        self._buyers = rollups.Buyers(place)
        self.lines = 500
        self.longest = 0.0  # seconds the write lock was held at most

    def apply(self, changes: Sequence[Change], also: Callable[[Session], None]) -> None:
        """Make `changes` true, and what `also` writes, in one transaction."""
        cells = rollups.cells_of(changes)
        with self._db.read() as s:
            self._buyers.plan(s, changes)
        with self._db.write() as s:
            began = time.monotonic()
            facts.write(s, self._place, changes)
            rollups.write_sums(s, self._place, cells, shrinks=any(c.before for c in changes))
            self._buyers.write(s)
            also(s)
        self._learn(time.monotonic() - began)  # the commit is part of it

    def _learn(self, held: float) -> None:
        self.longest = max(self.longest, held)
        ideal = self.lines * HOLD / max(held, 1e-4)
        self.lines = int(min(max(0.7 * self.lines + 0.3 * ideal, SMALLEST), LARGEST))
