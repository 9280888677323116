"""待发货: what is paid and not sent, by the hours left to the platform's limit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import Shop
from sqlmodel import select

from bot import ingest
from bot.aftersales import issues, shipping
from bot.db import Database
from bot.db.desk import DeadlineRule
from bot.db.people import Store
from bot.i18n import translator
from bot.render import shipping as render

NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # Monday 08:30 in Shanghai
ZONE = ZoneInfo("Asia/Shanghai")
HEAD = "订单号,下单时间,付款时间,订单状态,商品名称,数量,实付金额"


@pytest.fixture
def stores(db: Database, shop: Shop, tmp_path: Path) -> list[Store]:
    """A1 late, A2 within two hours, A3 today, A4 later, A5 sent."""
    with db.read() as s:
        ours = list(s.exec(select(Store).where(Store.team_id == shop.team).order_by(Store.id)))  # type: ignore[arg-type]
    rows = [
        ("A1", "2026-11-21 08:00", "待发货", "苹果", 2), ("A2", "2026-11-21 10:00", "待发货", "梨", 1),
        ("A3", "2026-11-21 20:00", "待发货", "桃", 1), ("A3", "2026-11-21 20:00", "待发货", "李", 1),
        ("A4", "2026-11-23 08:00", "待发货", "枣", 3), ("A5", "2026-11-22 08:00", "已发货", "杏", 1),
    ]  # fmt: skip
    path = tmp_path / "orders_202611230820.csv"
    path.write_text(
        "\n".join([HEAD, *(f"{n},{at},{at},{st},{p},{q},10" for n, at, st, p, q in rows)])
    )
    ingest.take(db, ours[0], path, NOW)
    return ours


def test_orders_by_the_hours_left(db: Database, stores: list[Store]) -> None:
    with db.read() as s:
        found = shipping.page(s, stores, NOW)
    assert [x.waiting.order_no for x in found.rows] == ["A1", "A2", "A3", "A4"]
    assert found.counts == {"late": 1, "soon": 1, "today": 1, "later": 1}
    a3 = found.rows[2]
    assert (a3.product in ("桃", "李"), a3.quantity, a3.more) == (True, 2, 1)
    assert found.silent == ("香港店",)
    assert found.as_of == datetime(2026, 11, 23, 0, 20, tzinfo=UTC)


def test_a_filter_and_the_pages(db: Database, stores: list[Store]) -> None:
    with db.read() as s:
        late = shipping.page(s, stores[:1], NOW, "late")
        beyond = shipping.page(s, stores[:1], NOW, "", 9)
        none = shipping.page(s, stores[1:], NOW)
    assert ([x.waiting.order_no for x in late.rows], late.total) == (["A1"], 4)
    assert (beyond.number, beyond.pages) == (1, 1)
    assert (none.total, none.rows) == (0, ())


def test_the_limit_is_the_teams_own(db: Database, stores: list[Store]) -> None:
    with db.write() as s:
        rule = DeadlineRule(
            team_id=stores[0].team_id, platform="taobao", type="", stage="ship", hours=72, at=NOW
        )
        s.add(rule)
    with db.read() as s:
        assert shipping.page(s, stores, NOW).counts["late"] == 0


def test_what_is_to_be_refunded_is_marked(db: Database, stores: list[Store]) -> None:
    with db.write() as s:
        new = issues.New(store_id=stores[0].id, order_no="A2", type="refund_only")
        issues.open(s, stores[0].team_id, new, NOW, None)
    with db.read() as s:
        found = shipping.page(s, stores, NOW)
    assert [x.issue_no for x in found.rows] == [0, 1, 0, 0]


def test_another_team_has_none(db: Database, stores: list[Store], shop: Shop) -> None:
    with db.read() as s:
        other = s.get(Store, shop.other_store)
        assert other
        assert shipping.page(s, [other], NOW).total == 0
        assert shipping.count(s, stores, NOW) == 4


@pytest.mark.parametrize(
    ("hours", "group"),
    [(-1, "late"), (0, "late"), (1.9, "soon"), (2, "today"), (15.4, "today"), (15.5, "later")],
)
def test_groups(hours: float, group: str) -> None:
    assert shipping.group_of(NOW + timedelta(hours=hours), NOW, ZONE) == group


def test_the_page_in_words(db: Database, stores: list[Store]) -> None:
    with db.read() as s:
        found = shipping.page(s, stores[:1], NOW)
    message = render.page(found, stores[:1], translator("zh-hans"), NOW)
    lines = message.text.split("\n")
    assert lines[0] == "<b>待发货</b> 4"
    assert lines[1] == "🔴 超时 1 · 🟠 2小时内 1 · 🟡 今天 1 · ⚪ 以后 1"
    assert "…A1" in lines[2]
    assert "苹果 ×2" in lines[2]
    assert {b.data for row in message.keyboard for b in row} == {
        "fh:0:late:1", "fh:0:soon:1", "fh:0:today:1", "fh:0:later:1",
    }  # fmt: skip
