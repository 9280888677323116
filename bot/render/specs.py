"""A reading as a picture spec: a line for a series, bars for a ranking, steps for a why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from bot import money
from bot.i18n import Translator
from bot.metrics.catalogue import METRICS, TIMES
from bot.metrics.reading import Reading, Row
from bot.periods import Period
from bot.promos import Promotion
from bot.render import figures, pictures
from bot.render.figures import adding_up, change, drawn_change, major, short
from bot.render.pictures import LINE_POINTS, AnyPicture, Line, Ranking, Style, Waterfall

_BARS = 10
_PART = 12  # cells of the name under a step
_SHADED = 45  # days up to which promotions are drawn


def picture(
    reading: Reading, t: Translator, today: date, style: Style, promotions: Sequence[Promotion] = ()
) -> AnyPicture | None:
    """What to draw, or None where words say it all or there is nothing to draw."""
    if reading.refused or len(reading.totals) != 1:
        return None
    if reading.parts:
        return _waterfall(reading, t, today, style)
    by = reading.query.by
    known = [row for row in reading.rows if row.cells[0].value is not None]
    if len(by) != 1 or any((row.cells[0].value or 0) < 0 for row in known):
        return None
    if by[0] in TIMES and by[0] != "weekday":
        return _line(reading, t, today, style, promotions) if len(known) >= LINE_POINTS else None
    shown = known[:_BARS]
    return _ranking(reading, shown, t, today, style) if len(shown) > 1 else None


def _as_of(reading: Reading, t: Translator) -> str:
    if reading.as_of is None or not reading.stores:
        return ""
    zone = ZoneInfo(reading.stores[0].timezone)
    local = reading.as_of.astimezone(zone)
    time = f"{t.short_date(local.date())} {t.clock(reading.as_of, zone)}"
    return t("answer.as_of", time=time)


def _subtitle(reading: Reading, kind: str, t: Translator, today: date) -> str:
    query = reading.query
    words = {
        "metric": figures.name(reading.metrics[0], t),
        "range": figures.dates(query.period, t, today),
    }
    if query.compare is None:
        return t(f"answer.chart.{kind}", **words)
    base = figures.base(query.compare, query.span, t, today)
    before = figures.dates(query.compare.period, t, today)
    return t(f"answer.chart.{kind}_base", **words, base=base, before=before)


def _title(reading: Reading, t: Translator, today: date) -> str:
    """近30天 ¥851.5万，+21.9%."""
    metric, cell = reading.metrics[0], reading.totals[0].cells[0]
    words = {
        "span": figures.span(reading.query.span, t, today).partition(" ")[0],
        "value": short(metric, cell.value, reading.totals[0].currency, t),
    }
    if reading.query.span.kind == "dates" or t.language == "en" or metric.unit != "money":
        words["span"] = figures.name(metric, t)
    if cell.change is None:
        return t("answer.chart.value", **words)
    return t("answer.chart.value_change", **words, change=change(metric, cell, t))


def _line(
    reading: Reading, t: Translator, today: date, style: Style, promotions: Sequence[Promotion]
) -> Line:
    metric, rows, currency = reading.metrics[0], reading.rows, reading.totals[0].currency
    now = tuple(major(metric, row.cells[0].value, currency) for row in rows)
    base = tuple(major(metric, row.cells[0].base, currency) for row in rows)
    compared = reading.query.compare is not None and any(v is not None for v in base)

    def series(values: pictures.Values, name: str) -> pictures.Series:
        last = next((v for v in reversed(values) if v is not None), 0.0)
        scale = 10 ** money.digits(currency) if metric.unit == "money" else 1
        return pictures.Series(values, name, short(metric, last * scale, currency, t))

    windows = _windows(reading, t, today, promotions)
    return Line(
        style,
        _title(reading, t, today),
        _subtitle(reading, "line", t, today),
        replace(series(now, figures.name(metric, t)), peaks=_peak(reading, t, today)),
        series(base, t("answer.chart.before")) if compared else None,
        _ticks(reading, t, today, windows),
        windows,
        as_of=_as_of(reading, t),
    )


def _highest(reading: Reading) -> int:
    """The place of the highest value."""
    known = [(row.cells[0].value, -i) for i, row in enumerate(reading.rows)]
    return -max((value, i) for value, i in known if value is not None)[1]


def _peak(reading: Reading, t: Translator, today: date) -> tuple[pictures.Peak, ...]:
    """The highest point in words; the last one has its own already."""
    at = _highest(reading)
    row, metric = reading.rows[at], reading.metrics[0]
    if at == len(reading.rows) - 1 or not row.cells[0].value:
        return ()
    value = short(metric, row.cells[0].value, row.currency, t)
    words = t("answer.chart.peak", when=_tick(reading, row, t, today), value=value)
    return (pictures.Peak(at, words),)


def _ticks(
    reading: Reading, t: Translator, today: date, windows: Sequence[pictures.Promo]
) -> tuple[pictures.Tick, ...]:
    """Ends, peak, starts of promotions, else the middle, with the dates they are compared with.

    What matters more comes first: a tick that would touch an earlier one is left out.
    """
    rows = reading.rows
    places = dict.fromkeys([0, len(rows) - 1, _highest(reading), *(w.start for w in windows)])
    if len(places) < 4:
        places[(len(rows) - 1) // 2] = None
    return tuple(
        pictures.Tick(
            i,
            _tick(reading, rows[i], t, today),
            t.short_date(before, today) if (before := rows[i].before) else "",
        )
        for i in places
    )


def _tick(reading: Reading, row: Row, t: Translator, today: date) -> str:
    key = row.key[0]
    if isinstance(key, date) and reading.query.by[0] in ("day", "week"):
        return t.short_date(key, today)
    return figures.row_name(reading, row, t, today)


def _windows(
    reading: Reading, t: Translator, today: date, promotions: Sequence[Promotion]
) -> tuple[pictures.Promo, ...]:
    period = reading.query.period
    if reading.query.by != ("day",) or period.days > _SHADED:
        return ()
    found = []
    for promotion in promotions:
        days = promotion.period
        start, end = max(days.start, period.start), min(days.end, period.end)
        if promotion.phase or start >= end:
            continue
        found.append(
            pictures.Promo(
                (start - period.start).days,
                (end - period.start).days,
                t(f"promo.{promotion.slug}.name"),
                figures.dates(days, t, today),
            )
        )
    return tuple(found)


def _ranking(
    reading: Reading, rows: Sequence[Row], t: Translator, today: date, style: Style
) -> Ranking:
    metric, total = reading.metrics[0], reading.totals[0]
    compared = reading.query.compare is not None
    new = figures.unfounded(reading)
    bars = tuple(
        pictures.Row(
            figures.row_name(reading, row, t, today),
            major(metric, row.cells[0].value, row.currency) or 0.0,
            short(metric, row.cells[0].value, row.currency, t),
            major(metric, row.cells[0].base, row.currency) if compared else None,
            drawn_change(metric, row.cells[0], t, new=new) if compared else None,
        )
        for row in rows
    )
    return Ranking(
        style,
        _share_title(reading, rows, t) or _title(reading, t, today),
        _subtitle(reading, "ranking", t, today),
        bars,
        note=t(
            f"answer.chart.{'total' if metric.kind == 'sum' else 'overall'}",
            value=short(metric, total.cells[0].value, total.currency, t),
        ),
        as_of=_as_of(reading, t),
    )


def _share_title(reading: Reading, rows: Sequence[Row], t: Translator) -> str:
    """前10占 84%, where the rows are part of a whole."""
    metric, whole = reading.metrics[0], reading.totals[0].cells[0].value
    left_out = reading.others_count or len(reading.rows) > len(rows)
    if not left_out or not whole or reading.query.by[0] not in metric.additive_over:
        return ""
    share = sum(row.cells[0].value or 0 for row in rows) / whole
    top = t("answer.top" if reading.query.order == "desc" else "answer.bottom", n=len(rows))
    return t("answer.chart.share", top=top, share=t.percent(share, 0))


def _waterfall(reading: Reading, t: Translator, today: date, style: Style) -> Waterfall | None:
    compare, total = reading.query.compare, reading.totals[0]
    base, now = reading.split.base or 0, reading.split.value or 0
    if compare is None:
        return None
    sales = METRICS["sales"]

    def bar(period: Period, value: float) -> pictures.Total:
        first, last = (t.short_date(day, today) for day in (period.start, period.last))
        one = period.days == 1
        return pictures.Total(
            t.weekday(period.start) if one else first, major(sales, value, total.currency) or 0.0,
            short(sales, value, total.currency, t),
            (first,) if one else (t("answer.chart.until", date=last),),
        )  # fmt: skip

    _, shares = adding_up([part.share for part in reading.parts], total.currency)
    parts = []
    for part, share in zip(reading.parts, shares, strict=True):
        metric = METRICS[part.slug]
        text = figures.signed(share, total.currency, t)
        good = "good" if share > 0 else "bad" if share < 0 else "neutral"
        parts.append(
            pictures.Part(
                figures.name(metric, t, _PART),
                major(sales, part.share, total.currency) or 0.0,
                pictures.Change(text, "none", good),  # type: ignore[arg-type]  # the literals
                (
                    figures.tile(metric, part.base, total.currency, t),
                    f"→ {figures.tile(metric, part.value, total.currency, t)}",
                ),
            )
        )
    return Waterfall(
        style,
        _finding(reading, t),
        t(
            "answer.chart.why",
            metric=figures.name(sales, t),
            span=figures.span(reading.query.span, t, today),
            base=figures.base(compare, reading.query.span, t, today),
        ),
        bar(compare.period, base),
        tuple(parts),
        bar(reading.query.period, now),
    )


def _finding(reading: Reading, t: Translator) -> str:
    """少卖 ¥2,426，其中支付订单数 −¥2,767: the largest part that went the same way."""
    currency = reading.totals[0].currency
    whole, shares = adding_up([part.share for part in reading.parts], currency)
    along = [(abs(n), i) for i, n in enumerate(shares) if n * whole > 0]
    if not along or len(reading.parts) < 2:
        return moved(reading, t)
    largest = max(along)[1]
    return t(
        "answer.chart.finding",
        moved=moved(reading, t),
        metric=figures.inline(METRICS[reading.parts[largest].slug], t),
        share=figures.signed(shares[largest], currency, t),
    )


def moved(reading: Reading, t: Translator) -> str:
    """少卖 ¥7.29万."""
    currency = reading.totals[0].currency
    change, _ = adding_up([part.share for part in reading.parts], currency)
    if not change:
        return t("answer.same_sold")
    amount = short(METRICS["sales"], abs(change), currency, t)
    return t("answer.more_sold" if change > 0 else "answer.less_sold", amount=amount)
