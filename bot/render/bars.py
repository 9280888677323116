"""Answers in bars: a ranking with its base, and a waterfall that says why a figure moved."""

from bot.render import theme
from bot.render.charts import footnote, headline
from bot.render.pictures import Part, Ranking, Row, Total, Waterfall
from bot.render.sheet import Box, Sheet

MOST_ROWS = 10
ROWS_AT, PITCH, BELOW_ROWS = 165, 102, 95
NAME_AT, BAR_AT, BAR = 94, 63, 26  # x of names and bars; y of the bar in its row; its height
BAR_LENGTH = 560


def ranking(spec: Ranking) -> Sheet:
    """Draw bars from the largest down, with a tick at each one's base."""
    rows = spec.rows[:MOST_ROWS]
    height = ROWS_AT + max(1, len(rows)) * PITCH + BELOW_ROWS
    sheet = Sheet(spec.style, height)
    headline(sheet, spec.title, spec.subtitle)
    longest = max([0.0, *(max(r.value, r.base or 0.0) for r in rows)]) or 1.0
    # the value after the longest bar must still fit
    widest = max((sheet.width(r.text, theme.ROW_VALUE) for r in rows), default=0)
    scale = min(BAR_LENGTH, theme.RIGHT - NAME_AT - 130 - widest) / longest
    for index, row in enumerate(rows):
        _row(sheet, ROWS_AT + index * PITCH, index + 1, row, scale)
    footnote(sheet, height - theme.BOTTOM, spec.note, spec.as_of)
    return sheet


def _row(sheet: Sheet, top: float, rank: int, row: Row, scale: float) -> None:
    palette = sheet.palette
    sheet.text(theme.MARGIN, top + 44, str(rank), theme.SUBTITLE, palette.text3)
    right: float = theme.RIGHT
    if row.change:
        wide = min(sheet.change_width(row.change, theme.ROW_CHANGE), 220)
        sheet.change(theme.RIGHT, top + 44, row.change, theme.ROW_CHANGE, 220, align="right")
        right -= wide + 28
    name = sheet.shortened(row.name, theme.LABEL, right - NAME_AT)
    sheet.text(NAME_AT, top + 44, name, theme.LABEL, palette.ink)
    end = _bar(sheet, top + BAR_AT, row, scale)
    value = sheet.text(end + 14, top + BAR_AT + 24, row.text, theme.ROW_VALUE, palette.ink)
    if row.note:
        sheet.fitted(
            theme.RIGHT, top + BAR_AT + 24, [row.note], theme.FOOTER, theme.LEAST,
            theme.RIGHT - value.right - 20, palette.alert if row.alert else palette.text2, "right",
        )  # fmt: skip


def _bar(sheet: Sheet, top: float, row: Row, scale: float) -> float:
    """Bar, base tick and the thin line to a higher base; where they end."""
    palette, foot = sheet.palette, top + BAR
    end = NAME_AT + max(row.value, 0) * scale
    sheet.bar(Box(NAME_AT, top, max(end, NAME_AT + 3), foot), palette.accent, 4)
    if row.base is None:
        return max(end, NAME_AT + 3)
    at = NAME_AT + max(row.base, 0) * scale
    if at > end:
        sheet.bar(Box(end, (top + foot) / 2 - 1.5, at, (top + foot) / 2 + 1.5), palette.prev)
    elif end - at > 6:  # inside the bar the tick needs a gap to be seen
        sheet.bar(Box(at - 5, top, at + 5, foot), palette.page)
    sheet.bar(Box(at - 2, top - 5, at + 2, foot + 5), palette.text2)
    return max(end, at + 2)


# ---------------------------------------------------------------- waterfall

STEPS_TOP, STEPS_FOOT = 236, 760
BAR_SHARE = 0.71  # of a column


def waterfall(spec: Waterfall) -> Sheet:
    """Draw the way from one total to the next."""
    sheet = Sheet(spec.style, theme.SQUARE)
    palette = sheet.palette
    headline(sheet, spec.title, spec.subtitle)
    levels = [spec.base.value]
    for part in spec.parts:
        levels.append(levels[-1] + part.value)
    high, low = max(*levels, spec.now.value, 0.0), min(*levels, spec.now.value, 0.0)
    scale = (STEPS_FOOT - STEPS_TOP) / ((high - low) or 1)

    def y(value: float) -> float:
        return STEPS_FOOT + (low - value) * scale

    columns = len(spec.parts) + 2
    pitch = theme.CONTENT / columns
    half = min(pitch * BAR_SHARE, 132) / 2

    def centre(column: int) -> float:
        return theme.MARGIN + pitch * (column + 0.5)

    for column, level in enumerate(levels):
        at, then = centre(column) + half + 2, centre(column + 1) - half - 2
        sheet.bar(Box(at, y(level) - 1, then, y(level) + 1), palette.prev)
    _total(sheet, centre(0), half, y(spec.base.value), y(0), spec.base, palette.prev)
    for column, part in enumerate(spec.parts, 1):
        edges = y(levels[column - 1]), y(levels[column])
        _part(sheet, centre(column), half, pitch, edges, part)
    last = centre(columns - 1)
    _total(sheet, last, half, y(spec.now.value), y(0), spec.now, palette.accent)
    sheet.bar(Box(theme.MARGIN, y(0), theme.RIGHT, y(0) + 3), palette.line)
    labelled: tuple[Total | Part, ...] = (spec.base, *spec.parts, spec.now)
    for column, each in enumerate(labelled):
        _below(sheet, centre(column), pitch - 12, each.label, each.below)
    if spec.note:
        sheet.rule(918)
    sheet.fitted(
        theme.MARGIN, 966, [spec.note], theme.SUBTITLE, theme.LEAST, theme.CONTENT, palette.text2
    )
    return sheet


def _total(
    sheet: Sheet, x: float, half: float, top: float, zero: float, spec: Total, colour: str
) -> None:
    """A bar from zero with its figure above."""
    sheet.bar(Box(x - half, min(top, zero), x + half, max(top, zero)), colour, 4)
    sheet.fitted(
        x, min(top, zero) - 18, [spec.text], theme.BAR_VALUE, theme.LEAST, max(2 * half, 150),
        sheet.palette.ink, "center",
    )  # fmt: skip


def _part(
    sheet: Sheet, x: float, half: float, pitch: float, edges: tuple[float, float], spec: Part
) -> None:
    """A floating bar; a rise has its signed figure above, a fall below."""
    colour = theme.change_colour(sheet.style, spec.change)
    top, foot = min(edges), max(edges)
    sheet.bar(Box(x - half, top, x + half, max(foot, top + 3)), colour, 4)
    fell = edges[1] > edges[0]
    y = foot + 40 if fell else top - 16
    sheet.change(x, y, spec.change, theme.BAR_VALUE, pitch - 8, align="center")


def _below(sheet: Sheet, x: float, room: float, label: str, lines: tuple[str, ...]) -> None:
    """The name of a column, on two lines where it is long, and its from → to."""
    palette, small = sheet.palette, theme.SUBTITLE
    names = sheet.wrapped(label, small, room)
    size = theme.CHART_WORDS if len(names) == 1 else small
    rows = [(name, size, palette.ink) for name in names]
    rows += [(words, small, palette.text2) for words in lines]
    top, pitch = (808, 38) if len(rows) < 4 else (804, 34)
    for index, (words, fitting, colour) in enumerate(rows[:4]):
        y = top + index * pitch
        sheet.fitted(x, y, [words], fitting, theme.LEAST, room, colour, "center")
