"""The first minutes: init, the doctor, the owner's link, and the way through a proxy."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import NOW, Shop
from proxies import Proxy
from sqlmodel import col, delete, select
from test_cli import call
from wire import Wire, buttons, running
from world import ELSEWHERE, GROUP, TOKEN, WORLD

from bot import ownership
from bot.clock import Clock
from bot.config import load
from bot.db import Database
from bot.db.people import Member, Secret, Store, Team
from bot.sandbox.api import Sandbox
from bot.sandbox.server import Server


@pytest.fixture
async def telegram() -> AsyncIterator[Server]:
    server = await Server(Sandbox(WORLD, Clock(), TOKEN)).start()
    yield server
    await server.stop()


async def init(
    folder: Path, *args: str, typed: str = TOKEN, token: str = ""
) -> subprocess.CompletedProcess[str]:
    """`storebot init`, with the token typed, or from outside."""
    env = {**os.environ, "STOREBOT_TOKEN": token}
    return await asyncio.to_thread(
        subprocess.run, [sys.executable, "-m", "bot", "init", *args],
        cwd=folder, env=env, input=typed + "\n", capture_output=True, text=True, timeout=60,
    )  # fmt: skip


async def test_init_writes_a_config_that_works(telegram: Server, tmp_path: Path) -> None:
    done = await init(tmp_path, "--base-url", telegram.url)
    assert done.returncode == 0, done.stderr
    path = tmp_path / "config.toml"
    config = load(path)
    assert (config.telegram.token, config.telegram.base_url) == (TOKEN, telegram.url)
    assert config.backup.folder == "backup"
    assert path.stat().st_mode & 0o777 == 0o600
    assert "# from @BotFather; or the environment variable" in path.read_text()
    assert f"https://t.me/{WORLD.bot_username}?start=own_" in done.stdout
    assert TOKEN not in done.stdout + done.stderr


async def test_a_token_from_outside_stays_outside(telegram: Server, tmp_path: Path) -> None:
    done = await init(tmp_path, "--base-url", telegram.url, token=TOKEN)
    assert "the token stays outside" in done.stdout
    assert TOKEN not in (tmp_path / "config.toml").read_text()


async def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("mine")
    done = await init(tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("storebot: config.toml is there already")
    assert (tmp_path / "config.toml").read_text() == "mine"


async def test_a_wrong_token_writes_nothing(telegram: Server, tmp_path: Path) -> None:
    done = await init(tmp_path, "--base-url", telegram.url, typed="7000000001:" + "B" * 35)
    assert done.returncode == 1
    assert done.stderr.startswith("storebot: Telegram refuses the token: copy it from @BotFather")
    assert list(tmp_path.iterdir()) == []


async def test_where_telegram_is_blocked_it_names_the_proxy(tmp_path: Path) -> None:
    done = await init(tmp_path, "--base-url", "http://127.0.0.1:9")
    assert done.returncode == 1
    assert "no answer from 127.0.0.1, directly (ConnectError)" in done.stderr
    assert 'set [telegram] proxy = "socks5://host:port"' in done.stderr
    assert "storebot init --proxy URL" in done.stderr


@pytest.mark.parametrize("kind", ["http", "socks5"])
async def test_the_token_is_checked_through_the_proxy(
    telegram: Server, tmp_path: Path, kind: str
) -> None:
    async with Proxy(kind) as proxy:
        done = await init(tmp_path, "--base-url", telegram.url, "--proxy", proxy.url)
        assert done.returncode == 0, done.stderr
        assert f"through {proxy.url}" in done.stdout
        assert proxy.passed == 1
        assert load(tmp_path / "config.toml").telegram.proxy == proxy.url


@pytest.mark.parametrize("kind", ["http", "socks5"])
async def test_the_bot_speaks_and_hears_through_the_proxy(
    db_url: str, shop: Shop, clock: Clock, kind: str
) -> None:
    async with Proxy(kind) as proxy, running(db_url, clock, proxy=proxy.url) as wire:
        await wire.say(shop.owner, "/help")
        assert "/today" in (await wire.reply())["text"]
        assert proxy.passed >= 2  # the poll and the answer


# the doctor -----------------------------------------------------------------------------------


async def checked(folder: Path) -> tuple[int, dict[str, str]]:
    done = await asyncio.to_thread(call, folder, "check")
    lines = (line[5:].partition(": ") for line in done.stdout.splitlines())
    marks = [line[:4].strip() for line in done.stdout.splitlines()]
    found = {
        name: f"{mark} {words}".strip() for (name, _, words), mark in zip(lines, marks, strict=True)
    }
    return done.returncode, found


async def test_the_doctor_finds_all_well(telegram: Server, tmp_path: Path) -> None:
    await init(tmp_path, "--base-url", telegram.url)
    await asyncio.to_thread(call, tmp_path, "backup", "backup/storebot-2026-11-23.db")
    status, found = await checked(tmp_path)
    assert (status, list(found)) == (0, ["database", "migrations", "rollups", "fonts",
                                         "time zones", "token", "updates", "disk",
                                         "backup"])  # fmt: skip
    assert found["token"] == f"ok @{WORLD.bot_username} at 127.0.0.1, directly"
    assert found["updates"] == "ok long polling"
    assert found["backup"].startswith("ok last ")


async def test_the_doctor_says_what_to_do(telegram: Server, tmp_path: Path) -> None:
    await init(tmp_path, "--base-url", telegram.url)
    telegram.sandbox.state.webhook = {"url": "https://a.example/hook"}
    status, found = await checked(tmp_path)
    assert status == 1
    assert found["updates"].startswith("FAIL a webhook is set (https://a.example/hook)")
    assert found["backup"] == "FAIL none in backup yet: the bot makes one a day while it runs"


async def test_the_doctor_names_the_missing_route(telegram: Server, tmp_path: Path) -> None:
    await init(tmp_path, "--base-url", telegram.url)
    await telegram.stop()
    _, found = await checked(tmp_path)
    assert found["token"].startswith("FAIL no answer from 127.0.0.1, directly (ConnectError)")
    assert "updates" not in found  # nothing can be known of it


# the owner's link -----------------------------------------------------------------------------


def offer(db: Database) -> str:
    with db.write() as s:
        return ownership.offer(s, NOW)


async def test_whoever_opens_the_link_first_owns_the_bot(
    wire: Wire, shop: Shop, db: Database
) -> None:
    payload = offer(db)
    await wire.say(shop.stranger, f"/start {payload}")
    assert (await wire.reply())["text"].startswith("Let us set up your first store")
    await wire.say(shop.staff, f"/start {payload}")
    assert "链接用过了" in (await wire.reply())["text"]
    with db.read() as s:
        assert ownership.owns(s, shop.stranger, ())
        assert not ownership.owns(s, shop.staff, ())
        assert payload not in str(s.exec(select(Secret.value)).all())


async def test_who_claimed_the_bot_may_bring_it_into_a_group_at_once(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.stranger, f"/start {offer(db)}")
    await wire.reply()
    await wire.act("bot", person=shop.stranger, chat=ELSEWHERE, status="member")
    assert "/start" in (await wire.reply())["text"]
    assert "leaveChat" not in [c["method"] for c in wire.calls]


async def test_a_new_owner_comes_into_the_team_that_is_there(
    wire: Wire, shop: Shop, db: Database
) -> None:
    with db.write() as s:
        s.exec(delete(Member).where(col(Member.team_id) == shop.other_team))
        s.exec(delete(Store).where(col(Store.team_id) == shop.other_team))
        s.exec(delete(Team).where(col(Team.id) == shop.other_team))
    await wire.say(shop.stranger, f"/start {offer(db)}")
    message = await wire.reply()
    assert list(buttons(message).values()) == ["setup:in", "setup:new"]


async def test_a_link_is_good_for_a_day(wire: Wire, shop: Shop, db: Database) -> None:
    payload = offer(db)
    wire.bot.clock.advance(timedelta(hours=25))
    await wire.say(shop.stranger, f"/start {payload}")
    assert "too old" in (await wire.reply())["text"]


async def test_a_guessed_link_is_nothing(wire: Wire, shop: Shop, db: Database) -> None:
    offer(db)
    await wire.say(shop.stranger, "/start own_" + "A" * 22)
    await wire.replies()
    await wire.say(shop.stranger, "/start own_x", chat=GROUP)
    assert await wire.replies() == []
    with db.read() as s:
        assert not ownership.owns(s, shop.stranger, ())


def test_teams_made_by_command_line_get_their_owner(db: Database) -> None:
    with db.write() as s:
        s.add(Team(name="果然鲜", created_at=NOW))
        payload = ownership.offer(s, NOW)
        (team,) = ownership.claim(s, payload, 1001, "林老板", NOW)
        member = s.exec(select(Member)).one()
        assert (member.team_id, member.telegram_id, member.role) == (team.id, 1001, "owner")
