"""The morning digest in words and as a card."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot import periods
from bot.digests.content import Digest, StoreDay, Tile
from bot.i18n import Translator
from bot.message import Button, Keyboard, Message
from bot.metrics.catalogue import METRICS
from bot.metrics.reading import Cell
from bot.render import figures, html, pictures, reports
from bot.render.pictures import CUT, Card, Footer, Peak, Promo, Source, Stores, Style, Usual

SALES = METRICS["sales"]
_OPEN = 3  # lines under the card; one more is not worth folding


def morning(digest: Digest, t: Translator, style: Style, question: str, due: datetime) -> Message:
    """Caption, buttons and card; words only where the day is not whole."""
    lines = _lines(digest, t)
    if digest.late:
        lines.append(t("digest.late", time=t.clock(due, _zone(digest))))
    if digest.whole and len(lines) > _OPEN + 1:
        lines = [*lines[:_OPEN], html.quote(lines[_OPEN:])]
    return Message(
        "\n".join(lines),
        _keyboard(digest, t, question) if digest.whole else (),
        pictures.to_json(_picture(digest, t, style)) if digest.whole else "",
        repeat_mark=t("digest.repeat"),
    )


# words --------------------------------------------------------------------------------------


def _lines(d: Digest, t: Translator) -> list[str]:
    """Figure with its base date → why, in money → what hands are needed → data state."""
    if not d.whole:
        return [_unready(d, t)]
    found = [_head(d, t)] if d.reading.total else _rows(d, t)
    found += [*reports.why(d.reading, t), *filter(None, (_unusual(d, t), _refunds(d, t)))]
    if len(d.stores) > 1 and d.reading.total:
        found += _store_rows(d, t)
    assert d.as_of
    return [*found, t("digest.data", time=_moment(d.as_of, d, t))]


def _head(d: Digest, t: Translator) -> str:
    total = d.reading.total
    assert total
    cell = total.cells[0]
    sales = t.money_compact(cell.value or 0, total.currency)
    return _day(d, t, "head", sales=sales) + _changes(d, cell, t)


def _day(d: Digest, t: Translator, key: str, **params: str) -> str:
    weekday = t.lines("date.weekdays_short")[d.day.weekday()]
    return t(f"digest.{key}", date=t.short_date(d.day), weekday=weekday, **params)


def _changes(d: Digest, cell: Cell, t: Translator) -> str:
    """Against last week; and against last year where that is known."""
    compare = d.query.compare
    if compare is None or cell.value is None or cell.base is None:
        return ""
    base = figures.base(compare, d.query.span, t, _today(d))
    words = t("digest.change", base=base, change=figures.change(SALES, cell, t))
    if d.last_year.base and d.last_year_compare:
        year = figures.base(d.last_year_compare, d.query.span, t, _today(d))
        words += t("digest.year", base=year, change=figures.change(SALES, d.last_year, t))
    return words


def _rows(d: Digest, t: Translator) -> list[str]:
    """Amounts of two currencies never add: each store for itself."""
    head = _day(d, t, "head_stores", stores=t("digest.stores", n=len(d.stores)))
    if base := _base(d, t):
        head += t("digest.head_base", base=base)
    return [head, *_store_rows(d, t)]


def _store_rows(d: Digest, t: Translator) -> list[str]:
    return [
        t(
            "digest.row", name=html.escape(x.store.name),
            sales=figures.short(SALES, x.sales.value, x.store.currency, t),
            change=figures.change(SALES, x.sales, t),
        )
        for x in d.stores
    ]  # fmt: skip


def _unusual(d: Digest, t: Translator) -> str:
    total = d.reading.total
    if d.usual is None or total is None or total.cells[0].value is None:
        return ""
    value, low, high = total.cells[0].value, d.usual.low, d.usual.high
    if low <= value <= high:
        return ""
    return t(f"digest.{'below' if value < low else 'above'}", range=_range(d, t))


def _range(d: Digest, t: Translator) -> str:
    assert d.usual
    assert d.reading.total
    return t.money_range(d.usual.low, d.usual.high, d.reading.total.currency)


def _refunds(d: Digest, t: Translator) -> str:
    tile = next((x for x in d.tiles if x.slug == "refund_rate"), None)
    if tile is None or tile.cell.value is None:
        return ""
    return t("digest.refunds", rate=t.percent(tile.cell.value))


def _unready(d: Digest, t: Translator) -> str:
    """A partial day is never shown as a whole one."""
    lacking = [x for x in d.stores if not x.whole]
    names = t("digest.comma").join(html.escape(x.store.name) for x in lacking)
    if d.empty or any(x.exported_at is None for x in lacking):
        return _day(d, t, "missing", stores=names)
    assert d.as_of
    sales = t("digest.comma").join(_so_far(x, t) for x in lacking)
    return _day(d, t, "partial", stores=names, time=_moment(d.as_of, d, t), sales=sales)


def _so_far(x: StoreDay, t: Translator) -> str:
    return figures.short(SALES, x.sales.value, x.store.currency, t)


def _keyboard(d: Digest, t: Translator, question: str) -> Keyboard:
    changes = (("why", "i:why"), ("product", "b:p"), ("region", "b:r"), ("month", "p:month"))
    several = len(d.reading.totals) > 1  # of several currencies, why cannot be said
    return (
        tuple(
            Button(t(f"digest.button.{name}"), data=f"q:{question}:{code}")
            for name, code in changes
            if not (several and name == "why")
        ),
    )


def _zone(d: Digest) -> ZoneInfo:
    return ZoneInfo(d.stores[0].store.timezone)


def _moment(at: datetime, d: Digest, t: Translator) -> str:
    """08:52, with the date where it is not this morning's."""
    local = at.astimezone(_zone(d))
    clock = t.clock(at, _zone(d))
    return clock if local.date() == _today(d) else f"{t.short_date(local.date())} {clock}"


