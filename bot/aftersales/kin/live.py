"""What is said under the card of a live session: its checklist, its figures. Pure."""

from __future__ import annotations

import re
from decimal import Decimal

from bot import money
from bot.aftersales.kin.dates import any_of
from bot.aftersales.kin.seen import FIGURES
from bot.i18n import words

MOST = 24  # things on a list; a keyboard holds a hundred, a phone's screen does not
LONGEST = 24  # characters of one

_SIGN = re.compile(r"^\s*(?P<sign>[+＋\-－−–])\s*(?P<text>.+)$")


def edits(text: str) -> list[tuple[bool, str]]:
    """`+ 备用机`, `- 话术`, one a line or several apart by commas → (added, what); else nothing."""
    found = []
    for part in re.split(r"[\n,，、;；]+", text):
        m = _SIGN.match(part)
        if m is None:
            return []
        found.append((m["sign"] in "+＋", " ".join(m["text"].split())[:LONGEST]))
    return found


def figures(text: str, currency: str) -> dict[str, int]:
    """`观看3200 点击410 订单56 销售额1.2万`, also `3200 viewers`; sales in minor units."""
    found: dict[str, int] = {}
    for name in FIGURES:
        word = any_of(words(f"kin.figure.{name}.aliases"))
        number = r"[¥￥$]?\s*(?P<n>\d{1,12}(?:,\d{3})*(?:\.\d+)?)\s*(?P<e>万|萬|[wk](?![a-z]))?"
        for form in (rf"(?:{word})\s*[:：=]?\s*{number}", rf"{number}\s*(?:{word})"):
            m = re.search(form, text, re.IGNORECASE)
            if m:
                value = Decimal(m["n"].replace(",", "")) * _SCALE[(m["e"] or "").lower()]
                found[name] = money.to_minor(value, currency) if name == "sales" else int(value)
                break
    return found


_SCALE = {"": 1, "万": 10000, "萬": 10000, "w": 10000, "k": 1000}
