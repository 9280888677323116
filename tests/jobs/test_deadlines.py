"""Warnings of deadlines over the wire: who hears what when, once, through stops and blocked chats."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import NOW, Shop
from sqlalchemy import event
from sqlmodel import select
from wire import Wire, buttons
from world import GROUP

from bot import members, pushes, teams
from bot.aftersales import issues
from bot.aftersales.issues import New
from bot.config import Config, Defaults
from bot.context import House
from bot.db import Database
from bot.db.desk import Issue, IssueEvent, IssueWarning
from bot.db.people import Chat, Member
from bot.db.wire import OutboxRow
from jobs import deadlines

TODAY = datetime(2026, 11, 23, tzinfo=UTC) - timedelta(hours=8)  # midnight in Shanghai


def at(hour: int, minute: int = 0, days: int = 0) -> datetime:
    return TODAY + timedelta(days=days, hours=hour, minutes=minute)


def who(db: Database, name: str) -> Member:
    with db.read() as s:
        return s.exec(select(Member).where(Member.name == name)).one()


def log(db: Database, shop: Shop, due: datetime, assignee: str = "小陈", **more: Any) -> int:
    """A refund that the platform pays by itself at `due`."""
    with db.write() as s:
        new = New(
            store_id=shop.tmall, type="refund_only", product="苹果礼盒5斤", amount=2990,
            assignee_id=who(db, assignee).id if assignee else None, due_at=due, due_from="line",
        )  # fmt: skip
        issue = issues.open(s, shop.team, new, NOW, None)
        issue.answered_at = NOW
        for name, value in more.items():
            setattr(issue, name, value)
        return issue.id or 0


def late_shift(db: Database, name: str = "小陈") -> None:
    with db.write() as s:
        member = s.exec(select(Member).where(Member.name == name)).one()
        member.shift = "late"  # 17:00 to 24:00, as long as the team has set no other hours
        s.add(member)


def link(db: Database, shop: Shop, mode: pushes.Mode = "on") -> None:
    with db.write() as s:
        row = teams.chat(s, GROUP, "supergroup")
        stores = teams.stores(s, shop.team)[:1]
        binding = teams.link(s, row, 0, stores, "zh-hans", Defaults(), NOW)
        for kind in ("digest", "nudge", "issues_week"):
            pushes.change(s, binding.id or 0, kind, mode="off")
        pushes.change(s, binding.id or 0, "issues", mode=mode)


@pytest.fixture
async def started(wire: Wire, shop: Shop) -> Wire:
    """小陈, 王店长 and the outsider have spoken to the bot."""
    for person in (shop.staff, shop.manager, shop.outsider):
        await wire.say(person, "/help")
    await wire.replies()
    return wire


async def heard(wire: Wire, moment: datetime) -> list[tuple[int, str]]:
    await wire.until(moment)
    return [(m["chat"]["id"], m["text"]) for m in await wire.replies()]


async def test_tonights_deadlines_come_in_one_message_before_the_shift_ends(
    started: Wire, shop: Shop, db: Database
) -> None:
    late_shift(db)
    for minute in (12, 40):
        log(db, shop, at(3, minute, days=1))
    assert await heard(started, at(21, 59)) == []
    await started.until(at(22))
    message = await started.reply()
    assert message["chat"]["id"] == shop.staff
    assert message["text"].splitlines() == [
        "🌙 今晚到期 2 单｜24:00 下班前处理",
        "03:12 #1 仅退款 苹果礼盒5斤 ¥29.90",
        "03:40 #2 仅退款 苹果礼盒5斤 ¥29.90",
    ]
    assert list(buttons(message)) == ["#1", "#2"]
    await started.press(shop.staff, message, buttons(message)["#2"])
    assert (await started.reply())["text"].startswith(
        "🟠 #2 仅退款｜天猫旗舰店｜已分派\n⏰ 11‑24 03:40"
    )
    await started.restart()
    assert await heard(started, at(23)) == []
    assert await heard(started, at(1, 40, days=1)) == []  # nobody is woken


async def test_two_hours_before_and_when_it_has_passed(
    started: Wire, shop: Shop, db: Database
) -> None:
    link(db, shop, "silent")
    log(db, shop, at(16))  # 小陈 has no shift: spoken to from 08:00 to 22:00
    assert await heard(started, at(13, 59)) == []
    near = await heard(started, at(14))
    # nobody has begun, so the manager hears of it too
    line = "16:00 #1 仅退款 苹果礼盒5斤 ¥29.90"
    assert sorted(near) == [
        (shop.manager, f"⏰ 1 单 2 小时内到期\n{line} · 小陈"),
        (shop.staff, f"⏰ 1 单 2 小时内到期\n{line}"),
    ]
    missed = await heard(started, at(16))
    assert sorted(missed) == [
        (GROUP, f"🔴 1 单过了期限\n{line} · 小陈"),
        (shop.manager, f"🔴 1 单过了期限\n{line} · 小陈"),
        (shop.staff, f"🔴 1 单过了期限\n{line}"),
    ]
    with db.read() as s:
        (issue,) = s.exec(select(Issue)).all()
        whats = s.exec(select(IssueEvent.what)).all()
    assert issue.missed_at == at(16)
    assert whats == ["open", "missed"]
    assert await heard(started, at(16, 1)) == []


async def test_what_was_solved_in_time_is_not_spoken_of(
    started: Wire, shop: Shop, db: Database
) -> None:
    number = log(db, shop, at(16))
    with db.write() as s:
        issue = s.get(Issue, number)
        assert issue
        issues.act(s, issue, "resolve", who(db, "小陈"), NOW, "refunded:0")
    assert await heard(started, at(14)) == []
    assert await heard(started, at(16)) == []


async def test_who_cannot_be_reached_is_passed_over(
    started: Wire, shop: Shop, db: Database
) -> None:
    """小陈 blocked the bot: the manager; the manager left: the owner never wrote to it, so the group."""
    with db.write() as s:
        s.exec(select(Chat).where(Chat.telegram_id == shop.staff)).one().gone_at = NOW
    log(db, shop, at(16))
    ((chat, text),) = await heard(started, at(14))
    assert (chat, text.endswith("· 小陈")) == (shop.manager, True)
    with db.write() as s:
        s.exec(select(Member).where(Member.name == "王店长")).one().left_at = NOW
    link(db, shop)
    log(db, shop, at(19))
    ((chat, _),) = await heard(started, at(17))
    assert chat == GROUP


async def test_after_a_stop_only_what_still_helps_is_said_and_merged(
    started: Wire, shop: Shop, db: Database
) -> None:
    await started.bot.stop()
    late_shift(db, "王店长")  # not on shift before five
    for due in (at(10, 30), at(16), at(16, 30)):
        log(db, shop, due)
    with db.write() as s:
        long_ago = s.exec(select(Issue).where(Issue.no == 1)).one()
        long_ago.due_at = at(-5)
        s.add(long_ago)
    started.bot.clock.set(at(15, 30))
    await started.start()
    ((chat, text),) = [x for x in await heard(started, at(15, 31)) if "不在线" not in x[1]]
    assert chat == shop.staff
    assert text.splitlines()[0] == "⏰ 2 单 2 小时内到期"
    with db.read() as s:
        assert s.exec(select(Issue.no).where(Issue.missed_at != None)).all() == [1]  # noqa: E711


async def test_nobody_took_it_in_half_an_hour(started: Wire, shop: Shop, db: Database) -> None:
    log(db, shop, at(23, days=5), "", answered_at=None)  # logged at 08:30
    assert await heard(started, at(8, 59)) == []
    ((chat, text),) = await heard(started, at(9))
    assert (chat, text.splitlines()[0]) == (shop.staff, "💬 1 单登记了 30 分钟还没人接")
    ((chat, _),) = await heard(started, at(9, 30))
    assert chat == shop.manager
    assert await heard(started, at(10)) == []


# without a bot: rows, locks, two processes -------------------------------------------------------


def house(db: Database, now: datetime, owner: str = "a") -> House:
    from concurrent.futures import ThreadPoolExecutor

    from bot.clock import Clock

    return House(Config(), db, Clock(now), owner, ThreadPoolExecutor(1))


def reach(db: Database, *people: int) -> None:
    with db.write() as s:
        for person in people:
            teams.chat(s, person, "private")


def test_nothing_due_takes_no_lock(db: Database, shop: Shop) -> None:
    reach(db, shop.staff)
    log(db, shop, at(16))
    begins: list[str] = []
    name = "begin" if db.is_sqlite else "commit"
    event.listen(db.engine, name, lambda c: begins.append(str(c.get_execution_options())))
    deadlines.tick(house(db, at(12)))
    assert not any("IMMEDIATE" in x for x in begins)


def test_two_processes_say_it_once(db: Database, shop: Shop) -> None:
    reach(db, shop.staff)
    for minute in range(20):
        log(db, shop, at(16, minute), stage="doing")

    async def both() -> None:
        houses = [house(db, at(14, 20), x) for x in "ab"]
        await asyncio.gather(*(asyncio.to_thread(deadlines.tick, h) for h in houses))

    asyncio.run(both())
    with db.read() as s:
        assert len(s.exec(select(IssueWarning)).all()) == 20
        rows = s.exec(select(OutboxRow)).all()
    listed = [int(x) for r in rows for x in re.findall(r"#(\d+)</b>", r.payload)]
    assert sorted(listed) == list(range(1, 21))


def test_a_team_hears_nothing_of_anothers(db: Database, shop: Shop) -> None:
    reach(db, shop.staff, shop.outsider, shop.stranger)
    with db.write() as s:
        issues.open(s, shop.team, New(store_id=shop.tmall, due_at=at(16)), NOW, None)
    deadlines.tick(house(db, at(14)))
    deadlines.tick(house(db, at(16)))
    with db.read() as s:
        assert (
            s.exec(select(OutboxRow)).all() == []
        )  # staff is no lead, and nobody else can be reached


def test_hours_of_the_teams_own_shift(db: Database, shop: Shop) -> None:
    reach(db, shop.staff)
    late_shift(db)
    with db.write() as s:
        members.set_hours(s, who(db, "林老板"), "late", "15:00-23:00", NOW)
    log(db, shop, at(3, days=1))
    deadlines.tick(house(db, at(20, 59)))
    with db.read() as s:
        assert s.exec(select(IssueWarning)).all() == []
    deadlines.tick(house(db, at(21)))
    with db.read() as s:
        (row,) = s.exec(select(OutboxRow)).all()
    assert "23:00 下班前处理" in row.payload
    assert (row.policy, row.expires_at) == ("repeat", at(3, days=1))


async def test_a_card_is_edited_when_its_deadline_is_spoken_of_and_passes(
    started: Wire, shop: Shop, db: Database
) -> None:
    await started.say(
        shop.staff, "/issue 天猫旗舰店 2611220093 仅退款 苹果 少件 ¥29.9 @小陈 剩3h"
    )  # until 11:30
    card = (await started.replies())[-1]
    with db.write() as s:
        issue = s.exec(select(Issue)).one()
        issue.store_id, issue.answered_at = shop.tmall, NOW
        s.add(issue)
    for moment, words in ((at(9, 31), "剩1小时"), (at(11, 31), "超")):
        await started.until(moment)
        edits = [m for m in await started.replies() if m["message_id"] == card["message_id"]]
        assert len(edits) == 1, moment
        assert words in edits[0]["text"].splitlines()[1]
