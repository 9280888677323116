"""The line under the hero figure: usual range, promotions, cut peaks."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.render import theme
from bot.render.pictures import BAND_DAYS, CUT, LINE_POINTS, Card, Peak, Promo, Usual, Values, cut
from bot.render.sheet import Box, Point, Sheet

STROKE = 4.5
DOT, RING = 9, 3
INSET, LAST_INSET = 8, 20  # first and last point from the edges: the last one is a dot
WORDS_ROOM = 40  # kept free above the line for the words of band and promotion
FOOT = 18  # lowest point above the lower edge
GAP = 4  # band from promotion


def drawn(line: Values) -> bool:
    """Whether there are points enough for a line."""
    return sum(v is not None for v in line) >= LINE_POINTS


class Trend:
    """Geometry of one line in its box."""

    def __init__(self, sheet: Sheet, box: Box, spec: Card) -> None:
        self.sheet, self.box, self.line = sheet, box, spec.line
        known = [v for v in spec.line if v is not None]
        self.usual: Usual | None = spec.usual if len(known) >= BAND_DAYS else None
        self.cuts = frozenset(cut(spec.line, self.usual))
        shown = [v for i, v in enumerate(spec.line) if v is not None and i not in self.cuts]
        if self.usual:
            shown += [self.usual.low, self.usual.high]
        self.low, self.high = min(shown), max(shown)
        room = WORDS_ROOM if self.usual or spec.promos else DOT + RING
        if self.cuts and self.usual:
            self.high, room = CUT * self.usual.high, 0
        self.top, self.foot = box.top + room, box.bottom - FOOT
        self.step = (box.right - box.left - INSET - LAST_INSET) / max(1, len(spec.line) - 1)

    def x(self, index: float) -> float:
        return self.box.left + INSET + index * self.step

    def y(self, value: float) -> float:
        if self.high == self.low:
            return (self.top + self.foot) / 2
        return self.foot - (value - self.low) / (self.high - self.low) * (self.foot - self.top)

    def window(self, promo: Promo) -> Box:
        """The days of a promotion, half a step to each side, clamped to the plot."""
        left = max(self.x(promo.start - 0.5), self.box.left)
        right = min(self.x(promo.end - 0.5), self.box.right)
        return Box(left, self.box.top, right, self.box.bottom)

    def pieces(self) -> Iterator[list[Point]]:
        """The strokes: broken where a value is unknown, ended at the upper edge where one is cut.

        A cut value's stroke aims at its true height, so its slope stays honest.
        """
        stroke: list[Point] = []
        points = [None if v is None else (self.x(i), self.y(v)) for i, v in enumerate(self.line)]
        for index, point in enumerate(points):
            before = points[index - 1] if index else None
            if point is None or (index in self.cuts and before is None):
                if stroke:
                    yield stroke
                stroke = []
            elif index in self.cuts:
                if stroke and before:
                    yield [*stroke, self._at_edge(before, point)]
                stroke = []
            elif index - 1 in self.cuts and before:
                stroke = [self._at_edge(before, point), point]
            else:
                stroke.append(point)
        if stroke:
            yield stroke

    def _at_edge(self, a: Point, b: Point) -> Point:
        share = (self.box.top - a[1]) / (b[1] - a[1])
        return (a[0] + share * (b[0] - a[0]), self.box.top)


def trend(sheet: Sheet, box: Box, spec: Card) -> None:
    """Draw the line with all that belongs to it into `box`."""
    plot = Trend(sheet, box, spec)
    windows = [plot.window(p) for p in spec.promos]
    if plot.usual:
        _band(plot, plot.usual, windows)
    for window in windows:
        sheet.bar(window, sheet.palette.promo, 6)
    strokes = list(plot.pieces())
    for stroke in strokes:
        if len(stroke) > 1:
            sheet.line(stroke, sheet.palette.accent, STROKE)
        else:
            sheet.dot(stroke[0], STROKE, sheet.palette.accent)
    _breaks(plot, strokes, windows)
    end = _last(plot)
    _words(plot, spec, windows, strokes, end)


def _band(plot: Trend, usual: Usual, windows: Sequence[Box]) -> None:
    top, foot, left = plot.y(usual.high), plot.y(usual.low), plot.box.left
    for window in sorted(windows, key=lambda w: w.left):
        plot.sheet.bar(Box(left, top, window.left - GAP, foot), plot.sheet.palette.band, 4)
        left = max(left, window.right + GAP)
    plot.sheet.bar(Box(left, top, plot.box.right, foot), plot.sheet.palette.band, 4)


def _breaks(plot: Trend, strokes: Sequence[Sequence[Point]], windows: Sequence[Box]) -> None:
    """A slanted gap in each stroke that leaves through the upper edge."""
    palette = plot.sheet.palette
    for a, b in (pair for stroke in strokes for pair in pairwise(stroke)):
        if plot.box.top not in (a[1], b[1]):
            continue
        tip, root = (a, b) if a[1] == plot.box.top else (b, a)
        down = min(24.0, (root[1] - tip[1]) / 2)
        x = tip[0] + (root[0] - tip[0]) * down / (root[1] - tip[1])
        y = tip[1] + down
        ground = palette.promo if any(w.left < x < w.right for w in windows) else palette.page
        plot.sheet.line([(x - 6, y + 3), (x + 6, y - 3)], ground, 5, cap="butt")


def _last(plot: Trend) -> Box | None:
    value = plot.line[-1]
    if value is None:
        return None
    index = len(plot.line) - 1
    at = (plot.x(index), max(plot.y(value), plot.box.top + DOT))
    plot.sheet.dot(at, DOT, plot.sheet.palette.accent, ring=RING)
    return Box(at[0] - DOT, at[1] - DOT, at[0] + DOT, at[1] + DOT)


def _words(
    plot: Trend, spec: Card, windows: Sequence[Box], strokes: Sequence[Sequence[Point]],
    end: Box | None,
) -> None:  # fmt: skip
    """Each label goes to the first free place near what it names, or is left out."""
    sheet, palette = plot.sheet, plot.sheet.palette
    taken = [end] if end else []

    def put(spots: Iterator[Box], text: str, colour: str, size: float = theme.NOTE) -> bool:
        return sheet.put(spots, text, size, colour, plot.box.grown(4), strokes, taken)

    told = set()
    cut_off = [p for p in spec.peaks if p.index in plot.cuts]
    for peak in sorted(cut_off, key=lambda p: -(plot.line[p.index] or 0)):
        inside = [i for i, p in enumerate(spec.promos) if p.start <= peak.index < p.end]
        colour = palette.promo_ink if inside else palette.text2
        if put(_beside(plot, peak), peak.words, colour):
            told.update(inside)
    for index, (promo, window) in enumerate(zip(spec.promos, windows, strict=True)):
        if index not in told:
            put(_over(plot, promo, window), promo.label, palette.promo_ink)
    if plot.usual:
        taken += windows
        put(_along(plot, plot.usual), plot.usual.words, palette.text3, theme.FOOTER)


def _beside(plot: Trend, peak: Peak) -> Iterator[Box]:
    """Right of a cut point, then left of it, ever further out; then a line lower."""
    for baseline in (plot.box.top + 25, plot.box.top + 57):
        for away in range(8, 120, 4):
            for side, align in ((1, "left"), (-1, "right")):
                x = plot.x(peak.index) + side * away
                yield plot.sheet.place(x, baseline, peak.words, theme.NOTE, align)


def _over(plot: Trend, promo: Promo, window: Box) -> Iterator[Box]:
    """Inside a promotion's window at the top, else beside it."""
    wide = plot.sheet.width(promo.label, theme.NOTE)
    for baseline in (plot.box.top + 29, plot.box.bottom - 10):
        if wide + 20 <= window.right - window.left:
            yield plot.sheet.place(window.left + 10, baseline, promo.label, theme.NOTE)
            yield plot.sheet.place(window.right - 10, baseline, promo.label, theme.NOTE, "right")
        yield plot.sheet.place(window.right + 8, baseline, promo.label, theme.NOTE)
        yield plot.sheet.place(window.left - 8, baseline, promo.label, theme.NOTE, "right")


def _along(plot: Trend, usual: Usual) -> Iterator[Box]:
    """Over the band from the left, then under it."""
    size = theme.FOOTER
    over, under = plot.y(usual.high) - 10, plot.y(usual.low) + 8 + 0.88 * size
    for baseline in (over, under):
        for x in range(int(plot.box.left) + 10, int(plot.box.right), 20):
            yield plot.sheet.place(x, baseline, usual.words, size)
