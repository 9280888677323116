"""The demo's own data, read here with csv alone: the importer is judged by these sums."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import tomllib
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import NOW, Shop
from sqlmodel import select

from bot import ingest
from bot.db import Database
from bot.db.facts import AdDay, ImportedDay, SalesRollup, ShopDay
from bot.db.people import Store
from bot.errors import UserError
from bot.ingest import Report
from bot.metrics.catalogue import Dim
from bot.sandbox import world

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "bot" / "sample"
TMALL = SAMPLE / "ExportOrderList202611230840.zip"
HK = SAMPLE / "orders_export.zip"
BAD_DAY = date(2026, 11, 22)
DAYS = [date(2026, 5, 27) + timedelta(days=n) for n in range(180)]

Row = dict[str, str]


def files(path: Path) -> dict[str, bytes]:
    """A ZIP's members, or the file itself: how well a ZIP packs differs from machine to machine."""
    if path.suffix == ".csv":
        return {path.name: path.read_bytes()}
    with zipfile.ZipFile(path) as z:
        return {f"{path.name}/{name}": z.read(name) for name in z.namelist()}


def exports(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".zip", ".csv", ".xlsx") and path.name != "broken.xlsx":
            yield from files(path).items()


def rows(content: bytes, encoding: str) -> list[Row]:
    """Rows by header name; a formula's text loses its wrapping."""
    text = content.decode(encoding).replace('="', '"')
    return list(csv.DictReader(io.StringIO(text, newline="")))


def tmall(part: str, path: Path = TMALL) -> list[Row]:
    found = next(content for name, content in files(path).items() if f"/{part}20" in name)
    return rows(found, "gb18030")


def hk() -> list[Row]:
    (content,) = files(HK).values()
    return rows(content, "utf-8")


def tmall_sales() -> dict[date, Decimal]:
    """What was paid each day: refunds are already out of 买家实际支付金额, so they are put back."""
    sales: dict[date, Decimal] = defaultdict(Decimal)
    for row in tmall("ExportOrderList"):
        if paid_at := row["订单付款时间 "]:
            amount = Decimal(row["买家实际支付金额"]) + Decimal(row["退款金额"])
            sales[datetime.fromisoformat(paid_at).date()] += amount
    return sales


def test_the_files_are_what_the_generator_writes(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / ".ci" / "make_sample.py"), str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)

    assert dict(exports(tmp_path)) == dict(exports(SAMPLE))
    assert {p.name for p in tmp_path.rglob("*.*")} == {
        p.name for p in SAMPLE.rglob("*.*") if p.suffix != ".toml"
    }


def test_both_stores_sell_on_each_of_180_days() -> None:
    there = {datetime.fromisoformat(r["Paid at"]).date() for r in hk() if r["Paid at"]}

    assert set(DAYS) <= tmall_sales().keys()
    assert set(DAYS) <= there


def test_the_best_seller_is_sold_out_for_four_days_and_on_no_other() -> None:
    created = {r["订单编号"]: r["订单创建时间"][:10] for r in tmall("ExportOrderList")}
    items = tmall("ExportOrderDetailList")
    sold = {created[r["主订单编号"]] for r in items if r["商家编码"] == "A01"}

    missing = [f"{day:%m-%d}" for day in DAYS if str(day) not in sold]

    assert missing == ["11-19", "11-20", "11-21", "11-22"]


def test_the_bad_sunday_falls_by_a_quarter_against_the_sunday_before() -> None:
    sales = tmall_sales()

    change = sales[date(2026, 11, 22)] / sales[date(2026, 11, 15)] - 1

    assert Decimal("-0.32") < change < Decimal("-0.20")


def test_double_eleven_sells_more_than_any_other_day() -> None:
    sales = tmall_sales()

    assert max(sales, key=lambda day: sales[day]) == date(2026, 11, 11)


def test_the_monday_of_the_demo_has_its_first_orders_and_none_after_the_export() -> None:
    latest = max(r["订单创建时间"] for r in tmall("ExportOrderList"))

    assert "2026-11-23 06:00" < latest < "2026-11-23 08:40"


