"""Messages about the people of a team: invites, requests, the list, a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot import members
from bot.db.people import JoinRequest, Point, Store, Team
from bot.i18n import Translator
from bot.invites import SPANS, Given, Offer
from bot.joins import ROLES as ANSWERS
from bot.members import ALL, SHIFTS, Person
from bot.message import Button, Keyboard, Message
from bot.render.html import bold, cut, escape
from bot.render.notices import rows, zone_name

NAME = 20  # cells of a name in a text, less on a button
LABEL = 14
PAGE = 10  # people of the list at a time


def short(name: str, width: int = NAME) -> str:
    """A name may be 128 characters long, and markup."""
    return escape(cut(" ".join(name.split()), width))


def label(name: str) -> str:
    return cut(" ".join(name.split()), LABEL) or "–"


def role(t: Translator, key: str) -> str:
    return t(f"role.{key}.name")


def moment(t: Translator, at: datetime, zone: ZoneInfo) -> str:
    return f"{t.short_date(at.astimezone(zone).date())} {t.clock(at, zone)}"


def _dots(*parts: str) -> str:
    return " · ".join(x for x in parts if x)


# invites ------------------------------------------------------------------------------------


def choose_role(t: Translator, roles: Iterable[str]) -> Message:
    buttons = [Button(role(t, r), data=f"inv:{r}") for r in roles]
    return Message(t("invite.role"), rows(buttons))


def choose_store(
    t: Translator, given: str, stores: Sequence[Store], *, everything: bool
) -> Message:
    """`everything`: whoever invites may see all stores, so they may give all."""
    buttons = [Button(label(x.name), data=f"inv:{given}:{x.id}") for x in stores]
    if everything:
        buttons.insert(0, Button(t("people.all_stores"), data=f"inv:{given}:{ALL}"))
    text = t("invite.store", role=role(t, given))
    return Message(text, (*rows(buttons), (_back(t, "inv:"),)))


def choose_point(t: Translator, points: Sequence[Point]) -> Message:
    buttons = [Button(label(x.name), data=f"inv:leader:{x.id}") for x in points]
    text = t("invite.point") if points else t("invite.first_point")
    return Message(text, (*rows(buttons), (_back(t, "inv:"),)))


def choose_span(t: Translator, offer: Offer, place: str, back: str) -> Message:
    data = f"inv:{offer.role}:{offer.point_id or offer.store_id or ALL}"
    buttons = tuple(Button(t(f"invite.span.{x}.name"), data=f"{data}:{x}") for x in SPANS)
    what = _dots(role(t, offer.role), short(place))
    return Message(t("invite.span.ask", what=what), (buttons, (_back(t, back),)))


def what(t: Translator, given: Given) -> str:
    """员工 · 天猫旗舰店"""
    place = short(given.point or given.store)
    everything = "" if given.role in ("owner", "leader") else t("people.all_stores")
    return _dots(role(t, given.role), place or everything)


def invited(t: Translator, given: Given, link: str, zone: ZoneInfo) -> Message:
    """The only place where the link is ever shown."""
    until = t("people.until", at=moment(t, given.expires_at, zone), zone=zone_name(t, zone.key))
    share = f"https://t.me/share/url?url={quote(link, safe='')}"
    return Message(
        t("invite.made", what=what(t, given), until=until, link=link),
        (
            (Button(t("invite.copy"), copy=link), Button(t("invite.share"), url=share)),
            (Button(t("invite.revoke"), data=f"unv:{given.id}"),),
        ),
        secret=True,
    )


def revoked(t: Translator, given: Given) -> Message:
    return Message(t("invite.revoked", what=what(t, given)))


def came(given: Given, name: str, team: str, t: Translator) -> Message:
    """To whoever made the invite."""
    return Message(t("invite.came", name=short(name), team=short(team), what=what(t, given)))


def pending(t: Translator, invites: Sequence[Given], zone: ZoneInfo) -> Message:
    """The open invites, each with its button."""
    shown = invites[:PAGE]
    lines = [
        f"{n}. {what(t, x)}\n    "
        + t("invite.line", by=short(x.by), at=moment(t, x.expires_at, zone))
        for n, x in enumerate(shown, 1)
    ]
    buttons = [
        Button(t("invite.revoke_nth", n=n), data=f"unv:{x.id}:l") for n, x in enumerate(shown, 1)
    ]
    head = t("invite.open", n=len(invites)) if invites else t("invite.none_open")
    keyboard = (*rows(buttons), (_back(t, "team:p0"),))
    return Message("\n".join([bold(head), *lines]), keyboard)


# asking to join -----------------------------------------------------------------------------


def request(row: JoinRequest, t: Translator) -> Message:
    """To an owner; the name is wiped where it stands, since a refused person's is not kept."""
    buttons = [Button(role(t, r), data=f"admit:{row.id}:{r}") for r in ANSWERS]
    no = Button(t("join.no"), data=f"admit:{row.id}:no")
    keyboard = (*rows(buttons), (no,))
    return Message(t("join.request", name=short(row.name)), keyboard, secret=True)


