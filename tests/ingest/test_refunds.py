"""Lists of refunds: what is read of them, what a later one changes, and giving it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlmodel import select

from bot import ingest
from bot.aftersales import words
from bot.db.desk import Refund
from bot.errors import UserError
from bot.ingest import refundsheet
from bot.ingest.formats import recognise, refunds

TAOBAO = (
    "订单编号,退款编号,支付宝交易号,订单付款时间,商品编码,宝贝标题,买家会员名称,买家实际支付金额,买家退款金额,"
    "手工退款/系统退款,售后类型,退款的申请时间,超时时间,退款状态,货物状态,退货物流单号,买家退款原因,完结时间"
)
A = (
    "2611220093,R1,2026112200,2026-11-22 10:00:00,A01,苹果礼盒5斤,t**1,59.80,29.90,手工退款,仅退款,"
    "2026-11-22 09:30:15,2026-11-24 03:12:00,等待卖家同意,已收货,,少件/漏发,"
)
B = (
    "2611220094,R2,2026112201,2026-11-20 10:00:00,A02,鲜奶,t**2,20.00,20.00,系统退款,退货退款,"
    "2026-11-21 09:30:00,,退款成功,已退货,SF001,不想要了,2026-11-22 23:50:00"
)
PLAIN = "退款编号,订单编号,退款状态,退款金额,申请时间,剩余时间"


def rows(desk: Any) -> dict[str, Refund]:
    with desk.db.read() as s:
        return {x.refund_no: x for x in s.exec(select(Refund))}


def utc(text: str) -> datetime:
    """A moment on the clock of Shanghai."""
    return datetime.fromisoformat(f"{text}+08:00")


def test_a_taobao_list(desk: Any) -> None:
    report = desk.rows(A, B, head=TAOBAO)
    assert (report.platform, report.kind, report.read, report.new) == ("taobao", "refunds", 2, 2)
    found = rows(desk)
    a, b = found["R1"], found["R2"]
    assert (a.order_no, a.type, a.status, a.platform_status) == (
        "2611220093", "refund_only", "open", "等待卖家同意",
    )  # fmt: skip
    assert (a.amount, a.reason, a.product) == (2_990, "missing", "苹果礼盒5斤")
    assert (a.applied_at, a.due_at) == (utc("2026-11-22 09:30:15"), utc("2026-11-24 03:12"))
    assert (b.status, b.reason, b.waybill) == ("done", "change_of_mind", "SF001")
    assert (str(b.finished_day), b.finished_at) == ("2026-11-22", utc("2026-11-22 23:50"))
    assert [(c.header, c.role, c.total) for c in report.sums.columns] == [
        ("买家退款金额", "refund", 49.9)
    ]
    assert report.worklist
    assert report.worklist.refunds == {"open": 1, "done": 1}


HEADS = [
    ("pdd", "售后编号,订单编号,商品名称,样式ID,售后类型,售后状态,售后原因,申请时间,退款金额(元),退货运单号"),
    ("douyin", "售后单号,订单号,商品单号,商品名称,售后类型,售后状态,售后申请时间,退商品金额(元),售后原因"),
    ("jd", "服务单号,订单号,商品编号,商品名称,客户期望,服务单状态,申请时间,退款金额"),
    ("shopee", "Return SN,Order ID,Return Status,Return Reason,Refund Amount,Return Creation Time"),
    ("shopee", "退貨/退款編號,訂單編號,退貨狀態,退貨原因,退款金額,申請時間"),
    ("tiktok", "Return Order ID,Order ID,Return Type,Time Requested,Return Reason,Return Status,"
               "Return Sub Status,Return Logistics Tracking ID"),
    ("amazon", "Order ID,Order date,Return request date,Return request status,Amazon RMA ID,"
               "Merchant RMA ID,Item Name,Return quantity,Return Reason,Refunded Amount"),
    ("amazon", "return-date,order-id,sku,asin,fnsku,product-name,quantity,reason,status,"
               "license-plate-number"),
    ("generic", "退款单号,订单号,状态,金额,退款金额"),
    ("generic", "退款單號,訂單編號,狀態,退款金額,申請時間"),
    ("generic", "Refund ID,Order ID,Status,Amount,Reason,Deadline"),
]  # fmt: skip


@pytest.mark.parametrize(("platform", "head"), HEADS)
def test_exports_are_known_by_their_headers(platform: str, head: str) -> None:
    for cells in (head.split(","), list(reversed(head.split(",")))):
        found = recognise([["售后列表"], [], cells])
        assert [(m.format.platform, m.format.kind, m.row) for m in found] == [
            (platform, "refunds", 2)
        ]


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("WAIT_SELLER_AGREE", "open"), ("SELLER_REFUSE_BUYER", "open"), ("SUCCESS", "done"),
        ("CLOSED", "closed"), ("待商家处理", "open"), ("买家已经申请退款，等待卖家同意", "open"),
        ("卖家已同意，等待买家退货", "open"), ("买家已退货，等待卖家确认收货", "open"), ("退款成功", "done"),
        ("未发货，退款成功", "done"), ("退款关闭", "closed"), ("售后取消", "closed"), ("买家逾期", "closed"),
        ("平台处理中", "open"), ("商家已拒绝", "open"), ("換貨中", "open"), ("退款完成", "done"),
        ("已完成退款", "done"), ("售後已取消", "closed"), ("Refund Paid", "done"), ("Requested", "open"),
        ("Seller rejected, pending buyer", "open"), ("Return Completed", "done"), ("Judging", "open"),
        ("神秘状态", None),
    ],
)  # fmt: skip
def test_states(said: str, state: str | None) -> None:
    assert refunds.state(said) == state


@pytest.mark.parametrize(
    ("said", "slug"),
    [
        ("仅退款", "refund_only"), ("我要退款(无需退货)", "refund_only"), ("退货退款", "return_refund"),
        ("REFUND_AND_RETURN", "return_refund"), ("REFUND", "refund_only"), ("换货", "exchange"),
        ("缺货补寄", "resend"), ("維修", "repair"), ("退貨退款", "return_refund"), ("Refund Only", "refund_only"),
        ("小额打款", "compensation"), ("???", ""),
    ],
)  # fmt: skip
def test_types(said: str, slug: str) -> None:
    assert refunds.kind_of(said) == slug
    assert slug in ("", *words.TYPES)


@pytest.mark.parametrize(
    ("said", "slug"),
    [
        ("少件/漏发", "missing"), ("商品破损/有污渍", "damaged"), ("卖家发错货", "wrong_item"),
        ("七天无理由退换货", "change_of_mind"), ("质量问题", "quality"), ("水果腐烂变质", "spoiled"),
        ("与描述不符", "not_as_described"), ("尺码拍错/不合适", "size"), ("颜色/图案不喜欢", "colour"),
        ("未按约定时间发货", "late"), ("快递一直未送到，未收到货", "lost"), ("假冒品牌", "counterfeit"),
        ("皮肤过敏", "allergy"), ("降价了，退差价", "price_protection"), ("商家服务态度差", "attitude"),
        ("发票问题", "invoice"), ("缺货", "out_of_stock"), ("商品缺件", "missing"), ("寄錯商品", "wrong_item"),
        ("Item arrived damaged", "damaged"), ("Did not receive the item", "lost"),
        ("Changed my mind", "change_of_mind"), ("Defective", "quality"), ("别的什么", ""),
    ],
)  # fmt: skip
def test_reasons(said: str, slug: str) -> None:
    assert refunds.reason_of(said) == slug


def test_every_word_leads_to_one_of_the_desks() -> None:
    assert {slug for _, slug in refunds._TYPES} <= set(words.TYPES)
    assert {slug for _, slug in refunds._REASONS} <= set(words.REASONS)


@pytest.mark.parametrize(
    ("said", "seconds", "step"),
    [
        ("剩余1天3小时", 97_200, 3_600), ("还剩23小时15分", 83_700, 60), ("36小时", 129_600, 3_600),
        ("1d 3h left", 97_200, 3_600), ("剩餘2天", 172_800, 86_400), ("23:15:30", 83_730, 1),
        ("1天 02:00:00", 93_600, 1), ("已超时2小时", -7_200, 3_600), ("45 minutes", 2_700, 60),
        ("2026-11-24 03:12:00", None, 0), ("2026年11月24日", None, 0), ("-", None, 0),
    ],
)  # fmt: skip
def test_time_left(said: str, seconds: int | None, step: int) -> None:
    assert refundsheet.remaining(said) == (None if seconds is None else (seconds, step))


def test_time_left_counts_from_the_export(desk: Any) -> None:
    desk.rows("R1,A1,待商家处理,10,2026-11-22 08:00:00,剩余1天3小时", head=PLAIN,
              name="售后_202611230800.csv")  # fmt: skip
    assert rows(desk)["R1"].due_at == utc("2026-11-24 11:00")


def test_the_same_moment_told_by_another_export_is_no_change(desk: Any) -> None:
    line = "R1,A1,待商家处理,10,2026-11-22 08:00:00,剩余{}小时"
    desk.rows(line.format(27), head=PLAIN, name="售后_202611230800.csv")
    report = desk.rows(line.format(26), head=PLAIN, name="售后_202611230820.csv")
    assert (report.changed, report.unchanged) == (0, 1)
    assert rows(desk)["R1"].due_at == utc("2026-11-24 11:00")


def test_a_list_that_does_not_tell_its_time_never_puts_a_deadline_off(desk: Any) -> None:
    path = desk.file(f"{PLAIN}\nR1,A1,待商家处理,10,2026-11-22 08:00:00,剩余2小时\n")
    desk.take(path)
    first = rows(desk)["R1"].due_at
    later = datetime.fromisoformat("2026-11-23T05:30:00+00:00")
    report = ingest.take(desk.db, desk.store, path, later)[1]
    assert report.unchanged == 1
    assert rows(desk)["R1"].due_at == first == utc("2026-11-23 10:30")


def test_the_same_again_changes_nothing(desk: Any) -> None:
    desk.rows(A, B, head=TAOBAO)
    before = rows(desk)
    report = desk.rows(A.replace(":15,", ":00,"), B, head=TAOBAO)
    assert (report.new, report.changed, report.unchanged) == (0, 0, 2)
    assert rows(desk) == before


def test_a_later_list_finishes_what_was_open(desk: Any) -> None:
    desk.rows(A, head=TAOBAO)
    done = A.replace("等待卖家同意", "退款成功").replace(
        "少件/漏发,", "少件/漏发,2026-11-23 01:00:00"
    )
    assert desk.rows(done, head=TAOBAO).changed == 1
    found = rows(desk)["R1"]
    assert (found.status, str(found.finished_day)) == ("done", "2026-11-23")


def test_an_older_list_that_comes_late_opens_nothing_again(desk: Any) -> None:
    done = A.replace("等待卖家同意", "退款成功")
    desk.rows(done, head=TAOBAO, name="退款_202611230800.csv")
    report = desk.rows(A, head=TAOBAO, name="退款_202611222000.csv")
    assert report.unchanged == 1
    assert rows(desk)["R1"].status == "done"


def test_items_of_one_refund_are_one(desk: Any) -> None:
    head = "退款编号,订单编号,退款状态,退款金额,商品名称,数量"
    report = desk.rows(
        "R1,A1,待处理,30,苹果,1", "R1,A1,待处理,30,梨,2", "R2,A2,待处理,10,桃,1",
        "R2,A2,待处理,5,李,1", head=head,
    )  # fmt: skip
    found = rows(desk)
    assert (report.read, report.new, len(found)) == (4, 4, 2)
    assert (found["R1"].amount, found["R1"].quantity, found["R1"].product) == (3_000, 3, "苹果、梨")
    assert found["R2"].amount == 1_500


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (",A1,待处理,10,,", "refund_no_missing"), ("3.55E+15,A1,待处理,10,,", "refund_no_damaged"),
        ("R2,3.55E+15,待处理,10,,", "order_no_damaged"), ("R2,A1,待处理,ten,,", "amount"),
        ("R2,A1,待处理,10,soon,", "time"), (f"{'9' * 65},A1,待处理,10,,", "refund_no_long"),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_used_are_named(desk: Any, line: str, code: str) -> None:
    report = desk.rows(line, "R1,A1,待处理,10,,", head=PLAIN)
    assert (report.read, report.new, report.refused) == (2, 1, 1)
    assert [(p.row, p.code) for p in report.problems] == [(2, code)]


def test_what_nobody_has_heard_of_is_still_to_be_looked_at(desk: Any) -> None:
    report = desk.rows("R1,A1,神秘状态,10,,someday", head=PLAIN)
    assert rows(desk)["R1"].status == "open"
    assert [(p.code, p.value or p.column) for p in report.problems] == [
        ("refund_status", "神秘状态"), ("due", "剩余时间"),
    ]  # fmt: skip


def test_people_are_dropped_at_the_door_and_the_sellers_own_address_is_no_person(desk: Any) -> None:
    head = "退款编号,订单编号,退款状态,退款原因,卖家退货地址,卖家电话"
    report = desk.rows("R1,A1,待处理,打这个电话13800138000,杭州市,0571-1234567", head=head)
    assert not report.personal
    assert rows(desk)["R1"].reason == "打这个电话*8000"
    report = desk.rows("R2,A2,待处理,13900139000", head="退款编号,订单编号,退款状态,联系电话")
    assert report.personal
    assert "13900139000" not in repr(rows(desk))


def test_undo_gives_back_what_was_and_takes_away_what_was_not(desk: Any) -> None:
    desk.rows(A, head=TAOBAO)
    before = rows(desk)
    desk.rows(A.replace("等待卖家同意", "退款成功"), B, head=TAOBAO)
    result = ingest.undo(desk.db, desk.import_id(), datetime.now().astimezone())
    assert (result.restored, result.removed, result.of) == (1, 1, "refunds")
    assert rows(desk) == before
    assert desk.value("SELECT COUNT(*) FROM refund_journal WHERE import_id > 1") == 0


def test_undo_refuses_and_names_the_later_import(desk: Any) -> None:
    desk.rows(A, B, head=TAOBAO)
    first = desk.import_id()
    desk.rows(A.replace("29.90", "19.90"), head=TAOBAO, name="later.csv")
    with pytest.raises(UserError) as e:
        ingest.undo(desk.db, first, datetime.now().astimezone())
    assert (e.value.key, e.value.params) == (
        "import.undo_refunds", {"n": 1, "refunds": "R1", "files": "later.csv"},
    )  # fmt: skip


def test_another_store_keeps_its_own(desk: Any, store_in: Any) -> None:
    desk.rows(A, head=TAOBAO)
    desk.store = store_in("HKD", "Asia/Hong_Kong")
    assert desk.rows(A.replace("29.90", "9.90"), head=TAOBAO).new == 1
    assert desk.all("SELECT amount FROM refunds ORDER BY amount") == [(990,), (2990,)]


def test_orders_are_no_refunds_and_the_kind_can_be_told(desk: Any) -> None:
    head = "订单号,下单时间,订单金额,售后状态,退款金额"
    assert desk.rows("A1,2026-11-22 10:00:00,10,退款成功,10", head=head).kind == "orders"
    path = desk.file("退款编号,订单号,申请时间\nR1,A1,2026-11-22 10:00:00\n")
    assert ingest.take(desk.db, desk.store, path, datetime.now().astimezone(), kind="refunds")[
        1
    ].new


def test_covered_are_the_days_on_which_refunds_were_finished(desk: Any) -> None:
    later = B.replace("R2,", "R3,").replace("2026-11-22 23:50", "2026-11-20 10:00")
    desk.rows(A, B, later, head=TAOBAO, name="退款_202611230800.csv")
    found = desk.all("SELECT CAST(day AS TEXT), whole FROM imported_days WHERE kind = 'refunds'")
    assert sorted((str(d), bool(w)) for d, w in found) == [
        ("2026-11-20", True), ("2026-11-21", True), ("2026-11-22", True),
        ("2026-11-23", False),
    ]  # fmt: skip
