"""Deadlines of the desk."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session


def due_for(
    s: Session,  # noqa: ARG001
    team_id: int,  # noqa: ARG001
    platform: str,  # noqa: ARG001
    type: str,  # noqa: A002, ARG001
    stage: str,  # noqa: ARG001
    applied_at: datetime | None,  # noqa: ARG001
    staged_at: datetime,  # noqa: ARG001
    opened_at: datetime,  # noqa: ARG001
) -> datetime | None:
    """When a card of this platform, type and stage is due; None where the table knows none."""
    return None
