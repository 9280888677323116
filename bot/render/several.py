"""The card of several stores: a total for each currency, a row for each store."""

from bot.render import theme
from bot.render.cards import footer, head, hero, sparkline, tile
from bot.render.pictures import Stores, Tile
from bot.render.sheet import Box, Sheet
from bot.render.trend import drawn

MOST_ROWS = 9
TOTALS_AT = 166
PITCH_MOST = 132
VALUE_AT = 640  # names and sparklines end here, values begin
FOOTER_AT = theme.TALL - theme.BOTTOM


def several(spec: Stores) -> Sheet:
    """Draw the card. Amounts of two currencies stand apart: there is no sum of them."""
    sheet = Sheet(spec.style, theme.TALL)
    palette = sheet.palette
    head(sheet, spec.title, spec.date, spec.label, spec.warning)
    top = _totals(sheet, spec)
    if spec.base_line:
        sheet.fitted(
            theme.MARGIN, top + 46, [spec.base_line], theme.SUBTITLE, theme.LEAST, theme.CONTENT,
            palette.text2,
        )  # fmt: skip
        top += 66
    rows = spec.rows[:MOST_ROWS]
    room = FOOTER_AT - 60 - (48 if spec.more else 0) - top
    pitch = min(room / max(1, len(rows)), PITCH_MOST)
    for index, row in enumerate(rows):
        _row(sheet, Box(theme.MARGIN, top, theme.RIGHT, top + pitch), row)
        top += pitch
        if index < len(rows) - 1:
            sheet.rule(top - 1)
    if spec.more:
        sheet.text(theme.MARGIN, top + 36, spec.more, theme.NOTE, palette.text3)
        top += 48
    footer(sheet, min(top + 60, FOOTER_AT), spec.footer)
    return sheet


def _totals(sheet: Sheet, spec: Stores) -> float:
    """One currency is the hero; more of them are tiles. Returns where they end."""
    if len(spec.totals) == 1:
        only = spec.totals[0]
        hero(sheet, (only.value, only.compact), (only.change,) if only.change else ())
        return 270
    top: float = TOTALS_AT
    for index, total in enumerate(spec.totals):
        row, column = divmod(index, 2)
        left = theme.MARGIN + column * (theme.TILE_WIDTH + theme.GUTTER)
        y = top + row * (theme.TILE_HEIGHT + theme.GUTTER)
        tile(sheet, Box(left, y, left + theme.TILE_WIDTH, y + theme.TILE_HEIGHT), total)
    rows = (len(spec.totals) + 1) // 2
    return top + rows * (theme.TILE_HEIGHT + theme.GUTTER)


def _row(sheet: Sheet, box: Box, row: Tile) -> None:
    """Name and note at the left, thirty days, value and change at the right."""
    palette = sheet.palette
    middle = (box.top + box.bottom) / 2
    upper, lower = middle - 6, middle + 30
    has_line = drawn(row.line) and not row.missing
    name_room = (VALUE_AT - theme.SPARK_WIDTH if has_line else VALUE_AT) - theme.MARGIN - 24
    alone = upper if row.note else middle + 11
    sheet.fitted(theme.MARGIN, alone, [row.label], theme.LABEL, theme.LEAST, name_room, palette.ink)
    if row.note:
        sheet.fitted(
            theme.MARGIN, lower, [row.note], theme.FOOTER, theme.LEAST, name_room, palette.text3
        )
    if row.missing:
        sheet.text(theme.RIGHT, upper, "–", theme.BAR_VALUE, palette.text3, "right")
        sheet.fitted(
            theme.RIGHT, lower, [row.missing], theme.FOOTER, theme.LEAST,
            theme.RIGHT - VALUE_AT - 20, palette.alert, "right",
        )  # fmt: skip
        return
    if has_line:
        half = theme.SPARK_HEIGHT / 2 - 6
        left = VALUE_AT - theme.SPARK_WIDTH
        sparkline(sheet, Box(left, middle - half, VALUE_AT, middle + half), row)
    ink = palette.text3 if row.thin else palette.ink
    y = upper if row.change else middle + 13
    sheet.fitted(
        theme.RIGHT, y, (row.value, row.compact), theme.BAR_VALUE, theme.SUBTITLE,
        theme.RIGHT - VALUE_AT - 30, ink, "right",
    )  # fmt: skip
    if row.change:
        grey = palette.text3 if row.thin else ""
        room = theme.RIGHT - VALUE_AT - 30
        sheet.change(theme.RIGHT, lower + 4, row.change, theme.LABEL, room, grey, "right")
