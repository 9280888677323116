"""A line with its comparison behind it, and the frame that all charts share."""

from collections.abc import Iterator, Sequence

from bot.render import theme
from bot.render.pictures import LINE_POINTS, Line, Promo, Series, Values
from bot.render.sheet import Box, Point, Sheet

TITLE_AT, SUBTITLE_AT = 84, 134


def headline(sheet: Sheet, title: str, subtitle: str) -> None:
    """The finding in words; under it metric, period and base."""
    sheet.fitted(
        theme.MARGIN, TITLE_AT, [title], theme.TITLE, theme.TITLE_LEAST, theme.CONTENT,
        sheet.palette.ink,
    )  # fmt: skip
    sheet.fitted(
        theme.MARGIN, SUBTITLE_AT, [subtitle], theme.SUBTITLE, theme.LEAST, theme.CONTENT,
        sheet.palette.text2,
    )  # fmt: skip


def footnote(sheet: Sheet, y: float, note: str, as_of: str) -> None:
    """What the reader should know of the figures, and their hour."""
    end = sheet.text(theme.RIGHT, y, as_of, theme.FOOTER, sheet.palette.text3, "right")
    room = end.left - theme.MARGIN - 24
    sheet.fitted(theme.MARGIN, y, [note], theme.FOOTER, theme.LEAST, room, sheet.palette.text3)


LINE_TOP, LINE_FOOT = 190, 850
STROKE, STROKE_BEFORE, MANY, STROKE_MANY = 5, 4, 90, 3
END_GAP, END_LINE, END_MOST = 20, 36, 230
PLACES = Box(theme.MARGIN, LINE_TOP - 8, theme.RIGHT, LINE_FOOT - 4)  # where words may stand


class Plot:
    """Pixels of the values: both lines share one scale that starts at zero."""

    def __init__(self, sheet: Sheet, spec: Line) -> None:
        every = [spec.now, *([spec.before] if spec.before else [])]
        known = [v for s in every for v in s.values if v is not None] or [0.0]
        self.high, self.low = max(*known, 0.0), min(*known, 0.0)
        self.count = max(len(s.values) for s in every)
        words = [w for s in every for w in (s.name, s.last)]
        ends = min(max(sheet.width(w, theme.CHART_WORDS) for w in words), END_MOST)
        right = theme.RIGHT - ends - END_GAP
        self.box = Box(theme.MARGIN, LINE_TOP, right, LINE_FOOT)

    def x(self, index: float) -> float:
        span = self.box.right - self.box.left - 6
        return self.box.left + 6 + index * span / max(1, self.count - 1)

    def y(self, value: float) -> float:
        # a peak's words need the room above it
        top, foot = self.box.top + 40, self.box.bottom - (30 if self.low < 0 else 0)
        return foot - (value - self.low) / ((self.high - self.low) or 1) * (foot - top)

    def strokes(self, values: Values) -> list[list[Point]]:
        """The line, broken where a value is unknown."""
        pieces: list[list[Point]] = [[]]
        for index, value in enumerate(values):
            if value is None:
                pieces.append([])
            else:
                pieces[-1].append((self.x(index), self.y(value)))
        return [p for p in pieces if p]

    def window(self, promo: Promo) -> Box:
        left = max(self.x(promo.start - 0.5), self.box.left)
        return Box(left, LINE_TOP, min(self.x(promo.end - 0.5), self.box.right), LINE_FOOT)


def line(spec: Line) -> Sheet:
    """Draw a series in blue with its comparison in grey behind it."""
    sheet = Sheet(spec.style, theme.SQUARE)
    palette, plot = sheet.palette, Plot(sheet, spec)
    headline(sheet, spec.title, spec.subtitle)
    for promo in spec.promos:
        sheet.bar(plot.window(promo), palette.promo, 8)
    sheet.bar(Box(theme.MARGIN, plot.y(0), plot.box.right, plot.y(0) + 3), palette.line)
    strokes: list[list[Point]] = []
    thick = STROKE if plot.count <= MANY else STROKE_MANY
    if spec.before:
        _stroke(sheet, plot.strokes(spec.before.values), palette.prev, thick - 1)
        strokes += plot.strokes(spec.before.values)
    mine = plot.strokes(spec.now.values)
    for piece in mine:
        if len(piece) > 1 and spec.before:  # keeps the blue line apart from the grey one
            sheet.line(piece, palette.page, thick + 4)
    _stroke(sheet, mine, palette.accent, thick)
    taken = _ends(sheet, plot, spec)
    _peaks(sheet, plot, spec, strokes + mine, taken)
    _windows(sheet, plot, spec.promos, strokes + mine, taken)
    _ticks(sheet, plot, spec)
    footnote(sheet, theme.SQUARE - theme.BOTTOM, spec.note, spec.as_of)
    return sheet


def _stroke(sheet: Sheet, pieces: Sequence[list[Point]], colour: str, thick: float) -> None:
    known = sum(len(p) for p in pieces)
    for piece in pieces:
        if len(piece) > 1 and known >= LINE_POINTS:
            sheet.line(piece, colour, thick)
        else:
            for point in piece:
                sheet.dot(point, thick, colour)


