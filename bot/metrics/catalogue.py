"""METRICS: every figure the bot knows by name, what it is made of and how it may be broken down.

Names, aliases and basis notes stand in the locale files under `[metric.<slug>]`. A metric whose
`source` has not been imported is still known by name: it answers "not imported yet".
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


Unit = Literal["money", "count", "ratio", "number", "days", "minutes"]
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


@dataclass(frozen=True)
class Metric:
    """One line of the catalogue.

    `num` and `den` name measures (columns of `SalesRollup`, or sets of buyers) to be added up, with
    "-" to subtract; a ratio is Σ num / Σ den over the whole period. `additive_over` says over what
    its values may be added; `events` is the measure counted against `min_events`, below which a
    figure is too thin to judge. `placement` is its place on the panel, 0 for none.
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

    @property
    def measures(self) -> frozenset[str]:
        parts = {m.lstrip("-") for m in self.num + self.den}
        return frozenset(parts | ({self.events} if self.min_events else set()))


def _sum(slug: str, group: str, unit: Unit, *num: str, **more: object) -> Metric:
    fields: dict[str, object] = {"breakdowns": _ORDERS, "additive_over": _ADDS, **more}
    return Metric(slug, group, unit, "sum", "orders", num=num, **fields)  # type: ignore[arg-type]


def _ratio(slug: str, group: str, unit: Unit, num: str, den: str, **more: object) -> Metric:
    fields: dict[str, object] = {"breakdowns": _ORDERS, "min_events": 100, **more}
    return Metric(
        slug,
        group,
        unit,
        "ratio",
        "orders",
        num=(num,),
        den=(den,),
        **fields,  # type: ignore[arg-type]
    )


def _people(slug: str, measure: str) -> Metric:
    return Metric(slug, "sales", "count", "distinct", "orders", _PEOPLE, num=(measure,))


def _later(
    group: str, source: str, unit: Unit, *slugs: str, by: frozenset[str], good: bool | None = True
) -> tuple[Metric, ...]:
    """Metrics whose data has no importer yet."""
    kind: Kind = "ratio" if unit == "ratio" else "level"
    return tuple(Metric(slug, group, unit, kind, source, by, up_good=good) for slug in slugs)


def _desk(unit: Unit, *slugs: str, good: bool = True) -> tuple[Metric, ...]:
    by = _SHOP | {"product", "reason", "agent", "shift"}
    return _later("after-sales", "issues", unit, *slugs, by=by, good=good)


_NO_PRODUCT_SUM = _ADDS - {"product"}  # an order of two products counts under both
_ADS = _SHOP | {"channel", "campaign", "product"}
_GOODS = _SHOP | {"product", "category"}

