"""A sandbox in a process of its own: python -m bot.sandbox --port N --world FILE."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.clock import Clock
from bot.sandbox.api import Sandbox
from bot.sandbox.server import Server
from bot.sandbox.world import load


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--world", type=Path, required=True, help="TOML: people and groups")
    parser.add_argument("--token", default="", help="the bot's token")
    parser.add_argument("--now", type=datetime.fromisoformat, help="where the clock starts (ISO)")
    parser.add_argument("--first-id", type=int, default=1, help="first update and message id")
    options = parser.parse_args()
    start: datetime | None = options.now
    if start is not None and start.tzinfo is None:
        start = start.replace(tzinfo=UTC)
    try:
        world = load(options.world)
        sandbox = Sandbox(world, Clock(start), options.token, first_id=options.first_id)
        asyncio.run(_serve(Server(sandbox, port=options.port)))
    except (OSError, ValueError) as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    return 0


async def _serve(server: Server) -> None:
    """Run until SIGTERM or SIGINT; the first line on standard output is the address."""
    await server.start()
    sys.stdout.write(f"{server.url}\n")
    sys.stdout.flush()
    done = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, done.set)
    await done.wait()
    await server.stop()


if __name__ == "__main__":
    sys.exit(main())
