"""The queue of imports: one at a time per store, and rows of the dead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import ingest
from bot.db import Database
from bot.db.facts import Import
from bot.db.people import Store
from bot.errors import UserError

NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


def put(db: Database, shop: Any, store: int | None, **more: Any) -> int:
    with db.write() as s:
        row = ingest.queue(
            s, team_id=shop.team, store_id=store, file_name="a.csv", now=NOW, file_id="f", **more
        )
    assert row.id
    return row.id


def claim(db: Database, owner: str, **more: Any) -> int | None:
    with db.write() as s:
        row = ingest.claim(s, owner, more.pop("now", NOW), **more)
        return row.id if row else None


def test_a_row_is_claimed_once(db: Database, shop: Any) -> None:
    row = put(db, shop, shop.tmall)
    assert claim(db, "one") == row
    assert claim(db, "two") is None


def test_two_files_of_a_store_wait_for_each_other_others_do_not(db: Database, shop: Any) -> None:
    first = put(db, shop, shop.tmall)
    put(db, shop, shop.tmall)
    other = put(db, shop, shop.shopify)
    assert claim(db, "one") == first
    assert claim(db, "two") == other
    assert claim(db, "two") is None


def test_a_dead_owner_s_row_is_taken_over_and_so_is_one_whose_lease_ran_out(
    db: Database, shop: Any
) -> None:
    row = put(db, shop, shop.tmall)
    claim(db, "one")
    assert claim(db, "two", dead={"one"}) == row
    local = put(db, shop, shop.shopify, owner="cli:1")
    assert claim(db, "three", now=NOW + timedelta(minutes=1)) is None
    assert claim(db, "three", now=NOW + timedelta(minutes=3)) == local


def test_a_slow_process_keeps_its_row_and_takes_it_again_once_it_stumbled(
    db: Database, shop: Any
) -> None:
    """Two at work on one store would spoil its rollups; who lives is told by its lock."""
    row = put(db, shop, shop.tmall)
    assert claim(db, "slow") == row
    assert claim(db, "other", now=NOW + timedelta(minutes=3)) is None
    assert claim(db, "slow", now=NOW + timedelta(minutes=3)) == row


def test_a_row_that_was_tried_too_often_can_still_be_given_up_on(db: Database, shop: Any) -> None:
    row, after = put(db, shop, shop.tmall), put(db, shop, shop.tmall)
    for n in range(7):
        assert claim(db, str(n), dead={str(n - 1)}) == row
    with db.read() as s:
        tired = s.get(Import, row)
        assert tired
        assert ingest.exhausted(tired)
    ingest.fail(db, row, UserError("internal"), NOW)
    assert claim(db, "8") == after


def test_an_undo_that_broke_can_be_asked_for_again(desk: Any) -> None:
    desk.rows("A1,2026-11-20,1", head="订单号,下单时间,实付金额")
    with desk.db.write() as s:
        ingest.ask_undo(s, s.get(Import, desk.import_id()))
    assert claim(desk.db, "one") == desk.import_id()
    ingest.fail(desk.db, desk.import_id(), UserError("internal"), NOW)
    with desk.db.read() as s:
        assert s.get(Import, desk.import_id()).owner == ""
    assert ingest.undo(desk.db, desk.import_id(), NOW).removed == 1


def test_a_file_waits_until_its_store_is_said(db: Database, shop: Any) -> None:
    row = put(db, shop, None)
    assert claim(db, "one") == row  # to be looked at
    with db.write() as s:
        looked_at = s.get(Import, row)
        assert looked_at
        ingest.sort(s, looked_at, None)
    assert claim(db, "one") is None
    with db.write() as s:
        waiting, store = s.get(Import, row), s.get(Store, shop.tmall)
        assert waiting
        assert store
        assert ingest.assign(s, waiting, store)
        assert not ingest.assign(s, waiting, store)
    assert claim(db, "one") == row


def test_a_store_of_another_team_cannot_be_said(db: Database, shop: Any) -> None:
    row = put(db, shop, None)
    with db.write() as s:
        looked_at = s.get(Import, row)
        assert looked_at
        ingest.sort(s, looked_at, None)
    with db.write() as s:
        waiting, store = s.get(Import, row), s.get(Store, shop.other_store)
        assert waiting
        assert store
        assert not ingest.assign(s, waiting, store)


def test_a_local_import_refuses_a_store_in_work(db: Database, shop: Any) -> None:
    put(db, shop, shop.tmall)
    claim(db, "one")
    with pytest.raises(UserError, match="busy"):
        put(db, shop, shop.tmall, owner="cli:1")


def test_undo_is_asked_for_once(desk: Any) -> None:
    desk.rows("A1,2026-11-20,1", head="订单号,下单时间,实付金额")
    with desk.db.write() as s:
        row = s.get(Import, desk.import_id())
        assert row
        ingest.ask_undo(s, row)
        with pytest.raises(UserError, match="not_done"):
            ingest.ask_undo(s, row)
    assert claim(desk.db, "one") == desk.import_id()
    assert ingest.undo(desk.db, desk.import_id(), NOW).removed == 1


def test_what_failed_is_not_tried_again(desk: Any) -> None:
    with pytest.raises(UserError):
        desk.take(desk.file(b""))
    assert claim(desk.db, "one") is None


def test_an_outsider_s_facts_stay_their_own(desk: Any, shop: Any) -> None:
    desk.rows("A1,2026-11-20,1", head="订单号,下单时间,实付金额")
    teams = desk.all(
        "SELECT DISTINCT team_id FROM order_lines UNION SELECT team_id FROM sales_rollups"
    )
    assert teams == [(shop.team,)]
