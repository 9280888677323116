"""config.toml → frozen settings. An unknown key is an error that names file and key."""

import os
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


@dataclass(frozen=True)
class Config:
    telegram: Telegram = field(default_factory=Telegram)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    defaults: Defaults = field(default_factory=Defaults)
    files: Files = field(default_factory=Files)
    privacy: Privacy = field(default_factory=Privacy)


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
    hook = config.telegram.webhook
    if hook and len(hook.secret) < 32:
        # without a secret anybody could forge updates
        raise ConfigError(f"{path}: telegram.webhook.secret needs at least 32 characters")
