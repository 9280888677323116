"""Customers' numbers in what people write: found and hidden before anything is stored. Pure.

Phone numbers (mainland, Taiwan, Hong Kong, international), identity and bank card numbers keep
their last four characters (`*0007`); mail and street addresses become `*`. Separators, full width
and invisible characters inside a number do not hide it. An order or waybill number is not taken for
one of these where it is known, or where a word says what it is; an identity number (checksum and
birthday) is hidden even then. Everything is a few bounded patterns, so the time is linear.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date

from bot.metrics.words import fold

KINDS = ("phone", "id", "card", "email", "address")

# what may stand between two digits of one number: blanks, dashes, dots, and what is invisible
_GAP = r"[\s\-‐‑‒–—−.·•_()\u00ad\u200b-\u200f\u2060\ufe0f\u20e3\ufeff]{0,3}"
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufe0f\u20e3\ufeff]")
_NO_DIGIT = r"(?<!\d)"
_END = r"(?!\d)"


def _digits(first: str, more: str) -> str:
    """A digit of `first`, then `more` digits, with gaps."""
    return rf"(?:{first})(?:{_GAP}\d){{{more}}}"


_ORDER_WORDS = (
    r"订单编号|订单号码|订单号|订单|单号|编号|流水号|交易号|order\s*(?:no|number|num|id)?|po|ref|txn"
    r"|运单|快递|物流|waybill|tracking(?:\s*(?:no|number|id))?|awb"
)
_CONNECT = r"\s*[:#.,№]?\s*(?:是|为|is)?\s*[:#]?\s*"
_WORDED = re.compile(rf"(?:{_ORDER_WORDS}){_CONNECT}(?P<n>\d[\d-]{{10,28}}\d)(?![\dx])")
_WAYBILL = re.compile(
    r"(?<![a-z0-9])(?:sf|yto?|jd[a-z]{0,3}|jt|zto?|sto?|yd|dpk|lp|tba|spx[a-z]{0,2})\d{11,20}(?![a-z0-9])"
)

_PHONE_WORDS = r"电话|手机|座机|联系方式|联系|致电|拨打|打给|电联|微信|加v|phone|mobile|tel|cell|whatsapp|wechat|call|sms|contact"
_CARD_WORDS = (
    r"银行卡|卡号|卡(?=\d{15})|账号|账户|帐号|帐户|信用卡|储蓄卡|card|account|acct|a/c|iban"
)
_ID_WORDS = r"身份证|证件|护照|通行证|passport|id\s*card|identity"
_AFTER = r"(?:号码|号|码|number|num|no)?\s*[:.]?\s*(?:是|为|is)?\s*[:]?\s*"

_ID18 = re.compile(rf"{_NO_DIGIT}{_digits('[1-9]', '16')}{_GAP}[\dx](?![\da-z])")
_ID15 = re.compile(rf"{_NO_DIGIT}{_digits('[1-9]', '14')}{_END}")
_ID_TW = re.compile(r"(?<![a-z0-9])[a-z][1289]\d{8}(?![a-z0-9])")
_ID_HK = re.compile(r"(?<![a-z0-9])[a-z]{1,2}\d{6}\s?\([\da]\)")
_ID_SAID = re.compile(
    rf"(?:{_ID_WORDS}){_AFTER}(?P<n>[a-z]{{0,2}}\d(?:{_GAP}[\dx]){{5,17}})(?![\da-z])"
)
_CARD = re.compile(rf"(?<![\da-z]){_digits('[3-69]|2(?=[2-7])', '12,18')}{_END}")
_CARD_SAID = re.compile(rf"(?:{_CARD_WORDS}){_AFTER}(?P<n>{_digits('[0-9]', '11,18')}){_END}")
_PLUS = re.compile(rf"\+{_GAP}{_digits('[1-9]', '7,14')}{_END}")
_CN = re.compile(rf"{_NO_DIGIT}(?:(?:00|\+)?86{_GAP})?1{_GAP}{_digits('[3-9]', '9')}{_END}")
_ZERO = re.compile(rf"(?<![\da-z.])\(?0(?:{_GAP}\d){{8,13}}{_END}")
_AREA = re.compile(rf"{_NO_DIGIT}85[23]{_GAP}{_digits('[2356789]', '7')}{_END}")
_US = re.compile(
    rf"{_NO_DIGIT}(?:1[-. ])?(?:\([2-9]\d\d\)\s?|[2-9]\d\d[-. ])[2-9]\d\d[-. ]\d{{4}}{_END}"
)
_PHONE_SAID = re.compile(rf"(?:{_PHONE_WORDS}){_AFTER}(?P<n>{_digits('[0-9]', '6,14')}){_END}")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,4}[a-z]{2,24}(?![\w-])")

_HAN = r"[\u4e00-\u9fff]"
_NUMBER = r"(?:\d{1,5}|[一二三四五六七八九十百]{1,5})"
_HOUSE = (
    rf"(?:{_NUMBER}(?:[-之]\d{{1,4}})?"
    r"(?:号楼|号院|号(?![线店色链仓机前早晚到下上发])|弄|栋|幢|单元|室|层|楼))"
)
_ROAD = r"(?:大道|路|街|巷|胡同|(?<![知味渠频地])道)"
_STREET = re.compile(
    rf"{_HAN}{{1,24}}?{_ROAD}[中东西南北]?(?:[一二三四五六七八九]段)?\s?"
    rf"{_HOUSE}(?:[\s,]?{_HAN}{{0,8}}?{_HOUSE}){{0,4}}(?:\d{{2,4}}室?)?"
)
_BLOCK = re.compile(
    rf"(?:{_HAN}{{2,12}}(?:小区|花园|公寓|家园|新村|苑|大厦|广场|宿舍|村))?\s?"
    rf"(?:{_NUMBER}(?:栋|幢|号楼)|[a-z]座)\s?"
    rf"(?:{_NUMBER}单元)?\s?(?:\d{{1,2}}层)?\s?\d{{2,4}}(?:室|号|房)?(?![\d.])"
)
_FLAT = r"(?:,?\s(?:[Aa]pt|[Uu]nit|[Ff]lat|[Ss]uite|[Ss]te|[Ff]loor)\.?\s?[\w-]{1,6})?"
_EN_STREET = re.compile(
    r"(?<![\w.$#])\d{1,5}[A-Za-z]?,?\s(?:(?:[A-Z][a-z]{1,15}\s){1,3}(?:St|Rd|Ave|Ln|Blvd|Way|Court)"
    r"|(?:[A-Za-z]{2,15}\s){1,3}(?:[Ss]treet|[Rr]oad|[Aa]venue|[Bb]oulevard|[Ll]ane))\b\.?" + _FLAT
)


@dataclass(frozen=True)
class Span:
    """A stretch of the text that is hidden, what it is, and what stands there instead."""

    start: int
    end: int
    kind: str
    shown: str


@dataclass(frozen=True)
class Masked:
    text: str
    found: tuple[str, ...] = ()  # of KINDS, each once, in the order of the text

    def __bool__(self) -> bool:
        return bool(self.found)


def mask(text: str, known: Collection[str] = ()) -> Masked:
    """The text as it may be stored; `known` are order and waybill numbers of the team.

    >>> mask("少件 13800010007").text
    '少件 *0007'
    """
    found = spans(text, known)
    return Masked(hide(text, found), tuple(dict.fromkeys(x.kind for x in found)))


def hide(text: str, found: list[Span], start: int = 0, end: int | None = None) -> str:
    """`text[start:end]` with what was found in it hidden, also what reaches beyond its ends."""
    end = len(text) if end is None else end
    out: list[str] = []
    at = start
    for x in found:
        if x.end > at and x.start < end:
            out += text[at : max(at, x.start)], x.shown
            at = x.end
    return "".join(out) + text[min(at, end) : end]


def spans(text: str, known: Collection[str] = ()) -> list[Span]:
    """What has to be hidden, without overlaps, in the order of the text."""
    plain = _plain(text)
    kept = [*_known(plain, known)]
    found: list[Span] = []

    worded = kept + [m.span("n") for m in _WORDED.finditer(plain)]
    worded += [m.span() for m in _WAYBILL.finditer(plain)]
    taken, guarded = _cover(len(text), kept), _cover(len(text), worded)

    def add(kind: str, start: int, end: int, guard: bytearray = taken, keep: int = 4) -> None:
        if not any(taken[start:end]) and not any(guard[start:end]):
            tail = re.sub(r"[^0-9a-z]", "", plain[start:end])[-4:].upper() if keep else ""
            found.append(Span(start, end, kind, f"*{tail}"))
            taken[start:end] = b"\x01" * (end - start)

    for m in _EMAIL.finditer(plain):
        add("email", *m.span(), keep=0)
    for start, end in _identities(plain):
        add("id", start, end)
    for start, end in _cards(plain):
        add("card", start, end, guarded)
    for start, end in _phones(plain):
        add("phone", start, end, guarded)
    for pattern, where in ((_STREET, plain), (_BLOCK, plain), (_EN_STREET, text)):
        for m in pattern.finditer(where):
            add("address", *m.span(), keep=0)
    return sorted(found, key=lambda x: x.start)


def _plain(text: str) -> str:
    """Folded, with Western digits; every character keeps its place."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in fold(text))


