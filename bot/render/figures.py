"""Figures, changes, periods and names of a reading in the reader's words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot import money
from bot.i18n import MINUS, NONE, Translator, catalogue
from bot.i18n import signed as with_sign
from bot.metrics import explain
from bot.metrics.bases import Compare, Span
from bot.metrics.catalogue import METRICS, TIMES, Metric
from bot.metrics.query import Note, Query
from bot.metrics.reading import Cell, Reading, Row, Value
from bot.metrics.scope import StoreInfo
from bot.periods import DAY, Period
from bot.render import durations
from bot.render.html import cells
from bot.render.pictures import Change, Polarity

# what is said where the key of a row is not known
_UNKNOWN = {"agent": "issuestats.nobody", "reason": "issuestats.no_reason"}
_SMALL_CHANGE = 0.02  # of a ranking; less has no colour


def name(metric: Metric, t: Translator, room: int = 0) -> str:
    """The metric's name; its short form where the name is wider than `room` cells."""
    words, short_form = t(f"metric.{metric.slug}.name"), f"answer.short.{metric.slug}"
    return t(short_form) if room and cells(words) > room and t.has(short_form) else words


def inline(metric: Metric, t: Translator, room: int = 0) -> str:
    """The name inside a sentence: Orders → orders, but CTR stays."""
    words = name(metric, t, room)
    return words[:1].lower() + words[1:] if words[1:2].islower() else words


def sentence(words: str) -> str:
    """With a capital where the script has them."""
    return words[:1].upper() + words[1:]


# values --------------------------------------------------------------------------------------


def full(metric: Metric, value: Value, currency: str, t: Translator) -> str:
    """¥207,862.00 · 1,204 · 4.20% · 1.35, "–" where it is not known."""
    if value is None:
        return NONE
    if metric.unit == "money":
        return t.money(value, currency)
    return _plain(metric, value, t)


def short(metric: Metric, value: Value, currency: str, t: Translator) -> str:
    """For a picture: large amounts and counts compact, amounts below 10,000 whole."""
    if value is None:
        return NONE
    if metric.unit == "money":
        return t.money_compact(value, currency)
    return t.compact(value) if metric.unit == "count" else _plain(metric, value, t)


def tile(metric: Metric, value: Value, currency: str, t: Translator) -> str:
    """For a tile: sums ¥7,056 and ¥1.82万, averages ¥126.90, counts 39,000, rates 4.20%."""
    if value is None:
        return NONE
    if metric.unit == "money":
        average = metric.kind == "ratio" and abs(value) < 10_000 * 10 ** money.digits(currency)
        return t.money(value, currency) if average else t.money_compact(value, currency)
    if metric.unit == "count":
        return t.number(value) if abs(value) < 100_000 else t.compact(value)
    return _plain(metric, value, t)


def bare(metric: Metric, value: Value, currency: str, t: Translator) -> str:
    """For a table: no sign of currency, cents only where the amount is small."""
    if value is None:
        return NONE
    if metric.unit != "money":
        return _plain(metric, value, t)
    major = value / 10 ** money.digits(currency)
    if abs(major) >= 10_000_000:
        return t.compact(major)
    return t.number(major, money.digits(currency) if abs(major) < 1_000 else 0)


def major(metric: Metric, value: Value, currency: str) -> float | None:
    """The value in major units, for charts and JSON; ratios stay fractions."""
    if value is None:
        return None
    if metric.unit == "money":
        return float(round(value / 10 ** money.digits(currency), 6))
    return value


def _plain(metric: Metric, value: float, t: Translator) -> str:
    if metric.unit == "ratio":
        return t.percent(value, 2)
    if metric.unit == "minutes":
        return durations.spell(value, t)
    return t.number(value, {"count": 0, "number": 2, "score": 2, "days": 1}.get(metric.unit, 0))


def change(
    metric: Metric, cell: Cell, t: Translator, *, narrow: bool = False, new: str = "answer.new"
) -> str:
    """−26.0%, in rates −0.20 pt, in scores −0.02; new from nothing, "–" where it cannot be said."""
    if cell.value is None or cell.base is None:
        return NONE
    if metric.unit == "ratio":
        difference = cell.value - cell.base
        sign = MINUS if difference < 0 else "+"
        points = f"{abs(difference) * 100:.2f}"
        key = "answer.points_narrow" if narrow else "number.points"
        return with_sign(sign, t(key, value=points))
    if metric.unit == "score":
        moved = round(cell.value - cell.base, 2)
        return with_sign(MINUS if moved < 0 else "+", t.number(abs(moved), 2))
    if not cell.base:
        return t(new) if cell.value else NONE
    return NONE if cell.change is None else t.signed_percent(cell.change)


def difference(metric: Metric, cell: Cell, currency: str, t: Translator) -> str:
    """(−72,977), or "" for rates and where there is no base."""
    if cell.difference is None or metric.unit not in ("money", "count") or not cell.base:
        return ""
    text = bare(metric, abs(cell.difference), currency, t)
    return f"({with_sign(MINUS if cell.difference < 0 else '+', text)})"


