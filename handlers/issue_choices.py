"""What may be chosen for the fields of an issue, and what a choice makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session, select

from bot.aftersales import words
from bot.aftersales.issues import New
from bot.context import number as row_id
from bot.db.desk import TeamReason
from bot.db.people import Store
from bot.errors import UserError
from bot.i18n import Translator
from bot.render.issue_menus import Choice

_OF = {"type": words.TYPES, "responsible": words.RESPONSIBLE}


def of(
    s: Session, team_id: int, t: Translator, name: str, stores: Sequence[Store]
) -> list[Choice]:
    """Values and labels, in the order of the lists."""
    if name == "store":
        return [(str(x.id), x.name) for x in stores]
    if name == "reason":
        return reasons(s, team_id, t)
    return [(x, t(f"desk.{name}.{x}")) for x in _OF.get(name, ())]


def reasons(s: Session, team_id: int, t: Translator) -> list[Choice]:
    """The usual ones without those put away, and the team's own before "other"."""
    rows = {r.slug: r for r in s.exec(select(TeamReason).where(TeamReason.team_id == team_id))}
    hidden = {slug for slug, r in rows.items() if r.hidden}
    usual = [(x, t(f"desk.reason.{x}")) for x in words.REASONS if x not in hidden]
    own = [(slug, r.name) for slug, r in rows.items() if r.name and not r.hidden]
    return [*usual[:-1], *own, *usual[-1:]]


def chosen(
    s: Session, team_id: int, new: New, name: str, value: str, stores: Sequence[Store]
) -> New:
    """Raises UserError for what is no choice."""
    if name == "store":
        store = next((x for x in stores if x.id == row_id(value)), None)
        if store is None:
            raise UserError("store.gone")
        return replace(new, store_id=store.id)
    own = s.get(TeamReason, (team_id, value)) if name == "reason" else None
    if name == "reason" and (value in words.REASONS or own):
        return replace(new, reason=value)
    if name == "type" and value in words.TYPES:
        return replace(new, type=value)
    raise UserError("draft.gone")
