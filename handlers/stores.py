"""/stores: what the team sells where, which files make a day whole, and who brings them."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from bot import audit, periods, stores, teams
from bot.access import DESK
from bot.context import Turn
from bot.context import number as row_id
from bot.db.people import Member, Store
from bot.digests import whole
from bot.digests.whole import StoreState
from bot.errors import UserError
from bot.message import Message
from bot.render import stores as render


def show(turn: Turn) -> None:
    """All stores; `/stores KEY` shows one, `/stores KEY NAME` gives it another name."""
    key, _, name = turn.event.text.strip().partition(" ")
    if not key:
        turn.say(_all(turn))
        return
    store = stores.by_key(turn.stores, key)
    if name.strip():
        stores.rename(turn.s, store, name)
        _note(turn, "store_named", f"{store.key}: {store.name}")
    turn.say(_one(turn, store))


def change(turn: Turn) -> None:
    """`stores:<what>[:…]`: list, add, or a store's id, alone or with one change."""
    what, *rest = turn.event.data.split(":")
    if what == "list":
        turn.edit(_all(turn))
    elif what == "add":
        turn.edit(_add(turn, rest))
    else:
        turn.edit(_changed(turn, stores.get(turn.stores, row_id(what)), rest))


def _changed(turn: Turn, store: Store, rest: list[str]) -> Message:
    """`kind:<kind>` in or out, `who:<kind>` to be asked, `who:<kind>:<member or 0>` chosen."""
    match rest:
        case ["kind", kind]:
            added = whole.toggle(turn.s, store, kind, _day(turn, store))
            _note(turn, "kind_added" if added else "kind_dropped", f"{kind} {store.name}")
        case ["who", kind]:
            return render.who(turn.t, store, kind, _desk(turn))
        case ["who", kind, member]:
            chosen = row_id(member) or None
            if chosen and chosen not in {m.id for m in _desk(turn)}:
                raise UserError("store.no_person")
            whole.bring(turn.s, store, kind, chosen, _day(turn, store))
            what = "bringer" if chosen else "bringer_none"
            _note(turn, what, f"{kind} {store.name}", about=chosen)
    return _one(turn, store)


def _desk(turn: Turn) -> list[Member]:
    """Who may send files."""
    return [m for m in teams.members(turn.s, turn.team_id) if m.role in DESK]


def _add(turn: Turn, rest: list[str]) -> Message:
    """Platform, then money and zone, then it is there. Not for somebody who would not see it."""
    if not _adds(turn):
        raise UserError("not_allowed")
    platform = next((p for p in teams.PLATFORMS if rest and p.key == rest[0]), None)
    if platform is None:
        return render.platforms(turn.t, teams.PLATFORMS)
    if len(rest) < 3:
        return render.places(turn.t, platform, turn.house.config.defaults)
    currency, zone = rest[1:3]
    if not render.offered(platform, currency, zone, turn.house.config.defaults):
        raise UserError("store.gone")
    name = turn.t(f"platform.{platform.key}")
    store = stores.another(
        turn.s, turn.team_id, name, platform.key, currency, zone, turn.now
    )  # fmt: skip
    _note(turn, "store_added", f"{store.key}: {store.name}")
    return _one(turn, store)


def _adds(turn: Turn) -> bool:
    assert turn.member
    return not teams.held_to(turn.s, turn.member)


def _note(turn: Turn, what: str, to: str, about: int | None = None) -> None:
    assert turn.member  # the rule lets nobody else through
    audit.note(turn.s, turn.member, what, turn.now, about=about, to=to)


def _all(turn: Turn) -> Message:
    seen = [(x, _state(turn, x)) for x in turn.stores]
    return render.overview(turn.t, seen, adds=_adds(turn))


def _one(turn: Turn, store: Store) -> Message:
    return render.one(turn.t, store, _state(turn, store))


def _state(turn: Turn, store: Store) -> StoreState:
    assert store.id
    day = _day(turn, store)
    return whole.states(turn.s, [(store.id, day)])[store.id, day]


def _day(turn: Turn, store: Store) -> date:
    return periods.business_day(turn.now, ZoneInfo(store.timezone)) - periods.DAY
