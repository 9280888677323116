"""A platform's list of refunds → the desk's cards: one each, kept in step with every list.

What a platform says wins over what a platform said before; what a person said of a card stays. When
a list no longer has a refund, its card is closed only where the list can be trusted to be full:

- every row of it is open and none was refused: a list with finished refunds is a look back;
- no younger list of the store was imported before it;
- it has at least one of the cards that are open here: a list of new ones only shares none;
- the refund was last in a state that stands in the list: a list of one state tells nothing of others;
- where its title or name speaks of a period, the refund was applied for within it.

A deadline that was over when the list was made counts as well: the platform has acted by itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.aftersales import masks, words
from bot.aftersales.batches import Batch
from bot.aftersales.births import New
from bot.aftersales.stages import OPEN
from bot.db.desk import Issue, IssueCard, IssueEvent
from bot.db.facts import Product
from bot.ingest import facts
from bot.ingest.bulk import Bulk
from bot.ingest.facts import Order, Place
from bot.ingest.refunds import Change, Counts, File, Row
from bot.ingest.report import Due, Worklist

LIVE = OPEN | {"solved"}  # stages whose card a list may still close
SHOWN = 3  # deadlines named in the report
KEPT = ("note", "urge", "photo", "missed", "check", "confirm")  # events that leave a card's stage

Changed = Callable[[Session, Issue, datetime], object]


@dataclass(frozen=True)
class Known:
    """What decides whether a card that a list lacks is closed."""

    refund_no: str
    state: str  # the platform's word
    applied_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True)
class Verdict:
    full: bool
    gone: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()  # missing too, but left open


def decide(file: File, counts: Counts, cards: Sequence[Known], *, shared: bool) -> Verdict:
    """Which cards a list closes by no longer having their refunds: see the rules above."""
    listing = file.report.listing
    full = (
        bool(listing and listing.states and counts.present)
        and set(counts.states) == {"open"}
        and not file.report.refused
        and not file.stale
    )
    if not full or listing is None:
        return Verdict(full=False, absent=tuple(x.refund_no for x in cards))
    gone = [
        x.refund_no
        for x in cards
        if _over(x, file.at)
        or (
            shared
            and x.state in listing.statuses
            and _within(x, listing.period, file.store.timezone)
        )
    ]
    left = tuple(x.refund_no for x in cards if x.refund_no not in set(gone))
    return Verdict(full=True, gone=tuple(gone), absent=left)


def _over(card: Known, at: datetime) -> bool:
    return card.due_at is not None and card.due_at <= at


def _within(card: Known, period: tuple[str, str] | None, zone: str) -> bool:
    """A single day in a name is that of the export, not of what it holds."""
    if period is None or period[0] == period[1]:
        return True
    if card.applied_at is None:
        return False
    return period[0] <= str(card.applied_at.astimezone(ZoneInfo(zone)).date()) <= period[1]


def turn(state: str) -> str:
    """Whom a platform's state waits for: buyer | platform, empty for the seller."""
    said = state.casefold()
    if any(
        x in said for x in ("待买家", "等待买家", "待用户", "待買家", "wait_buyer", "seller_refuse")
    ):
        return "buyer"
    if any(x in said for x in ("平台处理", "平台處理", "介入中", "待平台", "judging", "仲裁")):
        return "platform"
    return ""


@dataclass
class Seen:
    """What a slice has to know of the orders of its refunds."""

    orders: Mapping[str, Order] = field(default_factory=dict)
    titles: Mapping[int, str] = field(default_factory=dict)
    astray: bool = True  # a refund of the slice is open and its card is not, or the other way round

    def shipped(self, order_no: str) -> bool:
        lines = self.orders.get(order_no, ())
        return bool(lines) and all(x.status in ("shipped", "done") for x in lines)


