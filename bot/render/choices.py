"""The buttons under an answer: a few quick changes, and menus of periods, breakdowns, comparisons.

Data is the question's id and one change; what already holds is marked in a menu and left out of
the quick row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.i18n import Translator
from bot.message import Button, Keyboard
from bot.metrics.catalogue import METRICS
from bot.metrics.query import COMPARE_CODES, PERIOD_CODES, Query, named_span
from bot.metrics.scope import StoreInfo

MENUS = ("p", "b", "c")
_BY = (
    "product", "channel", "campaign", "store", "region", "day", "hour", "weekday", "week", "month",
)  # fmt: skip
_ACROSS = 3
_STORES = 8  # more are named in words
_DATA = 64  # bytes that Telegram takes with a button


def keyboard(
    query: Query, stores: int, t: Translator, today: date, question: str, *, back: bool = False
) -> Keyboard:
    """Under an answer about so many stores; `back`: there is an answer it came from."""
    menus = tuple(Button(t(f"answer.menu.{m}"), data=f"q:{question}:menu:{m}") for m in MENUS)
    rows = [_quick(query, stores, t, today, question), menus]
    if back:
        rows.append((Button(t("answer.menu.back"), data=f"q:{question}:back"),))
    return tuple(row for row in rows if row)


def of_stores(stores: Sequence[StoreInfo], question: str) -> Keyboard:
    """A button for each store, where the question can be answered of one only."""
    buttons = [Button(x.name, data=f"q:{question}:s:{x.key}") for x in stores[:_STORES]]
    fit = [b for b in buttons if len(b.data.encode()) <= _DATA]
    return tuple(tuple(fit[i : i + 2]) for i in range(0, len(fit), 2))


def menu(
    which: str, query: Query, stores: int, t: Translator, today: date, question: str
) -> Keyboard:
    """The choices of one menu, the current one marked, and the way back to the answer."""
    choices = {
        "p": lambda: _periods(query, today),
        "b": lambda: _breakdowns(query, stores),
        "c": lambda: _comparisons(query),
    }[which]()
    buttons = [
        Button(
            t("answer.menu.current", name=t(key)) if now else t(key), data=f"q:{question}:{code}"
        )
        for key, code, now in choices
    ]
    rows = [tuple(buttons[i : i + _ACROSS]) for i in range(0, len(buttons), _ACROSS)]
    return (*rows, (Button(t("answer.menu.close"), data=f"q:{question}:menu:-"),))


Choice = tuple[str, str, bool]  # locale key, change, whether it holds now


def _periods(query: Query, today: date) -> list[Choice]:
    words = {"last_week": "full_week"}  # 上周; last_week is the comparison 周同比
    return [
        (
            f"answer.button.{words.get(name, name)}", f"p:{name}",
            named_span(name, today).period == query.period,
        )
        for name in PERIOD_CODES
    ]  # fmt: skip


def _breakdowns(query: Query, stores: int) -> list[Choice]:
    """Only what every metric of the question allows, and its period makes sense of."""
    days = query.period.days
    fits = {
        "store": stores > 1, "hour": days == 1, "day": days > 1, "weekday": days > 7,
        "week": days > 7, "month": days > 31,
    }  # fmt: skip
    metrics = [METRICS[slug] for slug in query.metrics]
    some = any if query.panel else all  # a panel shows those that fit
    found = [
        (f"dim.{by}.by", f"b:{by}", by in query.by)
        for by in _BY
        if by in query.by or (fits.get(by, True) and some(by in m.breakdowns for m in metrics))
    ]
    return [("answer.button.total", "b:-", not query.by), *found]


def _comparisons(query: Query) -> list[Choice]:
    kind = query.compare.kind if query.compare else ""
    found = [
        (f"answer.button.{name}", f"c:{code}", name == kind)
        for code, name in COMPARE_CODES.items()
        if not (name == "last_week" and query.period.days > 7)
    ]
    return [*found, ("answer.button.no_base", "c:-", not kind)]


def _quick(
    query: Query, stores: int, t: Translator, today: date, question: str
) -> tuple[Button, ...]:
    """The nearest other period, the nearest breakdown (or back to the total), and why."""
    near = ("last7", "yesterday", "month")
    periods = [c for c in _periods(query, today) if not c[2] and c[1][2:] in near]
    periods.sort(key=lambda c: near.index(c[1][2:]))
    breakdowns = [c for c in _breakdowns(query, stores) if not c[2]]
    sales = query.metrics[0] == "sales" and query.compare is not None
    why = ("answer.button.why", "i:why", False)
    last = why if sales and query.intent != "why" else next(iter(breakdowns[1:2]), None)
    chosen = [*periods[:1], *breakdowns[:1], *([last] if last else [])]
    return tuple(Button(t(key), data=f"q:{question}:{code}") for key, code, _ in chosen)