def adding_up(parts: Sequence[int], currency: str) -> tuple[int, list[int]]:
    """Total and parts (minor units) rounded to what is shown of the largest, and still adding up.

    Whole units of the currency below 10,000 of them, else three figures.
    """
    total = sum(parts)
    unit: int = 10 ** money.digits(currency)
    largest = max((abs(n) for n in (total, *parts)), default=0) // unit
    step = unit * (10 ** (len(str(largest)) - 3) if largest >= 10_000 else 1)
    whole = round(total / step)
    return whole * step, [n * step for n in explain.whole([p / step for p in parts], whole)]


def drawn_change(
    metric: Metric, cell: Cell, t: Translator, base: str = "", new: str = "answer.was_zero"
) -> Change:
    """The change for a picture: glyph for its direction, polarity for its judgement."""
    difference, share = cell.difference, cell.change
    if difference is not None and metric.unit == "ratio":
        text = t.points(difference)  # which a rate that was zero has too
    elif difference is None or share is None:
        text = t(new) if cell.value and cell.base == 0 else NONE
        return Change(text, polarity="missing", base=base)
    elif metric.unit == "score":
        text = t.number(abs(difference), 2)
    else:
        text = t.signed_percent(share) if share >= 9.995 else t.percent(abs(share))
    polarity: Polarity = "neutral"
    if cell.thin:
        polarity = "missing"
    elif (
        share is None or abs(share) >= _SMALL_CHANGE or metric.unit == "score"
    ) and metric.up_good is not None:
        polarity = "good" if (difference > 0) == metric.up_good else "bad"
    moved = with_sign("+", text) != text  # a rounded zero points nowhere
    glyph = "none" if not moved else "up" if difference > 0 else "down"
    return Change(text, glyph, polarity, base)  # type: ignore[arg-type]  # one of the literals


# periods -------------------------------------------------------------------------------------


def dates(period: Period, t: Translator, today: date) -> str:
    first = t.short_date(period.start, today)
    if period.days <= 1:
        return first
    return t("answer.range", start=first, end=t.short_date(period.last, today))


def span(span: Span, t: Translator, today: date) -> str:
    """昨日 11-22 周日 · 近7天 11-16…11-22 · 本月至今 …: the dates are always printed."""
    period = span.period
    range_ = dates(period, t, today)
    if span.kind == "promo":
        slug, _, phase = span.name.partition(".")
        promo = t(f"promo.{slug}.name")
        promo = t("answer.span.promo_day", name=promo) if phase else promo
        return t("answer.span.named", name=promo, range=range_)
    if period.days == 1:
        back = (today - period.start).days
        key = {0: "today", 1: "yesterday"}.get(back, "day")
        return t(f"answer.span.{key}", date=range_, weekday=t.weekday(period.start))
    if span.kind == "to_date":
        return t(f"answer.span.to_date_{span.name}", range=range_)
    if span.kind in ("month", "quarter", "year"):
        return t("answer.span.named", name=unit_name(span.kind, period.start, t), range=range_)
    if span.kind == "week":
        last = period.end <= today < period.end + 7 * DAY
        return t(f"answer.span.{'last_week' if last else 'week'}", range=range_)
    if span.kind == "last":
        return t("answer.span.last", n=period.days, range=range_)
    return t("answer.span.dates", range=range_)


