"""A question survives its row, and its buttons change one thing."""

from datetime import date

import pytest

from bot.metrics.ask import Vocabulary, ask
from bot.metrics.bases import Span
from bot.metrics.query import Query, change, from_json, panel, to_json, with_usual_base
from bot.periods import Period
from tests.metrics.test_ask import QUESTIONS
from tests.metrics.till import TODAY


@pytest.mark.parametrize("text", [text for text, _ in QUESTIONS[::7]])
def test_a_question_is_the_same_after_storing(text: str, words: Vocabulary) -> None:
    query = with_usual_base(ask(text, TODAY, words).query, words.promotions)
    assert from_json(to_json(query)) == query


def test_a_stored_metric_that_is_gone_leaves_the_others(words: Vocabulary) -> None:
    raw = to_json(ask("昨天 销售额 订单数", TODAY, words).query).replace('"orders"', '"gone"')
    assert from_json(raw).metrics == ("sales",)


def test_a_new_period_moves_the_comparison_along(words: Vocabulary) -> None:
    query = ask("昨天 销售额 按商品 环比", TODAY, words).query
    changed = change(query, "p:last7", TODAY, words.promotions)
    assert changed.period == Period(date(2026, 11, 16), date(2026, 11, 23))
    assert changed.compare is not None
    assert changed.compare.period == Period(date(2026, 11, 9), date(2026, 11, 16))
    assert changed.by == ("product",)


def test_yesterday_is_the_day_before_the_press(words: Vocabulary) -> None:
    query = ask("近7天 销售额", TODAY, words).query
    assert change(query, "p:yesterday", date(2026, 12, 2)).period.start == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("code", "field", "expected"),
    [
        ("b:r", "by", ("region",)), ("b:-", "by", ()), ("c:-", "compare", None),
        ("m:orders", "metrics", ("orders",)), ("i:why", "intent", "why"),
    ],
)  # fmt: skip
def test_a_button_changes_one_thing(
    code: str, field: str, expected: object, words: Vocabulary
) -> None:
    query = ask("昨天 销售额 按商品 环比", TODAY, words).query
    assert getattr(change(query, code, TODAY, words.promotions), field) == expected


@pytest.mark.parametrize("code", ["", "x", "p:never", "b:zz", "c:zz", "m:gone", "i:", "p"])
def test_a_button_of_another_version_changes_nothing(code: str, words: Vocabulary) -> None:
    query = ask("昨天 销售额", TODAY, words).query
    assert change(query, code, TODAY) == query


def test_the_panel_of_a_week_on_monday_is_last_week() -> None:
    query = panel("week", TODAY)
    assert query.span == Span(Period(date(2026, 11, 16), date(2026, 11, 23)), "week")
    assert [n.code for n in query.notes] == ["last_full"]
    assert isinstance(query, Query)
