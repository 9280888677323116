"""Topics close, the bot is thrown out, held back or let in: each is said once, to whom it matters."""

from datetime import UTC, datetime, timedelta

import pytest
from conftest import Shop
from sky import heard, link, push, shown, state
from sqlmodel import select
from wire import Wire
from world import ELSEWHERE, FORUM, GROUP, SMALL

from bot.db import Database
from bot.db.people import Chat
from bot.db.wire import OutboxRow

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
DAY = timedelta(days=1)
NOTE = "（原话题已关闭或删除，改发在这里）\n"
LOST = (
    "「果然鲜 · 团队」里看 天猫旗舰店 的话题已关闭或删除，那里的推送停了，刚才那条改发到主群。"
    "重开话题就恢复；话题删了，请在别处重新 /link。"
)
GONE = (
    "我已不在「果然鲜 · 团队」里，发不进去了；没发出的已取消，推送暂停。"
    "需要的话把我重新拉进群，设置都还在。"
)
MUTED = "我在「果然鲜 · 团队」里被禁言了，消息发不出去。请群管理员允许我发言，之后推送照旧。"


async def everything(wire: Wire) -> set[tuple[int, int, str]]:
    return set(shown(await wire.replies()))


# topics --------------------------------------------------------------------------------------


@pytest.mark.parametrize("do", ["close", "delete"])
async def test_what_was_for_a_lost_topic_goes_to_the_chat_and_its_leaders_hear_once(
    wire: Wire, shop: Shop, db: Database, do: str
) -> None:
    link(db, shop, FORUM, 2)
    await heard(wire, shop.owner, shop.manager, shop.staff)
    await wire.act("topic", person=shop.owner, chat=FORUM, do=do, thread=2)
    push(wire, "a", FORUM, 2)
    push(wire, "b", FORUM, 2)
    assert await everything(wire) == {
        (FORUM, 0, NOTE + "a"), (FORUM, 0, NOTE + "b"),
        (shop.owner, 0, LOST), (shop.manager, 0, LOST),
    }  # fmt: skip


async def test_pushes_to_a_closed_topic_stop_until_it_is_opened_again(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop, FORUM, 2)
    await wire.act("topic", person=shop.owner, chat=FORUM, do="close", thread=2)
    push(wire, "a", FORUM, 2)
    await wire.replies()
    await wire.until(NINE + timedelta(hours=2))
    assert await wire.replies() == []
    await wire.act("topic", person=shop.owner, chat=FORUM, do="reopen", thread=2)
    await wire.replies()
    await wire.until(NINE + DAY + timedelta(hours=2))
    (digest,) = await wire.replies()
    assert (digest["chat"]["id"], digest["message_thread_id"]) == (FORUM, 2)


async def test_linking_anew_starts_a_stopped_topic_too(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop, FORUM, 2)
    await wire.act("topic", person=shop.owner, chat=FORUM, do="close", thread=2)
    push(wire, "a", FORUM, 2)
    await wire.replies()
    await wire.act("bot", person=shop.owner, chat=FORUM, status="administrator")
    link(db, shop, FORUM, 2)
    await wire.until(NINE + timedelta(hours=2))
    (digest,) = await wire.replies()
    assert digest["message_thread_id"] == 2


async def test_the_note_is_in_the_chats_language(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop, FORUM, 3, language="en")
    await wire.act("topic", person=shop.owner, chat=FORUM, do="close", thread=3)
    push(wire, "a", FORUM, 3)
    (message,) = await wire.replies()
    assert message["text"] == "(Its topic was closed or deleted, so it is posted here)\na"


async def test_another_topic_of_the_chat_goes_on(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop, FORUM, 2)
    link(db, shop, FORUM, 3)
    await wire.act("topic", person=shop.owner, chat=FORUM, do="delete", thread=2)
    push(wire, "a", FORUM, 2)
    push(wire, "b", FORUM, 3)
    assert await everything(wire) == {(FORUM, 0, NOTE + "a"), (FORUM, 3, "b")}


# thrown out ----------------------------------------------------------------------------------


async def test_thrown_out_the_owner_hears_once_and_what_waits_is_cancelled(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop, GROUP)
    await heard(wire, shop.owner, shop.manager)
    await wire.fault("sendMessage", "429", chat=GROUP, retry_after=600)
    push(wire, "a", GROUP)
    await wire.tried(1)
    await wire.kick(GROUP, shop.manager)
    assert shown(await wire.replies()) == [(shop.owner, 0, GONE)]
    assert state(db, "a") == "cancelled"
    await wire.until(NINE + timedelta(hours=2))
    assert await wire.replies() == []


async def test_thrown_out_unheard_it_is_found_when_something_is_to_be_said(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop, GROUP)
    await heard(wire, shop.owner)
    wire.server.sandbox.state.chats[GROUP].bot = "kicked"
    push(wire, "a", GROUP)
    push(wire, "b", GROUP)
    assert shown(await wire.replies()) == [(shop.owner, 0, GONE)]
    assert (state(db, "a"), state(db, "b")) == ("failed", "cancelled")


