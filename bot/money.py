"""Money is integer minor units of one currency; this is where text becomes minor units."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

# Babel knows 300 currencies; these symbols are what store teams write themselves.
SYMBOLS = {
    "CNY": "¥", "HKD": "HK$", "TWD": "NT$", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥",
    "KRW": "₩", "SGD": "S$", "MYR": "RM", "THB": "฿", "VND": "₫", "IDR": "Rp", "PHP": "₱",
    "ZAR": "R", "AUD": "A$", "CAD": "C$", "BRL": "R$", "MXN": "MX$",
}  # fmt: skip
_ZERO_DIGITS = frozenset({"JPY", "KRW", "VND", "CLP", "ISK"})
_JUNK = re.compile(r"[\s,¥$€£₩฿₫₱元圆圓]|CNY|RMB|US|HK|NT|Rp|RM|R(?=\d)", re.IGNORECASE)


def digits(currency: str) -> int:
    """Decimal places of the minor unit (ISO 4217)."""
    return 0 if currency in _ZERO_DIGITS else 2


def to_minor(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(digits(currency)).to_integral_value(ROUND_HALF_UP))


def parse(text: str, currency: str) -> int | None:
    """`"¥1,234.50"`, `"(12.00)"`, `"１２元"` → minor units; None for empty, `-` and `nan`.

    Raises ValueError for anything else that is no amount.
    """
    s = _JUNK.sub("", unicodedata.normalize("NFKC", text))
    if s in ("", "-", "--") or s.lower() in ("nan", "null", "none"):
        return None
    negative = s.startswith("(") and s.endswith(")")
    try:
        value = Decimal(s.strip("()"))
    except InvalidOperation:
        raise ValueError(text) from None
    if not value.is_finite():
        raise ValueError(text)
    return to_minor(-value if negative else value, currency)


def split(total: int, weights: list[int]) -> list[int]:
    """Divide `total` in proportion to `weights` by largest remainder, so that parts add up."""
    whole = sum(weights)
    if whole <= 0:
        weights, whole = [1] * len(weights), len(weights)
    exact = [divmod(total * w, whole) for w in weights]
    parts = [q for q, _ in exact]
    left = total - sum(parts)
    for i in sorted(range(len(parts)), key=lambda i: -exact[i][1])[:left]:
        parts[i] += 1
    return parts