def _ends(sheet: Sheet, plot: Plot, spec: Line) -> list[Box]:
    """Name and last value of each line at its end, pushed apart where they would touch."""
    palette, index = sheet.palette, plot.count - 1
    labels: list[tuple[float, Series, str]] = []
    for series, colour in ((spec.now, palette.accent), (spec.before, palette.text2)):
        if series and (known := [v for v in series.values if v is not None]):
            labels.append((plot.y(known[-1]), series, colour))
    taken = []
    if len(spec.now.values) > index and (value := spec.now.values[index]) is not None:
        at = (plot.x(index), plot.y(value))
        sheet.dot(at, 9, palette.accent, ring=4)
        taken.append(Box(at[0] - 12, at[1] - 12, at[0] + 12, at[1] + 12))
    labels.sort(key=lambda label: label[0])
    heights = [y for y, _, _ in labels]
    if len(heights) == 2 and (close := 2 * END_LINE + 10 - (heights[1] - heights[0])) > 0:
        heights = [heights[0] - close / 2, heights[1] + close / 2]
    over = max([0.0, *(y + END_LINE - LINE_FOOT for y in heights)])
    for height, (_, series, colour) in zip(heights, labels, strict=True):
        x, y = plot.box.right + END_GAP, height - over
        for words, down in ((series.name, -5), (series.last, END_LINE - 5)):
            taken.append(
                sheet.fitted(
                    x, y + down, [words], theme.CHART_WORDS, theme.LEAST, theme.RIGHT - x, colour
                )
            )
    return taken


def _peaks(
    sheet: Sheet, plot: Plot, spec: Line, strokes: Sequence[Sequence[Point]], taken: list[Box]
) -> None:
    """A dot and words at the points that matter."""
    palette = sheet.palette
    windows = [plot.window(p) for p in spec.promos]
    edges = [[(x, LINE_TOP), (x, LINE_FOOT)] for w in windows for x in (w.left, w.right)]
    both = ((spec.now, palette.accent, palette.accent), (spec.before, palette.prev, palette.text2))
    for series, dot, ink in both:
        for peak in series.peaks if series else ():
            value = series.values[peak.index] if series else None
            if value is None:
                continue
            at = (plot.x(peak.index), plot.y(value))
            sheet.dot(at, 7, dot, ring=3)
            for lines in ((*strokes, *edges), strokes):  # rather not across a window's edge
                spots = _around(sheet, at, peak.words)
                if sheet.put(spots, peak.words, theme.CHART_WORDS, ink, PLACES, lines, taken):
                    break


def _around(sheet: Sheet, at: Point, words: str) -> Iterator[Box]:
    """Beside a point, then above and below it, ever further away."""
    for away in range(20, 110, 15):
        for x, y, align in (
            (at[0] + away, at[1] + 11, "left"), (at[0] - away, at[1] + 11, "right"),
            (at[0], at[1] - away + 4, "center"), (at[0], at[1] + away + 22, "center"),
            (at[0] + 4, at[1] + away + 22, "left"), (at[0] + 4, at[1] - away + 4, "left"),
            (at[0] - 4, at[1] + away + 22, "right"), (at[0] - 4, at[1] - away + 4, "right"),
        ):  # fmt: skip
            yield sheet.place(x, y, words, theme.CHART_WORDS, align)


def _windows(
    sheet: Sheet, plot: Plot, promos: Sequence[Promo],
    strokes: Sequence[Sequence[Point]], taken: list[Box],
) -> None:  # fmt: skip
    """Name and dates of a promotion inside its window, else its name beside it."""
    colour = sheet.palette.promo_ink
    for promo in promos:
        window = plot.window(promo)
        wide = max(sheet.width(promo.label, theme.LABEL), sheet.width(promo.dates, theme.NOTE))
        rows: tuple[tuple[str, int, int], ...] = (
            (promo.label, theme.LABEL, 38),
            (promo.dates, theme.NOTE, 74),
        )
        if wide + 32 > window.right - window.left:
            rows = rows[:1]
        for words, size, down in rows:
            spots = (
                sheet.place(x, y, words, size, align)
                for y in (LINE_TOP + down, LINE_FOOT - 92 + down)
                for x, align in (
                    (window.left + 16, "left"), (window.right - 16, "right"),
                    (window.right + 10, "left"), (window.left - 10, "right"),
                )
            )  # fmt: skip
            if words and not sheet.put(spots, words, size, colour, PLACES, strokes, taken):
                break


def _ticks(sheet: Sheet, plot: Plot, spec: Line) -> None:
    """Dates in the colour of their line; one that would touch another is left out.

    The two ends come first: the dates between them matter less.
    """
    palette, size = sheet.palette, theme.NOTE
    taken: list[Box] = []
    last = plot.count - 1
    for tick in sorted(spec.ticks, key=lambda t: t.index not in (0, last)):
        wide = max(sheet.width(tick.now, size), sheet.width(tick.before, size))
        x = min(max(plot.x(tick.index), theme.MARGIN + wide / 2), theme.RIGHT - wide / 2)
        box = Box(x - wide / 2, LINE_FOOT, x + wide / 2, LINE_FOOT + 80)
        if any(box.grown(10).meets(other) for other in taken):
            continue
        taken.append(box)
        at, align = (x, "center") if box.left > theme.MARGIN else (box.left, "left")
        sheet.text(at, LINE_FOOT + 40, tick.now, size, palette.accent, align)
        sheet.text(at, LINE_FOOT + 78, tick.before, size, palette.text3, align)
