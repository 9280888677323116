"""What a picture says: specs with every word and figure ready, and no idea of how to draw them.

A spec travels as JSON from the bot to the process that draws. Words are in the reader's
language, figures are formatted; raw numbers stand beside them only to give bars and lines
their length. Imported at start-up: nothing heavy here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Theme = Literal["light", "dark"]
Face = Literal["sc", "tc", "hk"]  # zh-hans and en; zh-hant; zh-hant in a Hong Kong chat
Glyph = Literal["up", "down", "none"]
Polarity = Literal["good", "bad", "neutral", "missing"]
State = Literal["ok", "missing"]
Values = tuple[float | None, ...]  # oldest first; None = not known

CUT = 1.7  # a value above this many times the usual upper edge is cut off
BAND_DAYS = 8  # fewer days of history have no usual range
LINE_POINTS = 3  # fewer points have no line


@dataclass(frozen=True, slots=True)
class Style:
    """How a chat wants its pictures."""

    theme: Theme = "light"
    face: Face = "sc"
    good: Literal["red", "green"] = "red"  # the colour of good news


@dataclass(frozen=True, slots=True)
class Change:
    """A change as the reader sees it: the glyph gives its direction, the colour the judgement."""

    text: str  # "26.0%", "0.20 百分点", "新上", "–"
    glyph: Glyph = "none"
    polarity: Polarity = "neutral"  # missing: no base, or too few events
    base: str = ""  # "较上周日 11-15"


@dataclass(frozen=True, slots=True)
class Usual:
    """The usual range of a line, in the line's unit."""

    low: float
    high: float
    words: str


@dataclass(frozen=True, slots=True)
class Promo:
    """Days of a promotion: points `start` up to, not including, `end`."""

    start: int
    end: int
    label: str
    dates: str = ""


@dataclass(frozen=True, slots=True)
class Peak:
    """Words for one point of a line, in a promotion with its name: "双11 ¥89.6万"."""

    index: int
    words: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One metric of a card. With `missing` set there is no value: it says who is to send what."""

    label: str
    value: str = ""
    compact: str = ""  # a shorter form of the value
    change: Change | None = None
    note: str = ""
    line: Values = ()
    missing: str = ""
    thin: bool = False  # fewer events than the metric needs: greyed out


@dataclass(frozen=True, slots=True)
class Target:
    """A month's target: shares are of the whole, over 1 when past it."""

    heading: str  # "11月目标 ¥965万"
    done: str  # "已达 71%"
    so_far: str  # "累计 ¥685.3万，照此月底约 ¥934万"
    elapsed: str  # "时间 73%"
    done_share: float
    elapsed_share: float


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of data in the footer, and who is to send it when it is missing."""

    name: str
    state: State = "ok"
    who: str = ""


@dataclass(frozen=True, slots=True)
class Footer:
    """The data state: "数据 订单✓ 客服✗ 小李 … 截至 08:52"."""

    heading: str
    sources: tuple[Source, ...] = ()
    as_of: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """The daily KPI card of one store, 1024 × 1280 px; without line or tiles it is shorter."""

    style: Style
    store: str
    date: str
    label: str
    hero: str
    footer: Footer
    compact: str = ""  # a shorter form of the hero
    changes: tuple[Change, ...] = ()  # two at most
    line: Values = ()
    line_start: str = ""
    line_end: str = ""
    usual: Usual | None = None
    promos: tuple[Promo, ...] = ()
    peaks: tuple[Peak, ...] = ()  # words for the points that `cut` names
    base_line: str = ""  # the base date of all tiles
    tiles: tuple[Tile, ...] = ()  # six at most
    target: Target | None = None
    warning: str = ""
    kind: Literal["card"] = "card"


@dataclass(frozen=True, slots=True)
class Stores:
    """The daily card of several stores: a total for each currency, a row for each store.

    Tiles again: the label is the currency or the store, values never add across currencies.
    """

    style: Style
    title: str
    date: str
    label: str
    totals: tuple[Tile, ...]
    rows: tuple[Tile, ...]  # nine at most
    footer: Footer
    base_line: str = ""
    more: str = ""  # "其余 3 店见按店铺"
    warning: str = ""
    kind: Literal["stores"] = "stores"


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its values, its name and its last value in words."""

    values: Values
    name: str
    last: str
    peaks: tuple[Peak, ...] = ()