def test_tmall_items_add_up_to_their_orders() -> None:
    items: dict[str, Decimal] = defaultdict(Decimal)
    units: dict[str, int] = defaultdict(int)
    for r in tmall("ExportOrderDetailList"):
        items[r["主订单编号"]] += Decimal(r["买家应付货款"])
        units[r["主订单编号"]] += int(r["购买数量"])

    orders = tmall("ExportOrderList")

    assert {r["订单编号"]: Decimal(r["买家应付货款"]) for r in orders} == items
    assert {r["订单编号"]: int(r["宝贝总数量"]) for r in orders} == units


def test_what_was_paid_and_given_back_is_the_total_of_a_paid_tmall_order() -> None:
    for r in tmall("ExportOrderList"):
        got = Decimal(r["买家实际支付金额"]) + Decimal(r["退款金额"])
        assert got == (Decimal(r["总金额"]) if r["订单付款时间 "] else 0)


def test_eggs_are_refunded_more_often_than_anything_else() -> None:
    refunded = {r["订单编号"] for r in tmall("ExportOrderList") if r["退款金额"] != "0.00"}
    sold, back = defaultdict(int), defaultdict(int)
    for r in tmall("ExportOrderDetailList"):
        sold[r["商家编码"]] += 1
        back[r["商家编码"]] += r["主订单编号"] in refunded

    assert max(sold, key=lambda code: back[code] / sold[code]) == "D02"
    assert len(sold) == 17


def test_shopify_totals_stand_on_the_first_line_of_an_order_only() -> None:
    seen: set[str] = set()
    for r in hk():
        assert bool(r["Total"]) is (r["Name"] not in seen)
        assert bool(r["Financial Status"]) is bool(r["Total"])
        seen.add(r["Name"])


def test_shopify_orders_come_in_every_state() -> None:
    states = {r["Financial Status"] for r in hk()} - {""}

    assert states == {"paid", "pending", "voided", "refunded", "partially_refunded"}


@pytest.mark.parametrize("pattern", [r"(?<!\d)1[3-9]\d{9}(?!\d)", r"\+852[ -]?\d{4} ?\d{4}"])
def test_no_whole_phone_number_is_in_the_files(pattern: str) -> None:
    for name, content in exports(SAMPLE):
        chinese = any(x in name for x in ("ExportOrder", "alimama", "dsr_"))
        text = content.decode("gb18030" if chinese else "utf-8")
        assert not re.search(pattern, text), name


def test_every_address_of_mail_is_an_example() -> None:
    for _, content in exports(SAMPLE):
        assert set(re.findall(rb"@([\w.-]+)", content)) <= {b"example.com"}


def test_the_company_speaks_of_people_and_chats_that_exist() -> None:
    there = world.load(SAMPLE / "world.toml")
    company = tomllib.loads((SAMPLE / "company.toml").read_text("utf-8"))

    team = {m["id"] for m in company["members"]}
    assert team | set(company["owners"]) == {p.id for p in there.people if not p.outsider}
    assert {b["chat"] for b in company["bindings"]} <= {g.id for g in there.groups}
    for store in company["stores"]:
        assert all((SAMPLE / name).is_file() for name in store["files"])


def test_the_sample_stays_small() -> None:
    assert sum(p.stat().st_size for p in SAMPLE.rglob("*.*")) < 1_500_000


# through the importer -------------------------------------------------------------------------


def take(db: Database, store_id: int, path: Path) -> Report:
    with db.read() as s:
        store = s.get(Store, store_id)
    assert store
    return ingest.take(db, store, path, NOW)[1]


def test_the_importer_finds_the_sales_of_every_day(db: Database, shop: Shop) -> None:
    report = take(db, shop.tmall, TMALL)

    with db.read() as s:
        rollups = s.exec(select(SalesRollup).where(SalesRollup.dim == Dim.TOTAL))
        found = {r.day: Decimal(r.sales) / 100 for r in rollups if r.grain == 0 and r.sales}
    assert found == tmall_sales()
    assert (report.refused, report.problems, report.net) == (0, (), True)
    assert report.days == ("2026-05-27", "2026-11-23")


