"""`/issuestats` in words and as a picture: numbers first, then what they are of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot import money
from bot.aftersales import stats
from bot.aftersales.stats import AXES, Amounts, Axis, Figures, Group, Label, Share, Stats, Times
from bot.aftersales.tally import Asked
from bot.i18n import MINUS, NONE, Translator, signed
from bot.message import Button, Keyboard, Message
from bot.metrics.query import named_span
from bot.render import durations, figures, html, pictures
from bot.render.pictures import Change, Desk, Handled, Headline, Style

PERIODS = ("last7", "last_week", "month", "last30", "last_month")
_CENTS = 1_000  # of the currency, below which an amount is shown to the cent
_DRAWN = 7
_LISTED = 15
_CROSSED = 2  # parts that a row names
_MOVED, _MOVED_SHARE = 3, 0.1  # a row's change worth a word: issues, and of its base


@dataclass(frozen=True)
class Look:
    """How a chat wants it, and what is shown there. `stores`, `platforms`: how many there are."""

    today: date
    now: datetime
    zone: ZoneInfo
    style: Style
    costs: bool = False
    stores: int = 1
    platforms: int = 1


def answer(asked: Asked, found: Stats, t: Translator, question: str, look: Look) -> Message:
    """The figures of a period; `question` is the id behind the buttons ("" for none)."""
    span = figures.span(asked.span, t, look.today)
    head = html.bold(t("issuestats.head", span=span, axis=t(f"issuestats.axis.{asked.axis}")))
    keyboard = buttons(asked, t, question, look) if question else ()
    if found.empty:
        return Message(f"{head}\n{t('issuestats.nothing')}", keyboard)
    lines = [_counts(found, t), _promptness(found, t)]
    rest = [_rise(found, t), *_money(found, t, costs=look.costs), *quality(found, t)]
    rows = _rows(found, t)
    if not found.figures.opened:
        return Message("\n".join([head, *lines, *map(html.escape, rest)]), keyboard)
    for most in (_LISTED, _DRAWN, 3, 0):
        folded = [*rest, *rows[:most]]
        text = "\n".join([head, *lines, html.fold(folded)])
        if html.visible(text) <= html.CAPTION:
            break
    spec = picture(asked, found, t, look)
    return Message(text, keyboard, pictures.to_json(spec), repeat_mark=t("digest.repeat"))


# words ---------------------------------------------------------------------------------------


def _counts(found: Stats, t: Translator) -> str:
    """新增 186单(+20)｜解决 171｜未结 23(24小时内9, 3天内8, 更久6)."""
    f, before = found.figures, found.before
    parts = [
        t("issuestats.opened", n=f.opened, change=_moved(f.opened - before.opened, t)),
        t("issuestats.solved", n=f.solved),
        t("issuestats.open", n=f.open),
    ]
    if f.open:
        young, middle, old = found.ages
        parts[-1] += t("issuestats.ages", young=young, middle=middle, old=old)
    return html.escape(t("issuestats.bar").join(parts))


def _moved(n: int, t: Translator) -> str:
    words = signed(MINUS if n < 0 else "+", t.number(abs(n)))
    return t("issuestats.moved", n=words) if n else ""


def _promptness(found: Stats, t: Translator) -> str:
    """按时 91.9%(171/186)｜首响 14分钟(九成≤1小时5分)."""
    f = found.figures
    parts = [
        t("issuestats.on_time", share=share(f.on_time, t)),
        t("issuestats.first", time=_times(f.first, t)),
    ]
    return html.escape(t("issuestats.bar").join(parts))


def share(found: Share, t: Translator) -> str:
    """91.9%(171/186); "–" of nothing."""
    if found.ratio is None:
        return NONE
    return t("issuestats.share", value=t.percent(found.ratio), part=found.part, whole=found.whole)


def _times(found: Times, t: Translator) -> str:
    if not found.n:
        return NONE
    words = durations.spell(found.median, t)
    if found.n < stats.RISE_LEAST:
        return words  # nine in ten of so few is the slowest
    return t("issuestats.p90", median=words, p90=durations.spell(found.p90, t))


def _money(found: Stats, t: Translator, *, costs: bool) -> list[str]:
    f = found.figures
    parts = [t("issuestats.asked", amount=amounts(f.asked, t))] if f.asked else []
    if costs and f.cost:
        parts.append(t("issuestats.cost", amount=amounts(f.cost, t)))
    return [t("issuestats.bar").join(parts)] if parts else []


def amounts(found: Amounts, t: Translator) -> str:
    """Each currency apart: they never add. Small ones to the cent."""
    return " + ".join(_amount(minor, currency, t) for currency, minor in found) or NONE


def _amount(minor: int, currency: str, t: Translator) -> str:
    small = abs(minor) < _CENTS * 10 ** money.digits(currency)
    return t.money(minor, currency) if small else t.money_compact(minor, currency)


def quality(found: Stats, t: Translator) -> list[str]:
    """解决用时 5小时(…)｜重开 3.1%(4/129), and 退货率 with its n, or why there is none."""
    parts = [t("issuestats.solve", time=_times(found.figures.solve, t))]
    if found.figures.reopened.whole:
        parts.append(t("issuestats.reopened", share=share(found.figures.reopened, t)))
    lines = [t("issuestats.bar").join(parts)]
    r = found.returns
    if r.rate is not None and r.sold is not None:
        sold = t.number(r.sold)
        lines.append(t("issuestats.returns", rate=t.percent(r.rate, 2), n=r.units, sold=sold))
    elif r.sold is None:
        lines.append(t("issuestats.returns_unsold"))
    elif r.sold < stats.LEAST_UNITS:
        lines.append(t("issuestats.returns_few", n=stats.LEAST_UNITS))
    else:
        lines.append(t("issuestats.returns_undated"))
    if r.undated and r.rate is not None:
        lines[-1] += t("issuestats.undated", n=r.undated)
    return lines


def _rise(found: Stats, t: Translator) -> str:
    """升得最快：破损 12单，前四周周均 4.5单."""
    if not found.rise_known:
        return t("issuestats.rise_unknown")
    if found.rise is None:
        return t("issuestats.rise_none")
    r = found.rise
    own = next((g.name for g in found.groups if g.key == r.reason and found.axis == "reason"), "")
    return t(
        "issuestats.rise", reason=figures.reason(r.reason, own, t), n=r.n, mean=t.number(r.mean, 1)
    )


def _rows(found: Stats, t: Translator) -> list[str]:
    """62单 按时95% 破损：苹果 18、车厘子 9: numbers first, for the fold."""
    lines = []
    for g in found.groups:
        f = g.figures
        numbers = t("issuestats.row", n=f.opened)
        if f.on_time.ratio is not None:
            numbers += t("issuestats.row_on_time", share=t.percent(f.on_time.ratio, 0))
        if f.open:
            numbers += t("issuestats.row_open", n=f.open)
        crossed = t("issuestats.comma").join(
            f"{html.cut(_label(_other(found.axis), key, name, t), 16)} {n}"
            for key, name, n in g.crossed[:_CROSSED]
        )
        words = f"{numbers} {html.cut(label(found.axis, g, t), 24)}"
        lines.append(t("issuestats.crossed", row=words, parts=crossed) if crossed else words)
    return lines


def _other(axis: Axis) -> Axis:
    return "product" if axis == "reason" else "reason"


def label(axis: Axis, g: Group, t: Translator) -> str:
    """What a group is called."""
    return _label(axis, g.key, g.name, t)


def _label(axis: Axis, key: Label | None, name: str, t: Translator) -> str:
    if key is None:
        return t(f"issuestats.unknown.{axis}")
    if axis == "reason":
        return figures.reason(str(key), name, t)
    if axis == "responsible":
        return t(f"desk.responsible.{key}")
    if axis == "platform":
        return t(f"platform.{key}") if t.has(f"platform.{key}") else str(key)
    return name or str(key)


# the picture ---------------------------------------------------------------------------------


def picture(asked: Asked, found: Stats, t: Translator, look: Look) -> Desk:
    """Three tiles, and the largest groups with their late part."""
    f, before = found.figures, found.before
    ratio = f.on_time.ratio
    drawn = found.groups[:_DRAWN]
    shown = [g for g in drawn if g.figures.opened]
    key = "title" if ratio is not None else "title_plain"
    words = {"n": f.opened, "span": _short_span(asked, t, look.today)}
    share_ = t.percent(ratio or 0, 0)
    title = figures.sentence(t(f"issuestats.picture.{key}", share=share_, **words))
    legend = t("issuestats.picture.legend")
    left = [g for g in found.groups if g not in shown and g.figures.opened]
    return Desk(
        look.style,
        title,
        t(
            "issuestats.picture.subtitle",
            range=figures.dates(found.period, t, look.today),
            base=figures.dates(found.base, t, look.today),
        ),
        (_opened_tile(f, before, t), _on_time_tile(f, before, t), _first_tile(f, before, t)),
        tuple(_bar(found.axis, g, t) for g in shown),
        heading=t(f"issuestats.picture.{found.axis}"),
        legend=legend + t("answer.comma") if f.late else legend,
        late_legend=t("issuestats.picture.late_legend") if f.late else "",
        share_heading=t("issuestats.picture.on_time"),
        note=_note(left, t),
        as_of=t("answer.as_of", time=_clock(look, t)),
    )


def _short_span(asked: Asked, t: Translator, today: date) -> str:
    """上周, 近7天; the dates stand below."""
    p = asked.span.period
    words = figures.span(asked.span, t, today)
    if p.days == 1:
        return words
    return words.replace(figures.dates(p, t, today), "").strip(" ,，") or words


def _clock(look: Look, t: Translator) -> str:
    day = look.now.astimezone(look.zone).date()
    return f"{t.short_date(day)} {t.clock(look.now, look.zone)}"


def _note(left: Sequence[Group], t: Translator) -> str:
    line = t(
        "issuestats.picture.note",
        line=t.percent(stats.ON_TIME_LINE, 0), n=stats.LEAST_DECIDED,
    )  # fmt: skip
    if not left:
        return line
    more = sum(g.figures.opened for g in left)
    return t("issuestats.picture.others", n=len(left), issues=more) + line


def _opened_tile(f: Figures, before: Figures, t: Translator) -> Headline:
    moved = f.opened - before.opened
    change = _change(moved, t("issuestats.picture.count", n=abs(moved)), up_good=False)
    unit = t("issuestats.picture.unit") if t.language != "en" else ""
    return Headline(t("issuestats.picture.opened"), t.number(f.opened), unit, change)


def _on_time_tile(f: Figures, before: Figures, t: Translator) -> Headline:
    words = t("issuestats.picture.on_time")
    ratio, was = f.on_time.ratio, before.on_time.ratio
    if ratio is None:
        return Headline(words, NONE, thin=True)
    change = None
    if was is not None:
        moved = round(ratio - was, 3)
        thin = f.on_time.thin or before.on_time.thin
        change = _change(moved, t.points(moved, 1), up_good=True, thin=thin)
    return Headline(words, t.percent(ratio), "", change, thin=f.on_time.thin)


def _first_tile(f: Figures, before: Figures, t: Translator) -> Headline:
    words = t("issuestats.picture.first")
    now, was = f.first.median, before.first.median
    if now is None:
        return Headline(words, NONE, thin=True)
    change = None
    if was is not None:
        moved = round(now) - round(was)
        change = _change(moved, durations.spell(abs(moved), t), up_good=False)
    value, unit = _apart(durations.spell(now, t))
    return Headline(words, value, unit, change)


def _apart(words: str) -> tuple[str, str]:
    """14分钟 → 14, 分钟; a time of two units stays whole."""
    digits = len(words) - len(words.lstrip("0123456789"))
    rest = words[digits:].strip()
    return (words, "") if any(c.isdigit() for c in rest) else (words[:digits], rest)


def _change(moved: float, words: str, *, up_good: bool, thin: bool = False) -> Change:
    if not moved:
        return Change(NONE, polarity="missing")
    polarity: pictures.Polarity = "good" if (moved > 0) == up_good else "bad"
    return Change(words, "up" if moved > 0 else "down", "missing" if thin else polarity)


def _bar(axis: Axis, g: Group, t: Translator) -> Handled:
    f, moved = g.figures, g.figures.opened - g.before
    ratio = f.on_time.ratio
    state = "ok" if ratio is None or ratio >= stats.ON_TIME_LINE else "alert"
    change = None
    if abs(moved) >= max(_MOVED, _MOVED_SHARE * g.before):
        change = _change(moved, t("issuestats.picture.count", n=abs(moved)), up_good=False)
    return Handled(
        label(axis, g, t),
        f.opened - f.late,
        f.late,
        t.number(f.opened),
        t("issuestats.picture.late", n=f.late) if f.late else "",
        NONE if ratio is None else t.percent(ratio, 0),
        "thin" if f.on_time.thin else state,  # type: ignore[arg-type]  # one of the literals
        change,
    )


# buttons -------------------------------------------------------------------------------------


def axes(look: Look) -> tuple[Axis, ...]:
    """What may be told apart here."""
    some = {"store": look.stores > 1, "platform": look.platforms > 1}
    return tuple(a for a in AXES if some.get(a, True))


def buttons(asked: Asked, t: Translator, question: str, look: Look) -> Keyboard:
    """Other axes, other periods, and the file."""
    by = [
        Button(t(f"issuestats.axis.{a}"), data=f"st:{question}:a:{a}")
        for a in axes(look) if a != asked.axis
    ]  # fmt: skip
    names = {"last_week": "full_week"}
    when = [
        Button(t(f"answer.button.{names.get(p, p)}"), data=f"st:{question}:p:{p}")
        for p in PERIODS if named_span(p, look.today).period != asked.span.period
    ]  # fmt: skip
    rows = [tuple(row[i : i + 3]) for row in (by,) for i in range(0, len(row), 3)]
    file = Button(t("issuestats.file"), data=f"st:{question}:x")
    return (*rows, tuple(when[:4]), (file,))