class Desk:
    """The cards of refunds, for the importer (`bot.ingest.refunds.Desk`).

    `changed` is told of every card that was there before: where it stands it is to be edited.
    """

    def __init__(self, changed: Changed | None = None) -> None:
        self._changed = changed
        self._counts: dict[str, int] = {}
        self._verdict = Verdict(full=False)

    # a slice -----------------------------------------------------------------------------------

    def look(self, s: Session, file: File, changes: Sequence[Change]) -> Seen:
        numbers = [x.after.order_no for x in changes if x.after.order_no and _wants_card(x)]
        astray = any(x.changed for x in changes) or _astray(s, file, changes)
        if not numbers or not astray:
            return Seen(astray=astray)
        place = Place(file.store.team_id, file.store.id or 0)
        found = facts.lookup(Bulk(s), place, numbers)
        ids = {x.product_id for order in found.values() for x in order if x.product_id}
        named = select(Product.id, Product.title).where(col(Product.id).in_(ids))
        return Seen(found, {i: title for i, title in s.exec(named) if i is not None})

    def stirs(self, seen: Seen) -> bool:
        return seen.astray

    def follow(
        self, s: Session, file: File, changes: Sequence[Change], seen: Seen
    ) -> dict[str, str]:
        cards = _cards(s, file, [x.after.refund_no for x in changes])
        wanting = [x for x in changes if _wants_card(x) and x.after.refund_no not in cards]
        loose = _loose(s, file, [x.after.order_no for x in wanting])
        closers = _closers(s, [x for x in cards.values() if x.stage not in LIVE])
        batch = self._batch(s, file, seen)
        for x in changes:
            card = cards.get(x.after.refund_no)
            if card is not None:
                self._keep(batch, file, x, card, closers.get(card.id or 0))
            elif _wants_card(x):
                self._begin(batch, file, x, loose, seen)
        return self._write(s, file, batch)

    def _batch(self, s: Session, file: File, seen: Seen) -> Batch:
        return Batch(s, file.store.team_id, file.store.platform, file.now, seen.shipped)

    def _begin(
        self, batch: Batch, file: File, x: Change, loose: dict[str, list[Issue]], seen: Seen
    ) -> None:
        """A card for a refund that has none: the one of its order, or a new one."""
        row = x.after
        same = loose.get(row.order_no, [])
        if same:
            mine = next((i for i in same if i.type == row.type), same[0])
            same.remove(mine)
            self._count("joined")
            batch.record(row.refund_no, mine, "file", row.refund_no, _joined(mine, x, file))
            return
        self._count("opened")
        batch.open(row.refund_no, _new(file, x, seen))

    def _keep(
        self, batch: Batch, file: File, x: Change, card: Issue, closer: IssueEvent | None
    ) -> None:
        """A refund whose card is known: its news, its end, or that it is open after all."""
        row = x.after
        said = row.platform_status or row.status
        if card.stage in LIVE and row.status != "open":
            self._count("closed")
            batch.record(row.refund_no, card, "file", said, _ended(card, row, file))
        elif card.stage in LIVE:
            if fields := _news(card, x, file):
                self._count("changed")
                batch.record(row.refund_no, card, "file", row.platform_status, fields)
        elif row.status == "open" and not file.stale and closer and closer.member_id is None:
            self._count("reopened" if card.stage == "closed" else "opened")
            batch.record(row.refund_no, card, "file", said, _again(card, x, file))

    def _write(self, s: Session, file: File, batch: Batch) -> dict[str, str]:
        """By refund number, what gives a card back; the cards that stand in chats are edited."""
        written = batch.write()
        if self._changed:
            here = select(IssueCard.issue_id).where(
                col(IssueCard.issue_id).in_([x.issue_id for x in written.values()])
            )
            for issue_id in s.exec(here.distinct()):
                if issue := s.get(Issue, issue_id):
                    self._changed(s, issue, file.now)
        return {
            key: json.dumps({"id": x.issue_id, "event": x.event_id, "before": x.before})
            for key, x in written.items()
        }

    def _count(self, what: str) -> None:
        self._counts[what] = self._counts.get(what, 0) + 1

    # what a list no longer has -------------------------------------------------------------------

    def missing(self, s: Session, file: File, counts: Counts) -> Sequence[str]:
        cards = [_known(x) for x in s.exec(_live(file))]
        absent = [x for x in cards if x.refund_no not in counts.present]
        self._verdict = decide(file, counts, absent, shared=self._shared(cards, counts))
        return self._verdict.gone

    def _shared(self, cards: Sequence[Known], counts: Counts) -> bool:
        """Whether the list goes on with an earlier one: it has cards that were there before it."""
        here = sum(1 for x in cards if x.refund_no in counts.present)
        return here > self._counts.get("opened", 0) + self._counts.get("joined", 0)

    def close(self, s: Session, file: File, numbers: Sequence[str]) -> dict[str, str]:
        batch = self._batch(s, file, Seen())
        for no, card in _cards(s, file, numbers).items():
            if card.stage not in LIVE:
                continue  # somebody was faster
            fields: dict[str, object] = {
                "stage": "closed", "waiting_for": "", "staged_at": file.now, "closed_at": file.now,
                "solved_at": card.solved_at or file.now, "last_import": file.import_id,
            }  # fmt: skip
            self._count("gone")
            batch.record(no, card, "gone", "", fields)
        return self._write(s, file, batch)

    def summary(self, s: Session, file: File, counts: Counts) -> Worklist:
        live = _live(file)
        waiting = s.exec(select(func.count()).select_from(live.subquery())).one()
        due = live.where(col(Issue.due_at).is_not(None), col(Issue.stage).in_(OPEN))
        first = s.exec(due.order_by(col(Issue.due_at), col(Issue.no)).limit(SHOWN)).all()
        c = self._counts
        return Worklist(
            counts.states, c.get("opened", 0), c.get("joined", 0), c.get("changed", 0),
            c.get("closed", 0), c.get("gone", 0), c.get("reopened", 0), len(self._verdict.absent),
            self._verdict.full, waiting,
            tuple(
                Due(x.no, int(x.due_at.timestamp()), x.order_no, x.type) for x in first if x.due_at
            ),
            file.store.timezone, file.store.id or 0,
        )  # fmt: skip

    # giving back ---------------------------------------------------------------------------------

    def give_back(self, s: Session, notes: Sequence[str], now: datetime) -> tuple[int, list[int]]:
        """Cards as they were before an import; born ones are void, their numbers stay taken."""
        said = {x["id"]: x for x in map(json.loads, notes)}
        held = select(Issue).where(col(Issue.id).in_(said)).order_by(col(Issue.id))
        cards = s.exec(held.with_for_update()).all()
        touched = _touched(s, {i: x["event"] for i, x in said.items()})
        given = [x for x in cards if x.id not in touched]
        if not given:
            return 0, [x.no for x in cards]
        batch = Batch(s, given[0].team_id, "", now)
        for x in given:
            before = said[x.id]["before"]
            fields = (
                {"stage": "void", "staged_at": now, "waiting_for": ""}
                if before is None
                else {k: _read(k, v) for k, v in before.items()}
            )
            batch.give_back(str(x.id), x, fields)
        batch.write()
        if self._changed:
            for x in given:
                self._changed(s, x, now)
        return len(given), [x.no for x in cards if x.id in touched]