def test_the_importer_finds_the_sums_of_shopify(db: Database, shop: Shop) -> None:
    paid = [r for r in hk() if r["Paid at"]]

    report = take(db, shop.shopify, HK)

    assert (report.read, report.new, report.refused) == (len(hk()), len(hk()), 0)
    assert report.sums.paid == float(sum(Decimal(r["Total"]) for r in paid))
    assert report.sums.refunded == float(sum(Decimal(r["Refunded Amount"]) for r in paid))


def test_the_next_mornings_export_adds_orders_and_moves_others_on(db: Database, shop: Shop) -> None:
    path = SAMPLE / "drop" / "ExportOrderList202611240830.zip"
    known = {r["订单编号"] for r in tmall("ExportOrderList")}
    items = tmall("ExportOrderDetailList", path)
    take(db, shop.tmall, TMALL)

    report = take(db, shop.tmall, path)

    assert report.new == sum(1 for r in items if r["主订单编号"] not in known)
    assert report.read == len(items)
    assert report.changed > 100
    assert report.refused == 0


def test_traffic_ads_and_scores_agree_with_the_orders(db: Database, shop: Shop) -> None:
    take(db, shop.tmall, TMALL)

    report = take(db, shop.tmall, SAMPLE / "shop_days_202611230840.zip")

    assert (report.refused, report.problems) == (0, ())
    with db.read() as s:
        own = s.exec(select(ShopDay).where(ShopDay.product_id == 0)).all()
        days = {x.day: Decimal(x.sales or 0) / 100 for x in own}
        whole = {x.kind: x.whole for x in s.exec(select(ImportedDay)) if x.day == BAD_DAY}
    assert days == {day: amount for day, amount in tmall_sales().items() if day in DAYS}
    assert all(0.03 < x.buyers / x.visitors < 0.07 for x in own if x.buyers and x.visitors)
    assert whole == {"orders": True, "shop_days": True, "ads": True, "scores": True}


def test_on_the_bad_sunday_fewer_came_and_less_was_spent(db: Database, shop: Shop) -> None:
    take(db, shop.tmall, SAMPLE / "shop_days_202611230840.zip")

    week = BAD_DAY - timedelta(days=7)
    with db.read() as s:
        people = {x.day: x.visitors for x in s.exec(select(ShopDay)) if not x.product_id}
        spent: dict[date, int] = defaultdict(int)
        for ad in s.exec(select(AdDay)):
            spent[ad.day] += ad.spend or 0
    assert people[BAD_DAY] < 0.8 * people[week]
    assert spent[BAD_DAY] < 0.8 * spent[week]


def test_shopify_traffic_agrees_with_its_orders(db: Database, shop: Shop) -> None:
    paid: dict[date, Decimal] = defaultdict(Decimal)
    for r in hk():
        if r["Paid at"]:
            paid[datetime.fromisoformat(r["Paid at"]).date()] += Decimal(r["Total"])

    report = take(db, shop.shopify, SAMPLE / "sessions_202611230840.zip")

    assert (report.refused, report.problems) == (0, ())
    with db.read() as s:
        found = {x.day: Decimal(x.sales or 0) / 100 for x in s.exec(select(ShopDay))}
        assert {x.window_days for x in s.exec(select(AdDay))} == {7}
    assert found == {day: amount for day, amount in paid.items() if day in DAYS}


def test_the_sheet_kept_by_hand_is_read_but_for_its_two_wrong_rows(
    db: Database, shop: Shop
) -> None:
    report = take(db, shop.tmall, SAMPLE / "drop" / "counter_sales_1122.xlsx")

    assert (report.read, report.new, report.refused) == (14, 12, 2)
    assert [p.value for p in report.problems] == ["免单", "11月32日"]


def test_the_broken_file_is_refused(db: Database, shop: Shop) -> None:
    with pytest.raises(UserError, match=r"import\.broken"):
        take(db, shop.tmall, SAMPLE / "drop" / "broken.xlsx")
