"""One typed line while it is being understood: what was found where, and what is still open. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.metrics.words import fold, is_latin

T = TypeVar("T")
TAKEN = "\ue000"  # stands in `plain` where something was found


@dataclass(frozen=True)
class Found:
    """A stretch that means `value` of a `kind`; of two meanings the greater weight counts."""

    kind: str
    start: int
    end: int
    value: object
    weight: int = 1


@dataclass
class Line:
    """`text` as typed, `plain` folded with what was found blotted out; both of one length."""

    text: str
    plain: str = ""
    found: list[Found] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.plain = fold(self.text).replace(TAKEN, " ")

    def take(self, kind: str, start: int, end: int, value: object, weight: int = 1) -> None:
        self.found.append(Found(kind, start, end, value, weight))
        self.blot(start, end)

    def blot(self, start: int, end: int) -> None:
        self.plain = self.plain[:start] + TAKEN * (end - start) + self.plain[end:]

    def scan(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Matches of the line as it is when the scan begins; they do not overlap."""
        return pattern.finditer(self.plain)

    def of(self, *kinds: str) -> list[Found]:
        return [x for x in self.found if x.kind in kinds]

    def drop(self, gone: Iterable[Found]) -> None:
        """What turned out not to count: its text belongs to the note again."""
        out = set(map(id, gone))
        self.found = [x for x in self.found if id(x) not in out]

    def before(self, at: int, length: int = 24) -> str:
        return self.plain[max(0, at - length) : at]

    def after(self, at: int, length: int = 24) -> str:
        return self.plain[at : at + length]


def cuts_a_word(text: str, start: int, end: int) -> bool:
    """Whether a Latin word or number would be cut in two at either end."""
    before, after = text[start - 1 : start] or " ", text[end : end + 1] or " "
    return (is_latin(text[start]) and is_latin(before)) or (
        is_latin(text[end - 1]) and is_latin(after)
    )


class Words(Generic[T]):
    """A word list that is looked up at one place of a text: the longest word that stands there."""

    def __init__(self, pairs: Iterable[tuple[str, T]]) -> None:
        table: dict[str, dict[str, T]] = {}
        for word, value in pairs:
            if word := fold(word).strip():
                table.setdefault(word[0], {}).setdefault(word, value)
        self._by_first = {
            first: sorted(words.items(), key=lambda x: -len(x[0])) for first, words in table.items()
        }

    def at(self, text: str, start: int) -> tuple[int, T] | None:
        """The end and value of the longest word at `start`."""
        for word, value in self._by_first.get(text[start], ()):
            end = start + len(word)
            if text.startswith(word, start) and not cuts_a_word(text, start, end):
                return end, value
        return None

    def scan(self, text: str) -> Iterator[tuple[int, int, T]]:
        at = 0
        while at < len(text):
            hit = self.at(text, at)
            if hit:
                yield at, hit[0], hit[1]
                at = hit[0]
            else:
                at += 1
