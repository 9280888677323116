"""Line, ranking and waterfall, judged by the length of what is drawn."""

from dataclasses import replace

import numpy as np
import pytest

from bot.render.pictures import Row, Tick
from tests.render.gallery import lines, rankings, waterfalls
from tests.render.test_cards import count, image, texts

ACCENT = (0x24, 0x59, 0xD6)


def run(picture: object, line: slice | int, across: slice | int, colour: tuple[int, ...]) -> int:
    """Pixels of a colour along one line of the picture."""
    return int((np.asarray(image(picture))[line, across] == colour).all(axis=-1).sum())


def test_a_line_chart_is_square() -> None:
    assert image(lines()["compare"]).size == (1024, 1024)


def test_ten_rows_are_1280_high_and_five_are_shorter() -> None:
    assert image(rankings()["ten"]).size == (1024, 1280)
    assert image(rankings()["five"]).size == (1024, 770)  # 165 + 5 × 102 + 95


def test_bars_are_as_long_as_their_values() -> None:
    pair = replace(rankings()["ten"], rows=(Row("A", 300, "300"), Row("B", 100, "100")))
    # bars start at 228 px and 102 px lower, the longest is 560 px
    long, short = (run(pair, y, slice(80, 700), ACCENT) for y in (241, 343))
    assert long == pytest.approx(560, abs=2)
    assert short == pytest.approx(560 / 3, abs=2)


def test_a_higher_base_has_its_tick_beyond_the_bar() -> None:
    row = replace(rankings()["ten"], rows=(Row("A", 50, "50", base=100),))
    assert run(row, 241, slice(80, 700), ACCENT) == pytest.approx(280, abs=2)
    assert run(row, 225, slice(640, 670), (0x55, 0x60, 0x6E)) == 4  # at 94 + 560 px


def test_a_ranking_without_bases_has_no_ticks() -> None:
    plain = np.asarray(image(rankings()["plain"]))[225, 90:700]
    assert (plain == 0xFF).all()


def test_a_long_product_name_keeps_code_and_size() -> None:
    name = next(t for t in texts(rankings()["ten"]) if t.startswith("A07"))
    assert "…" in name
    assert name.endswith(" 2斤")


def test_a_state_is_told_in_the_colour_of_a_state() -> None:
    note = (slice(330, 370), slice(850, 976))  # of the second row
    assert count(rankings()["ten"], "#B4530A", note) > 50


def test_a_waterfall_stands_on_zero() -> None:
    fall = waterfalls()["fall"]
    column = np.asarray(image(fall))[230:760, 882]  # through the last bar
    blue = int((column == ACCENT).all(axis=-1).sum())
    assert blue == pytest.approx(207862 / 280800 * (760 - 236), abs=3)


def test_a_fall_hangs_from_where_the_base_ends() -> None:
    column = np.asarray(image(waterfalls()["fall"]))[:, 326]  # through the first part
    green = np.flatnonzero((column == (0x11, 0x7A, 0x48)).all(axis=-1))
    assert green[0] == pytest.approx(236, abs=2)


def test_the_parts_of_a_waterfall_are_painted_by_their_judgement() -> None:
    fall, west = waterfalls()["fall"], waterfalls("en")["fall"]
    first_part = (slice(240, 360), slice(262, 390))
    assert count(fall, "#117A48", first_part) > 10_000
    assert count(west, "#C9282D", first_part) > 10_000


def test_a_long_period_below_a_bar_stands_on_two_lines() -> None:
    shown = texts(waterfalls("en")["rise"])
    assert "Nov 2026" in " ".join(shown)
    assert not any("…" in text for text in shown)


def test_below_a_long_name_from_and_to_both_stand() -> None:
    shown = texts(waterfalls("en")["rise"])
    assert {"Average", "order value", "¥10.00", "→ ¥9.98"} <= set(shown)


def test_dates_that_would_touch_are_left_out_but_never_the_ends() -> None:
    crowded = tuple(Tick(i, f"11-{i + 1:02}") for i in range(30))
    shown = texts(replace(lines()["alone"], ticks=crowded))
    assert {"11-01", "11-30"} <= set(shown)
    assert 4 < sum(text in {t.now for t in crowded} for text in shown) < 12


def test_unknown_days_are_never_a_solid_line() -> None:
    whole = lines()["alone"]
    values = (100.0,) * 10 + (None,) * 10 + (100.0,) * 10
    gap = replace(whole, now=replace(whole.now, values=values, peaks=()))
    assert count(gap, "#2459D6", (slice(200, 600), slice(380, 480))) == 0


def test_two_points_are_dots_without_a_line() -> None:
    assert count(lines()["two-points"], "#2459D6", (slice(200, 840), slice(100, 800))) == 0


def test_a_line_below_zero_has_zero_as_its_rule() -> None:
    drawn = np.asarray(image(lines()["negative"]))[:, 500]
    rule = np.flatnonzero((drawn == (0xD5, 0xDB, 0xE3)).all(axis=-1))
    # from 9 at 230 px to −8 at 820 px, zero is 9/17 of the way
    assert rule[0] == pytest.approx(230 + 9 / 17 * 590, abs=3)
