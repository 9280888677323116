"""Words, numbers, amounts and dates in the reader's language."""

import tomllib
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError
from babel.numbers import get_currency_symbol

from bot import money
from bot.config import LANGUAGES, Language

_BABEL = {"zh-hans": "zh_Hans_CN", "zh-hant": "zh_Hant_TW", "en": "en_GB"}
MINUS = "\u2212"
NO_BREAK_HYPHEN = "\u2011"
NO_BREAK_SPACE = "\u00a0"
NONE = "–"
_PLURALS = frozenset({"one", "other"})  # CLDR forms that our three languages have


class Translator:
    """`t("key", n=3)`: a message of one language; plural forms are chosen by `n`."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._locale = Locale.parse(_BABEL[language])
        self._words = catalogue(language)

    def __call__(self, key: str, /, **params: object) -> str:
        entry = self._words[key]
        if isinstance(entry, dict):
            n = params["n"]
            form = self._locale.plural_form(n if isinstance(n, int | float) else 0)
            entry = entry.get(form, entry["other"])
        return str(entry.format(**params)) if params else str(entry)

    def has(self, key: str) -> bool:
        return key in self._words

    def lines(self, key: str) -> list[str]:
        """A list entry (aliases, weekday names)."""
        entry = self._words[key]
        assert isinstance(entry, list)
        return entry

    # numbers -----------------------------------------------------------------------------

    def number(self, value: float, places: int = 0) -> str:
        return f"{value:z,.{places}f}".replace("-", MINUS)

    def compact(self, value: float) -> str:
        """1.82万 · 89.6万 · 965万 · 1.20亿, in English 18.2k · 9.65M; under 10,000 in full."""
        size = abs(value)
        units = [(1e8, self("number.e8")), (1e4, self("number.e4"))]
        if self.language == "en":
            units = [(1e9, "B"), (1e6, "M"), (1e3, "k")]
        if size >= 9_999.5:
            for scale, unit in units:
                if size >= scale * 0.99995:
                    return f"{_three_figures(value / scale)}{unit}".replace("-", MINUS)
        return self.number(value)

    def percent(self, ratio: float, places: int = 1) -> str:
        return f"{ratio * 100:z,.{places}f}%".replace("-", MINUS)

    def signed_percent(self, ratio: float, places: int = 1) -> str:
        """+8.4%, −26.0%; a rounded zero has no sign; beyond ten-fold "×12"."""
        if ratio >= 9.995:
            return f"×{ratio + 1:,.0f}"
        text = self.percent(ratio, places)
        return text if ratio < 0 else signed("+", text)

    def points(self, difference: float, places: int = 2) -> str:
        """A change of a rate, in percentage points."""
        return self("number.points", value=f"{abs(difference) * 100:.{places}f}")

    # amounts -----------------------------------------------------------------------------

    def symbol(self, currency: str) -> str:
        if currency in money.SYMBOLS:
            return money.SYMBOLS[currency]
        try:
            return get_currency_symbol(currency, locale=self._locale)
        except UnknownLocaleError:
            return currency

    def money(self, minor: float, currency: str, places: int | None = None) -> str:
        """¥126.90; `places=0` for a hero figure (¥207,862)."""
        places = money.digits(currency) if places is None else places
        text = self.number(abs(minor) / 10 ** money.digits(currency), places)
        return signed(MINUS if minor < 0 else "", f"{self.symbol(currency)}{text}")

    def money_compact(self, minor: float, currency: str) -> str:
        text = self.compact(abs(minor) / 10 ** money.digits(currency))
        return signed(MINUS if minor < 0 else "", f"{self.symbol(currency)}{text}")

    def money_range(self, low: float, high: float, currency: str) -> str:
        """¥20–29万: both ends rounded to two figures, in the unit of the upper one."""
        scale = 10 ** money.digits(currency)
        ends = [_two_figures(x / scale) for x in (low, high)]
        top = self.compact(ends[1])
        unit = top.lstrip("0123456789.,")
        size = ends[1] / float(top.removesuffix(unit).replace(",", "")) if unit else 1.0
        first, last = (f"{x / size:,.10g}" for x in ends)
        return f"{self.symbol(currency)}{first}–{last}{unit}"

    # dates -------------------------------------------------------------------------------

    def weekday(self, d: date) -> str:
        return self.lines("date.weekdays")[d.weekday()]

    def short_date(self, d: date, today: date | None = None) -> str:
        """11‑15, 15 Nov (with the year where it could be mistaken), never broken over lines."""
        far = today is not None and abs((today - d).days) > 330
        if self.language == "en":
            month = self.lines("date.months")[d.month - 1]
            words = f"{d.day} {month} {d.year}" if far else f"{d.day} {month}"
            return words.replace(" ", NO_BREAK_SPACE)
        text = f"{d:%Y-%m-%d}" if far else f"{d:%m-%d}"
        return text.replace("-", NO_BREAK_HYPHEN)

    def long_date(self, d: date) -> str:
        """11月22日 周日 / Sun 22 Nov."""
        return self(
            "date.long",
            weekday=self.weekday(d), day=d.day, month=self.lines("date.months")[d.month - 1],
        )  # fmt: skip

    def clock(self, instant: datetime, zone: ZoneInfo) -> str:
        return f"{instant.astimezone(zone):%H:%M}"


def signed(sign: str, text: str) -> str:
    """The sign and the figure; the figure alone where it was rounded to zero."""
    return f"{sign}{text}" if any(c in "123456789" for c in text) else text


def _two_figures(value: float) -> float:
    return float(f"{value:.1e}")


def _three_figures(value: float) -> str:
    size = abs(value)
    return f"{value:,.{2 if size < 9.995 else 1 if size < 99.95 else 0}f}"


@cache
def translator(language: Language) -> Translator:
    return Translator(language)


@cache
def catalogue(language: Language) -> dict[str, Any]:
    """All messages of a language, with dotted keys; plural tables and lists stay whole."""
    text = files("bot").joinpath("locales", f"{language}.toml").read_text(encoding="utf-8")
    return dict(_flatten(tomllib.loads(text), ""))


@cache
def words(key: str) -> frozenset[str]:
    """A list entry of all languages together, casefolded: what people may type."""
    return frozenset(w.casefold() for language in LANGUAGES for w in catalogue(language)[key])


def _flatten(table: dict[str, Any], prefix: str) -> list[tuple[str, Any]]:
    flat: list[tuple[str, Any]] = []
    for key, value in table.items():
        if isinstance(value, dict) and not value.keys() <= _PLURALS:
            flat += _flatten(value, f"{prefix}{key}.")
        else:
            flat.append((f"{prefix}{key}", value))
    return flat


def language_of(code: str | None, default: Language) -> Language:
    """Our language for a Telegram `language_code` such as `zh-hans`, `zh-TW`, `en-GB`."""
    code = (code or "").lower()
    if code in LANGUAGES:
        return code
    if code.startswith("zh"):
        return "zh-hant" if any(x in code for x in ("hant", "tw", "hk", "mo")) else "zh-hans"
    return "en" if code else default
