"""Old buttons, people who left, other languages, and Telegram out of order for an hour."""

from datetime import timedelta

from conftest import NOW, Shop
from sky import heard, link, push, shown, state
from sqlmodel import select
from wire import Wire
from world import GROUP

from bot import teams
from bot.db import Database
from bot.db.people import Binding, Member


async def test_who_left_the_team_presses_old_buttons_in_vain(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.manager, "/link", chat=GROUP)
    asked = await wire.reply()
    with db.write() as s:
        manager = s.exec(select(Member).where(Member.telegram_id == shop.manager)).one()
        manager.left_at = NOW
    await wire.press(shop.manager, asked, "link:all", forge=True)
    assert await wire.answers() == [""]
    assert await wire.replies() == []
    with db.read() as s:
        assert s.exec(select(Binding)).all() == []


async def test_a_button_under_a_deleted_message_says_that_it_is_too_old(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.owner, "/link", chat=GROUP)
    asked = await wire.reply()
    await wire.act("delete", person=shop.owner, chat=GROUP, message_id=asked["message_id"])
    await wire.press(shop.owner, asked, "link:all", inaccessible=True)
    assert await wire.answers() == ["这条消息太旧，按钮用不了了。请重新发命令。"]
    with db.read() as s:
        assert s.exec(select(Binding)).all() == []


async def test_a_button_works_days_later_and_after_a_restart(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.owner, "/link", chat=GROUP)
    asked = await wire.reply()
    await wire.act("clock", by=timedelta(hours=50).total_seconds())
    await wire.restart()
    await wire.press(shop.owner, asked, f"link:{shop.shopify}")
    assert [m for m in await wire.replies() if m["message_id"] == asked["message_id"]]
    with db.read() as s:
        (binding,) = s.exec(select(Binding)).all()
        assert [x.key for x in teams.bound_stores(s, binding)] == ["hk"]


async def test_what_is_told_in_private_follows_the_persons_language(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop, GROUP)
    await heard(wire, shop.owner)
    await wire.speak(shop.owner, "en")
    await heard(wire, shop.owner)
    await wire.kick(GROUP, shop.manager)
    (told,) = await wire.replies()
    assert told["text"].startswith("I am no longer in “果然鲜 · 团队”")
    await wire.say(shop.manager, "/help")
    assert "店小二能做的" in (await wire.reply())["text"]  # others keep theirs


async def test_an_hour_of_502_costs_nothing_but_one_mark(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop, GROUP)
    await wire.fault("*", "502", times=0)
    push(wire, "a", GROUP)
    push(wire, "b", GROUP)
    await wire.tried(1)
    await wire.say(shop.manager, "/help", chat=GROUP)
    for _ in range(3):  # the second copy would be wasted now
        await wire.act("clock", by=61)
        await wire.called("getMe")
    assert {state(db, "a"), state(db, "b")} <= {"pending", "sending"}
    await wire.act("fault", clear=True)
    await wire.act("clock", by=61)
    said = [text for _, _, text in shown(await wire.replies(60))]
    assert sorted(x for x in said if len(x) < 20) == ["(again)\na", "b"]
    assert len(said) == 3  # and the answer to what was said meanwhile
