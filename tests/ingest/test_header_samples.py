"""The samples of real headers: what each file is, and the sums it must give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.errors import UserError
from bot.ingest.report import Report


@pytest.fixture
def samples(shared_data: Path) -> Path:
    return shared_data / "header_samples"


def sums(report: Report) -> dict[str, float]:
    return {c.role: c.total for c in report.sums.columns}


def head(report: Report) -> tuple[str, str, str, int]:
    return report.platform, report.kind, report.encoding, report.header_row


def test_sycm_products(desk: Any, samples: Path) -> None:
    report = desk.take(samples / "sycm_product_daily.xlsx")
    assert head(report) == ("sycm", "shop_days", "xlsx", 2)
    assert sums(report)["sales"] == 12_345.0
    assert sums(report)["visitors"] == 1_060
    first = desk.all("SELECT buyers, visitors, cart_adds FROM shop_days ORDER BY visitors DESC")
    assert first == [(101, 1010, 30), (0, 50, None)]


def test_alimama_promotion(desk: Any, samples: Path) -> None:
    report = desk.take(samples / "alimama_promotion_gb18030.csv")
    assert head(report) == ("alimama", "ads", "gb18030", 1)
    assert sums(report) == {
        "impressions": 100, "clicks": 5, "orders": 2, "revenue": 15.0, "net_revenue": 12.34,
    }  # fmt: skip
    assert desk.all("SELECT spend, revenue FROM ad_days") == [(None, 1_500)]
    assert [(p.code, p.column) for p in report.problems] == [("nothing_told", "花费")]


def test_shopee_ads_of_a_month_are_of_no_day(store_in: Any, desk: Any, samples: Path) -> None:
    desk.store = store_in("IDR", "Asia/Jakarta")
    report = desk.take(samples / "shopee_ads_id_preamble.csv")
    assert head(report) == ("shopee", "ads", "utf-8", 8)
    assert sums(report)["spend"] == 899_423
    assert report.days == ("2026-07-01", "2026-07-31")
    assert (report.read, report.new, report.refused) == (3, 0, 3)
    assert {p.code for p in report.problems} == {"period"}
    assert desk.value("SELECT COUNT(*) FROM imported_days") == 0


def test_amazon_orders(store_in: Any, desk: Any, samples: Path) -> None:
    desk.store = store_in("USD", "America/Los_Angeles")
    report = desk.take(samples / "amazon_all_orders.txt")
    assert head(report) == ("amazon", "orders", "utf-8", 1)
    assert (report.sums.orders, report.sums.units) == (4, 4)
    assert report.sums.statuses == {"created": 1, "shipped": 2, "closed": 1}
    assert (sums(report)["goods"], sums(report)["tax"]) == (89.97, 4.8)
    assert report.sums.paid == 84.97  # less 5.00 of promotions; taxes are not the seller's
    assert desk.value("SELECT COUNT(*) FROM buyers") == 0
    assert report.personal


@pytest.mark.parametrize(
    ("name", "paid", "lines"),
    [
        ("jd_orders.csv", 500.0, 2), ("douyin_orders_utf8bom.csv", 64.8, 4),
        ("taobao_qianniu_3_sheets.xlsx", 98.0, 2),
        ("taobao_ExportOrderList202606010900_gbk.csv", 1_424.5, 4),
    ],
)  # fmt: skip
def test_other_orders(desk: Any, samples: Path, name: str, paid: float, lines: int) -> None:
    report = desk.take(samples / name)
    assert (report.kind, report.sums.paid, report.sums.lines) == ("orders", paid, lines)


@pytest.mark.parametrize(
    "name", ["jd_settlement.xlsx", "douyin_settlement_desc_row.csv", "amazon_settlement_v2.txt"]
)
def test_settlements_are_not_taken_for_orders(desk: Any, samples: Path, name: str) -> None:
    with pytest.raises(UserError, match="not_recognised"):
        desk.take(samples / name)


def test_the_ads_of_a_real_campaign(store_in: Any, desk: Any, shared_data: Path) -> None:
    """1,143 rows, 58,705.23 spent, of which 55,662.15 by campaign 1178: counted by pandas."""
    desk.store = store_in("USD", "America/New_York")
    report = desk.take(shared_data / "fb_ads_kag_conversion" / "KAG_conversion_data.csv")
    assert (report.read, report.new, report.refused) == (1_143, 1_143, 0)
    found = sums(report)
    assert (found["spend"], found["impressions"]) == (58_705.23, 213_434_828)
    assert (found["clicks"], found["orders"]) == (38_165, 1_079)
    spent = desk.all(
        "SELECT name, SUM(spend) FROM ad_days JOIN channels ON channels.id = campaign_id GROUP BY name"
    )
    assert {x: int(y) for x, y in spent} == {"916": 14_971, "936": 289_337, "1178": 5_566_215}
