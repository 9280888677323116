"""The usual range of a day."""

from bot.metrics.anomalies import usual_range

WEEK = [100.0, 110.0, 120.0, 130.0, 140.0, 200.0, 210.0]
ORDINARY = [False] * 56


def test_a_steady_shop_expects_its_weekday() -> None:
    found = usual_range(WEEK * 8, ORDINARY)
    assert found is not None
    # no noise at all: the floor of 5 %, 3.5 times, around the weekday's 100
    assert round(found.low, 1) == 83.9
    assert round(found.high, 1) == 119.1


def test_promotion_days_move_nothing() -> None:
    history = WEEK * 8
    history[40:45] = [9999.0] * 5
    promo = [40 <= i < 45 for i in range(56)]
    assert usual_range(history, promo) == usual_range(
        [x if not p else None for x, p in zip(history, promo, strict=True)], ORDINARY
    )


def test_a_growing_shop_expects_more() -> None:
    grown = [x * 1.01**i for i, x in enumerate(WEEK * 8)]
    found, steady = usual_range(grown, ORDINARY), usual_range(WEEK * 8, ORDINARY)
    assert found is not None
    assert steady is not None
    assert found.low < 100 * 1.01**56 < found.high


def test_three_weeks_are_the_least() -> None:
    assert usual_range(WEEK * 2, [False] * 14) is None
    assert usual_range([None] * 56, ORDINARY) is None