def _cover(size: int, spans: list[tuple[int, int]]) -> bytearray:
    covered = bytearray(size)
    for start, end in spans:
        covered[start:end] = b"\x01" * (end - start)
    return covered


def _known(plain: str, known: Collection[str]) -> Iterator[tuple[int, int]]:
    for number in known:
        word = _plain(number)
        at = plain.find(word) if len(word) > 3 else -1
        while at >= 0:
            yield at, at + len(word)
            at = plain.find(word, at + len(word))


def _bare(text: str) -> str:
    return "".join(c for c in text if c.isdigit() or c == "x")


def _written_as_one(text: str) -> bool:
    """Whether people write one number like this: digit by digit, or in groups of two and more.

    `1 3800010007` is one piece of order 3800010007, and `13 24 31 45 67 8` a list.
    """
    groups = [len(x) for x in re.findall(r"\d+", _UNSEEN.sub("", text))]
    if len(groups) == 1 or max(groups) == 1:
        return True
    return min(groups) > 1 and max(groups) > 2


def _ends_in_two(text: str) -> bool:
    """Enough after a plus sign, where groups are of any length: +33 1 23 45 67 89."""
    return text[-2:].isdigit()


def _identities(plain: str) -> Iterator[tuple[int, int]]:
    for m in _ID18.finditer(plain):
        if is_identity(_bare(m[0])):
            yield m.span()
    for m in _ID15.finditer(plain):
        bare = _bare(m[0])
        if _region(bare) and _birthday("19" + bare[6:12]) and _written_as_one(m[0]):
            yield m.span()
    for m in _ID_TW.finditer(plain):
        if _is_tw(m[0]):
            yield m.span()
    for m in _ID_HK.finditer(plain):
        yield m.span()
    for m in _ID_SAID.finditer(plain):
        yield m.span("n")


