"""The reasons a team chooses from: those of the house but the ones it put away, and its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from bot import audit
from bot.aftersales.words import REASONS
from bot.config import LANGUAGES
from bot.db.desk import TeamReason
from bot.db.people import Member
from bot.errors import UserError
from bot.i18n import catalogue

LONGEST = 12  # characters; a button must hold it
MOST = 20  # of a team's own


@dataclass(frozen=True)
class Reasons:
    """`own`: (slug, name) in use; `hidden`: slugs put away, of the house or the team's."""

    own: tuple[tuple[str, str], ...] = ()
    hidden: frozenset[str] = frozenset()

    @property
    def house(self) -> tuple[str, ...]:
        """Slugs of the house in use; their names stand in the locales."""
        return tuple(r for r in REASONS if r not in self.hidden)


def of(s: Session, team_id: int) -> Reasons:
    rows = _rows(s, team_id)
    own = tuple((r.slug, r.name) for r in rows if r.name and not r.hidden)
    return Reasons(own, frozenset(r.slug for r in rows if r.hidden))


def change(s: Session, by: Member, text: str, now: datetime) -> tuple[str, bool]:
    """`+ 漏液` adds, `- 发票` puts away: the name, and whether it was added. Raises UserError."""
    sign, name = text[:1], " ".join(text[1:].split())
    if sign not in _PLUS | _MINUS:
        raise UserError("reasons.how")
    if not 1 <= len(name) <= LONGEST or not name.isprintable():
        raise UserError("reasons.name", most=LONGEST)
    if sign in _PLUS:
        _add(s, by, name)
    else:
        _hide(s, by, name)
    s.flush()
    audit.note(s, by, "reason_added" if sign in _PLUS else "reason_hidden", now, to=name)
    return name, sign in _PLUS


_PLUS, _MINUS = frozenset("+＋加"), frozenset("-－−–减減去")


def _add(s: Session, by: Member, name: str) -> None:
    """A new one, or one that was put away."""
    rows = _rows(s, by.team_id)
    slug = _house(name)
    row = next((r for r in rows if r.slug == slug or r.name.casefold() == name.casefold()), None)
    if row is not None and row.hidden:
        row.hidden = False
        s.add(row)
        return
    if row is not None or slug:
        raise UserError("reasons.there", name=name)
    own = [r for r in rows if r.name]
    if sum(not r.hidden for r in own) >= MOST:
        raise UserError("reasons.full", most=MOST)
    s.add(TeamReason(team_id=by.team_id, slug=f"own{len(own) + 1}", name=name))


def _hide(s: Session, by: Member, name: str) -> None:
    slug = _house(name)
    rows = _rows(s, by.team_id)
    row = next((r for r in rows if r.slug == slug or r.name.casefold() == name.casefold()), None)
    if (row is None and not slug) or (row is not None and row.hidden):
        raise UserError("reasons.nothing", name=name)
    row = row or TeamReason(team_id=by.team_id, slug=slug)
    row.hidden = True
    s.add(row)


def _house(name: str) -> str:
    """The slug of the house's reason that is called so in any language."""
    return next((r for r in REASONS if name.casefold() in (r, *_names(r))), "")


def _names(slug: str) -> frozenset[str]:
    return frozenset(str(catalogue(x)[f"desk.reason.{slug}"]).casefold() for x in LANGUAGES)


def _rows(s: Session, team_id: int) -> list[TeamReason]:
    query = select(TeamReason).where(TeamReason.team_id == team_id).order_by(col(TeamReason.slug))
    return list(s.exec(query))