@dataclass(frozen=True, slots=True)
class Tick:
    """A date below the line, and below it the date it is compared with."""

    index: int
    now: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A series with the comparison behind it, 1024 × 1024 px."""

    style: Style
    title: str  # the finding in words
    subtitle: str  # metric, period and base
    now: Series
    before: Series | None = None
    ticks: tuple[Tick, ...] = ()
    promos: tuple[Promo, ...] = ()
    note: str = ""
    as_of: str = ""
    kind: Literal["line"] = "line"


@dataclass(frozen=True, slots=True)
class Row:
    """One bar of a ranking with its base as a tick."""

    name: str  # SKU code first
    value: float
    text: str
    base: float | None = None
    change: Change | None = None
    note: str = ""
    alert: bool = False  # the note is a state that needs a hand


@dataclass(frozen=True, slots=True)
class Ranking:
    """The top rows of a breakdown: ten at most, 1024 × 1280 px; fewer are shorter."""

    style: Style
    title: str
    subtitle: str
    rows: tuple[Row, ...]
    note: str = ""
    as_of: str = ""
    kind: Literal["ranking"] = "ranking"


@dataclass(frozen=True, slots=True)
class Total:
    """The first or last bar of a waterfall."""

    label: str
    value: float
    text: str
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One step of a waterfall; `below` is its from → to, on two lines."""

    label: str
    value: float
    change: Change
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Why a figure moved: base total, the parts that add up, new total. 1024 × 1024 px."""

    style: Style
    title: str
    subtitle: str
    base: Total
    parts: tuple[Part, ...]
    now: Total
    note: str = ""  # what else happened: evidence, never "because"
    kind: Literal["waterfall"] = "waterfall"


@dataclass(frozen=True, slots=True)
class Headline:
    """A tile of one figure and its unit: "14" "分钟"."""

    label: str
    value: str
    unit: str = ""
    change: Change | None = None
    thin: bool = False


@dataclass(frozen=True, slots=True)
class Handled:
    """One group of issues: a bar of what was kept in time and what was late, and the share of it."""

    name: str
    kept: float
    late: float
    text: str
    late_text: str = ""
    share: str = ""
    state: Literal["ok", "alert", "thin"] = "ok"
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """After-sales of a period: three tiles and seven rows at most, 1024 × 1280 px; fewer are shorter."""

    style: Style
    title: str
    subtitle: str
    tiles: tuple[Headline, ...]
    rows: tuple[Handled, ...]
    heading: str = ""  # what the rows are
    legend: str = ""  # what a bar's length is, and its late part
    late_legend: str = ""
    share_heading: str = ""
    note: str = ""
    as_of: str = ""
    kind: Literal["desk"] = "desk"


AnyPicture = Card | Stores | Line | Ranking | Waterfall | Desk


@cache
def _adapter() -> "TypeAdapter[AnyPicture]":
    from pydantic import Field, TypeAdapter  # built on first use, not at start

    return TypeAdapter(Annotated[AnyPicture, Field(discriminator="kind")])


def to_json(picture: AnyPicture) -> str:
    """The spec as one line of JSON."""
    return _adapter().dump_json(picture).decode()


def from_json(text: str) -> AnyPicture:
    """The spec again; ValueError when it is not one."""
    return _adapter().validate_json(text)


def cut(line: Sequence[float | None], usual: Usual | None) -> tuple[int, ...]:
    """Points too high for the plot: the caller gives each of them a `Peak` with its figure."""
    if usual is None or sum(v is not None for v in line) < BAND_DAYS:
        return ()
    return tuple(i for i, v in enumerate(line) if v is not None and v > CUT * usual.high)
