"""What other programs may ask of a running bot over HTTP: Telegram's webhook and /healthz."""

from __future__ import annotations

import hmac
import json
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from bot.errors import ConfigError

log = logging.getLogger(__name__)

MAX_UPDATE = 2**20  # bytes of body
PROOF_HEADER = "X-Telegram-Bot-Api-Secret-Token"

Keep = Callable[[dict[str, Any]], Awaitable[None]]
Report = Callable[[], tuple[bool, dict[str, Any]]]


class Web:
    """One server for each (address, port) that is asked for; bound in `start`, before any call."""

    def __init__(self) -> None:
        self._rules: dict[tuple[str, int], list[Any]] = {}
        self._servers: list[HTTPServer] = []

    def hook(self, listen: str, port: int, path: str, secret: str, keep: Keep) -> None:
        """Updates come to `path`; `keep` returns only when one is stored."""
        given = {"secret": secret, "keep": keep}
        self._rules.setdefault((listen, port), []).append((path, _Hook, given))

    def healthz(self, listen: str, port: int, report: Report) -> None:
        self._rules.setdefault((listen, port), []).append(
            (r"/healthz", _Health, {"report": report})
        )

    def start(self) -> None:
        """Raises ConfigError where a port is taken."""
        for (listen, port), rules in self._rules.items():
            try:
                family = socket.AF_INET6 if ":" in listen else socket.AF_INET
                sock = socket.create_server((listen, port), family=family, backlog=128)
            except OSError as e:
                raise ConfigError(f"{listen}:{port} cannot be listened on: {e.strerror}") from None
            application = Application(rules, log_function=lambda _: None)
            server = HTTPServer(
                application, max_body_size=MAX_UPDATE, max_buffer_size=MAX_UPDATE,
                idle_connection_timeout=120, body_timeout=30,
            )  # fmt: skip
            sock.setblocking(False)
            server.add_socket(sock)
            self._servers.append(server)

    async def stop(self) -> None:
        for server in self._servers:
            server.stop()
            await server.close_all_connections()
        self._servers = []


class _Hook(RequestHandler):
    """Telegram brings one update; it is told so only when the update is on disk."""

    def initialize(self, secret: str, keep: Keep) -> None:
        self._secret, self._keep = secret.encode(), keep

    def prepare(self) -> None:
        given = self.request.headers.get(PROOF_HEADER, "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, self._secret):
            self._end(403)

    async def post(self) -> None:
        if not self.request.headers.get("Content-Type", "").startswith("application/json"):
            return self._end(415)
        update = _parsed(self.request.body)
        if update is None:
            return self._end(400)
        try:
            await self._keep(update)
        except Exception:
            log.exception("an update could not be stored; Telegram will bring it again")
            return self._end(503)
        return self._end(200)

    def _end(self, status: int) -> None:
        self.set_status(status)
        self.finish()


def _parsed(body: bytes) -> dict[str, Any] | None:
    try:
        update = json.loads(body)
    except ValueError:
        return None
    known = isinstance(update, dict) and type(update.get("update_id")) is int
    return update if known else None


class _Health(RequestHandler):
    def initialize(self, report: Report) -> None:
        self._report = report

    def get(self) -> None:
        well, report = self._report()
        self.set_status(200 if well else 503)
        self.set_header("Cache-Control", "no-store")
        self.finish(report)


async def beat(url: str) -> None:
    """Tell a dead-man switch that we live; failing costs nothing but a line."""
    try:
        await AsyncHTTPClient().fetch(url, request_timeout=10, connect_timeout=10)
    except Exception as e:  # an outage of the switch is no trouble of ours
        log.warning("the heartbeat did not arrive: %s", type(e).__name__)
