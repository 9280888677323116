"""The digest as a picture: of one store, or of several with a row each."""

from __future__ import annotations

from datetime import date

from bot.digests.content import Digest, StoreFigures, Tile
from bot.i18n import Translator
from bot.metrics.catalogue import METRICS
from bot.metrics.reading import Row
from bot.render import datastate, figures, pictures
from bot.render.pictures import CUT, Card, Footer, Peak, Promo, Stores, Style, Usual

SALES = METRICS["sales"]
_ROWS = 9  # stores on a card


def picture(d: Digest, t: Translator, style: Style) -> Card | Stores:
    return _card(d, t, style) if len(d.stores) == 1 else _several(d, t, style)


def today(d: Digest) -> date:
    """The day from which the digest looks back."""
    return d.span.period.end


def base(d: Digest, t: Translator) -> str:
    compare = d.query.compare
    return figures.base(compare, d.query.span, t, today(d)) if compare else ""


def usual_range(d: Digest, t: Translator) -> str:
    assert d.usual
    assert d.reading.total
    return t.money_range(d.usual.low, d.usual.high, d.reading.total.currency)


def _card(d: Digest, t: Translator, style: Style) -> Card:
    total = d.reading.total
    assert total
    cell, currency = total.cells[0], total.currency
    assert cell.value is not None
    changes = [figures.drawn_change(SALES, cell, t, base(d, t))]
    if d.last_year.base and d.last_year_compare and d.last_year_compare != d.query.compare:
        year = figures.base(d.last_year_compare, d.query.span, t, today(d))
        changes.append(figures.drawn_change(SALES, d.last_year, t, year))
    return Card(
        style=style,
        store=d.stores[0].store.name,
        date=_date(d, t),
        label=_label(d, t),
        hero=t.money(cell.value, currency, 0),
        compact=t.money_compact(cell.value, currency),
        changes=tuple(changes),
        line=d.line,
        line_start=t.short_date(d.line_period.start),
        line_end=t("digest.yesterday") if d.daily else t.short_date(d.day),
        usual=_usual(d, t),
        promos=_promos(d, t),
        peaks=_peaks(d, t, currency),
        base_line=t("digest.base_line", base=base(d, t)) if base(d, t) else "",
        tiles=tuple(_tile(x, d, currency, t) for x in d.tiles),
        footer=_footer(d, t),
        warning=_warning(d, t),
    )


def _date(d: Digest, t: Translator) -> str:
    return t.long_date(d.day) if d.daily else figures.dates(d.span.period, t, today(d))


def _label(d: Digest, t: Translator) -> str:
    """昨日支付金额, or that of the week or month."""
    words = t("digest.label" if d.daily else f"digest.label_{d.span.kind}")
    return words + share(d, t)


def share(d: Digest, t: Translator) -> str:
    """A sum is never shown as that of stores whose orders are missing."""
    if not d.unsold or len(d.stores) < 2:
        return ""
    return t("digest.some", n=len(d.sold), all=len(d.stores))


def _warning(d: Digest, t: Translator) -> str:
    return datastate.warning([x.state for x in d.stores], t)


def _usual(d: Digest, t: Translator) -> Usual | None:
    if d.usual is None or d.reading.total is None:
        return None
    return Usual(d.usual.low, d.usual.high, t("digest.usual", range=usual_range(d, t)))


def _promos(d: Digest, t: Translator) -> tuple[Promo, ...]:
    """Windows of promotions inside the line's days, as points of the line."""
    line = d.line_period
    found = []
    for p in d.promos:
        start, end = max(p.period.start, line.start), min(p.period.end, line.end)
        if start < end:
            first, last = (start - line.start).days, (end - line.start).days
            found.append(Promo(first, last, t(f"promo.{p.slug}.name")))
    return tuple(found)


def _peaks(d: Digest, t: Translator, currency: str) -> tuple[Peak, ...]:
    """The highest value that the line cuts off, in words."""
    if d.usual is None:
        return ()
    high = [(v, i) for i, v in enumerate(d.line) if v is not None and v > CUT * d.usual.high]
    if not high:
        return ()
    value, index = max(high)
    day = list(d.line_period)[index]
    promo = next((p for p in d.promos if day in p.period), None)
    name = t(f"promo.{promo.slug}.name") if promo else t.short_date(day)
    return (Peak(index, t("digest.peak", name=name, value=t.money_compact(value, currency))),)


def _tile(tile: Tile, d: Digest, currency: str, t: Translator) -> pictures.Tile:
    metric, value = METRICS[tile.slug], tile.cell.value
    if tile.missing:
        return pictures.Tile(figures.name(metric, t), missing=_to_come(tile.missing.who, t))
    return pictures.Tile(
        label=figures.name(metric, t),
        value=figures.tile(metric, value, currency, t),
        compact=figures.short(metric, value, currency, t),
        change=figures.drawn_change(metric, tile.cell, t),
        note=_note(tile.slug, d, t),
        line=tile.line,
        thin=tile.cell.thin,
    )


def _to_come(who: str, t: Translator) -> str:
    return t("digest.to_come_from", who=who) if who else t("digest.to_come")


def _note(slug: str, d: Digest, t: Translator) -> str:
    """未满30天, 投产 3.4, 日均: nobody knows how many of a week's visitors came twice."""
    if slug == "visitors" and not d.daily:
        return t("digest.daily_mean")
    if slug == "refund_rate":
        return t("digest.still_rising")
    roi = d.beside.get("roi")
    if slug == "ad_spend" and roi and roi.value is not None:
        return t("digest.roi_note", roi=f"{roi.value:.1f}")
    return ""


def _several(d: Digest, t: Translator, style: Style) -> Stores:
    """A total for each currency, a row for each store."""
    left = len(d.stores) - _ROWS
    return Stores(
        style=style,
        title=t("digest.stores", n=len(d.stores)),
        date=_date(d, t),
        label=_label(d, t),
        totals=tuple(_sum(row, t) for row in d.reading.totals),
        rows=tuple(_row(x, t) for x in d.stores[:_ROWS]),
        footer=_footer(d, t),
        base_line=t("digest.base_line", base=base(d, t)) if base(d, t) else "",
        more=t("digest.more_stores", n=left) if left > 0 else "",
        warning=_warning(d, t),
    )


def _sum(row: Row, t: Translator) -> pictures.Tile:
    cell = row.cells[0]
    return pictures.Tile(
        label=row.currency,
        value=t.money(cell.value or 0, row.currency, 0),
        compact=t.money_compact(cell.value or 0, row.currency),
        change=figures.drawn_change(SALES, cell, t),
    )


def _row(x: StoreFigures, t: Translator) -> pictures.Tile:
    if not x.state.sold:
        who = next((p.who for p in x.state.lacking if p.kind == "orders"), "")
        return pictures.Tile(x.store.name, missing=_to_come(who, t))
    lacking = t("digest.and").join(datastate.kind(t, p.kind) for p in x.state.lacking)
    return pictures.Tile(
        label=x.store.name,
        value=t.money(x.sales.value or 0, x.store.currency, 0),
        compact=t.money_compact(x.sales.value or 0, x.store.currency),
        change=figures.drawn_change(SALES, x.sales, t),
        note=t("digest.lacks", what=lacking) if lacking else "",
        line=x.line,
    )


def _footer(d: Digest, t: Translator) -> Footer:
    sources = datastate.sources([x.state for x in d.stores], t)
    if d.as_of is None:
        return Footer(t("digest.footer"), sources)
    time = datastate.moment(d.as_of, d.sending.zone, d.sending.planned_at, t)
    return Footer(t("digest.footer"), sources, t("digest.as_of", time=time))
