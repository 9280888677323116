"""What the database holds about a customer's order: shown, blanked when it is asked, and forgotten in time.

An order's sales figures stay: they hold no customer, and the next export of the platform would bring them
again. What goes is what people wrote and what leads to a person: numbers of order, refund and
waybill on cards, last digits, notes, histories, photos, links, drafts, and who the buyer was. A card
that is `held` (a dispute) is left alone.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlmodel import Session, SQLModel, col, delete, select, update

from bot import outbox, teams
from bot.aftersales import issues, masks, orders
from bot.aftersales.entry import candidates
from bot.aftersales.stages import ENDED
from bot.db.desk import (
    Draft,
    Evidence,
    Issue,
    IssueCard,
    IssueEvent,
    IssueLink,
    PrivacyRequest,
    Refund,
    RefundJournal,
)
from bot.db.facts import Buyer, Import, OrderLine, Product
from bot.db.people import AuditRow, Binding, Chat, Member
from bot.errors import UserError

VALID = timedelta(minutes=10)  # of a question that is waiting for its phrase
BATCH = 50  # cards forgotten in one run: each may be an edit in a group
KINDS = ("issue", "violation")  # whose cards speak of customers
_PERSONAL = ("order_no", "refund_no", "tail", "waybill", "note")
_OF_EVENTS = frozenset(
    {*_PERSONAL, "product"}
)  # fields that a change of a card may carry in its value
_LOOKED_UP = 8  # numbers of a text
_SHORTEST = 6  # characters of a number that is looked for inside texts


def hidden(s: Session, team_id: int, text: str, *, places: bool = False) -> str:
    """A text without customers' numbers; a product's code (EAN), an order or a waybill that looks
    like one is left, and so are street addresses where `places`.
    """
    if not masks.spans(text):
        return text
    numbers = candidates(text)[:_LOOKED_UP]
    known = _known(s, team_id, numbers) if numbers else set()
    found = [x for x in masks.spans(text, known) if not (places and x.kind == "address")]
    return masks.hide(text, found)


def _known(s: Session, team_id: int, numbers: Sequence[str]) -> set[str]:
    codes = select(Product.code).where(Product.team_id == team_id, col(Product.code).in_(numbers))
    either = or_(col(Issue.order_no).in_(numbers), col(Issue.waybill).in_(numbers))
    cards = select(Issue.order_no, Issue.waybill).where(Issue.team_id == team_id, either)
    found = {*s.exec(codes), *orders.known(s, team_id, numbers)}
    return found | {n for row in s.exec(cards) for n in row if n in numbers}


# what is meant -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Subject:
    """Whom somebody asks about: numbers (of orders, refunds, waybills), cards (#12), last digits."""

    numbers: tuple[str, ...] = ()
    cards: tuple[int, ...] = ()
    tail: str = ""

    @property
    def exact(self) -> bool:
        """Four digits are of several people: not enough to delete by."""
        return bool(self.numbers or self.cards)

    def dump(self) -> str:
        return json.dumps([self.numbers, self.cards, self.tail])

    @staticmethod
    def load(raw: str) -> Subject:
        numbers, cards, tail = json.loads(raw)
        return Subject(tuple(numbers), tuple(cards), tail)


def read(words: Iterable[str]) -> Subject:
    """`2611220093`, `0093 2611220093`, `#12`. Raises UserError where a word is none of these."""
    numbers: list[str] = []
    cards: list[int] = []
    tail = ""
    for word in words:
        bare = word.strip().upper()
        if bare.startswith("#") and bare[1:].isdecimal():
            cards.append(int(bare[1:10]))
            numbers += [bare] if len(bare) > 4 else []  # #1001 may be an order of Shopify's
        elif bare.isdecimal() and len(bare) == 4 and not tail:
            tail = bare
        elif (found := candidates(bare)) or len(bare) >= _SHORTEST:
            numbers += found or (bare,)
        else:
            raise UserError("privacy.words", word=masks.mask(word[:20]).text)
    if not (numbers or cards or tail):
        raise UserError("privacy.whom")
    return Subject(tuple(dict.fromkeys(numbers)), tuple(cards), tail)


@dataclass(frozen=True)
class Found:
    """Everything of a team about a subject; `lines` are order lines as the platform exported them."""

    issues: tuple[Issue, ...] = ()
    refunds: tuple[Refund, ...] = ()
    drafts: tuple[Draft, ...] = ()
    lines: tuple[OrderLine, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.issues or self.refunds or self.drafts or self.lines)

    @property
    def held(self) -> tuple[Issue, ...]:
        return tuple(x for x in self.issues if x.held)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Order, refund and waybill numbers of what was found."""
        rows = [(x.order_no, x.refund_no, x.waybill) for x in self.issues]
        rows += [(x.order_no, x.refund_no, x.waybill) for x in self.refunds]
        orders = [x.order_no for x in self.lines]
        return tuple(dict.fromkeys(n for n in (*(n for r in rows for n in r), *orders) if n))


def find(s: Session, team_id: int, subject: Subject) -> Found:
    """Cards by any of their numbers; the orders and refunds they are of come along."""
    cards = tuple(
        s.exec(
            select(Issue).where(Issue.team_id == team_id, _about(subject)).order_by(col(Issue.no))
        )
    )
    bought = {*subject.numbers, *(x.order_no for x in cards if x.order_no)}
    refunds = {*subject.numbers, *(x.refund_no for x in cards if x.refund_no)}
    either = or_(col(Refund.order_no).in_(bought), col(Refund.refund_no).in_(refunds))
    drafts = select(Draft).where(Draft.team_id == team_id, _spoken_of(subject))
    lines = select(OrderLine).where(
        OrderLine.team_id == team_id, col(OrderLine.order_no).in_(bought)
    )
    return Found(
        cards,
        tuple(s.exec(select(Refund).where(Refund.team_id == team_id, either))),
        tuple(s.exec(drafts)),
        tuple(s.exec(lines.order_by(col(OrderLine.day), col(OrderLine.line_no)))),
    )


def _about(subject: Subject) -> ColumnElement[bool]:
    numbers = or_(
        col(Issue.order_no).in_(subject.numbers),
        col(Issue.refund_no).in_(subject.numbers),
        col(Issue.waybill).in_(subject.numbers),
        col(Issue.no).in_(subject.cards),
    )
    if not subject.tail:
        return numbers
    if not subject.exact:
        return col(Issue.tail) == subject.tail
    return and_(numbers, col(Issue.tail).in_(("", subject.tail)))


def _spoken_of(subject: Subject) -> ColumnElement[bool]:
    """Drafts whose fields hold one of the numbers, as JSON has them."""
    words = [f'"{n}"' for n in subject.numbers]
    if not subject.exact:
        words.append(f'"tail": "{subject.tail}"')
    return or_(False, *(col(Draft.fields).contains(w, autoescape=True) for w in words))


# shown -------------------------------------------------------------------------------------------


def told(s: Session, team_id: int, subject: Subject, now: datetime) -> dict[str, Any]:
    """Everything that is held, to be handed out as JSON. A buyer is a key here and no name."""
    found = find(s, team_id, subject)
    names = {m.id: teams.called(m) for m in s.exec(select(Member).where(Member.team_id == team_id))}
    return {
        "asked": [*subject.numbers, *(f"#{n}" for n in subject.cards), subject.tail],
        "at": now.isoformat(),
        "cards": [_card(s, x, names) for x in found.issues],
        "refunds": [_row(x) for x in found.refunds],
        "order_lines": [{**_row(x), "buyer_id": x.buyer_id is not None} for x in found.lines],
        "drafts": [{**_row(x), "fields": json.loads(x.fields)} for x in found.drafts],
    }


def document(s: Session, asked: dict[str, Any], now: datetime) -> bytes:
    """The same as a file, for `bot.documents`."""
    held = told(s, asked["team"], Subject.load(asked["subject"]), now)
    return json.dumps(held, ensure_ascii=False, indent=1, default=str).encode()


def _row(row: SQLModel) -> dict[str, Any]:
    return {k: v for k, v in row.model_dump().items() if v not in ("", None)}


def _card(s: Session, issue: Issue, names: dict[int | None, str]) -> dict[str, Any]:
    events = s.exec(
        select(IssueEvent).where(IssueEvent.issue_id == issue.id).order_by(col(IssueEvent.id))
    )
    photos = s.exec(select(Evidence).where(Evidence.issue_id == issue.id))
    places = s.exec(
        select(Chat.title, Chat.kind)
        .join(IssueCard, col(IssueCard.chat_id) == Chat.id)
        .where(IssueCard.issue_id == issue.id)
    )
    links = s.exec(select(IssueLink).where(IssueLink.issue_id == issue.id))
    return {
        **_row(issue),
        "assignee": names.get(issue.assignee_id, ""),
        "reporter": names.get(issue.reporter_id, ""),
        "history": [{**_row(e), "who": names.get(e.member_id, "")} for e in events],
        "photos": [_row(x) for x in photos],
        "stands_in": [title or kind for title, kind in places],
        "messages": [_row(x) for x in links],
    }


# asked to be deleted ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Count:
    cards: int = 0
    photos: int = 0
    refunds: int = 0
    drafts: int = 0
    orders: int = 0
    held: tuple[int, ...] = ()  # numbers of cards that are kept
    open: tuple[int, ...] = ()  # numbers of cards that somebody still works on


def count(s: Session, found: Found) -> Count:
    ids = [x.id for x in found.issues if not x.held]
    photos = s.exec(select(func.count()).where(col(Evidence.issue_id).in_(ids))).one()
    return Count(
        len(ids), photos, len(found.refunds), len(found.drafts),
        len({(x.store_id, x.order_no) for x in found.lines}),
        tuple(x.no for x in found.held),
        tuple(x.no for x in found.issues if not x.held and x.stage not in ENDED),
    )  # fmt: skip


def ask(s: Session, by: Member, subject: Subject, now: datetime) -> tuple[str, Count]:
    """Remember what would be deleted; the code that its owner has to type, and how much it is.

    One question for each owner: a new one takes the place of the last.
    """
    if not subject.exact:
        raise UserError("privacy.tail", tail=subject.tail)
    found = find(s, by.team_id, subject)
    if not found:
        raise UserError("privacy.nothing")
    code = f"{secrets.randbelow(10**4):04}"
    s.merge(
        PrivacyRequest(
            member_id=by.id or 0, team_id=by.team_id, subject=subject.dump(), code=code,
            expires_at=now + VALID,
        )
    )  # fmt: skip
    return code, count(s, found)


def confirmed(s: Session, by: Member, code: str, now: datetime) -> Subject:
    """What this very owner asked to delete; the question is gone with it. Raises UserError."""
    row = s.get(PrivacyRequest, by.id, with_for_update=True, populate_existing=True)
    if row is None or row.team_id != by.team_id or row.expires_at <= now:
        raise UserError("privacy.over")
    if row.code != code:
        raise UserError("privacy.phrase")
    subject = Subject.load(row.subject)
    s.delete(row)
    return subject


def erase(s: Session, team_id: int, subject: Subject) -> tuple[list[Issue], Count]:
    """Blank all of it but what is held; the cards that were changed, for their chats, and how much."""
    found = find(s, team_id, subject)
    how_much = count(s, found)
    cards = [x for x in found.issues if not x.held]
    kept = {n for x in found.held for n in (x.order_no, x.refund_no) if n}
    numbers = [n for n in found.numbers if n not in kept]
    for issue in cards:
        issues.hold(s, issue)
        if issue.product_id is None:
            issue.product = ""
        blank(s, issue)
    for refund in found.refunds:
        if refund.refund_no not in kept:
            refund.waybill = refund.reason = ""
            s.add(refund)
            _drop_journal(s, refund)
    for draft in found.drafts:
        s.delete(draft)
    _cut_buyers(s, [x for x in found.lines if x.order_no not in kept])
    _wipe_texts(s, team_id, numbers)
    return cards, how_much


def blank(s: Session, issue: Issue) -> None:
    """A card without its customer: what it was about and what it cost stays."""
    for name in _PERSONAL:
        setattr(issue, name, "")
    issue.version += 1
    s.add(issue)
    for event in s.exec(select(IssueEvent).where(IssueEvent.issue_id == issue.id)):
        name = event.value.partition(":")[0]
        if event.what == "change" and name in _OF_EVENTS:
            event.value = f"{name}:"
        event.note = event.before = ""
        s.add(event)
    s.exec(delete(Evidence).where(col(Evidence.issue_id) == issue.id))
    s.exec(delete(IssueLink).where(col(IssueLink.issue_id) == issue.id))
    for key in s.exec(select(IssueCard.key).where(IssueCard.issue_id == issue.id)).all():
        outbox.forget(s, key)
    s.flush()


def _drop_journal(s: Session, refund: Refund) -> None:
    """An Undo of its import would bring back what was blanked."""
    imports = select(Import.id).where(Import.store_id == refund.store_id)
    s.exec(
        delete(RefundJournal).where(
            col(RefundJournal.refund_no) == refund.refund_no,
            col(RefundJournal.import_id).in_(imports),
        )
    )


def _cut_buyers(s: Session, lines: Sequence[OrderLine]) -> None:
    """Nobody can tell any more who these orders' buyers were: their hashes become noise.

    Counts of buyers stay as they are; the same person is a new buyer next time.
    """
    for buyer in s.exec(select(Buyer).where(col(Buyer.id).in_({x.buyer_id for x in lines}))):
        buyer.hash = secrets.randbits(63)
        s.add(buyer)


def _chats(s: Session, team_id: int) -> list[int]:
    """Chats that are linked to a team, and the private ones of its people."""
    linked = select(Binding.chat_id).where(Binding.team_id == team_id)
    people = select(Member.telegram_id).where(Member.team_id == team_id)
    ours = or_(col(Chat.id).in_(linked), col(Chat.telegram_id).in_(people))
    return [i for i in s.exec(select(Chat.id).where(ours)) if i]


def _wipe_texts(s: Session, team_id: int, numbers: Sequence[str]) -> None:
    """What the bot said with these numbers in it, and reports of imports that quote them."""
    chats = _chats(s, team_id)
    for number in (n for n in numbers if len(n) >= _SHORTEST):
        outbox.forget_words(s, chats, number)
        s.exec(
            update(Import)
            .where(
                col(Import.team_id) == team_id, col(Import.report).contains(number, autoescape=True)
            )
            .values(report=func.replace(Import.report, number, "*"))
        )


# in time -----------------------------------------------------------------------------------------


def due(s: Session, now: datetime, days: int, limit: int = BATCH) -> list[Issue]:
    """Cards that ended so many days ago and still say something personal; held ones never."""
    ended = func.coalesce(Issue.closed_at, Issue.solved_at, Issue.staged_at)
    written = exists().where(
        col(IssueEvent.issue_id) == Issue.id,
        or_(col(IssueEvent.note) != "", col(IssueEvent.before) != ""),
    )
    query = (
        select(Issue)
        .where(
            col(Issue.stage).in_(ENDED), col(Issue.kind).in_(KINDS), col(Issue.held).is_(False),
            ended < now - timedelta(days=days),
            or_(*(col(getattr(Issue, n)) != "" for n in _PERSONAL), written),
        )
        .order_by(col(Issue.id))
        .limit(limit)
        .with_for_update()
    )  # fmt: skip
    return list(s.exec(query.execution_options(populate_existing=True)))


def forget(s: Session, now: datetime, days: int) -> list[Issue]:
    """Blank what is due, one audit row for each team; the cards, for their chats."""
    cards = due(s, now, days)
    for issue in cards:
        blank(s, issue)
    _write_down(s, "forgot", [x.team_id for x in cards], now)
    return cards


def forget_photos(s: Session, now: datetime) -> int:
    """Telegram's ids of photos and files that are past their time; those of held cards stay."""
    query = (
        select(Evidence.id, Issue.team_id)
        .join(Issue, col(Issue.id) == Evidence.issue_id)
        .where(Evidence.expires_at <= now, col(Issue.held).is_(False))
    )
    rows = s.exec(query.order_by(col(Evidence.id)).limit(1000)).all()
    s.exec(delete(Evidence).where(col(Evidence.id).in_([i for i, _ in rows])))
    _write_down(s, "forgot_photos", [t for _, t in rows], now)
    return len(rows)


def forget_questions(s: Session, now: datetime) -> None:
    """Questions whose phrase was never typed."""
    s.exec(delete(PrivacyRequest).where(col(PrivacyRequest.expires_at) <= now))


def _write_down(s: Session, what: str, whose: Sequence[int], now: datetime) -> None:
    for team_id in sorted(set(whose)):
        n = whose.count(team_id)
        s.add(AuditRow(team_id=team_id, member_id=None, at=now, what=what, detail=f":{n}"))


# held --------------------------------------------------------------------------------------------


def hold(s: Session, by: Member, no: int, *, held: bool) -> Issue:
    """Keep a card as it is in spite of time and wishes, or let it go. Raises UserError."""
    issue = issues.by_no(s, by.team_id, no)
    if issue is None:
        raise UserError("desk.none", no=no)
    issue.held = held
    s.add(issue)
    return issue


@dataclass(frozen=True)
class State:
    """What a team keeps: cards with personal fields, photos, and the numbers of held cards."""

    cards: int
    photos: int
    held: tuple[int, ...]


def state(s: Session, team_id: int) -> State:
    full = or_(*(col(getattr(Issue, n)) != "" for n in _PERSONAL))
    cards = s.exec(select(func.count()).where(Issue.team_id == team_id, full)).one()
    photos = s.exec(
        select(func.count(col(Evidence.id)))
        .join(Issue, col(Issue.id) == Evidence.issue_id)
        .where(Issue.team_id == team_id)
    ).one()
    held = s.exec(
        select(Issue.no)
        .where(Issue.team_id == team_id, col(Issue.held).is_(True))
        .order_by(col(Issue.no))
    )
    return State(cards, photos, tuple(held))
