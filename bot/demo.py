"""`storebot demo`: sandbox, bot and chat page in one process, with a sample company.

The company exists only as export files in `bot/sample/`; they go through the importer like
anybody's, and nothing else writes a fact.
"""

from __future__ import annotations

import asyncio
import signal
import tempfile
import time
import tomllib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from bot import desk, ingest, menus, periods, teams
from bot.aftersales import issues, reading, worklist
from bot.app import Storebot
from bot.clock import Clock
from bot.config import Config, DatabaseSettings, Telegram
from bot.db import Database, migrate
from bot.db.people import Store, Team
from bot.digests import due
from bot.errors import ConfigError
from bot.i18n import language_of
from bot.sandbox.api import Sandbox
from bot.sandbox.server import Server
from bot.sandbox.world import World, load

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Company:
    """company.toml: the team, its stores with their files, its people and linked chats."""

    raw: dict[str, Any]

    @property
    def starts(self) -> datetime:
        return datetime.fromisoformat(self.raw["starts"])


async def serve(port: int, folder: Path | None, start: datetime | None) -> None:
    """Run until SIGINT or SIGTERM. Raises ConfigError where the port is taken."""
    sample = files("bot").joinpath("sample")
    company = Company(tomllib.loads(sample.joinpath("company.toml").read_text("utf-8")))
    with as_file(sample) as samples, tempfile.TemporaryDirectory(prefix="storebot-") as fresh:
        data = folder or Path(fresh)
        data.mkdir(parents=True, exist_ok=True)
        clock = Clock(start or company.starts)
        world = load(samples / "world.toml")
        sandbox = Sandbox(world, clock, first_id=int(time.time()))
        config = Config(database=DatabaseSettings(f"sqlite:///{data / 'storebot.db'}"))
        server = Server(sandbox, HOST, port)
        try:
            await server.start()
        except OSError:
            raise ConfigError(f"--port {port} is taken: choose another") from None
        _found(config, company, samples, world, clock)
        await _run(server, config, clock, tuple(company.raw["owners"]), samples / "drop")


async def _run(
    server: Server, config: Config, clock: Clock, owners: tuple[int, ...], drop: Path
) -> None:
    telegram = Telegram(token=server.sandbox.token, owners=owners, base_url=server.url)
    bot = Storebot(replace(config, telegram=telegram), clock)
    server.next_morning = lambda: _next_morning(bot)
    await bot.start()
    _say(f"Storebot demo: {server.url}  (Ctrl+C ends it)")
    _say(f"exports to send it in the chat: {drop}")
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await bot.stop()
    await server.stop()


def _next_morning(bot: Storebot) -> datetime:
    """When the next digest of any linked chat is due."""
    now = bot.clock.now()
    with bot.db.read() as s:
        planned = [due.next_at(wish, now) for wish in due.wishes(s)]
    return min(planned, default=now + periods.DAY)  # every chat may have thrown the bot out


def _found(config: Config, company: Company, samples: Path, world: World, clock: Clock) -> None:
    """Make the company and import its files; a folder that has one is left as it is."""
    db = Database(config.database.url)
    migrate.upgrade(db)
    with db.read() as s:
        there = s.get(Team, 1)
    if there is None:
        stores = _people(db, config, company, world, clock)
        for store, entry in stores:
            for name in entry["files"]:
                _import(db, store, samples / name, clock)
        _desk(db, config, company, clock)
    else:
        _go_on(db, clock)
    db.close()


def _go_on(db: Database, clock: Clock) -> None:
    """A kept demo goes on where it was left: the mornings it has had do not come again."""
    with db.write() as s:
        left = due.last_decided(s)
        menus.forget(s)  # its Telegram is a new one
    if left and left > clock.now():
        clock.set(left)


def _people(
    db: Database, config: Config, company: Company, world: World, clock: Clock
) -> list[tuple[Store, dict[str, Any]]]:
    now, raw = clock.now(), company.raw
    names = {p.id: p.name for p in world.people}
    started = {p.id for p in world.people if p.started}
    titles = {g.id: (g.type, g.title) for g in world.groups}
    with db.write() as s:
        team = Team(name=raw["team"]["name"], created_at=now)
        s.add(team)
        s.flush()
        assert team.id
        stores = {
            entry["key"]: teams.add_store(
                s, team.id,
                teams.new_store(
                    entry["key"], entry["name"], entry["platform"], entry["currency"],
                    entry["timezone"], now,
                ),
            )
            for entry in raw["stores"]
        }  # fmt: skip
        for person in raw["members"]:
            teams.add_member(s, team.id, person["id"], names[person["id"]], person["role"], now)
            if person["id"] in started:
                teams.chat(s, person["id"], "private")  # so that the bot may write first
        for entry in raw["bindings"]:
            kind, title = titles[entry["chat"]]
            chat = teams.chat(s, entry["chat"], kind, title)
            language = language_of(entry["language"], config.defaults.language)
            chosen = [stores[key] for key in entry["stores"]]
            defaults = replace(config.defaults, digest_at=entry["digest_at"])
            teams.link(s, chat, entry.get("thread", 0), chosen, language, defaults, now)
    return [(stores[entry["key"]], entry) for entry in raw["stores"]]


def _desk(db: Database, config: Config, company: Company, clock: Clock) -> None:
    """What the desk has to do already; the first one's card stands in its chat."""
    with db.write() as s:
        for entry in company.raw["issues"]:
            at = clock.now() - timedelta(minutes=entry["ago"])
            by, stores = teams.memberships(s, entry["by"])[0], teams.stores(s, 1)
            read = reading.read(s, by, stores, entry["text"], at)
            new = reading.look_up(s, by, stores, read.new)
            issue = issues.open(s, 1, replace(new, reporter_id=by.id), at, by.id)
            for step in entry.get("then", ()):
                at += timedelta(minutes=step["after"])
                who = teams.memberships(s, step["by"])[0]
                value, note = step.get("value", ""), step.get("note", "")
                issues.act(s, issue, step["do"], who, at, value, note)
            if chat := entry.get("chat"):
                binding = teams.binding(s, chat, 0)
                assert binding
                language = language_of(binding.language, config.defaults.language)
                desk.say_card(s, issue, binding.chat_id, 0, language, clock.now())


def _import(db: Database, store: Store, path: Path, clock: Clock) -> None:
    """Import one sample file, saying how far it is."""
    _say(f"importing {path.name} …")
    _, report = ingest.take(db, store, path, clock.now(), desk=worklist.Desk())
    _say(f"  {report.new:,} rows, {' to '.join(report.days or ())}")


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  # the demo's only words on the terminal