def admitted(name: str, given: str, by: str, member_id: int, t: Translator) -> Message:
    text = t("join.admitted", name=short(name), role=role(t, given), by=short(by))
    return Message(text, ((Button(t("join.open"), data=f"tm:{member_id}"),),))


def refused(name: str, by: str, t: Translator) -> Message:
    return Message(t("join.refused", name=short(name), by=short(by)), secret=True)


def let_in(name: str, team: str, given: str, t: Translator) -> Message:
    """To whoever asked."""
    return Message(t("join.welcome", name=short(name), team=short(team), role=role(t, given)))


def not_let_in(t: Translator) -> Message:
    return Message(t("join.sorry"))


def owner_came(name: str, team: str, t: Translator) -> Message:
    """To the other owners."""
    return Message(t("setup.owner_came", name=short(name), team=short(team)))


def requests(t: Translator, waiting: Sequence[JoinRequest]) -> Message:
    buttons = [Button(label(x.name), data=f"team:r{x.id}") for x in waiting[:PAGE]]
    head = t("join.waiting_list", n=len(waiting)) if waiting else t("join.none_waiting")
    return Message(bold(head), (*rows(buttons), (_back(t, "team:p0"),)), secret=True)


# the list -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class TeamPage:
    """What `/team` shows. `changes`: the reader may open people; `others` are their other teams."""

    name: str
    people: Sequence[Person]
    shifts: dict[str, tuple[str, str]]
    page: int
    changes: bool
    invites: int
    requests: int
    others: Sequence[Team]


