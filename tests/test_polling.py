"""The long poll: stored before confirmed, alive through every weather, deaf only when it is."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from telegram import Bot
from telegram.request import HTTPXRequest
from world import TOKEN, WORLD

from bot.clock import Clock
from bot.health import Vitals
from bot.polling import CONFLICTS, Deaf, Poll
from bot.sandbox import people
from bot.sandbox.api import Sandbox
from bot.sandbox.faults import Fault
from bot.sandbox.server import Server


@dataclass
class Desk:
    """A poll against a sandbox, with a store that can be made to fail and no real pauses."""

    server: Server
    poll: Poll
    stored: list[str] = field(default_factory=list)
    failures: int = 0
    vitals: Vitals = field(default_factory=Vitals)
    pauses: list[float] = field(default_factory=list)

    def say(self, text: str) -> None:
        people.say(self.server.sandbox.state, 1003, text)

    def fault(self, kind: str, times: int = 1, method: str = "getUpdates") -> None:
        self.server.sandbox.faults.add(Fault(method, kind, times=times))

    @property
    def calls(self) -> list[str]:
        return [call["method"] for call in self.server.sandbox.log.calls]

    async def store(self, batch: list[dict[str, Any]]) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("disk full")
        self.stored += [u["message"]["text"] for u in batch]

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    async def until(self, *texts: str) -> None:
        """Poll until these were stored."""
        task = asyncio.create_task(self.poll.run())
        async with asyncio.timeout(10):
            while self.stored != list(texts) and not task.done():
                await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert self.stored == list(texts)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    clock = Clock()
    server = await Server(Sandbox(WORLD, clock, TOKEN)).start()
    request = HTTPXRequest(read_timeout=2)
    async with Bot(
        TOKEN, base_url=f"{server.url}/bot", request=HTTPXRequest(), get_updates_request=request
    ) as bot:
        desk = Desk(server, None)  # type: ignore[arg-type]  # it needs the desk's own methods
        desk.poll = Poll(
            bot, request, desk.store, desk.vitals, clock.now, seconds=1, sleep=desk.pause
        )
        yield desk
    await server.stop()


@pytest.mark.parametrize("kind", ["500", "502", "html", "429", "drop_before", "401", "404", "409"])
async def test_one_trouble_does_not_end_it(desk: Desk, kind: str) -> None:
    desk.fault(kind)
    desk.say("a")
    await desk.until("a")
    assert len(desk.pauses) == 1


async def test_what_could_not_be_stored_is_not_confirmed(desk: Desk) -> None:
    desk.failures = 3
    desk.say("a")
    await desk.until("a")
    assert desk.pauses == [1.0, 2.0, 4.0]


async def test_a_lost_answer_costs_no_update(desk: Desk) -> None:
    desk.say("a")
    desk.fault("drop_after")
    await desk.until("a")


async def test_a_token_refused_by_getme_too_makes_it_deaf(desk: Desk) -> None:
    desk.fault("401", times=0)
    desk.fault("401", times=0, method="getMe")
    before = desk.calls.count("getMe")
    with pytest.raises(Deaf, match="refuses the token"):
        await desk.poll.run()
    assert desk.calls.count("getMe") - before == 3
    assert desk.pauses == [30.0, 30.0]
    assert desk.vitals.signs.refused  # nothing is sent with it


async def test_a_proxys_404_is_no_revoked_token(desk: Desk) -> None:
    desk.fault("404", times=2)
    desk.fault("502", method="getMe")
    desk.say("a")
    await desk.until("a")
    assert not desk.vitals.signs.refused


async def test_five_conflicts_in_a_minute_make_it_deaf(desk: Desk) -> None:
    desk.fault("409", times=0)
    with pytest.raises(Deaf, match="another process"):
        await desk.poll.run()
    assert desk.calls.count("getUpdates") == CONFLICTS == 5
    assert desk.vitals.signs.refused


async def test_an_outage_is_telegrams_and_ends_with_it(desk: Desk, clock: Clock) -> None:
    desk.fault("502", times=30)
    desk.say("a")
    task = asyncio.create_task(desk.poll.run())
    while desk.vitals.signs.unreachable_since is None:
        await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await desk.until("a")
    assert desk.vitals.signs.unreachable_since is None


async def test_a_webhook_that_somebody_set_is_deleted(desk: Desk) -> None:
    desk.server.sandbox.state.webhook = {"url": "https://elsewhere.example/hook"}
    desk.say("a")
    await desk.until("a")
    assert desk.calls.count("deleteWebhook") == 1


async def test_an_empty_batch_is_a_sign_of_life(desk: Desk) -> None:
    before = desk.vitals.signs.heard
    task = asyncio.create_task(desk.poll.run())
    async with asyncio.timeout(10):
        while desk.vitals.signs.heard == before:
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
