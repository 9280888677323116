"""The look in one place: palette, type sizes, grid and the packaged faces."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import groupby

from matplotlib import rcParams
from matplotlib.font_manager import FontPath, FontProperties, get_font
from matplotlib.ft2font import FT2Font, LoadFlags

from bot.render.pictures import Change, Face, Style

# ---------------------------------------------------------------- palette


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one theme; text on page or tile has a contrast of at least 4.5 : 1."""

    page: str
    tile: str
    track: str  # the empty part of a bar
    ink: str  # values and titles
    text2: str  # labels; a change without polarity
    text3: str  # notes and dates; figures of too few events
    line: str  # rules
    prev: str  # the base period and tile sparklines: never text
    accent: str  # us, now
    band: str  # the usual range
    promo: str  # a promotion's days
    promo_ink: str  # its words
    red: str  # change only, see `change_colour`
    green: str
    alert: str  # a state (late, missing, out of stock), never a change


PALETTES: Mapping[str, Palette] = {
    "light": Palette(
        page="#FFFFFF", tile="#F3F5F8", track="#E2E7EE",
        ink="#12171E", text2="#55606E", text3="#66717F",
        line="#D5DBE3", prev="#A4AEBB", accent="#2459D6", band="#E4EAF6",
        promo="#FBF1DB", promo_ink="#8A5A00",
        red="#C9282D", green="#117A48", alert="#B4530A",
    ),
    "dark": Palette(
        page="#151A21", tile="#1F2630", track="#2F3947",
        ink="#F1F4F8", text2="#B2BCC9", text3="#939FAE",
        line="#343E4B", prev="#6B7788", accent="#7FA6FF", band="#27324A",
        promo="#2E2A20", promo_ink="#E9BE62",
        red="#FF8078", green="#4FCB8D", alert="#FFA45C",
    ),
}  # fmt: skip


def change_colour(style: Style, change: Change) -> str:
    """Good and bad are painted as the chat reads them: red for a rise in China, else green."""
    palette = PALETTES[style.theme]
    good, bad = palette.green, palette.red
    if style.good == "red":
        good, bad = bad, good
    return {
        "good": good,
        "bad": bad,
        "neutral": palette.text2,
        "missing": palette.text3,
    }[change.polarity]


# ---------------------------------------------------------------- type and grid, px

HERO, HERO_LEAST = 118, 84
VALUE, VALUE_LEAST = 62, 44
TITLE, TITLE_LEAST, STORE_LEAST = 40, 34, 24
HERO_CHANGE = 40
DATE = 32
CHART_WORDS = 33  # names and values inside a chart
ROW_VALUE, ROW_CHANGE = 30, 34
BAR_VALUE = 40
TILE_CHANGE = 32
LABEL = 30
SUBTITLE = 28
NOTE = 27
FOOTER = 26
LEAST = 24  # nothing is ever smaller

WIDTH, TALL, SQUARE = 1024, 1280, 1024
MARGIN = 48
RIGHT = WIDTH - MARGIN
CONTENT = WIDTH - 2 * MARGIN
BOTTOM = 40  # last baseline above the edge
RULE = 2
TILE_WIDTH, TILE_HEIGHT, GUTTER = 457, 164, 14
TILE_RADIUS, TILE_PADDING = 18, 24
SPARK_WIDTH, SPARK_HEIGHT = 150, 60
TRIANGLE = 0.62  # its width, of the text beside it

DPI = 100
POINTS = 72 / DPI  # a pixel in points

# ---------------------------------------------------------------- faces

FAMILIES: Mapping[Face, str] = {
    "sc": "Noto Sans CJK SC",
    "tc": "Noto Sans CJK TC",
    "hk": "Noto Sans CJK HK",
}
# Signs the face lacks, in words that it has.
SIGNS: Mapping[str, str] = {
    "฿": "THB ", "₱": "PHP ", "₹": "INR ", "₺": "TRY ", "₽": "RUB ", "₴": "UAH ",
    "✗": "×", "✘": "×", "₸": "KZT ", "₪": "ILS ", "₦": "NGN ",
}  # fmt: skip

# The text is large: hinting only makes the strokes uneven, and costs a fifth of the time.
rcParams["text.hinting"] = "no_hinting"


@cache
def font_path(face: Face) -> FontPath:
    """The face's file and index inside the font package; LookupError when it is not there.

    A font on the machine is never asked, so every machine draws the same picture.
    """
    collection = files("noto_cjk_sans_otc").joinpath("NotoSansCJK-Regular.ttc")
    path, index, count = str(collection), 0, 1
    while index < count:
        font = FT2Font(path, face_index=index)
        if font.family_name == FAMILIES[face]:
            return FontPath(path, index)
        index, count = index + 1, font.num_faces
    raise LookupError(f"{FAMILIES[face]} is not in {path}")


@lru_cache(maxsize=64)
def font(face: Face, size: float) -> FontProperties:
    """The face at `size` px, for matplotlib."""
    return FontProperties(fname=font_path(face), size=size * POINTS)


@cache
def glyphs(face: Face) -> frozenset[int]:
    """Code points the face can draw."""
    return frozenset(FT2Font(font_path(face), face_index=font_path(face).face_index).get_charmap())


@lru_cache(maxsize=4096)
def width(face: Face, text: str, size: float) -> float:
    """Width of `text` in px."""
    if not text:
        return 0.0
    ruler = get_font(font_path(face))
    ruler.set_size(size * POINTS, DPI)
    ruler.set_text(text, 0, flags=LoadFlags.NO_HINTING)
    return ruler.get_width_height()[0] / 64


@lru_cache(maxsize=4096)
def drawable(face: Face, text: str) -> str:
    """`text` on one line, in letters the face has: no empty box ever stands in a picture.

    An accent is dropped before its letter is, a currency sign becomes its code, symbols and
    emoji go, and a run in a script the face lacks becomes one ellipsis.
    """
    known = glyphs(face)
    words = ""
    for has, letters in groupby(text, key=lambda c: ord(c) in known or c.isspace()):
        run = "".join(letters)
        words += run if has else _spelled(run, known)
    return " ".join(words.split())


def _spelled(run: str, known: frozenset[int]) -> str:
    plain = unicodedata.normalize("NFKD", "".join(SIGNS.get(c, c) for c in run))
    kept = "".join(c for c in plain if ord(c) in known and not unicodedata.combining(c))
    return kept or ("…" if any(c.isalnum() for c in run) else "")
