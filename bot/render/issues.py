"""The desk in words: the card of an issue, a line of a list, how long is left. Pure.

A card is seen by many, so its buttons are those of its state; who may press them is asked at the
press. Data is `i:<issue id>:<version>:<verb>[:<value>]`: a press on a card that has changed
since is told so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from bot.aftersales import stages
from bot.aftersales.views import EventView, IssueView
from bot.i18n import Translator
from bot.message import Album, Button, Keyboard, Media, Message
from bot.render import html
from bot.render.html import bold, cut, escape

NEAR = timedelta(hours=2)  # before a deadline: red
MORNING = 9  # o'clock: what is due before it has to be done on the evening before
LINE = 36  # cells of a line of a list, in the narrow bubble of a group
_OPEN_LINES = 4  # of a history that stands whole; a longer one folds but for the last two
_LAST = 2
_TITLE, _PERSON, _NOTE = 28, 12, 240  # cells and characters that a card gives them
_ALBUM, _PHOTOS = 10, 30  # of one album, of one press
PASSED = "applied_at:"  # the value of the event: when the customer asked is not known
_REFUNDS = ("refund_only", "return_refund")


# what it is -----------------------------------------------------------------------------------


def dot(view: IssueView, now: datetime) -> str:
    """🔴 late or under two hours, 🟠 today's work, 🟡 open, ⏳ waiting, ✅ solved, ⚪ over."""
    if not view.open:
        return "✅" if view.stage == "solved" else "⚪"
    if view.due_at and view.due_at - now < NEAR:
        return "🔴"
    if view.stage == "waiting":
        return "⏳"
    return "🟠" if view.urgent or (view.due_at and _todays(view, now)) else "🟡"


def _todays(view: IssueView, now: datetime) -> bool:
    """Due today, or before tomorrow's work begins."""
    assert view.due_at
    due, here = view.due_at.astimezone(view.zone), now.astimezone(view.zone)
    return due.date() == here.date() or _tonight(due, here)


def _tonight(due: datetime, here: datetime) -> bool:
    """It ends in the night to come: nobody is there to act then."""
    return (due.date() - here.date()).days == 1 and due.hour < MORNING


def named(view: IssueView, t: Translator) -> str:
    """Its type; without one, what kind of thing it is."""
    name = t(f"desk.type.{view.type}" if view.type else f"desk.kind.{view.kind}")
    part = view.amount is not None and view.order_amount and view.amount < view.order_amount
    return t("desk.card.part", type=name) if part and view.type in _REFUNDS else name


def why(view: IssueView, t: Translator) -> str:
    """Its reason; one that the team added has the team's name."""
    return view.reason_name or (t(f"desk.reason.{view.reason}") if view.reason else "")


def stage(view: IssueView, t: Translator) -> str:
    if view.stage == "waiting" and view.waiting_for:
        return t("desk.card.waits", who=t(f"desk.wait.{view.waiting_for}"))
    if view.stage == "duplicate" and view.duplicate_of:
        return t("desk.card.duplicate", no=view.duplicate_of)
    return t(f"desk.stage.{view.stage}")


# time -----------------------------------------------------------------------------------------


