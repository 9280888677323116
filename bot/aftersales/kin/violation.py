"""A platform's violation in one line: its number, the points and the money it takes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bot import money
from bot.aftersales.kin.dates import any_of
from bot.i18n import words

VERDICTS = ("won", "lost", "accepted")

_NUMBER = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Za-z0-9-]*\d{5})[A-Za-z]{0,4}\d[A-Za-z0-9-]{5,31}(?![A-Za-z0-9])"
)
_PHONE = re.compile(r"1[3-9]\d{9}|09\d{8}")
_SUM = r"(?:[¥￥$]\s*)?(?P<n>\d{1,9}(?:[.]\d{1,2})?)\s*(?P<e>[万萬])?"


@dataclass(frozen=True)
class Read:
    """`amount` in minor units; None and empty: not said. `text` is what is left."""

    text: str
    number: str = ""
    points: int | None = None
    amount: int | None = None


def read(text: str, currency: str) -> Read:
    """`虚假发货 V26112200931 扣12分 罚500元`, in any order."""
    take = rf"(?:{any_of(words('kin.takes_aliases'))})?\s*"
    points, text = _take(
        rf"{take}-?\s*(?P<n>\d{{1,3}})\s*(?:{any_of(words('kin.points_aliases'))})", text
    )
    unit = rf"\s*(?:{any_of(words('kin.money_aliases'))})"
    lead = rf"(?:{any_of(words('kin.fine_aliases'))})\s*"
    amount, text = _first(
        (rf"{lead}{_SUM}(?:{unit})?", rf"{take}{_SUM}{unit}", rf"{take}[¥￥$]\s*{_SUM}"), text
    )
    found = number(text)
    text = text.replace(found, " ", 1) if found else text
    return Read(
        " ".join(text.split()), found, int(points["n"]) if points else None,
        money.to_minor(Decimal(amount["n"]) * (10000 if amount["e"] else 1), currency)
        if amount else None,
    )  # fmt: skip


def number(text: str) -> str:
    """The platform's number of it, "" where none stands there; a phone number is none."""
    found = (m[0] for m in _NUMBER.finditer(text))
    return next((x for x in found if not _PHONE.fullmatch(x)), "")


def _first(forms: Iterable[str], text: str) -> tuple[re.Match[str] | None, str]:
    for form in forms:
        found, rest = _take(form, text)
        if found:
            return found, rest
    return None, text


def _take(form: str, text: str) -> tuple[re.Match[str] | None, str]:
    """What matches first, and the text without it."""
    found = re.search(rf"(?<![A-Za-z0-9])(?:{form})(?![A-Za-z0-9])", text, re.IGNORECASE)
    return found, f"{text[: found.start()]} {text[found.end() :]}" if found else text