def team(t: Translator, view: TeamPage) -> Message:
    pages = max(-(-len(view.people) // PAGE), 1)
    page = min(view.page, pages - 1)
    shown = view.people[page * PAGE : (page + 1) * PAGE]
    count = t("team.count", n=len(view.people))
    lines = [f"<b>{short(view.name)}</b> · {count}", *(_line(t, p) for p in shown)]
    hours = [f"{t(f'shift.{k}.name')} {a}–{b}" for k, (a, b) in view.shifts.items()]
    lines += ["", "　".join(hours)]
    if view.changes:
        lines += [t("team.hint")]
    return Message("\n".join(lines), _team_buttons(t, view, shown, page, pages))


def _team_buttons(
    t: Translator, view: TeamPage, shown: Sequence[Person], page: int, pages: int
) -> Keyboard:
    keyboard: list[tuple[Button, ...]] = []
    if view.changes:
        keyboard += rows([Button(label(p.nickname or p.name), data=f"tm:{p.id}") for p in shown])
    keyboard.append(turning(t, "team:p", page, page + 1 < pages))
    if view.changes:
        more = [Button(t("team.invite"), data="inv:")]
        if view.invites:
            more.append(Button(t("team.invites", n=view.invites), data="team:i"))
        if view.requests:
            more.append(Button(t("team.requests", n=view.requests), data="team:r"))
        keyboard.append(tuple(more))
    return tuple(row for row in (*keyboard, *_others(t, view.others)) if row)


def turning(t: Translator, data: str, page: int, more: bool) -> tuple[Button, ...]:
    back = (Button(t("people.previous"), data=f"{data}{page - 1}"),) if page else ()
    return (*back, Button(t("people.next"), data=f"{data}{page + 1}")) if more else back


def _others(t: Translator, others: Sequence[Team]) -> Keyboard:
    return rows(
        [Button(t("team.switch", name=label(x.name)), data=f"switch:{x.id}") for x in others]
    )


def _line(t: Translator, p: Person) -> str:
    shift = t(f"shift.{p.shift}.name") if p.shift else ""
    return f"{_called(t, p)} {_dots(role(t, p.role), shift, _place(t, p))}"


def _called(t: Translator, p: Person) -> str:
    """陈陈（小陈）"""
    if not p.nickname:
        return f"<b>{short(p.name)}</b>"
    return t("people.called", nickname=short(p.nickname), name=short(p.name))


def _place(t: Translator, p: Person) -> str:
    if p.role == "leader":
        return short(p.point) if p.point else t("people.no_point")
    if len(p.stores) > 2:
        return t("people.stores", n=len(p.stores))
    return t("people.and").join(short(x, 16) for x in p.stores)


def alone(t: Translator, name: str, me: Person, others: Sequence[Team]) -> Message:
    """For those who do not see the list: their own place in the team."""
    text = t("team.you", team=short(name), what=_dots(role(t, me.role), _place(t, me)))
    return Message(text, _others(t, others))


def several(t: Translator, found: Sequence[Person], change: members.Change) -> Message:
    """More than one is called so: each button does to its person what was asked."""
    suffix = f":{change.verb}:{change.value}" if change.verb else ""
    buttons = [
        (
            Button(
                _dots(label(p.nickname or p.name), role(t, p.role), cut(p.point, 10)),
                data=f"tm:{p.id}{suffix}",
            ),
        )
        for p in found[:PAGE]
    ]
    return Message(t("team.several"), tuple(buttons))


# a person -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Card:
    """One person as somebody sees them who may change them, or (`roles` empty) may not.

    `shiftable`: nickname and shift may be changed, as one's own always may.
    """

    person: Person
    hours: dict[str, tuple[str, str]]
    roles: Sequence[str]
    shiftable: bool


def card(t: Translator, view: Card, zone: ZoneInfo) -> Message:
    p = view.person
    lines = [_called(t, p), role(t, p.role)]
    if p.role == "leader":
        lines.append(t("card.point", name=short(p.point) if p.point else t("people.no_point")))
    elif p.role != "owner":
        names = t("people.and").join(short(x) for x in p.stores) or t("people.all_stores")
        lines.append(t("card.stores", names=names))
    if p.shift:
        lines.append(f"{t(f'shift.{p.shift}.name')} {'–'.join(view.hours[p.shift])}")
    lines.append(t("card.joined", date=t.short_date(p.joined_at.astimezone(zone).date())))
    if view.shiftable:
        lines += ["", t("card.nickname", name=escape(p.name[:12].strip()))]
    return Message("\n".join(lines), _card_buttons(t, view))


def _card_buttons(t: Translator, view: Card) -> Keyboard:
    p, at = view.person, f"tm:{view.person.id}"
    keyboard: list[tuple[Button, ...]] = []
    if view.roles:
        place: tuple[Button, ...] = ()
        if p.role == "leader":
            place = (Button(t("card.change_point"), data=f"{at}:points"),)
        elif p.role != "owner":
            place = (Button(t("card.change_stores"), data=f"{at}:stores"),)
        keyboard.append((Button(t("card.change_role"), data=f"{at}:roles"), *place))
    if view.shiftable:
        keyboard.append(
            tuple(
                Button(
                    _ticked(t(f"shift.{x or 'none'}.name"), x == p.shift), data=f"{at}:shift:{x}"
                )
                for x in (*SHIFTS, "")
            )
        )
    if view.roles:
        keyboard.append((Button(t("card.remove"), data=f"{at}:leave"),))
    return (*keyboard, (_back(t, "team:p0"),))


def roles(t: Translator, view: Card) -> Message:
    p, at = view.person, f"tm:{view.person.id}"
    buttons = [Button(_ticked(role(t, r), r == p.role), data=f"{at}:role:{r}") for r in view.roles]
    text = t("card.which_role", name=_called(t, p))
    return Message(text, (*rows(buttons), (_back(t, at),)))


def stores(
    t: Translator, p: Person, stores: Sequence[Store], held: set[int], *, everything: bool
) -> Message:
    """Each press lets see one store more or less."""
    at = f"tm:{p.id}"
    buttons = [
        Button(_ticked(label(x.name), x.id in held), data=f"{at}:store:{x.id}") for x in stores
    ]
    if everything:
        buttons.insert(
            0, Button(_ticked(t("people.all_stores"), not held), data=f"{at}:store:{ALL}")
        )
    text = t("card.which_stores", name=_called(t, p))
    return Message(text, (*rows(buttons), (_back(t, at),)))


def points(t: Translator, p: Person, points: Sequence[Point]) -> Message:
    at = f"tm:{p.id}"
    buttons = [
        Button(_ticked(label(x.name), x.name == p.point), data=f"{at}:point:{x.id}") for x in points
    ]
    text = t("card.which_point", name=_called(t, p)) if points else t("card.no_points")
    return Message(text, (*rows(buttons), (_back(t, at),)))


def leave(t: Translator, p: Person) -> Message:
    yes = Button(t("card.remove_yes"), data=f"tm:{p.id}:remove")
    no = Button(t("card.remove_no"), data=f"tm:{p.id}")
    return Message(t("card.remove_ask", name=_called(t, p)), ((yes, no),))


def your_role(given: str, team: str, t: Translator) -> Message:
    return Message(t("team.your_role", role=role(t, given), team=short(team)))


def removed(team: str, t: Translator) -> Message:
    return Message(t("team.you_are_out", team=short(team)))


def _ticked(text: str, on: bool) -> str:
    return f"✓ {text}" if on else text


def _back(t: Translator, data: str) -> Button:
    return Button(t("people.back"), data=data)
