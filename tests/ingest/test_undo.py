"""Undo, and what a crash in the middle leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import ingest
from bot.errors import UserError
from bot.ingest import Progress

NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
HEAD = "订单编号,总金额,买家实际支付金额,订单状态,收货地址,订单创建时间,订单付款时间,退款金额"
ONE = "A1,59.80,59.80,交易成功,广东省,2026-11-20 10:00:00,2026-11-20 10:05:00,0.00"
ONE_BACK = "A1,59.80,0.00,交易关闭,广东省,2026-11-20 10:00:00,2026-11-20 10:05:00,59.80"
TWO = "A2,10.00,10.00,交易成功,上海,2026-11-21 10:00:00,2026-11-22 00:05:00,0.00"


def test_undo_gives_back_what_was_overwritten_and_removes_what_was_born(desk: Any) -> None:
    desk.rows(ONE)
    before = desk.snapshot()
    desk.rows(ONE_BACK, TWO)
    result = ingest.undo(desk.db, desk.import_id(), NOW)
    assert (result.restored, result.removed) == (1, 1)
    assert desk.snapshot() == before
    assert desk.differences() == []


def test_undo_of_the_first_import_leaves_nothing(desk: Any) -> None:
    desk.rows(ONE, TWO)
    ingest.undo(desk.db, desk.import_id(), NOW)
    assert not any(desk.snapshot())
    assert desk.value("SELECT COUNT(*) FROM imported_days") == 0


def test_undo_is_refused_where_a_later_import_touched_an_order(desk: Any) -> None:
    desk.rows(ONE, TWO)
    first = desk.import_id()
    desk.rows(ONE_BACK)
    before = desk.snapshot()
    with pytest.raises(UserError) as e:
        ingest.undo(desk.db, first, NOW)
    assert (e.value.key, e.value.params) == ("import.undo_touched", {"n": 1, "orders": "A1"})
    assert desk.snapshot() == before


def test_after_the_later_import_is_undone_so_can_be_the_earlier(desk: Any) -> None:
    desk.rows(ONE, TWO)
    first = desk.import_id()
    desk.rows(ONE_BACK)
    ingest.undo(desk.db, desk.import_id(), NOW)
    assert ingest.undo(desk.db, first, NOW).removed == 2
    assert not any(desk.snapshot())


def test_an_import_is_undone_only_once(desk: Any) -> None:
    desk.rows(ONE)
    ingest.undo(desk.db, desk.import_id(), NOW)
    with pytest.raises(UserError, match="not_done"):
        ingest.undo(desk.db, desk.import_id(), NOW)


def test_days_stay_covered_as_long_as_another_import_covers_them(desk: Any) -> None:
    desk.rows(ONE)
    desk.rows(ONE, TWO)
    ingest.undo(desk.db, desk.import_id(), NOW)
    days = desk.all("SELECT day FROM imported_days")
    assert [str(x[0]) for x in days] == ["2026-11-20"]


class Crash(Exception):
    """What a power cut does, as far as the database can tell."""


def crash_after(steps: int) -> Callable[[Progress], None]:
    """A progress callback that ends the import after some slices."""
    left = [steps]

    def tell(step: Progress) -> None:
        if step.stage != "reading":
            left[0] -= 1
            if left[0] == 0:
                raise Crash

    return tell


def orders(desk: Any, n: int, amount: str) -> Path:
    rows = (
        f"B{i:04},{amount},{amount},交易成功,广东省,2026-11-{1 + i % 20:02} 10:00:00,"
        f"2026-11-{1 + i % 20:02} 11:00:00,0.00"
        for i in range(n)
    )
    return desk.file("\n".join((HEAD, *rows)))


def test_a_crash_in_the_middle_is_given_back(desk: Any) -> None:
    desk.take(orders(desk, 900, "10.00"))
    before = desk.snapshot()
    with pytest.raises(Crash):
        ingest.take(desk.db, desk.store, orders(desk, 1_500, "12.00"), NOW, crash_after(2))
    assert desk.value("SELECT state FROM imports ORDER BY id DESC LIMIT 1") == "merging"
    assert desk.snapshot() != before
    assert desk.differences() == []  # each slice was whole
    ingest.recover(desk.db, desk.import_id(), NOW)
    assert desk.snapshot() == before
    assert desk.value("SELECT state FROM imports ORDER BY id DESC LIMIT 1") == "queued"


def test_after_a_crash_the_import_runs_again_and_can_still_be_undone(desk: Any) -> None:
    desk.take(orders(desk, 300, "10.00"))
    before = desk.snapshot()
    path = orders(desk, 1_500, "12.00")
    with pytest.raises(Crash):
        ingest.take(desk.db, desk.store, path, NOW, crash_after(2))
    report = ingest.run(desk.db, desk.import_id(), path, NOW)
    assert (report.new, report.changed) == (1_200, 300)
    assert desk.differences() == []
    ingest.undo(desk.db, desk.import_id(), NOW)
    assert desk.snapshot() == before


def test_a_crash_while_giving_back_goes_on_where_it_stopped(desk: Any) -> None:
    desk.take(orders(desk, 600, "10.00"))
    before = desk.snapshot()
    desk.take(orders(desk, 1_500, "12.00"))
    with pytest.raises(Crash):
        ingest.undo(desk.db, desk.import_id(), NOW, on_progress=crash_after(3))
    assert desk.differences() == []
    ingest.undo(desk.db, desk.import_id(), NOW)
    assert desk.snapshot() == before
