"""待发货: counts by urgency, then the first orders, hours left in front."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.aftersales.shipping import GROUPS, Page, Parcel
from bot.db.people import Store
from bot.i18n import Translator
from bot.message import Button, Message
from bot.render.html import bold, cut, escape
from bot.render.issues import across, short_span

MARKS = {"late": "🔴", "soon": "🟠", "today": "🟡", "later": "⚪"}
_STORES = 6  # on buttons


def page(view: Page, stores: Sequence[Store], t: Translator, now: datetime) -> Message:
    """`stores` are all that the chat may see; the filter is one of them."""
    zones = {x.id: ZoneInfo(x.timezone) for x in stores}
    head = f"{bold(t('shipping.title'))} {t.number(view.total)}"
    if chosen := next((x for x in stores if x.id == view.store_id), None):
        head += f"｜{escape(cut(chosen.name, 20))}"
    if view.pages > 1:
        head += f"｜{view.number}/{view.pages}"
    counts = [f"{MARKS[g]} {_named(t, g, view.counts[g])}" for g in GROUPS if view.counts.get(g)]
    lines = [head, *([t("answer.separator").join(counts)] if counts else [])]
    lines += [_row(x, t, now) for x in view.rows]
    if not view.rows and not view.silent:
        lines.append(t("shipping.none"))
    if view.silent:
        lines.append(t("shipping.silent", stores=escape(t("answer.comma").join(view.silent))))
    if view.as_of and view.total:
        zone = next(iter(zones.values()))
        at = view.as_of.astimezone(zone)
        lines.append(t("shipping.as_of", at=f"{t.short_date(at.date())} {at:%H:%M}"))
    return Message("\n".join(lines), tuple(r for r in _buttons(view, stores, t) if r))


def _named(t: Translator, group: str, n: int) -> str:
    return t(f"shipping.group.{group}", n=t.number(n))


def _row(x: Parcel, t: Translator, now: datetime) -> str:
    """On one line of a phone: when it was paid shows in the time that is left."""
    w = x.waiting
    left = "–"
    if w.due_at:
        over = w.due_at <= now
        span = short_span(abs(w.due_at - now))
        left = t("desk.time.late" if over else "desk.time.left", span=span)
    what = escape(cut(x.product, 18)) + (t("shipping.more", n=x.more) if x.more else "")
    parts = [f"<b>{left}</b>", f"…{escape(w.order_no[-4:])}", f"{what} ×{x.quantity}".strip()]
    if x.issue_no:
        parts.append(t("shipping.refund", no=x.issue_no))
    return "｜".join(parts)


def _buttons(view: Page, stores: Sequence[Store], t: Translator) -> list[tuple[Button, ...]]:
    def button(label: str, store: int, group: str, number: int = 1) -> Button:
        return Button(label, data=f"fh:{store}:{group or 'all'}:{number}")

    at = view.store_id, view.group
    turns = []
    if view.number > 1:
        turns.append(button(t("people.previous"), *at, view.number - 1))
    if view.number < view.pages:
        turns.append(button(t("people.next"), *at, view.number + 1))
    groups = [
        button(_mark(t, _named(t, g, view.counts[g]), now=g == view.group), view.store_id, g)
        for g in GROUPS
        if view.counts.get(g)
    ]
    groups = groups if len(groups) > 1 or view.group else []
    if view.group:
        groups.append(button(t("shipping.all"), view.store_id, ""))
    shops: list[Button] = []
    if len(stores) > 1:
        every = [(0, t("people.all_stores")), *((x.id or 0, x.name) for x in stores[:_STORES])]
        shops = [
            button(_mark(t, cut(name, 20), now=i == view.store_id), i, view.group)
            for i, name in every
        ]
    return [tuple(turns), *across(groups, 3), *across(shops, 2)]


def _mark(t: Translator, label: str, *, now: bool) -> str:
    return t("answer.menu.current", name=label) if now else label