async def test_let_in_again_it_says_what_is_linked_and_goes_on(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop, GROUP)
    await wire.kick(GROUP, shop.owner)
    await wire.replies()
    await wire.act("bot", person=shop.staff, chat=GROUP, status="member")
    await wire.act("clock", by=4)
    assert shown(await wire.replies()) == [
        (GROUP, 0, "我回来了。这里看的还是：天猫旗舰店，推送照旧。")
    ]
    push(wire, "a", GROUP)
    assert shown(await wire.replies()) == [(GROUP, 0, "a")]


async def test_a_deleted_group_is_gone_too(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop, SMALL)
    await heard(wire, shop.owner)
    await wire.act("delete_chat", chat=SMALL)
    assert shown(await wire.replies()) == [(shop.owner, 0, GONE)]
    await wire.until(NINE + timedelta(hours=2))
    assert await wire.replies() == []


async def test_the_other_team_hears_nothing_of_it(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop, GROUP)
    await heard(wire, shop.outsider)
    await wire.kick(GROUP, shop.owner)
    assert [m for m in await wire.replies() if m["chat"]["id"] == shop.outsider] == []


async def test_who_blocks_the_bot_is_spared_until_they_come_back(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await heard(wire, shop.staff)
    await wire.fault("sendMessage", "429", chat=shop.staff, retry_after=600)
    push(wire, "a", shop.staff)
    await wire.sent(1)
    await wire.kick(shop.staff, shop.staff)
    assert await wire.replies() == []
    assert state(db, "a") == "cancelled"
    await wire.act("clock", by=601)
    await wire.say(shop.staff, "/help")
    assert "/yesterday" in (await wire.reply())["text"]


# held back -----------------------------------------------------------------------------------


async def test_kept_from_speaking_the_owner_hears_once(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop, GROUP)
    await heard(wire, shop.owner)
    await wire.act("bot", person=shop.manager, chat=GROUP, status="restricted", cannot=["text"])
    assert shown(await wire.replies()) == [(shop.owner, 0, MUTED)]
    push(wire, "a", GROUP)
    assert await wire.replies() == []
    assert state(db, "a") == "failed"
    await wire.act("bot", person=shop.manager, chat=GROUP, status="member")
    push(wire, "b", GROUP)
    assert shown(await wire.replies()) == [(GROUP, 0, "b")]


async def test_a_muted_chat_that_hears_us_again_may_be_muted_anew(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop, GROUP)
    await heard(wire, shop.owner)
    heard_by_owner = []
    for step, cannot in enumerate((["text"], ["text"], [], ["text"])):
        await wire.act("permissions", chat=GROUP, cannot=cannot)
        push(wire, f"p{step}", GROUP)
        await wire.act("clock", by=5)
        heard_by_owner.append([m for m in await wire.replies() if m["chat"]["id"] == shop.owner])
    assert [len(told) for told in heard_by_owner] == [1, 0, 0, 1]


async def test_where_pictures_are_not_allowed_the_digest_comes_as_text(
    wire: Wire, shop: Shop, db: Database, orders: None
) -> None:
    link(db, shop, GROUP)
    await wire.act("permissions", chat=GROUP, cannot=["photo"])
    await wire.until(NINE)
    (digest,) = await wire.replies()
    assert "photo" not in digest
    assert digest["text"].startswith("昨日11‑22(日) 支付¥240")


# let in --------------------------------------------------------------------------------------


async def test_a_strangers_group_is_left_with_one_line_and_nothing_stored(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.act("bot", person=shop.stranger, chat=ELSEWHERE, status="member")
    await wire.act("clock", by=4)
    assert shown(await wire.replies()) == [
        (ELSEWHERE, 0, "I only work for store teams and do not know who added me, so I am leaving."
         " An owner or manager can add me, under their own name (not anonymously).")
    ]  # fmt: skip
    assert wire.server.sandbox.state.chats[ELSEWHERE].bot == "left"
    with db.read() as s:
        assert s.exec(select(Chat)).all() == []
        assert s.exec(select(OutboxRow.address).where(OutboxRow.address != None)).all() == []  # noqa: E711


GREETING = "大家好，我是店小二。发 /link 选这个群看哪些店铺，就能在这里问数、收日报。"
ASKING = "大家好，我是店小二。请店长或老板在这里发 /link，选好看哪些店铺就能用。"


@pytest.mark.parametrize(
    ("person", "greeting"), [("manager", GREETING), ("outsider", GREETING), ("staff", ASKING)]
)
async def test_whoever_has_a_team_is_greeted_and_told_to_link(
    wire: Wire, shop: Shop, person: str, greeting: str
) -> None:
    adder = getattr(shop, person)
    await wire.act("bot", person=adder, chat=ELSEWHERE, status="member")
    await wire.act("clock", by=4)
    assert shown(await wire.replies()) == [(ELSEWHERE, 0, greeting)]
    assert wire.server.sandbox.state.chats[ELSEWHERE].bot == "member"


async def test_a_group_it_may_not_speak_in_is_left_all_the_same(wire: Wire, shop: Shop) -> None:
    await wire.act("permissions", chat=ELSEWHERE, cannot=["text"])
    wire.server.sandbox.state.chats[ELSEWHERE].bot = "left"
    await wire.act(
        "bot", person=shop.stranger, chat=ELSEWHERE, status="restricted", cannot=["text"]
    )
    await wire.act("clock", by=4)
    assert await wire.replies() == []
    assert wire.server.sandbox.state.chats[ELSEWHERE].bot == "left"
