"""The KPI card, judged by its pixels and by the words on it."""

import io
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from bot.render.cards import plan
from bot.render.draw import draw, drawing
from bot.render.pictures import AnyPicture, Change, Style, Tile, to_json
from tests.render.gallery import card, missing, several, strained

GREEN, RED = "#117A48", "#C9282D"  # the light theme's
ACCENT, BAND, PROMO = "#2459D6", "#E4EAF6", "#FBF1DB"
HERO_CHANGE = (slice(150, 200), slice(560, 730))  # beside the hero, first row
HERO_LINE = (slice(288, 436), slice(48, 976))


def image(picture: AnyPicture) -> Image.Image:
    return Image.open(io.BytesIO(draw(to_json(picture))))


def count(picture: AnyPicture, colour: str, where: tuple[slice, slice] = (...,)) -> int:
    """How many pixels have exactly this colour."""
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return int((np.asarray(image(picture))[where] == wanted).all(axis=-1).sum())


def texts(picture: AnyPicture) -> list[str]:
    return [t.get_text() for t in drawing(picture).figure.findobj(Text)]


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_card_is_1024_by_1280_without_transparency(language: str, theme: str) -> None:
    drawn = image(card(language, theme))
    assert (drawn.size, drawn.mode) == ((1024, 1280), "RGB")


def test_the_dark_page_is_dark() -> None:
    assert image(card(theme="dark")).getpixel((5, 5)) == (0x15, 0x1A, 0x21)


def test_a_fall_is_green_where_red_is_good() -> None:
    assert count(card(), GREEN, HERO_CHANGE) > 200
    assert count(card(), RED, HERO_CHANGE) == 0


def test_a_fall_is_red_where_green_is_good() -> None:
    western = replace(card(), style=Style(good="green"))
    assert count(western, RED, HERO_CHANGE) > 200
    assert count(western, GREEN, HERO_CHANGE) == 0


def test_a_rising_refund_rate_is_painted_bad_but_points_up() -> None:
    tile = (slice(770, 850), slice(540, 570))  # the triangle of the fourth tile
    assert count(card(), GREEN, tile) > 100
    rows = np.argwhere((np.asarray(image(card()))[tile] == (0x11, 0x7A, 0x48)).all(axis=-1))[:, 0]
    widths = np.bincount(rows - rows.min())
    assert widths[0] < widths[-1]


def test_a_change_without_polarity_is_grey() -> None:
    tile = (slice(980, 1060), slice(60, 300))  # units, the fifth tile
    assert count(card(), RED, tile) == count(card(), GREEN, tile) == 0
    assert count(card(), "#55606E", tile) > 100


def test_a_missing_metric_has_an_empty_tile_and_says_who_owes_it() -> None:
    empty, whole = image(missing()), image(card())
    assert whole.getpixel((300, 620)) == (0xF3, 0xF5, 0xF8)
    assert empty.getpixel((300, 620)) == (0xFF, 0xFF, 0xFF)
    assert texts(missing()).count("待导入（小李）") == 2


def test_incomplete_data_is_told_in_the_colour_of_a_state() -> None:
    under_the_date = (slice(105, 150), slice(600, 976))
    assert count(missing(), "#B4530A", under_the_date) > 100
    assert count(card(), "#B4530A") == 0


def test_few_events_are_greyed_out() -> None:
    value = (slice(580, 640), slice(60, 300))  # of the first tile
    thin = strained()["thin"]
    assert count(card(), "#12171E", value) > 100
    assert count(thin, "#12171E", value) == 0


def test_seven_days_of_history_have_no_usual_range() -> None:
    young = replace(card(), promos=(), peaks=(), line=card().line[:7])
    assert count(young, BAND) == 0
    assert count(replace(young, line=card().line[:8]), BAND) > 1000


def test_the_usual_range_is_left_out_under_a_promotion() -> None:
    # 1–11 November are points 8–18: half a step before 304 px to half a step after 614 px
    inside = (slice(288, 436), slice(292, 626))
    assert count(card(), PROMO, inside) > 10_000
    assert count(card(), BAND, inside) == 0


def test_two_days_have_no_line() -> None:
    newborn = strained()["newborn"]
    two = replace(newborn, line=(200.0, 210.0), line_start="11-21")
    assert count(two, ACCENT) == 0
    assert "11-21" not in texts(two)


def test_an_unknown_day_breaks_the_line() -> None:
    flat = replace(card(), promos=(), peaks=(), usual=None, line=(240.0,) * 30)
    broken = replace(flat, line=(240.0,) * 14 + (None,) * 2 + (240.0,) * 14)
    between = (slice(288, 436), slice(470, 540))  # days 14 and 15 stand at 490 and 521 px
    assert count(flat, ACCENT, between) > 200
    assert count(broken, ACCENT, between) < 30