def _cards(plain: str) -> Iterator[tuple[int, int]]:
    yield from _longest(plain, _CARD, lambda x: len(_bare(x)) > 12 and luhn(_bare(x)))
    yield from _longest(plain, _CARD_SAID, lambda x: len(_bare(x)) > 11)


def _phones(plain: str) -> Iterator[tuple[int, int]]:
    yield from _longest(plain, _CN, lambda x: len(_bare(x)) > 10)
    yield from _longest(plain, _PLUS, lambda x: len(_bare(x)) > 7, _ends_in_two)
    yield from _longest(plain, _ZERO, _is_zero_number)
    yield from _longest(plain, _AREA, lambda x: len(_bare(x)) == 11)
    yield from (m.span() for m in _US.finditer(plain))
    yield from _longest(plain, _PHONE_SAID, lambda x: len(_bare(x)) > 6)


def _longest(
    plain: str,
    pattern: re.Pattern[str],
    fits: Callable[[str], bool],
    written: Callable[[str], bool] | None = None,
) -> Iterator[tuple[int, int]]:
    """The longest number of whole groups at each place where the pattern matches.

    What follows a number after a blank (`13800010007 2件`) is not part of it.
    """
    at = 0
    while m := pattern.search(plain, at):
        start, end = m.span("n" if "n" in pattern.groupindex else 0)
        at = start + len(re.match(r"\D*\d+", plain[start:end])[0])  # type: ignore[index]
        ends = [start + g.end() for g in re.finditer(r"\d+", plain[start:end])]
        for stop in reversed(ends):
            number = plain[start:stop]
            if (written or _written_as_one)(number) and fits(number):
                yield start, stop
                at = stop
                break


def _is_zero_number(text: str) -> bool:
    """A landline or a Taiwan mobile: 010-12345678, 0755 1234567, 0912-345-678; 00 goes abroad."""
    bare = _bare(text)
    if "." in text:
        return False
    if bare.startswith("00"):
        return 10 <= len(bare) <= 14
    return 9 <= len(bare) <= 12


def luhn(digits: str) -> bool:
    """The check digit of bank cards.

    >>> luhn("6222021234567890128"), luhn("4111111111111111")
    (False, True)
    """
    doubled = [int(d) * 2 for d in digits[-2::-2]]
    return (sum(int(d) for d in digits[-1::-2]) + sum(d - 9 * (d > 9) for d in doubled)) % 10 == 0


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_REGIONS = frozenset(
    str(n)
    for tens in ((11, 16), (21, 24), (31, 38), (41, 47), (50, 55), (61, 66), (71, 72), (81, 84))
    for n in range(*tens)
) | {"91"}


def is_identity(number: str) -> bool:
    """Whether 18 characters are a mainland identity number (GB 11643: region, birthday, check)."""
    if len(number) != 18 or not number[:17].isdigit():
        return False
    check = "10x98765432"[sum(int(d) * w for d, w in zip(number, _WEIGHTS, strict=False)) % 11]
    return check == number[17] and _region(number) and _birthday(number[6:14])


def _region(number: str) -> bool:
    return number[:2] in _REGIONS


def _birthday(digits: str) -> bool:
    try:
        return 1900 <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).year <= 2100
    except ValueError:
        return False


_TW_LETTERS = "abcdefghjklmnpqrstuvxywzio"  # 10 to 35


def _is_tw(number: str) -> bool:
    first = _TW_LETTERS.index(number[0]) + 10
    digits = [first // 10, first % 10, *map(int, number[1:])]
    return (
        sum(d * w for d, w in zip(digits, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10 == 0
    )
