"""/record over HTTP: the same report and Undo as a file's."""

from typing import Any

import pytest
from conftest import Shop
from sqlmodel import select
from wire import Wire, buttons

from bot.db import Database
from bot.db.facts import AdDay, Import, ImportedDay, ScoreDay, ShopDay

LINE = "/record 昨天 访客3200 加购210 直通车500 DSR 4.8/4.9/4.8"


async def into(wire: Wire, person: int, store: str = "天猫旗舰店", line: str = LINE) -> Any:
    """The report, after the store was chosen."""
    await wire.say(person, line)
    question = await wire.reply()
    await wire.press(person, question, buttons(question)[store])
    return (await wire.replies())[-1]


def visitors(db: Database) -> dict[int, int | None]:
    with db.read() as s:
        return {x.store_id: x.visitors for x in s.exec(select(ShopDay))}


async def test_a_line_is_kept_for_the_store_that_was_chosen(
    wire: Wire, shop: Shop, db: Database
) -> None:
    report = await into(wire, shop.staff)
    assert "新增 3，更新 0，未变 0，未导入 0" in report["text"]
    assert "直通车 合计 ¥500.00" in report["text"]
    assert visitors(db) == {shop.tmall: 3200}
    with db.read() as s:
        assert [x.spend for x in s.exec(select(AdDay))] == [50_000]
        assert [x.service for x in s.exec(select(ScoreDay))] == [490]
        assert {x.kind: x.whole for x in s.exec(select(ImportedDay))} == {
            "shop_days": True, "ads": True, "scores": True,
        }  # fmt: skip


async def test_undo_gives_back_what_stood_there_before(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await into(wire, shop.staff)
    later = await into(wire, shop.staff, line="/record 昨天 访客3300")
    assert visitors(db) == {shop.tmall: 3300}
    await wire.press(shop.staff, later, buttons(later)["↩️ 撤销"])
    await wire.replies()
    assert visitors(db) == {shop.tmall: 3200}


async def test_the_same_line_again_changes_nothing(wire: Wire, shop: Shop) -> None:
    await into(wire, shop.staff)
    again = await into(wire, shop.staff)
    assert "未变 3" in again["text"]
    assert buttons(again) == {}


async def test_an_unknown_word_leaves_nothing_half_written(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.staff, "/record 昨天 访客3200 神秘数5")
    assert (await wire.reply())["text"] == "看不懂：神秘数。什么都没记，请改好重发。"
    with db.read() as s:
        assert s.exec(select(Import)).all() == []
    assert visitors(db) == {}


async def test_the_outsider_records_into_their_own_store_only(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.staff, LINE)
    question = await wire.reply()
    data = buttons(question)["天猫旗舰店"]
    await wire.say(shop.outsider, "/record 昨天 访客7")
    report = await wire.reply()
    await wire.press(shop.outsider, report, data, forge=True)
    assert await wire.answers() == ["这次导入已不存在。"]
    await wire.press(
        shop.staff, question, f"{data.rpartition(':')[0]}:{shop.other_store}", forge=True
    )
    assert visitors(db) == {shop.other_store: 7}


async def test_a_stranger_records_nothing(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.stranger, LINE)
    await wire.replies()
    assert visitors(db) == {}


async def test_an_absurd_figure_is_named(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.staff, "/record 访客99999999999999999999")
    assert (await wire.reply())["text"].startswith("看不懂：访客99999999999999999999。什么都没记")
    assert visitors(db) == {}


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("zh-hans", "只能记整天的数，不能记 20:00 这样的时点。"),
        ("zh-hant", "只能記整天的數字，不能記 20:00 這樣的時間點。"),
        ("en", "Only whole days can be recorded, not a moment like 20:00."),
    ],
)
async def test_a_running_figure_is_refused_by_its_time(
    wire: Wire, shop: Shop, db: Database, language: str, line: str
) -> None:
    await wire.speak(shop.staff, language)
    await wire.say(shop.staff, "/record 20:00 销售额128万 访客5.6万 花费3.2万")
    assert (await wire.reply())["text"] == line
    assert visitors(db) == {}
