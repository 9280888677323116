"""The catalogue is whole, and every metric has words in each language."""

import pytest

from bot.config import LANGUAGES
from bot.i18n import catalogue
from bot.metrics import refunds
from bot.metrics.catalogue import BREAKDOWNS, IMPORTED, METRICS, PANEL
from bot.metrics.sums import MEASURES
from bot.metrics.tables import DAY_FACTS, LINES, PEOPLE
from bot.metrics.words import fold

SLUGS = """
sales net_sales orders created_orders payment_rate buyers units aov basket item_price
items_per_order new_buyers returning_buyers repeat_rate unshipped ship_rate pickup_scan_rate
delivery_days visitors page_views cart_adds favourites conversion interest_rate ad_spend
impressions clicks ad_sales ctr cpc roi mer ad_share affiliate_commission goods_cost shipping_cost
platform_fee gross_profit gross_margin net_profit refund_amount refund_amount_paid refund_orders
refund_rate refund_rate_finished return_rate inquiries inquiry_conversion first_response
service_score dsr_description dsr_service dsr_logistics stock days_of_stock sell_through active_rate
issues_opened issues_open issue_rate first_answer solve_time on_time_rate reopen_rate gb_sales
gb_orders pickup_rate shortage_rate gb_commission live_viewers live_clicks live_orders live_sales
"""


def test_every_metric_of_the_contract_is_declared() -> None:
    assert sorted(METRICS) == sorted(SLUGS.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_metric_has_a_name_aliases_and_a_basis(language: str) -> None:
    words = catalogue(language)  # type: ignore[arg-type]  # one of LANGUAGES
    for slug in METRICS:
        assert words[f"metric.{slug}.name"]
        assert words[f"metric.{slug}.basis"]
        assert words[f"metric.{slug}.aliases"]


def test_no_name_means_two_metrics() -> None:
    owners: dict[str, set[str]] = {}
    for language in LANGUAGES:
        words = catalogue(language)
        for slug in METRICS:
            for name in (words[f"metric.{slug}.name"], *words[f"metric.{slug}.aliases"]):
                owners.setdefault(fold(name), set()).add(slug)
    assert {name: slugs for name, slugs in owners.items() if len(slugs) > 1} == {}


def test_breakdowns_are_declared_ones() -> None:
    assert all(m.breakdowns <= set(BREAKDOWNS) for m in METRICS.values())


def test_what_is_imported_is_made_of_measures() -> None:
    known = {*MEASURES, *PEOPLE, *LINES, *DAY_FACTS, refunds.MEASURE}
    made = [m for m in METRICS.values() if m.source in IMPORTED]
    assert all(m.measures and m.measures <= known for m in made)
    assert len(made) == 37


def test_the_panel_is_in_its_order() -> None:
    assert PANEL[:3] == ("sales", "net_sales", "orders")
