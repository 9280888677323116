"""Signs of life: what the watchdog, `/status` and `/healthz` know of this process."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

log = logging.getLogger(__name__)

DEAF = 3  # exit status of a bot that is of no use any more, so that a supervisor starts it anew
MAX_SKEW = 120.0  # seconds between our clock and Telegram's


@dataclass(frozen=True)
class Limits:
    """Seconds of silence that mean that something inside is stuck."""

    hearing: float = 180  # the longest poll takes 25 s and times out after 30
    ticking: float = 120  # a tick comes every 5 s
    pumping: float = 120  # the outbox is looked at every second
    sending: float = 900  # something is due all the while, and no try at all has ended
    doubt: float = 30  # between two getMe that ask whether the token is really refused
    looking: float = 5  # between two looks of the watchdog
    calm: float = 10  # of life, before that is tried again which was at work in two deaths


@dataclass(frozen=True)
class Signs:
    """What was seen of each part, in monotonic seconds: a jump of the clock makes nothing old.

    `heard`: a batch was stored, an empty one too, or our webhook found in place. `tried`: the
    last look for one, however it ended. `due`: since when something due has been waiting.
    """

    began: float
    heard: float
    tried: float
    ticked: float
    pumped: float  # the outbox was looked at
    settled: float  # a try to send ended
    due: float | None = None
    standby: bool = False  # another process listens for this bot
    refused: bool = False  # the token is in doubt, so nothing is sent
    unreachable_since: datetime | None = None  # Telegram does not answer: time-outs, 5xx
    webhook_taken: bool = False
    write_error: str = ""  # the database takes no writes: a full disk above all
    skew: float = 0.0  # seconds that Telegram's clock is ahead of ours

    @staticmethod
    def fresh(now: float) -> Signs:
        return Signs(now, now, now, now, now, now)


Trouble = Literal[
    "hearing", "ticking", "pumping", "sending", "unreachable", "refused", "webhook", "disk", "clock"
]
_STUCK = frozenset({"hearing", "ticking", "pumping", "sending"})


@dataclass(frozen=True)
class Verdict:
    """What is wrong now, the gravest first."""

    troubles: tuple[Trouble, ...]

    @property
    def stuck(self) -> bool:
        """A new start would help, waiting would not."""
        return any(x in _STUCK for x in self.troubles)


_USUAL = Limits()


def decide(signs: Signs, now: float, limits: Limits = _USUAL) -> Verdict:
    """Stuck inside is a reason to end; an outage of Telegram, a full disk or a wrong clock is not."""
    away, full = signs.unreachable_since is not None, bool(signs.write_error)
    excused = away or full or signs.refused or signs.standby
    silent = now - signs.tried > limits.hearing or (
        not excused and now - signs.heard > limits.hearing
    )
    waits = signs.due is not None and now - signs.due > limits.sending
    found: tuple[tuple[Trouble, bool], ...] = (
        ("hearing", silent),
        ("ticking", now - signs.ticked > limits.ticking),
        ("pumping", not full and now - signs.pumped > limits.pumping),
        ("sending", waits and not excused and now - signs.settled > limits.sending),
        ("unreachable", away),
        ("refused", signs.refused),
        ("webhook", signs.webhook_taken),
        ("disk", full),
        ("clock", abs(signs.skew) > MAX_SKEW),
    )
    return Verdict(tuple(name for name, is_so in found if is_so))


def report(signs: Signs, now: float, limits: Limits = _USUAL) -> tuple[bool, dict[str, Any]]:
    """For /healthz: whether all that is ours works, and the signs, in seconds.

    An outage of Telegram is no fault of this process: a supervisor must not end it for that.
    """
    verdict = decide(signs, now, limits)
    well = not (verdict.stuck or signs.refused or signs.write_error)
    ages = {
        name: round(now - getattr(signs, name), 1)
        for name in ("heard", "ticked", "pumped", "settled")
    }
    since = signs.unreachable_since
    return well, {
        "ok": well, "troubles": list(verdict.troubles), "up": round(now - signs.began, 1), **ages,
        "due": None if signs.due is None else round(now - signs.due, 1), "standby": signs.standby,
        "unreachable_since": since and since.isoformat(), "write_error": signs.write_error,
        "skew": round(signs.skew, 1),
    }  # fmt: skip


class Vitals:
    """The signs as they change, from whatever thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.signs = Signs.fresh(time.monotonic())

    def note(
        self, *seen: Literal["heard", "tried", "ticked", "pumped", "settled"], **state: Any
    ) -> None:
        """Something was `seen` just now, or has come to a `state`."""
        now = time.monotonic()
        with self._lock:
            changes: dict[str, Any] = {**dict.fromkeys(seen, now), **state}
            self.signs = replace(self.signs, **changes)

    def waiting(self, anything_due: bool) -> None:
        """Whether anything due is waiting to be said."""
        since = self.signs.due or time.monotonic()
        self.note(due=since if anything_due else None)


class Watchdog:
    """A thread, since an event loop that hangs could not watch itself.

    It says why in one line, asks the loop to end, and ends the process itself where that hangs.
    """

    def __init__(
        self,
        vitals: Vitals,
        ask: Callable[[str], None],
        *,
        limits: Limits = _USUAL,
        grace: float = 45.0,
        end: Callable[[int], object] = os._exit,
    ) -> None:
        self._vitals, self._ask, self._limits = vitals, ask, limits
        self._grace, self._end = grace, end
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()

    def _watch(self) -> None:
        while not self._stopped.wait(self._limits.looking):
            verdict = decide(self._vitals.signs, time.monotonic(), self._limits)
            if verdict.stuck:
                why = f"the bot is stuck ({', '.join(verdict.troubles)})"
                log.critical("%s; ending, so that a supervisor starts it anew", why)
                self._ask(why)
                if not self._stopped.wait(self._grace):
                    self._end(DEAF)
                return
