"""What happened at the sample company: seeded orders of two invented stores, as they went on.

An order knows when it was created, paid, shipped, finished and refunded, so that an export of any
moment can be written from it. Every day has a random generator of its own: a change to one day
leaves the others as they are. Amounts are in minor units (分, cents).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from random import Random

DAY = timedelta(days=1)
ZONE = timezone(timedelta(hours=8))  # Shanghai and Hong Kong alike
NEVER = datetime(9999, 1, 1, tzinfo=ZONE)
FIRST, TODAY = date(2026, 5, 27), date(2026, 11, 23)  # 180 full days, then the demo's own Monday
BAD_DAY = date(2026, 11, 22)
SOLD_OUT = datetime(2026, 11, 18, 22, 40, tzinfo=ZONE)
RESTOCKED = datetime(2026, 11, 23, 10, 40, tzinfo=ZONE)


@dataclass(frozen=True)
class Product:
    """`season` weighs the months May to November; `spoiled` is the chance of a refund."""

    code: str
    title: str
    english: str
    yuan: int
    dollars: int
    season: tuple[int, int, int, int, int, int, int]
    spoiled: float = 0.04


_ALL_YEAR = (10, 10, 10, 10, 10, 10, 10)
PRODUCTS = (
    Product("A01", "红富士苹果5斤", "Fuji Apples 2.5 kg 紅富士蘋果", 5990, 8900,
            (12, 12, 12, 14, 18, 20, 21)),
    Product("A02", "冰糖心苹果礼盒10斤", "Ice-Sugar Apple Gift Box 5 kg 冰糖心禮盒", 10900, 16800,
            (3, 3, 3, 4, 8, 9, 10)),
    Product("A03", "秋月梨5斤", "Autumn Moon Pears 2.5 kg 秋月梨", 4590, 7200,
            (2, 2, 4, 9, 11, 9, 7)),
    Product("B01", "贵妃芒果5斤", "Guifei Mangoes 2.5 kg 貴妃芒果", 4990, 7800,
            (16, 15, 12, 7, 3, 2, 2)),
    Product("B02", "麒麟西瓜2个装", "Kirin Watermelon, pair 麒麟西瓜", 4580, 8800,
            (12, 16, 17, 12, 4, 1, 1)),
    Product("B03", "阳光玫瑰葡萄3斤", "Shine Muscat 1.5 kg 陽光玫瑰", 6990, 12800,
            (3, 6, 12, 16, 15, 9, 5)),
    Product("C01", "赣南脐橙10斤", "Gannan Navel Oranges 5 kg 贛南臍橙", 5680, 8600,
            (2, 2, 1, 1, 3, 10, 16)),
    Product("C02", "车厘子礼盒2斤", "Cherry Gift Box 1 kg 車厘子禮盒", 8900, 19800,
            (10, 8, 2, 1, 1, 4, 11)),
    Product("C03", "金奇异果12枚", "Gold Kiwifruit ×12 金奇異果", 6980, 9900, _ALL_YEAR),
    Product("D01", "鲜牛奶1L×4", "Fresh Milk 1 L ×4 鮮牛奶", 4600, 9800, _ALL_YEAR),
    Product("D02", "谷物鸡蛋30枚", "Grain-fed Eggs ×30 穀物雞蛋", 3690, 6800, _ALL_YEAR, 0.17),
    Product("E01", "五常大米10斤", "Wuchang Rice 5 kg 五常大米", 6900, 11800, _ALL_YEAR),
    Product("E02", "每日坚果750g", "Daily Nuts 750 g 每日堅果", 8800, 13800,
            (6, 8, 5, 5, 7, 8, 9)),
    Product("F01", "贝贝南瓜5斤", "Baby Pumpkins 2.5 kg 貝貝南瓜", 2690, 5200,
            (5, 5, 6, 7, 8, 9, 9)),
    Product("F02", "蜜薯5斤", "Honey Sweet Potatoes 2.5 kg 蜜薯", 1990, 4500,
            (3, 3, 3, 5, 8, 11, 12)),
    Product("G01", "鲜切牛腩1kg", "Beef Brisket 1 kg 鮮切牛腩", 7500, 15800,
            (5, 5, 5, 5, 6, 8, 9), 0.05),
    Product("G02", "速冻鲜虾1.5kg", "Frozen Prawns 1.5 kg 急凍鮮蝦", 11800, 22800,
            (7, 8, 6, 6, 8, 7, 8)),
)  # fmt: skip

CHINA = {
    "浙江省 杭州市 余杭区": 9, "浙江省 宁波市 鄞州区": 6, "江苏省 苏州市 吴中区": 8,
    "江苏省 南京市 江宁区": 6, "广东省 广州市 天河区": 9, "广东省 深圳市 南山区": 9,
    "上海 上海市 浦东新区": 13, "北京 北京市 朝阳区": 10, "山东省 青岛市 市南区": 6,
    "四川省 成都市 武侯区": 6, "湖北省 武汉市 洪山区": 5, "福建省 厦门市 思明区": 4,
    "河南省 郑州市 金水区": 4, "湖南省 长沙市 岳麓区": 4, "安徽省 合肥市 蜀山区": 4,
    "河北省 石家庄市 长安区": 3, "重庆 重庆市 渝北区": 3, "天津 天津市 南开区": 3,
    "辽宁省 沈阳市 和平区": 3, "陕西省 西安市 雁塔区": 3, "江西省 南昌市 红谷滩区": 2,
    "广西壮族自治区 南宁市 青秀区": 2, "云南省 昆明市 五华区": 2, "山西省 太原市 小店区": 1.5,
    "吉林省 长春市 朝阳区": 1, "黑龙江省 哈尔滨市 南岗区": 1.2, "贵州省 贵阳市 观山湖区": 1,
    "内蒙古自治区 呼和浩特市 赛罕区": 0.7, "甘肃省 兰州市 城关区": 0.6,
    "海南省 海口市 龙华区": 0.6, "新疆维吾尔自治区 乌鲁木齐市 天山区": 0.4,
    "宁夏回族自治区 银川市 金凤区": 0.3,
}  # fmt: skip
HONG_KONG = {
    "KL Kowloon Mong Kok": 9, "KL Kowloon Kwun Tong": 8, "HK Hong Kong Island Wan Chai": 8,
    "HK Hong Kong Island Quarry Bay": 7, "NT New Territories Sha Tin": 9,
    "NT New Territories Tsuen Wan": 6, "NT New Territories Tseung Kwan O": 5,
}  # fmt: skip


@dataclass(frozen=True)
class Business:
    """One store's habits. `week` weighs Monday to Sunday, `hours` 00 to 23 o'clock."""

    key: str
    orders: tuple[float, float]  # a day, at the beginning and at the end
    week: tuple[float, ...]
    hours: tuple[float, ...]
    places: Mapping[str, float]
    unpaid: float
    peaks: Mapping[date, float]
    sold_out: Mapping[str, tuple[datetime, datetime]] = field(default_factory=dict)


def _days(first: date, *factors: float) -> dict[date, float]:
    return {first + n * DAY: factor for n, factor in enumerate(factors)}


TMALL = Business(
    key="tmall",
    orders=(70, 90),
    week=(0.98, 0.95, 0.94, 0.97, 1.02, 1.09, 1.06),
    hours=(2, 1, 0.5, 0.3, 0.3, 0.5, 1.5, 3, 4, 5, 6, 5.5, 5, 4, 4, 4.5, 4.5, 4, 4.5, 7, 10, 11,
           8, 4.5),
    places=CHINA,
    unpaid=0.12,
    peaks={
        **_days(date(2026, 5, 29), 0.88, 0.84, 0.8),  # everybody waits for 618
        **_days(date(2026, 6, 1), 1.6, 1.25, 1.1, 1.1, 1.1, 1.15, 1.1),
        **_days(date(2026, 6, 8), *(1.1,) * 7, 1.15, 1.25, 1.4, 2.7, 1.3, 1.15, 0.85, 0.88),
        **_days(date(2026, 9, 19), 1.15, 1.25, 1.35, 1.35, 1.2, 0.95, 0.8),  # Mid-Autumn
        **_days(date(2026, 10, 1), 0.85, 0.85, 0.88, 0.9, 0.92, 0.95, 1.0),
        **_days(date(2026, 10, 28), 0.9, 0.86, 0.82, 0.8),
        **_days(date(2026, 11, 1), 2.1, 1.4, 1.25, 1.2, 1.2, 1.25, 1.3, 1.3, 1.3, 1.55, 3.8),
        **_days(date(2026, 11, 12), 0.86, 0.85, 0.95),
        **_days(date(2026, 11, 19), 0.95, 0.95, 0.94),  # the best-seller is sold out
        BAD_DAY: 0.76,
    },
    sold_out={"A01": (SOLD_OUT, RESTOCKED)},
)  # fmt: skip
HK = Business(
    key="hk",
    orders=(9.5, 13.5),
    week=(0.95, 0.92, 0.95, 1.0, 1.05, 1.1, 1.12),
    hours=(3, 1.5, 0.7, 0.4, 0.3, 0.3, 0.8, 2, 3.5, 4.5, 5, 5, 5.5, 5, 4, 4, 4, 4.5, 5, 6, 8, 9.5,
           9, 5.5),
    places=HONG_KONG,
    unpaid=0.09,
    peaks={
        **_days(date(2026, 9, 19), 1.2, 1.3, 1.4, 1.4, 1.3, 1.0, 0.8),
        date(2026, 11, 11): 1.6,
    },
)  # fmt: skip
PROMOTIONS = ((date(2026, 6, 1), date(2026, 6, 20)), (date(2026, 11, 1), date(2026, 11, 11)))


@dataclass(frozen=True)
class Line:
    product: Product
    quantity: int
    payable: int  # after the price cut of a promotion
    refund: int = 0
    refunded_at: datetime = NEVER

    def refunded(self, now: datetime) -> int:
        return self.refund if self.refunded_at <= now else 0


@dataclass(frozen=True)
class Order:
    """A step never taken lies at the end of time."""

    store: str
    seq: int
    salt: int  # random digits for the order's numbers
    buyer: int
    place: str
    lines: tuple[Line, ...]
    created: datetime
    paid: datetime
    shipped: datetime
    done: datetime

    @property
    def payable(self) -> int:
        return sum(line.payable for line in self.lines)

    def refunded(self, now: datetime) -> int:
        return sum(line.refunded(now) for line in self.lines)


def happened(business: Business) -> list[Order]:
    """All orders created from the first day to the end of the demo's Monday, oldest first."""
    orders: list[Order] = []
    regulars: list[tuple[int, str]] = []
    days = (TODAY - FIRST).days
    for n in range(days + 1):
        day = FIRST + n * DAY
        rng = Random(f"{business.key} {day}")
        count = _count(business, day, n / days, rng)
        moments = sorted(_moment(business, day, rng) for _ in range(count))
        for moment in moments:
            orders.append(_order(business, len(orders), moment, regulars, rng))
    return orders


