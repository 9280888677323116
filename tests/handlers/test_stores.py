"""/stores: the leaders say what makes a day whole, who brings it, and what a store is called."""

from typing import Any

import pytest
from conftest import Shop
from sqlmodel import col, select
from wire import Wire, buttons

from bot import teams
from bot.db import Database
from bot.db.people import Store, StoreKind


def kinds(db: Database, store: int) -> dict[str, int | None]:
    with db.read() as s:
        rows = s.exec(select(StoreKind).where(StoreKind.store_id == store))
        return {r.kind: r.member_id for r in rows}


def names(db: Database, team: int) -> list[tuple[str, str, str, str]]:
    with db.read() as s:
        rows = s.exec(select(Store).where(Store.team_id == team).order_by(col(Store.id)))
        return [(x.key, x.name, x.currency, x.timezone) for x in rows]


async def tap(wire: Wire, person: int, message: dict[str, Any], *labels: str) -> dict[str, Any]:
    """Press one button after another, each under what the last one showed."""
    for label in labels:
        await wire.press(person, message, buttons(message)[label])
        message = await wire.reply()
    return message


async def test_it_shows_every_store_with_what_it_needs(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.manager, "/stores")
    message = await wire.reply()
    assert message["text"].startswith("天猫旗舰店\n淘宝/天猫 · CNY · 上海时间\n每天要齐：订单")
    assert list(buttons(message)) == ["天猫旗舰店", "香港店", "＋ 加店铺"]
    assert "邻家" not in message["text"]


async def test_a_kind_is_added_and_dropped_by_its_button(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.owner, "/stores")
    one = await tap(wire, shop.owner, await wire.reply(), "天猫旗舰店", "＋ 推广（不要求）")
    assert kinds(db, shop.tmall) == {"orders": None, "ads": None}
    await tap(wire, shop.owner, one, "✓ 推广")
    assert kinds(db, shop.tmall) == {"orders": None}


async def test_the_last_kind_stays(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.owner, "/stores")
    one = await tap(wire, shop.owner, await wire.reply(), "天猫旗舰店")
    await wire.press(shop.owner, one, buttons(one)["✓ 订单"])
    assert await wire.answers() == ["至少要留一种文件，先加上别的再去掉它。"]
    assert kinds(db, shop.tmall) == {}


async def test_somebody_of_the_desk_brings_a_file(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.owner, "/stores")
    who = await tap(wire, shop.owner, await wire.reply(), "天猫旗舰店", "还没定谁传")
    assert list(buttons(who)) == ["林老板", "王店长", "小陈", "还没定谁传", "‹ 返回"]
    one = await tap(wire, shop.owner, who, "小陈")
    assert "由 小陈 传" in buttons(one)
    with db.read() as s:
        chen = next(m.id for m in teams.members(s, shop.team) if m.name == "小陈")
    assert kinds(db, shop.tmall) == {"orders": chen}


async def test_a_store_is_added_in_three_taps(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.owner, "/stores")
    one = await tap(
        wire, shop.owner, await wire.reply(), "＋ 加店铺", "抖音", "CNY · 上海时间"
    )  # fmt: skip
    assert one["text"].startswith("抖音\n抖音 · CNY · 上海时间")
    assert names(db, shop.team)[-1] == ("douyin", "抖音", "CNY", "Asia/Shanghai")


async def test_a_second_one_of_a_platform_has_a_number(
    wire: Wire, shop: Shop, db: Database
) -> None:
    for _ in range(2):
        await wire.say(shop.owner, "/stores")
        message = await wire.reply()
        await tap(wire, shop.owner, message, "＋ 加店铺", "抖音", "CNY · 上海时间")
    assert [x[:2] for x in names(db, shop.team)[-2:]] == [("douyin", "抖音"), ("douyin2", "抖音 2")]


async def test_a_store_gets_another_name(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.owner, "/stores tmall  果然鲜  天猫店 ")
    assert (await wire.reply())["text"].startswith("果然鲜 天猫店\n")
    assert names(db, shop.team)[0][1] == "果然鲜 天猫店"


