"""/invite: a one-time link into the team, by words or by buttons, and taking it back."""

from __future__ import annotations

from bot import invites, teams
from bot.access import LEADER, OWNER
from bot.context import Turn
from bot.context import number as row_id
from bot.db.people import Member
from bot.errors import UserError
from bot.invites import Offer
from bot.members import ALL
from bot.message import Message
from bot.render import people as render


def invite(turn: Turn) -> None:
    """`/invite 员工 天猫 7d`; without words the buttons ask."""
    words = turn.event.text.split()
    if not words:
        turn.say(render.choose_role(turn.t, invites.offered(_me(turn).role)))
        return
    offer = invites.read(turn.s, words, _me(turn), turn.now)
    made, payload = invites.make(turn.s, _me(turn), offer, turn.now)
    turn.say(_link(turn, invites.given(turn.s, made, _me(turn)), payload))


def step(turn: Turn) -> None:
    """`inv:[<role>[:<store, point or all>[:<span>]]]`: what is not said yet is asked next."""
    role, _, rest = turn.event.data.partition(":")
    place, _, span = rest.partition(":")
    me = _me(turn)
    if not role:
        turn.edit(render.choose_role(turn.t, invites.offered(me.role)))
        return
    if role not in invites.offered(me.role):
        raise UserError("not_allowed")
    if not place and (asked := _where(turn, role)):
        turn.edit(asked)
        return
    offer = _offer(role, place or _only(turn, role))
    if not span:
        turn.edit(render.choose_span(turn.t, offer, _name(turn, offer), _back(turn, role)))
        return
    offer = Offer(role, offer.store_id, offer.point_id, span)
    made, payload = invites.make_once(turn.s, me, offer, turn.now)
    turn.edit(_link(turn, invites.given(turn.s, made, me), payload))


def revoke(turn: Turn) -> None:
    """`unv:<invite>[:l]`, the latter from the list of open invites."""
    number, _, where = turn.event.data.partition(":")
    given = invites.revoke(turn.s, _me(turn), row_id(number), turn.now)
    if where:
        left = invites.pending(turn.s, _me(turn), turn.now)
        turn.edit(render.pending(turn.t, left, turn.zone))
    else:
        turn.edit(render.revoked(turn.t, given))


def _me(turn: Turn) -> Member:
    assert turn.member  # the rule lets nobody else through
    return turn.member


def _link(turn: Turn, given: invites.Given, payload: str) -> Message:
    link = f"https://t.me/{turn.house.bot_name}?start={payload}"
    return render.invited(turn.t, given, link, turn.zone)


def _where(turn: Turn, role: str) -> Message | None:
    """The question for store or point; None where there is nothing to choose."""
    if role == LEADER:
        return render.choose_point(turn.t, teams.points(turn.s, turn.team_id))
    if role == OWNER or len(turn.stores) < 2:
        return None
    everything = not teams.held_to(turn.s, _me(turn))
    return render.choose_store(turn.t, role, turn.stores, everything=everything)


def _only(turn: Turn, role: str) -> str:
    """The place where there is nothing to choose: the one store of somebody held to it, or all."""
    held = teams.held_to(turn.s, _me(turn))
    return str(min(held)) if held and role != OWNER else ALL


def _back(turn: Turn, role: str) -> str:
    return f"inv:{role}" if _where(turn, role) else "inv:"


def _offer(role: str, place: str) -> Offer:
    if place == ALL:
        return Offer(role)
    if role == LEADER:
        return Offer(role, point_id=row_id(place))
    return Offer(role, store_id=row_id(place))


def _name(turn: Turn, offer: Offer) -> str:
    """Raises UserError for a store or point of somebody else."""
    if offer.role == OWNER:
        return ""
    if offer.role == LEADER:
        names = {x.id: x.name for x in teams.points(turn.s, turn.team_id)}
    else:
        names = {x.id: x.name for x in turn.stores} | {None: turn.t("people.all_stores")}
    key = offer.point_id if offer.role == LEADER else offer.store_id
    if key not in names:
        raise UserError("invite.gone")
    return names[key]
