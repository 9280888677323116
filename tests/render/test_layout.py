"""What holds for every picture: its words are on the page, apart, large enough and drawable."""

from functools import cache
from itertools import combinations

import pytest
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from bot.render.draw import drawing
from bot.render.sheet import Sheet
from bot.render.theme import font_path, glyphs
from tests.render.gallery import everything

SAMPLES = everything()
every_sample = pytest.mark.parametrize("name", SAMPLES)


@cache
def sheet(name: str) -> Sheet:
    return drawing(SAMPLES[name])


def words(drawn: Sheet) -> list[tuple[Text, Bbox]]:
    """Every text of a picture with the box it takes, in px."""
    renderer = drawn.figure.canvas.get_renderer()
    return [(t, t.get_window_extent(renderer)) for t in drawn.figure.findobj(Text) if t.get_text()]


@every_sample
def test_no_words_leave_the_page(name: str) -> None:
    page = sheet(name).figure.bbox
    outside = [
        text.get_text()
        for text, box in words(sheet(name))
        if box.x0 < 40 or box.x1 > 1024 - 40 or box.y0 < 24 or box.y1 > page.height - 24
    ]
    assert outside == []


@every_sample
def test_no_two_words_overlap(name: str) -> None:
    overlapping = [
        (one.get_text(), other.get_text())
        for (one, a), (other, b) in combinations(words(sheet(name)), 2)
        if a.x0 < b.x1 and b.x0 < a.x1 and a.y0 < b.y1 and b.y0 < a.y1
    ]
    assert overlapping == []


@every_sample
def test_no_words_are_smaller_than_24_px(name: str) -> None:
    sizes = {text.get_text(): text.get_fontsize() / 0.72 for text, _ in words(sheet(name))}
    assert {text for text, px in sizes.items() if px < 23.99} == set()


@every_sample
def test_every_letter_is_in_the_face(name: str) -> None:
    face = SAMPLES[name].style.face
    drawn = "".join(text.get_text() for text, _ in words(sheet(name)))
    assert {c for c in drawn if ord(c) not in glyphs(face)} == set()


@every_sample
def test_words_are_drawn_in_the_face_of_the_chat(name: str) -> None:
    paths = {text.get_fontproperties().get_file() for text, _ in words(sheet(name))}
    assert paths == {font_path(SAMPLES[name].style.face)}
