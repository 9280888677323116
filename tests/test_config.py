"""config.toml: defaults, unknown keys, and the example that shows them all."""

from pathlib import Path

import pytest

from bot.config import Config, load
from bot.errors import ConfigError

HOOK = "[telegram.webhook]\nurl = 'https://bot.example.com/hook'"
EXAMPLE = Path(__file__).parents[1] / "config.example.toml"


def write(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_shows_the_defaults() -> None:
    assert load(EXAMPLE) == Config()


def test_without_a_file_the_defaults_hold() -> None:
    assert load(None).defaults.digest_at == "09:00"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[telegram]\ntokn = 'x'", "unknown key telegram.tokn"),
        ("[speed]\nfast = true", "unknown key speed"),
        ("[telegram]\ntoken = 5", "telegram.token must be text"),
        ("[telegram]\nowners = ['me']", "telegram.owners must be a whole number"),
        ("[files]\nmax_mb = true", "files.max_mb must be a whole number"),
        ("[defaults]\nlanguage = 'fr'", "defaults.language must be one of zh-hans, zh-hant, en"),
        ("[defaults]\ntimezone = 'Mars'", "defaults.timezone: no such zone Mars"),
        ("[defaults]\ndigest_at = '9:00'", "defaults.digest_at: a time of day such as 09:00"),
        ("[defaults]\ndigest_at = '24:00'", "defaults.digest_at: a time of day such as 09:00"),
        ("[defaults]\nquiet_hours = '22-8'", "defaults.quiet_hours: from when to when"),
        ("telegram = 1", "telegram must be a table"),
        (f"{HOOK}\nsecret = 'short'", "secret needs at least 32 characters"),
        (f"{HOOK}\nsecret = '{'å' * 32}'", "secret needs at least 32 characters of A-Z"),
        (HOOK, "telegram.webhook.secret needs at least 32 characters"),
        ("[telegram.webhook]\nurl = 'here'", "telegram.webhook.url: where Telegram reaches us"),
        ("[telegram]\nproxy = 'localhost:1080'", "telegram.proxy: http://, https:// or socks5://"),
        ("not toml", "not valid TOML"),
    ],
)
def test_a_mistake_names_file_and_key(tmp_path: Path, text: str, complaint: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as e:
        load(path)
    assert str(e.value).startswith(f"{path}: ")
    assert complaint in str(e.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: no such file"):
        load(tmp_path / "nowhere.toml")


def test_the_token_may_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOREBOT_TOKEN", "1:from-outside")
    assert load(None).telegram.token == "1:from-outside"
    assert load(write(tmp_path, "[telegram]\ntoken = '2:own'")).telegram.token == "2:own"
