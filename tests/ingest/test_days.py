"""Tables by day: the shop's own sheet, ads and scores."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import openpyxl
import pytest

from bot import ingest
from bot.errors import UserError
from bot.ingest.formats import FORMATS

SYCM = "统计日期,访客数,浏览量,商品加购人数,支付金额,支付买家数,支付件数,成功退款金额"
SUNDAY = '2026-11-22,"3,200",9100,210,"12,345.60",128,160,99.00'
PRODUCTS = "统计日期,商品ID,商品名称,货号,商品访客数,支付买家数,支付件数,支付金额"
ADS = "日期,场景名字,计划名字,花费,展现量,点击量,总成交笔数,总成交金额"
SCORES = "日期,描述相符,服务态度,物流服务"


def shop(desk: Any) -> list[tuple[Any, ...]]:
    return desk.all(
        "SELECT CAST(day AS TEXT), product_id > 0, visitors, sales, buyers, units, cart_adds"
        " FROM shop_days ORDER BY day, product_id"
    )


def ads(desk: Any) -> list[tuple[Any, ...]]:
    return desk.all(
        "SELECT CAST(day AS TEXT), c.name, p.name, spend, clicks, revenue FROM ad_days"
        " JOIN channels c ON c.id = channel_id LEFT JOIN channels p ON p.id = campaign_id"
        " ORDER BY day, c.name, p.name"
    )


def whole(desk: Any) -> dict[str, bool]:
    rows = desk.all("SELECT kind, CAST(day AS TEXT), whole FROM imported_days")
    return {f"{kind} {day[5:]}": bool(x) for kind, day, x in rows}


def test_a_shops_own_day(desk: Any) -> None:
    report = desk.rows(SUNDAY, head=SYCM)
    assert (report.platform, report.kind, report.new) == ("sycm", "shop_days", 1)
    assert shop(desk) == [("2026-11-22", False, 3200, 1_234_560, 128, 160, 210)]
    assert [(c.header, c.total) for c in report.sums.columns if c.role == "sales"] == [
        ("支付金额", 12_345.6)
    ]


def test_products_stand_beside_the_shop_and_cover_no_day_of_it(desk: Any) -> None:
    report = desk.rows("2026-11-22,10001,红富士,A01,900,30,41,2400.00", head=PRODUCTS)
    assert shop(desk) == [("2026-11-22", True, 900, 240_000, 30, 41, None)]
    assert desk.value("SELECT code FROM products") == "A01"
    assert report.days == ("2026-11-22", "2026-11-22")
    assert whole(desk) == {}


def test_ads_by_channel_and_campaign_with_their_parts_added_up(desk: Any) -> None:
    report = desk.rows(
        "2026-11-22,关键词推广,苹果,100.50,1000,50,3,300",
        "2026-11-22,关键词推广,苹果,20,200,10,1,60",
        "2026-11-22,人群推广,拉新,50,500,5,,", head=ADS,
    )  # fmt: skip
    assert (report.read, report.new, report.platform) == (3, 3, "alimama")
    assert ads(desk) == [
        ("2026-11-22", "人群推广", "拉新", 5_000, 5, None),
        ("2026-11-22", "关键词推广", "苹果", 12_050, 60, 36_000),
    ]


def test_rows_about_products_are_parts_of_their_channel(desk: Any) -> None:
    head = "日期,主体ID,主体类型,主体名称,花费,总成交金额,展现量,点击量"
    desk.rows(
        "2026-11-22,1,商品,红富士,10,30,100,5",
        "2026-11-22,2,商品,车厘子,5,0,50,1",
        head=head,
        name="直通车报表.csv",
    )
    assert ads(desk) == [("2026-11-22", "直通车", None, 1_500, 6, 3_000)]


@pytest.mark.parametrize(
    ("above", "days"), [("转化周期：15天", 15), ("店铺：果然鲜", None)]
)  # fmt: skip
def test_the_window_is_what_the_file_declares(desk: Any, above: str, days: int | None) -> None:
    desk.rows(ADS, "2026-11-22,关键词推广,苹果,1,1,1,1,1", head=above)
    assert desk.value("SELECT window_days FROM ad_days") == days


def test_scores_in_hundredths(desk: Any) -> None:
    desk.rows("2026-11-22,4.83,4.8 高于同行12%,4.79分", "2026-11-21,4.82,-,99", head=SCORES)
    found = desk.all("SELECT description, service, logistics FROM score_days")
    assert found == [(483, 480, 479)]


def test_one_table_of_everything_in_english(desk: Any) -> None:
    report = desk.rows(
        "2026-11-22,3200,9100,500,20000,800,128,12345.60", "Total,3200,9100,500,20000,800,128,12345.60",
        head="Date,Visitors,Page Views,Spend,Impressions,Clicks,Orders,Revenue",
    )  # fmt: skip
    assert (report.kind, [x.kind for x in report.parts]) == ("shop_days", ["shop_days", "ads"])
    assert shop(desk) == [("2026-11-22", False, 3200, 1_234_560, None, None, None)]
    assert ads(desk) == [("2026-11-22", "Ads", None, 50_000, 800, None)]


def test_orders_and_revenue_of_ads_alone_are_the_ads(desk: Any) -> None:
    desk.rows(
        "2026-11-22,spring,500,2000,80,7,900",
        head="date,campaign,spend,impressions,clicks,orders,revenue",
    )
    assert ads(desk) == [("2026-11-22", "Ads", "spring", 50_000, 80, 90_000)]


def test_three_sheets_of_one_workbook(desk: Any) -> None:
    book = openpyxl.Workbook()
    book.active.append(["生意参谋店铺概况"])
    for sheet, rows in (
        (book.active, (SYCM, SUNDAY.replace('"', "").replace("3,200", "3200").replace("12,345", "12345"))),
        (book.create_sheet("商品排行"), (PRODUCTS, "2026-11-22,1,红富士,A01,900,30,41,2400")),
        (book.create_sheet("店铺评分"), (SCORES, "2026-11-22,4.8,4.9,4.8")),
    ):  # fmt: skip
        for row in rows:
            sheet.append(row.split(","))
    book.save(path := desk.folder / "sycm.xlsx")
    report = desk.take(path)
    assert (report.header_row, report.read, report.new) == (2, 3, 3)
    assert [x[1] for x in shop(desk)] == [False, True]
    assert whole(desk) == {"shop_days 11-22": True, "scores 11-22": False}


@pytest.mark.parametrize(
    "text",
    ["2026-11-22", "20261122", "2026/11/22", "2026年11月22日", "46348", "11-22", "11月22日", "2026-11-22(周日)",
     "2026-11-22 ~ 2026-11-22", "22/11/2026", "２０２６-11-22"],
)  # fmt: skip
def test_days_as_people_write_them(desk: Any, text: str) -> None:
    desk.rows(f"{text},3200", head="日期,访客数")
    assert [x[0] for x in shop(desk)] == ["2026-11-22"]


def test_a_day_that_stands_only_in_the_name(desk: Any) -> None:
    head, row = SYCM.partition(",")[2], SUNDAY.partition(",")[2]
    desk.rows(row, head=head, name="【生意参谋平台】店铺_2026-11-22_2026-11-22.csv")
    assert [x[0] for x in shop(desk)] == ["2026-11-22"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("2026-11-16 ~ 2026-11-22,1,1", "period"), ("2026-11-24,1,1", "future"), ("soon,1,1", "time"),
        ("2026-11-22,many,1", "quantity"), ("2026-11-22,-5,1", "quantity"), (",1,1", "no_day"),
        ("2026-11-22,1,x", "amount"), ("2026-11-22,1,1,extra", "too_many_cells"),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_used_are_named(desk: Any, row: str, code: str) -> None:
    report = desk.rows(row, "2026-11-21,7,8", head="日期,访客数,支付金额")
    assert (report.read, report.new, report.refused) == (2, 1, 1)
    assert [(p.row, p.code) for p in report.problems] == [(2, code)]


def test_what_is_not_told_is_null_and_overwrites_nothing(desk: Any) -> None:
    desk.rows(SUNDAY, head=SYCM)
    report = desk.rows("2026-11-22,-,空,--,nan", head="日期,访客数,浏览量,加购,支付金额")
    assert report.unchanged == 1
    assert shop(desk)[0][2:4] == (3200, 1_234_560)


def test_a_row_of_totals_is_no_day_but_is_compared(desk: Any) -> None:
    report = desk.rows(
        "2026-11-22,a,b,10,1,1,1,1", "2026-11-21,a,b,10,1,1,1,1", "总计,,,25,2,2,2,2", head=ADS
    )
    assert report.read == 2
    assert [(p.code, p.column, p.value) for p in report.problems] == [("total_row", "花费", "25.0")]


def test_the_parts_of_a_shop_are_left_out_where_its_whole_stands_beside(desk: Any) -> None:
    desk.rows(
        "2026-11-22,PC端,100,1,1", "2026-11-22,所有终端,3200,9,9", "2026-11-22,无线端,3100,8,8",
        head="统计日期,终端,访客数,支付金额,支付买家数",
    )  # fmt: skip
    assert [x[2] for x in shop(desk)] == [3200]


# again, later, undone ------------------------------------------------------------------------


def test_the_same_again_changes_nothing(desk: Any) -> None:
    desk.rows(SUNDAY, head=SYCM)
    before = desk.snapshot()
    report = desk.rows(SUNDAY, head=SYCM)
    assert (report.new, report.changed, report.unchanged) == (0, 0, 1)
    assert desk.snapshot() == before


def test_lost_precision_is_no_change_but_a_later_figure_is(desk: Any) -> None:
    desk.rows(SUNDAY, head=SYCM)
    assert desk.rows("2026-11-22,12346", head="日期,销售额").unchanged == 1
    assert desk.rows("2026-11-22,12350", head="日期,销售额").changed == 1
    assert shop(desk)[0][3] == 1_235_000


def test_undo_gives_back_what_was_and_takes_away_what_was_not(desk: Any) -> None:
    desk.rows(SUNDAY, head=SYCM)
    before = desk.snapshot()
    desk.rows(SUNDAY.replace("3,200", "3,300"), SUNDAY.replace("11-22", "11-21"), head=SYCM)
    result = ingest.undo(desk.db, desk.import_id(), datetime.now().astimezone())
    assert (result.restored, result.removed, result.of) == (1, 1, "days")
    assert desk.snapshot() == before


def test_undo_refuses_and_names_the_later_import(desk: Any) -> None:
    desk.rows(SUNDAY, head=SYCM)
    first = desk.import_id()
    desk.rows(SUNDAY.replace("3,200", "3,300"), head=SYCM, name="later.csv")
    before = desk.snapshot()
    with pytest.raises(UserError) as e:
        ingest.undo(desk.db, first, datetime.now().astimezone())
    assert (e.value.key, e.value.params) == (
        "import.undo_days", {"n": 1, "days": "2026-11-22", "files": "later.csv"},
    )  # fmt: skip
    assert desk.snapshot() == before


def test_another_store_keeps_its_own_days(desk: Any, store_in: Any) -> None:
    desk.rows(SUNDAY, head=SYCM)
    desk.store = store_in("HKD", "Asia/Hong_Kong")
    report = desk.rows(SUNDAY.replace("3,200", "7"), head=SYCM)
    assert report.new == 1
    assert sorted(x[2] for x in shop(desk)) == [7, 3200]


# which days are whole ------------------------------------------------------------------------


def test_sycm_gives_out_no_day_before_it_is_over(desk: Any) -> None:
    desk.rows(SUNDAY, head=SYCM)
    assert whole(desk) == {"shop_days 11-22": True}


@pytest.mark.parametrize(
    ("name", "titles", "known"),
    [
        ("ads.csv", "", {"ads 11-21": True, "ads 11-22": False}),
        ("ads_20261122_1800.csv", "", {"ads 11-21": True, "ads 11-22": False}),
        ("ads_20261123_0810.csv", "", {"ads 11-21": True, "ads 11-22": True}),
        ("ads.csv", "导出时间：2026-11-23 08:10", {"ads 11-21": True, "ads 11-22": True}),
    ],
)  # fmt: skip
def test_a_day_is_whole_where_file_name_or_later_rows_say_so(
    desk: Any, name: str, titles: str, known: dict[str, bool]
) -> None:
    rows = ("2026-11-21,a,b,10,1,1,1,1", "2026-11-22,a,b,10,1,1,1,1")
    desk.rows(ADS, *rows, head=titles, name=name)
    assert whole(desk) == known


def test_an_undone_day_is_known_only_as_far_as_others_know_it(desk: Any) -> None:
    desk.rows("2026-11-21,4.8,4.8,4.8", head=SCORES)
    desk.rows("2026-11-21,4.9,4.8,4.8", "2026-11-22,4.8,4.8,4.8", head=SCORES)
    ingest.undo(desk.db, desk.import_id(), datetime.now().astimezone())
    assert whole(desk) == {"scores 11-21": False}


# kinds ---------------------------------------------------------------------------------------


def test_a_table_of_orders_is_never_taken_for_days(desk: Any) -> None:
    head = "订单号,下单时间,日期,访客数,支付金额"
    assert desk.rows("A1,2026-11-22,2026-11-22,1,10", head=head).kind == "orders"


def test_the_kind_can_be_told(desk: Any) -> None:
    path = desk.file("date,revenue,orders,spend\n2026-11-22,900,7,50\n")
    _, report = ingest.take(
        desk.db, desk.store, path, datetime.now().astimezone(), kind="shop_days"
    )
    assert [x.kind for x in report.parts] == ["shop_days", "ads"]


def test_every_kind_has_a_format_for_any_table() -> None:
    generic = {f.kind for f in FORMATS if f.platform == "generic"}
    assert generic == {"orders", "shop_days", "ads", "scores", "refunds"}
