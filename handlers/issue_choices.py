"""What may be chosen for the fields of an issue, and what a choice makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session

from bot.aftersales import reasons, words
from bot.aftersales.issues import New
from bot.context import number as row_id
from bot.db.people import Store
from bot.errors import UserError
from bot.i18n import Translator
from bot.render.issue_menus import Choice

_OF = {"type": words.TYPES, "responsible": words.RESPONSIBLE}


def of(s: Session, team_id: int, t: Translator, name: str, stores: Sequence[Store]) -> list[Choice]:
    """Values and labels, in the order of the lists."""
    if name == "store":
        return [(str(x.id), x.name) for x in stores]
    if name == "reason":
        kept = reasons.of(s, team_id)
        usual = [(x, t(f"desk.reason.{x}")) for x in kept.house]
        return [*usual[:-1], *kept.own, *usual[-1:]]  # "other" comes last
    return [(x, t(f"desk.{name}.{x}")) for x in _OF.get(name, ())]


def chosen(
    s: Session, team_id: int, new: New, name: str, value: str, stores: Sequence[Store]
) -> New:
    """Raises UserError for what is no choice."""
    if name == "store":
        store = next((x for x in stores if x.id == row_id(value)), None)
        if store is None:
            raise UserError("store.gone")
        return replace(new, store_id=store.id)
    if name == "reason":
        kept = reasons.of(s, team_id)
        if value in kept.house or value in dict(kept.own):
            return replace(new, reason=value)
    if name == "type" and value in words.TYPES:
        return replace(new, type=value)
    raise UserError("draft.gone")
