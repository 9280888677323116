"""Opening kin: a follow-up, a notice, a violation, a live session. Each is a card as any issue is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from bot import teams
from bot.access import DESK
from bot.aftersales import issues, naming, stages
from bot.aftersales.hours import Hours
from bot.aftersales.issues import New
from bot.aftersales.kin import reminders, violation
from bot.aftersales.kin.line import Line
from bot.aftersales.reading import shops_of
from bot.db.desk import ChecklistItem, Issue, Receipt
from bot.db.people import Member, Store
from bot.errors import UserError


def names(s: Session, team_id: int) -> dict[str, int]:
    """What the people of a team are called, casefolded → member id; not what two are called."""
    found: dict[str, int] = {}
    twice: set[str] = set()
    for m in teams.members(s, team_id):
        for name in {m.name.casefold(), m.nickname.casefold()} - {""}:
            if name in found:
                twice.add(name)
            found[name] = m.id or 0
    return {name: i for name, i in found.items() if name not in twice}


def only(stores: Sequence[Store]) -> int | None:
    """The store that is meant where a chat speaks about one only."""
    return stores[0].id if len(stores) == 1 else None


def todo(s: Session, by: Member, line: Line, store_id: int | None, now: datetime) -> Issue:
    """For whoever was named, else for the writer. Raises UserError."""
    _known(line)
    if not line.text:
        raise UserError("kin.todo_empty")
    if len(line.people) > 1 or line.everybody:
        raise UserError("kin.one_person")
    _ahead(line.at, now)
    new = New(
        kind="todo", store_id=store_id, note=line.text, reporter_id=by.id,
        assignee_id=line.people[0] if line.people else by.id, due_at=line.at,
        due_from="line" if line.at else "",
    )  # fmt: skip
    return issues.open(s, by.team_id, new, now, by.id)


def notice(
    s: Session, by: Member, line: Line, stores: Sequence[Store], now: datetime, hours: Hours
) -> Issue:  # fmt: skip
    """For those named, else for everybody of the desk who sees one of the chat's stores.

    The writer is not asked, nor whoever comes later. Raises UserError.
    """
    _known(line)
    if not line.text:
        raise UserError("kin.notice_empty")
    _ahead(line.at, now)
    readers = _readers(s, by, line, {x.id or 0 for x in stores})
    if not readers:
        raise UserError("kin.nobody")
    new = New(
        kind="notice", store_id=only(stores), note=line.text, reporter_id=by.id, due_at=line.at,
        due_from="line" if line.at else "",
    )  # fmt: skip
    issue = issues.open(s, by.team_id, new, now, by.id)
    first = reminders.notice(now, 0, line.at, hours, now)
    s.add_all(Receipt(issue_id=issue.id or 0, member_id=m.id or 0, next_at=first) for m in readers)
    s.flush()
    return issue


def _readers(s: Session, by: Member, line: Line, stores: set[int]) -> list[Member]:
    every = [m for m in teams.members(s, by.team_id) if m.id != by.id]
    if line.people and not line.everybody:
        return [m for m in every if m.id in line.people]
    return [m for m in every if m.role in DESK and _sees(teams.held_to(s, m), stores)]


def _sees(held: set[int], stores: set[int]) -> bool:
    return not held or not stores or bool(held & stores)


def report(s: Session, by: Member, line: Line, stores: Sequence[Store], now: datetime) -> Issue:
    """A violation. Its appeal deadline is the moment that was named. Raises UserError."""
    _known(line)
    store, text = _store(line, stores)
    read = violation.read(text, _currency(store, stores))
    if not (read.text or read.number):
        raise UserError("kin.violation_empty")
    _ahead(line.at, now)
    known = select(Issue).where(Issue.team_id == by.team_id, Issue.kind == "violation")
    known = known.where(Issue.order_no == read.number, col(Issue.stage).in_(stages.OPEN))
    if read.number and (same := s.exec(known).first()):
        raise UserError("kin.known", no=same.no)
    new = New(
        kind="violation", store_id=store.id if store else None, order_no=read.number, note=read.text,
        quantity=read.points, amount=read.amount, reporter_id=by.id,
        assignee_id=line.people[0] if line.people else None, due_at=line.at,
        due_from="line" if line.at else "", urgent=False,
    )  # fmt: skip
    return issues.open(s, by.team_id, new, now, by.id)


def live(
    s: Session, by: Member, line: Line, stores: Sequence[Store], items: Iterable[str], now: datetime
) -> Issue:
    """A live session with its list of things to have ready. Raises UserError."""
    _known(line)
    _ahead(line.at, now)
    store, text = _store(line, stores)
    new = New(
        kind="live", store_id=store.id if store else None, note=text, reporter_id=by.id,
        assignee_id=line.people[0] if line.people else by.id, due_at=line.at,
        due_from="line" if line.at else "",
    )  # fmt: skip
    issue = issues.open(s, by.team_id, new, now, by.id)
    s.add_all(
        ChecklistItem(issue_id=issue.id or 0, position=i, text=x) for i, x in enumerate(items)
    )
    s.flush()
    return issue


def _store(line: Line, stores: Sequence[Store]) -> tuple[Store | None, str]:
    """The store that is named, or the only one there is; and the text without its name."""
    named, text = naming.one_store(line.text, shops_of(stores))
    meant = named or only(stores)
    return next((x for x in stores if x.id == meant), None), text


def _currency(store: Store | None, stores: Sequence[Store]) -> str:
    """A fine is in that of the store it falls on."""
    meant = store or next(iter(stores), None)
    return meant.currency if meant else ""


def _known(line: Line) -> None:
    if line.unknown:
        raise UserError("kin.who", name=line.unknown[0])


def _ahead(at: datetime | None, now: datetime) -> None:
    if at and at <= now:
        raise UserError("kin.past")
