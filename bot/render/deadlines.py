"""The table of deadlines and the team's reasons, as lists of a phone's width."""

from __future__ import annotations

from collections.abc import Sequence

from bot.aftersales.deadlines import Value
from bot.aftersales.reasons import Reasons
from bot.aftersales.rules import ALL, Asked
from bot.i18n import Translator
from bot.message import Message
from bot.render.html import bold, escape, pre, quote, table

_HOURS_UP_TO = 48  # then days, where they are whole


def page(t: Translator, values: Sequence[Value]) -> Message:
    """Platform by platform: hours first, the name last; where it comes from folds."""
    platforms = list(dict.fromkeys(v.platform for v in values))
    blocks = [_platform(t, p, [v for v in values if v.platform == p]) for p in platforms]
    first = next((p for p in platforms if p), "taobao")
    example = t("deadlines.example", platform=platform(t, first).split("/")[0])
    hint = f"{escape(t('deadlines.hint'))}\n<code>{escape(example)}</code>"
    return Message("\n".join([bold(t("deadlines.title")), *blocks, hint, t("deadlines.again")]))


def _platform(t: Translator, slug: str, values: Sequence[Value]) -> str:
    named = dict.fromkeys((hours(t, v), _label(t, v)) for v in values)
    lines = table([((size,), name) for size, name in named])
    folded = [*_notes(t, values), *_sources(t, values)]
    blocks = [
        bold(platform(t, slug)),
        pre(lines),
        *([quote(map(escape, folded))] if folded else []),
    ]
    return "\n".join(blocks)


def _label(t: Translator, v: Value) -> str:
    """Where it is another's turn, whose: that holds for several types alike."""
    if v.ours:
        return f"{what(t, v.type, v.state)} ✎"
    return t(f"deadlines.state.{v.state}.name") if v.hours is None else what(t, v.type, v.state)


def _notes(t: Translator, values: Sequence[Value]) -> list[str]:
    """Each note once, with what it is about."""
    about: dict[str, list[str]] = {}
    for v in values:
        if v.ours:
            about.setdefault(t("deadlines.ours"), []).append(what(t, v.type, v.state))
        elif v.note:
            name = what(t, v.type, "open" if v.hours is None else v.state)
            about.setdefault(t(f"deadlines.note.{v.note}"), []).append(name)
    return [
        t("deadlines.about", note=note, types=t("people.and").join(dict.fromkeys(types)))
        for note, types in about.items()
    ]


def _sources(t: Translator, values: Sequence[Value]) -> list[str]:
    """What is only said says so in its note."""
    known = dict.fromkeys(v.source for v in values if v.source not in ("", "common"))
    names = t("people.and").join(t(f"deadlines.sources.{x}") for x in known)
    return [t("deadlines.source", names=names)] if known else []


def hours(t: Translator, v: Value) -> str:
    """24h, 7天; where there is none, that the clock stands."""
    if v.hours is None:
        return t("deadlines.none" if v.state in ("open", "shipped") else "deadlines.stopped")
    whole = v.hours > _HOURS_UP_TO and v.hours % 24 == 0
    return t("deadlines.days", n=v.hours // 24) if whole else f"{v.hours}h"


def platform(t: Translator, slug: str) -> str:
    return t(f"deadlines.platform.{slug or ALL}.name")


def what(t: Translator, type_: str, state: str) -> str:
    """仅退款 已发货."""
    names = (t(f"desk.type.{type_}") if type_ else "", t(f"deadlines.state.{state}.name"))
    return " ".join(x for x in names if x)


def changed(t: Translator, asked: Asked, value: Value | None, moved: int) -> Message:
    name = f"{platform(t, asked.platform or '')} {what(t, asked.type, asked.state)}"
    shown = hours(t, value) if value else t("deadlines.none")
    lines = [t("deadlines.changed", what=escape(name), value=escape(shown))]
    if moved:
        lines.append(t("deadlines.moved", n=moved))
    return Message("\n".join(lines))


def reasons(t: Translator, found: Reasons) -> Message:
    """Those of the house, the team's own, what was put away, and how to change it."""
    house = [t(f"desk.reason.{r}") for r in found.house]
    gone = [t(f"desk.reason.{r}") for r in sorted(found.hidden) if t.has(f"desk.reason.{r}")]
    lines = [bold(t("reasons.title")), escape(" · ".join(house))]
    if found.own:
        names = " · ".join(name for _, name in found.own)
        lines.append(escape(t("reasons.own", names=names)))
    if gone:
        lines.append(escape(t("reasons.hidden", names=" · ".join(gone))))
    return Message("\n".join([*lines, escape(t("reasons.hint"))]))


def reason_changed(t: Translator, name: str, *, added: bool) -> Message:
    return Message(t("reasons.added" if added else "reasons.gone", name=escape(name)))
