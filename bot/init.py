"""`storebot init`: a commented config.toml with a token that works, and the owner's first link."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from bot import ownership
from bot.config import Config
from bot.db import Database, migrate
from bot.errors import ConfigError
from bot.route import Who

EXAMPLE = "config.example.toml"


def example() -> str:
    """The text that shows every key: it stands beside the package, or in it where installed."""
    beside = Path(__file__).parents[1] / EXAMPLE
    if beside.is_file():
        return beside.read_text(encoding="utf-8")
    return files("bot").joinpath(EXAMPLE).read_text(encoding="utf-8")


def write(path: Path, config: Config) -> None:
    """The example with this token, route and database, readable by its owner only.

    Raises ConfigError where the file is there already.
    """
    text = example()
    telegram = config.telegram
    for key, usual, value in (
        ("token", '""', telegram.token),
        ("base_url", '"https://api.telegram.org"', telegram.base_url),
        ("proxy", '""', telegram.proxy),
        ("folder", '""', config.backup.folder),
    ):
        if f'"{value}"' != usual:
            text = _set(text, key, usual, value)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConfigError(f"{path} is there already: move it away, or edit it") from None
    with os.fdopen(handle, "w", encoding="utf-8") as f:
        f.write(text)


def _set(text: str, key: str, usual: str, value: str) -> str:
    """One line changed; its comment stays in its column."""
    if any(c in value for c in '"\\\n'):
        raise ConfigError(f"{key} holds what a config file cannot: {key} must be plain")
    start = text.index(f"\n{key} = {usual}") + 1
    end = text.index("\n", start)
    line, mark, comment = text[start:end].partition("  #")
    new = f'{key} = "{value}"'
    if mark:
        new = f"{new:<{len(line)}}{mark}{comment}"
    return text[:start] + new + text[end:]


def owner_link(config: Config, who: Who, now: datetime) -> str:
    """A link for whoever is to own this installation: one use, for 24 hours."""
    db = Database(config.database.url)
    migrate.upgrade(db)
    with db.write() as s:
        payload = ownership.offer(s, now)
    db.close()
    return f"https://t.me/{who.username}?start={payload}"


def with_backups(config: Config) -> Config:
    return replace(config, backup=replace(config.backup, folder="backup"))
