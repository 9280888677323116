"""The Bot API's own side of the server: calls, the one long poll, and downloads."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any

from tornado.httputil import HTTPServerRequest

from bot.sandbox.api import Reply
from bot.sandbox.files import MAX_DOWNLOAD
from bot.sandbox.local import LocalHandler
from bot.sandbox.lookups import begin_updates
from bot.sandbox.params import Params, Upload
from bot.sandbox.refusal import Refused, bad_request

if TYPE_CHECKING:
    from bot.sandbox.server import Server

LONGEST_SILENCE = 600.0  # seconds until a held request is let go of
REPEATED_CONFLICT_DELAY = 3.0  # seconds: the official server slows down a fight over updates
_CONFLICT = (
    "Conflict: terminated by other getUpdates request;"
    " make sure that only one bot instance is running"
)


class Polls:
    """The one long poll that may be open: a newer one ends the older with 409."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._current: BotApi | None = None
        self._next_conflict = 0.0

    async def hold(self, handler: BotApi, params: Params) -> bool:
        """Wait for updates as long as the call asks; False where another poll took over.

        Raises Refused while a webhook is set.
        """
        sandbox, loop = handler.sandbox, asyncio.get_running_loop()
        until = loop.time() + begin_updates(sandbox.state, params)
        self._current = handler
        self._server.bell.ring()
        while self._current is handler and not handler.client_left:
            left = until - loop.time()
            if len(sandbox.state.updates) or left <= 0:
                break
            if sandbox.faults.waits_for("getUpdates"):
                break
            await self._server.bell.wait(left)
            if sandbox.state.webhook["url"]:
                raise Refused(409, "Conflict: terminated by setWebhook request")
        if self._current is not handler:
            return False
        self._current = None
        return True

    async def conflict(self) -> Refused:
        """The 409 for the poll that was ended; a second one within 3 s comes 3 s late."""
        now = asyncio.get_running_loop().time()
        if now < self._next_conflict:
            await asyncio.sleep(REPEATED_CONFLICT_DELAY)
        else:
            self._next_conflict = now + REPEATED_CONFLICT_DELAY
        return Refused(409, _CONFLICT)


class BotApi(LocalHandler):
    """/bot<token>/<method>, with parameters in the query, a form, JSON or multipart."""

    async def get(self, token: str, method: str) -> None:
        await self._answer(token, method)

    async def post(self, token: str, method: str) -> None:
        await self._answer(token, method)

    async def _answer(self, token: str, method: str) -> None:
        reply = await self._carry_out(token, method)
        if reply is None:
            return
        if reply.silence:
            await self._say_nothing(reply.silence)
        elif reply.html:
            self.set_status(reply.status)
            self.set_header("Content-Type", "text/html")
            self.finish(reply.html)
        else:
            self.send_json(reply.body, reply.status)

    async def _carry_out(self, token: str, method: str) -> Reply | None:
        """None where the client has left."""
        try:
            params = read_params(self.request)
        except ValueError:
            refusal = bad_request("can't parse request body as JSON")
            return self.sandbox.refuse(method, Params(), refusal)
        try:
            self._check_token(token)
            if method.lower() == "getupdates" and not self._fault_waits():
                if not await self.server.polls.hold(self, params):
                    raise await self.server.polls.conflict()
                if self.client_left:
                    self.sandbox.abandoned("getUpdates", params)
                    return None
        except Refused as refused:
            return self.sandbox.refuse(method, params, refused)
        return self.sandbox.receive(method, params)

    def _check_token(self, token: str) -> None:
        if token != self.sandbox.token:
            looks_right = re.fullmatch(r"\d+:[\w-]+", token) is not None
            raise Refused(401, "Unauthorized") if looks_right else Refused(404, "Not Found")

    def _fault_waits(self) -> bool:
        return self.sandbox.faults.waits_for("getUpdates")

    async def _say_nothing(self, silence: str) -> None:
        """Hold the request until the client leaves, or cut the connection at once."""
        if silence == "timeout":
            events = (self.left, self.server.stopping)
            waits = [asyncio.ensure_future(event.wait()) for event in events]
            await asyncio.wait(waits, timeout=LONGEST_SILENCE, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
        if not self.left.is_set():
            self.detach().close()


def read_params(request: HTTPServerRequest) -> Params:
    """Query, form, JSON body and multipart parts in one. Raises ValueError for broken JSON."""
    values: dict[str, Any] = {
        name: found[-1].decode("utf8", "replace") for name, found in request.arguments.items()
    }
    if request.headers.get("Content-Type", "").startswith("application/json") and request.body:
        body = json.loads(request.body)
        if not isinstance(body, dict):
            raise ValueError("no JSON object")
        values |= body
    uploads = {
        name: Upload(found[-1]["filename"], found[-1]["body"])
        for name, found in request.files.items()
    }
    return Params(values, uploads)


class Files(LocalHandler):
    """/file/bot<token>/<file_path>: downloads of up to 20 MB."""

    def get(self, token: str, path: str) -> None:
        file = self.sandbox.state.files.at(path) if token == self.sandbox.token else None
        if file is None or len(file.content) > MAX_DOWNLOAD:
            self.send_json(Refused(404, "Not Found").body(), 404)
            return
        self.set_header("Content-Type", "application/octet-stream")
        self.finish(file.content)