METRICS: dict[str, Metric] = {
    m.slug: m
    for m in (
        _sum("sales", "sales", "money", "sales", placement=1),
        _sum("net_sales", "sales", "money", "sales", "-refunded", placement=2),
        _sum("orders", "sales", "count", "orders", additive_over=_NO_PRODUCT_SUM, placement=3),
        _sum(
            "created_orders", "sales", "count", "created_orders",
            breakdowns=_PEOPLE, additive_over=_NO_PRODUCT_SUM,
        ),
        _ratio(
            "payment_rate", "sales", "ratio", "orders", "created_orders",
            breakdowns=_PEOPLE, events="created_orders",
        ),
        Metric(
            "buyers", "sales", "count", "distinct", "orders", _PEOPLE, num=("buyers",), placement=4
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
            "repeat_rate", "sales", "ratio", "repeat_buyers", "buyers",
            breakdowns=_PEOPLE, events="buyers",
        ),
        # refunds; by finished day once a source of finish dates is imported
        _sum("refund_amount", "refunds", "money", "refunded", up_good=False),
        _sum("refund_amount_paid", "refunds", "money", "refunded", up_good=False, placement=8),
        _sum(
            "refund_orders", "refunds", "count", "refund_orders",
            up_good=False, additive_over=_NO_PRODUCT_SUM,
        ),
        _ratio("refund_rate", "refunds", "ratio", "refunded", "sales", up_good=False, placement=9),
        *_later(
            "refunds", "refunds", "ratio", "refund_rate_finished", "return_rate",
            by=_SHOP | {"product", "reason"}, good=False,
        ),
        *_later("shipping", "shipping", "count", "unshipped", by=_SHOP | {"product"}, good=False),
        *_later("shipping", "shipping", "ratio", "ship_rate", "pickup_scan_rate", by=_SHOP),
        *_later(
            "shipping", "shipping", "days", "delivery_days", by=_SHOP | {"region"}, good=False
        ),
        *_later(
            "traffic", "traffic", "count", "visitors", "page_views", "cart_adds", "favourites",
            by=_SHOP | {"hour", "product", "channel"},
        ),
        *_later(
            "traffic", "traffic", "ratio", "conversion", "interest_rate",
            by=_SHOP | {"product", "channel"},
        ),
        *_later("ads", "ads", "money", "ad_spend", "affiliate_commission", by=_ADS, good=None),
        *_later("ads", "ads", "count", "impressions", "clicks", by=_ADS),
        *_later("ads", "ads", "money", "ad_sales", by=_ADS),
        *_later("ads", "ads", "ratio", "ctr", by=_ADS),
        *_later("ads", "ads", "money", "cpc", by=_ADS, good=False),
        *_later("ads", "ads", "number", "roi", by=_ADS),
        *_later("ads", "ads", "number", "mer", by=_SHOP),
        *_later("ads", "ads", "ratio", "ad_share", by=_SHOP, good=False),
        *_later(
            "profit", "costs", "money", "goods_cost", "shipping_cost", "platform_fee",
            by=_GOODS, good=False,
        ),
        *_later("profit", "costs", "money", "gross_profit", "net_profit", by=_GOODS),
        *_later("profit", "costs", "ratio", "gross_margin", by=_GOODS),
        *_later("service", "service", "count", "inquiries", by=_SHOP | {"agent", "shift"}),
        *_later("service", "service", "ratio", "inquiry_conversion", by=_SHOP | {"agent", "shift"}),
        *_later(
            "service", "service", "minutes", "first_response",
            by=_SHOP | {"agent", "shift"}, good=False,
        ),
        *_later("service", "service", "number", "service_score", by=_SHOP | {"agent", "shift"}),
        *_later(
            "scores", "scores", "number", "dsr_description", "dsr_service", "dsr_logistics",
            by=_SHOP,
        ),
        *_later("stock", "stock", "count", "stock", by=_GOODS, good=None),
        *_later("stock", "stock", "days", "days_of_stock", by=_GOODS, good=None),
        *_later("stock", "stock", "ratio", "sell_through", "active_rate", by=_GOODS),
        *_desk("count", "issues_opened", "issues_open", good=False),
        *_desk("ratio", "issue_rate", "reopen_rate", good=False),
        *_desk("minutes", "first_answer", "solve_time", good=False),
        *_desk("ratio", "on_time_rate"),
        *_later("group-buy", "groupbuy", "money", "gb_sales", by=_SHOP | {"product", "leader"}),
        *_later("group-buy", "groupbuy", "count", "gb_orders", by=_SHOP | {"product", "leader"}),
        *_later("group-buy", "groupbuy", "ratio", "pickup_rate", by=_SHOP | {"product", "leader"}),
        *_later(
            "group-buy", "groupbuy", "ratio", "shortage_rate",
            by=_SHOP | {"product", "leader"}, good=False,
        ),
        *_later(
            "group-buy", "groupbuy", "money", "gb_commission", by=_SHOP | {"leader"}, good=None
        ),
        *_later("live", "live", "count", "live_viewers", "live_clicks", "live_orders", by=_SHOP),
        *_later("live", "live", "money", "live_sales", by=_SHOP),
    )
}  # fmt: skip

PANEL = tuple(m.slug for m in sorted(METRICS.values(), key=lambda m: m.placement) if m.placement)
AMOUNTS = frozenset({"sales", "refunded"})  # measures in a currency
IMPORTED = frozenset({"orders"})  # sources that have an importer
