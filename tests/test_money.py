"""Text → minor units, and dividing so that parts add up."""

import pytest

from bot import money


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("178.8", 17880),
        ("¥1,234.50", 123450),
        ("￥1，234.50", 123450),
        ("１２元", 1200),
        ("(12.00)", -1200),
        ("-0.01", -1),
        ("HK$ 88", 8800),
        ("0.005", 1),
        ("", None),
        ("-", None),
        ("nan", None),
    ],
)
def test_an_amount_is_read(text: str, minor: int | None) -> None:
    assert money.parse(text, "CNY") == minor


@pytest.mark.parametrize("text", ["abc", "1.2.3", "inf", "12天"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        money.parse(text, "CNY")


def test_yen_have_no_minor_unit() -> None:
    assert money.parse("1,200", "JPY") == 1200


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (10, [3, 0, 1], [8, 0, 2]),
        (5, [0, 0], [3, 2]),
        (-100, [1, 2], [-33, -67]),
        (0, [1, 2], [0, 0]),
    ],
)
def test_parts_add_up(total: int, weights: list[int], parts: list[int]) -> None:
    assert money.split(total, weights) == parts
    assert sum(money.split(total, weights)) == total
