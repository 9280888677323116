"""When a chat's digest is due, and that each date is taken once."""

from datetime import date, datetime, timedelta

import pytest
from conftest import NOW, Shop

from bot import teams
from bot.config import Defaults
from bot.db import Database
from bot.db.people import Binding
from bot.digests import due

BEFORE = NOW - timedelta(days=400)


def binding(zone: str = "Asia/Shanghai", at: str = "09:00", made: datetime = BEFORE) -> Binding:
    return Binding(
        id=1, team_id=1, chat_id=1, language="en", timezone=zone, digest_at=at, created_at=made
    )


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


@pytest.mark.parametrize(
    ("now", "action"),
    [
        ("2026-11-23T00:59", "wait"),
        ("2026-11-23T01:00", "send"),  # 09:00 in Shanghai
        ("2026-11-23T01:14", "send"),
        ("2026-11-23T01:15", "late"),
        ("2026-11-23T03:59", "late"),
        ("2026-11-23T04:00", "expire"),  # noon: news no more
    ],
)
def test_a_morning_in_shanghai(now: str, action: str) -> None:
    decision = due.decide(binding(), utc(now))
    assert (decision.action, decision.day) == (action, date(2026, 11, 22))


def test_a_chat_linked_after_nine_waits_for_tomorrow() -> None:
    linked = binding(made=utc("2026-11-23T01:30"))
    assert due.decide(linked, utc("2026-11-23T02:00")).action == "wait"


@pytest.mark.parametrize(
    ("zone", "noon", "planned"),
    [
        ("Europe/Berlin", "2026-03-29T11:00", "2026-03-29T01:30"),  # in the gap: just after it
        ("Europe/Berlin", "2026-10-25T11:00", "2026-10-25T00:30"),  # the first 02:30 of two
        ("America/New_York", "2026-03-08T17:00", "2026-03-08T07:30"),
        ("Africa/Cairo", "2026-04-24T10:00", "2026-04-23T23:30"),
    ],
)
def test_the_night_the_clocks_change_has_its_digest(zone: str, noon: str, planned: str) -> None:
    assert due.decide(binding(zone, "02:30"), utc(noon)).planned_at == utc(planned)


def test_a_year_of_mornings_in_four_zones_has_one_digest_a_date() -> None:
    for zone in ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Africa/Cairo"):
        row, now, days = binding(zone), utc("2026-01-01T00:00"), []
        while now < utc("2027-01-01T00:00"):
            now = due.next_at(row, now)
            decision = due.decide(row, now)
            assert decision.action == "send"
            days.append(decision.day)
        assert len(days) == len(set(days)) == 366


def test_a_date_is_taken_once(db: Database, shop: Shop) -> None:
    with db.write() as s:
        chat = teams.chat(s, -100, "group")
        linked = teams.link(s, chat, 0, teams.stores(s, shop.team), "en", Defaults(), BEFORE)
    decision = due.decide(linked, utc("2026-11-23T01:00"))
    taken = []
    for _ in range(2):
        with db.write() as s:
            taken.append(due.claim(s, linked, decision, NOW))
    assert taken == [True, False]
    with db.read() as s:
        assert due.decided(s, linked, date(2026, 11, 22))


def test_a_chat_that_is_gone_or_wants_none_is_left_out(db: Database, shop: Shop) -> None:
    with db.write() as s:
        stores = teams.stores(s, shop.team)
        for n, gone in enumerate((None, NOW, None)):
            chat = teams.chat(s, -100 - n, "group")
            row = teams.link(s, chat, 0, stores, "en", Defaults(), BEFORE)
            chat.gone_at = gone
            row.digest = "off" if n == 2 else "on"
    with db.read() as s:
        assert [chat.telegram_id for _, chat in due.bindings(s)] == [-100]
