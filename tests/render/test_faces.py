"""The faces come from the package, and have every letter we need."""

import tomllib
import unicodedata
from importlib.resources import files
from pathlib import Path

import noto_cjk_sans_otc
import pytest
from matplotlib.font_manager import findfont
from matplotlib.ft2font import FT2Font

from bot.render import theme

FOLDER = Path(noto_cjk_sans_otc.__file__).parent


@pytest.mark.parametrize("face", ["sc", "tc", "hk"])
def test_a_face_is_found_inside_the_font_package(face: str) -> None:
    found = findfont(theme.font(face, 30), fallback_to_default=False)
    assert Path(found).parent == FOLDER


@pytest.mark.parametrize(("face", "family"), [("sc", "SC"), ("tc", "TC"), ("hk", "HK")])
def test_each_face_is_its_own_region(face: str, family: str) -> None:
    path = theme.font_path(face)
    assert FT2Font(path, face_index=path.face_index).family_name == f"Noto Sans CJK {family}"


@pytest.mark.parametrize(
    ("language", "face"), [("zh-hans", "sc"), ("en", "sc"), ("zh-hant", "tc"), ("zh-hant", "hk")]
)
def test_every_word_of_a_language_can_be_drawn(language: str, face: str) -> None:
    text = files("bot").joinpath("locales", f"{language}.toml").read_text("utf-8")
    tomllib.loads(text)
    # emoji stand on buttons, which Telegram draws
    letters = {c for c in text if unicodedata.category(c) not in ("So", "Mn", "Cc") and c != "↩"}
    assert {c for c in letters if ord(c) not in theme.glyphs(face)} == set()


@pytest.mark.parametrize("letter", "−–→…¥€✓▲▼")
def test_the_signs_of_figures_are_in_the_face(letter: str) -> None:
    assert ord(letter) in theme.glyphs("sc")


@pytest.mark.parametrize(
    ("given", "drawn"),
    [
        ("🍎 果然鲜", "果然鲜"),
        ("฿1,234", "THB 1,234"),
        ("Šárka", "Sárka"),
        ("ผลไม้ 5kg", "… 5kg"),
        ("two\nlines", "two lines"),
    ],
)
def test_letters_the_face_lacks_are_put_in_others(given: str, drawn: str) -> None:
    assert theme.drawable("sc", given) == drawn


def test_text_on_page_and_tile_has_contrast() -> None:
    for palette in theme.PALETTES.values():
        for ink in (palette.ink, palette.text2, palette.text3, palette.red, palette.green):
            for ground in (palette.page, palette.tile):
                assert contrast(ink, ground) >= 4.5, (ink, ground)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: relative luminances, lighter over darker."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
