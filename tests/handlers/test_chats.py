"""/link binds a chat to stores, for those who may, and Telegram's news about our place in it."""

import pytest
from conftest import NOW, Shop
from sqlmodel import select
from wire import Wire, buttons
from world import GROUP, OTHERS

from bot import teams
from bot.config import Defaults
from bot.db import Database
from bot.db.people import Binding, Chat


def bound(db: Database, chat: int) -> list[str]:
    with db.read() as s:
        binding = teams.binding(s, chat, 0)
        return [store.key for store in teams.bound_stores(s, binding)] if binding else []


async def test_a_chat_is_bound_to_the_chosen_store(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.owner, "/link", chat=GROUP)
    message = await wire.reply()
    assert list(buttons(message)) == ["天猫旗舰店", "香港店", "全部"]
    await wire.press(shop.owner, message, buttons(message)["天猫旗舰店"])
    assert (await wire.reply())["text"] == (
        "✅ 本群已绑定：天猫旗舰店。日报每天 09:00 发到这里（上海时间）。"
    )
    assert bound(db, GROUP) == ["tmall"]


async def test_all_stores_may_be_chosen_and_linking_again_replaces_them(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.owner, "/link", chat=GROUP)
    message = await wire.reply()
    await wire.press(shop.owner, message, "link:all")
    await wire.replies()
    assert bound(db, GROUP) == ["tmall", "hk"]
    await wire.say(shop.owner, "/link", chat=GROUP)
    message = await wire.reply()
    await wire.press(shop.owner, message, f"link:{shop.shopify}")
    await wire.replies()
    assert bound(db, GROUP) == ["hk"]
    with db.read() as s:
        assert len(s.exec(select(Binding)).all()) == 1


@pytest.mark.parametrize("person", ["staff", "stranger"])
async def test_a_press_by_somebody_else_changes_nothing(
    wire: Wire, shop: Shop, db: Database, person: str
) -> None:
    await wire.say(shop.owner, "/link", chat=GROUP)
    message = await wire.reply()
    await wire.press(getattr(shop, person), message, "link:all")
    assert await wire.replies() == []
    assert bound(db, GROUP) == []


async def test_a_store_of_another_team_cannot_be_bound(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.owner, "/link", chat=GROUP)
    message = await wire.reply()
    await wire.press(shop.owner, message, f"link:{shop.other_store}", forge=True)
    assert await wire.answers() == ["这个店铺已经不在了，请重发命令。"]
    assert bound(db, GROUP) == []


async def test_a_chat_of_another_team_is_theirs(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.outsider, "/link", chat=OTHERS)
    await wire.replies()
    await wire.say(shop.manager, "/link", chat=OTHERS)
    assert await wire.replies() == []
    assert bound(db, OTHERS) == ["tmall"]


async def test_link_in_private_says_where_it_belongs(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.owner, "/link")
    assert (await wire.reply())[
        "text"
    ] == "这里用不了。/link 要发在团队群里；订单文件和 /start 请私聊我。"


async def test_an_unlinked_chat_is_told_how_to_link(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.owner, "/yesterday", chat=GROUP)
    assert (await wire.reply())["text"] == "这个群还没绑定店铺。请店长或老板在群里发 /link。"


async def test_a_kicked_bot_stops_its_pushes_there(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.owner, "/link", chat=GROUP)
    await wire.press(shop.owner, await wire.reply(), "link:all")
    await wire.replies()
    await wire.kick(GROUP, shop.owner)
    await wire.replies()
    with db.read() as s:
        assert s.exec(select(Chat).where(Chat.telegram_id == GROUP)).one().gone_at is not None


async def test_a_group_that_becomes_a_supergroup_keeps_its_link(
    wire: Wire, shop: Shop, db: Database
) -> None:
    with db.write() as s:
        row = teams.chat(s, -500, "group")
        teams.link(s, row, 0, teams.stores(s, shop.team)[:1], "zh-hans", Defaults(), NOW)
    with db.write() as s:
        teams.chat(s, -1005, "supergroup")
    news = {"message_id": 1, "date": 1, "chat": {"id": -500, "type": "group", "title": "x"}}
    await wire.bot._store([{"update_id": 1, "message": {**news, "migrate_to_chat_id": -1005}}])
    await wire.replies()
    assert bound(db, -1005) == ["tmall"]
