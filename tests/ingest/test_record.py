"""A typed line of a day's figures."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from time import sleep

import pytest
from conftest import NOW, Shop
from sqlmodel import Session, select

from bot import ingest, teams
from bot.db import Database
from bot.db.facts import ShopDay
from bot.errors import UserError
from bot.ingest.record import Entry, parse

MONDAY = date(2026, 11, 23)


def read(text: str) -> Entry:
    return parse(text, MONDAY, "CNY")


def figures(text: str) -> dict[str, int]:
    return {x.channel + x.name: x.value for x in read(text).figures}


def test_the_line_of_the_small_shop() -> None:
    entry = read("昨天 访客3200 加购210 直通车500 DSR 4.8/4.9/4.8")
    assert entry.day == date(2026, 11, 22)
    assert {x.channel + x.name: x.value for x in entry.figures} == {
        "visitors": 3200, "cart_adds": 210, "直通车spend": 50_000,
        "description": 480, "service": 490, "logistics": 480,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("访客1", "2026-11-22"), ("今天 访客1", "2026-11-23"), ("前天访客1", "2026-11-21"),
        ("11-20 访客1", "2026-11-20"), ("2026-11-20 访客1", "2026-11-20"), ("11月20日访客1", "2026-11-20"),
        ("yesterday visitors 1", "2026-11-22"),
    ],
)  # fmt: skip
def test_days(text: str, day: str) -> None:
    assert str(read(text).day) == day


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("销售额1.28万", {"sales": 1_280_000}),
        ("訪客 3,200，銷售額：¥12,345.60元", {"visitors": 3200, "sales": 1_234_560}),
        ("visitors 3200 carts 210 ads 500", {"visitors": 3200, "cart_adds": 210, "Adsspend": 50_000}),
        ("直通车花费500 直通车成交1500", {"直通车spend": 50_000, "直通车revenue": 150_000}),
        ("访客１２０", {"visitors": 120}),
        ("page views 9100 orders 60", {"page_views": 9100, "orders": 60}),
    ],
)  # fmt: skip
def test_words_in_three_languages(text: str, found: dict[str, int]) -> None:
    assert figures(text) == found


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("访客3200 神秘数5", "record.unknown", "神秘数"), ("访客", "record.unknown", "访客"),
        ("访客3.5", "record.unknown", "访客3.5"), ("DSR 4.8/4.9", "record.unknown", "DSR, 4.8/4.9"),
        ("访客1 访客2", "record.twice", "访客"), ("20:00 销售额128万", "record.clock", "20:00"),
        ("11-24 访客1", "record.future", "2026-11-24"), ("11-30 访客1", "record.future", "11-30"),
        ("", "record.empty", ""),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_by_name(text: str, key: str, words: str) -> None:
    with pytest.raises(UserError) as e:
        read(text)
    assert e.value.key == key
    assert words in map(str, e.value.params.values()) or not words


def test_two_lines_of_one_day_at_once_lose_neither(db: Database, shop: Shop) -> None:
    def enter(s: Session, text: str) -> None:
        (store, _) = teams.stores(s, shop.team)
        row = ingest.queue(s, team_id=shop.team, store_id=None, file_name=text, now=NOW)
        ingest.enter(s, row, store, read(text), NOW)

    def second() -> None:
        with db.write() as s:
            enter(s, "加购210")

    with ThreadPoolExecutor(1) as pool:
        with db.write() as s:
            enter(s, "访客3200")
            other = pool.submit(second)
            sleep(0.3)  # until it waits, for the lock or for the row
        other.result()
    with db.read() as s:
        (day,) = s.exec(select(ShopDay)).all()
        assert (day.visitors, day.cart_adds) == (3200, 210)
