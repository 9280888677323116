"""Telegram's HTML: text is escaped and cut before it is wrapped in tags."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from html import escape as _escape
from html import unescape

CELLS = 32  # of a phone's monospace line; a wide character takes two
LIMIT = 4096  # characters of a message
CAPTION = 1024  # characters under a picture, tags not counted
_NAME = 8  # cells that a name needs at least
_TAG = re.compile(r"<[^>]+>")


def escape(text: str) -> str:
    return _escape(text, quote=False)


def bold(text: str) -> str:
    return f"<b>{escape(text)}</b>"


def italic(text: str) -> str:
    return f"<i>{escape(text)}</i>"


def pre(lines: Iterable[str]) -> str:
    return f"<pre>{escape(chr(10).join(lines))}</pre>"


def fold(lines: Iterable[str]) -> str:
    """A quote that opens on a tap; three lines stand open."""
    return quote(escape(line) for line in lines)


def quote(blocks: Iterable[str]) -> str:
    """The same of text that is HTML already."""
    return f"<blockquote expandable>{chr(10).join(blocks)}</blockquote>"


def visible(text: str) -> int:
    """Characters that Telegram counts: without tags, an entity as one."""
    return len(unescape(_TAG.sub("", text)))


def cells(text: str) -> int:
    """Width in monospace cells."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def cut(text: str, width: int) -> str:
    """At most `width` cells, ending in … where something was cut."""
    if cells(text) <= width:
        return text
    kept = ""
    for char in text:
        if cells(kept + char) > width - 1:
            break
        kept += char
    return kept.rstrip() + "…"


def table(rows: Sequence[tuple[Sequence[str], str]], width: int = CELLS) -> list[str]:
    """Lines of (numbers, name): numbers first and right-aligned, the name last and cut to fit.

    Chinese does not align in Telegram's monospace, so nothing may stand behind a name. Columns that
    leave the name no room are dropped from the right.
    """
    longest = max((cells(name) for _, name in rows), default=0)
    wide = widths([numbers for numbers, _ in rows])
    while len(wide) > 1 and width - sum(wide) - len(wide) < min(_NAME, longest):
        wide.pop()
    left = max(width - sum(wide) - len(wide), 1)
    return [
        " ".join(
            [*(" " * (w - cells(n)) + n for w, n in zip(wide, numbers, strict=False)),
             cut(name, left)]
        ).rstrip()
        for numbers, name in rows
    ]  # fmt: skip


def room(numbers: Sequence[Sequence[str]], width: int = CELLS) -> int:
    """Cells that a table of these numbers leaves for its names."""
    wide = widths(numbers)
    return max(width - sum(wide) - len(wide), 1)


def widths(numbers: Sequence[Sequence[str]]) -> list[int]:
    """Cells of each column of these numbers."""
    columns = max((len(n) for n in numbers), default=0)
    return [max(cells(n[i]) if i < len(n) else 0 for n in numbers) for i in range(columns)]


def split(text: str, limit: int = LIMIT) -> list[str]:
    """Plain text in pieces of at most `limit` characters, cut at line ends where there are any."""
    pieces = []
    while len(text) > limit:
        at = text.rfind("\n", 1, limit + 1)
        at = at if at > 0 else limit
        pieces.append(text[:at])
        text = text[at:].removeprefix("\n")
    return [*pieces, text]