# cards ---------------------------------------------------------------------------------------


def _cards(s: Session, file: File, numbers: Sequence[str]) -> dict[str, Issue]:
    """By refund number; held until the commit."""
    query = select(Issue).where(
        Issue.store_id == file.store.id, col(Issue.refund_no).in_(numbers), Issue.refund_no != ""
    )
    query = query.order_by(col(Issue.id)).with_for_update()
    return {x.refund_no: x for x in s.exec(query)}


def _astray(s: Session, file: File, changes: Sequence[Change]) -> bool:
    """Whether a refund that the list tells nothing new of has a card in another state."""
    numbers = [x.after.refund_no for x in changes]
    query = select(Issue.refund_no, Issue.stage).where(
        Issue.store_id == file.store.id, col(Issue.refund_no).in_(numbers), Issue.refund_no != ""
    )
    live = {no for no, stage in s.exec(query) if stage in LIVE}
    return any(_wants_card(x) != (x.after.refund_no in live) for x in changes)


def _loose(s: Session, file: File, orders: Sequence[str]) -> dict[str, list[Issue]]:
    """Open issues of these orders that no refund belongs to yet, the oldest first."""
    query = select(Issue).where(
        Issue.team_id == file.store.team_id, col(Issue.order_no).in_(orders), Issue.order_no != "",
        Issue.kind == "issue", Issue.refund_no == "", col(Issue.stage).in_(OPEN),
        (col(Issue.store_id) == file.store.id) | col(Issue.store_id).is_(None),
    )  # fmt: skip
    found: dict[str, list[Issue]] = {}
    for x in s.exec(query.order_by(col(Issue.id)).with_for_update()):
        found.setdefault(x.order_no, []).append(x)
    return found


