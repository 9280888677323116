"""Signs of life: what is a reason to end, and what is not; the watchdog over the real bot."""

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from conftest import NOW, Shop
from sqlmodel import select
from wire import Wire, running

from bot import outbox, teams
from bot.clock import Clock
from bot.db import Database
from bot.db.wire import Alive
from bot.health import DEAF, Limits, Signs, Vitals, Watchdog, decide
from bot.message import Message
from bot.outbox import Address
from bot.polling import Deaf

WELL = Signs.fresh(1000.0)
SHORT = Limits(hearing=0.5, ticking=0.5, pumping=0.5, sending=0.5, looking=0.05)
OUTAGE = datetime(2026, 11, 23, 2, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "at", "troubles", "stuck"),
    [
        ({}, 1000.0, (), False),
        ({}, 1100.0, (), False),
        ({"ticked": 1200.0, "pumped": 1200.0}, 1200.0, ("hearing",), True),
        ({"heard": 1200.0, "tried": 1200.0, "pumped": 1200.0}, 1200.0, ("ticking",), True),
        ({"heard": 1200.0, "tried": 1200.0, "ticked": 1200.0}, 1200.0, ("pumping",), True),
        ({"unreachable_since": OUTAGE}, 1000.0, ("unreachable",), False),
        ({"write_error": "OperationalError"}, 1000.0, ("disk",), False),
        ({"refused": True}, 1000.0, ("refused",), False),
        ({"webhook_taken": True}, 1000.0, ("webhook",), False),
        ({"skew": -121.0}, 1000.0, ("clock",), False),
        ({"skew": 119.0}, 1000.0, (), False),
    ],
)
def test_what_each_sign_means(
    changes: dict[str, Any], at: float, troubles: tuple[str, ...], stuck: bool
) -> None:
    verdict = decide(replace(WELL, **changes), at)
    assert verdict.troubles == troubles
    assert verdict.stuck is stuck


def alive_at(now: float, **changes: Any) -> Signs:
    signs = replace(WELL, tried=now, ticked=now, pumped=now, settled=now, heard=now)
    return replace(signs, **changes)


def test_an_outage_of_hours_is_no_reason_to_end() -> None:
    signs = alive_at(9000.0, heard=1000.0, settled=1000.0, unreachable_since=OUTAGE, due=1000.0)
    assert not decide(signs, 9000.0).stuck


def test_a_poll_that_hangs_during_an_outage_is_stuck() -> None:
    signs = alive_at(9000.0, tried=1000.0, unreachable_since=OUTAGE)
    assert decide(signs, 9000.0).stuck


def test_what_is_due_all_the_while_and_never_tried_is_stuck() -> None:
    assert decide(alive_at(9000.0, due=8000.0, settled=8000.0), 9000.0).troubles == ("sending",)
    assert decide(alive_at(9000.0, due=8000.0, settled=8990.0), 9000.0).troubles == ()


def test_a_process_that_stands_by_need_not_hear() -> None:
    assert not decide(alive_at(9000.0, heard=1000.0, standby=True), 9000.0).stuck


def test_a_loop_that_does_not_end_when_asked_is_ended() -> None:
    asked: list[str] = []
    ended: list[int] = []
    done = threading.Event()
    watchdog = Watchdog(
        Vitals(), asked.append, limits=SHORT, grace=0.1,
        end=lambda status: (ended.append(status), done.set()),
    )  # fmt: skip
    watchdog.start()
    assert done.wait(10)
    assert asked == ["the bot is stuck (hearing, ticking, pumping)"]
    assert ended == [DEAF]


async def test_a_bot_whose_ticks_stop_ends_with_one_line(
    db_url: str, shop: Shop, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(db_url, clock, limits=Limits(ticking=8, looking=0.1)) as wire:
        wire.bot.ticks._scheduler.pause()
        with pytest.raises(Deaf, match=r"stuck \(ticking\)"):
            await asyncio.wait_for(wire.bot.wait(), 20)
    said = [r.getMessage() for r in caplog.records if r.name == "bot.health"]
    assert said == ["the bot is stuck (ticking); ending, so that a supervisor starts it anew"]


async def test_it_says_when_it_was_alive(wire: Wire, db: Database) -> None:
    async with asyncio.timeout(20):
        while not (row := await asyncio.to_thread(alive, db)):
            await asyncio.sleep(0.05)
    assert row.bot_id == wire.bot.house.bot_id
    assert abs((row.at - wire.bot.clock.now()).total_seconds()) < 30


def alive(db: Database) -> Alive | None:
    with db.read() as s:
        return s.exec(select(Alive)).first()


async def test_a_clock_that_is_wrong_is_noticed_by_what_is_sent(wire: Wire, shop: Shop) -> None:
    wire.server.sandbox.state.clock = Clock(NOW.replace(hour=1))  # an hour ahead of ours
    await wire.say(shop.owner, "/help")
    await wire.reply()
    assert 3590 < wire.bot.vitals.signs.skew < 3610


async def test_a_revoked_token_holds_what_is_to_be_said(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.owner, "/help")
    await wire.reply()
    wire.bot.vitals.note(refused=True)
    push(wire, db, shop, "held")
    await asyncio.sleep(1.5)
    assert sum(c["method"] == "sendMessage" for c in wire.calls) == 1
    wire.bot.vitals.note(refused=False)
    assert (await wire.reply())["text"] == "held"


def push(wire: Wire, db: Database, shop: Shop, words: str) -> None:
    with db.write() as s:
        chat = teams.chat(s, shop.owner, "private")
        outbox.enqueue(s, f"push:{words}", Address(chat.id), Message(words), wire.bot.clock.now())
