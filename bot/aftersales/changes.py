"""What an action changes in an issue: field by field, as values, nothing written yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlmodel import Session, select

from bot import teams
from bot.access import DESK
from bot.aftersales import deadlines, orders, scope, stages, words
from bot.db.desk import Issue, TeamReason
from bot.db.people import Member, Store
from bot.errors import UserError

Fields = dict[str, object]

# what of an issue somebody may set right by `change`
CHANGEABLE = (
    "type", "reason", "responsible", "product", "order_no", "tail", "waybill", "note", "quantity",
    "amount", "urgent", "store", "applied_at",
)  # fmt: skip
# what is done for a customer, and to no notice or follow-up: their cards have no words for it
_CUSTOMERS = frozenset({"resolve", "wait", "duplicate"})
_LONGEST = 500  # characters of a text
_MOST = 10**15  # minor units, pieces


@dataclass(frozen=True)
class Change:
    """New values of an issue's fields, and the value its event keeps."""

    fields: Fields = field(default_factory=dict)
    value: str = ""


@dataclass(frozen=True)
class Asked:
    """An action somebody asked for, with all that deciding it needs."""

    s: Session
    issue: Issue
    action: str
    by: Member
    value: str
    now: datetime


def of(asked: Asked) -> Change:
    """What this action changes. Raises UserError where its value makes no sense."""
    if asked.issue.kind != "issue" and asked.action in _CUSTOMERS:
        raise UserError("desk.value")
    change = _ACTIONS[asked.action](asked)
    fields = dict(change.fields)
    issue, now = asked.issue, asked.now
    fields["stage"] = stages.after(asked.action, issue.stage)
    if fields["stage"] != issue.stage:
        fields["staged_at"] = now
        fields.setdefault("waiting_for", "")
    return Change(fields, change.value)


def answers(what: str, issue: Issue, by: int | None) -> bool:
    """Whether this of a member (None: a file, a clock) is an answer, what the team's 30 minutes run to.

    Somebody takes it, lets it wait for a party, resolves or closes it: whoever they are, work has
    begun. A note or photo of its reporter only adds to the report; one of anybody else, or of the
    reporter whose own task it is, is an answer. Passing it on, voiding it and dates are none.
    """
    if by is None:
        return False
    if what in ("note", "photo"):
        return by != issue.reporter_id or by == issue.assignee_id
    return what in ("take", "wait", "resume", "resolve", "close")


def due(s: Session, issue: Issue, platform: str) -> Fields:
    """The deadline of the table for the issue as it is now; one from elsewhere is left alone.

    What is over keeps the deadline it had: whether it was met is a figure.
    """
    if issue.kind != "issue" or issue.due_from not in ("", "table") or issue.stage in stages.ENDED:
        return {}
    at = deadlines.due_for(
        s, issue.team_id, platform, issue.type, issue.stage, issue.applied_at, issue.staged_at,
        issue.opened_at, waiting_for=issue.waiting_for, waybill=issue.waybill,
        shipped=shipped(s, issue),
    )  # fmt: skip
    return {"due_at": at, "due_from": "table" if at else ""}


def shipped(s: Session, issue: Issue) -> bool:
    """Whether the order is known to have left: platforms give another time then."""
    if not issue.order_no or not issue.store_id:
        return False
    order = orders.look(s, issue.team_id, issue.order_no, [issue.store_id])
    return order is not None and order.shipped


def assignable(s: Session, issue: Issue, member_id: int) -> Member:
    """Somebody of the desk who may see the issue. Raises UserError."""
    member = s.get(Member, member_id)
    if member is None or member.team_id != issue.team_id or member.left_at:
        raise UserError("team.gone")
    held = teams.held_to(s, member)
    if member.role not in DESK or (held and issue.store_id and issue.store_id not in held):
        raise UserError("desk.cannot_do", name=teams.called(member))
    return member


# one function per action ----------------------------------------------------------------------


def _take(a: Asked) -> Change:
    if a.issue.stage == "doing" and a.issue.assignee_id == a.by.id:
        raise UserError("desk.yours", no=a.issue.no)
    return Change({"assignee_id": a.by.id})


def _assign(a: Asked) -> Change:
    member = assignable(a.s, a.issue, number(a.value))
    if member.id == a.issue.assignee_id:
        raise UserError("desk.theirs", no=a.issue.no, name=teams.called(member))
    return Change({"assignee_id": member.id}, str(member.id))


def _wait(a: Asked) -> Change:
    if a.value not in words.WAITS:
        raise UserError("desk.value")
    # waiting for another party is another wait: its hours begin now
    return Change({"waiting_for": a.value, "staged_at": a.now}, a.value)


def _due(a: Asked) -> Change:
    """A moment in ISO, or nothing: back to the table. `line:` before it: as the platform shows it."""
    if a.value:
        at = a.value.removeprefix("line:")
        source = "chat" if at == a.value else "line"
        return Change({"due_at": moment(at), "due_from": source}, at)
    return Change({"due_at": None, "due_from": ""})


