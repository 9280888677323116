"""Three languages with equal keys and placeholders, and their numbers."""

import string
from datetime import date
from typing import Any

import pytest

from bot.config import Language
from bot.i18n import catalogue, language_of, translator


def placeholders(entry: Any) -> set[str]:
    if isinstance(entry, dict):
        return set().union(*(placeholders(form) for form in entry.values()))
    if isinstance(entry, list):
        return set()
    return {name for _, name, _, _ in string.Formatter().parse(entry) if name}


@pytest.mark.parametrize("language", ["zh-hant", "en"])
def test_languages_have_the_same_keys(language: Language) -> None:
    assert set(catalogue(language)) == set(catalogue("zh-hans"))


@pytest.mark.parametrize("language", ["zh-hant", "en"])
def test_messages_have_the_same_placeholders(language: Language) -> None:
    ours, theirs = catalogue("zh-hans"), catalogue(language)
    differ = {k for k in ours if placeholders(ours[k]) - {"n"} != placeholders(theirs[k]) - {"n"}}
    assert differ == set()


def test_simplified_and_traditional_are_not_mixed() -> None:
    simplified = set("这个们来时会说国对发后没为门问间单东车马关开员学写")
    assert not any(simplified & set(str(text)) for text in _plain("zh-hant"))


def _plain(language: Language) -> list[str]:
    # aliases hold what people type, in either script
    return [str(v) for k, v in catalogue(language).items() if "alias" not in k]


@pytest.mark.parametrize(
    ("language", "value", "text"),
    [
        ("zh-hans", 39000, "3.90万"),
        ("zh-hans", 9999, "9,999"),
        ("zh-hans", 18200, "1.82万"),
        ("zh-hans", 896000, "89.6万"),
        ("zh-hans", 9650000, "965万"),
        ("zh-hans", 120000000, "1.20亿"),
        ("zh-hant", 18200, "1.82萬"),
        ("en", 18200, "18.2k"),
        ("en", 9650000, "9.65M"),
        ("en", -18200, "−18.2k"),
    ],
)
def test_large_numbers_are_compact(language: Language, value: int, text: str) -> None:
    assert translator(language).compact(value) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [("zh-hans", "11月22日 周日"), ("zh-hant", "11月22日 週日"), ("en", "Sun 22 Nov")],
)
def test_a_date_in_words(language: Language, text: str) -> None:
    assert translator(language).long_date(date(2026, 11, 22)) == text


def test_signs_and_points() -> None:
    t = translator("zh-hans")
    assert (t.signed_percent(-0.26), t.signed_percent(0.084)) == ("−26.0%", "+8.4%")
    assert t.signed_percent(11) == "×12"
    assert t.points(0.002) == "0.20 百分点"
    assert t.money(-123450, "CNY") == "−¥1,234.50"


@pytest.mark.parametrize(
    ("code", "language"),
    [("zh-hans", "zh-hans"), ("zh", "zh-hans"), ("zh-TW", "zh-hant"), ("zh-HK", "zh-hant"),
     ("en-GB", "en"), ("fr", "en"), ("", "zh-hans"), (None, "zh-hans")],
)  # fmt: skip
def test_a_telegram_language_becomes_ours(code: str | None, language: Language) -> None:
    assert language_of(code, "zh-hans") == language


def test_a_rounded_zero_has_no_sign() -> None:
    t = translator("en")
    assert (t.signed_percent(0.0), t.signed_percent(-0.0001)) == ("0.0%", "0.0%")
    assert (t.money(-0.3, "CNY"), t.money_compact(-20, "CNY"), t.number(-0.2)) == (
        "¥0.00",
        "¥0",
        "0",
    )
