"""Columns of cells → numbers, instants and provinces, a whole column at a time.

Every reader returns the values with NaN (or −1, or "") where a cell is empty, and the positions of
the cells that could not be read. Only these go through slow and patient code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bot import money

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

EMPTY = frozenset({"", "-", "--", "null", "none", "nan", "n/a", "/"})
# what a spreadsheet made of a long number
DAMAGED = re.compile(r"\d(\.\d+)?e\+\d+$", re.IGNORECASE)
_EDGE = " \t\r\n\xa0\u3000\ufeff\u200b"
_DIRT = (
    *("\0" + x for x in ("=", "'", '"', "-", "/", "n", "N")), "\0 ", " \0", *_EDGE[1:],
)  # fmt: skip
_SERIAL = re.compile(r"\d{5}(\.\d+)?$")  # days since 1899-12-30
EXCEL_EPOCH = pd.Timestamp("1899-12-30")


def clean(cells: list[str]) -> list[str]:
    """Without blanks, a leading apostrophe, `="…"` and the words that mean nothing."""
    column = "\0".join(["", *cells, ""])
    if not any(x in column for x in _DIRT):  # most columns are clean: one look, not one per cell
        return cells
    return [x if x.isalnum() and x[0] not in "nN" else _clean(x) for x in cells]


def _clean(cell: str) -> str:
    x = cell.strip(_EDGE)
    if x.startswith(("=", '"', "'")):
        x = x.lstrip("=").strip('"').lstrip("'").strip(_EDGE)
    return "" if x.casefold() in EMPTY else x


def narrow(text: str) -> str:
    """Full-width digits and signs as ASCII."""
    return unicodedata.normalize("NFKC", text)


# numbers -------------------------------------------------------------------------------------


@dataclass
class Numbers:
    values: Floats  # NaN where empty; whole minor units for amounts, exact up to 2^53
    bad: list[int]


def amounts(cells: Sequence[str], currency: str) -> Numbers:
    """Minor units of `currency`."""
    scale = 10 ** money.digits(currency)
    fast = pd.to_numeric(pd.Series(cells, dtype=object), errors="coerce").to_numpy(np.float64)
    scaled = fast * scale
    whole = np.rint(scaled)
    with np.errstate(invalid="ignore"):
        # half a minor unit rounds away from zero: float arithmetic may not decide that
        exact = (np.abs(scaled - whole) < 1e-4) & (np.abs(whole) < 2**53)
    return _patiently(cells, whole, exact, lambda x: money.parse(x, currency))


def counts(cells: Sequence[str]) -> Numbers:
    """Whole numbers: `2`, `2.0`, `１２`, `1,000`."""
    fast = pd.to_numeric(pd.Series(cells, dtype=object), errors="coerce").to_numpy(np.float64)
    exact = np.isfinite(fast) & (fast == np.rint(fast))
    return _patiently(cells, fast, exact, _count)


def _count(text: str) -> int | None:
    value = money.parse(text.rstrip("件个個"), "CNY")
    if value is not None and value % 100:
        raise ValueError(text)
    return value if value is None else value // 100


def _patiently(
    cells: Sequence[str],
    values: Floats,
    exact: Bools,
    parse: Callable[[str], int | None],
) -> Numbers:
    """Read the cells that are not `exact` one by one; there are few kinds of them."""
    values = values.copy()  # what pandas hands out may be read-only
    known: dict[str, float | None] = {"": np.nan}
    bad = []
    for i in np.flatnonzero(~exact):
        cell = cells[int(i)]
        if cell not in known:
            try:
                value = parse(cell.rstrip("%"))
                known[cell] = np.nan if value is None else float(value)
            except ValueError:
                known[cell] = None
        number = known[cell]
        if number is None:
            bad.append(int(i))
        values[i] = np.nan if number is None else number
    return Numbers(values, bad)


# time ----------------------------------------------------------------------------------------

NEVER = -1


@dataclass
class Instants:
    """`seconds` since 1970 UTC, `days` since 1970 and `hours` on the store's clock; −1 for none.

    `precision` is what the texts can tell apart: 1, 60 or 86,400 seconds.
    """

    seconds: Ints
    days: Ints
    hours: Ints
    precision: int
    bad: list[int]


def instants(cells: Sequence[str], formats: Sequence[str], zone: str) -> Instants:
    """Wall-clock times are the store's own, unless the text has an offset."""
    n = len(cells)
    found = Instants(np.full(n, NEVER), np.full(n, NEVER), np.full(n, NEVER), 86_400, [])
    texts = np.asarray(cells, dtype=object)
    left = np.flatnonzero(texts != "")
    fine = False
    for pattern in formats:
        if not len(left):
            break
        read = pd.to_datetime(
            pd.Series(texts[left]), format=pattern, errors="coerce", utc="%z" in pattern
        )
        hit = read.notna().to_numpy()
        if hit.any():
            fine |= _place(found, left[hit], read[hit], zone)
            found.precision = min(found.precision, _precision(pattern))
            left = left[~hit]
    for i in left:
        fine |= _one_by_one(found, int(i), str(texts[i]), zone)
    if not fine and found.precision == 1:
        found.precision = 60  # spreadsheets print seconds they do not have
    return found


