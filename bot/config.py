"""config.toml → frozen settings. An unknown key is an error that names file and key."""

import os
import re
import tomllib
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from bot.errors import ConfigError

Language = Literal["zh-hans", "zh-hant", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True)
class Webhook:
    """Where Telegram may reach us; left out, the bot polls."""

    url: str = ""
    listen: str = "127.0.0.1"
    port: int = 8443
    secret: str = ""


@dataclass(frozen=True)
class Telegram:
    token: str = ""
    owners: tuple[int, ...] = ()
    base_url: str = "https://api.telegram.org"
    proxy: str = ""
    webhook: Webhook | None = None


@dataclass(frozen=True)
class DatabaseSettings:
    url: str = "sqlite:///storebot.db"


@dataclass(frozen=True)
class Defaults:
    language: Language = "zh-hans"
    timezone: str = "Asia/Shanghai"
    currency: str = "CNY"
    digest_at: str = "09:00"
    quiet_hours: str = "22:00-08:00"


@dataclass(frozen=True)
class Files:
    max_mb: int = 20  # of one file sent in chat; Telegram hands bots no more


@dataclass(frozen=True)
class Privacy:
    raw_days: int = 7  # unread or failed updates are wiped after this many days
    evidence_days: int = 90  # photos and files beside an issue: Telegram's ids of them
    issue_days: int = 180  # after an issue ended: what leads to its customer


@dataclass(frozen=True)
class Health:
    """`port` 0 switches /healthz off; `heartbeat_url` is asked for once a minute while all is well."""

    listen: str = "127.0.0.1"
    port: int = 0
    heartbeat_url: str = ""


@dataclass(frozen=True)
class Backup:
    """One copy a day into `folder` (empty: none); kept are the last days' and one a week."""

    folder: str = ""
    keep_days: int = 7
    keep_weeks: int = 4


@dataclass(frozen=True)
class Config:
    telegram: Telegram = field(default_factory=Telegram)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    defaults: Defaults = field(default_factory=Defaults)
    files: Files = field(default_factory=Files)
    privacy: Privacy = field(default_factory=Privacy)
    backup: Backup = field(default_factory=Backup)
    health: Health = field(default_factory=Health)


def load(path: Path | None) -> Config:
    """Read `path` (None: defaults only); `STOREBOT_TOKEN` stands in for an empty token."""
    config = _parse(path) if path else Config()
    token = config.telegram.token or os.environ.get("STOREBOT_TOKEN", "")
    return replace(config, telegram=replace(config.telegram, token=token))


def _parse(path: Path) -> Config:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; config.example.toml is a start") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise ConfigError(f"{path}: not valid TOML: {e}") from None
    config = _build(Config, raw, path, "")
    assert isinstance(config, Config)
    _check(config, path)
    return config


def _build(cls: type, raw: dict[str, Any], path: Path, prefix: str) -> object:
    known = {f.name for f in fields(cls)}
    hints = get_type_hints(cls)
    values: dict[str, object] = {}
    for key, value in raw.items():
        if key not in known:
            raise ConfigError(f"{path}: unknown key {prefix}{key}")
        values[key] = _value(hints[key], value, path, f"{prefix}{key}")
    return cls(**values)


def _value(hint: Any, value: object, path: Path, key: str) -> object:
    if get_origin(hint) in (UnionType, Union):
        hint = next(a for a in get_args(hint) if a is not type(None))
    if is_dataclass(hint):
        if not isinstance(value, dict):
            raise ConfigError(f"{path}: {key} must be a table")
        return _build(hint, value, path, f"{key}.")  # type: ignore[arg-type]  # a dataclass type
    if get_origin(hint) is tuple and isinstance(value, list):
        item = get_args(hint)[0]
        return tuple(_value(item, v, path, key) for v in value)
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise ConfigError(f"{path}: {key} must be one of {', '.join(get_args(hint))}")
        return value
    if not isinstance(value, hint) or isinstance(value, bool) is not (hint is bool):
        raise ConfigError(f"{path}: {key} must be {_NAMES.get(hint, hint)}")
    return value


_NAMES: dict[type, str] = {str: "text", int: "a whole number", bool: "true or false"}


def _check(config: Config, path: Path) -> None:
    try:
        ZoneInfo(config.defaults.timezone)
    except (KeyError, ValueError):
        raise ConfigError(
            f"{path}: defaults.timezone: no such zone {config.defaults.timezone}"
        ) from None
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", config.defaults.digest_at):
        raise ConfigError(f"{path}: defaults.digest_at: a time of day such as 09:00")
    clock = r"([01]\d|2[0-3]):[0-5]\d"
    if not re.fullmatch(rf"{clock}-{clock}", config.defaults.quiet_hours):
        raise ConfigError(f"{path}: defaults.quiet_hours: from when to when, such as 22:00-08:00")
    hook = config.telegram.webhook
    if hook and not hook.url.startswith(("https://", "http://")):
        raise ConfigError(f"{path}: telegram.webhook.url: where Telegram reaches us, https://…")
    if hook and not re.fullmatch(r"[A-Za-z0-9_-]{32,256}", hook.secret):
        # without a secret anybody could forge updates
        raise ConfigError(
            f"{path}: telegram.webhook.secret needs at least 32 characters of A-Z a-z 0-9 _ -"
        )
    proxy = config.telegram.proxy
    if proxy and not proxy.startswith(("http://", "https://", "socks5://", "socks5h://")):
        raise ConfigError(f"{path}: telegram.proxy: http://, https:// or socks5://host:port")
