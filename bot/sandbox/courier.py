"""Brings updates to the webhook over HTTP, in order, and again until it is answered with 2xx."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

from bot.sandbox.lookups import HERE, hand_out

if TYPE_CHECKING:
    from bot.sandbox.server import Server

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0  # seconds; Telegram's own are longer
ANSWER_WITHIN = 30.0


class Courier:
    """Runs beside the server; a webhook that is not on this machine gets nothing."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._state = server.sandbox.state
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="courier")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        client = AsyncHTTPClient(force_instance=True)
        pause = FIRST_PAUSE
        # a cancellation that meets a ring of the bell is lost in wait_for (Python 3.11)
        while not self._server.stopping.is_set():
            url = self._state.webhook["url"]
            if urlsplit(url).hostname not in HERE or not len(self._state.updates):
                await self._server.bell.wait(60)
                continue
            (update,) = hand_out(self._state, 1)
            trouble = await self._bring(client, url, update)
            if not trouble:
                self._state.updates.confirm(update["update_id"] + 1, self._state.now())
                pause = FIRST_PAUSE
                continue
            now = int(self._state.now().timestamp())
            self._state.webhook |= {"last_error_date": now, "last_error_message": trouble}
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _bring(self, client: AsyncHTTPClient, url: str, update: dict[str, Any]) -> str:
        """What went wrong, in Telegram's words; empty where it was taken."""
        headers = {"Content-Type": "application/json"}
        if self._state.webhook_secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self._state.webhook_secret
        request = HTTPRequest(
            url, "POST", headers, json.dumps(update),
            request_timeout=ANSWER_WITHIN, follow_redirects=False,
        )  # fmt: skip
        try:
            answer = await client.fetch(request, raise_error=False)
        except OSError:
            return "Connection refused"
        except HTTPClientError:  # raised all the same where no answer came: too late, or cut off
            return "Connection timed out"
        if 200 <= answer.code < 300:
            return ""
        return f"Wrong response from the webhook: {answer.code} {answer.reason}"
