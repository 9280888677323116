"""Files in the private chat, over HTTP: report, Undo, the store that is asked for, refusals."""

from pathlib import Path
from typing import Any

import pytest
from conftest import NOW, Shop
from sqlmodel import SQLModel, select
from wire import Wire, buttons
from world import GROUP

from bot import teams
from bot.config import Defaults
from bot.db import Database
from bot.db.facts import Import, OrderLine, ShopDay

ORDERS = """订单编号,买家会员名,收货人姓名,联系手机,总金额,买家实际支付金额,退款金额,收货地址,订单创建时间,订单付款时间,订单状态
260101,小红,张三,13800138000,100.00,100.00,0.00,上海市 浦东新区 世纪大道1号,2026-11-22 10:00:00,2026-11-22 10:01:00,交易成功
260102,小明,李四,13900139000,59.90,29.90,30.00,广东省 深圳市 南山路2号,2026-11-22 11:00:00,2026-11-22 11:01:00,交易成功
260103,小刚,王五,13700137000,20.00,0.00,0.00,浙江省 杭州市 西湖路3号,2026-11-22 12:00:00,,等待买家付款
"""
LATER = ORDERS.replace("59.90,29.90,30.00", "59.90,0.00,59.90")
# nothing in it says which platform it is from
SHEET = "订单号,下单时间,实付金额\n260101,2026-11-22 10:00,100\n260102,2026-11-22 11:00,50\n"
NAME = "ExportOrderList202611230900.csv"


async def send(wire: Wire, person: int, text: str = ORDERS, caption: str = "tmall") -> Any:
    """The report that the progress message becomes."""
    await wire.upload(person, NAME, text.encode("gb18030"), caption=caption)
    return (await wire.replies())[-1]


def lines(db: Database) -> dict[str, int]:
    with db.read() as s:
        return {x.order_no: x.refunded for x in s.exec(select(OrderLine))}


async def test_an_export_is_read_and_reported(wire: Wire, shop: Shop, db: Database) -> None:
    report = await send(wire, shop.staff)
    assert "读取 3 行：新增 3，更新 0，未变 0，未导入 0" in report["text"]
    assert "支付 ¥159.90（未扣退款）｜退款 ¥30.00｜净额 ¥129.90" in report["text"]
    assert lines(db) == {"260101": 0, "260102": 3000, "260103": 0}


async def test_the_same_file_again_changes_nothing(wire: Wire, shop: Shop) -> None:
    await send(wire, shop.staff)
    again = await send(wire, shop.staff)
    assert "读取 3 行：新增 0，更新 0，未变 3，未导入 0" in again["text"]
    assert buttons(again) == {}


