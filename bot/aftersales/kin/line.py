"""One typed line of a follow-up, a notice or a violation: who, when, and what. Pure.

The words `@name` and a moment are taken out; the rest is what it is about, with customers' numbers
masked. A name that nobody has is told, never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.aftersales import masks
from bot.aftersales.kin import dates
from bot.i18n import words

LONGEST = 1000  # characters of what it is about
_AT = re.compile(r"[@＠]([^\s@＠,，、;；:：。]+)")
_LATIN = re.compile(r"[a-z0-9_]")


@dataclass(frozen=True)
class Line:
    """`people` are member ids in the order they were named; `unknown` the names nobody has.

    `hidden`: the kinds of customers' numbers that stood in it.
    """

    text: str
    at: datetime | None = None
    timed: bool = False
    people: tuple[int, ...] = ()
    everybody: bool = False
    unknown: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


def read(
    text: str,
    names: Mapping[str, int],
    now: datetime,
    zone: ZoneInfo,
    known: Collection[str] = (),
    *,
    led: bool = False,
) -> Line:
    """`names`: what people are called, casefolded → member id; `known` numbers are no customer's.

    `led`: only a moment behind 截止, by … is one; prose speaks of days too.
    """
    people: list[int] = []
    unknown: list[str] = []
    everybody = False
    rest, at = "", 0
    for m in _AT.finditer(text):
        name, member = _named(m[1], names)
        everybody = everybody or (member is None and name != "")
        if member is not None:
            people.append(member)
        elif not name:
            unknown.append(masks.mask(m[1]).text[:20])
        rest += text[at : m.start()] + " "
        at = m.start() + 1 + len(name or m[1])
    when = dates.find(rest + text[at:], now, zone, led=led)
    left = when.rest if when else rest + text[at:]
    masked = masks.mask(_tidy(left), known)
    return Line(
        masked.text[:LONGEST], when.at if when else None, bool(when and when.timed),
        tuple(dict.fromkeys(people)), everybody, tuple(unknown), tuple(masked.found),
    )  # fmt: skip


def _tidy(text: str) -> str:
    """Blanks as one; the line ends of a longer text stay."""
    lines = (re.sub(r"[^\S\n]+", " ", x).strip(" ,，、;；") for x in text.strip().split("\n"))
    return "\n".join(lines).strip()


def _named(token: str, names: Mapping[str, int]) -> tuple[str, int | None]:
    """Of what stands behind an @ the name, and whose it is: (name, None) for everybody, ("", None) unknown.

    A name may run into what follows (`@小王12-01续费`); the beginning of only one name is enough.
    """
    folded = token.casefold()
    everybody = words("kin.everybody_aliases")
    for name in sorted((*names, *everybody), key=lambda x: -len(x)):
        if folded.startswith(name) and not _runs_on(name, folded[len(name) :]):
            return token[: len(name)], names.get(name) if name not in everybody else None
    begun = {i for name, i in names.items() if name.startswith(folded)}
    return (token, begun.pop()) if len(begun) == 1 and len(token) > 1 else ("", None)


def _runs_on(name: str, rest: str) -> bool:
    """`wang` is not the name in `wanglei`."""
    return bool(rest and _LATIN.match(name[-1]) and _LATIN.match(rest[0]))
