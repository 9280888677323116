"""What the platforms said of the sample company's days: traffic, advertising, scores.

All of it follows from the orders: sales and buyers of a day are theirs, visitors are as many as the
day's conversion needs, and money was spent in step with what the week before had sold.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from random import Random

from sample_orders import BAD_DAY, DAY, FIRST, NEVER, Order, Product

# channel, campaign, share of the sales of a usual day, cost per click (cents), clicks per view, roi
CHINESE_ADS = (
    ("直通车", "苹果主推", 0.026, 92, 0.052, 3.9),
    ("直通车", "车厘子拉新", 0.017, 118, 0.047, 3.0),
    ("引力魔方", "老客召回", 0.012, 64, 0.038, 4.6),
    ("万相台", "全店推广", 0.015, 75, 0.041, 3.4),
)
MORE_ON = {
    date(2026, 6, 1): 1.8,
    date(2026, 6, 18): 2.4,
    date(2026, 11, 1): 1.9,
    date(2026, 11, 11): 2.9,
}


@dataclass
class Sold:
    """Of one day, or of one product on it; amounts in minor units."""

    sales: int = 0
    orders: int = 0
    units: int = 0
    refunded: int = 0
    buyers: set[int] = field(default_factory=set)


Total = Callable[[Order], int]


def sold(orders: Iterable[Order], total: Total) -> dict[date, Sold]:
    """By payment day; what went back by the day it did."""
    days: dict[date, Sold] = defaultdict(Sold)
    for order in orders:
        if order.paid != NEVER:
            day = days[order.paid.date()]
            day.sales += total(order)
            day.orders += 1
            day.units += sum(line.quantity for line in order.lines)
            day.buyers.add(order.buyer)
        for line in order.lines:
            if line.refund:
                days[line.refunded_at.date()].refunded += line.refund
    return days


def by_product(orders: Iterable[Order]) -> dict[tuple[date, Product], Sold]:
    things: dict[tuple[date, Product], Sold] = defaultdict(Sold)
    for order in orders:
        if order.paid != NEVER:
            for line in order.lines:
                thing = things[order.paid.date(), line.product]
                thing.sales += line.payable
                thing.units += line.quantity
                thing.buyers.add(order.buyer)
    return things


def days_until(last: date) -> Iterator[date]:
    day = FIRST
    while day <= last:
        yield day
        day += DAY


def visitors(key: str, day: date, buyers: int) -> int:
    """As many as it took: three to five of a hundred buy, more on a great day."""
    rng = Random(f"visitors {key} {day}")
    conversion = 0.040 + 0.006 * rng.random()
    if day in MORE_ON:
        conversion *= 1.35
    if day == BAD_DAY:
        conversion = 0.0452  # fewer came, not fewer of them bought
    return round(buyers / conversion)


def yuan(amount: int) -> str:
    return f"{amount / 100:.2f}"


def grouped(amount: int) -> str:
    """As 生意参谋 writes: with thousands separators."""
    return f"{amount / 100:,.2f}"


def table(header: str, rows: Iterable[Iterable[object]], above: Iterable[str] = ()) -> str:
    out = io.StringIO(newline="")
    for line in above:
        out.write(f"{line}\r\n")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return out.getvalue()


# 生意参谋, 阿里妈妈, 千牛 ------------------------------------------------------------------------

SYCM_SHOP = (
    "统计日期,访客数,浏览量,商品加购人数,商品收藏人数,支付买家数,支付子订单数,支付件数,支付金额,支付转化率,"
    "客单价,成功退款金额"
)
SYCM_PRODUCT = (
    "统计日期,商品ID,商品名称,货号,商品访客数,商品浏览量,商品收藏人数,商品加购件数,支付买家数,支付件数,"
    "支付金额,商品支付转化率"
)
ALIMAMA = "日期,场景名字,计划名字,花费,展现量,点击量,点击率,平均点击花费,总成交笔数,总成交金额,投入产出比,转化周期"
DSR = "日期,描述相符,服务态度,物流服务"


def sycm_shop(orders: list[Order], first: date, last: date) -> str:
    days = sold(orders, lambda order: order.payable)
    wanted = (d for d in days_until(last) if d >= first)
    return table(SYCM_SHOP, (_shop_row(d, days[d]) for d in wanted), ("生意参谋 店铺概况", ""))


def _shop_row(day: date, of: Sold) -> list[object]:
    rng = Random(f"shop {day}")
    buyers = len(of.buyers)
    people = visitors("tmall", day, buyers)
    return [
        day, f"{people:,}", f"{round(people * (2.5 + rng.random() / 2)):,}",
        round(people * (0.060 + 0.012 * rng.random())), round(people * (0.018 + 0.006 * rng.random())),
        buyers, of.orders, of.units, grouped(of.sales), f"{buyers / people:.2%}",
        grouped(of.sales // max(1, buyers)), grouped(of.refunded),
    ]  # fmt: skip


def sycm_products(orders: list[Order], first: date, last: date) -> str:
    things = by_product(orders)
    wanted = sorted(
        (key for key in things if first <= key[0] <= last), key=lambda k: (k[0], k[1].code)
    )
    return table(
        SYCM_PRODUCT, (_product_row(k[0], k[1], things[k]) for k in wanted), ("生意参谋 商品排行",)
    )


def _product_row(day: date, product: Product, of: Sold) -> list[object]:
    rng = Random(f"product {day} {product.code}")
    buyers = len(of.buyers)
    people = round(buyers / (0.035 + 0.02 * rng.random())) + rng.randrange(9)
    carts = round(people * 0.07)
    return [
        day, 7_100_000_000 + int(product.code[1:]) + 100 * ord(product.code[0]), product.title,
        product.code, people, round(people * 1.7), round(people * 0.02) or "-", carts or "-",
        buyers, of.units, grouped(of.sales), f"{buyers / people:.2%}",
    ]  # fmt: skip


def alimama(orders: list[Order], first: date, last: date) -> str:
    days = sold(orders, lambda order: order.payable)
    rows = (
        _ad_row(day, ad, usual(days, day))
        for day in days_until(last)
        if day >= first
        for ad in CHINESE_ADS
    )
    return table(ALIMAMA, rows)


def usual(days: dict[date, Sold], day: date) -> float:
    """Sales of a usual day, as the week before had them."""
    before = [days[day - n * DAY].sales for n in range(1, 8) if day - n * DAY >= FIRST]
    return sum(before) / len(before) if before else float(days[day].sales)


def _ad_row(day: date, ad: tuple[str, str, float, int, float, float], sales: float) -> list[object]:
    channel, campaign, share, price, rate, roi = ad
    rng = Random(f"ad {day} {campaign}")
    spend = sales * share * (0.92 + 0.16 * rng.random()) * MORE_ON.get(day, 1.0)
    if day == BAD_DAY and channel == "直通车":
        spend *= 0.38  # its budget ran out by noon
    spent = round(spend)
    clicks = max(1, round(spent / price / (0.95 + 0.1 * rng.random())))
    views = round(clicks / rate)
    revenue = round(spent * roi * (0.85 + 0.3 * rng.random()))
    return [
        day, channel, campaign, yuan(spent), views, clicks, f"{clicks / views:.2%}",
        yuan(spent // clicks), round(revenue / 7500), yuan(revenue), f"{revenue / spent:.2f}",
        "15天",
    ]  # fmt: skip


def scores(first: date, last: date) -> str:
    """Spoiled eggs cost the description a little, week after week."""
    rows = (
        [d, f"{4.86 - 0.0002 * (d - FIRST).days:.2f}", "4.90", f"{4.81 + 0.01 * (d.month % 2):.2f}"]
        for d in days_until(last)
        if d >= first
    )
    return table(DSR, rows)


# Shopify's own report and Facebook's --------------------------------------------------------

SHOPIFY = "Day,Online store visitors,Sessions,Page views,Added to cart,Orders,Total sales"
FACEBOOK = (
    "Day,Campaign name,Amount spent (HKD),Impressions,Link clicks,Purchases,"
    "Purchases conversion value,Attribution setting"
)


def shopify_days(orders: list[Order], total: Total, first: date, last: date) -> str:
    days = sold(orders, total)
    return table(SHOPIFY, (_session_row(d, days[d]) for d in days_until(last) if d >= first))


def _session_row(day: date, of: Sold) -> list[object]:
    people = visitors("hk", day, len(of.buyers))
    return [
        day, people, round(people * 1.18), round(people * 3.1), round(people * 0.075), of.orders,
        yuan(of.sales),
    ]  # fmt: skip


def facebook(orders: list[Order], total: Total, first: date, last: date) -> str:
    days = sold(orders, total)
    ads = (("Autumn fruit", 0.03, 420, 0.013, 3.1), ("Come back", 0.012, 310, 0.017, 4.4))
    rows = (
        _facebook_row(day, ad, usual(days, day))
        for day in days_until(last)
        if day >= first
        for ad in ads
    )
    return table(FACEBOOK, rows)


def _facebook_row(
    day: date, ad: tuple[str, float, int, float, float], sales: float
) -> list[object]:
    campaign, share, price, rate, roi = ad
    rng = Random(f"facebook {day} {campaign}")
    spent = round(sales * share * (0.9 + 0.2 * rng.random()))
    clicks = max(1, round(spent / price))
    revenue = round(spent * roi * (0.8 + 0.4 * rng.random()))
    return [
        day, campaign, yuan(spent), round(clicks / rate), clicks, round(revenue / 38000),
        yuan(revenue), "7-day click",
    ]  # fmt: skip
