"""/link binds a chat to stores, for those who may, and Telegram's news about our place in it."""

import pytest
from conftest import NOW, Shop
from sqlmodel import select
from wire import Wire, buttons
from world import GROUP, OTHERS

from bot import pushes, teams
from bot.config import Defaults
from bot.db import Database
from bot.db.people import Binding, Chat


@pytest.fixture
async def topic(wire: Wire, shop: Shop) -> int:
    """A topic of the group, which becomes a forum."""
    await wire.say(shop.staff, "hello", chat=GROUP)  # message 1 is the topic General
    made = await wire._do("topic", person=shop.owner, chat=GROUP, do="create", name="售后")
    return int(made["thread"])


def bound(db: Database, chat: int) -> list[str]:
    with db.read() as s:
        binding = teams.binding(s, chat, 0)
        return [store.key for store in teams.bound_stores(s, binding)] if binding else []


DEAF = (
    "现在听得到：/命令、@我、回复我的消息、按钮。\n"
    "想不 @ 就打「日报」：把我设为管理员，一项权限都不用给。"
)


async def test_stores_are_ticked_one_by_one(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.owner, "/link", chat=GROUP)
    message = await wire.reply()
    assert message["text"] == "本群看哪些店铺？点一下勾选，再点一下取消。"
    assert list(buttons(message)) == ["⬜️ 天猫旗舰店", "⬜️ 香港店", "全部"]
    await wire.press(shop.owner, message, f"link:{shop.tmall}")
    message = await wire.reply()
    assert list(buttons(message)) == ["☑️ 天猫旗舰店", "⬜️ 香港店", "全部", "✅ 选好了"]
    assert bound(db, GROUP) == ["tmall"]
    await wire.press(shop.owner, message, f"link:{shop.shopify}")
    await wire.press(shop.owner, await wire.reply(), f"link:{shop.tmall}")
    await wire.press(shop.owner, await wire.reply(), "link:done")
    message = await wire.reply()
    assert message["text"] == (
        f"✅ 本群已绑定：香港店。\n日报每天 09:00 发到这里（上海时间）。\n\n{DEAF}"
    )
    assert list(buttons(message)) == ["👂 测试", "⚙️ 设置"]
    assert bound(db, GROUP) == ["hk"]


async def test_the_last_store_stays(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.owner, "/link tmall", chat=GROUP)
    await wire.replies()
    await wire.say(shop.owner, "/link", chat=GROUP)
    await wire.press(shop.owner, await wire.reply(), f"link:{shop.tmall}")
    assert await wire.answers() == ["至少要留一个店铺。不想要了就解绑：/unlink"]
    assert bound(db, GROUP) == ["tmall"]


@pytest.mark.parametrize(
    ("text", "keys"),
    [("全部", ["tmall", "hk"]), ("天猫旗舰店、HK", ["tmall", "hk"]), ("香港店", ["hk"])],
)
async def test_stores_may_be_named(
    wire: Wire, shop: Shop, db: Database, text: str, keys: list[str]
) -> None:
    await wire.say(shop.manager, f"/link {text}", chat=GROUP)
    assert (await wire.reply())["text"].startswith("✅ 本群已绑定：")
    assert bound(db, GROUP) == keys


async def test_a_store_that_there_is_not_is_named(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.manager, "/link 京东", chat=GROUP)
    assert (await wire.reply())["text"] == "没有店铺「京东」。有：天猫旗舰店 香港店"
    assert bound(db, GROUP) == []


async def test_linking_again_changes_stores_and_keeps_settings(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.owner, "/link tmall", chat=GROUP)
    await wire.say(shop.owner, "/settings 日报 07:30 静音", chat=GROUP)
    await wire.say(shop.owner, "/link all", chat=GROUP)
    await wire.replies()
    with db.read() as s:
        binding = s.exec(select(Binding)).one()
        digest = pushes.settings(s, binding.id or 0)["digest"]
    assert (digest.mode, digest.at) == ("silent", "07:30")
    assert bound(db, GROUP) == ["tmall", "hk"]


