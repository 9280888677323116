"""/start, /help, the owner's three taps, and asking to join."""

from __future__ import annotations

from functools import partial

from bot import teams
from bot.access import GROUPS, Verdict, decide
from bot.context import Turn
from bot.context import number as row_id
from bot.errors import UserError
from bot.message import Button, Message
from bot.render import notices


def start(turn: Turn) -> None:
    """A member is shown what there is, an owner without a team sets one up, anybody else asks."""
    if turn.member:
        turn.say(notices.welcome(turn.t, turn.member.name, _place(turn)))
    elif turn.event.person in turn.house.config.telegram.owners:
        turn.say(notices.choose_platform(turn.t, teams.PLATFORMS))
    else:
        join = Button(turn.t("join.ask"), data="join:ask")
        turn.say(Message(turn.t("error.stranger"), ((join,),)))


def help_(turn: Turn) -> None:
    turn.say(notices.help_(turn.t, _place(turn)))


def _place(turn: Turn) -> notices.Place:
    """What this person may do here, and whether they may send files at all."""
    from handlers import COMMANDS, FILE, WORDS  # the tables import the doors

    role = turn.member.role if turn.member else None
    kind = turn.event.chat_kind
    commands = [c.name for c in COMMANDS if decide(c.rule, role, kind) is Verdict.ALLOW]
    return notices.Place(
        commands,
        asks=decide(WORDS.rule, role, kind) is Verdict.ALLOW,
        files=decide(FILE.rule, role, "private") is Verdict.ALLOW,
        group=kind in GROUPS,
    )


def setup(turn: Turn) -> None:
    """`setup:<platform>[:<currency>:<zone>]`: platform, then money and zone, then done."""
    if turn.event.person not in turn.house.config.telegram.owners or turn.member:
        raise UserError("not_allowed")
    key, _, rest = turn.event.data.partition(":")
    platform = next((p for p in teams.PLATFORMS if p.key == key), None)
    if platform is None:
        raise UserError("not_allowed")
    if not rest:
        turn.edit(notices.choose_place(turn.t, platform, turn.house.config.defaults))
        return
    currency, _, zone = rest.partition(":")
    name = turn.t(f"platform.{key}")
    store = teams.new_store(key, name, key, currency, zone, turn.now)
    teams.found(turn.s, turn.event.person, turn.event.name, store, name, turn.now)
    turn.edit(notices.founded(turn.t, store))


def join(turn: Turn) -> None:
    """Somebody new asks; every owner is asked in private."""
    if turn.member:
        raise UserError("join.member")
    e = turn.event
    for request in teams.ask_to_join(turn.s, e.person, e.name, e.language_code, turn.now):
        for owner in teams.owners(turn.s, request.team_id):
            key = f"join:{request.id}:{owner.telegram_id}"
            turn.tell(owner, partial(notices.join_request, request), key, "join")
    turn.edit(Message(turn.t("join.asked")))


def admit(turn: Turn) -> None:
    """`admit:<request>:yes|no`, pressed by an owner."""
    number, _, word = turn.event.data.partition(":")
    request, member = teams.decide_join(
        turn.s, row_id(number), turn.team_id, word == "yes", turn.now
    )
    turn.edit(Message(turn.t("join.admitted" if member else "join.refused", name=request.name)))
    if member:
        turn.tell(member, partial(notices.admitted, member), f"admitted:{request.id}", "join")