def _count(business: Business, day: date, progress: float, rng: Random) -> int:
    first, last = business.orders
    usual = (first + (last - first) * progress) * business.week[day.weekday()]
    return round(usual * business.peaks.get(day, 1.0) * (0.96 + 0.08 * rng.random()))


def _moment(business: Business, day: date, rng: Random) -> datetime:
    hour = rng.choices(range(24), business.hours)[0]
    midnight = datetime.combine(day, time(), ZONE)
    return midnight + timedelta(hours=hour, seconds=rng.randrange(3600))


def _order(
    business: Business, seq: int, created: datetime, regulars: list[tuple[int, str]], rng: Random
) -> Order:
    buyer, place = _buyer(business, regulars, rng)
    paid = shipped = done = NEVER
    if rng.random() > business.unpaid:
        paid = created + timedelta(seconds=8 + int(rng.random() ** 4 * 5400))
        shipped = paid + timedelta(hours=5 + 30 * rng.random())
        done = shipped + timedelta(hours=30 + 110 * rng.random())
    lines = tuple(_lines(business, created, paid, rng))
    steps = (moment.replace(microsecond=0) for moment in (created, paid, shipped, done))
    return Order(business.key, seq, rng.randrange(10**8), buyer, place, lines, *steps)


def _buyer(business: Business, regulars: list[tuple[int, str]], rng: Random) -> tuple[int, str]:
    """Somebody who bought before, more often the longer the store is watched; or somebody new."""
    known = len(regulars)
    if rng.random() < 0.42 * known / (known + 900):
        return regulars[int(known * rng.random() ** 0.8)]
    places = list(business.places)
    somebody = (known + 1, rng.choices(places, list(business.places.values()))[0])
    regulars.append(somebody)
    return somebody


