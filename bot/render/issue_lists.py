"""Lists of issues: a line each, a button to open it, filters and pages below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.aftersales.listing import GROUPS, Filter, Page
from bot.aftersales.views import IssueView
from bot.aftersales.words import KINDS
from bot.i18n import Translator
from bot.message import Button, Keyboard, Message
from bot.render.html import bold, cut, escape
from bot.render.issues import across, data, row

FOUND = 10  # lines that `/find` shows
_STORES = 6  # on buttons

Named = Sequence[tuple[int, str]]  # stores


def page(
    view: Page,
    wanted: Filter,
    stores: Named,
    t: Translator,
    now: datetime,
    kinds: Mapping[str, int] | None = None,
) -> Message:
    """`kinds`: how many cards of each kind are open."""
    head = f"{bold(t(f'desk.list.{wanted.group}'))} {view.total}"
    if wanted.kind not in ("", "issue"):
        head += f"｜{t(f'desk.kind.{wanted.kind}')}"
    if name := dict(stores).get(wanted.store_id, ""):
        head += f"｜{escape(cut(name, 20))}"
    if view.pages > 1:
        head += f"｜{view.number}/{view.pages}"
    none = f"desk.none.{wanted.group}" if wanted.kind in ("", "issue") else "kin.none_here"
    lines = [row(x, t, now) for x in view.rows] or [t(none)]
    rows = (
        *opens(view.rows), _turn(view, wanted, t), *across(_filters(view, wanted, t), 3),
        *across(_kinds(wanted, kinds or {}, t), 3), *across(_stores(wanted, stores, t), 2),
    )  # fmt: skip
    return Message("\n".join([head, *lines]), tuple(r for r in rows if r))


def _filters(view: Page, wanted: Filter, t: Translator) -> list[Button]:
    found = []
    for group in GROUPS:
        n = view.counts.get(group, 0)
        label = f"{t(f'desk.list.{group}')} {n}" if n else t(f"desk.list.{group}")
        now = group == wanted.group
        found.append(_button(wanted, group, _mark(t, label, now=now)))
    return found


def _kinds(wanted: Filter, kinds: Mapping[str, int], t: Translator) -> list[Button]:
    """Once there is anything but issues, and a way back to those."""
    if not wanted.kind or (wanted.kind == "issue" and not kinds.keys() - {"issue"}):
        return []
    found = []
    for kind in KINDS:
        n = kinds.get(kind, 0)
        if n or kind in ("issue", wanted.kind):
            label = f"{t(f'desk.kind.{kind}')} {n}" if n else t(f"desk.kind.{kind}")
            there = replace(wanted, kind=kind)
            found.append(_button(there, "open", _mark(t, label, now=kind == wanted.kind)))
    return found


def _stores(wanted: Filter, stores: Named, t: Translator) -> list[Button]:
    if len(stores) < 2:
        return []
    every = [(0, t("people.all_stores")), *stores[:_STORES]]
    return [
        _button(
            replace(wanted, store_id=x),
            wanted.group,
            _mark(t, cut(name, 20), now=x == wanted.store_id),
        )
        for x, name in every
    ]


def _turn(view: Page, wanted: Filter, t: Translator) -> tuple[Button, ...]:
    at = wanted, wanted.group
    back = (_button(*at, t("people.previous"), view.number - 1),) if view.number > 1 else ()
    more = view.number < view.pages
    return (*back, _button(*at, t("people.next"), view.number + 1)) if more else back


def _button(wanted: Filter, group: str, label: str, number: int = 1) -> Button:
    kind = "" if wanted.kind in ("", "issue") else f":{wanted.kind}"
    return Button(label, data=f"il:{wanted.store_id}:{group}:{number}{kind}")


def _mark(t: Translator, label: str, *, now: bool) -> str:
    return t("answer.menu.current", name=label) if now else label


def opens(views: Sequence[IssueView]) -> Keyboard:
    """A button with its number for each."""
    return across([Button(f"#{x.no}", data=data(x, "open")) for x in views], 4)


def found(views: Sequence[IssueView], t: Translator, now: datetime, words: str) -> Message:
    """What `/find` came to."""
    said, shown = escape(cut(words, 30)), views[:FOUND]
    if not views:
        return Message(t("desk.find.none", words=said))
    lines = [t("desk.find.head", words=said, n=len(views)), *(row(x, t, now) for x in shown)]
    if len(views) > len(shown):
        lines.append(t("desk.find.more", n=len(views) - len(shown)))
    return Message("\n".join(lines), opens(shown))


def how(t: Translator) -> Message:
    return Message(t("desk.find.hint"))
