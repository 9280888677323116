"""`storebot check`: what could be wrong, one line each, saying what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlmodel import select

from bot.config import Config
from bot.db import Database, migrate
from bot.db.people import Store

MIN_FREE = 500 * 2**20  # bytes


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report; `advice` is empty where all is well."""

    name: str
    advice: str = ""

    @property
    def ok(self) -> bool:
        return not self.advice


def check(config: Config, db: Database) -> Iterator[Finding]:
    """Run every check; one that cannot run is a finding, not a crash."""
    tables = True
    for name, probe in _CHECKS:
        if not tables and name in _NEED_TABLES:
            continue
        try:
            found = Finding(name, probe(config, db))
            tables = tables and (found.ok or name != "migrations")
            yield found
        except Exception as e:
            reason = str(e).partition("\n")[0]
            yield Finding(name, f"cannot be checked: {type(e).__name__}: {reason}")
            if name == "database":
                return  # nothing after it can be known


def _database(_: Config, db: Database) -> str:
    with db.read() as s:
        s.connection().execute(text("SELECT 1"))
        if db.is_sqlite and s.connection().execute(text("PRAGMA quick_check")).scalar() != "ok":
            return f"{db.path} is damaged: restore a backup"
    return ""


def _migrations(_: Config, db: Database) -> str:
    at = migrate.revision(db)
    if at is None:
        return "the database is empty: start the bot, or add a store"
    return "" if at == migrate.HEAD else f"at {at}, not {migrate.HEAD}: start the bot once"


def _rollups(_: Config, db: Database) -> str:
    from bot.ingest import check as rollups

    with db.read() as s:
        wrong = rollups.check(s)
    return f"{len(wrong)} differ from the facts, first {wrong[0]}: report it" if wrong else ""


def _fonts(_: Config, __: Database) -> str:
    faces = [p for p in files("noto_cjk_sans_otc").iterdir() if "otc" in p.name or p.is_dir()]
    return "" if faces else "the font package is empty: reinstall"


def _zones(config: Config, db: Database) -> str:
    with db.read() as s:
        zones = {config.defaults.timezone, *s.exec(select(Store.timezone))}
    for zone in zones:
        ZoneInfo(zone)
    return ""


def _token(config: Config, _: Database) -> str:
    return "" if config.telegram.token else "no token: set telegram.token or STOREBOT_TOKEN"


def _disk(_: Config, db: Database) -> str:
    free = shutil.disk_usage(db.path.resolve().parent if db.path else Path.cwd()).free
    return "" if free >= MIN_FREE else f"{free // 2**20} MB free: make room for 500 MB"


_NEED_TABLES = ("rollups", "time zones")
_CHECKS: tuple[tuple[str, Callable[[Config, Database], str]], ...] = (
    ("database", _database),
    ("migrations", _migrations),
    ("rollups", _rollups),
    ("fonts", _fonts),
    ("time zones", _zones),
    ("token", _token),
    ("disk", _disk),
)
