"""Orders changed slice by slice: each slice is one short transaction of facts, rollups, journal.

While an import works on a store nobody else changes that store's facts, so everything is read and
computed outside the write lock; inside it there is only writing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from bot.db import Database
from bot.ingest import facts, rollups
from bot.ingest.bulk import Bulk, Write
from bot.ingest.facts import Change, Place

HOLD = 0.010  # seconds a slice should hold SQLite's write lock; half of it is felt by others
LAST = 0.060  # seconds on PostgreSQL, where it holds up nobody but imports of the same rows
SMALLEST, LARGEST = 100, 4_000  # lines


class Slices:
    """Applies changes; learns from the clock how many lines make a slice."""

    def __init__(self, db: Database, place: Place) -> None:
        self._db, self._place = db, place
        self._buyers = rollups.Buyers(place)
        self._ideal = HOLD if db.is_sqlite else LAST
        self.lines = 500
        self.longest = 0.0  # seconds the write lock was held at most

    def apply(self, changes: Sequence[Change], also: Sequence[Write] = ()) -> None:
        """Make `changes` true, and do `also`, in one transaction."""
        with self._db.read() as s:
            count, bitmaps = self._buyers.plan(Bulk(s), changes)
        shrinks = any(c.before for c in changes)
        sums = rollups.sums(self._place, count, shrinks)
        writes = [*facts.writes(self._place, changes), *sums, *bitmaps, *also]
        with self._db.write() as s:
            began = time.monotonic()
            bulk = Bulk(s)
            for write in writes:
                write(bulk)
        self._learn(time.monotonic() - began)  # the commit is part of it

    def _learn(self, held: float) -> None:
        self.longest = max(self.longest, held)
        ideal = self.lines * self._ideal / max(held, 1e-4)
        self.lines = int(min(max(0.7 * self.lines + 0.3 * ideal, SMALLEST), LARGEST))
