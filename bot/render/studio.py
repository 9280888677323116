"""The studio: pictures are drawn in processes of their own, so the bot never waits or grows."""

import asyncio
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

WORKERS = 2
TIMEOUT = 30.0  # seconds for one picture, the first start of a worker included
REST = 300.0  # seconds without work after which the workers are let go


class DrawError(Exception):
    """A picture could not be drawn; the words go without it."""


class _Died(Exception):
    """The worker ended in the middle of a picture."""


class Worker:
    """One drawing process, fed through pipes: one spec at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot.render.draw"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"},
            start_new_session=True,  # Ctrl-C is for the bot; the end of its input ends a worker
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def draw(self, spec_json: str, timeout: float) -> bytes:
        """PNG; blocks. DrawError when refused or late, _Died when the process is gone."""
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self.kill()

        clock = threading.Timer(timeout, give_up)
        clock.daemon = True
        clock.start()
        try:
            word, body = self._ask(spec_json)
        except (OSError, ValueError) as error:
            self.close()
            if late.is_set():
                raise DrawError(f"a picture took more than {timeout:g} s") from None
            raise _Died from error
        finally:
            clock.cancel()
        if word != b"ok":
            raise DrawError(body.decode(errors="replace"))
        return body

    def _ask(self, spec_json: str) -> tuple[bytes, bytes]:
        requests, answers = self._process.stdin, self._process.stdout
        assert requests
        assert answers
        requests.write(spec_json.replace("\n", " ").encode() + b"\n")
        requests.flush()
        word, _, length = answers.readline().partition(b" ")
        body = answers.read(int(length))  # an ended process has no length: ValueError
        if len(body) < int(length):
            raise OSError("the picture broke off")
        return word, body

    def kill(self) -> None:
        """End the process; whoever waits for its picture gets _Died."""
        self._process.kill()

    def close(self) -> None:
        """End the process and close its pipes; only when nobody waits for it."""
        self._process.kill()
        self._process.communicate()


class Studio:
    """Up to `workers` drawing processes, started when there is work and let go when there is none.

    The bot imports no drawing library for it.
    """

    def __init__(
        self, workers: int = WORKERS, timeout: float = TIMEOUT, rest: float = REST
    ) -> None:
        self._timeout, self._rest = timeout, rest
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="studio")
        self._free: list[Worker] = []  # the last one used is the first one taken
        self._busy: set[Worker] = set()
        self._closed = False
        self._bell: asyncio.TimerHandle | None = None

    async def draw(self, spec_json: str) -> bytes:
        """PNG of a spec; DrawError when it cannot be had, so that the words go without it."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, self._draw, spec_json)
        finally:
            if self._bell:
                self._bell.cancel()
            self._bell = loop.call_later(self._rest, self._let_go)

    def _draw(self, spec_json: str) -> bytes:
        for _ in range(2):  # a worker's death costs one retry
            if self._closed:
                break
            worker = self._worker()
            self._busy.add(worker)
            try:
                return worker.draw(spec_json, self._timeout)
            except _Died:
                continue
            finally:
                self._busy.discard(worker)
                if worker.alive:
                    self._free.append(worker)
        raise DrawError("the drawing process ended twice")

    def _worker(self) -> Worker:
        """A free one that still lives, else a new one."""
        while True:
            try:
                worker = self._free.pop()
            except IndexError:  # two threads may want the last one
                return Worker()
            if worker.alive:
                return worker
            worker.close()

    @property
    def pids(self) -> list[int]:
        """The processes that wait for work."""
        return [worker.pid for worker in self._free]

    def _let_go(self) -> None:
        while self._free:
            self._free.pop().close()

    def close(self) -> None:
        """End every process; a picture in the making fails."""
        self._closed = True
        if self._bell:
            self._bell.cancel()
        for worker in list(self._busy):
            worker.kill()
        self._threads.shutdown(wait=True)
        self._let_go()
