"""Days that are not whole at nine: nudges, waiting, the cut-off, quiet mornings, missed ones."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import NOW, Shop
from orders import HEADER, NAME, ROWS, fill
from sqlmodel import select
from wire import Wire, buttons
from world import FORUM, GROUP, OTHERS

from bot import pushes, teams
from bot.config import Defaults
from bot.db import Database
from bot.db.facts import ImportedDay
from bot.db.people import Chat, Member, PushRun, StoreKind

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
NUDGE = NINE - timedelta(minutes=20)
ELEVEN = NINE + timedelta(hours=2)
SUNDAY = date(2026, 11, 22)


def link(db: Database, shop: Shop, mode: pushes.Mode = "on") -> None:
    with db.write() as s:
        row = teams.chat(s, GROUP, "supergroup")
        stores = teams.stores(s, shop.team)[:1]
        binding = teams.link(s, row, 0, stores, "zh-hans", Defaults(), NOW)
        pushes.change(s, binding.id or 0, "digest", mode=mode)


def needs(db: Database, shop: Shop, kind: str, who: str = "小陈") -> None:
    """The Tmall store's day needs this kind too, and somebody brings it."""
    with db.write() as s:
        member = s.exec(select(Member).where(Member.name == who)).one()
        for each in {"orders", kind}:
            bringer = member.id if each == kind else None
            s.merge(StoreKind(store_id=shop.tmall, kind=each, member_id=bringer))


def bring(db: Database, shop: Shop, kind: str, day: date = SUNDAY) -> None:
    with db.write() as s:
        s.add(ImportedDay(store_id=shop.tmall, kind=kind, day=day, exported_at=NOW, whole=True))


def runs(db: Database) -> list[tuple[str, str, str]]:
    with db.read() as s:
        rows = s.exec(select(PushRun).order_by(PushRun.id)).all()  # type: ignore[arg-type]
        return [(r.kind, str(r.business_date), r.state) for r in rows]


async def at(wire: Wire, moment: datetime, chat: int = GROUP) -> list[str]:
    """What a chat got at this moment."""
    await wire.until(moment)
    return [words(m) for m in await wire.replies() if m["chat"]["id"] == chat]


def words(message: dict[str, Any]) -> str:
    return str(message.get("caption", message.get("text", "")))


@pytest.mark.usefixtures("orders")
async def test_a_nudge_names_the_file_and_the_person(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop)
    needs(db, shop, "ads")
    assert await at(wire, NUDGE - timedelta(minutes=1)) == []
    (text,) = await at(wire, NUDGE)
    assert text.splitlines() == [
        "昨日11‑22(日) 的数据还没齐：",
        "天猫旗舰店 还缺 推广(小陈)",
        "把文件私聊发给我。09:00 出日报；没齐就等到齐，最晚 11:00。",
    ]
    assert await at(wire, NUDGE + timedelta(minutes=1)) == []


@pytest.mark.usefixtures("orders")
async def test_who_brings_the_file_is_asked_in_private_once(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop)
    needs(db, shop, "ads")
    await wire.say(shop.staff, "/help")
    await wire.replies()
    (text,) = await at(wire, NUDGE, chat=shop.staff)
    assert text.startswith("昨日11‑22(日) 还差你这几份：\n天猫旗舰店 还缺 推广\n")
    assert await at(wire, NUDGE + timedelta(minutes=5), chat=shop.staff) == []


async def test_who_brings_two_chats_their_files_is_asked_for_both(
    wire: Wire, shop: Shop, db: Database
) -> None:
    with db.write() as s:
        member = next(m for m in teams.members(s, shop.team) if m.name == "小陈")
        for chat, store in zip((GROUP, FORUM), teams.stores(s, shop.team), strict=True):
            teams.link(s, teams.chat(s, chat, "supergroup"), 0, [store], "en", Defaults(), NOW)
            s.add(StoreKind(store_id=store.id or 0, kind="ads", member_id=member.id))
    await wire.say(shop.staff, "/help")
    await wire.replies()
    texts = "".join(await at(wire, NUDGE, chat=shop.staff))
    assert ("天猫旗舰店 还缺 推广" in texts, "香港店 还缺 推广" in texts) == (True, True)


@pytest.mark.usefixtures("orders")
async def test_nobody_is_asked_where_all_is_in(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop)
    needs(db, shop, "ads")
    bring(db, shop, "ads")
    assert await at(wire, NUDGE) == []


@pytest.mark.usefixtures("orders")
async def test_a_chat_without_a_digest_has_no_nudge(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop, "off")
    needs(db, shop, "ads")
    assert await at(wire, NINE) == []


@pytest.mark.usefixtures("orders")
async def test_at_the_cut_off_it_goes_and_says_what_is_missing(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop)
    needs(db, shop, "ads")
    assert len(await at(wire, NINE)) == 1  # the nudge
    (caption,) = await at(wire, ELEVEN)
    assert caption.startswith("昨日11‑22(日) 支付¥240，较上周日 11‑15 −20.0%\n少卖 ¥60")
    assert "今天要办：补传 推广(小陈)" in caption
    assert caption.endswith("数据：订单✓ 推广✗(小陈)｜截至08:20")
    assert runs(db)[-1] == ("digest", "2026-11-22", "partial")


