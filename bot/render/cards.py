"""The KPI card of a day: hero figure, its line, tiles, target and data state."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.render import theme
from bot.render.pictures import LINE_POINTS, Card, Change, Footer, Source, Target, Tile
from bot.render.sheet import Box, Sheet
from bot.render.trend import drawn, trend

LINE_TOP, LINE_HEIGHT, LINE_GROWTH = 288, 148, 310
HEAD_END = 262
HERO_SLOT, CHANGES_AT, BASES_AT = 500, 566, 730
TILE_GROWTH = 24
TARGET_BLOCK, FOOTER_BLOCK = 120, 74  # below the tiles
FOOTER_AT = theme.TALL - theme.BOTTOM


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the blocks stand, in px."""

    line: Box | None
    base_at: float  # baseline
    tiles_at: float
    tile_height: float
    tiles_end: float
    footer_at: float  # baseline


def plan(spec: Card) -> Plan:
    """A missing block's room goes to the line, then to the tiles; the footer rises by the rest.

    The page ends below the footer: 1280 px wherever there is a line and two rows of tiles.
    """
    has_line = drawn(spec.line)
    base = LINE_TOP + LINE_HEIGHT + 72 if has_line else HEAD_END + 54
    tiles = base + 18 if spec.base_line and spec.tiles else base - (20 if has_line else 24)
    rows = (len(spec.tiles) + 1) // 2
    end: float = tiles + max(0, rows * (theme.TILE_HEIGHT + theme.GUTTER) - theme.GUTTER)
    spare = FOOTER_AT - FOOTER_BLOCK - (TARGET_BLOCK if spec.target else 0) - end
    longer: float = min(spare, LINE_GROWTH) if has_line else 0
    taller: float = min((spare - longer) / rows, TILE_GROWTH) if rows else 0
    end += longer + taller * rows
    block = FOOTER_BLOCK + (TARGET_BLOCK if spec.target else 0)
    line = Box(theme.MARGIN, LINE_TOP, theme.RIGHT, LINE_TOP + LINE_HEIGHT + longer)
    return Plan(
        line=line if has_line else None,
        base_at=base + longer,
        tiles_at=tiles + longer,
        tile_height=theme.TILE_HEIGHT + taller,
        tiles_end=end,
        footer_at=end + block,
    )


def card(spec: Card) -> Sheet:
    """Draw the card."""
    places = plan(spec)
    sheet = Sheet(spec.style, round(places.footer_at) + theme.BOTTOM)
    head(sheet, spec.store, spec.date, spec.label, spec.warning)
    hero(sheet, (spec.hero, spec.compact), spec.changes)
    if places.line:
        trend(sheet, places.line, spec)
        _dates(sheet, places.line.bottom + 26, spec)
    if spec.base_line and spec.tiles:
        sheet.fitted(
            theme.MARGIN, places.base_at, [spec.base_line], theme.SUBTITLE, theme.LEAST,
            theme.CONTENT, sheet.palette.text2,
        )  # fmt: skip
    for box, each in zip(grid(places, len(spec.tiles)), spec.tiles, strict=True):
        tile(sheet, box, each)
    if spec.target:
        _target(sheet, places.tiles_end, spec.target)
    footer(sheet, places.footer_at, spec.footer)
    return sheet


def head(sheet: Sheet, name: str, date: str, label: str, warning: str) -> None:
    """Store and date, and below them the hero's label and what is wrong with the data."""
    palette = sheet.palette
    day = sheet.text(theme.RIGHT, 82, date, theme.DATE, palette.text2, "right")
    sheet.fitted(
        theme.MARGIN, 82, [name], theme.TITLE, theme.STORE_LEAST,
        day.left - theme.MARGIN - 24, palette.ink,
    )  # fmt: skip
    left: float = theme.RIGHT
    if warning:
        left = sheet.fitted(
            theme.RIGHT, 138, [warning], theme.LABEL, theme.LEAST, theme.CONTENT * 0.6,
            palette.alert, "right",
        ).left - 24  # fmt: skip
    sheet.fitted(
        theme.MARGIN, 138, [label], theme.LABEL, theme.LEAST, left - theme.MARGIN, palette.text2
    )


