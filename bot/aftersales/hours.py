"""When somebody works: wall-clock windows in a zone, as spans of real time. Pure, and safe for DST."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.periods import DAY, at_local, business_day

ROOM = timedelta(hours=1)  # a shift that begins later before a deadline cannot act on it
FAR = timedelta(days=3)


@dataclass(frozen=True)
class Window:
    """Every day from `starts` to `ends`, HH:MM; 24:00 is midnight, and it may pass midnight."""

    starts: str
    ends: str


@dataclass(frozen=True, order=True)
class Span:
    """From when to when, UTC; the end is not in it."""

    start: datetime
    end: datetime

    def __contains__(self, at: object) -> bool:
        return isinstance(at, datetime) and self.start <= at < self.end


@dataclass(frozen=True)
class Hours:
    """The windows of one person, or of all who work, in the zone their clocks show."""

    windows: tuple[Window, ...]
    zone: ZoneInfo

    def spans(self, start: datetime, end: datetime) -> list[Span]:
        """What touches this stretch of time, in order; windows that overlap are one."""
        found: list[Span] = []
        for span in sorted(self._daily(start, end)):
            if found and span.start <= found[-1].end:
                found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
            else:
                found.append(span)
        return [x for x in found if x.end > start and x.start < end]

    def _daily(self, start: datetime, end: datetime) -> Iterable[Span]:
        day, last = business_day(start, self.zone) - DAY, business_day(end, self.zone)
        while day <= last:
            for window in self.windows:
                yield Span(self._at(day, window.starts), self._end(day, window))
            day += DAY

    def _end(self, day: date, window: Window) -> datetime:
        if window.ends == "24:00":
            return self._at(day + DAY, "00:00")
        return self._at(day + DAY if window.ends <= window.starts else day, window.ends)

    def _at(self, day: date, clock: str) -> datetime:
        return at_local(day, time.fromisoformat(clock), self.zone)

    def at(self, now: datetime) -> Span | None:
        """The span this moment lies in."""
        return at(self.spans(now, now + ROOM), now)

    def next(self, now: datetime) -> Span | None:
        """The first span that begins after this moment."""
        return following(self.spans(now, now + FAR), now)


def at(spans: Sequence[Span], now: datetime) -> Span | None:
    """The span this moment lies in."""
    return next((x for x in spans if now in x), None)


def following(spans: Sequence[Span], now: datetime) -> Span | None:
    """The first span that begins after this moment."""
    return next((x for x in spans if x.start > now), None)


def acting(spans: Sequence[Span], now: datetime, due: datetime) -> Span | None:
    """The last span, not over yet, that leaves ROOM to act before a deadline."""
    found = [x for x in spans if x.end > now and x.start <= due - ROOM]
    return found[-1] if found else None


def worked(spans: Sequence[Span], since: datetime, minutes: int) -> datetime | None:
    """When so many minutes of work have passed; None where nobody works so long."""
    left = timedelta(minutes=minutes)
    for span in spans:
        start = max(span.start, since)
        if span.end - start >= left:
            return start + left
        left -= max(span.end - start, timedelta())
    return None


def awake(quiet: str) -> Window:
    """The window outside of quiet hours such as 22:00-08:00."""
    starts, _, ends = quiet.partition("-")
    return Window(ends.strip(), starts.strip())


def union(every: Sequence[Hours], zone: ZoneInfo) -> Hours:
    """When anybody works."""
    return Hours(tuple(dict.fromkeys(w for h in every for w in h.windows)), zone)
