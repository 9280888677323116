"""The process that bears a child for each file: used again, rid of, and never left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.ingest.spawn import Nurseries, Nursery, environment

FILE = "订单号,下单时间,实付金额\nA1,2026-11-20,1\n"


@pytest.fixture
def nurseries() -> Iterator[Nurseries]:
    found = Nurseries()
    yield found
    found.close()


@pytest.fixture
def job(tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "a.csv"
    path.write_text(FILE)
    return {
        "path": str(path), "file_name": path.name, "scratch": str(tmp_path / "s.db"),
        "key": "00" * 32, "currency": "CNY", "timezone": "Asia/Shanghai",
        "memory": 2**30, "cpu": 30,
    }  # fmt: skip


def read(nursery: Nursery, job: dict[str, Any]) -> int:
    """The exit status of a child that must have parsed the file."""
    Path(job["scratch"]).unlink(missing_ok=True)
    last, code = nursery.parse(job, 60, lambda _: None)
    assert "head" in last
    return code


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def soon(is_so: Callable[[], bool]) -> bool:
    for _ in range(1000):
        if is_so():
            return True
        time.sleep(0.02)
    return False


def test_one_process_serves_one_file_after_the_other(
    nurseries: Nurseries, job: dict[str, Any]
) -> None:
    with nurseries.one() as first:
        assert read(first, job) == 0
    with nurseries.one() as second:
        assert second is first
        assert read(second, job) == 0


def test_two_files_at_a_time_have_a_process_each(nurseries: Nurseries) -> None:
    with nurseries.one() as first, nurseries.one() as second:
        assert second is not first


def test_a_child_that_its_limits_end_takes_nothing_with_it(
    nurseries: Nurseries, job: dict[str, Any]
) -> None:
    with nurseries.one() as nursery:
        starved = nursery.parse({**job, "memory": 2**20}, 60, lambda _: None)
        assert "head" not in starved[0]
        assert read(nursery, job) == 0  # whose own limits are wide


def test_the_processor_time_of_a_file_is_its_own(nurseries: Nurseries, job: dict[str, Any]) -> None:
    with nurseries.one() as nursery:
        for _ in range(3):  # more than a second together, imports included
            assert read(nursery, {**job, "cpu": 1}) == 0


def test_what_takes_too_long_is_ended_with_its_child(
    nurseries: Nurseries, job: dict[str, Any], tmp_path: Path
) -> None:
    endless = tmp_path / "endless.csv"
    os.mkfifo(endless)  # opened, it waits for a writer
    with nurseries.one() as nursery:
        assert nursery.parse({**job, "path": str(endless)}, 0.5, lambda _: None) == ({}, -9)
        assert soon(lambda: not nursery.alive)
    with nurseries.one() as another:
        assert read(another, job) == 0


def test_one_that_was_broken_off_is_not_used_again(nurseries: Nurseries) -> None:
    with pytest.raises(KeyboardInterrupt), nurseries.one() as first:
        raise KeyboardInterrupt
    assert not first.alive
    with nurseries.one() as second:
        assert second is not first


def test_one_that_died_while_it_rested_is_replaced(
    nurseries: Nurseries, job: dict[str, Any]
) -> None:
    with nurseries.one() as first:
        assert read(first, job) == 0
    first.kill()
    assert soon(lambda: not first.alive)
    with nurseries.one() as second:
        assert read(second, job) == 0


def test_after_a_rest_it_is_let_go() -> None:
    nurseries = Nurseries(rest=0.1)
    with nurseries.one() as nursery:
        pass
    assert soon(lambda: not nursery.alive)


def test_it_ends_with_the_bot_however_that_ends() -> None:
    code = (
        "import time; from bot.ingest.spawn import Nursery\n"
        "print(Nursery()._process.pid, flush=True); time.sleep(60)"
    )
    bot = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment()
    )
    assert bot.stdout
    pid = int(bot.stdout.readline())
    assert not gone(pid)
    bot.kill()
    bot.communicate()
    assert soon(lambda: gone(pid))


def test_it_does_not_know_the_token(
    nurseries: Nurseries, job: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOREBOT_TOKEN", "123:secret")
    with nurseries.one() as nursery:
        assert read(nursery, job) == 0  # it is up
        seen = Path(f"/proc/{nursery._process.pid}/environ").read_bytes()
    assert b"PYTHONUTF8" in seen
    assert b"secret" not in seen
