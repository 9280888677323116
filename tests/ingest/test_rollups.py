"""Rollups equal facts, whatever happened; and `check` sees when they do not."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from bot import ingest
from bot.errors import UserError

NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
HEAD = "订单号,下单时间,付款时间,商品名称,数量,单价,实付金额,退款金额,省份,买家会员名"


def random_rows(rng: random.Random) -> list[str]:
    """Lines of some of sixty orders, in the state some day left them."""
    rows = []
    for number in rng.sample(range(60), 25):
        day = 1 + number % 9
        created = f"2026-10-{22 + day:02} 23:50:00"
        paid = f"2026-{rng.choice(('10-31', '11-01', '11-02'))} 0{number % 10}:10:00"
        paid = rng.choice((paid, paid, paid, ""))
        buyer = rng.choice(("ann", "bob", "eve", "t**1", ""))
        for product in rng.sample(("苹果", "梨", "桃", ""), rng.choice((1, 1, 2))):
            price, quantity = rng.choice((500, 990)), rng.randint(1, 3)
            amount = price * quantity if paid else 0
            back = rng.choice((0, 0, amount))
            place = rng.choice(("广东省", "上海", ""))
            rows.append(
                f"N{number},{created},{paid},{product},{quantity},{price / 100},{amount / 100},"
                f"{back / 100},{place},{buyer}"
            )
    return rows


@pytest.mark.parametrize("seed", range(3))
def test_after_any_sequence_of_imports_and_undos(desk: Any, seed: int) -> None:
    rng = random.Random(seed)
    done: list[int] = []
    for _ in range(6):
        if done and rng.random() < 0.4:
            row = done.pop(rng.randrange(len(done)))
            try:
                ingest.undo(desk.db, row, NOW)
            except UserError:  # a later import touched it
                done.append(row)
        else:
            desk.rows(*random_rows(rng), head=HEAD)
            done.append(desk.import_id())
        assert desk.differences() == []
    for row in sorted(done, reverse=True):
        ingest.undo(desk.db, row, NOW)
    assert not any(desk.snapshot())


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE sales_rollups SET sales = sales + 1 WHERE dim = 1 AND grain = 1",
        "DELETE FROM buyer_rollups WHERE dim = 2",
        "UPDATE order_lines SET refunded = 1",
        "INSERT INTO sales_rollups SELECT team_id, grain, dim, day, store_id, 99, 1, 0, 1, 0, 0, 0, 0"
        " FROM sales_rollups WHERE dim = 1 AND grain = 0",
    ],
)
def test_a_rollup_that_is_not_what_the_facts_say_is_found(desk: Any, harm: str) -> None:
    desk.rows("A1,2026-11-20,2026-11-20,苹果,1,5,5,0,上海,ann", head=HEAD)
    assert desk.differences() == []
    with desk.db.write() as s:
        s.connection().execute(text(harm))
    assert desk.differences()


def test_the_hour_of_a_payment_known_by_date_only_is_unknown(desk: Any) -> None:
    desk.rows("A1,2026-11-20,2026-11-20,苹果,1,5,5,0,上海,ann", head=HEAD)
    hours = desk.all("SELECT key, sales FROM sales_rollups WHERE dim = 3 AND grain = 0")
    assert hours == [(-1, 500)]
