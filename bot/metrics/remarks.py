"""What has to be said beside the figures: what is missing, and on which basis they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from bot.metrics.catalogue import IMPORTED, METRICS
from bot.metrics.coverage import Coverage, runs
from bot.metrics.query import Note, Query, note
from bot.metrics.reading import Row
from bot.periods import DAY, Period

STILL_RISING = 30  # days during which refunds of a payment day keep coming in


def refusals(query: Query) -> tuple[Note, ...]:
    """What of the question its metrics cannot honour, by name."""
    asked = [("by", b) for b in query.by] + [("filter", dim) for dim, _ in query.filters]
    return tuple(
        note(f"refused_{what}", metric=slug, by=dim)
        for slug in query.metrics
        for what, dim in asked
        if dim not in METRICS[slug].breakdowns
    )


def remarks(
    query: Query,
    totals: Sequence[Row],
    stores: int,
    today: date,
    cover: Coverage,
    base_cover: Coverage | None,
) -> Iterator[Note]:
    yield from _about_metrics(query, today)
    if any(METRICS[slug].source in IMPORTED for slug in query.metrics):
        yield from _about_days(query, totals, stores, today, cover)
        yield from _about_base(query, totals, stores, base_cover)
    if len(totals) > 1:
        yield note("currencies")
    if any(cell.thin for total in totals for cell in total.cells):
        yield note("thin")


def _about_metrics(query: Query, today: date) -> Iterator[Note]:
    for metric in (METRICS[slug] for slug in query.metrics):
        if metric.source not in IMPORTED:
            yield note("not_imported", metric=metric.slug, source=metric.source)
        elif metric.slug == "refund_amount":
            yield note("paid_basis")
        elif metric.slug == "refund_rate" and query.period.last >= today - STILL_RISING * DAY:
            yield note("still_rising")
        by_product = "product" in set(query.by) - metric.additive_over
        if by_product and metric.kind == "sum" and metric.source in IMPORTED:
            yield note("orders_by_product")


def _about_days(
    query: Query, totals: Sequence[Row], stores: int, today: date, cover: Coverage
) -> Iterator[Note]:
    if query.period.start > today:
        yield note("future")
    elif cover.empty:
        if not any(cell.value is not None for total in totals for cell in total.cells):
            yield note("no_data", source="orders")
    elif missing := runs(cover.missing(stores)):
        yield _missing("missing_days", missing)


def _about_base(
    query: Query, totals: Sequence[Row], stores: int, cover: Coverage | None
) -> Iterator[Note]:
    if query.compare is None or cover is None:
        return
    if query.compare.skipped:
        yield note("base_skips_promotion", day=query.compare.skipped.start.isoformat())
    if cover.empty:
        if all(cell.base is None for total in totals for cell in total.cells):
            yield note("no_base")
    elif missing := runs(cover.missing(stores)):
        yield _missing("base_missing_days", missing)


def _missing(code: str, missing: list[Period]) -> Note:
    spans = ",".join(f"{p.start.isoformat()}/{p.last.isoformat()}" for p in missing[:3])
    return note(code, n=sum(period.days for period in missing), spans=spans)
