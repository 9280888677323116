"""What people type, and what it means on Monday 23 November 2026.

`questions.txt` holds a question and, below it, its meaning written by hand: metrics | period |
why | vs kind period | by … | top n | dim=values | unknown words | maybe nearest metric.
"""

from datetime import date
from pathlib import Path

import pytest

from bot.errors import UserError
from bot.metrics.ask import Asked, Vocabulary, ask
from bot.metrics.catalogue import METRICS
from bot.periods import Period
from tests.metrics.till import TODAY

LINES = (Path(__file__).parent / "questions.txt").read_text(encoding="utf-8").splitlines()
QUESTIONS = list(zip(LINES[::2], (line.strip() for line in LINES[1::2]), strict=True))


def _dates(period: Period) -> str:
    return str(period.start) if period.days == 1 else f"{period.start}..{period.last}"


def meaning(asked: Asked) -> str:
    query = asked.query
    compare, way = query.compare, "top" if query.order == "desc" else "bottom"
    parts = [
        "panel" if query.panel else " ".join(query.metrics),
        _dates(query.period),
        "why" if query.intent == "why" else "",
        f"vs {compare.kind} {_dates(compare.period)}" if compare else "",
        f"by {' '.join(query.by)}" if query.by else "",
        f"{way} {query.top}" if query.top else "",
        *(f"{dim}={'+'.join(values)}" for dim, values in query.filters),
        f"unknown {'+'.join(asked.unknown)}" if asked.unknown else "",
        f"maybe {asked.suggestions[0]}" if asked.suggestions else "",
    ]
    return " | ".join(part for part in parts if part)


@pytest.mark.parametrize(("text", "expected"), QUESTIONS, ids=[text for text, _ in QUESTIONS])
def test_a_question_is_understood(text: str, expected: str, words: Vocabulary) -> None:
    assert meaning(ask(text, TODAY, words)) == expected


@pytest.mark.parametrize("parts", [("昨天", "退款率", "按商品", "前5", "环比")])
def test_the_order_of_the_parts_does_not_matter(parts: tuple[str, ...], words: Vocabulary) -> None:
    turned = [" ".join(parts[i:] + parts[:i]) for i in range(len(parts))]
    assert len({meaning(ask(text, TODAY, words)) for text in turned}) == 1


@pytest.mark.parametrize("slug", METRICS)
def test_every_metric_is_known_by_its_slug(slug: str, words: Vocabulary) -> None:
    assert ask(f"昨天 {slug}", TODAY, words).query.metrics == (slug,)


@pytest.mark.parametrize("text", ["", "  ", "销售额" * 200])
def test_no_question_or_a_novel_is_refused(text: str, words: Vocabulary) -> None:
    with pytest.raises(UserError):
        ask(text, TODAY, words)


@pytest.mark.parametrize("text", ["？？？", "你好", "(╯°□°)╯", "\u200b", "🍎", "…" * 50])
def test_chatter_is_unknown_and_breaks_nothing(text: str, words: Vocabulary) -> None:
    assert ask(text, TODAY, words).unknown


@pytest.mark.parametrize(
    ("today", "has_today", "expected", "remark"),
    [
        (date(2026, 11, 23), False, "2026-11-16..2026-11-22", "last_full"),
        (date(2026, 11, 23), True, "2026-11-23", "today_so_far"),
        (date(2026, 11, 24), True, "2026-11-23", ""),
    ],
)
def test_this_week_on_a_monday_is_today_so_far_or_last_week(
    today: date, has_today: bool, expected: str, remark: str, words: Vocabulary
) -> None:
    known = Vocabulary(promotions=words.promotions, has_today=has_today)
    query = ask("本周 销售额", today, known).query
    assert _dates(query.period) == expected
    assert [n.code for n in query.notes] == ([remark] if remark else [])
