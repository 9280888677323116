"""Lists of issues: a line each, filters and pages below, a button to open each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.aftersales.views import IssueView
from bot.i18n import Translator
from bot.message import Button, Keyboard, Message
from bot.render.html import bold, cut, escape
from bot.render.issues import across, data, row

FILTERS = ("todo", "waiting", "late", "today", "mine", "all")
PAGE = 8  # lines of a page


@dataclass(frozen=True)
class Listing:
    """One page: which filter of which store (0: all), how many there are of each filter."""

    views: Sequence[IssueView]
    which: str
    page: int
    pages: int
    counts: dict[str, int]
    store: int = 0
    stores: Sequence[tuple[int, str]] = ()


def page(view: Listing, t: Translator, now: datetime) -> Message:
    title = t(f"desk.list.{view.which}")
    head = f"{bold(title)} {view.counts.get(view.which, 0)}"
    name = dict(view.stores).get(view.store, "")
    if name:
        head += f"｜{escape(cut(name, 20))}"
    if view.pages > 1:
        head += f"｜{view.page + 1}/{view.pages}"
    lines = [row(x, t, now) for x in view.views] or [t(f"desk.list.none.{view.which}")]
    return Message("\n".join([head, *lines]), _keyboard(view, t))


def _keyboard(view: Listing, t: Translator) -> Keyboard:
    filters = [Button(_filter(view, t, x), data=_data(view.store, x)) for x in FILTERS]
    stores: list[Button] = []
    if len(view.stores) > 1:
        every = [(0, t("people.all_stores")), *view.stores]
        stores = [
            Button(
                t("answer.menu.current", name=name) if x == view.store else name,
                data=_data(x, view.which),
            )
            for x, name in ((x, cut(name, 18)) for x, name in every)
        ]  # fmt: skip
    rows = (*opens(view.views), _turn(view, t), *across(filters, 3), *across(stores, 2))
    return tuple(r for r in rows if r)


def _filter(view: Listing, t: Translator, which: str) -> str:
    n = view.counts.get(which, 0)
    label = f"{t(f'desk.list.{which}')} {n}" if n else t(f"desk.list.{which}")
    return t("answer.menu.current", name=label) if which == view.which else label


def _data(store: int, which: str, page_: int = 0) -> str:
    return f"il:{store}:{which}:{page_}"


def _turn(view: Listing, t: Translator) -> tuple[Button, ...]:
    found = []
    if view.page > 0:
        found.append(
            Button(t("people.previous"), data=_data(view.store, view.which, view.page - 1))
        )
    if view.page + 1 < view.pages:
        found.append(Button(t("people.next"), data=_data(view.store, view.which, view.page + 1)))
    return tuple(found)


def opens(views: Sequence[IssueView]) -> Keyboard:
    """A button with its number for each."""
    return across([Button(f"#{x.no}", data=data(x, "open")) for x in views], 4)


def found(
    views: Sequence[IssueView], t: Translator, now: datetime, words: str, total: int
) -> Message:
    """What `/find` came to."""
    said = escape(cut(words, 30))
    if not views:
        return Message(t("desk.find.none", words=said))
    head = t("desk.find.head", words=said, n=total)
    lines = [head, *(row(x, t, now) for x in views)]
    if total > len(views):
        lines.append(t("desk.find.more", n=total - len(views)))
    return Message("\n".join(lines), opens(views))
