"""What else happened while sales moved: advertising, scores, promotions. Evidence, not cause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlmodel import Session

from bot.metrics.coverage import coverage
from bot.metrics.names import Names
from bot.metrics.reading import Beside, Cell, Reading
from bot.metrics.scope import StoreInfo
from bot.metrics.sums import Key
from bot.metrics.tables import Table, Tables
from bot.periods import Period
from bot.promos import Promotion

_MOVED = 0.2  # of what a channel spent, below which it is not worth a word
_MOST = 2  # channels
_SCORES = ("description", "service", "logistics")
_BURST, _BURST_TIMES = 5, 1.5  # issues opened, and times those of the base
_POINTS = 0.015  # of a score; platforms show two decimals, and 0.01 is noise


def beside(s: Session, reading: Reading, tables: Tables) -> tuple[Beside, ...]:
    """Promotions, spend by channel, scores of a lone store, a burst of issues: what changed."""
    compare = reading.query.compare
    if compare is None or tables.until_hour is not None:
        return ()
    periods = reading.query.period, compare.period
    return (
        *promotions(tables.scope.promotions, *periods),
        *_spend(s, reading, tables, *periods),
        *_scores(reading, tables, *periods),
        *_issues(reading, tables, *periods),
    )


def promotions(calendar: Sequence[Promotion], now: Period, base: Period) -> Iterator[Beside]:
    """Promotions that run in one of the two periods only."""
    for promotion in calendar:
        if promotion.phase:
            continue
        here, before = _touches(promotion.period, now), _touches(promotion.period, base)
        again = any(
            p.slug == promotion.slug and p.year != promotion.year and _touches(p.period, other)
            for p in calendar
            for other in (now, base)
        )
        if here != before and not again:
            yield Beside("began" if here else "ended", promotion.slug)


def _touches(a: Period, b: Period) -> bool:
    return a.start < b.end and b.start < a.end


def _spend(
    s: Session, reading: Reading, tables: Tables, now: Period, base: Period
) -> Iterator[Beside]:
    """The channels whose spend changed most, where both periods know it of as many days."""
    if not advertised_alike(s, tables, reading.stores, now, base):
        return
    only = frozenset({"spend"})
    after = tables.read(reading.stores, now, ("channel",), only)
    before = tables.read(reading.stores, base, ("channel",), only)
    both = [k for k in after if k in before and _figure(after, k) is not None]
    cells = {key: Cell(_figure(after, key), _figure(before, key)) for key in both}
    moved = [k for k, cell in cells.items() if cell.change and abs(cell.change) >= _MOVED]
    moved.sort(key=lambda key: (-abs(cells[key].difference or 0), str(key)))
    names = Names(s, ("channel",), moved, reading.stores)
    for key in moved[:_MOST]:
        yield Beside("metric", "ad_spend", names(key)[1], cells[key])


def advertised_alike(
    s: Session, tables: Tables, stores: tuple[StoreInfo, ...], now: Period, base: Period
) -> bool:
    """Whether advertising of both periods was imported whole, or of as many days of each store.

    Else a file that is missing would be taken for a channel that stood still.
    """
    found = [
        coverage(s, tables.cut(stores, period, ("channel",)), period.end, "ads", "spend").stores
        for period in (now, base)
    ]
    whole = all(
        n == period.days
        for days, period in zip(found, (now, base), strict=True)
        for n in days.values()
    )
    return bool(found[0]) and (
        found[0] == found[1] or (whole and found[0].keys() == found[1].keys())
    )


def _figure(table: Table, key: Key) -> int | float | None:
    return table[key].get("spend")


def _scores(reading: Reading, tables: Tables, now: Period, base: Period) -> Iterator[Beside]:
    if len(reading.stores) != 1:
        return
    only = frozenset(_SCORES)
    after = tables.read(reading.stores, now, (), only).get((), {})
    before = tables.read(reading.stores, base, (), only).get((), {})
    for name in _SCORES:
        cell = Cell(after.get(name), before.get(name))
        if cell.difference is not None and abs(cell.difference) >= _POINTS:
            yield Beside("metric", f"dsr_{name}", cell=cell)


def _issues(reading: Reading, tables: Tables, now: Period, base: Period) -> Iterator[Beside]:
    """Many more issues than before, where the desk was used in both periods."""
    only = frozenset({"issues_opened"})
    after = tables.read(reading.stores, now, (), only).get((), {}).get("issues_opened")
    before = tables.read(reading.stores, base, (), only).get((), {}).get("issues_opened")
    if after is None or before is None or not tables.desk_used(reading.stores, base):
        return
    if after >= _BURST and after >= _BURST_TIMES * before * now.days / base.days:
        yield Beside("metric", "issues_opened", cell=Cell(after, before))