def hero(sheet: Sheet, forms: Sequence[str], changes: Sequence[Change]) -> None:
    """The figure of the day with up to two changes beside it."""
    room = HERO_SLOT if changes else theme.CONTENT
    # The figure's side bearing is taken back, so that it stands under the label.
    sheet.fitted(
        theme.MARGIN - 3, 250, forms, theme.HERO, theme.HERO_LEAST, room, sheet.palette.ink
    )
    shown = changes[:2]
    size = theme.HERO_CHANGE
    baselines = (192, 252) if len(shown) == 2 else (224,)
    widest = max((sheet.change_width(c, size) for c in shown), default=0)
    bases_at = max(BASES_AT, CHANGES_AT + min(widest, 240) + 16)
    for y, each in zip(baselines, shown, strict=False):
        sheet.change(CHANGES_AT, y, each, size, 240)
        _base(sheet, bases_at, y - 3, each.base)


def _base(sheet: Sheet, x: float, y: float, words: str) -> None:
    """The base of a change; what is too long for a line stands on two."""
    room = theme.RIGHT - x
    lines = sheet.wrapped(words, theme.LEAST, room)
    size = theme.NOTE if len(lines) == 1 else theme.LEAST
    for line, down in zip(lines, (0,) if len(lines) == 1 else (-15, 13), strict=True):
        sheet.fitted(x, y + down, [line], size, theme.LEAST, room, sheet.palette.text2)


def _dates(sheet: Sheet, y: float, spec: Card) -> None:
    sheet.text(theme.MARGIN, y, spec.line_start, theme.NOTE, sheet.palette.text3)
    sheet.text(theme.RIGHT, y, spec.line_end, theme.NOTE, sheet.palette.text3, "right")


def grid(places: Plan, count: int) -> list[Box]:
    """Boxes of the tiles, two in a row; an odd last one takes the whole row."""
    boxes = []
    for index in range(count):
        row, column = divmod(index, 2)
        left = theme.MARGIN + column * (theme.TILE_WIDTH + theme.GUTTER)
        top = places.tiles_at + row * (places.tile_height + theme.GUTTER)
        alone = index == count - 1 and column == 0
        right = theme.RIGHT if alone else left + theme.TILE_WIDTH
        boxes.append(Box(left, top, right, top + places.tile_height))
    return boxes


def tile(sheet: Sheet, box: Box, spec: Tile) -> None:
    """One metric: label and note, value, change, sparkline."""
    palette = sheet.palette
    left, right = box.left + theme.TILE_PADDING, box.right - theme.TILE_PADDING
    top = box.top + (box.bottom - box.top - theme.TILE_HEIGHT) / 2
    if spec.missing:
        sheet.dashed(box, theme.TILE_RADIUS)
    else:
        sheet.bar(box, palette.tile, theme.TILE_RADIUS)
    room = right - left
    if spec.note:
        note = sheet.fitted(
            right, top + 43, [spec.note], theme.FOOTER, theme.LEAST, room * 0.55,
            palette.text3, "right",
        )  # fmt: skip
        room = note.left - left - 14
    sheet.fitted(left, top + 43, [spec.label], theme.LABEL, theme.LEAST, room, palette.text2)
    if spec.missing:
        sheet.text(left, top + 105, "–", theme.VALUE, palette.text3)
        sheet.fitted(
            left, top + 145, [spec.missing], theme.SUBTITLE, theme.LEAST, right - left,
            palette.text2,
        )  # fmt: skip
        return
    slot = right - left
    if drawn(spec.line):
        wide = theme.SPARK_WIDTH if box.right - box.left < 600 else 2.4 * theme.SPARK_WIDTH
        slot -= wide + 18
        sparkline(sheet, Box(right - wide, top + 74, right, top + 74 + theme.SPARK_HEIGHT), spec)
    sheet.fitted(
        left - 1, top + 106, (spec.value, spec.compact), theme.VALUE, theme.VALUE_LEAST, slot,
        palette.text3 if spec.thin else palette.ink,
    )  # fmt: skip
    if spec.change:
        grey = palette.text3 if spec.thin else ""
        sheet.change(left, top + 147, spec.change, theme.TILE_CHANGE, slot, grey)


def sparkline(sheet: Sheet, box: Box, spec: Tile) -> None:
    """Thirty days in grey, the last point in blue; one peak does not flatten the rest."""
    known = sorted(v for v in spec.line if v is not None)
    low, high = known[0], known[-2] if len(known) >= LINE_POINTS else known[-1]
    step = (box.right - box.left - 8) / (len(spec.line) - 1)
    span = (high - low) or 1

    stroke: list[tuple[float, float]] = []
    last = None
    for index, value in enumerate([*spec.line, None]):
        if value is not None:
            share = 0.5 if high == low else (min(value, high) - low) / span
            y = box.bottom - share * (box.bottom - box.top)
            stroke.append((box.left + index * step, y))
            last = stroke[-1] if index == len(spec.line) - 1 else None
        elif stroke:
            sheet.line(stroke if len(stroke) > 1 else stroke * 2, sheet.palette.prev, 3)
            stroke = []
    if last:
        sheet.dot(last, 6.5, sheet.palette.accent)


