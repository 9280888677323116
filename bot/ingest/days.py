"""Rows by day → tables: upsert with a journal, and giving back. A null never overwrites a value.

Rows are keyed by day and thing: a shop's own row has product 0, a channel's own total campaign 0.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Table

from bot.db.facts import AdDay, DayJournal, ScoreDay, ShopDay
from bot.ingest.bulk import Bulk, Write, primary, replacing, table
from bot.ingest.facts import Place
from bot.ingest.formats.declare import DAY_VALUES

Values = tuple[int | None, ...]
Key = tuple[str, int, int]  # ISO day and two numbers, 0 where the table has fewer

BATCH = 400  # rows of one transaction


class Row(NamedTuple):
    """What a file tells; `rows` of it made this one."""

    key: Key
    values: Values
    rows: int = 1


@dataclass(frozen=True)
class Kind:
    """A table by day."""

    table: Table
    ids: tuple[str, ...]  # what stands in the key beside the day
    values: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return ("team_id", "day", "store_id", *self.ids, *self.values, "last_import")

    def key(self, found: Sequence[object]) -> Key:
        """From a row that begins with day and ids."""
        day, *ids = found[: 1 + len(self.ids)]
        a, b = (*ids, 0, 0)[:2]
        return str(day), int(str(a)), int(str(b))

    def ids_of(self, key: Key) -> tuple[int, ...]:
        _, *ids = key
        return tuple(int(x) for x in ids[: len(self.ids)])


KINDS: Mapping[str, Kind] = {
    "shop_days": Kind(table(ShopDay), ("product_id",), tuple(DAY_VALUES["shop_days"])),
    "ads": Kind(table(AdDay), ("channel_id", "campaign_id"), (*DAY_VALUES["ads"], "window_days")),
    "scores": Kind(table(ScoreDay), (), tuple(DAY_VALUES["scores"])),
}
_JOURNAL = table(DayJournal)
Known = dict[Key, tuple[Values, int]]  # values and the import that wrote them


@dataclass
class Outcome:
    """Rows of the file, and what makes them true."""

    new: int
    changed: int
    unchanged: int
    writes: list[Write]


def plan(
    bulk: Bulk,
    place: Place,
    import_id: int,
    kind: str,
    rows: Sequence[Row],
    units: Mapping[str, int],
) -> Outcome:
    """Compare `rows` with what is known; `units` is what their values can tell apart."""
    k = KINDS[kind]
    known = lookup(bulk, place, k, [r.key for r in rows])
    out = Outcome(0, 0, 0, [])
    after: list[Row] = []
    for row in rows:
        if row.key not in known:
            out.new += row.rows
            after.append(row)
            continue
        old = known[row.key][0]
        values = _reconcile(k, old, row.values, units)
        if values == old:
            out.unchanged += row.rows
        else:
            out.changed += row.rows
            after.append(Row(row.key, values))
    if after:
        out.writes = [
            *_journal(import_id, kind, [(r.key, known.get(r.key)) for r in after]),
            *_put(place, k, [(r.key, (r.values, import_id)) for r in after]),
        ]
    return out


def _reconcile(k: Kind, old: Values, new: Values, units: Mapping[str, int]) -> Values:
    return tuple(
        a if b is None or (a is not None and _coarser(a, b, units.get(name, 1))) else b
        for name, a, b in zip(k.values, old, new, strict=True)
    )


def _coarser(old: int, new: int, unit: int) -> bool:
    """Whether `new` is `old` rounded or cut to whole units."""
    cut, rounded = old - old % unit, (old + unit // 2) // unit * unit
    return unit > 1 and new in (cut, rounded)


def lookup(bulk: Bulk, place: Place, k: Kind, keys: Sequence[Key]) -> Known:
    """What is known of these keys; they should lie close together in time."""
    if not keys:
        return {}
    names = (bulk.text("day"), *k.ids, *k.values, "last_import")
    sql = (
        f"SELECT {', '.join(names)} FROM {k.table.name}"
        " WHERE team_id = ? AND day BETWEEN ? AND ? AND store_id = ?"
    )
    days = [key[0] for key in keys]
    wanted = set(keys)
    found: Known = {}
    for row in bulk.rows(sql, place.team, min(days), max(days), place.store):
        key = k.key(row)
        if key in wanted:
            found[key] = tuple(row[1 + len(k.ids) : -1]), int(row[-1])
    return found


def _put(place: Place, k: Kind, rows: Iterable[tuple[Key, tuple[Values, int]]]) -> list[Write]:
    ready = [
        (place.team, key[0], place.store, *k.ids_of(key), *values, last)
        for key, (values, last) in rows
    ]
    keys = primary(k.table)
    clash = replacing(keys, [x for x in k.columns if x not in keys])
    return [lambda bulk: bulk.put(k.table, k.columns, ready, clash)]


# the journal ---------------------------------------------------------------------------------


def _journal(
    import_id: int, kind: str, rows: Iterable[tuple[Key, tuple[Values, int] | None]]
) -> list[Write]:
    """Rows as they were; empty where there was none. An import's first version of each is kept."""
    ready = [
        (import_id, kind, json.dumps(key), json.dumps([*old[0], old[1]]) if old else "")
        for key, old in rows
    ]
    clash = f"({', '.join(primary(_JOURNAL))}) DO NOTHING"
    columns = ("import_id", "kind", "key", "before")
    return [lambda bulk: bulk.put(_JOURNAL, columns, ready, clash)]


@dataclass(frozen=True)
class Returned:
    restored: int
    removed: int
    writes: tuple[Write, ...]


def returning(bulk: Bulk, place: Place, import_id: int) -> Returned | None:
    """A batch of what import changed, to be given back; None where nothing is left."""
    sql = "SELECT kind, key, before FROM day_journal WHERE import_id = ? ORDER BY kind, key LIMIT ?"
    found = bulk.rows(sql, import_id, BATCH)
    if not found:
        return None
    writes: list[Write] = []
    for kind in dict.fromkeys(x[0] for x in found):
        k, mine = KINDS[kind], [x for x in found if x[0] == kind]
        old = [(_key(key), json.loads(before)) for _, key, before in mine if before]
        gone = [_key(key) for _, key, before in mine if not before]
        writes += _put(place, k, [(key, (tuple(v[:-1]), v[-1])) for key, v in old])
        keys = [(place.team, key[0], place.store, *k.ids_of(key)) for key in gone]
        writes.append(lambda bulk, k=k, keys=keys: bulk.drop(k.table, primary(k.table), keys))  # type: ignore[misc]  # mypy cannot type a default
    entries = [(import_id, kind, key) for kind, key, _ in found]
    writes.append(lambda bulk: bulk.drop(_JOURNAL, ("import_id", "kind", "key"), entries))
    restored = sum(1 for x in found if x[2])
    return Returned(restored, len(found) - restored, tuple(writes))


def touched(bulk: Bulk, place: Place, import_id: int) -> tuple[set[str], set[int]]:
    """Days of this import's rows that later imports wrote, and those imports."""
    found = bulk.rows("SELECT kind, key FROM day_journal WHERE import_id = ?", import_id)
    days: set[str] = set()
    imports: set[int] = set()
    for kind, k in KINDS.items():
        keys = [_key(key) for x, key in found if x == kind]
        for key, (_, last) in lookup(bulk, place, k, keys).items():
            if last != import_id:
                days.add(key[0])
                imports.add(last)
    return days, imports


def _key(text: str) -> Key:
    day, a, b = json.loads(text)
    return day, a, b
