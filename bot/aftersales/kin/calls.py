"""Who has to be reminded of what now, claimed so that it happens once; and where they can be told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from bot import teams
from bot.aftersales import roster, stages
from bot.aftersales.hours import Hours, awake
from bot.aftersales.kin import reminders
from bot.config import Defaults
from bot.db import insert_new
from bot.db.desk import Issue, IssueCard, IssueWarning, Receipt
from bot.db.people import Binding, Chat, Member, Store

AHEAD = timedelta(days=2)  # the evening before is the earliest word about a follow-up
_OPEN = col(Issue.stage).in_(stages.OPEN)


@dataclass(frozen=True)
class Reminder:
    """`rule`: eve, morning, due, over of a follow-up; near of a live session; missed of a notice."""

    issue_id: int
    rule: str
    due_at: datetime
    readers: tuple[int, ...]  # member ids; empty for the chat of its card


@dataclass(frozen=True)
class Place:
    """Where to say something, and in which language ("" for the default)."""

    chat_id: int
    thread_id: int = 0
    language: str = ""


# follow-ups, live sessions, the deadline of notices ----------------------------------------------


def due(s: Session, now: datetime) -> list[Reminder]:
    """What is to be said of open kin with a date."""
    near = col(Issue.due_at).between(now - reminders.OLD, now + AHEAD)
    kinds = col(Issue.kind).in_(("todo", "live", "notice"))
    issues = list(s.exec(select(Issue).where(kinds, _OPEN, near).order_by(col(Issue.due_at))))
    said = _said(s, [i.id or 0 for i in issues])
    zones = _zones(s, issues)
    found = (_reminder(i, zones[i.id or 0], now, said[i.id or 0]) for i in issues)
    return [x for x in found if x]


def _reminder(
    issue: Issue, zone: ZoneInfo, now: datetime, said: set[tuple[str, datetime]]
) -> Reminder | None:
    assert issue.due_at
    told = {rule for rule, at in said if at == issue.due_at}
    if issue.kind == "todo":
        rule = reminders.todo(issue.due_at, issue.opened_at, zone, now, told)
        over = (issue.reporter_id,) if rule == "over" else ()
        readers = dict.fromkeys((issue.assignee_id or issue.reporter_id, *over))
        return _made(issue, rule, tuple(x for x in readers if x))
    if issue.kind == "live":
        return _made(issue, reminders.live(issue.due_at, issue.opened_at, now, told), ())
    late = issue.due_at <= now and "missed" not in told
    return _made(issue, "missed" if late else "", (issue.reporter_id or 0,))


def _made(issue: Issue, rule: str, readers: tuple[int, ...]) -> Reminder | None:
    assert issue.due_at
    return Reminder(issue.id or 0, rule, issue.due_at, readers) if rule else None


def claim(s: Session, reminder: Reminder, now: datetime) -> Issue | None:
    """The issue, held, if it is still so and nobody else said it."""
    query = select(Issue).where(Issue.id == reminder.issue_id, _OPEN).with_for_update()
    issue = s.exec(query.where(Issue.due_at == reminder.due_at)).first()
    if issue is None:
        return None
    row = {
        "issue_id": issue.id, "rule": reminder.rule, "due_at": reminder.due_at, "reader": "kin",
        "said_at": now,
    }  # fmt: skip
    return issue if insert_new(s, IssueWarning, row) else None


def _said(s: Session, ids: Sequence[int]) -> dict[int, set[tuple[str, datetime]]]:
    found: dict[int, set[tuple[str, datetime]]] = defaultdict(set)
    query = select(IssueWarning).where(col(IssueWarning.issue_id).in_(ids))
    for row in s.exec(query.where(IssueWarning.reader == "kin")):
        found[row.issue_id].add((row.rule, row.due_at))
    return found


def _zones(s: Session, issues: Sequence[Issue]) -> dict[int, ZoneInfo]:
    """By issue: of its store, else of the team's first."""
    stores = {x.id: x.timezone for x in s.exec(select(Store))} if issues else {}
    first = {t: teams.stores(s, t) for t in {i.team_id for i in issues if not i.store_id}}
    return {
        i.id or 0: ZoneInfo(
            stores[i.store_id] if i.store_id
            else first[i.team_id][0].timezone if first[i.team_id] else "UTC"
        )
        for i in issues
    }  # fmt: skip


# who has not confirmed a notice -------------------------------------------------------------------


def unconfirmed(s: Session, now: datetime) -> list[int]:
    """The open notices of which somebody is to be reminded now."""
    query = (
        select(Receipt.issue_id)
        .join(Issue, col(Issue.id) == Receipt.issue_id)
        .where(_OPEN, col(Receipt.confirmed_at).is_(None), col(Receipt.next_at) <= now)
        .distinct()
    )
    return sorted(s.exec(query))


def remind(
    s: Session, issue_id: int, now: datetime, defaults: Defaults
) -> tuple[Issue, list[Member]] | None:
    """Whose turn it is, claimed: each has their next reminder, if there is one, noted already."""
    held = select(Issue).where(Issue.id == issue_id, _OPEN).with_for_update()
    issue = s.exec(held).first()
    if issue is None:
        return None
    query = (
        select(Receipt, Member)
        .join(Member, col(Member.id) == Receipt.member_id)
        .where(Receipt.issue_id == issue_id, col(Receipt.confirmed_at).is_(None))
        .where(col(Receipt.next_at) <= now, col(Member.left_at).is_(None))
        .order_by(col(Member.id))
        .execution_options(populate_existing=True)
    )
    told = []
    known = roster.load(s, [issue.team_id], defaults)[issue.team_id]
    for receipt, member in s.exec(query).all():
        person = known.person(member.id)
        hours = person.hours if person else Hours((awake(defaults.quiet_hours),), known.zone)
        receipt.reminders += 1
        receipt.next_at = reminders.notice(
            issue.opened_at, receipt.reminders, issue.due_at, hours, now
        )
        s.add(receipt)
        told.append(member)
    s.flush()
    return issue, told


# where ---------------------------------------------------------------------------------------------


def private(s: Session, member: Member) -> Place | None:
    """Where somebody can be spoken to in private; None until they have spoken to us."""
    chat = teams.private_chat(s, member)
    return Place(chat.id or 0, 0, member.language) if chat else None


def chat_of(s: Session, issue: Issue) -> Place | None:
    """The group where its card stands, if we can speak there."""
    for card, chat in _cards(s, issue):
        binding = teams.binding(s, chat.telegram_id, card.thread_id)
        if chat.kind != "private" and _speaks(chat, binding, issue):
            return Place(chat.id or 0, card.thread_id, binding.language if binding else "")
    return None


def _speaks(chat: Chat, binding: Binding | None, issue: Issue) -> bool:
    ours = binding is not None and binding.team_id == issue.team_id
    return ours and chat.gone_at is None and chat.muted_at is None and (
        binding is not None and binding.stopped_at is None
    )  # fmt: skip


def stands_in(s: Session, issue: Issue, telegram_id: int) -> bool:
    return any(chat.telegram_id == telegram_id for _, chat in _cards(s, issue))


def _cards(s: Session, issue: Issue) -> Iterator[tuple[IssueCard, Chat]]:
    query = (
        select(IssueCard, Chat)
        .join(Chat, col(Chat.id) == IssueCard.chat_id)
        .where(IssueCard.issue_id == issue.id)
        .order_by(col(IssueCard.id))
    )
    yield from s.exec(query).all()