def patterns(declared: Sequence[str], texts: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    """Patterns of times for `texts`, and whether days before months had to be guessed."""
    first = day_first(texts)
    guessed = first is None and any(SLASHED.match(x) for x in texts)
    if first is None and not guessed:
        return tuple(declared), False
    date = "%m/%d/%Y" if first is False else "%d/%m/%Y"
    slashed = (
        (date + t).replace("/", sign)
        for sign in "/-."
        for t in ("", " %H:%M", " %H:%M:%S", " %I:%M:%S %p")
    )
    return (*declared, *slashed, date.replace("Y", "y")), guessed


def _place(found: Instants, at: Ints, read: pd.Series[Any], zone: str) -> bool:
    """Put instants where they belong; True if any of them has seconds."""
    local = read.dt.tz_convert(zone) if read.dt.tz is not None else read
    if read.dt.tz is None:
        # the first of a repeated hour; a time inside a gap lands just after it
        first = np.ones(len(read), dtype=bool)
        read = read.dt.tz_localize(zone, ambiguous=first, nonexistent="shift_forward")
    utc = read.dt.tz_convert("UTC").dt.tz_localize(None)
    naive = local.dt.tz_localize(None) if local.dt.tz is not None else local
    found.seconds[at] = utc.to_numpy().astype("datetime64[s]").astype(np.int64)
    found.days[at] = naive.to_numpy().astype("datetime64[D]").astype(np.int64)
    found.hours[at] = naive.dt.hour.to_numpy()
    return bool((found.seconds[at] % 60).any())


def _one_by_one(found: Instants, i: int, text: str, zone: str) -> bool:
    """A spreadsheet's serial number, or full-width digits."""
    text = narrow(text)
    if _SERIAL.match(text):
        read = (EXCEL_EPOCH + pd.Timedelta(days=float(text))).round("s")
    else:
        plain = pd.to_datetime(text, format="%Y-%m-%d %H:%M:%S", errors="coerce")
        read = plain if isinstance(plain, pd.Timestamp) else EXCEL_EPOCH
    if read == EXCEL_EPOCH:
        found.bad.append(i)
        return False
    found.precision = min(found.precision, 1 if read != read.normalize() else 86_400)
    return _place(found, np.array([i]), pd.Series([read]), zone)


def _precision(pattern: str) -> int:
    if "%S" in pattern:
        return 1
    return 60 if "%M" in pattern else 86_400


def day_first(cells: Iterable[str]) -> bool | None:
    """Whether `03/04/2026` are days and months: None where every date could be either."""
    parts = {m.groups() for x in cells if (m := SLASHED.match(x))}
    if any(int(a) > 12 for a, _ in parts):
        return True
    return False if any(int(b) > 12 for _, b in parts) else None


SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](?:\d{4}|\d{2})(?!\d|[/.-])")


# places --------------------------------------------------------------------------------------

_PROVINCES = (
    "北京", "天津", "上海", "重庆", "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽",
    "福建", "江西", "山东", "河南", "湖北", "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西",
    "甘肃", "青海", "台湾", "内蒙古", "广西", "西藏", "宁夏", "新疆", "香港", "澳门",
)  # fmt: skip


def province(text: str) -> str:
    """`浙江省 杭州市 西湖区…` → `浙江`, `臺北市中正區…` → `臺北市`; never more of an address."""
    text = narrow(text).strip()
    for name in _PROVINCES:
        if text.startswith(name):
            return name
    if text.isascii():
        plain = re.fullmatch(r"[A-Za-z.'-]+( [A-Za-z.'-]+){0,2}", text)
        return text if plain and len(text) <= 40 else ""
    county = re.match(r"[^\s\d]{1,8}?[省市縣县州]", text)
    return county.group() if county else ""


def only_province(text: str) -> bool:
    """Whether nothing but a province stands there: no address."""
    name = province(text)
    rest = narrow(text).strip().removeprefix(name)
    return re.fullmatch(r"(省|市|(壮族|回族|维吾尔)?自治区|特别行政区)?", rest) is not None
