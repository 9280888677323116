"""Lengths of time in the reader's words: 14分钟, 2小时5分, 3天4小时."""

from __future__ import annotations

from bot.i18n import NONE, Translator

_HOUR, _DAY = 60, 24 * 60


def spell(minutes: float | None, t: Translator) -> str:
    """The two largest units that matter; "–" where it is not known."""
    if minutes is None:
        return NONE
    m = round(minutes)
    if m < _HOUR:
        return t("issuestats.duration.minutes", m=m)
    unit, size, small = ("hours", _HOUR, 1) if m < _DAY else ("days", _DAY, _HOUR)
    n, more = divmod(round(m / small), size // small)
    if not more:
        return t(f"issuestats.duration.{unit}", n=n)
    return t(f"issuestats.duration.{unit}_more", n=n, more=more)
