"""What the bot says by itself, by kind, and how each linked chat wants it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlmodel import Session, select

from bot.db.people import PushSetting

Mode = Literal["on", "silent", "trouble", "off"]


@dataclass(frozen=True)
class Kind:
    """One kind of push to chats. `at` is its usual wall-clock time, empty where it has none."""

    slug: str
    at: str = ""
    modes: tuple[Mode, ...] = ("on", "silent", "off")


# every kind that a chat can set, in the order of /settings
KINDS = (
    Kind("digest", "09:00", ("on", "silent", "trouble", "off")),
    Kind("nudge", "08:40"),
    Kind("issues"),
    Kind("issues_week", "09:30"),  # on Mondays
)


@dataclass(frozen=True)
class Setting:
    """How one kind comes to one chat."""

    kind: str
    mode: Mode
    at: str


def settings(s: Session, binding_id: int) -> dict[str, Setting]:
    """All kinds of a binding; what was never set has its default."""
    rows = s.exec(select(PushSetting).where(PushSetting.binding_id == binding_id))
    found = {r.kind: r for r in rows}
    return {k.slug: setting(k.slug, found.get(k.slug)) for k in KINDS}


def change(
    s: Session,
    binding_id: int,
    kind: str,
    *,
    mode: Mode | None = None,
    at: str = "",
    now: datetime | None = None,
) -> None:
    """Set how one kind comes; what is not given stays as it is. `now`: it is not so from the first."""
    was = settings(s, binding_id)[kind]
    row = PushSetting(binding_id=binding_id, kind=kind, mode=mode or was.mode, at=at or was.at)
    if row.at != was.at or (was.mode == "off" and row.mode != "off"):
        row.since = now
    else:
        known = s.get(PushSetting, (binding_id, kind))
        row.since = known.since if known else None
    s.merge(row)
    s.flush()


def moved(s: Session, binding_id: int, now: datetime) -> None:
    """The chat's zone is another one: so are the moments of all its pushes."""
    for kind, was in settings(s, binding_id).items():
        s.merge(PushSetting(binding_id=binding_id, kind=kind, mode=was.mode, at=was.at, since=now))
    s.flush()


def setting(kind: str, row: PushSetting | None) -> Setting:
    """What a row says of its kind; without one, the default."""
    if row:
        return Setting(kind, cast("Mode", row.mode), row.at)
    return Setting(kind, "on", next(k.at for k in KINDS if k.slug == kind))