async def test_the_last_piece_sends_it_at_once(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop)
    await at(wire, NINE)
    await at(wire, NINE + timedelta(minutes=52))
    content = (HEADER + "\n".join(ROWS)).encode()
    await wire.upload(shop.owner, NAME, content, caption="tmall")
    async with asyncio.timeout(15):  # sooner than the next tick: the import's end wakes it
        while ("digest", "2026-11-22", "sent") not in runs(db):
            await asyncio.sleep(0.05)
    (caption,) = [words(m) for m in await wire.replies() if m["chat"]["id"] == GROUP]
    assert caption.startswith("昨日11‑22(日) 支付¥240")
    assert caption.endswith("（等齐数据才发：本应 09:00）")


@pytest.mark.usefixtures("orders")
async def test_a_quiet_chat_hears_nothing_of_an_ordinary_day(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop, "trouble")
    assert await at(wire, NINE) == []
    assert runs(db) == [("digest", "2026-11-22", "quiet")]


@pytest.mark.usefixtures("orders")
async def test_a_quiet_chat_hears_of_missing_data(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop, "trouble")
    needs(db, shop, "ads")
    (*_, caption) = await at(wire, ELEVEN)
    assert "推广✗(小陈)" in caption


@pytest.mark.usefixtures("orders")
async def test_the_next_one_says_that_yesterdays_was_not_sent(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop)
    bring(db, shop, "orders", SUNDAY + timedelta(days=2))
    assert await at(wire, NINE + timedelta(hours=4)) == []
    (caption,) = await at(wire, NINE + timedelta(days=2))
    assert caption.endswith("（11‑23 的日报没能发出）")
    assert [state for kind, _, state in runs(db) if kind == "digest"] == [
        "expired", "expired", "sent",
    ]  # fmt: skip


@pytest.mark.usefixtures("orders")
async def test_another_team_hears_nothing_of_it(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop)
    needs(db, shop, "ads")
    await wire.say(shop.outsider, "/help")
    await wire.say(shop.stranger, "/help")
    await wire.replies()
    await wire.until(NUDGE)
    asked = await wire.replies()
    await wire.until(ELEVEN)
    chats = {m["chat"]["id"] for m in [*asked, *await wire.replies()]}
    assert chats == {GROUP}
    assert OTHERS not in chats


@pytest.mark.usefixtures("orders")
async def test_a_member_who_blocked_the_bot_is_not_written_to(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop)
    needs(db, shop, "ads")
    await wire.say(shop.staff, "/help")
    await wire.replies()
    with db.write() as s:
        s.exec(select(Chat).where(Chat.telegram_id == shop.staff)).one().gone_at = NOW
    assert await at(wire, NUDGE, chat=shop.staff) == []


@pytest.mark.usefixtures("orders")
async def test_on_a_monday_the_week_waits_behind_a_button(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop)
    await wire.until(NINE)
    digest = await wire.reply()
    await wire.press(shop.manager, digest, buttons(digest)["上周回顾"])
    review = await wire.reply()
    # 16 to 22 November sold 240, the week before 300 on its Sunday
    assert words(review).startswith("上周 11‑16…11‑22 支付¥240，较前一周 11‑09…11‑15 −20.0%")
    assert "photo" in review
    await wire.press(shop.manager, review, buttons(review)["按天"])
    assert "按天" in words((await wire.replies())[-1])


@pytest.mark.usefixtures("orders")
async def test_a_review_is_not_for_strangers_or_other_teams(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop)
    await wire.until(NINE)
    digest = await wire.reply()
    await wire.press(shop.stranger, digest, buttons(digest)["上周回顾"])
    await wire.say(shop.outsider, "/help")
    own = await wire.reply()
    await wire.press(shop.outsider, own, buttons(digest)["上周回顾"], forge=True)
    assert await wire.replies() == []


@pytest.mark.usefixtures("orders")
async def test_a_review_is_for_its_own_chat(wire: Wire, shop: Shop, db: Database) -> None:
    link(db, shop)
    await wire.until(NINE)
    data = buttons(await wire.reply())["上周回顾"]
    await wire.say(shop.owner, "/help")
    await wire.press(shop.owner, await wire.reply(), data, forge=True)
    assert await wire.replies() == []


async def test_a_store_without_its_orders_is_not_in_the_sum(
    wire: Wire, shop: Shop, db: Database, tmp_path: Path
) -> None:
    fill(db, shop, tmp_path)
    with db.write() as s:
        new = teams.new_store("jd", "京东店", "jd", "CNY", "Asia/Shanghai", NOW)
        second = teams.add_store(s, shop.team, new)
        row = teams.chat(s, GROUP, "supergroup")
        stores = [teams.stores(s, shop.team)[0], second]
        teams.link(s, row, 0, stores, "zh-hans", Defaults(), NOW)
    (*_, caption) = await at(wire, ELEVEN)
    assert caption.startswith("昨日11‑22(日) 支付¥240（2店中的1店），较上周日 11‑15 −20.0%")
    assert "京东店 待导入" in caption
    assert "数据：订单✗(京东店)" in caption
