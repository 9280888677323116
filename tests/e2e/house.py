"""A sandbox for the chat page's tests, in a thread of its own, with a small world."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Locator, Page

from bot.clock import Clock
from bot.delivery import trust
from bot.sandbox.api import Sandbox
from bot.sandbox.server import Server
from bot.sandbox.world import Group, Member, Person, World

WANG, LI, STRANGER, TEAM, FORUM, SMALL = 101, 102, 103, -1001, -1002, -77
DAILY, CASES = 2, 3  # topics
WORLD = World(
    people=(
        Person(WANG, "王店长", line={"zh-hans": "店长", "en": "manager"}, started=True),
        Person(LI, "小李", line={"zh-hans": "客服", "en": "service"}, started=True),
        Person(STRANGER, "陌生人", outsider=True),
    ),
    groups=(
        Group(
            TEAM, "果然鲜", members=(Member(WANG), Member(LI, title="早班")), bot="administrator"
        ),
        Group(
            FORUM,
            "店里",
            members=(Member(WANG, "creator"), Member(LI)),
            bot="administrator",
            topics={DAILY: "日报", CASES: "售后"},
        ),
        Group(SMALL, "小群", "group", (Member(WANG, "creator"),)),
    ),
    bot_name="店小二",
    bot_username="shop_bot",
)
NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # Monday 08:30 in Shanghai
MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # Tuesday 09:00 there
PICTURE = Path(__file__).parents[1] / "dot.png"
BUTTONS = {"inline_keyboard": [[{"text": "解决", "callback_data": "i1:done"}]]}


Visit = Callable[..., Page]


class House:
    """A sandbox that runs in a thread of its own, and the calls the tests make on it."""

    def __init__(self) -> None:
        self.sandbox = Sandbox(WORLD, Clock(NOW))
        self.server = Server(self.sandbox, next_morning=lambda: MORNING)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self._wait(self.server.start())
        self.http = httpx.Client(base_url=self.server.url, timeout=60, verify=trust())

    def _wait(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def close(self) -> None:
        self.http.close()
        self._wait(self.server.stop())
        self._wait(self.loop.shutdown_asyncgens())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def bot(self, method: str, files: dict[str, bytes] | None = None, **params: Any) -> Any:
        """A Bot API call that must succeed."""
        data = {k: v if isinstance(v, str) else json.dumps(v) for k, v in params.items()}
        answer = self.http.post(f"/bot{self.sandbox.token}/{method}", data=data, files=files)
        assert answer.json()["ok"], answer.text
        return answer.json()["result"]

    def act(self, what: str, **body: Any) -> Any:
        """A person does something; the same door the page uses."""
        answer = self.http.post(f"/_sandbox/{what}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def update(self, kind: str) -> dict[str, Any]:
        """The last update of a kind that the bot is given."""
        updates = self.bot("getUpdates", timeout=5)
        found: dict[str, Any] = [u[kind] for u in updates if kind in u][-1]
        return found


def bubbles(page: Page) -> Locator:
    return page.locator("#col article")
