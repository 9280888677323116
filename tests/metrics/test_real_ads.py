"""Questions about real advertising, through the importer, with the answers known by pandas.

Facebook ads of one company, 17 to 30 August 2017 shown as 2023: 1,143 ads in three campaigns.
"""

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from bot import ingest
from bot.db import Database
from bot.db.facts import AdDay
from bot.db.people import Store
from tests.conftest import NOW, Shop
from tests.metrics import sheets
from tests.metrics.test_traffic import rows, total
from tests.metrics.till import Read

SEPTEMBER = date(2023, 9, 1)


@pytest.fixture
def facebook(db: Database, shop: Shop, shared_data: Path) -> None:
    with db.read() as s:
        store = s.get(Store, shop.tmall)
    assert store
    ingest.take(db, store, shared_data / "fb_ads_kag_conversion" / "KAG_conversion_data.csv", NOW)


@pytest.mark.usefixtures("facebook")
def test_the_sums_and_rates_of_real_ads(read: Read, shop: Shop) -> None:
    slugs = "ad_spend impressions clicks ctr cpc"
    found = total(read(shop.team, f"2023年8月 {slugs}", [shop.tmall], SEPTEMBER))
    # 38,165 of 213,434,828 impressions; 58,705.23 by 38,165 clicks
    expected = [58_705_23, 213_434_828, 38_165, 38_165 / 213_434_828, 58_705_23 / 38_165]
    assert found == pytest.approx(expected)


@pytest.mark.usefixtures("facebook")
def test_real_ads_by_campaign_and_of_one_campaign(read: Read, shop: Shop) -> None:
    by_campaign = read(shop.team, "2023年8月 花费 按计划", [shop.tmall], SEPTEMBER)
    assert rows(by_campaign) == [("1178", 55_662_15), ("936", 2_893_37), ("916", 149_71)]


@pytest.mark.usefixtures("facebook")
def test_real_ads_by_day_add_up(db: Database, read: Read, shop: Shop) -> None:
    by_day = read(shop.team, "2023年8月 点击量 按天", [shop.tmall], SEPTEMBER)
    assert sum(row.cells[0].value or 0 for row in by_day.rows) == 38_165
    with db.read() as s:
        days = {row.day for row in s.exec(select(AdDay))}
    assert {row.key[0] for row in by_day.rows if row.cells[0].value is not None} == days


MONTHS = {"05": (3_364, 365), "11": (2_998, 760), "12": (1_727, 216)}  # sessions, with a purchase


def test_the_conversion_of_real_sessions_is_of_their_sums(
    db: Database, read: Read, shop: Shop
) -> None:
    """Sessions of the online shoppers' data by month, as one day each."""
    with db.write() as s:
        for month, (sessions, bought) in MONTHS.items():
            told = {"visitors": sessions, "buyers": bought}
            sheets.shop(s, shop.team, shop.tmall, f"2025-{month}-15", **told)
    reading = read(shop.team, "2025年 转化率 按月", [shop.tmall])
    known = {str(r.key[0])[5:7]: r.cells[0].value for r in reading.rows if r.cells[0].value}
    assert known == pytest.approx({"05": 0.1085, "11": 0.2535, "12": 0.1251}, abs=5e-5)
    assert total(reading) == [pytest.approx(1_341 / 8_089)]
