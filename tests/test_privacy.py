"""What is held of a customer: shown, deleted when it is asked, forgotten in time."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from conftest import NOW, Shop
from sqlalchemy import inspect, text
from sqlmodel import Session, select

from bot import outbox, privacy, teams
from bot.aftersales import issues
from bot.aftersales.issues import New
from bot.db import Database
from bot.db.desk import (
    Draft,
    Evidence,
    Issue,
    IssueCard,
    IssueEvent,
    IssueLink,
    Refund,
    RefundJournal,
)
from bot.db.facts import Buyer, Import, OrderLine, Product
from bot.db.people import AuditRow, Member
from bot.errors import UserError
from bot.message import Message
from bot.outbox import Address
from bot.privacy import Subject, read

ORDER, REFUND, WAYBILL = "3816620012345678901", "185566778899001122", "SF1380001000701"


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        ("2611220093", Subject(("2611220093",))),
        ("0093 2611220093", Subject(("2611220093",), tail="0093")),
        ("0093", Subject(tail="0093")),
        ("#12", Subject(cards=(12,))),
        ("#1001", Subject(("#1001",), (1001,))),
        ("111-1234567-1234567", Subject(("111-1234567-1234567",))),
        ("sf1380001000701", Subject(("SF1380001000701",))),
    ],
)
def test_who_is_meant(words: str, subject: Subject) -> None:
    assert read(words.split()) == subject
    assert Subject.load(subject.dump()) == subject


@pytest.mark.parametrize("words", ["", "abc", "12", "0093 0094"])
def test_what_means_nobody_is_refused(words: str) -> None:
    with pytest.raises(UserError):
        read(words.split())


def _me(s: Session, telegram_id: int) -> Member:
    return teams.memberships(s, telegram_id)[0]


def _fill(s: Session, shop: Shop, **change: Any) -> Issue:
    """A card with everything that can hang on one, of a known order."""
    staff = _me(s, shop.staff)
    new = New(
        store_id=shop.tmall, order_no=ORDER, refund_no=REFUND, tail="0093", waybill=WAYBILL,
        product="张三要的苹果", note=f"张三 {ORDER}", type="refund_only", reason="missing", amount=2990,
        quantity=2, reporter_id=staff.id,
    )  # fmt: skip
    issue = issues.open(s, shop.team, New(**{**vars(new), **change}), NOW, staff.id)
    issues.act(s, issue, "note", staff, NOW, note="张三来电")
    issues.act(s, issue, "change", staff, NOW, "tail:0094")
    s.add(
        Evidence(
            issue_id=issue.id, kind="photo", file_id="AgAD-zhang", unique_id="zhang", added_at=NOW,
            expires_at=NOW + timedelta(days=90),
        )
    )  # fmt: skip
    chat = teams.chat(s, shop.staff, "private")
    s.merge(IssueLink(chat_id=chat.id or 0, message_id=99, issue_id=issue.id or 0))
    _said(s, f"card:{issue.no}", f"#{issue.no} {issue.order_no} 张三", chat.id or 0)
    s.add(IssueCard(issue_id=issue.id, chat_id=chat.id or 0, key=f"card:{issue.no}"))
    s.flush()
    return issue


def _said(s: Session, key: str, words: str, chat: int) -> None:
    outbox.enqueue(s, key, Address(chat), Message(words), NOW)
    s.flush()
    s.connection().execute(
        text("UPDATE outbox SET state = 'sent', settled_at = :at WHERE key = :key"),
        {"at": NOW.replace(tzinfo=None), "key": key},
    )


def _facts(s: Session, shop: Shop) -> None:
    """The order as exported, its refund, a draft about it and an import that quotes it."""
    s.add(
        Import(
            id=1,
            team_id=shop.team,
            store_id=shop.tmall,
            report=f'{{"x": "{ORDER}"}}',
            created_at=NOW,
        )
    )
    s.flush()
    buyer = Buyer(team_id=shop.team, hash=4711)
    s.add(buyer)
    s.flush()
    s.add(
        OrderLine(
            team_id=shop.team, day=NOW.date(), store_id=shop.tmall, order_no=ORDER, line_no=1, head=1,
            status="paid", buyer_id=buyer.id, quantity=2, paid=5980, born_import=1, last_import=1,
        )
    )  # fmt: skip
    s.add(
        Refund(
            store_id=shop.tmall, refund_no=REFUND, team_id=shop.team, order_no=ORDER, amount=2990,
            reason="张三说少件", waybill=WAYBILL, last_import=1,
        )
    )  # fmt: skip
    s.add(RefundJournal(import_id=1, refund_no=REFUND, before="", issue_before='{"note": "张三"}'))
    chat = teams.chat(s, shop.staff, "private")
    s.add(
        Draft(
            id="d1", team_id=shop.team, chat_id=chat.id or 0, member_id=_me(s, shop.staff).id or 0,
            key="draft:1", fields=json.dumps({"new": {"order_no": ORDER, "note": "张三"}}),
            created_at=NOW, expires_at=NOW + timedelta(days=1),
        )
    )  # fmt: skip
    _said(s, "list:1", f"/find {ORDER} 张三", chat.id or 0)


@pytest.fixture
def card(db: Database, shop: Shop) -> int:
    with db.write() as s:
        _facts(s, shop)
        return _fill(s, shop).id or 0


def everything(db: Database, but: tuple[str, ...] = ()) -> str:
    """All rows of all tables but some, as text."""
    with db.read() as s:
        tables = [t for t in inspect(s.connection()).get_table_names() if t not in but]
        return repr(
            [(t, s.connection().execute(text(f'SELECT * FROM "{t}"')).all()) for t in tables]
        )


def test_a_copy_has_everything_and_nothing_of_another_team(
    db: Database, shop: Shop, card: int
) -> None:
    with db.read() as s:
        held = privacy.told(s, shop.team, read([ORDER]), NOW)
        theirs = privacy.told(s, shop.other_team, read([ORDER]), NOW)
    (told,) = held["cards"]
    assert (told["order_no"], told["tail"], told["reporter"]) == (ORDER, "0094", "小陈")
    assert [e["what"] for e in told["history"]] == ["open", "note", "change"]
    assert [p["file_id"] for p in told["photos"]] == ["AgAD-zhang"]
    assert [r["refund_no"] for r in held["refunds"]] == [REFUND]
    assert [x["buyer_id"] for x in held["order_lines"]] == [True]
    assert len(held["drafts"]) == 1
    assert [theirs[k] for k in ("cards", "refunds", "order_lines", "drafts")] == [[], [], [], []]


@pytest.mark.parametrize("words", [ORDER, REFUND, WAYBILL, "#1", f"0094 {ORDER}", "0094"])
def test_a_card_is_found_by_any_of_its_numbers(
    db: Database, shop: Shop, card: int, words: str
) -> None:
    with db.read() as s:
        found = privacy.find(s, shop.team, read(words.split()))
    assert [x.id for x in found.issues] == [card]
    assert [x.order_no for x in found.lines] == [ORDER]


def test_after_deletion_no_table_knows_the_customer(db: Database, shop: Shop, card: int) -> None:
    with db.write() as s:
        cards, how_much = privacy.erase(s, shop.team, read([ORDER]))
        assert [x.id for x in cards] == [card]
    assert how_much == privacy.Count(1, 1, 1, 1, 1, open=(1,))
    left = everything(db)
    assert [x for x in ("张三", WAYBILL, "0093", "0094", "AgAD-zhang", "4711") if x in left] == []
    # the sales figures keep the number that the platform's next export would bring again
    assert ORDER not in everything(db, but=("order_lines", "refunds"))


def test_what_it_was_and_cost_is_still_counted(db: Database, shop: Shop, card: int) -> None:
    with db.write() as s:
        privacy.erase(s, shop.team, read([ORDER]))
    with db.read() as s:
        issue = s.get_one(Issue, card)
        line = s.exec(select(OrderLine)).one()
    assert (issue.type, issue.reason, issue.amount, issue.quantity) == (
        "refund_only", "missing", 2990, 2,
    )  # fmt: skip
    assert (line.paid, line.buyer_id is not None) == (5980, True)


def test_another_teams_card_of_the_same_order_stays(db: Database, shop: Shop, card: int) -> None:
    boss = shop.outsider
    with db.write() as s:
        new = New(store_id=shop.other_store, order_no=ORDER, note="邻家", type="refund_only")
        theirs = issues.open(s, shop.other_team, new, NOW, _me(s, boss).id).id
        _said(s, "theirs", f"{ORDER} 邻家", teams.chat(s, boss, "private").id or 0)
        privacy.erase(s, shop.team, read([ORDER]))
    with db.read() as s:
        assert (s.get_one(Issue, theirs).order_no, s.get_one(Issue, theirs).note) == (ORDER, "邻家")
        assert "邻家" in everything(db)


def test_a_held_card_is_deleted_neither_by_wish_nor_by_time(
    db: Database, shop: Shop, card: int
) -> None:
    with db.write() as s:
        boss = _me(s, shop.owner)
        privacy.hold(s, boss, 1, held=True)
        cards, how_much = privacy.erase(s, shop.team, read([ORDER]))
        issues.act(s, s.get_one(Issue, card), "close", boss, NOW)
        assert privacy.forget(s, NOW + timedelta(days=400), 180) == []
        assert privacy.forget_photos(s, NOW + timedelta(days=400)) == 0
    assert (cards, how_much.held) == ([], (1,))
    assert "张三来电" in everything(db)


def _close(s: Session, shop: Shop, card: int) -> None:
    issues.act(s, s.get_one(Issue, card), "close", _me(s, shop.owner), NOW)


def test_a_closed_card_is_forgotten_after_its_days_and_once(
    db: Database, shop: Shop, card: int
) -> None:
    with db.write() as s:
        _close(s, shop, card)
    with db.write() as s:
        assert privacy.forget(s, NOW + timedelta(days=180), 180) == []
        late = NOW + timedelta(days=181)
        assert [x.id for x in privacy.forget(s, late, 180)] == [card]
        assert privacy.forget(s, late, 180) == []
        rows = [(x.what, x.detail, x.member_id) for x in s.exec(select(AuditRow))]
        assert rows == [("forgot", ":1", None)]
        assert {e.note + e.before for e in s.exec(select(IssueEvent))} == {""}


def test_an_open_card_is_not_forgotten(db: Database, shop: Shop, card: int) -> None:
    with db.write() as s:
        assert privacy.forget(s, NOW + timedelta(days=999), 180) == []


def test_a_run_is_bounded_and_the_next_goes_on(db: Database, shop: Shop) -> None:
    with db.write() as s:
        for _ in range(3):
            new = New(
                store_id=shop.tmall, note="x", type="exchange", reporter_id=_me(s, shop.staff).id
            )
            _close(s, shop, issues.open(s, shop.team, new, NOW, new.reporter_id).id or 0)
        late = NOW + timedelta(days=181)
        assert [len(privacy.due(s, late, 180, limit=2)), len(privacy.due(s, late, 180))] == [2, 3]


def test_photos_are_forgotten_at_their_own_time(db: Database, shop: Shop, card: int) -> None:
    with db.write() as s:
        assert privacy.forget_photos(s, NOW + timedelta(days=89)) == 0
        assert privacy.forget_photos(s, NOW + timedelta(days=90)) == 1
        assert s.exec(select(Evidence)).all() == []
        assert [(x.what, x.detail) for x in s.exec(select(AuditRow))] == [("forgot_photos", ":1")]


@pytest.fixture
def asked(db: Database, shop: Shop, card: int) -> str:
    with db.write() as s:
        code, _ = privacy.ask(s, _me(s, shop.owner), read([ORDER]), NOW)
    return code


def test_a_deletion_is_confirmed_once_by_who_asked(db: Database, shop: Shop, asked: str) -> None:
    with db.write() as s:
        boss = _me(s, shop.owner)
        for who, code in ((_me(s, shop.manager), asked), (boss, "")):
            with pytest.raises(UserError):
                privacy.confirmed(s, who, code, NOW)
        assert privacy.confirmed(s, boss, asked, NOW) == read([ORDER])
        with pytest.raises(UserError):
            privacy.confirmed(s, boss, asked, NOW)


def test_a_question_is_over_after_ten_minutes(db: Database, shop: Shop, asked: str) -> None:
    with db.write() as s, pytest.raises(UserError, match="over"):
        privacy.confirmed(s, _me(s, shop.owner), asked, NOW + timedelta(minutes=10))
    with db.write() as s:
        privacy.forget_questions(s, NOW + timedelta(minutes=10))
    assert ORDER not in everything(
        db,
        but=(
            "order_lines",
            "refunds",
            "issues",
            "issue_events",
            "issue_drafts",
            "outbox",
            "imports",
        ),
    )


def test_four_digits_are_not_enough_to_delete_by(db: Database, shop: Shop, card: int) -> None:
    with db.write() as s, pytest.raises(UserError, match="tail"):
        privacy.ask(s, _me(s, shop.owner), read(["0094"]), NOW)


def test_what_is_known_is_not_taken_for_a_customers_number(db: Database, shop: Shop) -> None:
    with db.write() as s:
        s.add(Product(team_id=shop.team, store_id=shop.tmall, code="4111111111111111", title="杯"))
        _fill(s, shop, order_no="13812345678")
        text = "13812345678 4111111111111111 13800010007"
        assert privacy.hidden(s, shop.team, text) == "13812345678 4111111111111111 *0007"
        assert privacy.hidden(s, shop.other_team, text) == "*5678 *1111 *0007"


def test_a_pickup_point_may_be_called_by_its_street(db: Database, shop: Shop) -> None:
    text = "团长 阳光花园5栋1203 13800010007"
    with db.read() as s:
        assert privacy.hidden(s, shop.team, text) == "团长 * *0007"
        assert privacy.hidden(s, shop.team, text, places=True) == "团长 阳光花园5栋1203 *0007"