def _resolve(a: Asked) -> Change:
    """`slug` or `slug:cost` in minor units. What nobody had is theirs who ended it."""
    slug, _, cost = a.value.partition(":")
    if slug not in words.RESOLUTIONS:
        raise UserError("desk.value")
    fields: Fields = {"resolution": slug, "solved_at": a.now}
    fields["cost"] = count(cost) if cost else None
    if a.issue.assignee_id is None:
        fields["assignee_id"] = a.by.id
    return Change(fields, a.value)


def _close(a: Asked) -> Change:
    return Change({"closed_at": a.now})


def _reopen(a: Asked) -> Change:
    again: Fields = {"reopened": a.issue.reopened + 1, "solved_at": None, "closed_at": None}
    return Change({**again, "duplicate_of": None})


def _duplicate(a: Asked) -> Change:
    """The number of the issue it says again; one that is a duplicate itself stands for its own."""
    query = select(Issue).where(Issue.team_id == a.issue.team_id, Issue.no == number(a.value))
    other = a.s.exec(query).first()
    if other and other.duplicate_of:
        other = a.s.get(Issue, other.duplicate_of)
    if other is None or not scope.of(a.s, a.by).holds(other):
        raise UserError("desk.none", no=a.value[:12])
    if other.id == a.issue.id:
        raise UserError("desk.itself", no=other.no)
    return Change({"duplicate_of": other.id}, str(other.no))


def _urge(_: Asked) -> Change:
    return Change({"urgent": True})


def _nothing(_: Asked) -> Change:
    return Change()


def _change(a: Asked) -> Change:
    """`field:value`, an empty value where it is not known."""
    name, _, raw = a.value.partition(":")
    if name not in CHANGEABLE:
        raise UserError("desk.value")
    if name == "store":
        return Change({"store_id": _store(a, raw)}, a.value)
    value: object = raw.strip()
    if name == "order_no" and _fits(a, name, raw):
        return Change(_another_order(a, raw.strip()), a.value)
    if name in ("quantity", "amount"):
        value = count(raw) if raw else None
    elif name == "urgent":
        value = raw == "1"
    elif name == "applied_at":
        value = moment(raw) if raw else None
        if isinstance(value, datetime) and value > a.now:
            raise UserError("desk.value")  # nobody asked yet
    elif not _fits(a, name, str(value)):
        raise UserError("desk.value")
    return Change({name: value}, a.value)


def _another_order(a: Asked, order_no: str) -> Fields:
    """What was paid is that of the new order; store and product are filled where they were not known."""
    issue = a.issue
    order = orders.look(a.s, issue.team_id, order_no, teams.held_to(a.s, a.by) or None)
    fields: Fields = {"order_no": order_no, "order_amount": None, "paid_at": None}
    if order is None:
        return fields
    line = order.line(issue.product)
    if line and not issue.product_id:
        fields |= {"product_id": line.product_id, "product": line.title or issue.product}
    fields |= {"order_amount": order.paid, "paid_at": order.paid_at}
    return fields | {"store_id": issue.store_id or order.store_id}


def _fits(a: Asked, name: str, value: str) -> bool:
    if name == "type":
        return value in ("", *words.TYPES)
    if name == "responsible":
        return value in ("", *words.RESPONSIBLE)
    if name == "reason":
        ours = a.s.get(TeamReason, (a.issue.team_id, value))
        return value in ("", *words.REASONS) or ours is not None
    return len(value) <= _LONGEST


def _store(a: Asked, raw: str) -> int:
    held = teams.held_to(a.s, a.by)
    store = a.s.get(Store, number(raw))
    if store is None or store.team_id != a.issue.team_id or (held and store.id not in held):
        raise UserError("store.gone")
    return store.id or 0


_ACTIONS: dict[str, Callable[[Asked], Change]] = {
    "take": _take, "assign": _assign, "wait": _wait, "resume": _nothing, "due": _due,
    "resolve": _resolve, "close": _close, "reopen": _reopen, "void": _nothing,
    "duplicate": _duplicate, "change": _change, "urge": _urge, "note": _nothing,
}  # fmt: skip


# values ---------------------------------------------------------------------------------------


def number(text: str) -> int:
    """`#123`, `123`; 0, which nothing has, for anything else."""
    text = text.strip().removeprefix("#")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def count(text: str) -> int:
    """Minor units or pieces. Raises UserError."""
    if not text.isdecimal() or len(text) > 16 or int(text) > _MOST:
        raise UserError("desk.value")
    return int(text)


def moment(text: str) -> datetime:
    """An instant in ISO 8601 with its offset. Raises UserError."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise UserError("desk.value") from None
    if at.tzinfo is None:
        raise UserError("desk.value")
    return at.astimezone(UTC)
