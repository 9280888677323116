"""A list of refunds sent in chat, what its next edition closes, and 待发货, over HTTP."""

from __future__ import annotations

from typing import Any

from conftest import Shop
from sqlmodel import select
from wire import Wire, buttons

from bot.db import Database
from bot.db.desk import Issue

HEAD = "退款编号,订单编号,售后类型,退款状态,退款金额,退款原因,申请时间,超时时间,宝贝标题"
LINE = (
    "R{n},A{n},仅退款,等待卖家同意,29.90,少件,2026-11-22 0{n}:00:00,2026-11-24 0{n}:12:00,苹果礼盒"
)
ORDERS = """订单号,下单时间,付款时间,订单状态,商品名称,数量,实付金额
A1,2026-11-21 08:00,2026-11-21 08:00,待发货,苹果礼盒,2,59.80
A2,2026-11-22 20:00,2026-11-22 20:00,待发货,鲜奶,1,20.00
A3,2026-11-20 08:00,2026-11-20 08:00,已发货,枣,1,10.00
"""


async def send(wire: Wire, person: int, *numbers: int) -> Any:
    text = "\n".join((HEAD, *(LINE.format(n=n) for n in numbers)))
    await wire.upload(person, "退款.csv", text.encode(), caption="tmall")
    return (await wire.replies())[-1]


def stages(db: Database) -> dict[str, str]:
    with db.read() as s:
        return {x.refund_no: x.stage for x in s.exec(select(Issue))}


async def test_a_list_of_refunds_and_the_next_one(wire: Wire, shop: Shop, db: Database) -> None:
    first = await send(wire, shop.staff, 1, 2, 3)
    assert "淘宝/天猫" in first["text"]
    assert "退款：待处理 3" in first["text"]
    assert "售后单：新开 3" in first["text"]
    assert "⏰ 最早到期 #1 11‑24 01:12 · #2 11‑24 02:12" in first["text"]
    await wire.press(shop.staff, first, buttons(first)["📋 看售后单 3"])
    shown = (await wire.replies())[-1]
    assert "苹果礼盒" in shown["text"]
    await wire.press(shop.staff, shown, buttons(shown)["#1"])
    card = (await wire.replies())[-1]
    assert "#1 仅退款" in card["text"]
    later = await send(wire, shop.staff, 2, 3)
    assert "表里已没有，关闭 1" in later["text"]
    assert stages(db) == {"R1": "closed", "R2": "new", "R3": "new"}
    edits = [c for c in wire.calls if c["method"] == "editMessageText" and c["effect"]]
    edited = {int(c["params"]["message_id"]) for c in edits}
    assert card["message_id"] in edited
    await wire.press(shop.staff, later, buttons(later)["↩️ 撤销"])
    assert "售后单复原 1" in (await wire.replies())[-1]["text"]
    assert stages(db)["R1"] == "new"


async def test_what_waits_to_be_sent(wire: Wire, shop: Shop) -> None:
    await wire.upload(shop.staff, "订单_202611230820.csv", ORDERS.encode(), caption="tmall")
    await wire.replies()
    await wire.say(shop.staff, "待发货")
    page = (await wire.replies())[-1]
    assert page["text"].startswith("待发货 2")
    assert "苹果礼盒 ×2" in page["text"]
    assert "香港店" in page["text"]
    await wire.press(shop.staff, page, buttons(page)["超时 1"])
    late = (await wire.replies())[-1]
    assert "鲜奶" not in late["text"]
    await wire.say(shop.outsider, "/fh")
    assert "A1" not in (await wire.replies())[-1]["text"]
