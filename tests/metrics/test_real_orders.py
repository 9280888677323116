"""Questions about real exports, through the importer, with the answers their owners published.

Tmall: 28,010 orders of February 2020; `买家实际支付金额` there is already net of refunds. Shopify: a
shop's export of 50 orders in May 2021, 35 of them paid.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot import ingest
from bot.db import Database
from bot.db.people import Store
from tests.conftest import Shop
from tests.metrics.till import Read

MARCH = date(2020, 3, 2)
NOW = datetime(2020, 3, 2, 4, 0, tzinfo=UTC)

Import = Callable[[int, int, Path], None]


@pytest.fixture
def load(db: Database) -> Import:
    def load(team: int, store: int, path: Path) -> None:
        with db.write() as s:
            row = ingest.queue(
                s, team_id=team, store_id=store, file_name=path.name, now=NOW, owner="test"
            )
            s.flush()
            assert row.id
            import_id = row.id
        ingest.run(db, import_id, path, NOW)

    return load


def test_february_2020_of_a_tmall_shop(
    load: Import, read: Read, shop: Shop, shared_data: Path
) -> None:
    folder = shared_data / "tmall_orders_2020-02"
    load(shop.team, shop.tmall, folder / "tmall_order_report.csv")

    def ask(text: str) -> list[object]:
        reading = read(shop.team, text, [shop.tmall], MARCH)
        return [cell.value for cell in reading.totals[0].cells]

    assert ask("2020年2月 订单数 销售额") == [24_081, 2_474_347_07]
    assert ask("2020年2月 付款日退款金额 净销售额") == [572_157_92, 1_902_189_15]
    assert ask("2020-02-25 销售额") == [299_421_20]
    assert ask("上海 上月 销售额") == [326_457_79]
    assert ask("2020年2月 买家数") == [None]  # the export names no buyers
    refunds = read(shop.team, "2020年2月 退款金额", [shop.tmall], MARCH)
    assert refunds.totals[0].cells[0].value == 572_157_92
    assert "paid_basis" in [note.code for note in refunds.notes]
    by_region = read(shop.team, "2020年2月 销售额 按地区 前3", [shop.tmall], MARCH)
    assert by_region.rows[0].key == ("上海",)
    shown = sum(row.cells[0].value or 0 for row in by_region.rows)
    assert by_region.others is not None
    assert shown + (by_region.others.cells[0].value or 0) == 2_474_347_07


def test_may_2021_of_a_shopify_shop(
    db: Database, load: Import, read: Read, shop: Shop, shared_data: Path
) -> None:
    with db.write() as s:
        store = s.get(Store, shop.shopify)
        assert store
        store.currency, store.timezone = "ZAR", "Africa/Johannesburg"
    load(shop.team, shop.shopify, shared_data / "shopify_za_kids_2021" / "orders_export.csv")
    reading = read(shop.team, "2021年5月 订单数 销售额", [shop.shopify], date(2021, 6, 1))
    assert [cell.value for cell in reading.totals[0].cells] == [35, 62_855_00]
