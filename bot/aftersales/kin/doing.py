"""What is done to kin by their own buttons and replies; the rest is `issues.act` as for any issue."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot import periods
from bot.access import DESK, LEADERSHIP
from bot.aftersales import issues, stages
from bot.aftersales.changes import Fields
from bot.aftersales.kin import dates, live
from bot.aftersales.kin.violation import VERDICTS
from bot.db.desk import ChecklistItem, Issue, Receipt
from bot.db.people import Member
from bot.errors import UserError

LATER = {"1d": 1, "3d": 3, "1w": 7, "15d": 15}  # days on the buttons


# follow-ups -----------------------------------------------------------------------------------


def later(
    s: Session, issue: Issue, by: Member, code: str, zone: ZoneInfo, now: datetime,
    version: int | None,
) -> None:  # fmt: skip
    """So many days after its time, or after now where that has passed or there is none."""
    if code not in LATER:
        raise UserError("stale")
    at = after(issue.due_at, LATER[code], zone, now)
    issues.act(s, issue, "due", by, now, at.isoformat(), version=version)


def after(due: datetime | None, days: int, zone: ZoneInfo, now: datetime) -> datetime:
    """The same wall-clock time so many days on; 18:00 where there was no time yet."""
    clock = due.astimezone(zone).time() if due else dates.USUAL
    first = periods.business_day(due if due and due > now else now, zone)
    return periods.at_local(first + timedelta(days=days), clock, zone)


# notices --------------------------------------------------------------------------------------


def confirm(s: Session, issue: Issue, member: Member, now: datetime) -> bool:
    """They know. False where they said so before. Raises UserError where they were not asked."""
    issues.hold(s, issue)
    receipt = s.get(Receipt, (issue.id, member.id), populate_existing=True)
    if receipt is None:
        raise UserError("kin.not_asked")
    if receipt.confirmed_at:
        return False
    receipt.confirmed_at, receipt.next_at = now, None
    s.add(receipt)
    s.flush()
    fields: Fields = {}
    if issue.stage in stages.OPEN and not _waiting(s, issue):
        fields = {"stage": "closed", "closed_at": now, "staged_at": now}
    issues.record(s, issue, "confirm", now, member.id, fields=fields)
    return True


def _waiting(s: Session, issue: Issue) -> int:
    """How many have not confirmed and are still there."""
    query = (
        select(func.count())
        .select_from(Receipt)
        .join(Member, col(Member.id) == Receipt.member_id)
        .where(Receipt.issue_id == issue.id, col(Receipt.confirmed_at).is_(None))
        .where(col(Member.left_at).is_(None))
    )
    return s.exec(query).one()


# violations -----------------------------------------------------------------------------------


def appeal(s: Session, issue: Issue, by: Member, now: datetime) -> None:
    """Appealed: the platform has it, and the deadline is met."""
    _may(issue, by, stages.OPEN - {"waiting"})
    fields: Fields = {
        "stage": "waiting", "waiting_for": "platform", "staged_at": now, "due_at": None,
        "due_from": "", "answered_at": issue.answered_at or now,
    }  # fmt: skip
    issues.record(s, issue, "wait", now, by.id, "platform", fields=fields)


def verdict(s: Session, issue: Issue, by: Member, slug: str, now: datetime) -> None:
    """How it ended; what was won costs nothing."""
    if slug not in VERDICTS:
        raise UserError("stale")
    _may(issue, by, stages.OPEN)
    fields: Fields = {
        "stage": "closed", "resolution": slug, "cost": 0 if slug == "won" else issue.amount,
        "solved_at": now, "closed_at": now, "staged_at": now, "waiting_for": "",
        "answered_at": issue.answered_at or now,
    }  # fmt: skip
    issues.record(s, issue, "resolve", now, by.id, slug, fields=fields)


def _may(issue: Issue, by: Member, allowed: frozenset[str]) -> None:
    """Raises UserError."""
    if by.role not in DESK:
        raise UserError("not_allowed")
    if issue.stage not in allowed:
        raise UserError("kin.over", no=issue.no)


# live sessions --------------------------------------------------------------------------------


def tick(s: Session, issue: Issue, item_id: int, by: Member, now: datetime) -> None:
    """Ready, or not after all."""
    issues.hold(s, issue)
    _may(issue, by, stages.OPEN)
    item = s.get(ChecklistItem, item_id, populate_existing=True)
    if item is None or item.issue_id != issue.id:
        raise UserError("stale")
    done = item.done_at is None
    item.done_at, item.done_by = (now, by.id) if done else (None, None)
    s.add(item)
    s.flush()
    issues.record(s, issue, "check", now, by.id, item.text if done else f"-{item.text}")


def edit_list(s: Session, issue: Issue, text: str, by: Member, now: datetime) -> bool:
    """`+ 备用机` and `- 话术` in reply to the card; False where the text is no such thing."""
    wanted = live.edits(text)
    if not wanted or issue.stage not in stages.OPEN:
        return False
    issues.hold(s, issue)
    _may(issue, by, stages.OPEN)
    query = select(ChecklistItem).where(ChecklistItem.issue_id == issue.id)
    items = list(s.exec(query.order_by(col(ChecklistItem.position))))
    for added, what in wanted:
        same = [x for x in items if x.text.casefold() == what.casefold()]
        if not added and not (same := same or [x for x in items if what in x.text]):
            raise UserError("kin.no_item", what=what)
        if not added:
            items.remove(same[0])
            s.delete(same[0])
            s.flush()
        elif not same:
            if len(items) >= live.MOST:
                raise UserError("kin.too_many", n=live.MOST)
            at = max((x.position for x in items), default=-1) + 1
            items.append(ChecklistItem(issue_id=issue.id or 0, position=at, text=what))
            s.add(items[-1])
    s.flush()
    said = " ".join(f"{'+' if added else '-'}{what}" for added, what in wanted)
    issues.record(s, issue, "check", now, by.id, said)
    return True


def start(s: Session, issue: Issue, by: Member, now: datetime) -> None:
    _may(issue, by, stages.OPEN - {"doing"})
    fields: Fields = {"stage": "doing", "staged_at": now, "answered_at": issue.answered_at or now}
    issues.record(s, issue, "resume", now, by.id, fields=fields)


def end(s: Session, issue: Issue, by: Member, now: datetime) -> None:
    """Over. One that was never said to begin began when it was planned."""
    _may(issue, by, stages.OPEN)
    if issue.stage != "doing":
        issues.record(
            s, issue, "resume", min(issue.due_at or now, now), by.id, fields={"stage": "doing"}
        )
    fields: Fields = {"stage": "closed", "closed_at": now, "staged_at": now}
    issues.record(s, issue, "close", now, by.id, fields=fields)


def tell(s: Session, issue: Issue, figures: dict[str, int], by: Member, now: datetime) -> None:
    """Viewers, clicks, orders, sales; what is told later holds."""
    value = " ".join(f"{k}={v}" for k, v in figures.items())
    issues.record(s, issue, "change", now, by.id, value)


def running(s: Session, team_id: int, issue_ids: set[int] | None = None) -> list[Issue]:
    """The open live sessions of a team: what runs first, then by their time."""
    query = select(Issue).where(
        Issue.team_id == team_id, Issue.kind == "live", col(Issue.stage).in_(stages.OPEN)
    )
    found = [x for x in s.exec(query) if issue_ids is None or x.id in issue_ids]
    return sorted(found, key=lambda x: (x.stage != "doing", x.due_at or x.opened_at, x.no))


def leads(issue: Issue, by: Member) -> bool:
    """Whether a notice is theirs to withdraw."""
    return by.role in LEADERSHIP or by.id == issue.reporter_id
