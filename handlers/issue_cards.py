"""The buttons of a card: its actions, its menus, what it asks by a reply, and the way back."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot import desk, teams
from bot.access import DESK
from bot.aftersales import drafts, evidence, issues, twins
from bot.aftersales.drafts import Form
from bot.aftersales.views import IssueView
from bot.context import Turn
from bot.context import number as row_id
from bot.db.desk import Draft, Issue, IssueEvent
from bot.db.people import Member
from bot.errors import UserError
from bot.message import Keyboard
from bot.render import issue_menus as menus
from bot.render import issues as render
from bot.render.issue_menus import Choice
from handlers import issue_choices

# what a press does to the issue as it stands
ACTIONS = frozenset(
    {"take", "assign", "wait", "resume", "resolve", "close", "reopen", "void", "duplicate",
     "change", "urge"}
)  # fmt: skip
ASKED = frozenset(
    {"cost", "amount", "due", "duplicate", "quantity", "order_no", "tail", "applied_at"}
)
FIELDS = ("type", "reason", "responsible", "store")
_PEOPLE = 20  # on buttons
_EVENING, _LATE, _NOON = time(22), time(23, 59), time(12)
_MORNING, _NIGHT = time(9), time(21)


def press(turn: Turn) -> None:
    """`i:<issue>:<version of the card>:<verb>[:<value>]`."""
    number, _, rest = turn.event.data.partition(":")
    version, _, rest = rest.partition(":")
    verb, _, value = rest.partition(":")
    assert turn.member
    issue = issues.seen(turn.s, turn.member, row_id(number))
    shown_here(turn, issue)
    if verb == "open":
        desk.card_here(turn, issue)
    elif verb == "card":
        turn.buttons(render.buttons(_view(turn, issue), turn.t, turn.now))
    elif verb == "menu":
        turn.buttons(_menu(turn, issue, value))
        desk.untrue(turn.s, issue, turn.event.chat, turn.event.thread_id)
    elif verb == "photos":
        _photos(turn, issue)
    elif verb == "ask":
        _ask(turn, issue, value)
    elif verb == "undo":
        event = turn.s.get(IssueEvent, row_id(value))
        if event is None or event.issue_id != issue.id:
            raise UserError("stale")
        _changed(turn, issues.undo(turn.s, event.id or 0, turn.member, turn.now))
    elif verb == "due":
        at = moments(turn.now, _view(turn, issue)).get(value)
        if at is None and value != "table":
            raise UserError("stale")
        _act(turn, issue, "due", at.isoformat() if at else "", version)
    elif verb in ACTIONS:
        _act(turn, issue, verb, value, version)
    else:
        raise UserError("stale")


def shown_here(turn: Turn, issue: Issue) -> None:
    """In a group only what it speaks about; one that is not linked speaks about nothing."""
    if turn.event.chat_kind == "private":
        return
    if issue.store_id not in {None, *(x.id for x in turn.stores)}:
        raise UserError("store.not_yours")


def _photos(turn: Turn, issue: Issue) -> None:
    """Once more, under the card; ids that are past their time are gone, and the card learns it."""
    media = evidence.kept(turn.s, issue, turn.now)
    for message in render.photos(_view(turn, issue), media, turn.t):
        turn.say(message, to=turn.event.message_id)
    if not media:
        turn.answer(turn.t("desk.here.photos_gone", n=turn.house.config.privacy.evidence_days))
        desk.changed(turn.s, turn.house, issue, turn.now)


def _act(turn: Turn, issue: Issue, action: str, value: str, version: str) -> None:
    assert turn.member
    issues.act(turn.s, issue, action, turn.member, turn.now, value, version=row_id(version) or None)
    if action in ("assign", "urge"):
        desk.tell_assignee(turn, issue, action)
    _changed(turn, issue)


def _changed(turn: Turn, issue: Issue) -> None:
    """Every card of it; also a copy that is pressed though the card stands elsewhere by now."""
    if not desk.stands(turn.s, issue, turn.event.chat, turn.event.message_id):
        turn.edit(render.card(_view(turn, issue), turn.t, turn.now))
    desk.changed(turn.s, turn.house, issue, turn.now)


def _view(turn: Turn, issue: Issue) -> IssueView:
    return issues.view(turn.s, issue, turn.now, desk.HISTORY)


# menus ----------------------------------------------------------------------------------------


def _menu(turn: Turn, issue: Issue, name: str) -> Keyboard:
    view, t = _view(turn, issue), turn.t
    name, _, slug = name.partition(":")
    if name in FIELDS:
        choices = issue_choices.of(turn.s, turn.team_id, t, name, turn.stores)
        return menus.field(view, t, name, choices)
    match name:
        case "resolve":
            return menus.resolve(view, t)
        case "cost":
            return menus.cost(view, t, slug)
        case "wait":
            return menus.wait(view, t)
        case "assign":
            return menus.assign(view, t, _people(turn, issue))
        case "change":
            return menus.change(view, t)
        case "due":
            return menus.due(view, t, turn.now, moments(turn.now, view))
        case "applied":
            return menus.applied(view, t, asked(turn.now, view))
        case "more":
            return menus.more(view, t)
        case "duplicate":
            assert turn.member
            private = turn.event.chat_kind == "private"
            here = None if private else frozenset(x.id or 0 for x in turn.stores)
            alike = twins.of(turn.s, issue, turn.member, here)
            return menus.duplicate(view, t, turn.now, issues.views(turn.s, alike))
    raise UserError("stale")


def moments(now: datetime, view: IssueView) -> dict[str, datetime]:
    """The deadlines that a tap sets, in the issue's zone."""
    here = now.astimezone(view.zone)
    evening = datetime.combine(here.date(), _EVENING, view.zone)
    if evening - here < timedelta(hours=1):
        evening = datetime.combine(here.date(), _LATE, view.zone)
    noon = datetime.combine(here.date() + timedelta(days=1), _NOON, view.zone)
    soon = (now + timedelta(hours=2)).replace(second=0, microsecond=0)
    return {"h2": soon, "tonight": evening, "noon": noon}


