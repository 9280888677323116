"""One typed line of a day's figures: `昨天 访客3200 加购210 直通车500 DSR 4.8/4.9/4.8`.

Pure: text → figures. What is not understood is refused by name, so that nothing is half-written.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bot import money
from bot.errors import UserError
from bot.ingest import dating
from bot.ingest.formats import daily
from bot.ingest.formats.declare import CHANNELS, DAY_VALUES, fold

MAX_LENGTH = 300  # characters
MOST = 10**15  # more than any shop sells, in minor units: years of it still add up
LONG_AGO = timedelta(days=180)  # a day without its year is not that old: it is still to come

_SCALES = {
    "万": 10_000,
    "萬": 10_000,
    "w": 10_000,
    "千": 1_000,
    "k": 1_000,
    "亿": 10**8,
    "億": 10**8,
    "m": 10**6,
}
_DAYS = {
    "今天": 0, "今日": 0, "today": 0, "昨天": 1, "昨日": 1, "yesterday": 1, "前天": 2, "前日": 2,
}  # fmt: skip
_MORE: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("浏览", "瀏覽"), ("shop_days", "page_views")),
    **dict.fromkeys(("支付", "付款金额", "付款金額", "营业额", "營業額"), ("shop_days", "sales")),
    **dict.fromkeys(("买家", "買家"), ("shop_days", "buyers")),
    **dict.fromkeys(("订单", "訂單", "单数", "單數"), ("shop_days", "orders")),
    **dict.fromkeys(("退款", "退款额"), ("shop_days", "refunded")),
    **dict.fromkeys(("推广", "推廣", "广告", "廣告", "ads"), ("ads", "spend")),
}
_SCORES = ("description", "service", "logistics")
_NUMBER = r"[¥￥$]?\s?\d[\d,]*(?:\.\d+)?\s?(?:万|萬|亿|億|千|[wkmWKM](?![a-zA-Z]))?\s?(?:元|人|件|次|个|個|单|單|分)?"
_DSR = re.compile(
    r"(?:dsr|评分|評分|scores?)[\s:=]*(\d(?:\.\d+)?)/(\d(?:\.\d+)?)/(\d(?:\.\d+)?)", re.IGNORECASE
)
_PAIR = re.compile(rf"([^\d\s¥$,;|/:=.-][^\d¥$,;|:=]*?)[\s:=]*({_NUMBER})(?![\d./:-])")
_CLOCK = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?!\d)")
_DATE = re.compile(r"(?<!\d)(?:20\d{2}[-/.年])?\d{1,2}[-/月]\d{1,2}日?(?![\d/])")


@dataclass(frozen=True)
class Figure:
    """`value` in whole numbers, minor units or hundredths; `word` is what was typed for it."""

    kind: str
    name: str
    value: int
    word: str
    channel: str = ""


@dataclass(frozen=True)
class Entry:
    day: date
    figures: tuple[Figure, ...]


def parse(text: str, today: date, currency: str) -> Entry:
    """The figures of one day, yesterday's where none is named.

    Raises UserError naming what is not understood, a day still to come, or a time of day.
    """
    said = unicodedata.normalize("NFKC", text).strip()
    if not said:
        raise UserError("record.empty")
    if len(said) > MAX_LENGTH:
        raise UserError("record.too_long", limit=MAX_LENGTH)
    if clock := _CLOCK.search(said):
        raise UserError("record.clock", time=clock.group())
    day, rest = _day(said, today)
    if day > today:
        raise UserError("record.future", day=day.isoformat())
    figures: list[Figure] = []
    rest = _DSR.sub(lambda m: _scores(m, figures), rest)
    unknown: list[str] = []
    rest = _PAIR.sub(lambda m: _pair(m, figures, unknown, currency), rest)
    unknown += [x for x in re.split(r"[\s,;|、，；]+", rest) if x]
    if unknown:
        raise UserError("record.unknown", words=", ".join(unknown)[:100])
    if not figures:
        raise UserError("record.empty")
    twice = [x.word for n, x in enumerate(figures) if _same(x) in map(_same, figures[:n])]
    if twice:
        raise UserError("record.twice", words=", ".join(twice)[:100])
    return Entry(day, tuple(figures))


def _same(figure: Figure) -> tuple[str, str, str]:
    return figure.kind, figure.name, figure.channel


def _day(text: str, today: date) -> tuple[date, str]:
    for word, ago in _DAYS.items():
        if text.casefold().startswith(word):
            return today - timedelta(days=ago), text[len(word) :]
    if (m := _DATE.match(text)) and (found := _date(m.group(), today)):
        if today - found > LONG_AGO and not m.group().startswith("20"):
            raise UserError("record.future", day=m.group())
        return found, text[m.end() :]
    return today - timedelta(days=1), text


def _date(text: str, today: date) -> date | None:
    plain = re.sub(r"[/.年月]", "-", dating.plain(text, today)).rstrip("日")
    try:
        return date(*map(int, plain.split("-")))
    except (ValueError, TypeError):
        return None


def _scores(m: re.Match[str], figures: list[Figure]) -> str:
    for name, value in zip(_SCORES, m.groups(), strict=True):
        figures.append(Figure("scores", name, int(Decimal(value) * 100), "DSR"))
    return " "


def _pair(m: re.Match[str], figures: list[Figure], unknown: list[str], currency: str) -> str:
    word, number = m.group(1).strip(), m.group(2)
    known = _known(word)
    value = _value(number, DAY_VALUES[known[0]][known[1]], currency) if known else None
    if known is None or value is None:
        unknown.append(word if known is None else m.group().strip())
        return " "
    figures.append(Figure(known[0], known[1], value, word, known[2]))
    return " "


def _known(word: str) -> tuple[str, str, str] | None:
    """Kind, field and channel."""
    name = fold(word)
    for channel in CHANNELS:
        if name.startswith(channel.casefold()):
            rest = name[len(channel) :]
            field = "spend" if not rest else _ADS.get(rest)
            return ("ads", field, channel) if field else None
    if found := _WORDS.get(name):
        return (*found, "Ads" if found[0] == "ads" else "")
    return None


def _value(text: str, unit: str, currency: str) -> int | None:
    """None where it cannot be: half a visitor, a score of 12, a shop of the size of the world."""
    plain = re.sub(r"[¥￥$\s,元人件次个個单單分]", "", text).casefold()
    scale = _SCALES.get(plain[-1:], 1)
    number = Decimal(plain[:-1] if scale > 1 else plain) * scale
    if number * 100 > MOST:
        return None
    if unit == "amount":
        return money.to_minor(number, currency)
    if unit == "score":
        return int(number * 100) if number <= 10 else None
    return int(number) if number == int(number) else None


def _vocabulary() -> dict[str, tuple[str, str]]:
    words: dict[str, tuple[str, str]] = {}
    for f in daily.FORMATS:
        for name in DAY_VALUES[f.kind]:
            for x in f.columns.get(name, ()):
                words.setdefault(fold(x), (f.kind, name))
    return words | _MORE


_WORDS = _vocabulary()
_ADS = {
    fold(x): name
    for f in daily.FORMATS
    if f.kind == "ads"
    for name in DAY_VALUES["ads"]
    for x in f.columns[name]
} | {"成交": "revenue", "展示": "impressions"}