def _closers(s: Session, cards: Sequence[Issue]) -> dict[int, IssueEvent]:
    """By card, what brought it where it is."""
    if not cards:
        return {}
    query = select(func.max(IssueEvent.id)).where(
        col(IssueEvent.issue_id).in_([x.id for x in cards]), col(IssueEvent.undone_at).is_(None),
        col(IssueEvent.what).not_in(KEPT),
    )  # fmt: skip
    newest = s.exec(query.group_by(col(IssueEvent.issue_id))).all()
    events = s.exec(select(IssueEvent).where(col(IssueEvent.id).in_(newest)))
    return {x.issue_id: x for x in events}


def _live(file: File):  # type: ignore[no-untyped-def]  # SQLModel's selects have no plain name
    """The store's cards of refunds that are not over."""
    return select(Issue).where(
        Issue.team_id == file.store.team_id, Issue.kind == "issue", col(Issue.stage).in_(LIVE),
        Issue.store_id == file.store.id, Issue.refund_no != "",
    )  # fmt: skip


def _known(issue: Issue) -> Known:
    of_file = issue.due_at if issue.due_from == "file" else None
    return Known(issue.refund_no, issue.platform_status, issue.applied_at, of_file)


def _touched(s: Session, events: Mapping[int, int]) -> set[int]:
    """The cards that a person did anything to after the event that is to be given back."""
    newest = (
        select(IssueEvent.issue_id, func.max(IssueEvent.id))
        .where(
            col(IssueEvent.issue_id).in_(events), col(IssueEvent.member_id).is_not(None),
            col(IssueEvent.undone_at).is_(None), IssueEvent.what != "undo",
        )
        .group_by(col(IssueEvent.issue_id))
    )  # fmt: skip
    return {issue for issue, last in s.exec(newest) if last and last > events[issue]}


def _wants_card(x: Change) -> bool:
    return x.after.status == "open"


def _reason(row: Row) -> str:
    """A slug; words that fit none are `other`, and stand in the note."""
    if not row.reason or row.reason in words.REASONS:
        return row.reason
    return "other"


def _new(file: File, x: Change, seen: Seen) -> New:
    row, order = x.after, seen.orders.get(x.after.order_no, ())
    ids = {line.product_id for line in order if line.product_id}
    same = [i for i in ids if seen.titles.get(i) == row.product]
    product = same[0] if same else ids.pop() if len(ids) == 1 else None
    reason = _reason(row)
    paid = max((line.paid_ts or 0 for line in order), default=0)
    return New(
        store_id=file.store.id, order_no=row.order_no, refund_no=row.refund_no, tail=x.tail,
        product_id=product, product=row.product or seen.titles.get(product or 0, ""),
        quantity=row.quantity, amount=row.amount or None,
        order_amount=sum(line.paid for line in order) if order else None,
        paid_at=datetime.fromtimestamp(paid, UTC) if paid else None, type=row.type, reason=reason,
        note=masks.mask(row.reason).text if reason == "other" and row.reason != "other" else "",
        applied_at=row.applied_at, due_at=row.due_at, due_from="file" if row.due_at else "",
        platform_status=row.platform_status, waybill=row.waybill, born_import=file.import_id,
        waiting_for=turn(row.platform_status),
    )  # fmt: skip


def _joined(issue: Issue, x: Change, file: File) -> dict[str, object]:
    """What the refund of its order adds to an issue; what people said of it stays."""
    row = x.after
    fields: dict[str, object] = {
        "refund_no": row.refund_no, "platform_status": row.platform_status,
        "last_import": file.import_id,
    }  # fmt: skip
    told = {
        "store_id": file.store.id, "type": row.type, "reason": _reason(row), "tail": x.tail,
        "product": row.product, "quantity": row.quantity, "amount": row.amount or None,
        "waybill": row.waybill, "applied_at": row.applied_at,
    }  # fmt: skip
    fields |= {k: v for k, v in told.items() if v and not getattr(issue, k)}
    if row.due_at and issue.due_from != "chat":
        fields |= {"due_at": row.due_at, "due_from": "file"}
    return fields


