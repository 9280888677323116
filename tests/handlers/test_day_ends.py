"""Whether a day was over when its file was exported: asked where nothing tells, by buttons."""

from datetime import date
from typing import Any

import pytest
from conftest import Shop
from orders import HEADER, ROWS
from sqlmodel import select
from wire import Wire, buttons
from world import GROUP

from bot import teams
from bot.db import Database
from bot.db.facts import ImportedDay
from bot.db.people import AuditRow, Member

SUNDAY = date(2026, 11, 22)
SHEET = HEADER + "\n".join(ROWS[:4])  # the newest row is of Sunday, 21:00; it is Monday, 08:30
QUESTION = "❓ 11‑22 这天导出时已经结束了吗？没答之前按没完计。"


async def send(wire: Wire, person: int, name: str = "orders.csv", text: str = SHEET) -> Any:
    await wire.upload(person, name, text.encode(), caption="tmall")
    return (await wire.replies())[-1]


async def answer(wire: Wire, person: int, message: Any, word: str) -> Any:
    await wire.press(person, message, buttons(message)[word])
    return (await wire.replies())[-1]


def whole(db: Database, kind: str = "orders", day: date = SUNDAY) -> bool | None:
    with db.read() as s:
        row = s.exec(select(ImportedDay).where(ImportedDay.kind == kind, ImportedDay.day == day))
        found = row.one_or_none()
        return found.whole if found else None


def audited(db: Database) -> list[tuple[str, str]]:
    with db.read() as s:
        return [(x.what, x.detail) for x in s.exec(select(AuditRow))]


async def test_it_is_asked_where_nothing_tells(wire: Wire, shop: Shop, db: Database) -> None:
    report = await send(wire, shop.staff)
    assert report["text"].splitlines()[-1] == QUESTION
    assert list(buttons(report)) == ["整天", "还没完", "↩️ 撤销"]
    assert whole(db) is False
    assert whole(db, day=date(2026, 11, 21)) is True  # later rows tell


@pytest.mark.parametrize(
    ("name", "text", "ended"),
    [
        ("orders202611230820.csv", SHEET, True),
        ("orders202611222200.csv", SHEET, False),
        ("orders.csv", HEADER + "\n".join(ROWS), True),  # with a row of Monday
    ],
)
async def test_it_is_not_asked_where_name_or_rows_tell(
    wire: Wire, shop: Shop, db: Database, name: str, text: str, ended: bool
) -> None:
    report = await send(wire, shop.staff, name, text)
    assert list(buttons(report)) == ["↩️ 撤销"]
    assert whole(db) is ended


async def test_today_is_never_asked_about(wire: Wire, shop: Shop) -> None:
    report = await send(wire, shop.staff, text=HEADER + ROWS[4])
    assert list(buttons(report)) == ["↩️ 撤销"]


async def test_a_full_day_is_whole(wire: Wire, shop: Shop, db: Database) -> None:
    report = await answer(wire, shop.staff, await send(wire, shop.staff), "整天")
    assert report["text"].splitlines()[-1] == "11‑22 按整天计"
    assert list(buttons(report)) == ["✓ 整天", "还没完", "↩️ 撤销"]
    assert whole(db) is True
    assert audited(db) == [("day_yes", ":2026-11-22 orders.csv")]


async def test_a_day_not_over_stays_unfinished(wire: Wire, shop: Shop, db: Database) -> None:
    report = await answer(wire, shop.staff, await send(wire, shop.staff), "还没完")
    assert report["text"].splitlines()[-1] == "11‑22 按没完的一天计"
    assert whole(db) is False
    assert audited(db) == [("day_no", ":2026-11-22 orders.csv")]


async def test_a_wrong_answer_can_be_changed(wire: Wire, shop: Shop, db: Database) -> None:
    report = await answer(wire, shop.staff, await send(wire, shop.staff), "整天")
    report = await answer(wire, shop.staff, report, "还没完")
    assert whole(db) is False
    await answer(wire, shop.staff, report, "整天")
    assert whole(db) is True


