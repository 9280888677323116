"""Advertising and scores, worked out by hand."""

import pytest

from bot.db import Database
from tests.conftest import Shop
from tests.metrics import sheets
from tests.metrics.test_traffic import notes, rows, total
from tests.metrics.till import Line, Read, Sell

SPENT = {"spend": 100_00, "impressions": 10_000, "clicks": 200, "revenue": 350_00}


def test_advertising_divides_sums(db: Database, read: Read, shop: Shop) -> None:
    with db.write() as s:
        sheets.ads(s, shop.team, shop.tmall, "2026-11-21", "直通车", **SPENT)
        more = {"spend": 50_00, "impressions": 10_000, "clicks": 100, "revenue": 100_00}
        sheets.ads(s, shop.team, shop.tmall, "2026-11-22", "万相台", **more)
    slugs = "ad_spend impressions clicks ad_sales ctr cpc roi"
    reading = read(shop.team, f"近2天 {slugs}", [shop.tmall])
    assert total(reading) == [150_00, 20_000, 300, 450_00, 0.015, 50.0, 3.0]


def test_a_channels_own_total_stands_for_its_campaigns(
    db: Database, read: Read, shop: Shop
) -> None:
    with db.write() as s:
        sheets.ads(s, shop.team, shop.tmall, "2026-11-22", "直通车", spend=100_00)
        sheets.ads(s, shop.team, shop.tmall, "2026-11-22", "直通车", "红富士", spend=60_00)
        sheets.ads(s, shop.team, shop.tmall, "2026-11-22", "万相台", "新品", spend=25_00)
        sheets.ads(s, shop.team, shop.tmall, "2026-11-22", "万相台", "拉新", spend=5_00)
        sheets.ads(s, shop.team, shop.tmall, "2026-11-22", "小红书", spend=8_00)
    assert total(read(shop.team, "昨天 花费", [shop.tmall])) == [138_00]
    by_channel = read(shop.team, "昨天 花费 按渠道", [shop.tmall])
    assert rows(by_channel) == [("直通车", 100_00), ("万相台", 30_00), ("小红书", 8_00)]
    by_campaign = read(shop.team, "昨天 花费 按计划", [shop.tmall])
    expected = [("红富士", 60_00), ("新品", 25_00), ("None", 8_00), ("拉新", 5_00)]
    assert rows(by_campaign) == expected


def test_a_channel_is_asked_for_by_any_of_its_names(db: Database, read: Read, shop: Shop) -> None:
    with db.write() as s:
        sheets.ads(s, shop.team, shop.tmall, "2026-11-21", "关键词推广", spend=10_00, revenue=40_00)
        sheets.ads(s, shop.team, shop.tmall, "2026-11-22", "关键词推广", spend=10_00, revenue=20_00)
        sheets.ads(s, shop.team, shop.tmall, "2026-11-22", "万相台", spend=90_00, revenue=10_00)
    reading = read(shop.team, "直通车 近2天 投产比 按天", [shop.tmall])
    assert rows(reading) == [("2026-11-21", 4.0), ("2026-11-22", 2.0)]
    assert total(reading) == [3.0]


def test_a_campaign_is_asked_for_by_its_name(db: Database, read: Read, shop: Shop) -> None:
    with db.write() as s:
        sheets.ads(s, shop.team, shop.tmall, "2026-11-22", "facebook", "xyz 936", clicks=30)
        sheets.ads(s, shop.team, shop.tmall, "2026-11-22", "facebook", "xyz 1178", clicks=70)
    reading = read(shop.team, "xyz 1178 昨天 点击量", [shop.tmall])
    assert dict(reading.query.filters) == {"campaign": ("xyz 1178",)}
    assert total(reading) == [70]


def test_the_attribution_window_is_said(db: Database, read: Read, shop: Shop) -> None:
    with db.write() as s:
        for day in ("2026-11-02", "2026-11-22"):
            told = {"spend": 10_00, "revenue": 30_00, "window_days": 15}
            sheets.ads(s, shop.team, shop.tmall, day, "直通车", **told)
    recent = notes(read(shop.team, "昨天 投产比", [shop.tmall]))
    assert recent["window"] == {"days": "15"}
    assert "window_open" in recent
    assert "window_open" not in notes(read(shop.team, "11月2日 投产比", [shop.tmall]))


