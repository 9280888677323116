"""Starts the child that parses one file, listens to it, and puts its death into polite words."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bot
from bot.errors import Unrecognised, UserError
from bot.ingest.report import Progress

log = logging.getLogger(__name__)

MEMORY = 2**30  # bytes of address space; 100,000 rows × 20 columns of XLSX need half of it
CPU = 30  # seconds; more for files too large for a chat, which come by the command line
CHAT = 20 * 2**20  # bytes


def look(path: Path, file_name: str, room: Path) -> list[str]:
    """The platforms of the tables in a file. Raises UserError as `parse` does."""
    job = {"look": True, "path": str(path), "file_name": file_name, "room": str(room)}
    found: list[str] = parse(job, lambda _: None)["platforms"]
    return found


def parse(job: dict[str, Any], progress: Callable[[Progress], None]) -> dict[str, Any]:
    """Run the child on a `bot.ingest.parse.Job`; the head it made (see `bot.ingest.scratch`).

    Raises UserError for what the child refused, and for its death: out of memory, out of time.
    """
    times = max(1.0, Path(job["path"]).stat().st_size / CHAT)
    cpu, memory = int(CPU * times), int(MEMORY * max(1.0, times / 4))
    child = subprocess.Popen(
        [sys.executable, "-m", "bot.ingest.child"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, encoding="utf-8", env=environment(),
    )  # fmt: skip
    assert child.stdin
    assert child.stdout
    alarm = threading.Timer(2 * cpu + 30, child.kill)
    alarm.start()
    last: dict[str, Any] = {}
    try:
        with child.stdin:  # the key of the hashes goes this way: arguments are seen by everybody
            json.dump({**job, "memory": memory, "cpu": cpu}, child.stdin)
        for line in child.stdout:
            last = json.loads(line)
            if "rows" in last:
                progress(Progress("reading", last["rows"]))
        code = child.wait()
    finally:
        alarm.cancel()
        child.kill()
        child.wait()
        child.stdout.close()
    if "crash" in last:
        log.error("the parser stumbled: %s", last["crash"])
    if last.get("header"):
        raise Unrecognised(last["error"], tuple(last["header"]), **last["params"])
    if "error" in last:
        raise UserError(last["error"], **last["params"])
    if code != 0 or "head" not in last:
        raise UserError("import.too_heavy" if code < 0 or "rows" in last else "import.broken")
    head: dict[str, Any] = last["head"]
    return head


def environment() -> dict[str, str]:
    """What a parser needs; not the token."""
    root = str(Path(bot.__file__).parents[1])
    keep = {k: os.environ[k] for k in ("PATH", "LANG", "TMPDIR", "HOME") if k in os.environ}
    return {
        **keep, "PYTHONPATH": root, "PYTHONUTF8": "1",
        "MALLOC_MMAP_THRESHOLD_": "131072",  # so that a freed column goes back to the system
        "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1",  # threads reserve address space
    }  # fmt: skip