async def test_the_same_answer_twice_is_one(wire: Wire, shop: Shop, db: Database) -> None:
    report = await send(wire, shop.staff)
    data = buttons(report)["整天"]
    for _ in range(2):
        await wire.press(shop.staff, report, data)
        await wire.replies()
    assert whole(db) is True
    assert len(audited(db)) == 1


async def test_it_is_answered_after_a_restart(wire: Wire, shop: Shop, db: Database) -> None:
    report = await send(wire, shop.staff)
    await wire.restart()
    await answer(wire, shop.staff, report, "整天")
    assert whole(db) is True


async def test_a_sheet_by_day_is_asked_about_too(wire: Wire, shop: Shop, db: Database) -> None:
    sheet = "日期,访客数,支付金额\n2026-11-21,3100,11000\n2026-11-22,3200,12345.60\n"
    report = await send(wire, shop.staff, "sheet.csv", sheet)
    assert whole(db, "shop_days") is False
    await answer(wire, shop.staff, report, "整天")
    assert whole(db, "shop_days") is True


async def test_what_another_file_showed_is_not_asked(wire: Wire, shop: Shop) -> None:
    await send(wire, shop.staff, "orders202611230820.csv")
    assert buttons(await send(wire, shop.staff)) == {}


async def test_an_answer_goes_with_its_import(wire: Wire, shop: Shop, db: Database) -> None:
    report = await answer(wire, shop.staff, await send(wire, shop.staff), "整天")
    data = buttons(report)["✓ 整天"]
    undone = await answer(wire, shop.staff, report, "↩️ 撤销")
    assert whole(db) is None
    await wire.press(shop.staff, undone, data, forge=True)
    assert await wire.answers() == ["这次导入没有这个问题，或已经撤销。"]
    assert whole(db) is None


async def test_undoing_another_import_leaves_the_answer(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await answer(wire, shop.staff, await send(wire, shop.staff), "整天")
    more = "6,A01,红富士5斤,1,e,80,0,上海,2026-11-22 22:00,2026-11-22 22:00"
    later = await send(wire, shop.staff, "more.csv", HEADER + more)
    await answer(wire, shop.staff, later, "↩️ 撤销")
    assert whole(db) is True


@pytest.mark.parametrize("change", ["2026-11-21:yes", "2026-11-22:maybe", "x:yes", "", ":"])
async def test_a_forged_answer_changes_nothing(
    wire: Wire, shop: Shop, db: Database, change: str
) -> None:
    report = await send(wire, shop.staff)
    await wire.press(shop.staff, report, f"e:1:{change}", forge=True)
    assert await wire.answers() == ["这次导入没有这个问题，或已经撤销。"]
    assert whole(db) is False


async def test_another_team_and_whoever_may_not_see_the_store_change_nothing(
    wire: Wire, shop: Shop, db: Database
) -> None:
    data = buttons(await send(wire, shop.staff))["整天"]
    with db.write() as s:
        manager = s.exec(select(Member).where(Member.telegram_id == shop.manager)).one()
        teams.hold_to(s, manager, [shop.shopify])
    said = []
    for person in (shop.outsider, shop.manager, shop.leader):
        await wire.say(person, "/help")
        await wire.press(person, await wire.reply(), data, forge=True)
        said += await wire.answers()
    assert said == [
        "这次导入已不存在。",
        "这里的店铺不归你看，需要的话找老板。",
        "你没有权限做这件事。需要的话找店铺的老板。",
    ]
    assert whole(db) is False


async def test_a_stranger_in_the_group_changes_nothing(
    wire: Wire, shop: Shop, db: Database
) -> None:
    data = buttons(await send(wire, shop.staff))["整天"]
    await wire.say(shop.owner, "/help", chat=GROUP)
    await wire.replies()
    await wire.say(shop.owner, "/link tmall", chat=GROUP)
    message = await wire.reply()
    await wire.press(shop.stranger, message, data, forge=True)
    assert await wire.replies() == []
    assert whole(db) is False
