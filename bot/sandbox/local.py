"""What all HTTP handlers of the sandbox share: waiting, and being reachable from here alone."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from tornado.web import RequestHandler

if TYPE_CHECKING:
    from bot.sandbox.server import Server

_HERE = ("127.0.0.1", "localhost", "[::1]")


class Bell:
    """Wakes everybody who waits for something to happen."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def wait(self, seconds: float) -> None:
        """Until the next ring, or for so many seconds."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await asyncio.wait_for(future, max(seconds, 0))
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(future)


class LocalHandler(RequestHandler):
    """A handler that only this machine's own pages and programs reach."""

    def initialize(self, server: Server) -> None:
        self.server = server
        self.sandbox = server.sandbox
        self.left = asyncio.Event()

    def prepare(self) -> None:
        # a foreign page in the same browser must not reach in, by name or by script
        host = self.request.host.rpartition(":")[0] or self.request.host
        origin = self.request.headers.get("Origin", "")
        stranger = host not in (*_HERE, self.server.host)
        if stranger or (origin and origin.partition("://")[2] != self.request.host):
            self.send_json({"error": "this server talks to its own machine only"}, 403)

    def on_connection_close(self) -> None:
        self.left.set()
        self.server.bell.ring()

    @property
    def client_left(self) -> bool:
        return self.left.is_set() or self.server.stopping.is_set()

    def send_json(self, body: Any, status: int = 200) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps(body, ensure_ascii=False))
