"""The menus of a card, in place of its buttons and with a way back, and what is asked by a reply."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import unescape

from bot.aftersales import words
from bot.aftersales.views import IssueView
from bot.i18n import Translator
from bot.message import Button, Keyboard, Message
from bot.render.html import cut, escape
from bot.render.issues import PASSED, across, data, moment, money, row

FREE = frozenset({"explained", "refused"})  # resolutions that cost nothing
_LABEL = 14  # cells of a name on a button

# what a type mostly ends in comes first
_LIKELY = {
    "refund_only": ("refunded", "partly_refunded"),
    "return_refund": ("returned", "partly_refunded"),
    "exchange": ("exchanged", "resent"),
    "resend": ("resent", "refunded"),
    "repair": ("repaired", "exchanged"),
    "compensation": ("compensated", "postage"),
    "complaint": ("explained", "compensated"),
    "bad_review": ("explained", "compensated"),
}

Choice = tuple[str, str]  # value, label


def resolve(view: IssueView, t: Translator) -> Keyboard:
    likely = _LIKELY.get(view.type, ())
    slugs = [*likely, *(x for x in words.RESOLUTIONS if x not in likely)]
    buttons = []
    for slug in slugs:
        act = ("resolve", f"{slug}:0") if slug in FREE else ("menu", f"cost:{slug}")
        buttons.append(Button(t(f"desk.resolution.{slug}"), data=data(view, *act)))
    return _with_back(view, t, across(buttons, per_row(t)))


def cost(view: IssueView, t: Translator, slug: str) -> Keyboard:
    """What it cost: nothing, what was asked for, what was paid, or typed."""
    sums = dict.fromkeys(x for x in (view.amount, view.order_amount, 0) if x is not None)
    buttons = [
        Button(
            t("desk.menu.cost", sum=money(x, view, t)), data=data(view, "resolve", f"{slug}:{x}")
        )
        for x in sums
    ]
    other = Button(t("desk.menu.other"), data=data(view, "ask", f"cost:{slug}"))
    return _with_back(view, t, across([*buttons, other], 2), "menu", "resolve")


def wait(view: IssueView, t: Translator) -> Keyboard:
    return _choices(view, t, "wait", [(x, t(f"desk.wait.{x}")) for x in words.WAITS], across_=2)


def assign(view: IssueView, t: Translator, people: Sequence[Choice]) -> Keyboard:
    return _choices(view, t, "assign", people, across_=2)


def change(view: IssueView, t: Translator) -> Keyboard:
    """What may be set right; a store only where there are several, which the door knows."""
    menus = ("type", "reason", "responsible", "due", "store")
    asked = ("amount", "quantity", "order_no", "tail", "applied_at")
    buttons = [Button(t(f"desk.field.{x}"), data=data(view, "menu", x)) for x in menus]
    buttons += [Button(t(f"desk.field.{x}"), data=data(view, "ask", x)) for x in asked]
    urgent = Button(
        t("desk.card.not_urgent") if view.urgent else t("desk.field.urgent"),
        data=data(view, "change", f"urgent:{0 if view.urgent else 1}"),
    )
    if not view.open:
        buttons = [b for b in buttons if not b.data.endswith(":due")]
    return _with_back(view, t, across([*buttons, urgent], 3))


def field(view: IssueView, t: Translator, name: str, choices: Sequence[Choice]) -> Keyboard:
    """The values of one field; what holds is marked."""
    now = str(view.store_id or "") if name == "store" else getattr(view, name)
    marked = [(f"{name}:{v}", _mark(t, label, now=v == now)) for v, label in choices]
    return _choices(view, t, "change", marked, "menu", "change", across_=per_row(t))


def due(view: IssueView, t: Translator, now: datetime, moments: dict[str, datetime]) -> Keyboard:
    """`moments`: by code, the times that a tap sets."""
    buttons = [
        Button(t(f"desk.menu.{code}", at=moment(at, view, t, now)), data=data(view, "due", code))
        for code, at in moments.items()
    ]
    buttons.append(Button(t("desk.menu.other"), data=data(view, "ask", "due")))
    if view.due_from in ("chat", "line"):
        buttons.append(Button(t("desk.menu.table"), data=data(view, "due", "table")))
    return _with_back(view, t, across(buttons, 2), "menu", "change")


def applied(view: IssueView, t: Translator, moments: dict[str, datetime]) -> Keyboard:
    """When the customer asked: `moments` by code, or typed, or nobody knows."""
    buttons = [
        Button(
            t(f"desk.menu.{code}", at=t.clock(at, view.zone)),
            data=data(view, "change", f"applied_at:{at.isoformat(timespec='minutes')}"),
        )
        for code, at in moments.items()
    ]
    buttons.append(Button(t("desk.menu.typed"), data=data(view, "ask", "applied_at")))
    buttons.append(Button(t("desk.menu.pass"), data=data(view, "change", PASSED)))
    return _with_back(view, t, across(buttons, 2))


def more(view: IssueView, t: Translator) -> Keyboard:
    verbs = [("urge", ""), ("menu", "duplicate"), ("void", "")]
    buttons = [
        Button(t(f"desk.button.{value or verb}"), data=data(view, verb, value))
        for verb, value in verbs
    ]
    return _with_back(view, t, across(buttons, 2))


def duplicate(
    view: IssueView, t: Translator, now: datetime, others: Sequence[IssueView]
) -> Keyboard:
    """Of the same order or customer, or by its number."""
    rows = [
        (Button(_plain(row(x, t, now)), data=data(view, "duplicate", str(x.no))),) for x in others
    ]
    other = Button(t("desk.menu.number"), data=data(view, "ask", "duplicate"))
    return _with_back(view, t, (*rows, (other,)), "menu", "more")


# asked by a reply -----------------------------------------------------------------------------


def question(
    view: IssueView, t: Translator, what: str, person: int, name: str, *, private: bool
) -> Message:
    """Answered by a reply; in a group it names whose reply box is to open."""
    slug, _, _ = what.partition(":")
    words_ = t(f"desk.question.{slug}", no=view.no, currency=view.currency)
    who = "" if private else f'<a href="tg://user?id={person}">{escape(cut(name, 20))}</a> '
    return Message(f"{who}{words_}", asks=t(f"desk.example.{slug}"))


# ----------------------------------------------------------------------------------------------


def _choices(
    view: IssueView, t: Translator, verb: str, choices: Sequence[Choice], *back: str, across_: int
) -> Keyboard:
    buttons = [
        Button(cut(label, _LABEL * 2 if across_ < 3 else _LABEL), data=data(view, verb, value))
        for value, label in choices
    ]
    return _with_back(view, t, across(buttons, across_), *back)


def _with_back(view: IssueView, t: Translator, rows: Keyboard, *back: str) -> Keyboard:
    verb, value = back or ("card", "")
    return (*rows, (Button(t("people.back"), data=data(view, verb, value)),))


def _mark(t: Translator, label: str, *, now: bool) -> str:
    return t("answer.menu.current", name=label) if now else label


def per_row(t: Translator) -> int:
    """English words are longer."""
    return 2 if t.language == "en" else 3


def _plain(line: str) -> str:
    return unescape(line.replace("<b>", "").replace("</b>", ""))
