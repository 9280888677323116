"""A question survives its row, and its buttons change one thing."""

from datetime import date

import pytest

from bot.errors import UserError
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


FIRST_RELEASE = (
    '{"span":["2026-11-22","2026-11-23","day",""],"metrics":["sales"],"compare":["2026-11-15",'
    '"2026-11-16","last_week"],"by":["product"],"top":5,"order":"desc","filters":{},"intent":'
    '"read","panel":false,"notes":[]}'
)


def test_a_question_of_the_first_release_is_read() -> None:
    query = from_json(FIRST_RELEASE)
    sunday = Period(date(2026, 11, 22), date(2026, 11, 23))
    assert (query.span, query.metrics) == (Span(sunday, "day"), ("sales",))
    assert (query.by, query.top, query.shelf) == (("product",), 5, None)
    assert from_json(to_json(query)) == query


def test_a_question_of_a_later_release_loses_only_what_is_not_known_here() -> None:
    later = FIRST_RELEASE.replace('["product"]', '["moon","product"]').replace("{", '{"v":9,', 1)
    assert from_json(later) == from_json(FIRST_RELEASE)


def test_an_old_panel_shows_what_a_panel_shows_now() -> None:
    old = FIRST_RELEASE.replace('"panel":false', '"panel":true')
    assert from_json(old).metrics == Query(Span(Period(TODAY, TODAY), "day")).metrics


@pytest.mark.parametrize("raw", ["", "{", "[]", "null", "{}", '{"span":[1,2]}'])
def test_what_is_no_question_is_said_to_be_forgotten(raw: str) -> None:
    with pytest.raises(UserError, match="forgotten"):
        from_json(raw)


def test_a_top_waits_while_a_series_is_shown() -> None:
    by_day = change(from_json(FIRST_RELEASE), "b:day", TODAY)
    assert (by_day.by, by_day.top) == (("day",), None)
    again = change(change(by_day, "b:-", TODAY), "b:region", TODAY)
    assert (again.by, again.top) == (("region",), 5)
