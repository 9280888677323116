"""Issues: numbers, stages, who may, two at once, undo."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep

import pytest
from conftest import NOW, Shop
from sqlmodel import Session, col, select

from bot import teams
from bot.aftersales import issues
from bot.aftersales.issues import New
from bot.db import Database
from bot.db.desk import Evidence, Issue, IssueEvent
from bot.errors import UserError
from tests.aftersales.desk import Desk, happened, member

MINUTE = timedelta(minutes=1)


def openings(s: Session) -> list[IssueEvent]:
    query = select(IssueEvent).where(IssueEvent.what == "open").order_by(col(IssueEvent.id))
    return list(s.exec(query))


def refused(error: pytest.ExceptionInfo[UserError]) -> tuple[str, object]:
    """The key of what was said, and who is named in it."""
    return error.value.key, error.value.params.get("who")


# numbers --------------------------------------------------------------------------------------


def test_each_team_counts_its_own(db: Database, desk: Desk) -> None:
    with db.write() as s:
        assert [desk.open(s).no, desk.open(s).no, desk.theirs(s).no] == [1, 2, 1]


def test_two_writers_leave_no_gap(db: Database, desk: Desk) -> None:
    def log_five(_: int) -> list[int]:
        numbers = []
        for i in range(5):
            with db.write() as s:
                numbers.append(desk.open(s).no)
                sleep(0.002)
                if i == 2:
                    s.rollback()  # one that fails gives its number back
                    numbers.pop()
        return numbers

    with ThreadPoolExecutor(2) as pool:
        both = [n for numbers in pool.map(log_five, range(2)) for n in numbers]
    assert sorted(both) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_an_assignee_makes_it_assigned(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        manager = member(s, shop.manager).id
        issue = desk.open(s, New(assignee_id=manager))
        assert (issue.stage, issue.assignee_id, issue.version) == ("assigned", manager, 1)
        assert happened(s, issue) == ["open"]


def test_store_and_assignee_are_of_the_team(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        with pytest.raises(UserError, match=r"store\.gone"):
            desk.open(s, New(store_id=shop.other_store))
        with pytest.raises(UserError, match=r"team\.gone"):
            desk.open(s, New(assignee_id=member(s, shop.outsider).id))
        with pytest.raises(UserError, match=r"desk\.cannot_do"):
            desk.open(s, New(assignee_id=member(s, shop.leader).id))


# the life of an issue -------------------------------------------------------------------------


def test_from_new_to_closed(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        issue, staff = desk.open(s), member(s, shop.staff)
        stages = []
        for i, (action, value) in enumerate(
            [("take", ""), ("wait", "courier"), ("resume", ""), ("resolve", "partly_refunded:2990"),
             ("close", "")], 1,
        ):  # fmt: skip
            issues.act(s, issue, action, staff, NOW + i * MINUTE, value)
            stages.append((issue.stage, issue.waiting_for))
        assert stages == [
            ("doing", ""), ("waiting", "courier"), ("doing", ""), ("solved", ""), ("closed", ""),
        ]  # fmt: skip
        assert (issue.resolution, issue.cost, issue.version) == ("partly_refunded", 2990, 6)
        assert issue.answered_at == NOW + MINUTE
        assert (issue.solved_at, issue.closed_at) == (NOW + 4 * MINUTE, NOW + 5 * MINUTE)


def test_reopened_it_is_counted_and_open_again(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        issue, staff = desk.open(s), member(s, shop.staff)
        for action, value in (("resolve", "resent:0"), ("reopen", ""), ("resolve", "refunded")):
            issues.act(s, issue, action, staff, NOW + MINUTE, value)
        assert (issue.reopened, issue.stage, issue.cost) == (1, "solved", None)
        issues.act(s, issue, "reopen", staff, NOW + 2 * MINUTE)
        assert (issue.reopened, issue.stage, issue.solved_at) == (2, "doing", None)


@pytest.mark.parametrize(
    ("who", "action", "answered"),
    [
        ("staff", "note", False),  # its reporter adds to the report
        ("manager", "note", True),
        ("staff", "take", True),
        ("manager", "due", False),
        ("manager", "resolve", True),
        ("manager", "void", False),
    ],
)
def test_what_is_a_first_answer(
    db: Database, desk: Desk, shop: Shop, who: str, action: str, answered: bool
) -> None:
    with db.write() as s:
        issue = desk.open(s)
        value = {"resolve": "explained"}.get(action, "")
        issues.act(s, issue, action, member(s, getattr(shop, who)), NOW + MINUTE, value)
        assert (issue.answered_at == NOW + MINUTE) is answered


def test_what_a_file_or_a_clock_does_is_no_answer(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        issue = desk.open(s)
        issues.record(s, issue, "photo", NOW, issue.reporter_id)
        issues.record(s, issue, "missed", NOW, fields={"missed_at": NOW})
        assert issue.answered_at is None
        issues.record(s, issue, "photo", NOW, member(s, shop.manager).id)
        assert issue.answered_at == NOW


def test_a_duplicate_points_at_the_first_of_its_kind(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        first, second, third = desk.open(s), desk.open(s), desk.open(s)
        staff = member(s, shop.staff)
        issues.act(s, second, "duplicate", staff, NOW, "#1")
        issues.act(s, third, "duplicate", staff, NOW, "2")  # itself a duplicate of #1
        assert (second.stage, second.duplicate_of, third.duplicate_of) == (
            "duplicate", first.id, first.id,
        )  # fmt: skip
        assert issues.view(s, third, NOW).duplicate_of == 1
        for wrong in ("1", "9", "x"):
            with pytest.raises(UserError):
                issues.act(s, first, "duplicate", staff, NOW, wrong)


@pytest.mark.parametrize(
    ("action", "value"),
    [("wait", "weather"), ("resolve", "ignored"), ("resolve", "refunded:-1"), ("due", "tomorrow"),
     ("due", "2026-11-24T03:12:00"), ("change", "team_id:2"), ("change", "reason:aliens"),
     ("change", "quantity:many"), ("assign", "soon")],
)  # fmt: skip
def test_a_value_that_makes_no_sense_changes_nothing(
    db: Database, desk: Desk, shop: Shop, action: str, value: str
) -> None:
    with db.write() as s:
        issue = desk.open(s)
        with pytest.raises(UserError):
            issues.act(s, issue, action, member(s, shop.staff), NOW, value)
        assert (issue.version, happened(s, issue)) == (1, ["open"])


# two at once ----------------------------------------------------------------------------------


def test_the_first_take_wins_and_the_second_is_told(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        issue_id = desk.open(s).id

    def take(person: int) -> str:
        with db.write() as s:
            issue = s.get_one(Issue, issue_id)
            sleep(0.05)  # both look before either acts, where the engine lets them
            try:
                issues.act(s, issue, "take", member(s, person), NOW, version=1)
            except UserError as e:
                return f"{e.key} {e.params['who']}"
            return teams.called(member(s, person))

    with ThreadPoolExecutor(2) as pool:
        said = set(pool.map(take, (shop.staff, shop.manager)))
    assert said in (
        {"小陈", "desk.behind.take 小陈"},
        {"王店长", "desk.behind.take 王店长"},
    )


def test_who_acts_on_an_older_card_is_told(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        issue, staff, manager = desk.open(s), member(s, shop.staff), member(s, shop.manager)
        issues.act(s, issue, "wait", manager, NOW, "buyer", version=1)
        with pytest.raises(UserError) as told:
            issues.act(s, issue, "resolve", staff, NOW, "refunded", version=1)
        assert refused(told) == ("desk.behind.wait", "王店长")
        issues.act(s, issue, "note", staff, NOW, note="打包视频属实", version=1)  # words always fit
        issues.act(s, issue, "resolve", manager, NOW, "refunded", version=2)  # notes are no change
        assert issue.stage == "solved"


def test_ones_own_changes_make_no_card_old(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        issue, staff = desk.open(s), member(s, shop.staff)
        issues.act(s, issue, "take", staff, NOW, version=1)
        issues.act(s, issue, "wait", staff, NOW, "buyer", version=1)
        assert (issue.stage, issue.version) == ("waiting", 3)


def test_a_stage_that_no_longer_allows_it_names_who_ended_it(
    db: Database, desk: Desk, shop: Shop
) -> None:
    with db.write() as s:
        issue, staff, manager = desk.open(s), member(s, shop.staff), member(s, shop.manager)
        issues.act(s, issue, "void", manager, NOW)
        with pytest.raises(UserError) as told:
            issues.act(s, issue, "take", staff, NOW)
        assert refused(told) == ("desk.behind.void", "王店长")


def test_without_a_card_nobody_takes_over_what_somebody_is_at(
    db: Database, desk: Desk, shop: Shop
) -> None:
    with db.write() as s:
        issue, staff, manager = desk.open(s), member(s, shop.staff), member(s, shop.manager)
        issues.act(s, issue, "take", staff, NOW)
        with pytest.raises(UserError) as told:
            issues.act(s, issue, "take", manager, NOW)
        assert refused(told) == ("desk.behind.take", "小陈")
        with pytest.raises(UserError, match=r"desk\.yours"):
            issues.act(s, issue, "take", staff, NOW)
        issues.act(s, issue, "take", manager, NOW, version=2)  # who sees whose it is, may
        assert issue.assignee_id == manager.id


# undo -----------------------------------------------------------------------------------------


def test_undo_gives_back_what_was(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        issue, staff = desk.open(s), member(s, shop.staff)
        event = issues.act(s, issue, "resolve", staff, NOW + MINUTE, "refunded:2990")
        issues.undo(s, event.id or 0, staff, NOW + 11 * MINUTE)
        assert (issue.stage, issue.resolution, issue.cost) == ("new", "", None)
        assert (issue.solved_at, issue.answered_at, issue.staged_at) == (None, None, NOW)
        assert (issue.version, happened(s, issue)) == (3, ["open", "(resolve)", "undo"])


def test_undo_is_for_ten_minutes_and_for_once(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        issue, staff = desk.open(s), member(s, shop.staff)
        event = issues.act(s, issue, "take", staff, NOW)
        late = NOW + 10 * MINUTE + timedelta(seconds=1)
        with pytest.raises(UserError, match=r"desk\.undo\.late"):
            issues.undo(s, event.id or 0, staff, late)
        issues.undo(s, event.id or 0, staff, NOW + 10 * MINUTE)
        with pytest.raises(UserError, match=r"desk\.undo\.done"):
            issues.undo(s, event.id or 0, staff, NOW + 10 * MINUTE)


def test_only_the_newest_change_is_undone(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        issue, staff, manager = desk.open(s), member(s, shop.staff), member(s, shop.manager)
        take = issues.act(s, issue, "take", staff, NOW)
        wait = issues.act(s, issue, "wait", manager, NOW, "buyer")
        issues.act(s, issue, "note", manager, NOW, note="已联系")  # words stand in nobody's way
        with pytest.raises(UserError) as told:
            issues.undo(s, take.id or 0, staff, NOW)
        assert refused(told) == ("desk.behind.wait", "王店长")
        issues.undo(s, wait.id or 0, manager, NOW)
        issues.undo(s, take.id or 0, staff, NOW)
        assert (issue.stage, issue.assignee_id) == ("new", None)


def test_undo_is_for_who_did_it_and_the_leadership(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        issue, staff, manager = desk.open(s), member(s, shop.staff), member(s, shop.manager)
        event = issues.act(s, issue, "take", manager, NOW)
        with pytest.raises(UserError, match=r"desk\.undo\.not_yours"):
            issues.undo(s, event.id or 0, staff, NOW)
        issues.undo(s, event.id or 0, member(s, shop.owner), NOW)
        assert issue.stage == "new"


def test_undoing_the_opening_voids_it(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        issue, staff = desk.open(s), member(s, shop.staff)
        worked_on = desk.open(s)
        issues.act(s, worked_on, "note", member(s, shop.manager), NOW, note="看到了")
        first, second = openings(s)
        issues.undo(s, first.id or 0, staff, NOW)
        with pytest.raises(UserError, match=r"desk\.behind\.note"):
            issues.undo(s, second.id or 0, staff, NOW)
        assert (issue.stage, worked_on.stage, desk.open(s).no) == ("void", "new", 3)


def test_what_a_file_did_is_not_undone_here(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        issue = desk.open(s)
        event = issues.record(s, issue, "gone", NOW, fields={"stage": "closed"})
        with pytest.raises(UserError, match=r"desk\.undo\.lasting"):
            issues.undo(s, event.id or 0, member(s, shop.owner), NOW)


@pytest.mark.parametrize("action", ["resolve", "wait", "duplicate"])
def test_what_is_done_for_a_customer_is_not_done_to_kin(
    db: Database, desk: Desk, shop: Shop, action: str
) -> None:
    value = {"resolve": "refunded", "wait": "buyer", "duplicate": "2"}[action]
    with db.write() as s:
        issue, _ = desk.open(s, New(kind="violation")), desk.open(s)
        with pytest.raises(UserError, match=r"desk\.value"):
            issues.act(s, issue, action, member(s, shop.staff), NOW, value)
        assert issue.stage == "new"


# who may --------------------------------------------------------------------------------------


def test_the_outsider_neither_sees_nor_changes(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        issue, outsider = desk.open(s), member(s, shop.outsider)
        event = openings(s)[0]
        with pytest.raises(UserError, match=r"desk\.none"):
            issues.act(s, issue, "note", outsider, NOW, note="?")
        with pytest.raises(UserError, match=r"desk\.gone"):
            issues.undo(s, event.id or 0, outsider, NOW)
        with pytest.raises(UserError, match=r"desk\.gone"):
            issues.seen(s, outsider, issue.id or 0)
        assert issues.by_no(s, shop.other_team, issue.no) is None


def test_a_leader_adds_to_their_own_claims_only(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        leader = member(s, shop.leader)
        leader.point_id = teams.point(s, shop.team, "朝阳里", NOW).id
        claim, other = desk.open(s, by=shop.leader), desk.open(s)
        of_point = desk.open(s, New(point_id=leader.point_id))
        issues.act(s, claim, "note", leader, NOW, note="还少2件")
        issues.act(s, of_point, "urge", leader, NOW)
        assert of_point.urgent
        with pytest.raises(UserError, match=r"desk\.none"):
            issues.act(s, other, "note", leader, NOW, note="?")
        with pytest.raises(UserError, match="not_allowed"):
            issues.act(s, claim, "resolve", leader, NOW, "refunded")


def test_who_is_held_to_a_store_sees_no_other(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        staff, owner = member(s, shop.staff), member(s, shop.owner)
        teams.hold_to(s, staff, [shop.shopify])
        ours = desk.open(s, New(store_id=shop.shopify), by=shop.owner)
        other = desk.open(s, by=shop.owner)
        issues.act(s, ours, "take", staff, NOW)
        with pytest.raises(UserError, match=r"desk\.none"):
            issues.act(s, other, "take", staff, NOW)
        with pytest.raises(UserError, match=r"desk\.cannot_do"):
            issues.act(s, other, "assign", owner, NOW, str(staff.id))
        with pytest.raises(UserError, match=r"store\.gone"):
            issues.act(s, ours, "change", staff, NOW, f"store:{shop.tmall}")


def test_closing_is_for_those_it_concerns(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        issue, staff = desk.open(s, by=shop.owner), member(s, shop.staff)
        with pytest.raises(UserError, match=r"desk\.not_yours"):
            issues.act(s, issue, "close", staff, NOW)
        issues.act(s, issue, "take", staff, NOW)  # now it is theirs
        issues.act(s, issue, "close", staff, NOW)
        assert issue.stage == "closed"


# how it is seen -------------------------------------------------------------------------------


def test_a_view_names_people_and_stores(db: Database, desk: Desk, shop: Shop) -> None:
    with db.write() as s:
        issue, staff, manager = desk.open(s), member(s, shop.staff), member(s, shop.manager)
        manager.nickname = "王姐"
        issues.act(s, issue, "assign", staff, NOW, str(manager.id))
        note = issues.act(s, issue, "note", manager, NOW + MINUTE, note="打包视频属实")
        shared = {"issue_id": issue.id, "event_id": note.id, "kind": "photo", "added_at": NOW}
        for n in ("a", "b"):
            s.add(Evidence(file_id=n, unique_id=n, expires_at=NOW, **shared))
        seen = issues.view(s, issue, NOW, history=2)
        assert (seen.store, seen.currency, seen.assignee, seen.reporter) == (
            "天猫旗舰店", "CNY", "王姐", "小陈",
        )  # fmt: skip
        assert [(e.what, e.value, e.who, e.photos) for e in seen.history] == [
            ("assign", "王姐", "小陈", 0),
            ("note", "", "王姐", 2),
        ]
        assert (seen.photos, str(seen.zone)) == (2, "Asia/Shanghai")


def test_what_is_kept_for_undo_are_only_the_fields_that_changed(
    db: Database, desk: Desk, shop: Shop
) -> None:
    with db.write() as s:
        issue, manager = desk.open(s), member(s, shop.manager)
        event = issues.act(s, issue, "change", manager, NOW, "reason:damaged")
        assert json.loads(event.before) == {"reason": "missing"}
        assert issue.reason == "damaged"
