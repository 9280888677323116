"""The sandbox over HTTP, on this machine only."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from bot.sandbox.api import Sandbox
from bot.sandbox.botapi import BotApi, Files, Polls
from bot.sandbox.control import ROUTES
from bot.sandbox.courier import Courier
from bot.sandbox.files import MAX_UPLOAD
from bot.sandbox.local import Bell, LocalHandler

PAGE = Path(__file__).with_name("page.html")
_BODY_LIMIT = MAX_UPLOAD + 1024 * 1024  # the file and the form around it


class Server:
    """Serves one sandbox.

        server = await Server(sandbox).start()      # server.port, server.url
        await server.stop()

    `port` 0 picks a free one. `next_morning` tells the control side to which instant (aware) the
    clock moves on {"next": "morning"}; it may be a coroutine function.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        next_morning: Callable[[], datetime | Awaitable[datetime]] | None = None,
    ) -> None:
        self.sandbox = sandbox
        self.host = host
        self.port = port
        self.next_morning = next_morning
        self.bell = Bell()
        self.stopping = asyncio.Event()
        self.polls = Polls(self)
        self.courier = Courier(self)
        self._http: HTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    async def start(self) -> Server:
        """Raises OSError where the port is taken."""
        given: dict[str, Any] = {"server": self}
        application = Application(
            [
                (r"/bot([^/]+)/(\w+)", BotApi, given),
                (r"/file/bot([^/]+)/(.+)", Files, given),
                (r"/", Page, given),
                *[(path, handler, given) for path, handler in ROUTES],
            ],
            log_function=lambda _: None,  # the URLs hold the token
        )
        sockets = bind_sockets(self.port, self.host)
        self.port = sockets[0].getsockname()[1]
        self._http = HTTPServer(application, max_body_size=_BODY_LIMIT, max_buffer_size=_BODY_LIMIT)
        self._http.add_sockets(sockets)
        self.sandbox.state.events.listeners.append(self.bell.ring)
        self.courier.start()
        return self

    async def stop(self) -> None:
        """Close the port; whoever waits is let go."""
        if self._http is None:
            return
        self.stopping.set()
        await self.courier.stop()
        self.bell.ring()
        self._http.stop()
        self.sandbox.state.events.listeners.remove(self.bell.ring)
        await self._http.close_all_connections()
        self._http = None


class Page(LocalHandler):
    """The demo's one static page. It may load and call nothing but this server."""

    def get(self) -> None:
        if not PAGE.exists():
            self.send_json({"error": "there is no page"}, 404)
            return
        self.set_header(
            "Content-Security-Policy",
            "default-src 'self' 'unsafe-inline'; img-src 'self' data: blob:",
        )
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        self.finish(PAGE.read_bytes())