def span(length: timedelta, t: Translator) -> str:
    """9小时32分, 3天4小时, 45分钟: two units at most."""
    minutes = max(int(abs(length).total_seconds()) // 60, 0)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return t("desk.time.days", d=days, h=hours) if hours else t("desk.time.days_only", d=days)
    if hours:
        return t("desk.time.hours", h=hours, m=rest) if rest else t("desk.time.hours_only", h=hours)
    return t("desk.time.minutes", m=rest)


def short_span(length: timedelta) -> str:
    """9h, 3d, 45m."""
    minutes = max(int(abs(length).total_seconds()) // 60, 0)
    if minutes >= 2880:
        return f"{minutes // 1440}d"
    return f"{minutes // 60}h" if minutes >= 60 else f"{minutes}m"


def left(view: IssueView, t: Translator, now: datetime) -> str:
    """剩9小时32分, 超2小时10分; empty without a deadline."""
    if view.due_at is None:
        return ""
    length = view.due_at - now
    return t("desk.time.late" if length < timedelta() else "desk.time.left", span=span(length, t))


def moment(at: datetime, view: IssueView, t: Translator, now: datetime) -> str:
    """17:40; with the date where it is another day."""
    day, today = at.astimezone(view.zone).date(), now.astimezone(view.zone).date()
    clock = t.clock(at, view.zone)
    return clock if day == today else f"{t.short_date(day, today)} {clock}"


def money(minor: int, view: IssueView, t: Translator) -> str:
    """¥29.90; without a currency where the store is not known."""
    return t.money(minor, view.currency) if view.currency else t.number(minor / 100, 2)


# the card -------------------------------------------------------------------------------------


def card(view: IssueView, t: Translator, now: datetime) -> Message:
    return Message(text(view, t, now), buttons(view, t, now))


def known(view: IssueView, t: Translator) -> list[str]:
    """What a draft has understood so far, in the lines of the card it will be."""
    store, who = _cut(view.store, _TITLE), _cut(view.assignee, _PERSON)
    responsible = t(f"desk.responsible.{view.responsible}") if view.responsible else ""
    to = t("desk.card.to", who=who) if who else ""
    due = moment(view.due_at, view, t, view.opened_at) if view.due_at else ""
    lines = [
        store, _what(view, t), _where(view, t),
        _bar(escape(why(view, t)), responsible, to, f"⏰ {due}" if due else ""), _note(view),
    ]  # fmt: skip
    return [x for x in lines if x]


def text(view: IssueView, t: Translator, now: datetime) -> str:
    """Within Telegram's limit, however much has happened."""
    if view.kind != "issue":
        from bot.render import kin  # built of the same parts as these

        return kin.text(view, t, now)
    head = [_head(view, t, now), *_deadline(view, t, now), *_result(view, t)]
    head += [x for x in (_what(view, t), _where(view, t), _who(view, t, now), _note(view)) if x]
    told = [_event(e, view, t, now) for e in view.history if _shown(e)]
    while html.visible("\n".join([*head, *told])) > html.LIMIT - 100:
        told.pop(0)
    return "\n".join([*head, *_folded(told)])


def _head(view: IssueView, t: Translator, now: datetime) -> str:
    urgent = "❗" if view.urgent and view.open else ""
    title = f"{dot(view, now)} <b>{urgent}#{view.no} {escape(named(view, t))}</b>"
    again = t("desk.card.again", n=view.reopened) if view.reopened and view.open else ""
    return _bar(title, _cut(view.store, _TITLE), f"<b>{escape(stage(view, t))}</b>", again)


def _deadline(view: IssueView, t: Translator, now: datetime) -> list[str]:
    """⏰ when, and what happens then · how long is left → what to do about it."""
    if view.due_at is None or not view.open:
        return []
    due, today = view.due_at.astimezone(view.zone), now.astimezone(view.zone).date()
    when = f"{t.short_date(due.date(), today)} {t.clock(due, view.zone)}"
    line = f"⏰ <b>{when} {escape(_happens(view, t))}</b> · {escape(left(view, t, now))}"
    line += t("desk.card.from_birth") if from_birth(view) else ""
    advice = _advice(view, now)
    return [f"{line} → {t(f'desk.advice.{advice}')}" if advice else line]


def _happens(view: IssueView, t: Translator) -> str:
    if view.kind != "issue":
        return t(f"desk.due.{view.kind}")
    if view.due_from == "chat":
        return t("desk.due.agreed")
    if view.stage == "waiting":
        return t("desk.due.back" if view.waiting_for == "buyer" else "desk.due.follow")
    return t("desk.due.refund" if view.type in _REFUNDS else "desk.due.platform")


def from_birth(view: IssueView) -> bool:
    """Whether the table's hours run from when it was logged, as nobody said when the customer asked.

    What comes back or waits has another clock.
    """
    return (
        view.due_from == "table" and view.applied_at is None
        and view.stage in ("new", "assigned", "doing") and not view.waybill
    )  # fmt: skip


def _asks_when(view: IssueView) -> bool:
    """While nobody is at it yet; passed over once is answered."""
    passed = any(e.value == PASSED and not e.undone for e in view.history)
    return from_birth(view) and view.stage in ("new", "assigned") and not passed


def _advice(view: IssueView, now: datetime) -> str:
    assert view.due_at
    due, here = view.due_at.astimezone(view.zone), now.astimezone(view.zone)
    if view.due_at < now + NEAR:
        return "now"
    return "tonight" if _tonight(due, here) else ""


def _result(view: IssueView, t: Translator) -> list[str]:
    """How it ended, and what it cost."""
    if view.open or not view.resolution:
        return []
    cost = "" if view.cost is None else t("desk.card.cost", sum=money(view.cost, view, t))
    late = t("desk.card.missed") if view.missed_at else ""
    taken = span((view.solved_at or view.opened_at) - view.opened_at, t) if view.solved_at else ""
    took = t("desk.card.took", span=taken) if taken else ""
    return [_bar(bold(t(f"desk.resolution.{view.resolution}")), cost, took, late)]


def _what(view: IssueView, t: Translator) -> str:
    """苹果礼盒5斤 ¥59.80｜尾号0093｜要求退1件 ¥29.90."""
    paid = money(view.order_amount, view, t) if view.order_amount else ""
    product = " ".join(x for x in (_cut(view.product, _TITLE), paid) if x)
    tail = t("desk.card.tail", tail=escape(view.tail)) if view.tail else ""
    return _bar(product, tail, _asks(view, t))


def _asks(view: IssueView, t: Translator) -> str:
    """What the customer wants; of how many, how much."""
    pieces = "" if view.quantity is None else t("desk.card.pieces", n=view.quantity)
    sum_ = "" if view.amount is None else money(view.amount, view, t)
    if not (pieces or sum_):
        return ""
    wish = t(f"desk.asks.{view.type}" if view.type else "desk.asks.any")
    return f"{wish}{pieces} {sum_}".strip() if pieces else f"{wish} {sum_}".strip()


def _where(view: IssueView, t: Translator) -> str:
    """What a platform knows it by, to copy on a tap."""
    order = t("desk.card.order", no=_code(view.order_no)) if view.order_no else ""
    refund = t("desk.card.refund", no=_code(view.refund_no)) if view.refund_no else ""
    waybill = t("desk.card.waybill", no=_code(view.waybill)) if view.waybill else ""
    return _bar(order, refund, waybill, _cut(view.platform_status, 20))


def _who(view: IssueView, t: Translator, now: datetime) -> str:
    """少件｜责任 仓库(待确认)｜小王 ← 小李 17:32登记."""
    responsible = ""
    if view.responsible:
        key = "desk.card.maybe" if view.open else "desk.card.fault"
        responsible = t(key, who=t(f"desk.responsible.{view.responsible}"))
    by, at = _cut(view.reporter, _PERSON), moment(view.opened_at, view, t, now)
    logged = t("desk.card.logged", who=by, at=at) if by else t("desk.card.imported", at=at)
    to = _cut(view.assignee, _PERSON) or t("desk.card.nobody")
    return _bar(escape(why(view, t)), responsible, f"{to} ← {logged}")


def _note(view: IssueView) -> str:
    """What was said when it was logged, and the photos that no line of the history has."""
    shown = sum(e.photos for e in view.history if _shown(e))
    photos = _photos(view.photos - shown)
    words = _words(view.note)
    return f"「{words}」{photos}" if words else photos.strip()


def _photos(n: int) -> str:
    return f" 📷{n}" if n > 0 else ""


# history --------------------------------------------------------------------------------------


def _shown(e: EventView) -> bool:
    """Not what another line of the card says anyway, nor what was taken back."""
    return not e.undone and e.what not in ("open", "undo") and e.value != PASSED


def _event(e: EventView, view: IssueView, t: Translator, now: datetime) -> str:
    at, who, photos = moment(e.at, view, t, now), _cut(e.who, _PERSON), _photos(e.photos)
    head, note = f"{at} {who}".strip(), _words(e.note)
    if e.what in ("note", "photo"):
        words = f"{t('desk.card.said')}{note}" if note else ""
        return f"{head}{words}{photos or ('' if note else ' 📷')}"
    did = escape(t(f"desk.event.{e.what}", value=happened(e, view, t, now)).strip())
    said = f"{t('desk.card.said')}{note}" if note else ""
    return f"{head} {did}{said}{photos}"


def happened(e: EventView, view: IssueView, t: Translator, now: datetime) -> str:
    """The value of an event as people say it."""
    if e.what == "wait":
        return t(f"desk.wait.{e.value}")
    if e.what == "due":
        return moment(datetime.fromisoformat(e.value), view, t, now) if e.value else "–"
    if e.what == "resolve":
        slug, _, cost = e.value.partition(":")
        sum_ = f" {money(int(cost), view, t)}" if cost else ""
        return f"{t(f'desk.resolution.{slug}')}{sum_}"
    if e.what == "change":
        return _changed(e.value, view, t, now)
    return cut(" ".join(e.value.split()), _TITLE)


def _changed(value: str, view: IssueView, t: Translator, now: datetime) -> str:
    """`reason:missing` → 原因 少件漏发."""
    name, _, new = value.partition(":")
    label = t(f"desk.field.{name}") if t.has(f"desk.field.{name}") else name
    if name == "amount" and new.isdecimal():
        new = money(int(new), view, t)
    elif name == "reason" and new == view.reason and view.reason_name:
        new = view.reason_name
    elif t.has(f"desk.{name}.{new}"):
        new = t(f"desk.{name}.{new}")
    elif name == "applied_at" and new:
        new = moment(datetime.fromisoformat(new), view, t, now)
    elif name == "urgent":
        return label if new == "1" else t("desk.card.not_urgent")
    return f"{label} {cut(new, _TITLE) or '–'}"


def _folded(lines: Sequence[str]) -> list[str]:
    """A long history folds; the last two lines stay where the eye is."""
    if len(lines) <= _OPEN_LINES:
        return list(lines)
    return [html.quote(lines[:-_LAST]), *lines[-_LAST:]]


# buttons --------------------------------------------------------------------------------------


def buttons(view: IssueView, t: Translator, now: datetime) -> Keyboard:
    """Those of its state, its photos, and while it is fresh what is to be known of it."""
    last = []
    if view.photos:
        last.append(Button(f"📷 {view.photos}", data=data(view, "photos")))
    if _asks_when(view):
        last.append(Button(t("desk.button.applied"), data=data(view, "menu", "applied")))
    if view.kind == "issue":
        rows = _acts(view, t, now)
    else:
        from bot.render import kin  # built of the same parts as these

        rows = kin.buttons(view, t, now)
    return (*rows, tuple(last)) if last else rows


def _acts(view: IssueView, t: Translator, now: datetime) -> Keyboard:
    """What may still be taken back has its Undo."""

    def b(verb: str, value: str = "", label: str = "") -> Button:
        return Button(t(f"desk.button.{label or verb}"), data=data(view, verb, value))

    undo = undoable(view, now)
    back = (b("undo", str(undo.id)),) if undo else ()
    if view.stage == "solved":
        return ((b("close"), b("reopen")), (b("menu", "change", "change"), *back))
    if not view.open:
        return ((b("reopen"), *back),)
    resolve, wait = b("menu", "resolve", "resolve"), b("menu", "wait", "wait")
    assign, change, more = (b("menu", x, x) for x in ("assign", "change", "more"))
    if view.stage == "waiting":
        return ((b("resume"), resolve), (wait, assign), (change, more, *back))
    if view.stage == "doing":
        return ((resolve, wait), (assign, change, more, *back))
    return ((b("take"), assign), (resolve, wait), (change, more, *back))


def photos(view: IssueView, media: Sequence[Media], t: Translator) -> list[Message]:
    """The newest, in albums as Telegram takes them: photos and videos together, files apart."""
    media = media[-_PHOTOS:]
    looks = [m for m in media if m.kind != "document"]
    files = [m for m in media if m.kind == "document"]
    sorry = t("desk.here.photos_refused")
    said = []
    for some in (looks, files):
        for i in range(0, len(some), _ALBUM):
            album = tuple(some[i : i + _ALBUM])
            words = f"<b>#{view.no}</b> {escape(why(view, t) or named(view, t))} 📷{len(album)}"
            # the ids are the card's to forget: they stay in no row of what was said
            said.append(Message(words, album=Album(album, sorry), secret=True))
    return said


def undoable(view: IssueView, now: datetime) -> EventView | None:
    """The last thing that somebody did, while it may still be taken back."""
    last = next((e for e in reversed(view.history) if not e.undone and e.what != "undo"), None)
    if last is None or not last.who or now - last.at > timedelta(minutes=stages.UNDO_MINUTES):
        return None
    return last


def data(view: IssueView, verb: str, value: str = "") -> str:
    return ":".join(x for x in ("i", str(view.id), str(view.version), verb, value) if x)


# a line of a list -----------------------------------------------------------------------------


def row(
    view: IssueView, t: Translator, now: datetime, short: Callable[[timedelta], str] = short_span
) -> str:
    """🔴 #123 剩2h 少件漏发 苹果礼盒5斤 · 小王, on one line of a phone. `short`: the time in words."""
    time = ""
    if view.open and view.due_at:
        late = view.due_at < now
        time = t("desk.time.late" if late else "desk.time.left", span=short(view.due_at - now))
    head = " ".join(x for x in (f"#{view.no}", time) if x)
    about = why(view, t) or named(view, t)
    who = cut(view.assignee, 8)
    room = LINE - html.cells(head) - html.cells(who) - 6
    words = cut(f"{about} {view.product or view.note}".strip(), max(room, 12))
    end = f" · {escape(who)}" if who else ""
    return f"{dot(view, now)} <b>{escape(head)}</b> {escape(words)}{end}"


def told(view: IssueView, t: Translator, now: datetime, what: str, who: str) -> Message:
    """To the assignee: somebody gave it to them, or urges it."""
    words = t(f"desk.told.{what}", who=_cut(who, _PERSON))
    return Message(f"{words}\n{row(view, t, now)}", ((Button(f"#{view.no}", data(view, "open")),),))


# ----------------------------------------------------------------------------------------------


def _bar(*parts: str) -> str:
    return "｜".join(x for x in parts if x)


def _cut(words: str, width: int) -> str:
    return escape(cut(" ".join(words.split()), width))


def _words(note: str) -> str:
    words = " ".join(note.split())
    return escape(words if len(words) <= _NOTE else f"{words[:_NOTE].rstrip()}…")


def _code(number: str) -> str:
    return f"<code>{escape(number[:40])}</code>"


def across(found: Iterable[Button], n: int = 3) -> Keyboard:
    every = list(found)
    return tuple(tuple(every[i : i + n]) for i in range(0, len(every), n))
