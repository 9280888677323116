"""Mornings through the running ticks, seen from the chat."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import NOW, Shop
from orders import HEADER, ROWS, fill
from sqlmodel import select
from wire import Wire, buttons
from world import GROUP, OTHERS

from bot import pushes, teams
from bot.config import Defaults
from bot.db import Database
from bot.db.desk import Issue
from bot.db.people import Binding, PushRun

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
ELEVEN = NINE + timedelta(hours=2)
DAY = timedelta(days=1)


def link(db: Database, shop: Shop, chat: int = GROUP, **settings: Any) -> None:
    stores = slice(0, settings.pop("stores", 1))
    defaults = Defaults(digest_at=settings.pop("digest_at", "09:00"))
    with db.write() as s:
        row = teams.chat(s, chat, "supergroup")
        chosen = teams.stores(s, shop.team)[stores]
        binding = teams.link(s, row, 0, chosen, "zh-hans", defaults, NOW)
        pushes.change(s, binding.id or 0, "digest", mode=settings.pop("digest", "on"))
        pushes.change(s, binding.id or 0, "nudge", mode=settings.pop("nudge", "on"))
        for kind in ("issues", "issues_week"):
            pushes.change(s, binding.id or 0, kind, mode="off")
        for name, value in settings.items():
            setattr(binding, name, value)


def runs(db: Database) -> list[tuple[str, str]]:
    with db.read() as s:
        return [(str(r.business_date), r.state) for r in s.exec(select(PushRun))]


async def mornings(wire: Wire, *times: datetime) -> list[str]:
    """What the group got at these times, captions and texts."""
    said = []
    for at in times:
        await wire.until(at)
        said += [m.get("caption", m.get("text", "")) for m in await wire.replies()]
    return said


@pytest.mark.usefixtures("orders")
async def test_a_digest_comes_at_nine_and_only_once(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop)
    assert await mornings(wire, NINE - timedelta(seconds=30)) == []
    (caption,) = await mornings(wire, NINE, NINE + timedelta(seconds=40))
    assert caption.startswith("昨日11‑22(日) 支付¥240，较上周日 11‑15 −20.0%")
    assert runs(db) == [("2026-11-22", "sent")]


@pytest.mark.usefixtures("orders")
async def test_it_says_what_moved_in_money_that_adds_up(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop)
    (caption,) = await mornings(wire, NINE)
    # two orders each day, of 150 and of 120: all of it is the value of an order
    assert "少卖 ¥60：支付订单数 0，笔单价 −60" in caption
    assert "B02 车厘子2斤 −160，A01 红富士5斤 +100" in caption


@pytest.mark.usefixtures("orders")
async def test_after_a_stop_it_comes_late_and_says_so(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop)
    (caption,) = await mornings(wire, NINE + timedelta(hours=2))
    assert caption.endswith("（迟到：本应 09:00 发出）")
    assert runs(db) == [("2026-11-22", "late")]


@pytest.mark.usefixtures("orders")
async def test_after_noon_it_is_news_no_more(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop)
    assert await mornings(wire, NINE + timedelta(hours=4)) == []
    assert runs(db) == [("2026-11-22", "expired")]


@pytest.mark.usefixtures("orders")
async def test_a_restart_sends_nothing_again(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop)
    assert len(await mornings(wire, NINE)) == 1
    await wire.restart()
    assert await mornings(wire, NINE + timedelta(minutes=5)) == []


async def test_without_orders_it_says_what_to_send(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop)
    nudge, text = await mornings(wire, NINE, ELEVEN)
    assert "天猫旗舰店 还缺 订单" in nudge
    assert text.startswith("昨日11‑22(日) 的订单还没导入：天猫旗舰店。")
    assert runs(db) == [("2026-11-22", "sent"), ("2026-11-22", "partial")]


@pytest.mark.usefixtures("orders")
async def test_a_day_that_had_not_ended_is_not_shown_as_whole(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop)
    *_, text = await mornings(wire, NINE, NINE + DAY, ELEVEN + DAY)
    assert text.startswith("昨日11‑23(一) 的订单只到 11‑23 08:20，不是完整的一天")


async def undated(wire: Wire, shop: Shop) -> Any:
    """The report of a file that does not tell whether Sunday was over when it was exported."""
    await wire.upload(
        shop.staff, "orders.csv", (HEADER + "\n".join(ROWS[:4])).encode(), caption="tmall"
    )
    return (await wire.replies())[-1]


async def test_the_answer_that_a_day_was_over_sends_it(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop)
    report = await undated(wire, shop)
    (nudge,) = await mornings(wire, NINE)
    assert "天猫旗舰店 还缺 订单" in nudge
    assert await mornings(wire, NINE + timedelta(minutes=50)) == []
    await wire.press(shop.staff, report, buttons(report)["整天"])
    await wire.replies()
    (caption,) = await mornings(wire, NINE + timedelta(minutes=51))
    assert caption.startswith("昨日11‑22(日) 支付¥240，较上周日 11‑15 −20.0%")
    assert caption.endswith("（等齐数据才发：本应 09:00）")  # waited for, and not late


async def test_the_answer_that_it_was_not_leaves_it_partial(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop)
    report = await undated(wire, shop)
    await wire.press(shop.staff, report, buttons(report)["还没完"])
    await wire.replies()
    *_, text = await mornings(wire, NINE, ELEVEN)
    assert text.startswith("昨日11‑22(日) 的订单只到 11‑22 21:00，不是完整的一天：天猫旗舰店。")


@pytest.mark.usefixtures("orders")
async def test_it_goes_to_linked_chats_that_want_it(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop, digest="off")
    assert await mornings(wire, NINE) == []
    assert runs(db) == []


@pytest.mark.usefixtures("orders")
async def test_it_may_come_without_a_sound(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop, digest="silent")
    await mornings(wire, NINE)
    (call,) = [c for c in wire.calls if c["method"] == "sendPhoto"]
    assert call["params"]["disable_notification"] in (True, "true")


@pytest.mark.usefixtures("orders")
async def test_each_chat_has_its_language_time_and_zone(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop)
    link(db, shop, OTHERS, language="en", timezone="Europe/Berlin", digest_at="08:00")
    (chinese,) = await mornings(wire, NINE)
    (english,) = await mornings(wire, datetime(2026, 11, 23, 7, 0, tzinfo=UTC))
    assert chinese.startswith("昨日11‑22(日)")
    assert english.startswith("Yesterday Sun 22\u00a0Nov: sales ¥240, −20.0% vs Sun 15\u00a0Nov")


async def test_two_currencies_are_never_added(
    wire: Wire, shop: Shop, db: Database, tmp_path: Path
) -> None:
    fill(db, shop, tmp_path)
    fill(db, shop, tmp_path, ROWS, store=shop.shopify)
    link(db, shop, stores=2)
    (caption,) = await mornings(wire, NINE)
    assert "天猫旗舰店 ¥240 −20.0%" in caption
    assert "香港店 HK$240 −20.0%" in caption
    assert "480" not in caption
    assert caption.startswith("昨日11‑22(日) 支付，2 个店铺，较上周日 11‑15\n")


@pytest.mark.usefixtures("orders")
async def test_a_hidden_outcome_repeats_it_once_and_marked(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop)
    await wire.fault("sendPhoto", "drop_after")
    await wire.until(NINE)
    await wire.tried(1)  # from then on the minute counts
    await wire.until(wire.bot.clock.now() + timedelta(seconds=61))
    first, second = (m["caption"] for m in await wire.replies())
    assert second == f"（网络原因，可能是重复的一份）\n{first}"


@pytest.mark.usefixtures("orders")
async def test_a_refused_picture_does_not_cost_the_words(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop)
    await wire.fault("sendPhoto", "400", description="Bad Request: PHOTO_INVALID_DIMENSIONS")
    (text,) = await mornings(wire, NINE)
    assert text.startswith("昨日11‑22(日) 支付¥240")


async def test_a_chat_unlinked_in_between_gets_nothing(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop)
    with db.write() as s:
        for binding in s.exec(select(Binding)):
            for row in s.exec(select(teams.BindingStore)):
                s.delete(row)
            pushes.change(s, binding.id or 0, "digest", mode="on")
    assert await mornings(wire, NINE) == []


@pytest.mark.usefixtures("orders")
async def test_in_a_forum_it_goes_to_its_topic(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.staff, "hello", chat=GROUP)  # message 1 is the topic General
    made = await wire.act("topic", person=shop.owner, chat=GROUP, do="create", name="日报")
    with db.write() as s:
        row, stores = teams.chat(s, GROUP, "supergroup"), teams.stores(s, shop.team)[:1]
        teams.link(s, row, int(made["thread"]), stores, "zh-hans", Defaults(), NOW)
    await wire.until(NINE)
    digest = await wire.reply()
    assert digest["message_thread_id"] == made["thread"]
    assert digest["caption"].startswith("昨日11‑22(日) 支付¥240")
    (call,) = [c for c in wire.calls if c["method"] == "sendPhoto"]
    assert int(call["params"]["message_thread_id"]) == made["thread"]


@pytest.mark.usefixtures("orders")
async def test_it_says_what_the_desk_has_to_do_today(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop, nudge="off")
    noon = NINE + timedelta(hours=3)
    dues = (
        noon,
        noon,
        noon + timedelta(hours=1),
        noon + timedelta(hours=6),
        NINE - timedelta(hours=2),
    )
    with db.write() as s:
        for no, due_at in enumerate(dues, 1):
            row = {"opened_at": NOW, "staged_at": NOW, "due_at": due_at, "due_from": "file"}
            s.add(Issue(team_id=shop.team, store_id=shop.tmall, no=no, **row))
    captions = await mornings(wire, NINE)
    hands = [x for c in captions for x in c.splitlines() if x.startswith("今天要办")]
    assert hands == ["今天要办：3单售后12:00–13:00到期(今天还有1单，已超时1单)"]
