"""Lists of issues: a line each, a button to open it, filters and pages below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.aftersales.listing import GROUPS, Filter, Page
from bot.aftersales.views import IssueView
from bot.i18n import Translator
from bot.message import Button, Keyboard, Message
from bot.render.html import bold, cut, escape
from bot.render.issues import across, data, row

FOUND = 10  # lines that `/find` shows
_STORES = 6  # on buttons

Named = Sequence[tuple[int, str]]  # stores


def page(view: Page, wanted: Filter, stores: Named, t: Translator, now: datetime) -> Message:
    head = f"{bold(t(f'desk.list.{wanted.group}'))} {view.total}"
    if name := dict(stores).get(wanted.store_id, ""):
        head += f"｜{escape(cut(name, 20))}"
    if view.pages > 1:
        head += f"｜{view.number}/{view.pages}"
    lines = [row(x, t, now) for x in view.rows] or [t(f"desk.none.{wanted.group}")]
    rows = (
        *opens(view.rows), _turn(view, wanted, t), *across(_filters(view, wanted, t), 3),
        *across(_stores(wanted, stores, t), 2),
    )  # fmt: skip
    return Message("\n".join([head, *lines]), tuple(r for r in rows if r))


def _filters(view: Page, wanted: Filter, t: Translator) -> list[Button]:
    found = []
    for group in GROUPS:
        n = view.counts.get(group, 0)
        label = f"{t(f'desk.list.{group}')} {n}" if n else t(f"desk.list.{group}")
        now = group == wanted.group
        found.append(_button(wanted.store_id, group, _mark(t, label, now=now)))
    return found


def _stores(wanted: Filter, stores: Named, t: Translator) -> list[Button]:
    if len(stores) < 2:
        return []
    every = [(0, t("people.all_stores")), *stores[:_STORES]]
    return [
        _button(x, wanted.group, _mark(t, cut(name, 20), now=x == wanted.store_id))
        for x, name in every
    ]


def _turn(view: Page, wanted: Filter, t: Translator) -> tuple[Button, ...]:
    at = wanted.store_id, wanted.group
    back = (_button(*at, t("people.previous"), view.number - 1),) if view.number > 1 else ()
    more = view.number < view.pages
    return (*back, _button(*at, t("people.next"), view.number + 1)) if more else back


def _button(store: int, group: str, label: str, number: int = 1) -> Button:
    return Button(label, data=f"il:{store}:{group}:{number}")


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
