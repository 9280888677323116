"""/start, /help, the owner's three taps, and asking to join."""

from __future__ import annotations

from datetime import datetime
from difflib import get_close_matches
from functools import partial

from bot import audit, invites, joins, outbox, ownership, teams
from bot.access import GROUPS, OWNER, STAFF, Verdict, decide
from bot.context import Turn
from bot.context import number as row_id
from bot.db.people import Team
from bot.errors import UserError
from bot.i18n import Translator
from bot.message import Message
from bot.render import notices
from bot.render import people as render


def start(turn: Turn) -> None:
    """An invite lets in; a member is shown what there is, an owner sets up, anybody else asks."""
    if turn.event.text.startswith(invites.PREFIX):
        _come_in(turn)
    elif turn.event.text.startswith(ownership.PREFIX):
        _claim(turn)
    elif turn.member:
        turn.say(notices.welcome(turn.t, teams.called(turn.member), _guide(turn)))
    else:
        turn.say(_newcomer(turn))


def _owns(turn: Turn) -> bool:
    return ownership.owns(turn.s, turn.event.person, turn.house.config.telegram.owners)


def _claim(turn: Turn) -> None:
    """The first link of `storebot init`: its opener owns this installation."""
    e = turn.event
    found = ownership.claim(turn.s, e.text, e.person, e.name, turn.now)
    if found:
        turn.say(notices.owns(turn.t, found))
    elif turn.member:
        turn.say(notices.welcome(turn.t, teams.called(turn.member), _guide(turn)))
    else:
        team = _open_to_owner(turn)
        turn.say(
            notices.second_owner(turn.t, team.name)
            if team
            else notices.choose_platform(turn.t, teams.PLATFORMS)
        )


def help_(turn: Turn) -> None:
    turn.say(notices.help_(turn.t, _guide(turn)))


def unknown(turn: Turn) -> None:
    """A command that there is not, with the nearest one that this person may use here."""
    name = turn.event.text
    near = get_close_matches(name, _guide(turn).commands, 1)
    if near:
        raise UserError("unknown_near", name=name, near=near[0])
    raise UserError("unknown", name=name)


def _guide(turn: Turn) -> notices.Guide:
    """What this person may do here, and whether they may send files at all."""
    from handlers import COMMANDS, FILE, WORDS  # the tables import the doors

    role = turn.member.role if turn.member else None
    kind = turn.event.chat_kind
    commands = [c.name for c in COMMANDS if decide(c.rule, role, kind) is Verdict.ALLOW]
    return notices.Guide(
        commands,
        asks=decide(WORDS.rule, role, kind) is Verdict.ALLOW,
        files=decide(FILE.rule, role, "private") is Verdict.ALLOW,
        group=kind in GROUPS,
    )


def _come_in(turn: Turn) -> None:
    e = turn.event
    given, member, by = invites.accept(turn.s, e.text, e.person, e.name, e.language_code, turn.now)
    turn.enter(member)
    team = teams.team(turn.s, member.team_id).name
    what = render.what(turn.t, given)
    turn.say(notices.came_in(turn.t, member.name, team, what, _guide(turn)))
    turn.tell(by, partial(render.came, given, member.name, team), f"came:{given.id}", "people")


def _newcomer(turn: Turn) -> Message:
    """The config names owners: the first sets up the team, another comes into it."""
    if not _owns(turn):
        return notices.stranger(turn.t)
    there = teams.every(turn.s)
    if not there:
        return notices.choose_platform(turn.t, teams.PLATFORMS)
    team = _open_to_owner(turn)
    return notices.second_owner(turn.t, team.name) if team else notices.stranger(turn.t, owner=True)


def _open_to_owner(turn: Turn) -> Team | None:
    """The only team here, unless it was left: then its people decide, as about anybody."""
    there = teams.every(turn.s)
    if len(there) != 1 or teams.was_member(turn.s, there[0].id or 0, turn.event.person):
        return None
    return there[0]