def _news(card: Issue, x: Change, file: File) -> dict[str, object]:
    """What the list changed: where the card still says what the platform said before.

    A new deadline of the platform counts whatever stood there.
    """
    old, new = x.before or Row(""), x.after
    fields: dict[str, object] = {}
    pairs = {
        "type": (old.type, new.type), "reason": (_reason(old), _reason(new)),
        "product": (old.product, new.product), "quantity": (old.quantity, new.quantity),
        "amount": (old.amount or None, new.amount or None), "waybill": (old.waybill, new.waybill),
        "applied_at": (old.applied_at, new.applied_at),
    }  # fmt: skip
    for name, (was, now) in pairs.items():
        here = getattr(card, name)
        if now != was and now and here != now and (not here or here == was):
            fields[name] = now
    if card.platform_status != new.platform_status:
        fields["platform_status"] = new.platform_status
    if old.due_at != new.due_at and card.due_at != new.due_at:
        if new.due_at:
            fields |= {"due_at": new.due_at, "due_from": "file"}
        elif card.due_from == "file":
            fields |= {"due_at": None, "due_from": ""}
    turned = _turned(card, old, new)
    fields |= turned | ({"staged_at": file.now} if "stage" in turned else {})
    return {**fields, "last_import": file.import_id} if fields else {}


def _turned(card: Issue, old: Row, new: Row) -> dict[str, object]:
    """It waits where the platform says so, and no longer when it is the seller's turn again."""
    was, now = turn(old.platform_status), turn(new.platform_status)
    if was == now:
        return {}
    if now and card.stage in ("new", "assigned", "doing"):
        return {"stage": "waiting", "waiting_for": now}
    if card.stage == "waiting" and card.waiting_for == was:
        if now:
            return {"waiting_for": now}
        return {"stage": "doing" if card.assignee_id else "new", "waiting_for": ""}
    return {}


def _ended(card: Issue, row: Row, file: File) -> dict[str, object]:
    """What the platform did is its resolution, where nobody has said another."""
    fields: dict[str, object] = {
        "stage": "closed", "waiting_for": "", "platform_status": row.platform_status,
        "staged_at": file.now, "closed_at": file.now, "last_import": file.import_id,
        "solved_at": card.solved_at or row.finished_at or file.now,
    }  # fmt: skip
    if row.status == "done" and not card.resolution:
        fields["resolution"] = _resolution(card, row)
        money = row.type in ("refund_only", "return_refund", "compensation", "")
        fields["cost"] = row.amount if money else card.cost or 0
    return fields


def _resolution(card: Issue, row: Row) -> str:
    part = card.order_amount is not None and 0 < row.amount < card.order_amount
    return {
        "return_refund": "returned", "exchange": "exchanged", "resend": "resent",
        "repair": "repaired", "compensation": "compensated",
    }.get(row.type, "partly_refunded" if part else "refunded")  # fmt: skip


def _again(card: Issue, x: Change, file: File) -> dict[str, object]:
    """Open after all: as it was, with what the list says now."""
    waits = turn(x.after.platform_status)
    back = "doing" if card.assignee_id else "new"
    fields: dict[str, object] = {
        "stage": "waiting" if waits else back, "waiting_for": waits, "staged_at": file.now,
        "closed_at": None, "solved_at": None, "resolution": "", "cost": None,
        "platform_status": x.after.platform_status, "last_import": file.import_id,
        "reopened": card.reopened + (card.stage == "closed"),
    }  # fmt: skip
    if x.after.due_at:
        fields |= {"due_at": x.after.due_at, "due_from": "file"}
    return fields


def _read(name: str, value: object) -> object:
    if name.endswith("_at") and isinstance(value, str):
        return datetime.fromisoformat(value)
    return value
