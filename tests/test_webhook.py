"""The webhook over HTTP: only Telegram is let in, and told "received" once an update is on disk."""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import Shop
from sqlmodel import func, select
from test_cli import call
from wire import Wire, running
from world import TOKEN, WORLD

from bot import config
from bot.clock import Clock
from bot.db import Database
from bot.db.wire import InboxRow
from bot.delivery import trust
from bot.errors import ConfigError
from bot.sandbox import people
from bot.sandbox.api import Sandbox
from bot.sandbox.faults import Fault
from bot.sandbox.server import Server
from bot.sandbox.updates import UpdateQueue
from bot.webhook import Webhook

SECRET = "s" * 40
UPDATES = 60
UPDATE = {"update_id": 5, "message": {}}


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


@pytest.fixture
def hook() -> config.Webhook:
    port = free_port()
    return config.Webhook(f"http://127.0.0.1:{port}/hook", "127.0.0.1", port, SECRET)


@pytest.fixture
async def hooked(
    db_url: str, shop: Shop, clock: Clock, hook: config.Webhook
) -> AsyncIterator[Wire]:
    health = config.Health(port=hook.port)
    async with running(db_url, clock, hook=hook, health=health) as wire:
        await until(lambda: wire.server.sandbox.state.webhook["url"] == hook.url)
        await asyncio.sleep(0.1)  # until the bot has read the answer
        yield wire


async def test_an_update_comes_by_webhook_and_is_answered(hooked: Wire, shop: Shop) -> None:
    await hooked.say(shop.owner, "/help")
    assert "/today" in (await hooked.reply())["text"]
    assert "getUpdates" not in [c["method"] for c in hooked.calls]


async def test_telegram_is_told_where_we_listen(hooked: Wire, hook: config.Webhook) -> None:
    (params,) = [c["params"] for c in hooked.calls if c["method"] == "setWebhook"]
    assert (params["url"], params["secret_token"]) == (hook.url, SECRET)
    assert params["max_connections"] == "40"
    assert "callback_query" in params["allowed_updates"]
    assert params.get("drop_pending_updates", "false") == "false"


async def post(hook: config.Webhook, secret: str, body: bytes, kind: str = "json") -> int:
    headers = {"Content-Type": f"application/{kind}"}
    if secret:
        headers["X-Telegram-Bot-Api-Secret-Token"] = secret
    async with httpx.AsyncClient(verify=trust(), timeout=60) as http:
        answer = await http.post(hook.url, content=body, headers=headers)
    return answer.status_code


@pytest.mark.parametrize(
    ("secret", "body", "kind", "status"),
    [
        ("", json.dumps(UPDATE), "json", 403),
        ("t" * 40, json.dumps(UPDATE), "json", 403),
        (SECRET + "s", json.dumps(UPDATE), "json", 403),
        (SECRET, json.dumps(UPDATE), "x-www-form-urlencoded", 415),
        (SECRET, "{", "json", 400),
        (SECRET, '{"update_id": "5"}', "json", 400),
        (SECRET, "[]", "json", 400),
    ],
)
async def test_what_is_not_telegrams_is_not_stored(
    hooked: Wire, hook: config.Webhook, db: Database, secret: str, body: str, kind: str, status: int
) -> None:
    assert await post(hook, secret, body.encode(), kind) == status
    assert stored(db) == 0


async def test_more_than_a_megabyte_is_refused(
    hooked: Wire, hook: config.Webhook, db: Database
) -> None:
    body = json.dumps({**UPDATE, "x": "x" * 2**20}).encode()
    with contextlib.suppress(httpx.TransportError):  # the server may hang up at once
        assert await post(hook, SECRET, body) in (400, 413)
    assert stored(db) == 0


def stored(db: Database) -> int:
    with db.read() as s:
        return s.exec(select(func.count()).select_from(InboxRow)).one()


async def test_the_same_update_is_handled_once(
    hooked: Wire, hook: config.Webhook, shop: Shop
) -> None:
    people.say(hooked.server.sandbox.state, shop.owner, "/help")
    (pending,) = hooked.server.sandbox.state.updates.peek(1)
    body = json.dumps(pending.body).encode()
    assert [await post(hook, SECRET, body) for _ in range(3)] == [200, 200, 200]
    assert len(await hooked.replies()) == 1


async def test_what_cannot_be_stored_is_brought_again(
    hooked: Wire, hook: config.Webhook, shop: Shop, db: Database
) -> None:
    from e2e.test_trouble import allow, refuse

    refuse(db, "inbox", "INSERT")
    assert await post(hook, SECRET, json.dumps(UPDATE).encode()) == 503
    await hooked.say(shop.owner, "/help")
    await asyncio.sleep(0.5)
    allow(db, "inbox")
    assert "/today" in (await hooked.reply())["text"]


async def test_a_webhook_that_another_took_is_set_again(
    hooked: Wire, hook: config.Webhook, clock: Clock
) -> None:
    house = hooked.bot.house
    watch = Webhook(hooked.bot.app.bot, hook, house.vitals, clock.now)
    hooked.server.sandbox.state.webhook = {"url": "https://elsewhere.example/"}
    await watch._look()
    assert house.vitals.signs.webhook_taken
    assert hooked.server.sandbox.state.webhook["url"] == hook.url
    await watch._look()
    assert not house.vitals.signs.webhook_taken


