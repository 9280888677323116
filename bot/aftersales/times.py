"""Times in a typed line: when the customer asked, what is left, until when. Pure.

A moment (`昨天17:32`, `12-01 18:00`, `tomorrow noon`) counts only beside a word that says what it is;
a bare one stays in the note. Local times are of the given zone; what comes out is UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.aftersales.line import Line
from bot.metrics.words import fold, number

_CN = "[一二两三四五六七八九十]{1,3}"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<mn>{'|'.join(_MONTHS)})[a-z]*\.?"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_RELATIVE = {
    "前天": -2, "昨天": -1, "昨日": -1, "昨": -1, "yesterday": -1, "last night": -1, "今天": 0,
    "今日": 0, "今": 0, "当天": 0, "today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0,
    "this evening": 0, "明天": 1, "明日": 1, "明": 1, "tomorrow": 1, "tmrw": 1, "tmr": 1, "后天": 2,
    "day after tomorrow": 2,
}  # fmt: skip
_DATES = tuple(
    re.compile(p)
    for p in (
        r"(?P<y>20\d\d)\s?[-/.年]\s?(?P<m>\d{1,2})\s?[-/.月]\s?(?P<d>\d{1,2})(?:[日号]|(?!\d))",
        r"(?P<m>\d{1,2})月(?P<d>\d{1,2})(?:[日号]|(?!\d))",
        r"(?P<m>\d{1,2})[-/](?P<d>\d{1,2})(?![\d/-])",
        rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s?(?:of\s)?{_MONTH}(?![a-z])",
        rf"{_MONTH}\s?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])",
        r"(?:(?P<next>下)|本|这)?(?:个)?(?:周|星期|礼拜)(?P<w>[一二三四五六日天])",
        rf"(?:(?P<next>next)\s|this\s)?(?P<wn>{'|'.join(_DAYS)})(?:day|sday|nesday|rsday|urday)?(?![a-z])",
        r"(?P<rel>" + "|".join(sorted(_RELATIVE, key=len, reverse=True)) + r")(?![a-z])",
        r"(?P<d>\d{1,2})[日号]",
    )
)
_PART = re.compile(
    r"(?P<pm>下午|傍晚|晚上|晚间|夜里|晚|afternoon|evening)|(?P<noon>中午)"
    r"|(?P<am>凌晨|清晨|早上|早晨|上午|早|morning)"
)
_TIMES = tuple(
    re.compile(p)
    for p in (
        r"(?P<h>[01]?\d|2[0-4]):(?P<mi>[0-5]\d)(?::[0-5]\d)?(?:\s?(?P<ap>[ap])\.?m\b\.?)?(?![\d:])",
        rf"(?P<h>\d{{1,2}}|{_CN})[点时](?:(?P<half>半)|(?P<mi>[0-5]?\d)分?|整|钟)?(?!\d)",
        r"(?P<h>1?\d)\s?(?P<ap>[ap])\.?m\b\.?",
        r"(?P<noon>noon|midday|正午)",
        r"(?P<midnight>midnight|零点|午夜|半夜)",
    )
)
_SEP = re.compile(r"(?:\s|,|的|at\s|on\s|in the\s|@)*")
_INSIDE = re.compile(r"[#¥$]$|\d[-./:]$")  # of a longer number or an amount
_STARTS = frozenset(
    "0123456789一二两三四五六七八九十今明昨后前当下本这周星礼中正零午半凌清早上晚夜傍jfmasondtwly"
)


@dataclass(frozen=True)
class Moment:
    """A date, a time or both, as written. `day` is a date, (month, day), a weekday or a day of the month."""

    start: int
    end: int
    day: date | tuple[int, int] | int | None = None
    what: str = ""  # date | yearless | weekday | next_weekday | of_month
    hour: int | None = None
    minute: int = 0
    late: bool = False  # evening, without an hour
    loose: bool = False  # 3点: morning or afternoon is not said

    @property
    def timed(self) -> bool:
        return self.hour is not None

    def coming(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """The next such moment; a date alone is meant to its end."""
        local = now.astimezone(zone)
        clock = (self.hour, self.minute) if self.hour is not None else (23, 59)
        if self.hour is None and self.day is None and not self.late:
            return None
        day = self._day(local.date(), ahead=True)
        if day is not None:
            return _at(day, *clock, zone)
        at = _at(local.date(), *clock, zone)
        if self.loose and at <= now and self.hour is not None and self.hour < 12:
            at += timedelta(hours=12)
        return at if at > now else _at(local.date() + timedelta(days=1), *clock, zone)

    def gone(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """The latest such moment that is over; None without a time of day."""
        if self.hour is None:
            return None
        local = now.astimezone(zone)
        day = self._day(local.date(), ahead=False)
        if day is not None:
            return _at(day, self.hour, self.minute, zone)
        at = _at(local.date(), self.hour, self.minute, zone)
        return (
            at if at <= now else _at(local.date() - timedelta(days=1), self.hour, self.minute, zone)
        )

    def _day(self, today: date, *, ahead: bool) -> date | None:
        if isinstance(self.day, date):
            return self.day
        if isinstance(self.day, tuple):
            return _yearless(self.day, today, ahead=ahead)
        if self.day is None:
            return None
        if self.what == "of_month":
            return _of_month(self.day, today, ahead=ahead)
        if self.what == "next_weekday":
            return today - timedelta(days=today.weekday()) + timedelta(days=7 + self.day)
        step = (self.day - today.weekday()) % 7
        return today + timedelta(days=step if ahead or step == 0 else step - 7)


def _at(day: date, hour: int, minute: int, zone: ZoneInfo) -> datetime:
    whole = day + timedelta(days=hour // 24)
    return datetime.combine(whole, time(hour % 24, minute), zone).astimezone(UTC)


def _yearless(day: tuple[int, int], today: date, *, ahead: bool) -> date | None:
    """The nearest such date: one ahead may lie up to 90 days back, one behind never ahead."""
    days = [d for y in (-1, 0, 1) if (d := _date(today.year + y, *day))]
    if ahead:
        return next((d for d in days if d >= today - timedelta(days=90)), None)
    return next((d for d in reversed(days) if d <= today), None)


def _of_month(day: int, today: date, *, ahead: bool) -> date | None:
    month = today.replace(day=1)
    other = (month + timedelta(days=32)).replace(day=1) if ahead else month - timedelta(days=1)
    days = [d for m in (month, other) if (d := _date(m.year, m.month, day))]
    return next((d for d in days if (d >= today if ahead else d <= today)), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# reading ------------------------------------------------------------------------------------


def moments(plain: str, today: date) -> Iterator[Moment]:
    """Every date, time or both of the folded text, from left to right."""
    at = 0
    while at < len(plain):
        found = _moment(plain, at, today) if plain[at] in _STARTS else None
        if found:
            yield found
            at = found.end
        else:
            at += 1


def _moment(plain: str, at: int, today: date) -> Moment | None:
    if at and plain[at - 1].isascii() and plain[at - 1].isalnum():
        return None
    if plain[at].isdigit() and _INSIDE.search(plain[max(0, at - 2) : at]):
        return None
    day, what, after = _a_date(plain, at, today)
    first = _clock(plain, _SEP.match(plain, after).end() if what else at)  # type: ignore[union-attr]
    if first:
        hour, minute, end, loose = first
        if not what:  # 18:00 tomorrow
            gap = _SEP.match(plain, end).end()  # type: ignore[union-attr]
            day, what, later = _a_date(plain, gap, today)
            end = later if what else end
        return Moment(at, end, day, what, hour, minute, loose=loose)
    if not what:
        return None
    gap = _SEP.match(plain, after).end()  # type: ignore[union-attr]
    part = _PART.match(plain, gap)
    if part and part["pm"]:
        return Moment(at, part.end(), day, what, late=True)
    if part and part["noon"]:
        return Moment(at, part.end(), day, what, 12)
    if plain.startswith("tonight", at):
        return Moment(at, after, day, what, late=True)
    return Moment(at, after, day, what)


def _a_date(
    plain: str, at: int, today: date
) -> tuple[date | tuple[int, int] | int | None, str, int]:
    for pattern in _DATES:
        m = pattern.match(plain, at)
        if not m:
            continue
        g = m.groupdict()
        if g.get("rel"):
            if len(g["rel"]) == 1 and not _PART.match(plain, m.end()):
                continue  # 今 alone is no day; 今晚 is
            return today + timedelta(days=_RELATIVE[g["rel"]]), "date", m.end()
        if g.get("w") or g.get("wn"):
            day = "一二三四五六日天".index(g["w"]) if g.get("w") else _DAYS.index(g["wn"])
            return min(day, 6), "next_weekday" if g.get("next") else "weekday", m.end()
        day = int(g["d"])
        month = int(g["m"]) if g.get("m") else _MONTHS.index(g["mn"]) + 1 if g.get("mn") else 0
        if month == 0 and 1 <= day <= 31:
            return day, "of_month", m.end()
        year = int(g["y"]) if g.get("y") else 0
        if _date(year or 2024, month, day):  # 2024 has a 29 February
            exact = _date(year, month, day) if year else (month, day)
            return exact, "date" if year else "yearless", m.end()
    return None, "", at


def _clock(plain: str, at: int) -> tuple[int, int, int, bool] | None:
    """Hour, minute, end and whether the half of the day is open."""
    part = _PART.match(plain, at)
    start = at
    if part:
        start = _SEP.match(plain, part.end()).end()  # type: ignore[union-attr]
    for pattern in _TIMES:
        m = pattern.match(plain, start)
        if not m:
            continue
        g = m.groupdict()
        if g.get("noon"):
            return 12, 0, m.end(), False
        if g.get("midnight"):
            return 24, 0, m.end(), False
        hour = number(g["h"])
        minute = 30 if g.get("half") else int(g.get("mi") or 0)
        if hour > 24 or minute > 59:
            continue
        end = m.end()
        if g.get("ap"):
            hour = hour % 12 + (12 if g["ap"] == "p" else 0)
        elif half := part or _said_before(plain, at):
            hour = _half(hour, half)
        elif tail := re.compile(
            r"\s(?:in the )?(?:(?P<am>morning)|(?P<pm>afternoon|evening))"
        ).match(plain, end):
            hour, end = _half(hour, tail), tail.end()
        else:
            return hour, minute, end, ":" not in m[0] and hour <= 12
        return hour, minute, end, False
    return None


def _said_before(plain: str, at: int) -> re.Match[str] | None:
    """tonight 8, last night 11."""
    return re.compile(r"(?P<pm>tonight|night|evening|afternoon)\s*(?:at\s*)?$").search(
        plain[max(0, at - 16) : at]
    )


def _half(hour: int, part: re.Match[str]) -> int:
    g = part.groupdict()
    if g.get("noon"):
        return hour + 12 if hour < 6 else hour
    if g.get("pm"):
        return hour + 12 if hour <= 12 and not (hour == 12 and "下午" in part[0]) else hour
    return 0 if hour == 12 else hour


# beside their words ----------------------------------------------------------------------------

_BUYER = r"(?:买家|客户|顾客|客人|亲|buyer|customer)?\s*"
_ASKED = re.compile(
    r"(?P<w>(?:售后)?(?:申请|发起|提交|提出|apply|applied|requested|filed|opened|submitted))"
    r"(?P<what>仅退款|退货退款|退款|退货|换货|售后|补寄)?(?:时间|日期|time|at|on|于|在|是|的|\s|:)*$"
)
_ASKED_AFTER = re.compile(
    rf"\s*(?:的)?{_BUYER}(?:申请|发起|提交|提出|applied|requested|filed)(?:的|了)?(?![a-z])"
)
_UNTIL = re.compile(
    r"(?:(?<![a-z])(?:deadline|due|by|before|until|till|no later than|exp(?:ir(?:es?|y))?|ends?)"
    r"|截止|截至|到期|最晚|最迟|限时?|超时|自动退款|务必|请在|需在|必须在|赶在)"
    r"(?:时间|日期|日|到|于|在|是|at|on|by|is|the|date|time|\s|:)*$"
)
_UNTIL_AFTER = re.compile(
    r"\s*(?:[之以]?前(?![天台面后几两])(?:必须|一定|务必|要|得|请)?(?:处理完?|回复|解决|完成|搞定|办好|弄好)?"
    r"|(?:就|会|要|将)?(?:截止|到期|超时|过期|自动(?:退款|同意|关闭|确认|退))(?:了)?"
    r"|deadline(?![a-z])|due(?![a-z]))"
)
_WITHIN_DAY = re.compile(
    r"\s*[之以]?内(?:必须|一定|务必|要|得|请)?(?:处理完?|回复|解决|完成|搞定)?"
)

_UNIT = r"(?:天|日|小时|个半小时|个小时|钟头|个钟头?|分钟|分|秒|days?|d|hours?|hrs?|h|minutes?|mins?|min|m|seconds?|s)"
_PIECE = rf"(?:\d{{1,3}}(?:\.\d)?|半|{_CN})\s?{_UNIT}半?(?![a-z])"
_CLOCKLEFT = r"(?:\d{1,3}:[0-5]\d(?::[0-5]\d)?|\d{1,3}时(?:\d{1,2}分)?(?:\d{1,2}秒)?)"
_PIECES = r"(?:(?:\d{1,3}d\s?)?(?:\d{1,3}h\s?)(?:\d{1,2}m(?:in)?)?(?![a-z])|" + (
    rf"(?:{_PIECE}\s?(?:又|零|,|and\s)?){{1,3}}(?:{_CLOCKLEFT})?|{_CLOCKLEFT})"
)
_DURATION_BEFORE = re.compile(
    r"(?:(?<![a-z])(?:time\s+)?(?:left|remaining|due in|expires in|expiring in|deadline in|within|ends in)"
    r"|(?:自动(?:退款|同意|关闭|确认)|超时|到期)?(?:还|只|仅)?剩余?下?(?:时间)?|倒计时|(?:自动(?:退款|同意|关闭|确认)|超时)?还有|余时|距(?:离)?(?:超时|截止|到期)(?:还有|还剩)?)"
    rf"\s*(?:不到|不足|大概|约|only|about|就|只有)?\s*:?\s*(?P<left>{_PIECES})"
    r"(?:(?:后|就|会|要|将)*(?:自动(?:退款|同意|关闭|确认)|超时|到期|截止|过期))?"
)
_DURATION_AFTER = re.compile(
    rf"(?<![\d.:a-z-])(?P<left>{_PIECES})\s*"
    r"(?:(?:left|remaining|to go)(?![a-z])"
    r"|之?后(?:就|会|要|将)?(?:自动(?:退款|同意|关闭|确认)?|超时|到期|截止|过期)(?:退款|了)?"
    r"|[之以]?内(?:必须|一定|务必|要|得|请)?(?:处理完?|回复|解决|完成|搞定)|就?(?:超时|到期)了?)"
)
_ONE = re.compile(
    r"(\d{1,3}(?:\.\d)?|半|[一二两三四五六七八九十]{1,3})\s?(个半小时|天|日|个?小时|个?钟头?|分|秒|d|h|m|s)[a-z钟]*(半)?"
)
_MINUTES = {"天": 1440, "日": 1440, "d": 1440, "分": 1, "m": 1, "秒": 0, "s": 0}


def minutes(text: str) -> float | None:
    """`2天3小时`, `1d 4h`, `半小时`, `14h30m`, `05:32:10` → minutes.

    >>> minutes("2天3小时"), minutes("1天半"), minutes("05:32:10")
    (3060.0, 2160.0, 332.0)
    """
    total, found = 0.0, False
    clock = re.search(r"(\d{1,3}):([0-5]\d)(?::[0-5]\d)?|(\d{1,3})时(?:(\d{1,2})分)?", text)
    if clock:
        total += int(clock[1] or clock[3]) * 60 + int(clock[2] or clock[4] or 0)
        text, found = text[: clock.start()], True
    for m in _ONE.finditer(text):
        size = 0.5 if m[1] == "半" else float(m[1]) if m[1][0].isdigit() else float(number(m[1]))
        unit = _MINUTES.get(m[2], 60)
        total += unit * (size + (0.5 if m[3] or m[2] == "个半小时" else 0))
        found = True
    return total if found else None


_LATER = re.compile(
    rf"(?:(?:in|再?过)\s*(?P<in>{_PIECES})(?:\s*[之以]?后)?|(?P<left>{_PIECES})\s*(?:[之以]?后|later|from now))"
)
_AGO = re.compile(rf"(?:大概|大约|about\s)?\s*(?P<left>{_PIECES})\s*(?:[之以]?前|ago)")
_JUST = re.compile(r"刚刚?|刚才|(?:just\s)?now")


def away(text: str, now: datetime, *, gone: bool) -> datetime | None:
    """A distance alone, as an answer: `3小时后`, `in 3 hours`, `2h later`; `gone`: `3小时前`, `2h ago`, 刚刚."""
    plain = fold(text).strip(" 。.!")
    if gone and _JUST.fullmatch(plain):
        return now
    m = (_AGO if gone else _LATER).fullmatch(plain)
    if m is None:
        return None
    size = minutes(m["left"] or m.groupdict().get("in") or "")
    if not size:
        return None
    at = now - timedelta(minutes=size) if gone else now + timedelta(minutes=size)
    return at.replace(second=0, microsecond=0)


def take(line: Line, now: datetime, zone: ZoneInfo) -> None:
    """Due and applied times of a line, beside the words that say so."""
    for pattern in (_DURATION_BEFORE, _DURATION_AFTER):
        for m in line.scan(pattern):
            left = minutes(m["left"])
            if left is not None:
                due = (now + timedelta(minutes=left)).replace(second=0, microsecond=0)
                line.take("due", *m.span(), due, 2)
    for moment in list(moments(line.plain, now.astimezone(zone).date())):
        _beside(line, moment, now, zone)


def _beside(line: Line, moment: Moment, now: datetime, zone: ZoneInfo) -> None:
    before, after = line.before(moment.start), line.after(moment.end)
    if (m := _ASKED.search(before)) and (at := moment.gone(now, zone)):
        start = moment.start - len(before) + m.start("w")
        if m["what"]:  # 申请仅退款 02:10
            line.take("applied", moment.start, moment.end, at)
            line.take("applied", start, start + len(m["w"]), at)
        else:
            line.take("applied", start, moment.end, at)
    elif (m := _ASKED_AFTER.match(after)) and (at := moment.gone(now, zone)):
        line.take("applied", moment.start, moment.end + m.end(), at)
    elif (m := _UNTIL_AFTER.match(after)) and (at := moment.coming(now, zone)):
        start = moment.start
        if b := _UNTIL.search(before):
            start -= len(before) - b.start()
        line.take("due", start, moment.end + m.end(), at)
    elif (m := _UNTIL.search(before)) and (at := moment.coming(now, zone)):
        line.take("due", moment.start - len(before) + m.start(), moment.end, at)
    elif (m := _WITHIN_DAY.match(after)) and not moment.timed and (at := moment.coming(now, zone)):
        line.take("due", moment.start, moment.end + m.end(), at)
