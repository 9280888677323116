"""METRICS: every figure the bot knows by name, what it is made of and how it may be broken down.

Names, aliases and basis notes stand in the locale files under `[metric.<slug>]`. A metric whose
`source` has not been imported is still known by name: it answers "not imported yet". Sources:
"sales" is order lines, on days without any the platform's own sheet; "orders" is order lines only;
"issues" is the bot's own desk.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal


class Dim(IntEnum):
    """What the rollups are keyed by (`SalesRollup.dim`, `BuyerRollup.dim`)."""

    TOTAL = 0
    PRODUCT = 1
    REGION = 2
    HOUR = 3


Unit = Literal["money", "count", "ratio", "number", "score", "days", "minutes"]
Kind = Literal["sum", "distinct", "ratio", "level"]

TIMES = ("hour", "day", "weekday", "week", "month", "quarter")
BREAKDOWNS = (
    *TIMES, "product", "category", "store", "channel", "campaign", "region", "price_band",
    "buyer_type", "agent", "shift", "reason", "leader",
)  # fmt: skip
DAYS = frozenset(TIMES) - {"hour"}
_SHOP = DAYS | {"store"}
_ORDERS = DAYS | {"hour", "product", "region", "store"}
_PEOPLE = _ORDERS - {"hour"}  # buyers are not kept by hour
_ADDS = frozenset({"day", "store", "product", "region", "hour"})
DAY_AND_STORE = frozenset({"day", "store"})
_VISITS = _SHOP | {"product"}
_DESK = _SHOP | {"product", "reason", "agent"}
_ADS = _SHOP | {"channel", "campaign"}
_ADS_ADD = DAY_AND_STORE | {"channel", "campaign"}


@dataclass(frozen=True)
class Metric:
    """One line of the catalogue.

    `num` and `den` name measures (see `bot.metrics.tables`) to be added up, with "-" to subtract; a
    ratio is Σ num / Σ den over the whole period. `additive_over` says over what its values may be
    added; `events` is the measure counted against `min_events`, below which a figure is too thin to
    judge. `placement` is its place on the panel, 0 for none. `beside` are further sources that it
    needs. `costs`: for managers and owners, in private.
    """

    slug: str
    group: str
    unit: Unit
    kind: Kind
    source: str
    breakdowns: frozenset[str]
    num: tuple[str, ...] = ()
    den: tuple[str, ...] = ()
    up_good: bool | None = True
    additive_over: frozenset[str] = frozenset()
    min_events: int = 0
    events: str = "orders"
    placement: int = 0
    beside: tuple[str, ...] = ()
    costs: bool = False

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.source, *self.beside)

    @property
    def measures(self) -> frozenset[str]:
        parts = {m.lstrip("-") for m in self.num + self.den}
        return frozenset(parts | ({self.events} if self.min_events else set()))


def _sum(slug: str, group: str, unit: Unit, *num: str, **more: object) -> Metric:
    fields: dict[str, object] = {
        "kind": "sum", "source": "sales", "breakdowns": _ORDERS, "additive_over": _ADDS, **more,
    }  # fmt: skip
    return Metric(slug, group, unit, num=num, **fields)  # type: ignore[arg-type]


def _ratio(slug: str, group: str, unit: Unit, num: str, den: str, **more: object) -> Metric:
    fields: dict[str, object] = {
        "source": "sales", "breakdowns": _ORDERS, "min_events": 100, **more,
    }  # fmt: skip
    return Metric(slug, group, unit, "ratio", num=(num,), den=(den,), **fields)  # type: ignore[arg-type]


def _people(slug: str, measure: str) -> Metric:
    return Metric(slug, "sales", "count", "distinct", "orders", _PEOPLE, num=(measure,))


def _traffic(slug: str, **more: object) -> Metric:
    fields = {"source": "traffic", "breakdowns": _VISITS, "additive_over": DAY_AND_STORE, **more}
    return _sum(slug, "traffic", "count", slug, **fields)


def _ads(slug: str, unit: Unit, measure: str, **more: object) -> Metric:
    fields = {"source": "ads", "breakdowns": _ADS, "additive_over": _ADS_ADD, **more}
    return _sum(slug, "ads", unit, measure, **fields)


def _ads_ratio(slug: str, unit: Unit, num: str, den: str, **more: object) -> Metric:
    fields = {"source": "ads", "breakdowns": _ADS, "min_events": 0, **more}
    return _ratio(slug, "ads", unit, num, den, **fields)


def _score(slug: str, measure: str) -> Metric:
    by = _SHOP - {"weekday"}  # the last value of all Mondays says nothing
    return Metric(slug, "scores", "score", "level", "scores", by, num=(measure,))


def _later(
    group: str, source: str, unit: Unit, *slugs: str, by: frozenset[str], good: bool | None = True,
    costs: bool = False,
) -> tuple[Metric, ...]:  # fmt: skip
    """Metrics whose data has no importer yet."""
    kind: Kind = "ratio" if unit == "ratio" else "level"
    return tuple(
        Metric(slug, group, unit, kind, source, by, up_good=good, costs=costs) for slug in slugs
    )


def _desk(slug: str, unit: Unit, kind: Kind, *num: str, **more: object) -> Metric:
    """A figure of the desk (`bot.metrics.issues`); agents are those an issue is assigned to."""
    fields: dict[str, object] = {"breakdowns": _DESK, "up_good": False, **more}
    return Metric(slug, "after-sales", unit, kind, "issues", num=num, **fields)  # type: ignore[arg-type]


_NO_PRODUCT_SUM = _ADDS - {"product"}  # an order of two products counts under both
_GOODS = _SHOP | {"product", "category"}

METRICS: dict[str, Metric] = {
    m.slug: m
    for m in (
        _sum("sales", "sales", "money", "sales", placement=1),
        _sum("net_sales", "sales", "money", "line_sales", "-refunded", source="orders", placement=2),
        _sum("orders", "sales", "count", "orders", additive_over=_NO_PRODUCT_SUM, placement=3),
        _sum(
            "created_orders", "sales", "count", "created_orders", source="orders",
            breakdowns=_PEOPLE, additive_over=_NO_PRODUCT_SUM,
        ),
        _ratio(
            "payment_rate", "sales", "ratio", "line_orders", "created_orders", source="orders",
            breakdowns=_PEOPLE, events="created_orders",
        ),
        Metric(
            "buyers", "sales", "count", "distinct", "sales", _PEOPLE, num=("buyers",), placement=4
        ),
        _sum("units", "sales", "count", "units", placement=5),
        _ratio("aov", "sales", "money", "sales", "orders", min_events=20, placement=6),
        _ratio(
            "basket", "sales", "money", "sales", "buyers",
            breakdowns=_PEOPLE, min_events=20, placement=7,
        ),
        _ratio("item_price", "sales", "money", "sales", "units", min_events=20),
        _ratio("items_per_order", "sales", "number", "units", "orders", min_events=20),
        _people("new_buyers", "new_buyers"),
        _people("returning_buyers", "returning_buyers"),
        _ratio(
            "repeat_rate", "sales", "ratio", "repeat_buyers", "line_buyers", source="orders",
            breakdowns=_PEOPLE, events="line_buyers",
        ),
        # by finished day where lists of refunds tell every day of it, else by payment day
        _sum("refund_amount", "refunds", "money", "given_back", source="orders", up_good=False),
        _sum(
            "refund_amount_paid", "refunds", "money", "refunded",
            source="orders", up_good=False, placement=8,
        ),
        _sum(
            "refund_orders", "refunds", "count", "refund_orders", source="orders",
            up_good=False, additive_over=_NO_PRODUCT_SUM,
        ),
        _ratio(
            "refund_rate", "refunds", "ratio", "refunded", "line_sales",
            source="orders", up_good=False, events="line_orders", placement=9,
        ),
        *_later(
            "refunds", "refunds", "ratio", "refund_rate_finished", "return_rate",
            by=_SHOP | {"product", "reason"}, good=False,
        ),
        *_later("shipping", "shipping", "count", "unshipped", by=_SHOP | {"product"}, good=False),
        *_later("shipping", "shipping", "ratio", "ship_rate", "pickup_scan_rate", by=_SHOP),
        *_later(
            "shipping", "shipping", "days", "delivery_days", by=_SHOP | {"region"}, good=False
        ),
        _traffic("visitors", kind="distinct", additive_over=frozenset({"store"}), placement=10),
        _traffic("page_views"),
        _traffic("cart_adds"),
        _traffic("favourites"),
        _ratio(
            "conversion", "traffic", "ratio", "day_buyers", "bought_visitors",
            source="traffic", breakdowns=_VISITS, events="bought_visitors", placement=11,
        ),
        _ratio(
            "interest_rate", "traffic", "ratio", "interested", "interest_visitors",
            source="traffic", breakdowns=_VISITS, events="interest_visitors",
        ),
        _ads("ad_spend", "money", "spend", up_good=None, placement=12),
        _ads("impressions", "count", "impressions"),
        _ads("clicks", "count", "clicks"),
        _ads("ad_sales", "money", "ad_sales"),
        _ads_ratio(
            "ctr", "ratio", "ctr_clicks", "ctr_impressions",
            min_events=1000, events="ctr_impressions",
        ),
        _ads_ratio(
            "cpc", "money", "cpc_spend", "cpc_clicks",
            up_good=False, min_events=20, events="cpc_clicks",
        ),
        _ads_ratio("roi", "number", "roi_sales", "roi_spend", placement=13),
        _ads_ratio("mer", "number", "mer_sales", "mer_spend", breakdowns=_SHOP, beside=("sales",)),
        _ads_ratio(
            "ad_share", "ratio", "mer_spend", "mer_sales",
            breakdowns=_SHOP, beside=("sales",), up_good=False,
        ),
        _ads("affiliate_commission", "money", "commission", up_good=None, costs=True),
        *_later(
            "profit", "costs", "money", "goods_cost", "shipping_cost", "platform_fee",
            by=_GOODS, good=False, costs=True,
        ),
        *_later("profit", "costs", "money", "gross_profit", "net_profit", by=_GOODS, costs=True),
        *_later("profit", "costs", "ratio", "gross_margin", by=_GOODS, costs=True),
        *_later("service", "service", "count", "inquiries", by=_SHOP | {"agent", "shift"}),
        *_later("service", "service", "ratio", "inquiry_conversion", by=_SHOP | {"agent", "shift"}),
        *_later(
            "service", "service", "minutes", "first_response",
            by=_SHOP | {"agent", "shift"}, good=False,
        ),
        *_later("service", "service", "number", "service_score", by=_SHOP | {"agent", "shift"}),
        _score("dsr_description", "description"),
        _score("dsr_service", "service"),
        _score("dsr_logistics", "logistics"),
        *_later("stock", "stock", "count", "stock", by=_GOODS, good=None),
        *_later("stock", "stock", "days", "days_of_stock", by=_GOODS, good=None),
        *_later("stock", "stock", "ratio", "sell_through", "active_rate", by=_GOODS),
        _desk("issues_opened", "count", "sum", "issues_opened", additive_over=_DESK),
        # what is open at the end of a day: no sum over days, and no end of all Mondays
        _desk(
            "issues_open", "count", "level", "issues_open",
            breakdowns=_DESK - {"weekday"}, additive_over=_DESK - DAYS,
        ),
        # orders have no reason and nobody they are assigned to
        _desk(
            "issue_rate", "ratio", "ratio", "rate_issues", den=("rate_orders",),
            breakdowns=_SHOP | {"product"}, min_events=100, events="rate_orders", beside=("orders",),
        ),
        _desk("first_answer", "minutes", "level", "first_answer", min_events=5, events="answered"),
        _desk("solve_time", "minutes", "level", "solve_time", min_events=5, events="ended"),
        _desk(
            "on_time_rate", "ratio", "ratio", "on_time", den=("decided",), up_good=True,
            min_events=10, events="decided",
        ),
        _desk(
            "reopen_rate", "ratio", "ratio", "reopened", den=("was_solved",),
            min_events=10, events="was_solved",
        ),
        *_later("group-buy", "groupbuy", "money", "gb_sales", by=_SHOP | {"product", "leader"}),
        *_later("group-buy", "groupbuy", "count", "gb_orders", by=_SHOP | {"product", "leader"}),
        *_later("group-buy", "groupbuy", "ratio", "pickup_rate", by=_SHOP | {"product", "leader"}),
        *_later(
            "group-buy", "groupbuy", "ratio", "shortage_rate",
            by=_SHOP | {"product", "leader"}, good=False,
        ),
        *_later(
            "group-buy", "groupbuy", "money", "gb_commission", by=_SHOP | {"leader"},
            good=None, costs=True,
        ),
        *_later("live", "live", "count", "live_viewers", "live_clicks", "live_orders", by=_SHOP),
        *_later("live", "live", "money", "live_sales", by=_SHOP),
    )
}  # fmt: skip

PANEL = tuple(m.slug for m in sorted(METRICS.values(), key=lambda m: m.placement) if m.placement)
# measures in a currency
AMOUNTS = frozenset({
    "sales", "line_sales", "refunded", "given_back", "spend", "ad_sales", "commission", "cpc_spend", "roi_sales",
    "roi_spend", "mer_sales", "mer_spend",
})  # fmt: skip
SOLD = frozenset({"sales", "orders"})  # sources whose days without rows are true zeros
IMPORTED = SOLD | {"traffic", "ads", "scores"}  # sources that have an importer
KNOWN = IMPORTED | {"issues"}  # sources that have figures
