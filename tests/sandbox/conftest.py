"""A sandbox with a small world, alone and over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import httpx
import pytest

from bot.clock import Clock
from bot.delivery import trust
from bot.sandbox.api import Sandbox
from bot.sandbox.server import Server
from tests.judge import judge as judge
from tests.sandbox.town import WORLD


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 23, 0, 30, tzinfo=UTC))


@pytest.fixture
def sandbox(clock: Clock) -> Sandbox:
    return Sandbox(WORLD, clock)


@pytest.fixture
async def server(sandbox: Sandbox) -> AsyncIterator[Server]:
    server = await Server(sandbox).start()
    yield server
    await server.stop()


@pytest.fixture
async def http(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, verify=trust(), timeout=60) as client:
        yield client


@pytest.fixture
def api(http: httpx.AsyncClient, sandbox: Sandbox) -> Callable[[str], str]:
    """The path of a Bot API method."""
    return lambda method: f"/bot{sandbox.token}/{method}"