async def test_two_instances_behind_one_address_handle_each_update_once(
    db_url: str, db: Database, shop: Shop, clock: Clock, hook: config.Webhook
) -> None:
    if db.is_sqlite:
        return  # one process only
    from bot.app import Storebot

    async with running(db_url, clock, hook=hook) as wire:
        second = replace(hook, port=free_port())
        telegram = replace(wire.bot.config.telegram, webhook=second)
        other = Storebot(replace(wire.bot.config, telegram=telegram), clock)
        await other.start()
        wire.server.sandbox.state.webhook = {"url": ""}  # we bring them ourselves
        for n in range(10):
            people.say(wire.server.sandbox.state, shop.owner, f"/help {n}")
        bodies = [json.dumps(p.body).encode() for p in wire.server.sandbox.state.updates.peek(10)]
        beside = replace(second, url=f"http://127.0.0.1:{second.port}/hook")
        await asyncio.gather(*(post(h, SECRET, b) for b in bodies for h in (hook, beside)))
        wire.server.sandbox.state.updates.clear()
        assert len(await wire.replies(40)) == 10
        await other.stop()


async def test_a_kill_between_storing_and_answering_costs_and_doubles_nothing(
    tmp_path: Path, hook: config.Webhook, sqlite_template: Path
) -> None:
    """It dies while updates are on their way in, four times."""
    server = await Server(Sandbox(WORLD, Clock(), TOKEN)).start()
    waiting = server.sandbox.state.updates
    shutil.copy(sqlite_template, tmp_path / "storebot.db")
    for n in range(UPDATES):
        people.say(server.sandbox.state, 3001, f"/start {n}")
    for left in (45, 30, 15, 0):
        bot = await start(server, hook, tmp_path)
        await fewer(waiting, left)
        bot.kill()
        await bot.wait()
    bot = await start(server, hook, tmp_path)
    await until(lambda: said(server) >= UPDATES - uncertain(tmp_path))
    bot.terminate()
    assert await bot.wait() == 0
    assert said(server) + uncertain(tmp_path) >= UPDATES
    assert said(server) <= UPDATES
    await server.stop()


async def start(server: Server, hook: config.Webhook, folder: Path) -> asyncio.subprocess.Process:
    path = folder / "config.toml"
    path.write_text(
        f'[telegram]\ntoken = "{TOKEN}"\nbase_url = "{server.url}"\n[telegram.webhook]\n'
        f'url = "{hook.url}"\nport = {hook.port}\nsecret = "{SECRET}"\n'
        f'[database]\nurl = "sqlite:///{folder / "storebot.db"}"\n'
    )
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--config", str(path),
        stderr=asyncio.subprocess.DEVNULL, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip


async def fewer(waiting: UpdateQueue, left: int) -> None:
    await until(lambda: len(waiting) <= left)


async def until(ready: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not ready():
            await asyncio.sleep(0.005)


def said(server: Server) -> int:
    calls = server.sandbox.log.calls
    return sum(c["method"] == "sendMessage" and c["effect"] for c in calls)


def uncertain(folder: Path) -> int:
    """Replies of which a dying process could not tell whether they left."""
    with closing(sqlite3.connect(folder / "storebot.db")) as c:
        query = "SELECT COUNT(*) FROM outbox WHERE state = 'uncertain'"
        found: int = c.execute(query).fetchone()[0]
        return found


async def test_polling_takes_the_webhook_away(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.owner, "/help")
    await wire.reply()
    assert "deleteWebhook" in [c["method"] for c in wire.calls]


def test_without_a_secret_it_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        '[telegram]\ntoken = "1:x"\n[telegram.webhook]\nurl = "https://a.example/hook"\n'
    )
    done = call(tmp_path, "run")
    assert done.returncode == 2
    assert "telegram.webhook.secret needs at least 32 characters" in done.stderr


# /healthz -------------------------------------------------------------------------------------


async def healthz(hook: config.Webhook) -> tuple[int, dict[str, Any]]:
    async with httpx.AsyncClient(verify=trust(), timeout=60) as http:
        answer = await http.get(f"http://127.0.0.1:{hook.port}/healthz")
    return answer.status_code, answer.json()


async def test_a_monitor_is_told_that_all_is_well(hooked: Wire, hook: config.Webhook) -> None:
    status, report = await healthz(hook)
    assert (status, report["ok"], report["troubles"]) == (200, True, [])
    assert 0 <= report["ticked"] < 20


async def test_a_monitor_is_told_what_is_wrong(hooked: Wire, hook: config.Webhook) -> None:
    hooked.bot.vitals.note(refused=True)
    status, report = await healthz(hook)
    assert (status, report["ok"], report["troubles"]) == (503, False, ["refused"])


async def test_an_outage_of_telegram_is_no_reason_to_end_us(
    hooked: Wire, hook: config.Webhook, clock: Clock
) -> None:
    hooked.bot.vitals.note(unreachable_since=clock.now())
    status, report = await healthz(hook)
    assert (status, report["troubles"]) == (200, ["unreachable"])


async def test_a_taken_port_is_one_line(hooked: Wire, hook: config.Webhook, tmp_path: Path) -> None:
    from bot.web import Web

    web = Web()
    web.healthz("127.0.0.1", hook.port, lambda: (True, {}))
    with pytest.raises(ConfigError, match="cannot be listened on: "):
        web.start()


async def test_the_heartbeat_is_heard_outside() -> None:
    from bot.web import beat

    server = await Server(Sandbox(WORLD, Clock(), TOKEN)).start()
    await beat(f"{server.url}/bot{TOKEN}/getMe")
    assert [c["method"] for c in server.sandbox.log.calls] == ["getMe"]
    await server.stop()
    await beat(f"{server.url}/gone")  # costs a line in the log


async def test_a_webhook_that_is_refused_ends_it(hooked: Wire, hook: config.Webhook) -> None:
    from bot.polling import Deaf

    hooked.server.sandbox.faults.add(Fault("setWebhook", "400"))
    watch = Webhook(hooked.bot.app.bot, hook, hooked.bot.vitals, hooked.bot.clock.now)
    with pytest.raises(Deaf, match=r"refuses telegram\.webhook"):
        await watch.run()
