"""Who owns this installation: those named in config.toml, and whoever claimed it by the first link.

`storebot init` makes one link; it is good for a day and for one person. Only its hash is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from bot import teams
from bot.access import OWNER
from bot.db.people import Member, Secret, Team
from bot.errors import UserError

PREFIX = "own_"  # of the deep link's payload
GOOD_FOR = timedelta(hours=24)
_CLAIM, _OWNER = "owner_claim", "owner:"


def offer(s: Session, now: datetime) -> str:
    """The payload of a new link; an older one is void from now on."""
    payload = PREFIX + secrets.token_urlsafe(16)
    s.merge(Secret(name=_CLAIM, value=f"{_hash(payload)} {(now + GOOD_FOR).isoformat()}"))
    s.flush()
    return payload


def claim(s: Session, payload: str, person: int, name: str, now: datetime) -> list[Team]:
    """Make a person the owner; the teams without anybody in them are theirs too.

    Raises UserError where the link was used, is void or too old.
    """
    row = s.get(Secret, _CLAIM, with_for_update=True)
    digest, _, until = (row.value if row else "").partition(" ")
    good = bool(digest) and hmac.compare_digest(digest, _hash(payload))
    if row is None or not good or now > datetime.fromisoformat(until):
        raise UserError("owner.void")
    s.delete(row)
    s.merge(Secret(name=f"{_OWNER}{person}", value=now.isoformat()))
    peopled = select(Member.team_id).distinct()
    orphans = list(s.exec(select(Team).where(col(Team.id).not_in(peopled))))
    for team in orphans:
        teams.add_member(s, team.id or 0, person, name, OWNER, now)
    s.flush()
    return orphans


def owns(s: Session, person: int, named: Iterable[int]) -> bool:
    """`named`: the owners of config.toml."""
    return person in named or s.get(Secret, f"{_OWNER}{person}") is not None


def _hash(payload: str) -> str:
    return hashlib.sha256(payload.encode()).hexdigest()
