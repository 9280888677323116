"""What a digest finds wrong, and its tiles of traffic and ads: in figures, on the card, in words."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import Shop
from orders import fill
from sqlmodel import select

from bot import periods
from bot.db import Database
from bot.db.people import Member, StoreKind
from bot.digests import content
from bot.digests.content import Digest, Sending
from bot.i18n import translator
from bot.metrics.bases import Span
from bot.render import digest, digest_card
from bot.render.look import style
from bot.render.pictures import Card
from tests.metrics import sheets

SUNDAY = date(2026, 11, 22)
ZONE = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
ZH = translator("zh-hans")


def day(text: str, orders: int, back: int = 0) -> tuple[str, ...]:
    """So many orders of ten yuan on a day, of which `back` are given back."""
    at = f"{text} 10:00"
    return tuple(
        f"{text}-{n},A01,红富士5斤,1,b{n},10,{10 if n < back else 0},上海,{at},{at}"
        for n in range(orders)
    )


def look(db: Database, shop: Shop, **sending: date) -> Digest:
    with db.read() as s:
        span = Span(periods.day(SUNDAY), "day")
        return content.look(s, shop.team, [shop.tmall], span, Sending(ZONE, NINE, **sending))  # type: ignore[arg-type]


def wrong(db: Database, shop: Shop, **sending: date) -> tuple[str, ...]:
    return content.troubles(look(db, shop, **sending))


@pytest.mark.parametrize(("orders", "found"), [(20, ("fall",)), (22, ())])
def test_a_fall_by_a_third_is_wrong_and_by_a_quarter_not(
    db: Database, shop: Shop, tmp_path: Path, orders: int, found: tuple[str, ...]
) -> None:
    fill(db, shop, tmp_path, day("2026-11-15", 30) + day("2026-11-22", orders))
    assert wrong(db, shop) == found


@pytest.mark.parametrize(
    ("orders", "found"), [(8, ("below",)), (9, ()), (11, ()), (12, ("above",))]
)
def test_what_is_outside_the_usual_range_is_wrong(
    db: Database, shop: Shop, tmp_path: Path, orders: int, found: tuple[str, ...]
) -> None:
    """Eight even weeks of ¥100: usual is 100 × e^±0.175, that is 84 to 119."""
    past = periods.last_days(56, SUNDAY)
    rows = [x for d in past for x in day(d.isoformat(), 10)]
    fill(db, shop, tmp_path, (*rows, *day("2026-11-22", orders)))
    assert wrong(db, shop) == found


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (2, 6, ("refunds",)),  # 2 % → 6 %
        (2, 3, ()),  # 2 % → 3 %: one point
        (6, 8, ()),  # 6 % → 8 %: two points, but no half more
    ],
)
def test_refunds_that_jump_by_two_points_and_by_half_are_wrong(
    db: Database, shop: Shop, tmp_path: Path, before: int, after: int, found: tuple[str, ...]
) -> None:
    fill(db, shop, tmp_path, day("2026-11-15", 100, before) + day("2026-11-22", 100, after))
    assert wrong(db, shop) == found


@pytest.mark.parametrize(("service", "found"), [(478, ("score:dsr_service",)), (479, ())])
@pytest.mark.usefixtures("orders")
def test_a_score_that_slips_by_two_hundredths_is_wrong(
    db: Database, shop: Shop, service: int, found: tuple[str, ...]
) -> None:
    with db.write() as s:
        for at, value in (("2026-11-15", 480), ("2026-11-22", service)):
            sheets.scores(
                s, shop.team, shop.tmall, at, description=490, service=value, logistics=490
            )
    assert wrong(db, shop) == found


@pytest.mark.usefixtures("orders")
def test_what_is_missing_and_what_never_came_is_wrong(db: Database, shop: Shop) -> None:
    assert wrong(db, shop) == ()
    assert wrong(db, shop, missed=date(2026, 11, 21)) == ("missed",)
    with db.write() as s:
        s.add_all(StoreKind(store_id=shop.tmall, kind=x) for x in ("orders", "ads"))
    assert wrong(db, shop) == ("missing",)


# tiles --------------------------------------------------------------------------------------


def told(db: Database, shop: Shop, *, with_ads: bool = True) -> Digest:
    """Two buyers each Sunday; 100 then 80 visitors; ¥30 then ¥60 of ads, which brought ¥204."""
    with db.write() as s:
        for at, visitors, spend in (("2026-11-15", 100, 3000), ("2026-11-22", 80, 6000)):
            sheets.shop(s, shop.team, shop.tmall, at, visitors=visitors)
            if with_ads:
                sheets.ads(
                    s, shop.team, shop.tmall, at, "直通车", spend=spend, revenue=20400,
                    impressions=1000, clicks=50,
                )  # fmt: skip
        if not with_ads:
            chen = s.exec(select(Member).where(Member.name == "小陈")).one()
            s.add_all(
                StoreKind(store_id=shop.tmall, kind=x, member_id=chen.id)
                for x in ("orders", "shop_days", "ads")
            )
    return look(db, shop)


def card(d: Digest) -> dict[str, tuple[str, str, str]]:
    """Of each tile its value, note, and what is missing."""
    drawn = digest_card.picture(d, ZH, style("zh-hans", "red-up"))
    assert isinstance(drawn, Card)
    return {x.label: (x.value, x.note, x.missing) for x in drawn.tiles}


@pytest.mark.usefixtures("orders")
def test_tiles_of_traffic_and_ads_against_their_base(db: Database, shop: Shop) -> None:
    tiles = {x.slug: (x.cell.value, x.cell.base) for x in told(db, shop).tiles}
    assert list(tiles) == [
        "visitors", "conversion", "basket", "refund_rate", "ad_spend", "orders",
    ]  # fmt: skip
    assert tiles["visitors"] == (80, 100)
    assert tiles["conversion"] == (2 / 80, 2 / 100)
    assert tiles["basket"] == (12_000, 15_000)
    assert tiles["ad_spend"] == (6_000, 3_000)


@pytest.mark.usefixtures("orders")
def test_the_card_shows_them(db: Database, shop: Shop) -> None:
    assert card(told(db, shop)) == {
        "访客数": ("80", "", ""),
        "支付转化率": ("2.50%", "", ""),
        "客单价": ("¥120.00", "", ""),
        "退款率": ("16.67%", "未满30天", ""),  # 40 of 240
        "推广花费": ("¥60", "投产 3.4", ""),  # 204 of 60
        "支付订单数": ("2", "", ""),
    }


@pytest.mark.usefixtures("orders")
def test_the_caption_says_them(db: Database, shop: Shop) -> None:
    text = digest.morning(told(db, shop), ZH, style("zh-hans", "red-up"), "").text
    assert "退款率(付款日) 16.7%，未满30天｜推广¥60 投产3.4(归因未满)" in text
    assert "数据：订单✓ 参谋✓ 推广✓" in text


@pytest.mark.usefixtures("orders")
def test_ads_that_have_not_come_are_named_and_no_figure(db: Database, shop: Shop) -> None:
    found = told(db, shop, with_ads=False)
    assert card(found)["推广花费"] == ("", "", "待导入（小陈）")
    text = digest.morning(found, ZH, style("zh-hans", "red-up"), "").text
    assert "投产" not in text
    assert "今天要办：补传 推广(小陈)" in text
