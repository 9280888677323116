"""/team: who is in it, and what may be changed about whom; /audit: what was changed."""

from __future__ import annotations

from functools import partial

from bot import audit, invites, joins, members, teams
from bot.access import DESK, LEADERSHIP, OWNER
from bot.context import Turn
from bot.context import number as row_id
from bot.db.people import Member
from bot.errors import UserError
from bot.members import Change
from bot.message import Message
from bot.render import audit as history
from bot.render import people as render


def team(turn: Turn) -> None:
    """The list; `小陈 晚班` changes somebody, `早班 09:00-17:30` a shift."""
    words = turn.event.text.split()
    if not words:
        turn.say(_list(turn, 0))
        return
    if _me(turn).role not in LEADERSHIP:
        raise UserError("not_allowed")
    shift = members.shift_of(words[0])
    if shift and any(c.isdecimal() for c in "".join(words[1:])):
        members.set_hours(turn.s, _me(turn), shift, " ".join(words[1:]), turn.now)
        turn.say(_list(turn, 0))
        return
    name, change = members.read(words)
    found = members.find(turn.s, turn.team_id, name)
    if not found:
        raise members.not_found(turn.s, turn.team_id, name)
    if len(found) > 1:
        ids = {m.id for m in found}
        people = [p for p in members.roster(turn.s, turn.team_id) if p.id in ids]
        turn.say(render.several(turn.t, people, change))
        return
    turn.say(_change(turn, found[0], change))


def look(turn: Turn) -> None:
    """`team:p<page>`, `team:i` the open invites, `team:r[<request>]` who asked to join."""
    data = turn.event.data
    if data.startswith("p"):
        turn.edit(_list(turn, row_id(data[1:])))
    elif data == "i" and _me(turn).role in LEADERSHIP:
        turn.edit(render.pending(turn.t, invites.pending(turn.s, _me(turn), turn.now), turn.zone))
    elif data.startswith("r") and _me(turn).role == OWNER:
        waiting = joins.waiting(turn.s, turn.team_id)
        chosen = [x for x in waiting if x.id == row_id(data[1:])]
        turn.edit(render.request(chosen[0], turn.t) if chosen else render.requests(turn.t, waiting))
    else:
        raise UserError("not_allowed")


def switch(turn: Turn) -> None:
    """`switch:<team>`: from now on another team of theirs is meant in private."""
    places = teams.memberships(turn.s, turn.event.person)
    chosen = next((m for m in places if m.team_id == row_id(turn.event.data)), None)
    if chosen is None:
        raise UserError("team.not_in")
    teams.choose(turn.s, chosen, turn.now)
    turn.enter(chosen)
    turn.edit(_list(turn, 0))


def person(turn: Turn) -> None:
    """`tm:<member>[:<verb>[:<value>]]`: their card, a choice about them, or a change."""
    number, _, rest = turn.event.data.partition(":")
    verb, _, value = rest.partition(":")
    target = members.member(turn.s, turn.team_id, row_id(number))
    if verb in ("roles", "stores", "points", "leave"):
        turn.edit(_choice(turn, target, verb))
    else:
        turn.edit(_change(turn, target, Change(verb, value)))


def log(turn: Turn) -> None:
    """`/audit` and `audit:<page>`."""
    page = row_id(turn.event.data)
    found = audit.recent(turn.s, turn.team_id, history.ENTRIES + 1, page * history.ENTRIES)
    more = len(found) > history.ENTRIES
    message = history.page(turn.t, found[: history.ENTRIES], page, more, turn.zone)
    if turn.event.query_id:
        turn.edit(message)
    else:
        turn.say(message)


def _me(turn: Turn) -> Member:
    assert turn.member  # the rule lets nobody else through
    return turn.member


def _list(turn: Turn, page: int) -> Message:
    """By role: with buttons, to read only, or just the reader's own place."""
    me, s = _me(turn), turn.s
    people, name = members.roster(s, me.team_id), teams.team(s, me.team_id).name
    mine = {m.team_id for m in teams.memberships(s, turn.event.person)} - {me.team_id}
    others = [x for x in teams.every(s) if x.id in mine]
    if me.role not in DESK:
        myself = next(p for p in people if p.id == me.id)
        return render.alone(turn.t, name, myself, others)
    leads, owns = me.role in LEADERSHIP, me.role == OWNER
    return render.team(
        turn.t,
        render.TeamPage(
            name, people, members.shifts(s, me.team_id), page, leads,
            len(invites.pending(s, me, turn.now)) if leads else 0,
            len(joins.waiting(s, me.team_id)) if owns else 0, others,
        ),
    )  # fmt: skip


def _change(turn: Turn, target: Member, change: Change) -> Message:
    """Do it and show what it became; the person hears of a new role and of being out."""
    if change.verb:
        members.apply(turn.s, _me(turn), target, change, turn.now)
    name, key = teams.team(turn.s, turn.team_id).name, f"{change.verb}:{turn.event.update_id}"
    if change.verb == "role" and target.id != _me(turn).id:
        turn.tell(target, partial(render.your_role, target.role, name), key, "people")
    if change.verb == "remove":
        turn.tell(target, partial(render.removed, name), key, "people")
        return _list(turn, 0)
    return _choice(turn, target, {"store": "stores"}.get(change.verb, ""))


def _choice(turn: Turn, target: Member, which: str) -> Message:
    me, s, t = _me(turn), turn.s, turn.t
    p = next(x for x in members.roster(s, me.team_id) if x.id == target.id)
    roles = members.givable(me.role, target.role)
    view = render.Card(p, members.shifts(s, me.team_id), roles, bool(roles) or target.id == me.id)
    if which and not roles:
        raise UserError("not_allowed")
    match which:
        case "roles":
            return render.roles(t, view)
        case "stores":
            held, all_ = teams.held_to(s, target), not teams.held_to(s, me)
            return render.stores(t, p, turn.stores, held, everything=all_)
        case "points":
            return render.points(t, p, teams.points(s, me.team_id))
        case "leave":
            return render.leave(t, p)
    return render.card(t, view, turn.zone)