def _target(sheet: Sheet, above: float, spec: Target) -> None:
    """A bar of what is done, a tick where the month stands."""
    palette = sheet.palette
    done = sheet.text(theme.RIGHT, above + 42, spec.done, theme.LABEL, palette.ink, "right")
    sheet.fitted(
        theme.MARGIN, above + 42, [spec.heading], theme.LABEL, theme.LEAST,
        done.left - theme.MARGIN - 24, palette.text2,
    )  # fmt: skip
    top, foot = above + 60, above + 84
    sheet.bar(Box(theme.MARGIN, top, theme.RIGHT, foot), palette.track, 8)
    reached = theme.MARGIN + theme.CONTENT * min(max(spec.done_share, 0), 1)
    sheet.bar(Box(theme.MARGIN, top, reached, foot), palette.accent, 8)
    at = theme.MARGIN + theme.CONTENT * min(max(spec.elapsed_share, 0), 1)
    at = min(max(at, theme.MARGIN + 2.5), theme.RIGHT - 2.5)
    sheet.bar(Box(at - 5.5, top - 7, at + 5.5, foot + 7), palette.page)
    sheet.bar(Box(at - 2.5, top - 7, at + 2.5, foot + 7), palette.ink)
    _pace(sheet, above + 124, at, spec)


def _pace(sheet: Sheet, y: float, at: float, spec: Target) -> None:
    """The elapsed share under its tick; the pace beside it, at whichever side has room."""
    half = sheet.width(spec.elapsed, theme.NOTE) / 2
    centre = min(max(at, theme.MARGIN + half), theme.RIGHT - half)
    time = sheet.text(centre, y, spec.elapsed, theme.NOTE, sheet.palette.ink, "center")
    wide = sheet.width(spec.so_far, theme.NOTE)
    before, after = time.left - 24 - theme.MARGIN, theme.RIGHT - 24 - time.right
    at_left = wide <= before or before >= after
    sheet.fitted(
        theme.MARGIN if at_left else theme.RIGHT, y, [spec.so_far], theme.NOTE, theme.LEAST,
        before if at_left else after, sheet.palette.text2, "left" if at_left else "right",
    )  # fmt: skip


def footer(sheet: Sheet, y: float, spec: Footer) -> None:
    """Which data is in, who owes what, and the hour. What is missing is never left out."""
    palette, size = sheet.palette, theme.FOOTER
    sheet.rule(y - 46)
    as_of = sheet.text(theme.RIGHT, y, spec.as_of, size, palette.text3, "right")
    x = sheet.text(theme.MARGIN, y, spec.heading, size, palette.text3).right + 22
    shown = _chosen(sheet, spec.sources, as_of.left - 24 - x)
    share = (as_of.left - 24 - x) / max(1, len(shown))
    for source in shown:
        x = _source(sheet, x, y, source, share)


def _chosen(sheet: Sheet, sources: Sequence[Source], room: float) -> list[Source]:
    """What fits: first the last of those in order are left out, then the names of who owes."""
    shown = list(sources)

    def full() -> bool:
        return sum(_source_width(sheet, s) for s in shown) > room

    for whole in [s for s in reversed(sources) if s.state == "ok"]:
        if full():
            shown.remove(whole)
    for index in reversed(range(len(shown))):
        if full():
            shown[index] = replace(shown[index], who="")
    return shown


def _source_width(sheet: Sheet, source: Source) -> float:
    who = sheet.width(source.who, theme.FOOTER) + 8 if source.who else 0
    return sheet.width(source.name, theme.FOOTER) + 8 + 0.8 * theme.FOOTER + who + 22


def _source(sheet: Sheet, x: float, y: float, source: Source, share: float) -> float:
    palette, size = sheet.palette, theme.FOOTER
    colour = palette.text3 if source.state == "ok" else palette.ink
    room = max(share - 50, sheet.width(source.name, size) if source.who else 0)
    x = sheet.fitted(x, y, [source.name], size, theme.LEAST, room, colour).right + 7
    if source.state == "ok":
        return x + sheet.check(x, y - 1, size, colour) + 22
    x += sheet.cross(x, y - 1, size, colour)
    if source.who:
        x = sheet.text(x + 8, y, source.who, size, colour).right
    return x + 22
