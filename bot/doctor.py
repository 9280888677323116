"""`storebot check`: what could be wrong, one line each, saying what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlmodel import select

from bot import backup
from bot.config import Config
from bot.db import Database, migrate
from bot.db.people import Store
from bot.route import NoRoute, way, webhook, who

MIN_FREE = 500 * 2**20  # bytes
STALE = timedelta(days=2)  # of a backup that is made daily


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report: `advice` where something is wrong, `detail` where not."""

    name: str
    advice: str = ""
    detail: str = ""

    @property
    def ok(self) -> bool:
        return not self.advice


class Advice(Exception):
    """What a check found wrong; `str()` says what to do."""


def check(config: Config, db: Database) -> Iterator[Finding]:
    """Run every check; one that cannot run is a finding, not a crash."""
    failed: set[str] = set()
    for name, needs, probe in _CHECKS:
        if failed & set(needs):
            continue
        try:
            yield Finding(name, detail=probe(config, db))
            continue
        except (Advice, NoRoute) as e:
            yield Finding(name, str(e))
        except Exception as e:
            reason = str(e).partition("\n")[0]
            yield Finding(name, f"cannot be checked: {type(e).__name__}: {reason}")
        failed.add(name)


def _database(_: Config, db: Database) -> str:
    with db.read() as s:
        s.connection().execute(text("SELECT 1"))
        if db.is_sqlite and s.connection().execute(text("PRAGMA quick_check")).scalar() != "ok":
            raise Advice(f"{db.path} is damaged: storebot restore a backup")
    return ""


def _migrations(_: Config, db: Database) -> str:
    at = migrate.revision(db)
    if at is None:
        raise Advice("the database is empty: start the bot, or add a store")
    if at > migrate.HEAD:
        raise Advice(f"at {at}, made by a newer storebot: update the program")
    if at != migrate.HEAD:
        raise Advice(f"at {at}, not {migrate.HEAD}: start the bot once")
    return at


def _rollups(_: Config, db: Database) -> str:
    from bot.ingest import check as rollups

    with db.read() as s:
        wrong = rollups.check(s)
    if wrong:
        raise Advice(f"{len(wrong)} differ from the facts, first {wrong[0]}: report it")
    return ""


def _fonts(_: Config, __: Database) -> str:
    faces = [p for p in files("noto_cjk_sans_otc").iterdir() if "otc" in p.name or p.is_dir()]
    if not faces:
        raise Advice("the font package is empty: reinstall")
    return ""


def _zones(config: Config, db: Database) -> str:
    with db.read() as s:
        zones = {config.defaults.timezone, *s.exec(select(Store.timezone))}
    for zone in zones:
        ZoneInfo(zone)
    return " ".join(sorted(zones))


def _token(config: Config, _: Database) -> str:
    if not config.telegram.token:
        raise Advice("no token: set telegram.token or STOREBOT_TOKEN")
    return f"@{who(config.telegram).username} at {way(config.telegram)}"


def _hearing(config: Config, _: Database) -> str:
    """Polling or webhook, as Telegram has it."""
    info, hook = webhook(config.telegram), config.telegram.webhook
    if hook is None:
        if info.url:
            raise Advice(f"a webhook is set ({info.url}): starting the bot removes it")
        return "long polling"
    if info.url != hook.url:
        raise Advice(f"Telegram has {info.url or 'none'}, not {hook.url}: start the bot")
    if info.last_error_message and info.pending_update_count:
        raise Advice(
            f"{info.pending_update_count} updates wait, Telegram says: {info.last_error_message}"
        )
    return f"webhook {hook.url}"


def _disk(_: Config, db: Database) -> str:
    free = shutil.disk_usage(db.path.resolve().parent if db.path else Path.cwd()).free
    if free < MIN_FREE:
        raise Advice(f"{free // 2**20} MB free: make room for 500 MB")
    return f"{free / 1e9:.1f} GB free"


def _backup(config: Config, _: Database) -> str:
    if not config.backup.folder:
        return "no automatic copies: [backup] folder is not set"
    at = backup.newest(config.backup)
    if at is None:
        raise Advice(f"none in {config.backup.folder} yet: the bot makes one a day while it runs")
    if datetime.now(UTC) - at > STALE:
        raise Advice(f"the last is of {at:%Y-%m-%d}: is the bot running, is there room?")
    return f"last {at:%Y-%m-%d %H:%M} UTC"


# name, what must have succeeded before, check
_CHECKS: tuple[tuple[str, tuple[str, ...], Callable[[Config, Database], str]], ...] = (
    ("database", (), _database),
    ("migrations", ("database",), _migrations),
    ("rollups", ("database", "migrations"), _rollups),
    ("fonts", (), _fonts),
    ("time zones", ("database", "migrations"), _zones),
    ("token", (), _token),
    ("updates", ("token",), _hearing),
    ("disk", (), _disk),
    ("backup", (), _backup),
)
