"""Cards from a platform's list of refunds: made, kept in step, closed, and given back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Shop
from sqlmodel import col, select

from bot import ingest
from bot.aftersales import issues, worklist
from bot.aftersales.worklist import Known, decide
from bot.db import Database
from bot.db.desk import Issue, IssueCard, IssueEvent
from bot.db.people import Chat, Member, Store
from bot.ingest import Report
from bot.ingest.refunds import Counts, File
from bot.ingest.report import Listing, UndoResult

NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
HEAD = (
    "退款编号,订单编号,售后类型,退款状态,退款金额,退款原因,申请时间,超时时间,商品名称,退货物流单号"
)
SELLER, BUYER = "等待卖家同意", "等待买家退货"


def row(
    no: int, state: str = SELLER, due: str = "2026-11-24 03:12:00", amount: str = "29.90"
) -> str:
    return f"R{no},A{no},仅退款,{state},{amount},少件,2026-11-22 0{no}:00:00,{due},苹果,"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


@dataclass
class Lists:
    """Imports lists into one store, the cards following."""

    db: Database
    store: Store
    folder: Path
    told: list[int]
    count: int = 0

    def take(self, *rows: str, name: str = "", head: str = HEAD) -> Report:
        self.count += 1
        path = self.folder / (name or f"list{self.count}.csv")
        path.write_text("\n".join((head, *rows)))
        desk = worklist.Desk(lambda s, issue, now: self.told.append(issue.no))  # noqa: ARG005
        return ingest.take(self.db, self.store, path, NOW, desk=desk)[1]

    def post(self, *numbers: int) -> None:
        """Their cards stand in a chat."""
        with self.db.write() as s:
            chat = Chat(telegram_id=1002, kind="private")
            s.add(chat)
            s.flush()
            for no in numbers:
                issue = s.exec(select(Issue).where(Issue.no == no)).one()
                s.add(IssueCard(issue_id=issue.id or 0, chat_id=chat.id or 0, key=f"card{no}"))

    def undo(self) -> UndoResult:
        with self.db.read() as s:
            newest = (
                s.exec(select(IssueEvent.id)).all()
                and s.connection().exec_driver_sql("SELECT MAX(id) FROM imports").scalar_one()
            )
        return ingest.undo(self.db, newest, NOW, desk=worklist.Desk())

    def cards(self) -> dict[str, Issue]:
        with self.db.read() as s:
            return {x.refund_no or x.order_no: x for x in s.exec(select(Issue))}

    def stages(self) -> dict[str, str]:
        return {no: x.stage for no, x in self.cards().items()}

    def events(self, no: str) -> list[tuple[str, str]]:
        with self.db.read() as s:
            query = select(IssueEvent).where(IssueEvent.issue_id == self.cards()[no].id)
            return [(e.what, e.value) for e in s.exec(query.order_by(col(IssueEvent.id)))]


@pytest.fixture
def lists(db: Database, shop: Shop, tmp_path: Path) -> Lists:
    with db.read() as s:
        store = s.get(Store, shop.tmall)
    assert store
    return Lists(db, store, tmp_path, [])


@pytest.fixture
def by(db: Database, shop: Shop) -> Callable[..., None]:
    """小陈 does something to a card."""

    def act(issue: Issue, action: str, value: str = "") -> None:
        with db.write() as s:
            chen = s.exec(select(Member).where(Member.telegram_id == shop.staff)).one()
            fresh = s.get(Issue, issue.id)
            assert fresh
            issues.act(s, fresh, action, chen, NOW + timedelta(minutes=1), value)

    return act


def test_each_open_refund_is_one_card(lists: Lists) -> None:
    report = lists.take(row(1), row(2), row(3, "退款成功"))
    made = lists.cards()
    assert {no: x.no for no, x in made.items()} == {"R1": 1, "R2": 2}
    one = made["R1"]
    assert (one.kind, one.order_no, one.type, one.reason, one.amount, one.product) == (
        "issue", "A1", "refund_only", "missing", 2_990, "苹果",
    )  # fmt: skip
    assert (one.due_at, one.due_from, one.applied_at) == (
        utc("2026-11-24 03:12"), "file", utc("2026-11-22 01:00"),
    )  # fmt: skip
    assert (one.platform_status, one.stage, one.reporter_id) == (SELLER, "new", None)
    assert lists.events("R1") == [("file", "")]
    assert report.worklist
    assert (report.worklist.opened, report.worklist.waiting) == (2, 2)
    assert [x.no for x in report.worklist.next] == [1, 2]


def test_the_same_list_again_changes_nothing(lists: Lists) -> None:
    lists.take(row(1), row(2))
    before = lists.cards()
    report = lists.take(row(1), row(2))
    assert lists.cards() == before
    assert lists.told == []
    assert report.worklist
    assert (report.worklist.opened, report.worklist.changed) == (0, 0)


def test_the_next_list_closes_what_is_gone(lists: Lists) -> None:
    lists.take(row(1), row(2), row(3))
    lists.post(1, 2)
    report = lists.take(row(2), row(3, amount="9.90"))
    assert lists.stages() == {"R1": "closed", "R2": "new", "R3": "new"}
    assert lists.events("R1") == [("file", ""), ("gone", "")]
    assert lists.cards()["R3"].amount == 990
    assert lists.told == [1]
    w = report.worklist
    assert w
    assert (w.full, w.gone, w.changed, w.absent, w.waiting) == (True, 1, 1, 0, 2)


def test_a_finished_row_closes_its_card_with_what_the_platform_did(lists: Lists) -> None:
    lists.take(row(1), row(2))
    report = lists.take(row(1, "退款成功"), row(2, "退款关闭"))
    one, two = lists.cards()["R1"], lists.cards()["R2"]
    assert (one.stage, one.resolution, one.cost) == ("closed", "refunded", 2_990)
    assert (two.stage, two.resolution, two.cost) == ("closed", "", None)
    assert lists.events("R1")[-1] == ("file", "退款成功")
    assert report.worklist
    assert (report.worklist.closed, report.worklist.gone) == (2, 0)


def test_a_new_state_brings_its_own_deadline_and_whose_turn_it_is(lists: Lists) -> None:
    lists.take(row(1))
    lists.take(row(1, BUYER, "2026-11-29 03:12:00"))
    one = lists.cards()["R1"]
    assert (one.stage, one.waiting_for, one.due_at) == ("waiting", "buyer", utc("2026-11-29 03:12"))
    lists.take(row(1, "买家已退货，等待卖家确认收货", "2026-12-03 00:00:00"))
    assert (lists.cards()["R1"].stage, lists.cards()["R1"].waiting_for) == ("new", "")


def test_what_a_person_said_of_a_card_stays(lists: Lists, by: Any) -> None:
    lists.take(row(1))
    by(lists.cards()["R1"], "change", "reason:damaged")
    lists.take(row(1, amount="9.90").replace("少件", "质量问题"))
    one = lists.cards()["R1"]
    assert (one.reason, one.amount) == ("damaged", 990)


def test_an_issue_of_the_same_order_becomes_the_refunds_card(lists: Lists) -> None:
    with lists.db.write() as s:
        new = issues.New(
            store_id=lists.store.id, order_no="A1", type="refund_only", reason="damaged"
        )
        issues.open(s, lists.store.team_id, new, NOW, None)
    lists.post(1)
    report = lists.take(row(1), row(2))
    one = lists.cards()["R1"]
    assert (one.no, one.reason, one.amount, one.due_from) == (1, "damaged", 2_990, "file")
    assert report.worklist
    assert (report.worklist.joined, report.worklist.opened) == (1, 1)
    assert lists.told == [1]


def test_what_was_closed_by_a_list_is_opened_by_a_list(lists: Lists) -> None:
    lists.take(row(1), row(2))
    lists.take(row(2))
    report = lists.take(row(1), row(2))
    one = lists.cards()["R1"]
    assert (one.stage, one.closed_at, one.reopened) == ("new", None, 1)
    assert report.worklist
    assert report.worklist.reopened == 1


def test_what_a_person_closed_stays_closed(lists: Lists, by: Any) -> None:
    lists.take(row(1), row(2))
    by(lists.cards()["R1"], "resolve", "explained:0")
    by(lists.cards()["R2"], "duplicate", "1")
    lists.take(row(1), row(2))
    assert lists.stages() == {"R1": "solved", "R2": "duplicate"}


def test_another_team_sees_none_of_it(lists: Lists, shop: Shop) -> None:
    lists.take(row(1))
    with lists.db.read() as s:
        lists.store = s.get(Store, shop.other_store)  # type: ignore[assignment]
    lists.take(row(1))
    with lists.db.read() as s:
        found = s.exec(select(Issue.team_id, Issue.no).order_by(col(Issue.id))).all()
    assert [tuple(x) for x in found] == [(shop.team, 1), (shop.other_team, 1)]


# which lists are full ------------------------------------------------------------------------

KNOWN = (Known("R1", SELLER, utc("2026-11-22 08:00")), Known("R2", BUYER, utc("2026-11-20 08:00")))


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        ({}, ("R1", "R2")),
        ({"statuses": (SELLER,)}, ("R1",)),
        ({"states": False}, ()),
        ({"period": ("2026-11-22", "2026-11-23")}, ("R1",)),
        ({"period": ("2026-11-23", "2026-11-23")}, ("R1", "R2")),
        ({"finished": 1}, ()),
        ({"refused": 1}, ()),
        ({"stale": True}, ()),
        ({"shared": False}, ()),
        ({"present": False}, ()),
    ],
)  # fmt: skip
def test_when_a_list_is_full(change: dict[str, Any], gone: tuple[str, ...]) -> None:
    listing = Listing(
        states=change.get("states", True), statuses=change.get("statuses", (BUYER, SELLER)),
        period=change.get("period"),
    )  # fmt: skip
    report = Report(
        "taobao", "refunds", "utf-8", 1, 2, refused=change.get("refused", 0), listing=listing
    )
    store = Store(team_id=1, key="t", name="t", timezone="Asia/Shanghai", created_at=NOW)
    file = File(9, store, NOW, report, stale=change.get("stale", False))
    counts = Counts(
        states={"open": 2}, present={"R8", "R9"} if change.get("present", True) else set()
    )
    if change.get("finished"):
        counts.states["done"] = 1
    found = decide(file, counts, KNOWN, shared=change.get("shared", True))
    assert found.gone == gone
    assert set(found.gone) | set(found.absent) == {"R1", "R2"}


def test_a_deadline_that_was_over_at_the_export_closes_in_any_case() -> None:
    late = Known("R3", "x", None, NOW - timedelta(hours=1))
    report = Report("taobao", "refunds", "", 1, 1, listing=Listing(states=True, statuses=(SELLER,)))
    file = File(9, Store(team_id=1, key="t", name="t", timezone="UTC", created_at=NOW), NOW, report)
    counts = Counts(states={"open": 1}, present={"R9"})
    assert decide(file, counts, (late,), shared=False).gone == ("R3",)


def test_a_list_of_one_state_leaves_the_others_open_and_says_so(lists: Lists) -> None:
    lists.take(row(1), row(2), row(3, BUYER))
    report = lists.take(row(2))
    assert lists.stages() == {"R1": "closed", "R2": "new", "R3": "waiting"}
    assert report.worklist
    assert report.worklist.absent == 1


# Undo ----------------------------------------------------------------------------------------


def test_undo_gives_cards_back_and_voids_those_that_were_born(lists: Lists) -> None:
    lists.take(row(1), row(2))
    before = lists.cards()
    lists.take(row(1, "退款成功"), row(2, BUYER), row(3))
    result = lists.undo()
    assert (result.of, result.cards, result.left) == ("refunds", 3, ())
    after = lists.cards()
    for no in ("R1", "R2"):
        ours = {k: v for k, v in before[no].model_dump().items() if k != "version"}
        assert {k: after[no].model_dump()[k] for k in ours} == ours
    assert after["R3"].stage == "void"


def test_after_undo_the_same_list_brings_the_same_numbers(lists: Lists) -> None:
    lists.take(row(1), row(2))
    lists.undo()
    assert lists.stages() == {"R1": "void", "R2": "void"}
    lists.take(row(1), row(2))
    assert {no: (x.no, x.stage, x.reopened) for no, x in lists.cards().items()} == {
        "R1": (1, "new", 0), "R2": (2, "new", 0),
    }  # fmt: skip


def test_undo_leaves_what_somebody_touched_and_names_it(lists: Lists, by: Any) -> None:
    lists.take(row(1), row(2))
    by(lists.cards()["R2"], "take")
    result = lists.undo()
    assert (result.removed, result.cards, result.left) == (2, 1, (2,))
    assert lists.stages() == {"R1": "void", "R2": "doing"}


def test_a_crash_in_the_middle_is_given_back_and_done_again(lists: Lists) -> None:
    class Crash(Exception):
        pass

    def crash(step: Any) -> None:
        if step.stage == "merging" and step.done >= 40:
            raise Crash

    path = lists.folder / "big.csv"
    path.write_text("\n".join((HEAD, *(row(1).replace("R1,A1", f"R{i},A{i}") for i in range(120)))))
    with pytest.raises(Crash):
        ingest.take(lists.db, lists.store, path, NOW, crash, desk=worklist.Desk())
    with lists.db.read() as s:
        number = s.connection().exec_driver_sql("SELECT MAX(id) FROM imports").scalar_one()
    report = ingest.run(lists.db, number, path, NOW, desk=worklist.Desk())
    assert report
    assert report.worklist
    assert (report.new, report.worklist.waiting) == (120, 120)
    assert sorted(x.no for x in lists.cards().values()) == list(range(1, 121))
