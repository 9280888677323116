"""Fixtures of the metrics: a till to sell at, and questions asked of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

import pytest

from bot.db import Database
from bot.metrics.ask import Vocabulary, ask
from bot.metrics.compute import answer
from bot.metrics.reading import Reading
from bot.metrics.scope import scope, vocabulary
from bot.promos import calendar
from tests.metrics.till import TODAY, Line, Read, Sell, write


@pytest.fixture
def sell(db: Database) -> Sell:
    """sell(team, store, Line(...), ...): all orders of a store, at once."""

    def sell(team: int, store: int, *lines: Line) -> None:
        with db.write() as s:
            write(s, team, store, lines)

    return sell


@pytest.fixture
def read(db: Database) -> Read:
    """read(team, "昨天 销售额"): the reading of a question that is understood."""

    def read(
        team: int,
        text: str,
        stores: Collection[int] | None = None,
        today: date = TODAY,
        now: datetime | None = None,
    ) -> Reading:
        with db.read() as s:
            seen = scope(s, team, today, stores)
            asked = ask(text, today, vocabulary(s, seen, today))
            assert asked.unknown == ()
            return answer(s, seen, asked.query, today, now)

    return read


@pytest.fixture
def words() -> Vocabulary:
    return Vocabulary(
        regions=("广东省", "上海"),
        products=(("A01", "红富士苹果 5斤"), ("A02", "智利车厘子 2斤"), ("SKU-7", "Granola 500g")),
        stores=(("tmall", "天猫旗舰店"), ("hk", "香港店")),
        promotions=calendar(TODAY),
    )
