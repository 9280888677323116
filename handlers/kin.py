"""/todo, /notice, /violation, /live: the desk's kin, and the buttons of their cards."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from bot import desk, teams
from bot.access import DESK
from bot.aftersales import issues, listing, masks, scope
from bot.aftersales.hours import Hours, awake
from bot.aftersales.kin import calls, doing, live, opening, violation
from bot.aftersales.kin import line as lines
from bot.aftersales.kin.line import Line
from bot.aftersales.listing import Filter
from bot.aftersales.views import IssueView
from bot.context import Turn
from bot.context import number as row_id
from bot.db.desk import Issue, Receipt
from bot.db.people import Member
from bot.errors import UserError
from bot.i18n import words
from bot.render import drafts
from bot.render import issues as cards
from bot.render import kin as render

MOST = 20  # of a list


def todo(turn: Turn) -> None:
    """`/todo 12-01 淘客合作到期 @wang`; alone, what is mine to do."""
    member, stores = _member(turn), turn.stores
    if not turn.event.text:
        here, wanted = _here(turn), Filter("mine", kind="todo")
        page = listing.page(turn.s, turn.team_id, wanted, here, turn.now, member=member, size=MOST)
        turn.say(render.mine(turn.t, page.rows, turn.now, "todo"))
        return
    line = _line(turn)
    _show(turn, opening.todo(turn.s, member, line, opening.only(stores), turn.now), line)


def notice(turn: Turn) -> None:
    """`/notice 主图已换 @all 截止明天12点`, in the group that is to know."""
    stores = turn.stores
    if not turn.event.text:
        turn.say(render.usage(turn.t, "notice"))
        return
    hours = Hours((awake(turn.house.config.defaults.quiet_hours),), turn.zone)
    line = _line(turn, led=True)
    _show(turn, opening.notice(turn.s, _member(turn), line, stores, turn.now, hours), line)


def report(turn: Turn) -> None:
    """`/violation 天猫旗舰店 V26112200931 虚假发货 扣12分 罚500元 12-03 18:00`."""
    stores = turn.stores
    if not turn.event.text:
        turn.say(render.usage(turn.t, "violation"))
        return
    line = _line(turn, (violation.number(turn.event.text),))
    _show(turn, opening.report(turn.s, _member(turn), line, stores, turn.now), line)


def broadcast(turn: Turn) -> None:
    """`/live start 12-01 20:00 抖音专场`, `/live end 观看3200 …`; alone, what is planned or runs."""
    stores = turn.stores
    verb, _, rest = turn.event.text.partition(" ")
    if not verb:
        turn.say(render.mine(turn.t, issues.views(turn.s, _running(turn)), turn.now, "live"))
    elif verb.casefold() in words("kin.end_aliases"):
        _end(turn, rest)
    elif verb.casefold() in words("kin.start_aliases"):
        turn.event = replace(turn.event, text=rest)
        line, items = _line(turn), turn.t.lines("kin.checklist")
        _show(turn, opening.live(turn.s, _member(turn), line, stores, items, turn.now), line)
    else:
        turn.say(render.usage(turn.t, "live"))


def _end(turn: Turn, text: str) -> None:
    """The one whose card stands here, else the one that runs."""
    found = _running(turn)
    here = [x for x in found if calls.stands_in(turn.s, x, turn.event.chat)]
    issue = next(iter(here or found), None)
    if issue is None:
        raise UserError("kin.no_live")
    if issue.stage != "doing" and issue.due_at and issue.due_at > turn.now:
        raise UserError("kin.not_begun", no=issue.no)
    doing.end(turn.s, issue, _member(turn), turn.now)
    _tell(turn, issue, text)
    desk.changed(turn.s, turn.house, issue, turn.now)
    desk.card_here(turn, issue)


def _running(turn: Turn) -> list[Issue]:
    bounds = scope.of(turn.s, _member(turn), _here(turn))
    return [x for x in doing.running(turn.s, turn.team_id) if bounds.holds(x)]


def _here(turn: Turn) -> frozenset[int] | None:
    """The stores that a group speaks about; in private all that the member may see."""
    private = turn.event.chat_kind == "private"
    return None if private else frozenset(x.id or 0 for x in turn.stores)


# replies to a card ------------------------------------------------------------------------------


def heard(turn: Turn, issue: Issue) -> bool:
    """Words under the card of a live session that change its list or tell its figures."""
    if issue.kind != "live":
        return False
    said = masks.mask(turn.event.text)
    if doing.edit_list(turn.s, issue, said.text, _member(turn), turn.now):
        _hide(turn, said.found)
        return True
    return issue.stage == "closed" and _tell(turn, issue, turn.event.text)


def _tell(turn: Turn, issue: Issue, text: str) -> bool:
    currency = issues.view(turn.s, issue, turn.now, 0).currency
    figures = live.figures(text, currency or turn.house.config.defaults.currency)
    if figures:
        doing.tell(turn.s, issue, figures, _member(turn), turn.now)
    return bool(figures)


# buttons ----------------------------------------------------------------------------------------


def press(turn: Turn) -> None:
    """`k:<issue>:<version of the card>:<verb>[:<value>]`."""
    number, _, rest = turn.event.data.partition(":")
    version, _, rest = rest.partition(":")
    verb, _, value = rest.partition(":")
    issue = _issue(turn, row_id(number))
    if verb == "ok" and issue.kind == "notice":
        _confirm(turn, issue)
        return
    if _member(turn).role not in DESK:
        raise UserError("not_allowed")
    if verb == "open":
        desk.card_here(turn, issue)
        return
    does = _VERBS.get((issue.kind, verb))
    if does is None:
        raise UserError("stale")
    does(turn, issue, value, row_id(version) or None)
    if not desk.stands(turn.s, issue, turn.event.chat, turn.event.message_id):
        turn.edit(cards.card(_view(turn, issue), turn.t, turn.now))
    desk.changed(turn.s, turn.house, issue, turn.now)


Does = Callable[[Turn, Issue, str, int | None], None]


def _done(turn: Turn, issue: Issue, _: str, version: int | None) -> None:
    issues.act(turn.s, issue, "close", _member(turn), turn.now, version=version)


def _later(turn: Turn, issue: Issue, value: str, version: int | None) -> None:
    zone = _view(turn, issue).zone
    doing.later(turn.s, issue, _member(turn), value, zone, turn.now, version)


_VERBS: dict[tuple[str, str], Does] = {
    ("todo", "done"): _done,
    ("todo", "later"): _later,
    ("notice", "close"): _done,
    ("violation", "later"): _later,
    ("violation", "appeal"): lambda t, i, _, __: doing.appeal(t.s, i, _member(t), t.now),
    ("violation", "verdict"): lambda t, i, x, _: doing.verdict(t.s, i, _member(t), x, t.now),
    ("live", "item"): lambda t, i, x, _: doing.tick(t.s, i, row_id(x), _member(t), t.now),
    ("live", "start"): lambda t, i, _, __: doing.start(t.s, i, _member(t), t.now),
    ("live", "end"): lambda t, i, _, __: doing.end(t.s, i, _member(t), t.now),
}


def _confirm(turn: Turn, issue: Issue) -> None:
    fresh = doing.confirm(turn.s, issue, _member(turn), turn.now)
    turn.answer(turn.t("kin.toast.ok" if fresh else "kin.toast.again"))
    if turn.event.chat_kind == "private":
        turn.edit(render.confirmed(_view(turn, issue), turn.t))
    if fresh:
        desk.changed(turn.s, turn.house, issue, turn.now)


def _issue(turn: Turn, number: int) -> Issue:
    """Theirs to see, or a notice that asks them. Raises UserError."""
    issue, member = turn.s.get(Issue, number), _member(turn)
    if issue and issue.team_id == member.team_id and turn.s.get(Receipt, (number, member.id)):
        return issue
    found = issues.seen(turn.s, member, number)
    here = {x.id for x in turn.stores} if turn.event.chat_kind != "private" else None
    if here is not None and found.store_id is not None and found.store_id not in here:
        raise UserError("store.not_yours")
    return found


# ------------------------------------------------------------------------------------------------


def _line(turn: Turn, known: Collection[str] = (), *, led: bool = False) -> Line:
    people = opening.names(turn.s, turn.team_id)
    return lines.read(turn.event.text, people, turn.now, turn.zone, known, led=led)


def _show(turn: Turn, issue: Issue, line: Line) -> None:
    """Its card; the message it was made from speaks of it too."""
    e = turn.event
    desk.card_here(turn, issue)
    chat = teams.chat(turn.s, e.chat, e.chat_kind, e.chat_title)
    desk.link(turn.s, chat.id or 0, [e.message_id], issue)
    _hide(turn, line.hidden)


def _hide(turn: Turn, kinds: Sequence[str]) -> None:
    """Ask to delete the message that held a customer's number."""
    if not kinds:
        return
    hears = turn.binding is not None and bool(turn.binding.hears_all)
    may = turn.event.chat_kind == "private" or hears
    turn.say(drafts.hidden(turn.t, kinds, f"del:{turn.event.message_id}" if may else ""))


def _view(turn: Turn, issue: Issue) -> IssueView:
    return issues.view(turn.s, issue, turn.now, desk.HISTORY)


def _member(turn: Turn) -> Member:
    if turn.member is None:
        raise UserError("not_allowed")
    return turn.member
