"""The picture of the after-sales desk: three figures, and what came in with its late part."""

from bot.render import theme
from bot.render.charts import footnote, headline
from bot.render.pictures import Desk, Handled, Headline
from bot.render.sheet import Box, Sheet

MOST_ROWS = 7
TILES_AT, TILES_END = 168, 332
HEADING_AT, ROWS_AT, PITCH = 391, 409, 108
NAME, BAR_TOP, BAR = 38, 53, 28  # baseline of the name, top and height of the bar in a row
BELOW_ROWS = 115
BAR_LENGTH, GAP = 640, 3
SHARE_ROOM = 120


def desk(spec: Desk) -> Sheet:
    """Draw it; a row's bar parts into kept and late, its share turns alert below the line."""
    rows = spec.rows[:MOST_ROWS]
    height = ROWS_AT + len(rows) * PITCH + BELOW_ROWS
    sheet = Sheet(spec.style, height)
    headline(sheet, spec.title, spec.subtitle)
    wide = (theme.CONTENT - 2 * theme.GUTTER) / 3
    for index, each in enumerate(spec.tiles[:3]):
        left = theme.MARGIN + index * (wide + theme.GUTTER)
        _tile(sheet, Box(left, TILES_AT, left + wide, TILES_END), each)
    if rows:
        _heading(sheet, spec)
    scale = _scale(sheet, rows)
    for index, row in enumerate(rows):
        _row(sheet, ROWS_AT + index * PITCH, row, scale)
    footnote(sheet, height - theme.BOTTOM, spec.note, spec.as_of)
    return sheet


def _tile(sheet: Sheet, box: Box, spec: Headline) -> None:
    palette = sheet.palette
    sheet.bar(box, palette.tile, theme.TILE_RADIUS)
    left, room = box.left + theme.TILE_PADDING, box.right - box.left - 2 * theme.TILE_PADDING
    top = box.top
    sheet.fitted(left, top + 43, [spec.label], theme.LABEL, theme.LEAST, room, palette.text2)
    unit = sheet.width(spec.unit, theme.LABEL) + 8 if spec.unit else 0
    ink = palette.text3 if spec.thin else palette.ink
    value = sheet.fitted(
        left - 1, top + 104, [spec.value], theme.VALUE, theme.VALUE_LEAST, room - unit, ink
    )
    if spec.unit:
        sheet.text(value.right + 8, top + 104, spec.unit, theme.LABEL, palette.text2)
    if spec.change:
        grey = palette.text3 if spec.thin else ""
        sheet.change(left, top + 147, spec.change, theme.TILE_CHANGE, room, grey)


def _heading(sheet: Sheet, spec: Desk) -> None:
    """What the rows are, and the words that stand in for a key."""
    palette, size = sheet.palette, theme.NOTE
    share = sheet.text(theme.RIGHT, HEADING_AT, spec.share_heading, size, palette.text3, "right")
    x = sheet.text(theme.MARGIN, HEADING_AT, spec.heading, size, palette.text3).right + 38
    room = share.left - 24 - x - sheet.width(spec.late_legend, size)
    x = sheet.fitted(
        x, HEADING_AT, [spec.legend], size, theme.LEAST, room, palette.text3
    ).right  # fmt: skip
    x += 8 if spec.legend.endswith(" ") else 0  # a space at the end of a line is not drawn
    sheet.text(x, HEADING_AT, spec.late_legend, size, palette.alert)


def _scale(sheet: Sheet, rows: tuple[Handled, ...]) -> float:
    """Pixels for one issue: the words after the longest bar must still fit."""
    longest = max([1.0, *(r.kept + r.late for r in rows)])
    after = max((_after(sheet, r) for r in rows), default=0.0)
    return min(BAR_LENGTH, theme.CONTENT - SHARE_ROOM - after) / longest


def _after(sheet: Sheet, row: Handled) -> float:
    late = sheet.width(row.late_text, theme.NOTE) + 14 if row.late_text else 0
    return sheet.width(row.text, theme.ROW_VALUE + 4) + 14 + late + GAP


def _row(sheet: Sheet, top: float, row: Handled, scale: float) -> None:
    palette = sheet.palette
    room = theme.CONTENT - (sheet.change_width(row.change, theme.LABEL) + 20 if row.change else 0)
    words = sheet.shortened(row.name, theme.LABEL, room)
    name = sheet.text(theme.MARGIN, top + NAME, words, theme.LABEL, palette.ink)
    if row.change:
        sheet.change(name.right + 20, top + NAME, row.change, theme.LABEL, 220)
    end = _bar(sheet, top + BAR_TOP, row, scale)
    y = top + BAR_TOP + 25
    value = sheet.text(end + 14, y, row.text, theme.ROW_VALUE + 4, palette.ink)
    if row.late_text:
        sheet.text(value.right + 14, y, row.late_text, theme.NOTE, palette.alert)
    colour = {"ok": palette.ink, "alert": palette.alert, "thin": palette.text3}[row.state]
    sheet.text(theme.RIGHT, y, row.share, theme.BAR_VALUE, colour, "right")


def _bar(sheet: Sheet, top: float, row: Handled, scale: float) -> float:
    """Kept and late on one bar, a little apart; where it ends. Nothing has a sliver."""
    x: float = theme.MARGIN
    parts = [(row.kept, sheet.palette.accent), (row.late, sheet.palette.alert)]
    for value, colour in parts:
        if value <= 0 and (x > theme.MARGIN or row.late > 0):
            continue
        x += GAP if x > theme.MARGIN else 0
        wide = max(value * scale, 3)
        sheet.bar(Box(x, top, x + wide, top + BAR), colour if value > 0 else sheet.palette.track, 4)
        x += wide
    return x