def unit_name(unit: str, start: date, t: Translator) -> str:
    """2026年11月 · Q4 2026 · 2026."""
    if unit == "month":
        month = t.lines("date.months")[start.month - 1]
        return t("answer.month_of_year", month=month, year=start.year)
    if unit == "quarter":
        return t("answer.quarter", q=(start.month + 2) // 3, year=start.year)
    return t("answer.year", year=start.year)


def base(compare: Compare, span: Span, t: Translator, today: date) -> str:
    """较上周日 11-15 · 较前7天 11-09…11-15: never only the word."""
    period, now = compare.period, span.period
    range_ = dates(period, t, today)
    if period.days == 1 and now.days == 1:
        back = (now.start - period.start).days
        key = {1: "day_before", 7: "weekday", 364: "same_day"}.get(back, "day")
        return t(f"answer.base.{key}", date=range_, weekday=t.weekday(period.start))
    if compare.kind in ("last_year", "last_week"):
        return t(f"answer.base.{compare.kind}", range=range_)
    if compare.kind == "previous":
        keys = {"last": "days", "promo": "days", "dates": "days"}
        return t(f"answer.base.{keys.get(span.kind, span.kind)}", range=range_, n=now.days)
    return t("answer.base.dates", range=range_)


# the question and its rows -------------------------------------------------------------------


def understood(query: Query, t: Translator, today: date, stores: Sequence[StoreInfo] = ()) -> str:
    """支付金额 · 昨日 11-22 周日 · 按商品 前5 · 较上周日 11-15."""
    parts = []
    if not query.panel:
        parts.append(t("answer.comma").join(inline(METRICS[m], t) for m in query.metrics))
    parts.append(span(query.span, t, today))
    names = {store.key: store.name for store in stores}
    in_words = {"region": region, "channel": channel}
    values = [
        in_words[dim](value, t) if dim in in_words else names.get(value, value)
        for dim, chosen in query.filters
        for value in chosen
    ]
    if values:
        shown = t("answer.comma").join(values[:3]) + ("…" if len(values) > 3 else "")
        parts.append(t("answer.only", values=shown))
    by = " ".join(t(f"dim.{b}.by") for b in query.by)
    if query.top:
        by = f"{by} {t('answer.top' if query.order == 'desc' else 'answer.bottom', n=query.top)}"
    parts += [by] if by else []
    if query.compare:
        parts.append(base(query.compare, query.span, t, today))
    return sentence(t("answer.separator").join(parts))


def row_name(reading: Reading, row: Row, t: Translator, today: date) -> str:
    """What a line of the table is about; codes first."""
    by = reading.query.by
    return " ".join(
        key_name(b, value, row.name, t, today) for b, value in zip(by, row.key, strict=True)
    )


def key_name(by: str, value: int | str | date | None, name: str, t: Translator, today: date) -> str:
    """One value of a breakdown in words."""
    if value is None:
        return t(_UNKNOWN.get(by, "answer.nobody"))
    if by == "agent":
        return str(value)
    if by == "reason":
        return reason(str(value), name, t)
    if by == "product":
        return name if str(value) in name else f"{value} {name}".strip()
    if by == "store":
        return name or str(value)
    if by in ("region", "channel"):
        return (region if by == "region" else channel)(name or str(value), t)
    if by == "hour":
        return t("answer.hour", hour=f"{value:02d}")
    if by == "weekday" and isinstance(value, int):
        return t.lines("date.weekdays")[value - 1]
    if isinstance(value, date):
        if by in ("month", "quarter"):
            return unit_name(by, value, t)
        day = t.short_date(value, today)
        if by == "week":
            return f"{day}…"
        return t("answer.span.day", date=day, weekday=t.weekday(value))
    return name or str(value)


def reason(slug: str, ours: str, t: Translator) -> str:
    """A reason's name; of one that the team added, its own."""
    return t(f"desk.reason.{slug}") if t.has(f"desk.reason.{slug}") else ours or slug


def region(stored: str, t: Translator) -> str:
    """A Chinese province in the reader's language; any other region as the shop's data has it."""
    provinces: list[str] = catalogue("zh-hans")["ask.words.regions"]
    tails: list[str] = catalogue("zh-hans")["ask.words.region_tails"]
    short = next((stored.removesuffix(x) for x in tails if stored.endswith(x)), stored)
    if t.language == "zh-hans" or short not in provinces:
        return stored
    return t.lines("ask.words.regions")[provinces.index(short)]


def channel(stored: str, t: Translator) -> str:
    """A known Chinese channel in the reader's language; any other as the shop's data has it."""
    known: list[str] = catalogue("zh-hans")["ask.words.channels"]
    return t.lines("ask.words.channels")[known.index(stored)] if stored in known else stored


def unfounded(reading: Reading) -> str:
    """What a row that was nothing before is called: a product is new, an hour is not."""
    return "answer.was_zero" if {*TIMES, "store"}.intersection(reading.query.by) else "answer.new"


def others_name(reading: Reading, t: Translator) -> str:
    return t("answer.others", n=reading.others_count)


def remark(note: Note, t: Translator, today: date) -> str:
    """A note in the reader's words."""
    params: dict[str, Any] = dict(note.params)
    if "metric" in params:
        params["metric"] = t(f"metric.{params['metric']}.name")
    if "source" in params:
        params["source"] = t(f"ask.source.{params['source']}")
    if "by" in params:
        params["by"] = t(f"dim.{params['by']}.name")
    if unit := params.get("unit"):
        params |= {"unit": t(f"answer.unit.{unit}"), "unit_name": t(f"answer.unit.{unit}_name")}
    if day := params.get("day"):
        params["day"] = t.short_date(date.fromisoformat(str(day)), today)
    if currency := params.get("currency"):
        for amount in ("lines", "platform"):
            params[amount] = t.money_compact(int(params[amount]), str(currency))
    if spans := params.get("spans"):
        params["spans"] = t("answer.comma").join(
            _span(text, t, today) for text in str(spans).split(",")
        )
    return t(f"note.{note.code}", **params)


def _span(text: str, t: Translator, today: date) -> str:
    first, last = map(date.fromisoformat, text.split("/"))
    return dates(Period(first, last + DAY), t, today)


def signed(minor: float, currency: str, t: Translator) -> str:
    """An amount that moved: +¥1.18万, −¥6.98万."""
    return with_sign(MINUS if minor < 0 else "+", t.money_compact(abs(minor), currency))


def moved(minor: float, currency: str, t: Translator) -> str:
    """The same without the currency: +1.18万, −6.98万."""
    amount = t.compact(abs(minor) / 10 ** money.digits(currency))
    return with_sign(MINUS if minor < 0 else "+", amount)


def product(row: Row) -> str:
    """Code first; a title that begins with its code is enough."""
    code = str(row.key[0] or "")
    return row.name if code in row.name else f"{code} {row.name}".strip()
