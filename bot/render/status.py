"""`/status`, and what the owners are told after an absence."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.i18n import NONE, Translator
from bot.message import Message
from bot.render.html import bold, escape
from bot.status import Digest, Status

KEPT_BY_TELEGRAM = timedelta(hours=24)
_SPANS = ((86400, "days"), (3600, "hours"), (60, "minutes"), (1, "seconds"))


def full(t: Translator, x: Status, now: datetime, zone: ZoneInfo) -> Message:
    """For a private chat: numbers first, one thing a line."""
    lines = [*_head(t, x, now, zone)]
    oldest = "" if x.oldest is None else t("status.oldest", ago=span(t, x.oldest))
    lines += [
        t("status.life", heard=span(t, x.heard), ticked=span(t, x.ticked)),
        t("status.outbox", n=x.waiting) + oldest,
        t("status.open", uncertain=x.uncertain, importing=x.importing),
    ]
    lines += [_digest(t, d, now) for d in x.digests]
    if x.gone:
        lines.append(t("status.gone", names=escape(t("link.and").join(x.gone))))
    lines.append(_disk(t, x))
    lines.append(_backup(t, x, now, zone))
    lines.append(t("status.version", version=x.version, up=span(t, x.up)))
    lines.append(t("status.clock", n=t.number(round(x.skew))))
    return Message("\n".join(lines))


def short(t: Translator, x: Status, now: datetime, zone: ZoneInfo, chat: int) -> Message:
    """For a group: whether it works, and what it will do here."""
    lines = [*_head(t, x, now, zone), t("status.outbox", n=x.waiting)]
    lines += [_digest(t, d, now) for d in x.digests if d.chat == chat]
    return Message("\n".join(lines))


def away(t: Translator, since: datetime, until: datetime, zone: ZoneInfo) -> Message:
    """Where we were gone for longer than Telegram keeps updates, some are lost."""
    times = {"since": _moment(t, since, until, zone), "until": _moment(t, until, until, zone)}
    words = t("status.away", **times)
    if until - since > KEPT_BY_TELEGRAM:
        kept = _moment(t, until - KEPT_BY_TELEGRAM, until, zone)
        words += "\n" + t("status.lost", since=kept)
    return Message(words)


def span(t: Translator, seconds: float) -> str:
    """3 s, 5 min, 4 h, 2 d: the largest unit that it fills."""
    size, unit = next((x for x in _SPANS if seconds >= x[0]), _SPANS[-1])
    return t(f"status.{unit}", n=int(max(seconds, 0) // size))


def _head(t: Translator, x: Status, now: datetime, zone: ZoneInfo) -> list[str]:
    if not x.troubles:
        return [bold(t("status.well"))]
    since = x.unreachable_since and _moment(t, x.unreachable_since, now, zone)
    return [
        "⚠️ " + bold(t(f"status.trouble.{trouble}", since=since or NONE)) for trouble in x.troubles
    ]


def _digest(t: Translator, d: Digest, now: datetime) -> str:
    next_at = _moment(t, d.next_at, now, ZoneInfo(d.timezone))
    title = escape(d.title)
    if d.day is None:
        return t("status.digest.first", chat=title, next=next_at)
    state = t(
        f"status.digest.{d.state}" if t.has(f"status.digest.{d.state}") else "status.digest.sent"
    )
    return t("status.digest.line", chat=title, day=t.short_date(d.day), state=state, next=next_at)


def _disk(t: Translator, x: Status) -> str:
    size = t("status.size", size=_bytes(t, x.size))
    return size if x.free is None else size + t("status.free", free=_bytes(t, x.free))


def _backup(t: Translator, x: Status, now: datetime, zone: ZoneInfo) -> str:
    if x.backup_at:
        return t("status.backup", at=_moment(t, x.backup_at, now, zone))
    return t("status.no_backup" if x.backups else "status.backups_off")


def _bytes(t: Translator, n: int) -> str:
    return f"{t.number(n / 1e9, 1)} GB" if n >= 1e9 else f"{t.number(n / 1e6, 1)} MB"


def _moment(t: Translator, at: datetime, now: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    clock = t.clock(at, zone)
    if local.date() == now.astimezone(zone).date():
        return clock
    return f"{t.short_date(local.date())} {clock}"