def _lines(business: Business, created: datetime, paid: datetime, rng: Random) -> Iterator[Line]:
    weights = {p: _demand(business, p, created) for p in PRODUCTS}
    for _ in range(rng.choices((1, 2, 3), (72, 21, 7))[0]):
        product = rng.choices(list(weights), list(weights.values()))[0]
        weights[product] = 0  # no product twice in an order
        quantity = rng.choices((1, 2, 3), (80, 16, 4))[0]
        payable = quantity * _price(business, product, created.date())
        yield _maybe_refunded(Line(product, quantity, payable), paid, rng)


def _demand(business: Business, product: Product, moment: datetime) -> float:
    start, end = business.sold_out.get(product.code, (NEVER, NEVER))
    if start <= moment < end:
        return 0
    if business is TMALL and product.code == "C02" and moment.date() == BAD_DAY:
        return product.season[moment.month - 5] * 0.4  # somebody else sells it for less
    return product.season[moment.month - 5]


def _price(business: Business, product: Product, day: date) -> int:
    if business is HK:
        return product.dollars
    if any(first <= day <= last for first, last in PROMOTIONS):
        return product.yuan * 88 // 1000 * 10  # twelve per cent off, to the jiao
    return product.yuan


def _maybe_refunded(line: Line, paid: datetime, rng: Random) -> Line:
    chance, share, wait = rng.random(), rng.random(), 1 + 90 * rng.random() ** 3
    if paid == NEVER or chance > line.product.spoiled:
        return line
    partial = int(line.payable * (0.15 + share / 2) / 100) * 100
    refund = line.payable if share > 0.55 else partial
    at = (paid + timedelta(hours=wait)).replace(microsecond=0)
    return Line(line.product, line.quantity, line.payable, refund, at)
