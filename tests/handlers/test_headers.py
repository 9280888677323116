"""A header nobody declared: asked about with buttons once, and remembered for the team."""

from typing import Any

import pytest
from conftest import Shop
from sqlmodel import select
from wire import Wire, buttons

from bot.db import Database
from bot.db.facts import HeaderMap, Import, ShopDay

SHEET = "记账日,进店,成交了多少,备注\n2026-11-22,3200,12345.60,下雨\n2026-11-21,3100,11000,\n"


async def ask(wire: Wire, person: int, text: str = SHEET) -> Any:
    await wire.upload(person, "diary.csv", text.encode(), caption="tmall")
    return (await wire.replies())[-1]


async def press(wire: Wire, person: int, message: Any, label: str) -> Any:
    await wire.press(person, message, buttons(message)[label])
    return (await wire.replies())[-1]


async def explain(wire: Wire, person: int) -> Any:
    """The report, once the kind, the day and the sales of SHEET are said."""
    message = await press(wire, person, await ask(wire, person), "店铺每日数据")
    assert "哪一列是日期" in message["text"]
    message = await press(wire, person, message, "记账日")
    assert "哪一列是访客数" in message["text"]
    message = await press(wire, person, message, "没有这一列")
    assert "哪一列是支付金额" in message["text"]
    return await press(wire, person, message, "成交了多少")


def sales(db: Database) -> list[int | None]:
    with db.read() as s:
        return [x.sales for x in s.exec(select(ShopDay).order_by(ShopDay.day))]  # type: ignore[arg-type]


async def test_an_unknown_header_is_explained_by_buttons(
    wire: Wire, shop: Shop, db: Database
) -> None:
    question = await ask(wire, shop.staff)
    assert "列：记账日｜进店｜成交了多少｜备注" in question["text"]
    report = await explain(wire, shop.staff)
    assert "新增 2" in report["text"]
    assert sales(db) == [1_100_000, 1_234_560]


async def test_it_is_asked_only_once(wire: Wire, shop: Shop, db: Database) -> None:
    await explain(wire, shop.staff)
    again = await ask(wire, shop.manager, SHEET.replace("11000", "11500"))
    assert "更新 1" in again["text"]
    assert sales(db) == [1_150_000, 1_234_560]


async def test_the_form_survives_a_restart(wire: Wire, shop: Shop, db: Database) -> None:
    message = await press(wire, shop.staff, await ask(wire, shop.staff), "店铺每日数据")
    await wire.restart()
    message = await press(wire, shop.staff, message, "记账日")
    message = await press(wire, shop.staff, message, "进店")
    assert "新增 2" in message["text"]


async def test_names_people_use_are_not_asked_for(wire: Wire, shop: Shop, db: Database) -> None:
    sheet = "日期,直通车烧了,备注\n2026-11-22,500,x\n"
    message = await press(wire, shop.staff, await ask(wire, shop.staff, sheet), "每日推广花费")
    assert "哪一列是花费" in message["text"]
    assert "新增 1" in (await press(wire, shop.staff, message, "直通车烧了"))["text"]


async def test_it_can_be_left(wire: Wire, shop: Shop, db: Database) -> None:
    message = await press(wire, shop.staff, await ask(wire, shop.staff), "不导入")
    assert message["text"] == "没有导入 diary.csv。"
    with db.read() as s:
        assert [x.state for x in s.exec(select(Import))] == ["failed"]


async def wrong(wire: Wire, person: int) -> Any:
    """The import of SHEET once its sales were said to be visitors, undone."""
    message = await press(wire, person, await ask(wire, person), "店铺每日数据")
    for label in ("记账日", "没有这一列", "进店"):
        message = await press(wire, person, message, label)
    assert "新增 2" in message["text"]
    return await press(wire, person, message, "↩️ 撤销")


