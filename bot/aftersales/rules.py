"""The table of deadlines as a team edits it: reading what was typed, and what follows from it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from sqlmodel import Session, col, select

from bot import audit
from bot.aftersales import changes, deadlines, issues
from bot.aftersales.deadlines import LONGEST, SEED, SHIP, STATES, Table
from bot.aftersales.stages import OPEN
from bot.aftersales.words import TYPES
from bot.db.desk import DeadlineRule, Issue
from bot.db.people import Member, Store
from bot.errors import UserError
from bot.i18n import words

ALL = "any"  # the word of every platform, "" in the table
PLATFORMS = tuple(dict.fromkeys(("taobao", "jd", "pdd", "douyin", "shopee", "shopify", "amazon",
                                 "tiktok", "other", ALL)))  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What was typed. `value`: hours, "default", "none"; empty: show."""

    platform: str | None = None
    type: str = ""
    state: str = "open"
    value: str = ""

    @property
    def edits(self) -> bool:
        return bool(self.value)


def read(text: str) -> Asked:
    """`淘宝 仅退款 24h`, `amazon return returned 2d`, `jd 换货 默认`; in any order.

    Raises UserError for a word that is not understood, or an edit that names no type.
    """
    asked, rest = Asked(), text.strip()
    while rest:
        if found := _HOURS.match(rest):
            asked = replace(asked, value=str(_hours(found)))
            rest = rest[found.end() :].lstrip(_GAPS)
            continue
        word, kind, slug = _known(rest)
        rest = rest[len(word) :].lstrip(_GAPS)
        match kind:
            case "platform":
                asked = replace(asked, platform="" if slug == ALL else slug)
            case "type":
                asked = replace(asked, type=slug)
            case "state":
                asked = replace(asked, state=slug)
            case "value":
                asked = replace(asked, value=slug)
    if asked.state == SHIP:
        asked = replace(asked, type="")  # of every parcel alike
    elif (asked.value or asked.type) and not (asked.value and asked.type):
        raise UserError("deadlines.how")
    return replace(asked, platform=asked.platform or "") if asked.value else asked


_GAPS = " \t\n,，:：=→"
_HOURS = re.compile(r"(\d{1,6})\s*([A-Za-z]+|[个個]?小[时時]|[天日时時])?(?![\w])")


def _hours(found: re.Match[str]) -> int:
    n, unit = int(found[1]), (found[2] or "h").casefold()
    if unit in words("deadlines.value.days"):
        n *= 24
    elif unit not in words("deadlines.value.hours"):
        raise UserError("deadlines.unknown", word=found[0][:20])
    if not 1 <= n <= LONGEST:
        raise UserError("deadlines.hours", most=LONGEST)
    return n


def _known(text: str) -> tuple[str, str, str]:
    lower = text.casefold()
    for word, kind, slug in _names():
        if lower.startswith(word):
            rest = lower[len(word) :]
            if not (rest and word[-1].isascii() and (rest[0].isalnum() or rest[0] == "_")):
                return word, kind, slug
    raise UserError("deadlines.unknown", word=re.sub(r"[<>&]", "", text.split()[0])[:20])


@cache
def _names() -> tuple[tuple[str, str, str], ...]:
    """Every word there is, the longest first."""
    return tuple(sorted(_words(), key=lambda x: -len(x[0])))


def _words() -> Iterator[tuple[str, str, str]]:
    for p in PLATFORMS:
        yield from ((w, "platform", p) for w in {p, *words(f"deadlines.platform.{p}.aliases")})
    for x in TYPES:
        yield from ((w, "type", x) for w in {x, *words(f"deadlines.type.{x}")})
    for x in STATES:
        yield from ((w, "state", x) for w in words(f"deadlines.state.{x}.aliases"))
    for x in ("default", "none"):
        yield from ((w, "value", x) for w in words(f"deadlines.value.{x}"))


# changing -------------------------------------------------------------------------------------


def apply(s: Session, by: Member, asked: Asked, now: datetime) -> list[Issue]:
    """Set or give back one row; the open cards whose deadline moved with it.

    Only those whose deadline is the table's: what a file, a line or somebody said stays.
    """
    key = (asked.platform or "", asked.type, asked.state)
    row = s.get(DeadlineRule, (by.team_id, *key))
    if asked.value == "default":
        if row:
            s.delete(row)
    else:
        hours = None if asked.value == "none" else int(asked.value)
        same = SEED.get(key)
        if row is None and same is not None and same.hours == hours:
            return []  # it says so already
        s.merge(
            DeadlineRule(
                team_id=by.team_id, platform=key[0], type=key[1], stage=key[2], hours=hours,
                member_id=by.id, at=now,
            )
        )  # fmt: skip
    s.flush()
    audit.note(s, by, "deadline", now, to=" ".join((key[0] or ALL, key[1], key[2], asked.value)))
    return _again(s, by, asked.type, now)


def _again(s: Session, by: Member, type_: str, now: datetime) -> list[Issue]:
    """Ask the table anew for the open cards of a type."""
    table = deadlines.table(s, by.team_id)
    query = (
        select(Issue, Store.platform)
        .outerjoin(Store, col(Store.id) == Issue.store_id)
        .where(Issue.team_id == by.team_id, Issue.kind == "issue", Issue.type == type_)
        .where(col(Issue.stage).in_(OPEN), col(Issue.due_from).in_(("", "table")))
        .order_by(col(Issue.id))
    )
    moved = []
    for issue, platform in s.exec(query).all():
        if _due(s, table, issue, platform or "") == issue.due_at:
            continue
        issues.hold(s, issue)
        if issue.due_from in ("", "table") and issue.stage in OPEN:
            at = _due(s, table, issue, platform or "")
            fields: dict[str, object] = {"due_at": at, "due_from": "table" if at else ""}
            value = at.isoformat() if at else ""
            issues.record(s, issue, "due", now, by.id, value, fields=fields)
            moved.append(issue)
    return moved


def _due(s: Session, table: Table, issue: Issue, platform: str) -> datetime | None:
    differs = table.value(platform, issue.type, "shipped") != table.value(
        platform, issue.type, "open"
    )
    left = differs and changes.shipped(s, issue)
    state = deadlines.state_of(issue.stage, issue.waiting_for, shipped=left, waybill=issue.waybill)
    return deadlines.due(
        table, platform, issue.type, state, issue.applied_at, issue.staged_at, issue.opened_at
    )


def shown(s: Session, team_id: int, platforms: Collection[str]) -> list[deadlines.Value]:
    """The rows of these platforms, and what holds for all."""
    return deadlines.table(s, team_id).shown(p for p in platforms if p)
