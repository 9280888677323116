"""What has to be said beside the figures: what is missing, and on which basis they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sqlmodel import Session

from bot.metrics import days, issues
from bot.metrics.catalogue import IMPORTED, METRICS, SOLD, Metric
from bot.metrics.coverage import Coverage, ever, spans
from bot.metrics.platform import Difference
from bot.metrics.query import Note, Query, note
from bot.metrics.reading import Row
from bot.metrics.scope import StoreInfo
from bot.metrics.tables import Tables
from bot.periods import DAY

Covers = Mapping[str, Coverage]

RECONCILED = 0.01  # of the platform's figure; less is rounding and late payments
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
    s: Session,
    tables: Tables,
    stores: tuple[StoreInfo, ...],
    totals: Sequence[Row],
    today: date,
    covers: Covers,
    base_covers: Covers,
) -> Iterator[Note]:
    query = tables.query
    ids = tuple(store.id for store in stores)
    yield from _about_metrics(s, tables, ids, today)
    if query.period.start > today:
        yield note("future")
    else:
        yield from _about_days(s, query, totals, ids, covers)
    yield from _about_base(query, totals, len(stores), base_covers)
    if len(totals) == 1 and "sales" in tables.measures:
        yield from _about_platform(tables.difference(stores), totals[0].currency)
    yield from _about_ads(s, tables, stores, today)
    if "store" not in query.by and _adds_visitors(query, stores, totals):
        yield note("visitors_of_stores")
    if len(totals) > 1:
        yield note("currencies")
    if any(cell.thin for total in totals for cell in total.cells):
        yield note("thin")


def _adds_visitors(query: Query, stores: tuple[StoreInfo, ...], totals: Sequence[Row]) -> bool:
    """Whether a total shown counts the visitors of several stores; it may be of one currency."""
    if "visitors" not in query.metrics:
        return False
    place = query.metrics.index("visitors")
    currencies = [store.currency for store in stores]
    return any(
        total.cells[place].value is not None
        and (len(stores) if len(totals) == 1 else currencies.count(total.currency)) > 1
        for total in totals
    )


def _about_metrics(
    s: Session, tables: Tables, stores: tuple[int, ...], today: date
) -> Iterator[Note]:
    query, scope = tables.query, tables.scope
    for metric in (METRICS[slug] for slug in query.metrics):
        known = (
            issues.ever(s, scope.team_id, stores, storeless=scope.whole)
            if metric.source == "issues"
            else _ever(s, metric, stores)
        )
        if not query.panel and not known:
            yield note("not_imported", metric=metric.slug, source=metric.source)
        elif metric.slug == "refund_amount":
            if not tables.by_finish:
                yield note("paid_basis")
        elif metric.slug == "refund_rate" and query.period.last >= today - STILL_RISING * DAY:
            yield note("still_rising")
        by_product = "product" in set(query.by) - metric.additive_over
        if by_product and metric.kind == "sum" and metric.source in SOLD:
            yield note("orders_by_product")


def _ever(s: Session, metric: Metric, stores: tuple[int, ...]) -> bool:
    if metric.source in SOLD:
        return True  # before any import the whole question is refused
    return metric.source in IMPORTED and ever(s, stores, metric.source)


def _about_days(
    s: Session, query: Query, totals: Sequence[Row], stores: tuple[int, ...], covers: Covers
) -> Iterator[Note]:
    """What is missing, by source; a panel shows what there is, and speaks of sales only."""
    for source, cover in covers.items():
        if query.panel and source not in SOLD:
            continue
        if cover.empty:
            if not _told(query, totals, source) and (source in SOLD or ever(s, stores, source)):
                yield note("no_data", source=source)
        elif missing := cover.missing(len(stores)):
            if source in SOLD:
                yield spans("missing_days", missing)
            else:
                yield spans("missing_days_of", missing, source=source)


def _told(query: Query, totals: Sequence[Row], source: str) -> bool:
    """Whether any figure of the source is known all the same."""
    return any(
        cell.value is not None
        for total in totals
        for slug, cell in zip(query.metrics, total.cells, strict=True)
        if METRICS[slug].source == source
    )


def _about_base(query: Query, totals: Sequence[Row], stores: int, covers: Covers) -> Iterator[Note]:
    if query.compare is None or not covers:
        return
    if query.compare.skipped:
        yield note("base_skips_promotion", day=query.compare.skipped.start.isoformat())
    cover = next(iter(covers.values()))
    if cover.empty:
        if all(cell.base is None for total in totals for cell in total.cells):
            yield note("no_base")
    elif missing := cover.missing(stores):
        yield spans("base_missing_days", missing)


def _about_platform(found: Difference | None, currency: str) -> Iterator[Note]:
    """Where order lines and the platform's sheet tell of the same days, but not the same."""
    if found and abs(found.lines - found.platform) > RECONCILED * abs(found.platform):
        yield note("reconcile", lines=found.lines, platform=found.platform, currency=currency)


def _about_ads(
    s: Session, tables: Tables, stores: tuple[StoreInfo, ...], today: date
) -> Iterator[Note]:
    """What advertising sold is counted for some days after the click."""
    query = tables.query
    if query.panel or not {"roi", "ad_sales"}.intersection(query.metrics):
        return
    found = days.windows(s, tables.cut(stores, query.period, query.by))
    known = sorted({n for n in found if n is not None})
    if not found:
        return
    if known:
        yield note("window", days="/".join(map(str, known)))
    if len(known) < len(found):
        yield note("window_unknown")
    if known and query.period.last >= today - known[-1] * DAY:
        yield note("window_open")