async def test_a_key_alone_shows_its_store(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.owner, "/stores TMALL")
    shown = await wire.reply()
    assert shown["text"].startswith("天猫旗舰店\n淘宝/天猫 · CNY · 上海时间\n\n")
    assert "✓ 订单" in buttons(shown)


async def test_what_is_changed_stands_in_the_audit(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.manager, "/stores tmall 天猫店")
    one = await tap(wire, shop.manager, await wire.reply(), "＋ 推广（不要求）", "✓ 推广")
    one = await tap(wire, shop.manager, one, "还没定谁传", "小陈", "由 小陈 传", "还没定谁传")
    await tap(wire, shop.manager, one, "‹ 返回", "＋ 加店铺", "抖音", "CNY · 上海时间")
    await wire.say(shop.owner, "/audit")
    lines = (await wire.reply())["text"].splitlines()[1:]
    assert [line.partition(" 王店长 ")[2] for line in lines] == [
        "加店铺 → douyin: 抖音",
        "不再指定谁传 → 订单 天猫店",
        "定每天谁传 小陈 → 订单 天猫店",
        "每天要齐的去掉 → 推广 天猫店",
        "每天要齐的加上 → 推广 天猫店",
        "改店名 → tmall: 天猫店",
    ]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("/stores nope 新店", "没有代号是 nope 的店铺，发 /stores 看全部。"),
        (f"/stores tmall {'店' * 41}", "店名写 1 到 40 个字：/stores 代号 新名字"),
        ("/stores tmall 香港店", "已有店铺叫「香港店」，换一个名字。"),
    ],
)
async def test_what_cannot_be_is_said_in_one_line(
    wire: Wire, shop: Shop, db: Database, said: str, answer: str
) -> None:
    await wire.say(shop.owner, said)
    assert (await wire.reply())["text"] == answer
    assert names(db, shop.team)[0][1] == "天猫旗舰店"


@pytest.mark.parametrize(
    "data", ["3", "3:kind:ads", "1:kind:gold", "1:who:orders:5", "add:taobao:CNY:Mars/Base", "x"]
)
async def test_a_forged_button_changes_nothing(
    wire: Wire, shop: Shop, db: Database, data: str
) -> None:
    await wire.say(shop.owner, "/stores")
    message = await wire.reply()
    await wire.press(shop.owner, message, f"stores:{data}", forge=True)
    assert len(await wire.answers()) == 1
    assert kinds(db, shop.tmall) == kinds(db, shop.other_store) == {}
    assert len(names(db, shop.team)) == 2


async def test_the_other_team_sees_its_own_store_only(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.outsider, "/stores")
    assert list(buttons(await wire.reply())) == ["邻家店", "＋ 加店铺"]


@pytest.mark.parametrize("person", ["staff", "stranger"])
async def test_nobody_else_may(wire: Wire, shop: Shop, person: str) -> None:
    await wire.say(getattr(shop, person), "/stores")
    assert "天猫旗舰店" not in (await wire.reply())["text"]


async def test_a_manager_held_to_one_store_sees_and_changes_that_one_only(
    wire: Wire, shop: Shop, db: Database
) -> None:
    with db.write() as s:
        teams.hold_to(s, teams.memberships(s, shop.manager)[0], [shop.tmall])
    await wire.say(shop.manager, "/stores")
    message = await wire.reply()
    assert list(buttons(message)) == ["天猫旗舰店"]
    await wire.press(shop.manager, message, f"stores:{shop.shopify}:kind:ads", forge=True)
    await wire.press(shop.manager, message, "stores:add", forge=True)
    assert await wire.answers() == [
        "这个店铺已经不在了，请重发命令。", "你没有权限做这件事。需要的话找店铺的老板。",
    ]  # fmt: skip
    await wire.say(shop.manager, "/stores hk 我的店")
    assert (await wire.reply())["text"] == "没有代号是 hk 的店铺，发 /stores 看全部。"
