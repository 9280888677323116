"""Cards of kin: a follow-up, a notice, a violation, a live session. Pure.

Their own buttons are `k:<issue>:<version>:<verb>[:<value>]`; handing on, voiding and undoing are those of
every card (`bot.render.issues`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot import teams
from bot.aftersales.kin.seen import Extra, LiveView
from bot.aftersales.views import EventView, IssueView
from bot.db.people import Member
from bot.i18n import Translator
from bot.message import Button, Keyboard, Message
from bot.render import issues
from bot.render.html import cut, escape

_NAMES = 12  # of people who have not confirmed, before "and 3 more"
_TEXT = 1500  # characters of a notice on its card
_LABEL = 14  # cells of a thing on a button
_HISTORY = 5
_LASTING = frozenset({"confirm", "check", "missed", "undo", "file", "gone"})


def text(view: IssueView, t: Translator, now: datetime) -> str:
    return "\n".join(x for x in _TEXTS[view.kind](view, t, now) if x)


def buttons(view: IssueView, t: Translator, now: datetime) -> Keyboard:
    return tuple(row for row in _BUTTONS[view.kind](view, t, now) if row)


# a follow-up ------------------------------------------------------------------------------------


def _todo(view: IssueView, t: Translator, now: datetime) -> list[str]:
    return [
        _head(view, t, now, t(f"kin.todo.{view.stage}") if not view.open else ""),
        _words(view.note),
        _due(view, t, now),
        _who(view, t, now),
        *_history(view, t, now),
    ]


def _todo_buttons(view: IssueView, t: Translator, now: datetime) -> Keyboard:
    if not view.open:
        return (_generic(view, t, now, "reopen"),)
    later = ("1d", "1w") if view.due_at else ("1d", "3d", "1w")
    key = "later" if view.due_at else "on"
    return (
        (_b(view, t, "done"), *(_b(view, t, "later", x, f"{key}_{x}") for x in later)),
        _generic(view, t, now, "assign", "void"),
    )


# a notice ---------------------------------------------------------------------------------------


def _notice(view: IssueView, t: Translator, now: datetime) -> list[str]:
    extra = view.extra or Extra()
    done, every = extra.confirmed, len(extra.receipts)
    waiting = [r.name for r in extra.receipts if r.at is None]
    if done == every:
        count = t("kin.notice.all", n=every)
    else:
        count = t("kin.notice.count", done=done, n=every)
    lines = [
        _head(view, t, now, "" if view.open or not waiting else t("kin.notice.closed")),
        escape(_clip(view.note, _TEXT)),
        "",
        _due(view, t, now),
        count,
    ]
    if waiting:
        lines.append(t("kin.notice.waiting", names=_names(waiting, t)))
    told = _bar(escape(cut(view.reporter, 12)), issues.moment(view.opened_at, view, t, now))
    return [*lines, told, *_said(view, t, now)]


def _notice_buttons(view: IssueView, t: Translator, now: datetime) -> Keyboard:
    if not view.open:
        return ()
    extra = view.extra or Extra()
    label = t("kin.button.ok_count", done=extra.confirmed, n=len(extra.receipts))
    return (
        (Button(label, data=data(view, "ok")),),
        (_b(view, t, "close"), *_generic(view, t, now)),
    )


def _names(names: Sequence[str], t: Translator) -> str:
    shown = t("link.and").join(escape(cut(x, 12)) for x in names[:_NAMES])
    more = len(names) - _NAMES
    return t("kin.notice.more", names=shown, n=more) if more > 0 else shown


# a violation ------------------------------------------------------------------------------------


def _violation(view: IssueView, t: Translator, now: datetime) -> list[str]:
    if view.resolution:
        state = _verdict(view.resolution, t)
    elif view.stage == "waiting":
        state = t("kin.violation.appealed")
    else:
        state = t("kin.violation.open" if view.open else f"desk.stage.{view.stage}")
    number = f"<code>{escape(view.order_no[:40])}</code>" if view.order_no else ""
    points = "" if view.quantity is None else t("kin.violation.points", n=view.quantity)
    amount = (
        ""
        if view.amount is None
        else t("kin.violation.fine", sum=issues.money(view.amount, view, t))
    )
    return [
        _head(view, t, now, state),
        _words(view.note),
        _bar(t("kin.violation.number", no=number) if number else "", points, amount),
        _due(view, t, now) or (t("kin.violation.no_due") if _undecided(view) else ""),
        _who(view, t, now),
        *_history(view, t, now),
    ]


def _verdict(slug: str, t: Translator) -> str:
    return t(f"kin.verdict.{slug}") if t.has(f"kin.verdict.{slug}") else slug


def _undecided(view: IssueView) -> bool:
    return view.open and view.stage != "waiting"


def _violation_buttons(view: IssueView, t: Translator, now: datetime) -> Keyboard:
    if not view.open:
        return (_generic(view, t, now, "reopen"),)
    if view.stage == "waiting":
        first = (_b(view, t, "verdict", "won", "won"), _b(view, t, "verdict", "lost", "lost"))
    else:
        first = (_b(view, t, "appeal"), _b(view, t, "verdict", "accepted", "accepted"))
    due: tuple[Button, ...] = ()
    if _undecided(view) and view.due_at is None:
        due = tuple(_b(view, t, "later", x, f"due_{x}") for x in ("3d", "1w", "15d"))
    return (first, due, _generic(view, t, now, "assign", "void"))


# a live session ---------------------------------------------------------------------------------


def _live(view: IssueView, t: Translator, now: datetime) -> list[str]:
    live = (view.extra or Extra()).live or LiveView()
    if view.stage == "doing":
        return _running(view, live, t, now)
    if not view.open and live.started_at and live.ended_at:
        return _recap(view, live, t, now)
    state = t("kin.live.ready", done=live.ready, n=len(live.checks)) if live.checks else ""
    if not view.open:
        state = t(f"desk.stage.{view.stage}")
    return [
        _head(view, t, now, state),
        _words(view.note),
        _due(view, t, now),
        _who(view, t, now),
        *_said(view, t, now),
        f"<i>{t('kin.live.how')}</i>" if view.open else "",
    ]


def _running(view: IssueView, live: LiveView, t: Translator, now: datetime) -> list[str]:
    at = issues.moment(live.started_at, view, t, now) if live.started_at else ""
    missing = [c.text for c in live.checks if not c.done]
    lines = [_head(view, t, now, t("kin.live.running", at=at)), _words(view.note)]
    if missing:
        lines.append(t("kin.live.missing", what=escape(t("link.and").join(missing))))
    lines += _incidents(view, live, t)
    return [*lines, f"<i>{t('kin.live.log')}</i>"]


def _recap(view: IssueView, live: LiveView, t: Translator, now: datetime) -> list[str]:
    """Numbers first, then what happened; what nobody told is asked for."""
    assert live.started_at
    assert live.ended_at
    day, today = live.started_at.astimezone(view.zone).date(), now.astimezone(view.zone).date()
    span = f"{t.clock(live.started_at, view.zone)}–{t.clock(live.ended_at, view.zone)}"
    took = issues.span(live.ended_at - live.started_at, t)
    figures = dict(live.figures)
    lines = [
        _head(view, t, now, t("kin.live.recap")),
        _words(view.note),
        f"{t.short_date(day, today)} {span} · {took}",
        _told(figures, view, t),
    ]
    if live.imported:
        orders, sales = live.imported
        lines.append(t("kin.live.imported", n=t.number(orders), sum=issues.money(sales, view, t)))
    lines += _incidents(view, live, t)
    lacking = [x for x in ("viewers", "clicks") if x not in figures]
    lacking += ["orders"] if "orders" not in figures and not live.imported else []
    if lacking:
        what = t("link.and").join(t(f"kin.figure.{x}.name") for x in lacking)
        lines.append(f"<i>{t('kin.live.ask', what=what)}</i>")
    return lines


def _told(figures: dict[str, int], view: IssueView, t: Translator) -> str:
    parts = []
    for name, value in figures.items():
        shown = issues.money(value, view, t) if name == "sales" else t.number(value)
        part = f"{t(f'kin.figure.{name}.name')} <b>{shown}</b>"
        before = {"clicks": "viewers", "orders": "clicks"}.get(name, "")
        if figures.get(before):
            part += f" ({t.percent(value / figures[before])})"
        parts.append(part)
    return " · ".join(parts)


def _incidents(view: IssueView, live: LiveView, t: Translator) -> list[str]:
    if not live.incidents:
        return []
    lines = [t("kin.live.incidents", n=len(live.incidents))]
    for x in live.incidents:
        photos = f" 📷{x.photos}" if x.photos else ""
        at, who = t.clock(x.at, view.zone), escape(cut(x.who, 12))
        lines.append(f"{at} {who}{t('desk.card.said')}{escape(_clip(x.text, 120))}{photos}")
    return lines


def _live_buttons(view: IssueView, t: Translator, now: datetime) -> Keyboard:
    live = (view.extra or Extra()).live or LiveView()
    if not view.open:
        return ()
    items = [
        Button(
            f"{'✅' if c.done else '⬜️'} {cut(c.text, _LABEL)}", data=data(view, "item", str(c.id))
        )
        for c in live.checks
    ]
    if view.stage == "doing":
        left = [b for b, c in zip(items, live.checks, strict=True) if not c.done]
        return (*issues.across(left, 2), (_b(view, t, "end"),))
    end = (_b(view, t, "start"), *_generic(view, t, now, "void"))
    return (*issues.across(items, 2), end)


# reminders --------------------------------------------------------------------------------------


def remind_todo(view: IssueView, t: Translator, now: datetime, rule: str) -> Message:
    """To whoever has it, in private; or in the chat, where they cannot be reached."""
    head = t(f"kin.remind.{rule}", no=view.no, at=_moment(view, t, now))
    rows = _todo_buttons(view, t, now)[:1] if view.kind == "todo" else ()
    return Message(f"{head}\n{_words(view.note)}", rows)


def remind_live(view: IssueView, t: Translator) -> Message:
    assert view.due_at
    live = (view.extra or Extra()).live or LiveView()
    missing = [c.text for c in live.checks if not c.done]
    head = t("kin.remind.live", no=view.no, at=t.clock(view.due_at, view.zone))
    lines = [head, _words(view.note)]
    if missing:
        lines.append(t("kin.live.missing", what=escape(t("link.and").join(missing))))
    return Message("\n".join(x for x in lines if x))


def remind_notice(view: IssueView, t: Translator, now: datetime) -> Message:
    """In private, to one who has not confirmed; with the text, so that they need not search."""
    head = t("kin.remind.notice", no=view.no, who=escape(cut(view.reporter, 12)))
    ok = Button(t("kin.button.ok"), data=data(view, "ok"))
    lines = (head, escape(_clip(view.note, _TEXT)), _due(view, t, now))
    return Message("\n".join(x for x in lines if x), ((ok,),))


def call_out(view: IssueView, t: Translator, members: Sequence[Member]) -> Message:
    """In the chat, to those who cannot be reached in private; Telegram tells them."""
    named = t("link.and").join(_mention(m) for m in members[:_NAMES])
    ok = Button(t("kin.button.ok"), data=data(view, "ok"))
    return Message(t("kin.remind.names", no=view.no, names=named), ((ok,),))


def to(message: Message, t: Translator, member: Member) -> Message:
    """The same in a chat, to one of those there."""
    return replace(message, text=f"{_mention(member)}{t('desk.card.said')}{message.text}")


def _mention(member: Member) -> str:
    name = escape(cut(teams.called(member), 20))
    return f'<a href="tg://user?id={member.telegram_id}">{name}</a>'


def overdue_notice(view: IssueView, t: Translator) -> Message:
    """To its writer, at its deadline."""
    extra = view.extra or Extra()
    waiting = [r.name for r in extra.receipts if r.at is None]
    return Message(t("kin.remind.late_notice", no=view.no, names=_names(waiting, t)))


def confirmed(view: IssueView, t: Translator) -> Message:
    """In place of a reminder."""
    return Message(f"{t('kin.remind.confirmed', no=view.no)}\n{escape(_clip(view.note, 200))}")


# lists ------------------------------------------------------------------------------------------


def mine(t: Translator, views: Sequence[IssueView], now: datetime, kind: str) -> Message:
    """What is open of one kind, each behind a button."""
    if not views:
        return Message(f"{t(f'kin.{kind}.none')}\n{t(f'kin.{kind}.usage')}")
    rows = [issues.row(v, t, now) for v in views]
    opens = [Button(f"#{v.no}", data=data(v, "open")) for v in views]
    return Message("\n".join([t(f"kin.{kind}.list", n=len(views)), *rows]), issues.across(opens, 4))


def usage(t: Translator, kind: str) -> Message:
    return Message(t(f"kin.{kind}.usage"))


# ------------------------------------------------------------------------------------------------


def _head(view: IssueView, t: Translator, now: datetime, state: str) -> str:
    mark = _MARKS[view.kind]
    late = view.open and view.due_at is not None and view.due_at < now and view.kind != "live"
    dot = "🔴" if late else "✅" if view.stage == "closed" else "⚪" if not view.open else mark
    title = f"{dot} <b>#{view.no} {t(f'desk.kind.{view.kind}')}</b>"
    return _bar(title, escape(cut(view.store, 28)), f"<b>{escape(state)}</b>" if state else "")


_MARKS = {"todo": "📌", "notice": "📣", "violation": "⚠️", "live": "🎬"}


def _due(view: IssueView, t: Translator, now: datetime) -> str:
    if view.due_at is None or not view.open:
        return ""
    what = t(f"desk.due.{view.kind}")
    left = issues.left(view, t, now) if view.kind != "live" or view.due_at > now else ""
    return _dot(f"⏰ <b>{_moment(view, t, now)} {escape(what)}</b>", escape(left))


def _moment(view: IssueView, t: Translator, now: datetime) -> str:
    """12‑01 周二 18:00: with its weekday, so that a misunderstood 下周五 is seen."""
    assert view.due_at
    day = view.due_at.astimezone(view.zone).date()
    today = now.astimezone(view.zone).date()
    return f"{t.short_date(day, today)} {t.weekday(day)} {t.clock(view.due_at, view.zone)}"


def _who(view: IssueView, t: Translator, now: datetime) -> str:
    at = issues.moment(view.opened_at, view, t, now)
    by, to = escape(cut(view.reporter, 12)), escape(cut(view.assignee, 12))
    logged = t("desk.card.logged", who=by, at=at)
    if to and view.assignee_id == view.reporter_id:
        return logged
    return f"{to or t('desk.card.nobody')} ← {logged}"


def _history(view: IssueView, t: Translator, now: datetime) -> list[str]:
    """What was done and said, but for what the lines above say."""
    told = [e for e in view.history if not e.undone and e.what not in ("open", "undo", "missed")]
    return [_event(e, view, t, now) for e in told[-_HISTORY:]]


def _said(view: IssueView, t: Translator, now: datetime) -> list[str]:
    told = [e for e in view.history if not e.undone and e.what in ("note", "photo")]
    return [_event(e, view, t, now) for e in told[-_HISTORY:]]


def _event(e: EventView, view: IssueView, t: Translator, now: datetime) -> str:
    head = f"{issues.moment(e.at, view, t, now)} {escape(cut(e.who, 12))}".strip()
    photos = f" 📷{e.photos}" if e.photos else ""
    note = escape(_clip(e.note, 200))
    if e.what in ("note", "photo"):
        return f"{head}{t('desk.card.said')}{note}{photos}" if note else f"{head}{photos or ' 📷'}"
    if e.what == "resolve":
        return f"{head} {escape(_verdict(e.value, t))}"
    if e.what == "wait":
        return f"{head} {t('kin.violation.appealed')}"
    if e.what == "close":
        return f"{head} {t('kin.todo.closed')}"
    value = issues.happened(e, view, t, now)
    return f"{head} {escape(t(f'desk.event.{e.what}', value=value).strip())}"


def _generic(view: IssueView, t: Translator, now: datetime, *verbs: str) -> tuple[Button, ...]:
    """Buttons of every card: reopen, assign, void; and the way back."""
    found = [
        Button(t(f"kin.button.{x}"), data=issues.data(view, *_DOES.get(x, (x,)))) for x in verbs
    ]
    undo = issues.undoable(view, now)
    if undo and undo.what not in _LASTING:
        found.append(Button(t("desk.button.undo"), data=issues.data(view, "undo", str(undo.id))))
    return tuple(found)


_DOES = {"assign": ("menu", "assign")}


def _b(view: IssueView, t: Translator, verb: str, value: str = "", label: str = "") -> Button:
    return Button(t(f"kin.button.{label or verb}"), data=data(view, verb, value))


def data(view: IssueView, verb: str, value: str = "") -> str:
    return ":".join(x for x in ("k", str(view.id), str(view.version), verb, value) if x)


def _words(note: str) -> str:
    return escape(_clip(" ".join(note.split()), 500))


def _clip(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most].rstrip()}…"


def _bar(*parts: str) -> str:
    return "｜".join(x for x in parts if x)


def _dot(*parts: str) -> str:
    return " · ".join(x for x in parts if x)


Lines = Callable[[IssueView, Translator, datetime], Iterable[str]]
Rows = Callable[[IssueView, Translator, datetime], Keyboard]

_TEXTS: dict[str, Lines] = {
    "todo": _todo, "notice": _notice, "violation": _violation, "live": _live,
}  # fmt: skip
_BUTTONS: dict[str, Rows] = {
    "todo": _todo_buttons, "notice": _notice_buttons, "violation": _violation_buttons,
    "live": _live_buttons,
}  # fmt: skip