def _today(d: Digest) -> date:
    return d.day + periods.DAY


# picture ------------------------------------------------------------------------------------


def _picture(d: Digest, t: Translator, style: Style) -> Card | Stores:
    return _card(d, t, style) if len(d.stores) == 1 else _several(d, t, style)


def _card(d: Digest, t: Translator, style: Style) -> Card:
    total = d.reading.total
    assert total
    cell, currency = total.cells[0], total.currency
    assert cell.value is not None
    base = _base(d, t)
    changes = [figures.drawn_change(SALES, cell, t, base)]
    if d.last_year.base and d.last_year_compare:
        year = figures.base(d.last_year_compare, d.query.span, t, _today(d))
        changes.append(figures.drawn_change(SALES, d.last_year, t, year))
    return Card(
        style=style,
        store=d.stores[0].store.name,
        date=t.long_date(d.day),
        label=t("digest.label"),
        hero=t.money(cell.value, currency, 0),
        compact=t.money_compact(cell.value, currency),
        changes=tuple(changes),
        line=d.line,
        line_start=t.short_date(d.line_period.start),
        line_end=t("digest.yesterday"),
        usual=_usual(d, t),
        promos=_promos(d, t),
        peaks=_peaks(d, t, currency),
        base_line=t("digest.base_line", base=base) if base else "",
        tiles=tuple(_tile(x, currency, t) for x in d.tiles),
        footer=_footer(d, t),
    )


def _base(d: Digest, t: Translator) -> str:
    compare = d.query.compare
    return figures.base(compare, d.query.span, t, _today(d)) if compare else ""


def _usual(d: Digest, t: Translator) -> Usual | None:
    if d.usual is None or d.reading.total is None:
        return None
    return Usual(d.usual.low, d.usual.high, t("digest.usual", range=_range(d, t)))


def _promos(d: Digest, t: Translator) -> tuple[Promo, ...]:
    """Windows of promotions inside the thirty days, as points of the line."""
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


def _tile(tile: Tile, currency: str, t: Translator) -> pictures.Tile:
    metric, value = METRICS[tile.slug], tile.cell.value
    note = t("digest.still_rising") if tile.slug == "refund_rate" else ""
    return pictures.Tile(
        label=figures.name(metric, t),
        value=figures.tile(metric, value, currency, t),
        compact=figures.short(metric, value, currency, t),
        change=figures.drawn_change(metric, tile.cell, t),
        note=note,
        line=tile.line,
        thin=tile.cell.thin,
    )


def _several(d: Digest, t: Translator, style: Style) -> Stores:
    """A total for each currency, a row for each store."""
    totals = tuple(
        pictures.Tile(
            label=row.currency,
            value=t.money(row.cells[0].value or 0, row.currency, 0),
            compact=t.money_compact(row.cells[0].value or 0, row.currency),
            change=figures.drawn_change(SALES, row.cells[0], t),
        )
        for row in d.reading.totals
    )
    rows = tuple(
        pictures.Tile(
            label=x.store.name,
            value=t.money(x.sales.value or 0, x.store.currency, 0),
            compact=t.money_compact(x.sales.value or 0, x.store.currency),
            change=figures.drawn_change(SALES, x.sales, t),
            line=x.line,
        )
        for x in d.stores[:9]
    )
    return Stores(
        style=style, title=t("digest.stores", n=len(d.stores)), date=t.long_date(d.day),
        label=t("digest.label"), totals=totals, rows=rows, footer=_footer(d, t),
        base_line=t("digest.base_line", base=_base(d, t)),
    )  # fmt: skip


def _footer(d: Digest, t: Translator) -> Footer:
    assert d.as_of
    as_of = t("digest.as_of", time=_moment(d.as_of, d, t))
    return Footer(t("digest.footer"), (Source(t("digest.orders")),), as_of)