async def test_a_topic_is_bound_for_itself(
    wire: Wire, shop: Shop, db: Database, topic: int
) -> None:
    await wire.say(shop.owner, "/link tmall", chat=GROUP)
    await wire.say(shop.owner, "/link hk", chat=GROUP, thread=topic)
    replies = await wire.replies()
    assert replies[1]["text"].startswith("✅ 话题已绑定：香港店。")
    assert replies[1]["message_thread_id"] == topic
    with db.read() as s:
        found = {i: teams.binding(s, GROUP, i) for i in (0, topic, 99)}
        keys = {i: [x.key for x in teams.bound_stores(s, b)] for i, b in found.items() if b}
    assert keys == {0: ["tmall"], topic: ["hk"], 99: ["tmall"]}


# how we hear ----------------------------------------------------------------------------------


async def hears(db: Database) -> bool | None:
    with db.read() as s:
        return s.exec(select(Binding.hears_all)).one()


async def test_making_us_admin_is_noticed_at_once(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.owner, "/link tmall", chat=GROUP)
    linked = await wire.reply()
    assert await hears(db) is False
    await wire._do("bot", person=shop.owner, chat=GROUP, status="administrator")
    message = await wire.reply()
    assert message["message_id"] == linked["message_id"]
    assert message["text"].startswith("✅ 现在听得到每句话了！\n\n✅ 本群已绑定：天猫旗舰店。")
    assert "直接打「日报」就行，不用 @我" in message["text"]
    assert await hears(db) is True
    await wire._do("bot", person=shop.owner, chat=GROUP, status="member")
    assert await wire.replies() == []
    assert await hears(db) is False


async def test_an_admin_bot_says_that_it_hears_everything(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire._do("bot", person=shop.owner, chat=GROUP, status="administrator")
    await wire.say(shop.owner, "/link tmall", chat=GROUP)
    message = await wire.reply()
    assert "我能听到这里的每句话" in message["text"]
    assert list(buttons(message)) == ["⚙️ 设置"]
    assert await hears(db) is True


async def test_with_privacy_mode_off_a_plain_word_is_the_proof(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire._do("privacy", on=False)
    await wire.say(shop.owner, "/link tmall", chat=GROUP)
    message = await wire.reply()
    assert await hears(db) is None
    await wire.press(shop.owner, message, "link:test")
    assert "👂 请任何人现在打两个字，比如「测试」" in (await wire.reply())["text"]
    await wire.say(shop.stranger, "test", chat=GROUP)
    heard = await wire.reply()
    assert heard["message_id"] == message["message_id"]
    assert heard["text"].startswith("✅ 现在听得到每句话了！")
    await wire.say(shop.staff, "大家好", chat=GROUP)
    assert await wire.replies() == []


async def test_where_telegram_does_not_say_linking_goes_on(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.fault("getChatMember", "500", times=1)
    await wire.say(shop.owner, "/link tmall", chat=GROUP)
    assert (await wire.reply())["text"].startswith("✅ 本群已绑定：天猫旗舰店。")
    assert await hears(db) is None


# who may --------------------------------------------------------------------------------------


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
    assert (await wire.reply())["text"] == "这里用不了，要在团队群里发。"


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


@pytest.mark.parametrize("words", ["/link", "/link tmall", "/link 全部"])
async def test_a_manager_held_to_one_store_takes_no_other_away(
    wire: Wire, shop: Shop, db: Database, words: str
) -> None:
    await wire.say(shop.owner, "/link hk", chat=GROUP)
    await wire.replies()
    with db.write() as s:
        teams.hold_to(s, teams.memberships(s, shop.manager)[0], [shop.tmall])
    await wire.say(shop.manager, words, chat=GROUP)
    assert (await wire.reply())["text"] == "这里的店铺不归你看，需要的话找老板。"
    assert bound(db, GROUP) == ["hk"]