async def test_a_wrong_answer_is_forgotten_after_an_undo(
    wire: Wire, shop: Shop, db: Database
) -> None:
    undone = await wrong(wire, shop.staff)
    assert undone["text"] == (
        "↩️ 已撤销：恢复 0 条日数据，移除 2 条\n它是按你们说过的「店铺每日数据」读的。读错了？"
    )
    message = await press(wire, shop.staff, undone, "重选表头")
    assert "它是什么？" in message["text"]
    for label in ("店铺每日数据", "记账日", "没有这一列", "成交了多少"):
        message = await press(wire, shop.staff, message, label)
    assert "新增 2" in message["text"]
    assert sales(db) == [1_100_000, 1_234_560]


async def test_a_wrong_answer_that_left_nothing_is_forgotten_at_once(
    wire: Wire, shop: Shop, db: Database
) -> None:
    message = await press(wire, shop.staff, await ask(wire, shop.staff), "店铺每日数据")
    for label in ("备注", "没有这一列", "成交了多少"):  # remarks are no days
        message = await press(wire, shop.staff, message, label)
    assert "未导入 2" in message["text"]
    message = await press(wire, shop.staff, message, "重选表头")
    assert "它是什么？" in message["text"]


async def test_it_is_forgotten_once_and_only_where_nothing_is_left(
    wire: Wire, shop: Shop, db: Database
) -> None:
    report = await explain(wire, shop.staff)
    await wire.press(shop.staff, report, "h:1:1:r", forge=True)
    assert await wire.answers() == ["这个问题已经过期，请重新发送文件。"]
    undone = await press(wire, shop.staff, report, "↩️ 撤销")
    data = buttons(undone)["重选表头"]
    for _ in range(2):
        await wire.press(shop.staff, undone, data, forge=True)
    assert (await wire.answers())[-2:] == ["", "这个问题已经过期，请重新发送文件。"]


async def test_another_team_cannot_forget_it(wire: Wire, shop: Shop, db: Database) -> None:
    data = buttons(await wrong(wire, shop.staff))["重选表头"]
    await wire.say(shop.outsider, "/help")
    await wire.press(shop.outsider, await wire.reply(), data, forge=True)
    assert await wire.answers() == ["这次导入已不存在。"]
    with db.read() as s:
        assert [x.known for x in s.exec(select(HeaderMap))] == [True]


@pytest.mark.parametrize("change", ["kmagic", "c99", "c-1", "n", "c1", "z", "k"])
async def test_a_forged_answer_changes_nothing(
    wire: Wire, shop: Shop, db: Database, change: str
) -> None:
    question = await ask(wire, shop.staff)
    data = buttons(question)["订单，一行一单"].rpartition(":")[0]
    await wire.press(shop.staff, question, f"{data}:{change}", forge=True)
    assert len(await wire.answers()) == 1
    with db.read() as s:
        assert [(x.kind, x.known) for x in s.exec(select(HeaderMap))] == [("", False)]


async def test_another_team_neither_answers_nor_gains_by_it(
    wire: Wire, shop: Shop, db: Database
) -> None:
    question = await ask(wire, shop.staff)
    await wire.say(shop.outsider, "/help")
    theirs = await wire.reply()
    await wire.press(shop.outsider, theirs, buttons(question)["店铺每日数据"], forge=True)
    assert await wire.answers() == ["这次导入已不存在。"]
    await explain(wire, shop.staff)
    await wire.upload(shop.outsider, "diary.csv", SHEET.encode())
    assert "店铺每日数据" in buttons((await wire.replies())[-1])


async def test_rows_of_data_are_never_taken_for_a_header(
    wire: Wire, shop: Shop, db: Database
) -> None:
    people = "张三,13800138000,上海市世纪大道1号\n李四,13900139000,南山路2号\n"
    message = await ask(wire, shop.staff, people)
    assert buttons(message) == {}
    with db.read() as s:
        assert s.exec(select(HeaderMap)).all() == []
