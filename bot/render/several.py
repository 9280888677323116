"""The card of several stores: a total for each currency, a row for each store."""

from bot.render import theme
from bot.render.cards import footer, head, hero, sparkline, tile
from bot.render.pictures import Stores, Tile
from bot.render.sheet import Box, Sheet
from bot.render.trend import drawn

MOST_ROWS = 9
TILE_ROWS = 4  # up to so many stores have a tile each
HEAD_END, HERO_END, TOTALS_AT = 150, 270, 166
ROW_HEIGHT = 92
VALUE_AT = 640  # names and sparklines end here, values begin


def several(spec: Stores) -> Sheet:
    """Draw the card. Amounts of two currencies stand apart: there is no sum of them."""
    rows = spec.rows[:MOST_ROWS]
    tiles = len(rows) <= TILE_ROWS
    pitch = theme.TILE_HEIGHT + theme.GUTTER if tiles else ROW_HEIGHT
    above = _totals_end(spec) + (66 if spec.base_line else 20)
    below = above + len(rows) * pitch - (theme.GUTTER if tiles else 0) + (44 if spec.more else 0)
    sheet = Sheet(spec.style, below + 74 + theme.BOTTOM)
    head(sheet, spec.title, spec.date, spec.label, spec.warning)
    _totals(sheet, spec)
    sheet.fitted(
        theme.MARGIN, above - 20, [spec.base_line], theme.SUBTITLE, theme.LEAST, theme.CONTENT,
        sheet.palette.text2,
    )  # fmt: skip
    for index, row in enumerate(rows):
        top = above + index * pitch
        if tiles:
            tile(sheet, Box(theme.MARGIN, top, theme.RIGHT, top + theme.TILE_HEIGHT), row)
            continue
        _row(sheet, Box(theme.MARGIN, top, theme.RIGHT, top + pitch), row)
        if index < len(rows) - 1:
            sheet.rule(top + pitch - 1)
    sheet.text(theme.MARGIN, below - 8, spec.more, theme.NOTE, sheet.palette.text3)
    footer(sheet, below + 74, spec.footer)
    return sheet


def _totals_end(spec: Stores) -> int:
    if _told_by_rows(spec):
        return HEAD_END
    if len(spec.totals) == 1:
        return HERO_END
    return TOTALS_AT + (len(spec.totals) + 1) // 2 * (theme.TILE_HEIGHT + theme.GUTTER)


def _told_by_rows(spec: Stores) -> bool:
    """Where each currency has one store, its total is that store's own figure."""
    return len(spec.totals) == len(spec.rows)


def _totals(sheet: Sheet, spec: Stores) -> None:
    """One currency is the hero; more of them are tiles."""
    if _told_by_rows(spec):
        return
    if len(spec.totals) == 1:
        only = spec.totals[0]
        hero(sheet, (only.value, only.compact), (only.change,) if only.change else ())
        return
    for index, total in enumerate(spec.totals):
        row, column = divmod(index, 2)
        left = theme.MARGIN + column * (theme.TILE_WIDTH + theme.GUTTER)
        y = TOTALS_AT + row * (theme.TILE_HEIGHT + theme.GUTTER)
        tile(sheet, Box(left, y, left + theme.TILE_WIDTH, y + theme.TILE_HEIGHT), total)


def _row(sheet: Sheet, box: Box, row: Tile) -> None:
    """Name and note at the left, thirty days, value and change at the right."""
    palette = sheet.palette
    middle = (box.top + box.bottom) / 2
    upper, lower = middle - 3, middle + 33
    has_line = drawn(row.line) and not row.missing
    room = (VALUE_AT - theme.SPARK_WIDTH if has_line else VALUE_AT) - theme.MARGIN - 24
    y = upper if row.note else middle + 11
    sheet.fitted(theme.MARGIN, y, [row.label], theme.LABEL, theme.LEAST, room, palette.ink)
    sheet.fitted(theme.MARGIN, lower, [row.note], theme.FOOTER, theme.LEAST, room, palette.text3)
    if has_line:
        left, half = VALUE_AT - theme.SPARK_WIDTH, theme.SPARK_HEIGHT / 2 - 6
        sparkline(sheet, Box(left, middle - half, VALUE_AT, middle + half), row)
    ink = palette.text3 if row.thin or row.missing else palette.ink
    room = theme.RIGHT - VALUE_AT - 30
    forms = ("–",) if row.missing else (row.value, row.compact)
    y = upper if row.change or row.missing else middle + 13
    sheet.fitted(theme.RIGHT, y, forms, theme.BAR_VALUE, theme.SUBTITLE, room, ink, "right")
    if row.missing:
        sheet.fitted(
            theme.RIGHT, lower, [row.missing], theme.FOOTER, theme.LEAST, room, palette.alert,
            "right",
        )  # fmt: skip
    elif row.change:
        grey = palette.text3 if row.thin else ""
        sheet.change(theme.RIGHT, lower + 3, row.change, theme.LABEL, room, grey, "right")
