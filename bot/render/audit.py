"""Who changed what in a team, as its owners read it."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.audit import Entry
from bot.i18n import Translator
from bot.members import ALL
from bot.message import Message
from bot.render.html import bold
from bot.render.notices import zone_name
from bot.render.people import moment, short, turning

ENTRIES = 20  # on a page


def page(
    t: Translator, entries: Sequence[Entry], number: int, more: bool, zone: ZoneInfo
) -> Message:
    """The entries of one page; `more`: there is another."""
    if not entries and not number:
        return Message(t("audit.empty"))
    lines = [bold(t("audit.head", zone=zone_name(t, zone.key)))]
    lines += [_entry(t, e, zone) for e in entries]
    turns = turning(t, "audit:", number, more)
    return Message("\n".join(lines), (turns,) if turns else ())


def _entry(t: Translator, e: Entry, zone: ZoneInfo) -> str:
    did = _did(t, e.what)
    words = [moment(t, e.at, zone), short(e.who, 12) or "–", did, short(e.whom, 12)]
    to = _value(t, e.to)
    return " ".join(x for x in words if x) + (f" → {to}" if to else "")


def _did(t: Translator, what: str) -> str:
    """改角色; of `set_…`, a setting of a chat, with its name."""
    if t.has(f"audit.{what}"):
        return t(f"audit.{what}")
    name = what.removeprefix("set_")
    keys = (f"settings.field.{name}.name", f"push.{name}.name")
    return " ".join((t("audit.set"), *(t(k) for k in keys if t.has(k))))


def _value(t: Translator, to: str) -> str:
    """Roles, shifts, kinds of file and "all" in words; keys of stores and hours as they stand."""
    if to == ALL:
        return t("people.all_stores")
    first, _, rest = to.partition(" ")
    for key in (f"role.{to}.name", f"shift.{first}.name", f"digest.kind.{first}"):
        if t.has(key):
            return " ".join(x for x in (t(key), short(rest, 30)) if x)
    return short(to, 30)