async def test_undo_gives_back_what_a_later_export_changed(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await send(wire, shop.staff)
    later = await send(wire, shop.staff, LATER)
    assert "更新 1" in later["text"]
    assert lines(db)["260102"] == 5990
    await wire.press(shop.staff, later, next(iter(buttons(later).values())))
    await wire.replies()
    assert lines(db)["260102"] == 3000


async def test_an_import_that_a_later_one_touched_is_not_undone(
    wire: Wire, shop: Shop, db: Database
) -> None:
    first = await send(wire, shop.staff)
    await send(wire, shop.staff, LATER)
    await wire.press(shop.staff, first, next(iter(buttons(first).values())))
    assert "260102" in (await wire.replies())[-1]["text"]
    assert lines(db)["260102"] == 5990


async def test_the_file_with_customers_names_is_deleted(wire: Wire, shop: Shop) -> None:
    await send(wire, shop.staff)
    assert [c["params"] for c in wire.calls if c["method"] == "deleteMessage" and c["effect"]] != []


async def test_no_name_address_or_number_reaches_the_database(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await send(wire, shop.staff)
    found = kept(db)
    assert "260101" in found
    for secret in ("张三", "13800138000", "世纪大道", "小红"):
        assert secret not in found


def kept(db: Database) -> str:
    """Everything the database holds: each row of each table, on SQLite the bytes of its files."""
    with db.read() as s:
        tables = SQLModel.metadata.sorted_tables
        rows = [row for t in tables for row in s.connection().execute(t.select())]
    files = db.path.parent.glob("storebot.db*") if db.path else ()
    return "".join(map(str, rows)) + "".join(p.read_bytes().decode(errors="ignore") for p in files)


async def test_which_store_is_asked_where_it_is_open(wire: Wire, shop: Shop, db: Database) -> None:
    question = await send(wire, shop.staff, SHEET, caption="")
    assert list(buttons(question)) == ["天猫旗舰店", "香港店"]
    await wire.press(shop.staff, question, buttons(question)["天猫旗舰店"])
    assert "新增 2" in (await wire.replies())[-1]["text"]
    with db.read() as s:
        assert {x.store_id for x in s.exec(select(OrderLine))} == {shop.tmall}


async def test_a_platform_with_one_store_is_not_asked_about(
    wire: Wire, shop: Shop, db: Database
) -> None:
    report = await send(wire, shop.staff, caption="")
    assert "新增 3" in report["text"]
    with db.read() as s:
        assert {x.store_id for x in s.exec(select(OrderLine))} == {shop.tmall}


@pytest.fixture
async def linked(wire: Wire, shop: Shop, db: Database) -> Wire:
    """The team's group shows both stores, and the bot may delete there."""
    with db.write() as s:
        chat = teams.chat(s, GROUP, "supergroup")
        stores = teams.stores(s, shop.team)
        teams.link(s, chat, 0, stores, "zh-hans", Defaults(), wire.bot.clock.now())
    await wire._do("bot", person=shop.owner, chat=GROUP, status="administrator")
    return wire


async def test_a_file_with_customers_in_a_group_is_refused_and_deleted(
    linked: Wire, shop: Shop, db: Database
) -> None:
    await linked.upload(shop.staff, NAME, ORDERS.encode("gb18030"), chat=GROUP)
    refusal = (await linked.replies())[-1]
    assert "群里不导入" in refusal["text"]
    assert [c["params"]["chat_id"] for c in linked.calls if c["method"] == "deleteMessage"] == [
        str(GROUP)
    ]
    assert lines(db) == {}


async def test_a_sheet_of_days_in_a_group_is_imported(
    linked: Wire, shop: Shop, db: Database
) -> None:
    sheet = "统计日期,访客数,支付金额,支付买家数\n2026-11-22,3200,12345,128\n"
    await linked.upload(shop.staff, "shop.csv", sheet.encode(), chat=GROUP)
    assert "新增 1" in (await linked.replies())[-1]["text"]
    with db.read() as s:
        assert {x.store_id for x in s.exec(select(ShopDay))} == {shop.tmall}


async def test_in_a_group_the_report_is_in_the_groups_language(
    linked: Wire, shop: Shop, db: Database
) -> None:
    await linked.speak(shop.staff, "en")
    sheet = "统计日期,访客数,支付金额,支付买家数\n2026-11-22,3200,12345,128\n"
    await linked.upload(shop.staff, "shop.csv", sheet.encode(), chat=GROUP)
    assert "新增 1" in (await linked.replies())[-1]["text"]


async def test_a_strangers_file_in_a_group_is_passed_over(
    linked: Wire, shop: Shop, db: Database
) -> None:
    await linked.upload(shop.stranger, NAME, ORDERS.encode("gb18030"), chat=GROUP)
    assert await linked.replies() == []
    with db.read() as s:
        assert s.exec(select(Import)).all() == []


async def test_a_store_of_another_team_cannot_be_chosen(
    wire: Wire, shop: Shop, db: Database
) -> None:
    question = await send(wire, shop.staff, SHEET, caption="")
    data = next(iter(buttons(question).values())).rsplit(":", 1)[0]
    await wire.press(shop.staff, question, f"{data}:{shop.other_store}", forge=True)
    assert await wire.answers() == ["这个店铺已经不在了，请重发命令。"]
    assert lines(db) == {}


@pytest.mark.parametrize("data", ["f:x:1", "f:1:x", "f:1:", "f:1:99999999999999999999"])
async def test_a_forged_number_is_no_crash(wire: Wire, shop: Shop, data: str) -> None:
    question = await send(wire, shop.staff, SHEET, caption="")
    await wire.press(shop.staff, question, data, forge=True)
    (words,) = await wire.answers()
    assert "不在了" in words or "不存在" in words


async def test_an_import_of_another_team_cannot_be_undone(
    wire: Wire, shop: Shop, db: Database
) -> None:
    report = await send(wire, shop.staff)
    await wire.say(shop.outsider, "/help")
    await wire.press(
        shop.outsider, await wire.reply(), next(iter(buttons(report).values())), forge=True
    )
    await wire.replies()
    assert len(lines(db)) == 3


async def test_a_file_that_is_no_table_costs_one_line(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.upload(shop.staff, "cat.xlsx", b"\x89PNG not a table", caption="tmall")
    text = (await wire.replies())[-1]["text"]
    assert text
    assert "\n" not in text
    with db.read() as s:
        assert [x.state for x in s.exec(select(Import))] == ["failed"]


async def test_a_stranger_or_leader_cannot_import(wire: Wire, shop: Shop, db: Database) -> None:
    for person in (shop.stranger, shop.leader):
        await wire.upload(person, NAME, ORDERS.encode("gb18030"), caption="tmall")
        await wire.replies()
    with db.read() as s:
        assert s.exec(select(Import)).all() == []


async def test_the_real_february_of_a_tmall_shop(wire: Wire, shop: Shop, shared_data: Path) -> None:
    """24,081 orders, 2,474,347.07 paid, 572,157.92 refunded: counted from the file by pandas."""
    export = shared_data / "tmall_orders_2020-02" / "tmall_order_report.csv"
    await wire.upload(shop.staff, export.name, export.read_bytes(), caption="tmall")
    report = (await wire.replies(60))[-1]["text"]
    assert "读取 28,010 行：新增 28,010" in report
    await wire.say(shop.staff, "2020年2月 订单数 销售额 付款日退款金额 净销售额 天猫旗舰店")
    answer = (await wire.reply())["text"]
    for figure in ("24,081", "2,474,347.07", "572,157.92", "1,902,189.15"):
        assert figure in answer


def hold(db: Database, person: int, store: int) -> None:
    with db.write() as s:
        teams.hold_to(s, teams.memberships(s, person)[0], [store])


async def test_somebody_held_to_one_store_imports_into_that_one(
    wire: Wire, shop: Shop, db: Database
) -> None:
    hold(db, shop.staff, shop.tmall)
    refused = await send(wire, shop.staff, caption="hk")
    assert refused["text"] == "这里的店铺不归你看，需要的话找老板。"
    assert "新增 3" in (await send(wire, shop.staff, caption=""))["text"]
    with db.read() as s:
        assert [x.store_id for x in s.exec(select(Import))] == [shop.tmall]


async def test_a_store_they_do_not_see_cannot_be_chosen_or_undone(
    wire: Wire, shop: Shop, db: Database
) -> None:
    question = await send(wire, shop.staff, SHEET, caption="")
    report = await send(wire, shop.manager)
    hold(db, shop.staff, shop.shopify)
    choice = next(x for x in buttons(question).values() if x.endswith(f":{shop.tmall}"))
    await wire.press(shop.staff, question, choice)
    assert await wire.answers() == ["这个店铺已经不在了，请重发命令。"]
    await wire.replies()
    undo = next(iter(buttons(report).values()))
    await wire.press(shop.staff, question, undo, forge=True)
    assert await wire.answers() == ["这里的店铺不归你看，需要的话找老板。"]
    assert len(lines(db)) == 3


async def test_whoever_is_out_of_the_team_hears_no_figures(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await send(wire, shop.staff, SHEET, caption="")
    with db.write() as s:
        teams.memberships(s, shop.staff)[0].left_at = NOW
        row = s.exec(select(Import)).one()
        row.store_id, row.state = shop.tmall, "queued"
    wire.bot.ticks.imports.wake()
    assert await wire.replies() == []
    assert len(lines(db)) == 2
