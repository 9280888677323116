"""The reasons that a team chooses from: the usual ones it kept, and its own."""

from __future__ import annotations

from sqlmodel import Session, select

from bot.aftersales.words import REASONS
from bot.db.desk import TeamReason


def of_team(s: Session, team_id: int) -> dict[str, str]:
    """Slug → the team's name of it, empty for a usual one; "other" comes last."""
    rows = {r.slug: r for r in s.exec(select(TeamReason).where(TeamReason.team_id == team_id))}
    usual = dict.fromkeys((x for x in REASONS if x not in rows or not rows[x].hidden), "")
    own = {slug: r.name for slug, r in rows.items() if r.name and not r.hidden}
    last = usual.pop("other", None)
    return {**usual, **own} | ({"other": own.get("other", "")} if last is not None else {})
