"""The stores of a team as its leaders change them: another one, another name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from bot import teams
from bot.db.people import Store
from bot.errors import UserError

LONGEST = 40  # characters of a name: more is cut everywhere it stands


def get(seen: Iterable[Store], store_id: int) -> Store:
    """Raises UserError where it is none of the stores that somebody sees."""
    found = next((x for x in seen if x.id == store_id), None)
    if found is None:
        raise UserError("store.gone")
    return found


def by_key(seen: Iterable[Store], key: str) -> Store:
    """Raises UserError where none of the stores that somebody sees has this key."""
    for store in seen:
        if store.key.casefold() == key.casefold():
            return store
    raise UserError("store.no_key", key=key)


def another(
    s: Session, team_id: int, name: str, platform: str, currency: str, timezone: str, now: datetime
) -> Store:
    """One more store; key and name get a number where the team has such a one."""
    there = teams.stores(s, team_id)
    key = _free(platform, {x.key for x in there})
    name = _free(name, {x.name for x in there}, " ")
    return teams.add_store(
        s, team_id, teams.new_store(key, name, platform, currency, timezone, now)
    )


def _free(word: str, taken: set[str], space: str = "") -> str:
    n = 1
    while (tried := word if n == 1 else f"{word}{space}{n}") in taken:
        n += 1
    return tried


def rename(s: Session, store: Store, name: str) -> None:
    """Raises UserError where the name is empty, too long or that of another store."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST:
        raise UserError("store.name", most=LONGEST)
    if any(x.name == name and x.id != store.id for x in teams.stores(s, store.team_id)):
        raise UserError("store.name_taken", name=name)
    store.name = name
    s.add(store)
    s.flush()