def setup(turn: Turn) -> None:
    """`setup:<platform>[:<currency>:<zone>]`: platform, then money and zone, then done.

    `setup:new` begins, also again; `setup:in` is another owner's way into the team.
    """
    if not _owns(turn):
        raise UserError("not_allowed")
    if turn.member:
        raise UserError("setup.done")
    key, _, rest = turn.event.data.partition(":")
    if key == "in":
        _owner_comes_in(turn)
        return
    platform = next((p for p in teams.PLATFORMS if p.key == key), None)
    if platform is None:
        turn.edit(notices.choose_platform(turn.t, teams.PLATFORMS))
        return
    currency, _, zone = rest.partition(":")
    defaults = turn.house.config.defaults
    if (currency, zone) not in notices.places(platform, defaults):
        turn.edit(notices.choose_place(turn.t, platform, defaults))
        return
    name = turn.t(f"platform.{key}")
    store = teams.new_store(key, name, key, currency, zone, turn.now)
    teams.found(turn.s, turn.event.person, turn.event.name, store, name, turn.now)
    turn.edit(notices.founded(turn.t, store))


def _owner_comes_in(turn: Turn) -> None:
    e, team = turn.event, _open_to_owner(turn)
    if team is None or team.id is None:
        raise UserError("not_allowed")
    others = teams.owners(turn.s, team.id)
    member = teams.add_member(turn.s, team.id, e.person, e.name, OWNER, turn.now)
    member.language = e.language_code
    audit.note(turn.s, member, "owner_came", turn.now)
    turn.enter(member)
    what = render.role(turn.t, OWNER)
    turn.edit(notices.came_in(turn.t, member.name, team.name, what, _guide(turn)))
    for owner in others:
        key = f"owner:{member.id}:{owner.telegram_id}"
        turn.tell(owner, partial(render.owner_came, member.name, team.name), key, "people")


def join(turn: Turn) -> None:
    """Somebody new asks; every owner is asked in private."""
    if turn.member:
        raise UserError("join.member")
    e = turn.event
    asked = joins.ask(turn.s, e.person, e.name, e.language_code, turn.now)
    for request in asked.fresh:
        for owner in teams.owners(turn.s, request.team_id):
            key = _told(request.id or 0, request.asked_at, owner.telegram_id)
            turn.tell(owner, partial(render.request, request), key, "join")
    turn.edit(Message(turn.t(f"join.{asked.answer}")))


def admit(turn: Turn) -> None:
    """`admit:<request>:<role, yes or no>`, pressed by an owner of the team that was asked."""
    number, _, word = turn.event.data.partition(":")
    role = {"yes": STAFF, "no": ""}.get(word, word)  # the first release asked yes or no
    done = joins.decide(turn.s, row_id(number), turn.event.person, role, turn.now)
    make = partial(_outcome, done)
    turn.edit(make(turn.t))
    for owner in teams.owners(turn.s, done.by.team_id):
        key = _told(done.request_id, done.asked_at, owner.telegram_id)
        said = outbox.said_as(turn.s, key)
        here = turn.event.message_id if owner.telegram_id == turn.event.person else None
        if said is not None and said != here:
            turn.tell(owner, make, f"{key}:decided", "join", edits=key)
    _tell_asker(turn, done)


def _told(request_id: int, asked_at: datetime, owner: int) -> str:
    """Who asks again a day later is heard again."""
    return f"join:{request_id}:{int(asked_at.timestamp())}:{owner}"


def _outcome(done: joins.Decided, t: Translator) -> Message:
    by = teams.called(done.by)
    if done.member is None:
        return render.refused(done.name, by, t)
    return render.admitted(done.name, done.member.role, by, done.member.id or 0, t)


def _tell_asker(turn: Turn, done: joins.Decided) -> None:
    key = f"decided:{done.request_id}:{int(done.asked_at.timestamp())}"
    if done.member is None:
        turn.tell_outsider(done.telegram_id, done.language, render.not_let_in, key, "people")
    else:
        team = teams.team(turn.s, done.by.team_id).name
        yes = partial(render.let_in, done.name, team, done.member.role)
        turn.tell(done.member, yes, key, "people")
