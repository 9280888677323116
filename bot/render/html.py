"""Telegram's HTML: text is escaped and cut before it is wrapped in tags."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from html import escape as _escape

CELLS = 32  # of a phone's monospace line; a wide character takes two
LIMIT = 4096  # characters of a message
_NAME = 8  # cells that a name needs at least


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
    return f"<blockquote expandable>{escape(chr(10).join(lines))}</blockquote>"


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
    columns = max((len(numbers) for numbers, _ in rows), default=0)
    longest = max((cells(name) for _, name in rows), default=0)
    widths = [max(cells(n[i]) if i < len(n) else 0 for n, _ in rows) for i in range(columns)]
    while len(widths) > 1 and width - sum(widths) - len(widths) < min(_NAME, longest):
        widths.pop()
    left = max(width - sum(widths) - len(widths), 1)
    return [
        " ".join(
            [*(" " * (w - cells(n)) + n for w, n in zip(widths, numbers, strict=False)),
             cut(name, left)]
        ).rstrip()
        for numbers, name in rows
    ]  # fmt: skip


def split(text: str, limit: int = LIMIT) -> list[str]:
    """Plain text in pieces of at most `limit` characters, cut at line ends where there are any."""
    pieces = []
    while len(text) > limit:
        at = text.rfind("\n", 1, limit + 1)
        at = at if at > 0 else limit
        pieces.append(text[:at])
        text = text[at:].removeprefix("\n")
    return [*pieces, text]
