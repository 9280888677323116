"""/status, for whom it is, and what the owners hear after an absence."""

import re
from datetime import timedelta

import pytest
from conftest import NOW, Shop
from wire import Wire
from world import GROUP, OTHERS

from bot import outbox, teams
from bot.config import Defaults
from bot.db import Database
from bot.db.wire import OutboxRow
from bot.message import Message
from bot.outbox import Address

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def linked(wire: Wire, shop: Shop, db: Database) -> Wire:
    link(db, shop.team, GROUP)
    return wire


def link(db: Database, team: int, chat: int) -> None:
    with db.write() as s:
        row = teams.chat(s, chat, "supergroup", "果然鲜 · 团队" if chat == GROUP else "邻家")
        teams.link(s, row, 0, teams.stores(s, team)[:1], "zh-hans", Defaults(), NOW)


async def test_it_says_that_all_is_well_and_what_is_open(linked: Wire, shop: Shop) -> None:
    await linked.say(shop.manager, "/status")
    lines = (await linked.reply())["text"].splitlines()
    assert lines[0] == "运行正常"
    assert lines[1].startswith("Telegram ")
    assert lines[2:6] == [
        "待发 0",
        "没把握 0｜导入中 0",
        "日报 果然鲜 · 团队",
        "　还没发过｜下次 09:00",
    ]
    assert lines[7] == "没有自动备份（config.toml 的 [backup] folder）"
    assert re.fullmatch(r"版本 \d+\.\d+\.\d+｜已运行 \d 秒", lines[8])
    assert lines[9:] == ["时钟误差 0 秒"]


async def test_a_group_sees_no_internals(linked: Wire, shop: Shop) -> None:
    await linked.say(shop.manager, "/status", chat=GROUP)
    assert (await linked.reply())["text"].splitlines() == [
        "运行正常",
        "待发 0",
        "日报 果然鲜 · 团队",
        "　还没发过｜下次 09:00",
    ]


async def test_it_counts_what_waits_and_what_nobody_knows(
    linked: Wire, shop: Shop, db: Database
) -> None:
    await linked.say(shop.manager, "/help")
    await linked.reply()
    linked.bot.vitals.note(refused=True)  # nothing leaves meanwhile
    with db.write() as s:
        for n, person in enumerate((shop.manager, shop.manager, shop.outsider)):
            chat = teams.chat(s, person, "private")
            outbox.enqueue(s, f"k{n}", Address(chat.id), Message("x"), NOW - 5 * MINUTE)
        s.add(
            OutboxRow(key="?", kind="x", chat_id=chat_of(db, shop), not_before=NOW,
                      created_at=NOW, state="uncertain", payload="{}")
        )  # fmt: skip
    from bot import status

    with db.read() as s:
        seen = status.look(
            s, db, linked.bot.config, shop.team, linked.bot.vitals.signs, NOW,
            linked.bot.vitals.signs.began,
        )  # fmt: skip
    assert (seen.waiting, seen.oldest, seen.uncertain) == (2, 300.0, 1)
    assert seen.troubles == ("refused",)


def chat_of(db: Database, shop: Shop) -> int | None:
    with db.read() as s:
        return teams.chat(s, shop.manager, "private").id


async def test_another_team_sees_nothing_of_it(linked: Wire, shop: Shop, db: Database) -> None:
    link(db, shop.other_team, OTHERS)
    await linked.say(shop.outsider, "/status")
    text = (await linked.reply())["text"]
    assert "邻家" in text
    assert "果然鲜" not in text


async def test_staff_and_strangers_are_not_told(linked: Wire, shop: Shop) -> None:
    await linked.say(shop.staff, "/status")
    assert "没有权限" in (await linked.reply())["text"]
    await linked.say(shop.stranger, "/status", chat=GROUP)
    assert await linked.replies() == []


async def test_who_cannot_be_reached_is_named(linked: Wire, shop: Shop) -> None:
    await linked.say(shop.owner, "/help")
    await linked.reply()
    await linked.kick(GROUP, shop.owner)
    await linked.replies()  # he is told of it
    await linked.say(shop.owner, "/status")
    assert "联系不上：果然鲜 · 团队" in (await linked.reply())["text"]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("zh-hans", "⚠️ 10:21 起连不上 Telegram，一直在重试"),
        ("zh-TW", "⚠️ 10:21 起連不上 Telegram，持續重試中"),
        ("en", "⚠️ Telegram unreachable since 10:21, trying on"),
    ],
)
async def test_it_says_since_when_telegram_is_unreachable(
    linked: Wire, shop: Shop, language: str, line: str
) -> None:
    from dataclasses import replace
    from zoneinfo import ZoneInfo

    from bot import status
    from bot.config import LANGUAGES
    from bot.i18n import language_of, translator
    from bot.render import status as render

    at = NOW + 111 * MINUTE  # 10:21 in Shanghai
    signs = replace(linked.bot.vitals.signs, unreachable_since=at)
    with linked.bot.db.read() as s:
        seen = status.look(
            s, linked.bot.db, linked.bot.config, shop.team, signs, at + MINUTE, signs.began
        )
    t = translator(language_of(language, LANGUAGES[0]))
    assert line in render.full(t, seen, at + MINUTE, ZoneInfo("Asia/Shanghai")).text.replace(
        "<b>", ""
    ).replace("</b>", "")


# absences -------------------------------------------------------------------------------------


async def absent(wire: Wire, shop: Shop, gap: timedelta) -> list[str]:
    await wire.say(shop.owner, "/help")
    await wire.reply()
    await wire.bot.stop()
    wire.bot.clock.advance(gap)
    await wire.start()
    return [m["text"] for m in await wire.replies()]


async def test_after_a_long_absence_the_owner_is_told_once(wire: Wire, shop: Shop) -> None:
    (text,) = await absent(wire, shop, 3 * HOUR)
    assert text == "我从 08:30 到 11:30 不在线。这段时间的消息，现在补上。"
    await wire.restart()
    assert await wire.replies() == []


async def test_after_more_than_a_day_it_says_what_was_lost(wire: Wire, shop: Shop) -> None:
    (text,) = await absent(wire, shop, 30 * HOUR)
    assert text.splitlines()[1].startswith("Telegram 只保留 24 小时：11‑23 14:30 以前")


async def test_a_short_absence_is_nothing_to_tell(wire: Wire, shop: Shop) -> None:
    assert await absent(wire, shop, 50 * MINUTE) == []
