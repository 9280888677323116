"""python -m bot.sandbox: a judge in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

TOKEN = f"42:{'x' * 35}"
WORLD = '[[people]]\nid = 1\nfirst_name = "x"\nstarted = true\n'


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    world = tmp_path / "world.toml"
    world.write_text(WORLD)
    now = "2026-11-23T08:30:00+08:00"
    command = [sys.executable, "-m", "bot.sandbox", "--world", str(world), "--now", now]
    with subprocess.Popen([*command, "--token", TOKEN], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        yield child.stdout.readline().strip()
        child.terminate()
        assert child.wait(10) == 0


def test_it_serves_its_token_from_its_own_time(url: str) -> None:
    sent = httpx.post(f"{url}/bot{TOKEN}/sendMessage", json={"chat_id": 1, "text": "x"}).json()
    assert 1795393800 <= sent["result"]["date"] < 1795393860
    assert httpx.get(f"{url}/_sandbox/log").json()["n"] == 1


def test_a_missing_world_is_one_line_and_status_2(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot.sandbox", "--world", str(tmp_path / "none.toml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_it_needs_neither_the_bots_library_nor_its_database() -> None:
    code = (
        "import sys, bot.sandbox.__main__;"
        "print(sorted({'telegram', 'sqlmodel', 'sqlalchemy', 'pandas'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
