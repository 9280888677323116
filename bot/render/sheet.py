"""A sheet to draw on: text, bars, lines and signs in pixels from the top left, out as PNG."""

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from bot.render import theme
from bot.render.pictures import Change, Style

Point = tuple[float, float]

ASCENT, DESCENT = 0.88, 0.16  # what a line of text covers above and below its baseline
CLEAR = 6  # px between words and what they must not touch
ARC = 0.5523  # control points of a quarter circle


@dataclass(frozen=True, slots=True)
class Box:
    """Edges in px; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def inside(self, other: "Box") -> bool:
        across = other.left <= self.left and self.right <= other.right
        return across and other.top <= self.top and self.bottom <= other.bottom

    def grown(self, by: float) -> "Box":
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def crossed(self, points: Sequence[Point]) -> bool:
        """Whether the polyline enters the box."""
        return any(self._cut(a, b) for a, b in pairwise(points))

    def _cut(self, a: Point, b: Point) -> bool:
        # The part of the segment within the box, edge by edge (Liang-Barsky).
        start, end = 0.0, 1.0
        for axis, low, high in ((0, self.left, self.right), (1, self.top, self.bottom)):
            step = b[axis] - a[axis]
            if step == 0:
                if not low < a[axis] < high:
                    return False
                continue
            near, far = sorted(((low - a[axis]) / step, (high - a[axis]) / step))
            start, end = max(start, near), min(end, far)
        return start < end


class Sheet:
    """One picture in the making; what is drawn later lies on top."""

    def __init__(self, style: Style, height: int) -> None:
        self.style = style
        self.palette = theme.PALETTES[style.theme]
        self.page = Box(0, 0, theme.WIDTH, height)
        self.texts: list[Box] = []
        size = (theme.WIDTH / theme.DPI, height / theme.DPI)
        self.figure = Figure(figsize=size, dpi=theme.DPI, facecolor=self.palette.page)
        self._canvas = FigureCanvasAgg(self.figure)
        self._down = Affine2D().scale(1, -1).translate(0, height)

    def _add(self, artist: Artist) -> None:
        artist.set_transform(self._down)
        artist.set_zorder(len(self.figure.get_children()))
        self.figure.add_artist(artist)

    # text --------------------------------------------------------------------------------

    def width(self, text: str, size: float) -> float:
        """Width in px of `text` as it will be drawn."""
        return theme.width(self.style.face, theme.drawable(self.style.face, text), size)

    def place(self, x: float, y: float, text: str, size: float, align: str = "left") -> Box:
        """The box `text` would take with its baseline at `y`."""
        wide = self.width(text, size)
        left = x - {"left": 0, "center": wide / 2, "right": wide}[align]
        return Box(left, y - ASCENT * size, left + wide, y + DESCENT * size)

    def text(
        self, x: float, y: float, text: str, size: float, colour: str, align: str = "left"
    ) -> Box:
        """One line of text; `align` says which of its ends `x` is."""
        box = self.place(x, y, text, size, align)
        if words := theme.drawable(self.style.face, text):
            self._add(
                Text(
                    box.left, y, words, color=colour, parse_math=False,
                    fontproperties=theme.font(self.style.face, size),
                )
            )  # fmt: skip
            self.texts.append(box)
        return box

    def fit(
        self, forms: Iterable[str], size: float, least: float, room: float
    ) -> tuple[str, float]:
        """The first form that fits `room` at a size from `size` down to `least`, else a cut one."""
        given = [theme.drawable(self.style.face, form) for form in forms if form]
        for form in given:
            wide = self.width(form, size)
            fitting = size if wide <= room else size * room / wide
            if fitting >= least:
                return form, fitting
        return self.shortened(given[-1] if given else "", least, room), least

    def shortened(self, text: str, size: float, room: float) -> str:
        """Cut in the middle to fit `room`; the last word stays, since sizes tell SKUs apart."""
        text = theme.drawable(self.style.face, text)
        if self.width(text, size) <= room:
            return text
        kept, gap, tail = text.rpartition(" ")
        if not kept or self.width(f"… {tail}", size) > room * 0.6:
            kept, gap, tail = text[:-3], "", text[-3:]
        end = f"…{gap}{tail}"
        low, high = 0, len(kept)
        while low < high:  # the longest head that still fits
            middle = (low + high + 1) // 2
            fits = self.width(kept[:middle].rstrip() + end, size) <= room
            low, high = (middle, high) if fits else (low, middle - 1)
        return kept[:low].rstrip() + end

    def fitted(
        self, x: float, y: float, forms: Iterable[str], size: float, least: float,
        room: float, colour: str, align: str = "left",
    ) -> Box:  # fmt: skip
        """`text` that shrinks, takes its shorter form or is cut rather than leave its room."""
        words, fitting = self.fit(forms, size, least, room)
        return self.text(x, y, words, fitting, colour, align)

    def put(
        self, spots: Iterable[Box], text: str, size: float, colour: str,
        within: Box, lines: Sequence[Sequence[Point]], taken: list[Box],
    ) -> bool:  # fmt: skip
        """Write at the first of `spots` that is free of lines and `taken`, and take it.

        Without a free one nothing is written: words across a line help nobody.
        """
        for spot in spots:
            room = spot.grown(CLEAR)
            if not spot.inside(within) or any(map(room.meets, taken)):
                continue
            if not any(map(room.crossed, lines)):
                self.text(spot.left, spot.bottom - DESCENT * size, text, size, colour)
                taken.append(spot)
                return True
        return False

    def wrapped(self, text: str, size: float, room: float) -> tuple[str, ...]:
        """One line where it fits `room`, else two, parted at the space nearest the middle."""
        text = theme.drawable(self.style.face, text)
        spaces = [i for i, letter in enumerate(text) if letter == " "]
        if not spaces or self.width(text, size) <= room:
            return (text,)
        at = min(spaces, key=lambda i: max(self.width(text[:i], size), self.width(text[i:], size)))
        return (text[:at], text[at + 1 :])

    # shapes ------------------------------------------------------------------------------

    def bar(self, box: Box, colour: str, radius: float = 0) -> None:
        """A filled box."""
        if box.right <= box.left or box.bottom <= box.top:
            return
        if radius:
            self._add(PathPatch(rounded(box, radius), facecolor=colour, linewidth=0))
        else:
            wide, high = box.right - box.left, box.bottom - box.top
            self._add(Rectangle((box.left, box.top), wide, high, facecolor=colour, linewidth=0))

    def dashed(self, box: Box, radius: float) -> None:
        """An empty box in dashes."""
        self._add(
            PathPatch(
                rounded(box, radius), fill=False, edgecolor=self.palette.line,
                linewidth=3 * theme.POINTS, linestyle=(0, (4, 3)),
            )
        )  # fmt: skip

    def line(self, points: Sequence[Point], colour: str, thick: float, cap: str = "round") -> None:
        """A line through the points, `thick` px."""
        xs, ys = zip(*points, strict=True)
        self._add(
            Line2D(
                xs, ys, color=colour, linewidth=thick * theme.POINTS,
                solid_capstyle="round" if cap == "round" else "butt", solid_joinstyle="round",
            )
        )  # fmt: skip

    def rule(self, y: float, left: float = theme.MARGIN, right: float = theme.RIGHT) -> None:
        self.bar(Box(left, y, right, y + theme.RULE), self.palette.line)

    def dot(self, centre: Point, radius: float, colour: str, ring: float = 0) -> None:
        """A dot, with a ring in the page's colour that keeps the line off it."""
        if ring:
            self._add(Circle(centre, radius + ring, facecolor=self.palette.page, linewidth=0))
        self._add(Circle(centre, radius, facecolor=colour, linewidth=0))

    def triangle(self, x: float, y: float, size: float, up: bool, colour: str) -> float:
        """▲ or ▼ on the baseline `y` before text of `size` px; the face's own is too wide."""
        wide = theme.TRIANGLE * size
        foot, tip = (y - 0.06 * size, y - 0.62 * size)
        if not up:
            foot, tip = tip, foot
        corners = [(x, foot), (x + wide, foot), (x + wide / 2, tip), (x, foot)]
        self._add(PathPatch(Path(corners, closed=True), facecolor=colour, linewidth=0))
        return wide

    def check(self, x: float, y: float, size: float, colour: str) -> float:
        """✓ as a shape."""
        wide = 0.8 * size
        self.line([(x, y - 0.3 * size), (x + 0.28 * size, y), (x + wide, y - 0.58 * size)],
                  colour, 0.11 * size)  # fmt: skip
        return wide

    def cross(self, x: float, y: float, size: float, colour: str) -> float:
        """✗ as a shape: the face has none."""
        wide = 0.5 * size
        top, foot = y - 0.6 * size, y - 0.1 * size
        self.line([(x, top), (x + wide, foot)], colour, 0.14 * size)
        self.line([(x, foot), (x + wide, top)], colour, 0.14 * size)
        return wide

    # a change ----------------------------------------------------------------------------

    def change_width(self, change: Change, size: float) -> float:
        sign = 0.0 if change.glyph == "none" else (theme.TRIANGLE + 0.25) * size
        return sign + self.width(change.text, size)

    def change(
        self, x: float, y: float, change: Change, size: float, room: float,
        colour: str = "", align: str = "left",
    ) -> Box:  # fmt: skip
        """Triangle and figure in the colour of the judgement."""
        colour = colour or theme.change_colour(self.style, change)
        wide = self.change_width(change, size)
        if wide > room:
            size, wide = size * room / wide, room
        left = x - {"left": 0, "center": wide / 2, "right": wide}[align]
        words = left
        if change.glyph != "none":
            self.triangle(left, y, size, change.glyph == "up", colour)
            words = left + (theme.TRIANGLE + 0.25) * size
        box = self.text(words, y, change.text, size, colour)
        return Box(left, box.top, box.right, box.bottom)

    # out ---------------------------------------------------------------------------------

    def png(self) -> bytes:
        """The picture as an RGB PNG.

        Rows are stored unfiltered: flat fills pack smaller and in half the time that way.
        """
        self._canvas.draw()  # type: ignore[no-untyped-call]
        pixels = np.asarray(self._canvas.buffer_rgba())  # type: ignore[no-untyped-call]
        high, wide, _ = pixels.shape
        rows = np.zeros((high, 1 + wide * 3), np.uint8)
        rows[:, 1:] = pixels[:, :, :3].reshape(high, -1)
        header = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
        chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 2)), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in chunks
        )


def rounded(box: Box, radius: float) -> Path:
    """The outline of a box with round corners."""
    r = min(radius, (box.right - box.left) / 2, (box.bottom - box.top) / 2)
    k = r * (1 - ARC)
    x0, y0, x1, y1 = box.left, box.top, box.right, box.bottom
    points = [
        (x0 + r, y0), (x1 - r, y0), (x1 - k, y0), (x1, y0 + k), (x1, y0 + r),
        (x1, y1 - r), (x1, y1 - k), (x1 - k, y1), (x1 - r, y1),
        (x0 + r, y1), (x0 + k, y1), (x0, y1 - k), (x0, y1 - r),
        (x0, y0 + r), (x0, y0 + k), (x0 + k, y0), (x0 + r, y0), (x0 + r, y0),
    ]  # fmt: skip
    side = [Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
    return Path(points, [Path.MOVETO, *side * 4, Path.CLOSEPOLY])