def test_a_cut_peak_is_told_in_words() -> None:
    assert "双11 ¥89.6万" in texts(card())


def test_without_a_cut_peak_the_promotion_is_named() -> None:
    assert "年货节" in texts(strained()["promo-without-peak"])


def test_a_full_card_keeps_the_grid() -> None:
    places = plan(card())
    assert (places.line.bottom, places.base_at, places.tiles_at) == (436, 508, 526)
    assert (places.tiles_end, places.footer_at) == (1046, 1240)


def test_without_a_target_the_line_takes_its_room() -> None:
    places = plan(replace(card(), target=None))
    assert (places.line.bottom, places.footer_at) == (556, 1240)
    assert "11月目标 ¥965万" not in texts(replace(card(), target=None))


def test_without_line_and_target_the_page_ends_below_the_footer() -> None:
    # tiles from 334, three of 188 with two gutters of 14, 74 to the footer, 40 below it
    assert image(strained()["newborn"]).size == (1024, 334 + 3 * 188 + 2 * 14 + 74 + 40)


def test_an_odd_last_tile_takes_the_whole_row() -> None:
    five = image(replace(card(), tiles=card().tiles[:5]))
    assert five.getpixel((512, 1000)) == (0xF3, 0xF5, 0xF8)
    assert image(card()).getpixel((512, 1000)) == (0xFF, 0xFF, 0xFF)


def test_a_figure_too_wide_takes_its_short_form() -> None:
    shown = texts(strained()["huge"])
    assert "¥1,234,567,890" not in shown
    assert shown.count("¥12.3亿") == 2


def test_a_long_name_is_cut_in_the_middle_and_keeps_its_last_word() -> None:
    name = next(t for t in texts(strained()["long"]) if t.startswith("Guoranxian Fresh"))
    assert name.endswith("… Global")


def test_a_name_without_spaces_keeps_its_end() -> None:
    named = replace(card(), store="果然鲜产地直发" * 8 + "旗舰店")
    assert any(t.startswith("果然鲜") and t.endswith("…旗舰店") for t in texts(named))


def test_a_long_base_stands_on_two_lines() -> None:
    shown = texts(strained()["huge"])
    assert shown.index("2025-12-28") == shown.index("较上一个平常周日") + 1


def test_missing_data_is_named_when_whole_data_must_give_way() -> None:
    shown = texts(strained()["long"])
    assert "kind 6" in shown
    assert "kind 5" not in shown


def test_a_dollar_sign_is_no_formula() -> None:
    assert "Sales $1 and $2" in texts(strained()["foreign"])


def test_past_the_target_the_bar_is_full_and_no_longer() -> None:
    beyond = strained()["over-target"]
    bar = (slice(1112, 1124), slice(100, 976))
    assert count(beyond, "#E2E7EE", bar) == 0
    assert count(beyond, ACCENT, (slice(1112, 1124), slice(976, 1024))) == 0


def test_a_tile_line_is_not_flattened_by_one_peak() -> None:
    # the values 1 and 2 alternate below one of 100: capped at 2 they use the whole height
    spiky = Tile("件数", "2", line=(1.0, 2.0) * 14 + (100.0, 1.0))
    spark = np.asarray(image(replace(card(), tiles=(spiky, card().tiles[1]), target=None)))
    grey = np.argwhere((spark[900:] == (0xA4, 0xAE, 0xBB)).all(axis=-1))
    left = grey[grey[:, 1] < 450]
    assert left[:, 0].max() - left[:, 0].min() > 50


def test_two_currencies_have_no_common_total() -> None:
    shown = texts(several()["two-currencies"])
    assert "¥269,100" in shown
    assert "HK$12,345" in shown
    assert not any("281" in t for t in shown)


def test_a_total_of_one_store_is_not_told_twice() -> None:
    each = several()["one-each"]
    assert not {"人民币 CNY", "¥269,100"} & set(texts(each))
    assert {"果然鲜 天猫旗舰店", "¥20.79万", "HK$12,345.00"} <= set(texts(each))


def test_a_store_without_its_file_says_who_owes_it() -> None:
    nine = several()["nine-stores"]
    gone = Tile("拼多多店", missing="待导入（小李）")
    assert "待导入（小李）" in texts(replace(nine, rows=(gone, *nine.rows[1:])))


def test_no_base_is_a_grey_dash() -> None:
    new = replace(card(), changes=(Change("–", polarity="missing"),))
    around = (slice(180, 240), slice(560, 730))
    assert count(new, "#66717F", around) > 20
