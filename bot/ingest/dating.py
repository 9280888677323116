"""What an export says about its own time: in its titles, in its name, in a cell with a period."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_COMPACT = re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)")
_DASHED = re.compile(r"(?<!\d)(20\d{2})\s?[-/.年_]\s?(\d{1,2})\s?[-/.月_]\s?(\d{1,2})日?(?!\d)")
_DMY = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/(20\d{2})(?!\d)")
_CLOCK = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?::\d{2})?")
_STAMP = re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})[_-]?(\d{2})(\d{2})(?:\d{2})?(?!\d)")
_MADE = re.compile(
    r"导出时间|生成时间|下载时间|更新时间|匯出時間|產生時間|下載時間|export|generated|created|dibuat",
    re.IGNORECASE,
)
_WINDOW = re.compile(
    r"(?:转化周期|归因周期|归因窗口|歸因期間|attribution)\D{0,12}(\d{1,2})\s*-?\s*(?:天|日|d)",
    re.IGNORECASE,
)
_DAYS = re.compile(r"(\d{1,2})\s*-?\s*(?:天|日|d)", re.IGNORECASE)
_SPAN = re.compile(r"\s*(?:~|～|至|到|—|–| - | to )\s*")
_WEEKDAY = re.compile(r"\s*[(（]?(?:周|星期|礼拜|禮拜|週)[一二三四五六日天][)）]?$")
_SHORT = re.compile(r"(\d{1,2})[-/.月](\d{1,2})日?$")


@dataclass(frozen=True)
class About:
    """`exported` in seconds since 1970, 0 where nothing says it; `window` in days, 0 likewise."""

    exported: int = 0
    period: tuple[str, str] | None = None
    window: int = 0


def about(above: Sequence[Sequence[str]], names: Iterable[str], zone: str, now: int = 0) -> About:
    """From the rows above a header and the names of sheet and file."""
    lines = [" ".join(x.strip() for x in row if x.strip()) for row in above]
    made = [x for x in lines if _MADE.search(x)]
    others = [x for x in lines if x not in made]
    period = next((p for x in (*others, *names) if (p := _period(x))), None)
    stamps = [at for x in made if (at := _moment(x, zone))]
    stamps += [at for x in names if (at := _stamp(x, zone))]
    latest = (now or int(datetime.now(UTC).timestamp())) + 86_400
    window = next((int(m.group(1)) for x in lines if (m := _WINDOW.search(x))), 0)
    return About(max((x for x in stamps if x <= latest), default=0), period, window)


def _period(text: str) -> tuple[str, str] | None:
    """The first and the last day that a title or a name speaks of."""
    text = _STAMP.sub(" ", text)
    found = sorted(_dates(text))
    return (str(found[0]), str(found[-1])) if 1 <= len(found) <= 2 else None


def _dates(text: str) -> list[date]:
    year_first = (*_DASHED.finditer(text), *_COMPACT.finditer(text))
    parts = [(m.group(1), m.group(2), m.group(3)) for m in year_first]
    parts += [(m.group(3), m.group(2), m.group(1)) for m in _DMY.finditer(text)]
    return [d for y, m, x in parts if (d := _date(int(y), int(m), int(x)))]


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _moment(text: str, zone: str) -> int:
    days, clock = _dates(text), _CLOCK.search(text)
    if not days:
        return 0
    hour, minute = (int(clock.group(1)), int(clock.group(2))) if clock else (0, 0)
    return _at(days[-1], hour, minute, zone)


def _stamp(text: str, zone: str) -> int:
    m = _STAMP.search(text)
    if m is None:
        return 0
    year, month, day, hour, minute = map(int, m.groups())
    found = _date(year, month, day)
    return _at(found, hour, minute, zone) if found else 0


def _at(day: date, hour: int, minute: int, zone: str) -> int:
    if hour > 23 or minute > 59:
        return 0
    at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone))
    return int(at.timestamp())


def plain(text: str, today: date) -> str:
    """A cell's day without its weekday; a period of one day as that day; `11-22` with its year."""
    text = _WEEKDAY.sub("", text)
    ends = _SPAN.split(text)
    if len(ends) == 2 and ends[0] == ends[1]:
        text = ends[0]
    short = _SHORT.fullmatch(text)
    if short is None:
        return text
    month, day = int(short.group(1)), int(short.group(2))
    found = _date(today.year, month, day)
    if found and found > today + timedelta(days=1):
        found = _date(today.year - 1, month, day)
    return str(found) if found else text


def is_period(text: str) -> bool:
    """Two different days in one cell."""
    return len(set(_dates(text))) > 1


def days_in(text: str) -> int:
    """`15天累计` → 15; 0 where nothing of the kind stands there."""
    m = _DAYS.search(text)
    return int(m.group(1)) if m else 0