def asked(now: datetime, view: IssueView) -> dict[str, datetime]:
    """When the customer may have asked, in the issue's zone: what a tap says."""
    minute = now.astimezone(view.zone).replace(second=0, microsecond=0)
    found = {
        "just": minute,
        "ago1": minute - timedelta(hours=1),
        "ago3": minute - timedelta(hours=3),
    }
    morning = datetime.combine(minute.date(), _MORNING, view.zone)
    if morning < found["ago3"]:
        return {**found, "morning": morning}
    return {
        **found,
        "night": datetime.combine(minute.date() - timedelta(days=1), _NIGHT, view.zone),
    }


def _people(turn: Turn, issue: Issue) -> list[Choice]:
    """Who may work on it, with their shift; not whoever has it."""
    found = []
    for m in teams.members(turn.s, turn.team_id):
        if m.role in DESK and m.id != issue.assignee_id and _may_see(turn, m, issue):
            shift = turn.t(f"shift.{m.shift}.name") if m.shift else ""
            found.append((str(m.id), f"{teams.called(m)} {shift}".strip()))
    return found[:_PEOPLE]


def _may_see(turn: Turn, member: Member, issue: Issue) -> bool:
    held = teams.held_to(turn.s, member)
    return not held or issue.store_id is None or issue.store_id in held


# by a reply -----------------------------------------------------------------------------------


def _ask(turn: Turn, issue: Issue, what: str) -> None:
    """A question whose answer is a reply; it is a row, as a draft is."""
    if what.partition(":")[0] not in ASKED:
        raise UserError("stale")
    e, member = turn.event, turn.member
    assert member
    private = e.chat_kind == "private"
    message = menus.question(
        _view(turn, issue), turn.t, what, e.person, teams.called(member), private=private
    )
    chat = teams.chat(turn.s, e.chat, e.chat_kind, e.chat_title)
    turn.s.add(
        Draft(
            id=drafts.new_id(), team_id=turn.team_id, chat_id=chat.id or 0, thread_id=e.thread_id,
            member_id=member.id or 0, key=turn.say(message, to=e.message_id), asking=what,
            fields=Form(answers=issue.id or 0).dump(), created_at=turn.now,
            expires_at=turn.now + drafts.GOOD_FOR,
        )
    )  # fmt: skip
