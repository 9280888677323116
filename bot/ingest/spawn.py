"""Has a child parse one file, listens to it, and puts its death into polite words."""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import bot
from bot.errors import Unrecognised, UserError
from bot.ingest.report import Progress

log = logging.getLogger(__name__)

MEMORY = 2**30  # bytes of address space; 100,000 rows × 20 columns of XLSX need half of it
CPU = 30  # seconds; more for files too large for a chat, which come by the command line
CHAT = 20 * 2**20  # bytes
REST = 300.0  # seconds without a file after which the nurseries are let go


def look(path: Path, file_name: str, room: Path) -> list[str]:
    """The platforms of the tables in a file. Raises UserError as `parse` does."""
    job = {"look": True, "path": str(path), "file_name": file_name, "room": str(room)}
    found: list[str] = parse(job, lambda _: None)["platforms"]
    return found


def parse(job: dict[str, Any], progress: Callable[[Progress], None]) -> dict[str, Any]:
    """Have a child work on a `bot.ingest.parse.Job`; the head it made (see `bot.ingest.scratch`).

    Raises UserError for what the child refused, and for its death: out of memory, out of time.
    """
    times = max(1.0, Path(job["path"]).stat().st_size / CHAT)
    cpu, memory = int(CPU * times), int(MEMORY * max(1.0, times / 4))

    def tell(rows: int) -> None:
        progress(Progress("reading", rows))

    with _nurseries().one() as nursery:
        last, code = nursery.parse({**job, "memory": memory, "cpu": cpu}, 2 * cpu + 30, tell)
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


class Nursery:
    """A process of `bot.ingest.nursery`, for one file at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot.ingest.nursery"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, encoding="utf-8", env=environment(),
            start_new_session=True,  # so that it is ended together with its child
        )  # fmt: skip

    def parse(
        self, job: dict[str, Any], seconds: float, tell: Callable[[int], None]
    ) -> tuple[dict[str, Any], int]:
        """The last thing a child said of a job, and its exit status; negative for a signal."""
        requests, answers = self._process.stdin, self._process.stdout
        assert requests
        assert answers
        alarm = threading.Timer(seconds, self.kill)
        alarm.start()
        last: dict[str, Any] = {}
        try:
            # the key of the hashes goes this way: arguments are seen by everybody
            requests.write(json.dumps(job) + "\n")
            requests.flush()
            for line in answers:
                said = json.loads(line)
                if "ended" in said:
                    return last, int(said["ended"])
                last = said
                if "rows" in last:
                    tell(last["rows"])
        finally:
            alarm.cancel()
        return last, -signal.SIGKILL

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End the process, and its child with it."""
        if self.alive:
            self.kill()
        self._process.communicate()


class Nurseries:
    """As many as files are read at the same time; let go when there has been none for a while."""

    def __init__(self, rest: float = REST) -> None:
        self._rest = rest
        self._guard = threading.Lock()
        self._free: list[Nursery] = []
        self._bell: threading.Timer | None = None

    @contextmanager
    def one(self) -> Iterator[Nursery]:
        """Kept for the next file, unless this one was broken off."""
        nursery = self._take()
        try:
            yield nursery
        except BaseException:
            nursery.close()
            raise
        self._put_back(nursery)

    def _take(self) -> Nursery:
        with self._guard:
            while self._free:
                nursery = self._free.pop()
                if nursery.alive:
                    return nursery
                nursery.close()
        return Nursery()

    def _put_back(self, nursery: Nursery) -> None:
        with self._guard:
            self._free.append(nursery)
            if self._bell:
                self._bell.cancel()
            self._bell = threading.Timer(self._rest, self.close)
            self._bell.daemon = True
            self._bell.start()

    def close(self) -> None:
        with self._guard:
            if self._bell:
                self._bell.cancel()
            while self._free:
                self._free.pop().close()


@cache
def _nurseries() -> Nurseries:
    """This process's own."""
    nurseries = Nurseries()
    atexit.register(nurseries.close)
    return nurseries


def environment() -> dict[str, str]:
    """What a parser needs; not the token."""
    root = str(Path(bot.__file__).parents[1])
    keep = {k: os.environ[k] for k in ("PATH", "LANG", "TMPDIR", "HOME") if k in os.environ}
    return {
        **keep, "PYTHONPATH": root, "PYTHONUTF8": "1",
        "MALLOC_MMAP_THRESHOLD_": "131072",  # so that a freed column goes back to the system
        "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1",  # threads reserve address space
    }  # fmt: skip
