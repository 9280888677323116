"""The digest, the reviews and the nudge in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.digests.content import Digest, StoreFigures
from bot.digests.whole import StoreState
from bot.i18n import Translator
from bot.message import Button, Keyboard, Message
from bot.metrics.reading import Cell
from bot.render import datastate, digest_card, figures, html, pictures, reports
from bot.render.digest_card import SALES, base, today, usual_range
from bot.render.pictures import Style

_OPEN = 3  # lines under the card; one more is not worth folding
_NUMBERS = "①②③④⑤⑥⑦⑧⑨"
_BESIDE = ("more", "late")  # beside what is due next
_MOST = 6  # stores that lack something are listed, then only counted


def morning(
    d: Digest, t: Translator, style: Style, question: str, reviews: Sequence[tuple[str, str]] = ()
) -> Message:
    """Caption, buttons and card; words only where no store's orders are whole.

    `reviews` are (week | month, id of its question): they wait behind buttons.
    """
    lines = _lines(d, t) if d.told else _unready(d, t)
    lines += _marks(d, t)
    card = digest_card.picture(d, t, style) if d.told else None
    if card and len(lines) > _OPEN + 1:
        lines = [*lines[:_OPEN], html.quote(lines[_OPEN:])]
    return Message(
        "\n".join(lines),
        (*(_keyboard(d, t, question) if card else ()), *_reviews(reviews, t)),
        pictures.to_json(card) if card else "",
        repeat_mark=t("digest.repeat"),
    )


def nudge(
    stores: Sequence[StoreState], t: Translator, planned_at: datetime, cut_off: datetime,
    zone: ZoneInfo,
) -> Message:  # fmt: skip
    """Before the digest: which file of which store is missing, and who brings it."""
    owed = _owed(stores, t)
    shown = owed[:_MOST]
    if left := len(owed) - len(shown):
        shown.append(t("nudge.more", n=left))
    words = {"at": t.clock(planned_at, zone), "until": t.clock(cut_off, zone)}
    head = t("nudge.head", **datastate.yesterday(stores, t))
    return Message("\n".join([head, *shown, t("nudge.what", **words)]))


def nudge_member(stores: Sequence[StoreState], t: Translator, cut_off: str) -> Message:
    """The same in private, to whoever brings the files."""
    head = t("nudge.yours", **datastate.yesterday(stores, t))
    theirs = _owed(stores, t, named=False)
    return Message("\n".join([head, *theirs, t("nudge.send", until=cut_off)]))


def _owed(stores: Sequence[StoreState], t: Translator, *, named: bool = True) -> list[str]:
    """天猫旗舰店 还缺 推广(小李)."""
    owed = datastate.owed(stores, t, named=named)
    return [t("nudge.store", store=store, files=files) for store, files in owed]


# words --------------------------------------------------------------------------------------


def _lines(d: Digest, t: Translator) -> list[str]:
    """Figure and base date → why, in money → what else happened → what needs a hand → data."""
    found = [_head(d, t)] if d.reading.total else _rows(d, t)
    found += [*reports.why(d.reading, t), *filter(None, (_unusual(d, t), _rates(d, t)))]
    if len(d.stores) > 1 and d.reading.total:
        found += _store_rows(d, t)
    found += [figures.remark(n, t, today(d)) for n in d.reading.notes if "missing" in n.code]
    return [*found, *_hands(d, t), _data(d, t)]


def _head(d: Digest, t: Translator) -> str:
    total = d.reading.total
    assert total
    cell = total.cells[0]
    sales = t.money_compact(cell.value or 0, total.currency)
    words = _span(d, t, "head", sales=sales + digest_card.share(d, t))
    return words + _changes(d, cell, t)


def _span(d: Digest, t: Translator, key: str, **params: str) -> str:
    """The line of a day, week or month with its dates."""
    if d.daily:
        weekday = t.lines("date.weekdays_short")[d.day.weekday()]
        return t(f"digest.{key}", date=t.short_date(d.day), weekday=weekday, **params)
    span = figures.sentence(figures.span(d.span, t, today(d)))
    return t(f"digest.{key}_period", span=span, **params)


def _changes(d: Digest, cell: Cell, t: Translator) -> str:
    """Against the days before; and against last year where that is known."""
    compare = d.query.compare
    if compare is None or cell.value is None or cell.base is None:
        return ""
    words = t("digest.change", base=base(d, t), change=figures.change(SALES, cell, t))
    if d.last_year.base and d.last_year_compare and d.last_year_compare != compare:
        year = figures.base(d.last_year_compare, d.query.span, t, today(d))
        words += t("digest.year", base=year, change=figures.change(SALES, d.last_year, t))
    return words


def _rows(d: Digest, t: Translator) -> list[str]:
    """Amounts of two currencies never add: each store for itself."""
    stores = t("digest.stores", n=len(d.stores))
    if d.unsold:
        stores = t("digest.some_stores", n=len(d.sold), all=len(d.stores))
    head = _span(d, t, "head_stores", stores=stores)
    if words := base(d, t):
        head += t("digest.head_base", base=words)
    totals = [
        t.money_compact(x.cells[0].value or 0, x.currency) for x in d.reading.totals
    ]  # fmt: skip
    told = len(d.sold) == len(totals)  # a total for each store says nothing new
    sums = [] if told else [t("digest.totals", sums=t("digest.and").join(totals))]
    return [head, *sums, *_store_rows(d, t)]


def _store_rows(d: Digest, t: Translator) -> list[str]:
    return [_store_row(x, t) for x in d.stores]


def _store_row(x: StoreFigures, t: Translator) -> str:
    name = html.escape(x.store.name)
    if not x.state.sold:
        return t("digest.row_missing", name=name)
    sales = figures.short(SALES, x.sales.value, x.store.currency, t)
    change = figures.change(SALES, x.sales, t) if x.sales.base is not None else ""
    return t("digest.row", name=name, sales=sales, change=change).rstrip()


def _unusual(d: Digest, t: Translator) -> str:
    total = d.reading.total
    if d.usual is None or total is None or total.cells[0].value is None:
        return ""
    value, low, high = total.cells[0].value, d.usual.low, d.usual.high
    if low <= value <= high:
        return ""
    return t(f"digest.{'below' if value < low else 'above'}", range=usual_range(d, t))


def _rates(d: Digest, t: Translator) -> str:
    """退款率(付款日) 4.1%，未满30天｜推广¥1.82万 投产3.40(归因未满)."""
    found = []
    refunds, spend, roi = (d.beside.get(x) for x in ("refund_rate", "ad_spend", "roi"))
    if refunds and refunds.value is not None:
        found.append(t("digest.refunds", rate=t.percent(refunds.value)))
    if spend and spend.value is not None and d.reading.total:
        amount = t.money_compact(spend.value, d.reading.total.currency)
        found.append(t("digest.spent", amount=amount))
        if roi and roi.value is not None:
            found[-1] += t("digest.roi", roi=f"{roi.value:.1f}")
    return t("digest.bar").join(found)


def _hands(d: Digest, t: Translator) -> list[str]:
    """今天要办：①3单售后12:00前到期 ②补传 天猫旗舰店 推广(小李); a lone store needs no name, a lone task no number."""
    if not d.daily:
        return []
    tasks = [_deadlines(d, t)] if d.desk.n or d.desk.late else []
    for store, files in datastate.owed([x.state for x in d.stores], t):
        named = "" if len(d.stores) == 1 else f"{store} "
        tasks.append(t("digest.bring", number="", store=named, files=files))
    if len(tasks) > 1:
        tasks = [f"{number}{task}" for number, task in zip(_NUMBERS, tasks, strict=False)]
    return [t("digest.hands", tasks=" ".join(tasks))] if tasks else []


def _deadlines(d: Digest, t: Translator) -> str:
    """3单售后12:00前到期(今天还有4单，已超时2单)."""
    desk, zone = d.desk, d.sending.zone
    notes = [t(f"issuestats.digest.{k}", n=getattr(desk, k)) for k in _BESIDE if getattr(desk, k)]
    if not (desk.first and desk.last):
        return t("issuestats.digest.only_late", n=desk.late)
    first, last = t.clock(desk.first, zone), t.clock(desk.last, zone)
    key = "due" if first == last else "due_between"
    words = t(f"issuestats.digest.{key}", n=desk.n, first=first, last=last)
    return (
        t("issuestats.digest.noted", words=words, notes=t("answer.comma").join(notes))
        if notes
        else words
    )


def _data(d: Digest, t: Translator) -> str:
    states = [x.state for x in d.stores]
    words = t("digest.data", kinds=datastate.line(states, t))
    return words + (t("digest.until", time=_moment(d, d.as_of, t)) if d.as_of else "")


def _moment(d: Digest, at: datetime, t: Translator) -> str:
    return datastate.moment(at, d.sending.zone, d.sending.planned_at, t)


def _marks(d: Digest, t: Translator) -> list[str]:
    """What went wrong on the way."""
    found = []
    at = t.clock(d.sending.planned_at, d.sending.zone)
    if d.sending.late:
        found.append(t("digest.late", time=at))
    elif d.sending.waited:
        found.append(t("digest.waited", time=at))
    if d.sending.missed:
        found.append(t("digest.missed", date=t.short_date(d.sending.missed)))
    return found


def _unready(d: Digest, t: Translator) -> list[str]:
    """A partial day is never shown as a whole one."""
    names = t("digest.and").join(html.escape(x.store.name) for x in d.unsold or d.stores)
    ends = [p.exported_at for x in d.unsold for p in x.state.lacking if p.kind == "orders"]
    if not ends or None in ends:
        text = _span(d, t, "missing", stores=names)
    else:
        time = _moment(d, min(x for x in ends if x), t)
        sales = t("digest.and").join(
            figures.short(SALES, x.sales.value, x.store.currency, t) for x in d.unsold
        )
        text = _span(d, t, "partial", stores=names, time=time, sales=sales)
    return [text, _data(d, t)] if d.daily else [text]


# buttons ------------------------------------------------------------------------------------


def _keyboard(d: Digest, t: Translator, question: str) -> Keyboard:
    if not question:
        return ()
    changes = [("why", "i:why"), ("product", "b:p"), ("compare", "c:y"), ("month", "p:month")]
    if len(d.reading.totals) > 1:  # of several currencies, why cannot be said
        changes = [x for x in changes if x[0] != "why"]
    if not d.daily:
        changes[-1] = ("day", "b:d")
    return (
        tuple(
            Button(t(f"digest.button.{name}"), data=f"q:{question}:{code}")
            for name, code in changes
        ),
    )


def _reviews(reviews: Sequence[tuple[str, str]], t: Translator) -> Keyboard:
    buttons = tuple(
        Button(t(f"digest.button.review_{unit}"), data=f"review:{token}") for unit, token in reviews
    )
    return (buttons,) if buttons else ()
