"""Mornings in four zones through the running jobs: the clock goes on by 20 minutes at most.

Each zone has a store and a group of its own, with orders on every day of 2026. What the bot said is
counted in the sandbox's log.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from orders import HEADER
from wire import Wire

from bot import ingest, periods, teams
from bot.config import Defaults
from bot.db import Database
from bot.db.people import Store, Team
from bot.periods import DAY, Period
from bot.sandbox.world import Group, Person, World

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Africa/Cairo")
CHATS = {zone: -1001000000001 - n for n, zone in enumerate(ZONES)}
WORLD = World(
    people=(Person(1001, "林老板"),),
    groups=tuple(Group(chat, zone) for zone, chat in CHATS.items()),
)
STEP = timedelta(minutes=20)
NINE = time(9)
YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))
FIRST = datetime(2025, 12, 30, tzinfo=UTC)


def fill(db: Database, folder: Path) -> None:
    """Orders of every day from before the year to its end, exported after it."""
    days = Period(YEAR.start - 40 * DAY, YEAR.end)
    rows = [
        f"{n},A01,红富士5斤,1,c{n % 7},{100 + n % 13},0,上海,{day} 10:00,{day} 10:00"
        for n, day in enumerate(days)
    ]
    for zone in ZONES:
        with db.write() as s:
            store = _store(s, zone)
        path = folder / "orders202701020900.csv"
        path.write_text(HEADER + "\n".join(rows), encoding="utf-8")
        ingest.take(db, store, path, datetime(2027, 1, 2, 12, tzinfo=UTC))


def _store(s, zone: str) -> Store:  # type: ignore[no-untyped-def]
    team = Team(name=zone, created_at=FIRST)
    s.add(team)
    s.flush()
    store = teams.new_store("shop", zone, "other", "EUR", zone, FIRST)
    store = teams.add_store(s, team.id, store)
    chat = teams.chat(s, CHATS[zone], "supergroup", zone)
    teams.link(s, chat, 0, [store], "zh-hans", Defaults(), FIRST)
    return store


@dataclass(frozen=True)
class Said:
    """One message in a chat: the business date it reports, its local time, and its words."""

    day: str
    at: time
    words: str


async def live(wire: Wire, start: datetime, end: datetime) -> None:
    """Let time pass; at each step the jobs look once, and what is said is sent before the next."""
    now = start
    while now <= end:
        wire.bot.clock.set(now)
        async with asyncio.timeout(60):
            while not (wire.bot.ticks.looked_at and wire.bot.ticks.looked_at >= now):
                await asyncio.sleep(0.001)
            if any(_is_nine(now, zone) for zone in ZONES):
                await wire.replies(60)
        now += STEP


def _is_nine(now: datetime, zone: str) -> bool:
    """The first step at or after nine."""
    local = now.astimezone(ZoneInfo(zone))
    minutes = local.hour * 60 + local.minute - 9 * 60
    return 0 <= minutes < STEP.seconds // 60


def said(wire: Wire) -> dict[str, list[Said]]:
    """What each zone's chat got, from the sandbox's log."""
    found: dict[str, list[Said]] = {zone: [] for zone in ZONES}
    zones = {chat: zone for zone, chat in CHATS.items()}
    for call in wire.calls:
        if call["method"] not in ("sendPhoto", "sendMessage") or not call["effect"]:
            continue
        zone = zones[call["result"]["chat"]["id"]]
        words = call["result"].get("caption", call["result"].get("text", ""))
        at = datetime.fromisoformat(call["at"]).astimezone(ZoneInfo(zone))
        head = re.match(r"昨日(\d\d)\W(\d\d)", words)
        found[zone].append(Said("-".join(head.groups()) if head else "?", at.time(), words))
    return found


def expected(zone: str, windows: Iterable[tuple[datetime, datetime]]) -> list[str]:
    """The business dates whose nine o'clock falls into a window."""
    return [
        f"{day - DAY:%m-%d}"
        for day in Period(YEAR.start, YEAR.end + DAY)
        if any(a <= periods.at_local(day, NINE, ZoneInfo(zone)) <= b for a, b in windows)
    ]
