"""The one source of "now": real time, or real time moved by an offset for the demo and tests."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Aware UTC time that runs at real speed from wherever it was last set.

    >>> Clock(datetime(2026, 11, 23, tzinfo=UTC)).now().date().isoformat()
    '2026-11-23'
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._offset = timedelta()
        self._watchers: list[Callable[[], None]] = []
        if start is not None:
            self.set(start)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def set(self, instant: datetime) -> None:
        """Make `now()` answer `instant` (aware) and go on from there."""
        self._offset = instant.astimezone(UTC) - datetime.now(UTC)
        for watcher in self._watchers:
            watcher()

    def advance(self, by: timedelta) -> None:
        self.set(self.now() + by)

    def watch(self, moved: Callable[[], None]) -> None:
        """Call `moved` after every jump, so that whoever sleeps until a time can look again."""
        self._watchers.append(moved)
