"""No room on the disk: nothing is lost, nothing is said twice, and it goes on by itself.

The bot is a process whose files may not grow: the kernel refuses its writes, as a full disk does.
"""

import asyncio
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path

from world import TOKEN, WORLD

from bot.clock import Clock
from bot.sandbox import people
from bot.sandbox.api import Sandbox
from bot.sandbox.server import Server

FULL, ROOM = 1, resource.RLIM_INFINITY
QUESTIONS = 20


async def test_a_full_disk_is_survived(tmp_path: Path) -> None:
    server = await Server(Sandbox(WORLD, Clock(), TOKEN)).start()
    config = tmp_path / "config.toml"
    config.write_text(
        f'[telegram]\ntoken = "{TOKEN}"\nbase_url = "{server.url}"\n'
        f'[database]\nurl = "sqlite:///{tmp_path / "storebot.db"}"\n'
    )
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--config", str(config),
        stderr=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    log = asyncio.create_task(read(bot))
    await until(lambda: "getUpdates" in methods(server))
    disk(bot.pid, FULL)
    for n in range(QUESTIONS):
        people.say(server.sandbox.state, 3001, f"/start {n}")
    await asyncio.sleep(4)
    assert "sendMessage" not in methods(server)
    assert bot.returncode is None
    disk(bot.pid, ROOM)
    await until(lambda: methods(server).count("sendMessage") == QUESTIONS)
    assert len(server.sandbox.state.updates) == 0
    bot.terminate()
    assert await bot.wait() == 0
    assert "could not be stored; again" in await log
    assert methods(server).count("sendMessage") == QUESTIONS
    await server.stop()


def disk(pid: int, room: int) -> None:
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))


def methods(server: Server) -> list[str]:
    return [call["method"] for call in server.sandbox.log.calls]


async def until(ready: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not ready():
            await asyncio.sleep(0.05)


async def read(bot: asyncio.subprocess.Process) -> str:
    assert bot.stderr
    return (await bot.stderr.read()).decode()