def test_a_rate_leaves_out_what_only_one_half_is_known_of(
    db: Database, read: Read, shop: Shop
) -> None:
    with db.write() as s:
        sheets.ads(s, shop.team, shop.tmall, "2026-11-22", "直通车", spend=10_00, revenue=30_00)
        sheets.ads(s, shop.team, shop.tmall, "2026-11-22", "小红书", spend=90_00)
    assert total(read(shop.team, "昨天 投产比 花费", [shop.tmall])) == [3.0, 100_00]


def test_nothing_spent_is_no_rate(db: Database, read: Read, shop: Shop) -> None:
    with db.write() as s:
        sheets.ads(s, shop.team, shop.tmall, "2026-11-22", "直通车", spend=0, revenue=0, clicks=0)
    assert total(read(shop.team, "昨天 投产比 点击单价 花费", [shop.tmall])) == [None, None, 0]


def test_sales_by_spend_over_the_days_that_both_are_known_of(
    db: Database, sell: Sell, read: Read, shop: Shop
) -> None:
    sell(shop.team, shop.tmall, Line("2026-11-21", 500_00), Line("2026-11-22", 300_00))
    with db.write() as s:
        sheets.ads(s, shop.team, shop.tmall, "2026-11-22", "直通车", spend=60_00)
    reading = read(shop.team, "近2天 全店投产比 推广费比", [shop.tmall])
    assert total(reading) == [5.0, 0.2]
    assert notes(reading)["missing_days_of"]["spans"] == "2026-11-21/2026-11-21"


def test_spend_of_two_currencies_never_adds(db: Database, read: Read, shop: Shop) -> None:
    with db.write() as s:
        sheets.ads(s, shop.team, shop.tmall, "2026-11-22", "直通车", **SPENT)
        sheets.ads(s, shop.team, shop.shopify, "2026-11-22", "facebook", **SPENT)
    reading = read(shop.team, "昨天 花费 投产比")
    assert [(row.currency, row.cells[0].value) for row in reading.totals] == [
        ("CNY", 100_00), ("HKD", 100_00)
    ]  # fmt: skip
    assert total(read(shop.team, "昨天 点击量")) == [400]


def test_a_score_is_the_last_one_known(db: Database, read: Read, shop: Shop) -> None:
    with db.write() as s:
        sheets.scores(s, shop.team, shop.tmall, "2026-11-15", description=485)
        sheets.scores(s, shop.team, shop.tmall, "2026-11-20", description=481, service=490)
        sheets.scores(s, shop.team, shop.tmall, "2026-11-22", description=483)
    reading = read(shop.team, "近7天 描述相符 服务态度 环比", [shop.tmall])
    assert total(reading) == [4.83, 4.9]
    assert reading.totals[0].cells[0].difference == pytest.approx(-0.02)


def test_scores_of_several_stores_are_shown_by_store(db: Database, read: Read, shop: Shop) -> None:
    with db.write() as s:
        sheets.scores(s, shop.team, shop.tmall, "2026-11-22", service=490)
        sheets.scores(s, shop.team, shop.shopify, "2026-11-22", service=470)
    reading = read(shop.team, "昨天 服务态度")
    assert rows(reading) == [("tmall", 4.9), ("hk", 4.7)]
    assert total(reading) == [None]
    assert "scores_by_store" in notes(reading)


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("昨天 访客数 按渠道", "channel"), ("昨天 访客数 按小时", "hour"),
        ("昨天 花费 按商品", "product"), ("昨天 全店投产比 按渠道", "channel"),
        ("近30天 描述相符 按星期几", "weekday"), ("昨天 转化率 按地区", "region"),
    ],
)  # fmt: skip
def test_a_breakdown_no_file_can_give_is_refused_by_name(
    text: str, by: str, read: Read, shop: Shop
) -> None:
    reading = read(shop.team, text)
    assert reading.refused
    assert notes(reading)["refused_by"]["by"] == by


def test_a_neighbour_sees_nothing_of_it(db: Database, read: Read, shop: Shop) -> None:
    with db.write() as s:
        sheets.ads(s, shop.team, shop.tmall, "2026-11-22", "直通车", "红富士", **SPENT)
        sheets.scores(s, shop.team, shop.tmall, "2026-11-22", service=490)
    assert total(read(shop.other_team, "昨天 花费 服务态度 描述相符")) == [None, None, None]
