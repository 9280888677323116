"""The desk's week in a chat: when it is due, a pure decision, and the rows that make it once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import and_
from sqlmodel import Session, col, select

from bot import periods, pushes
from bot.db import insert_new
from bot.db.people import Binding, Chat, PushRun, PushSetting
from bot.metrics import issues
from bot.periods import DAY, Period

KIND = "issues_week"
USEFUL = timedelta(hours=10)  # after its time: on Tuesday it is no news

Action = Literal["wait", "send", "expire"]


@dataclass(frozen=True)
class Week:
    """One chat's week: the last seven days from Monday to Sunday in its own zone."""

    binding: Binding
    mode: pushes.Mode
    period: Period
    planned_at: datetime
    since: datetime  # a plan of before is nobody's

    @property
    def useful_until(self) -> datetime:
        return self.planned_at + USEFUL


def week(binding: Binding, setting: pushes.Setting, since: datetime | None, now: datetime) -> Week:
    """The week that ended before the chat's own present one."""
    zone = ZoneInfo(binding.timezone)
    monday = periods.week(periods.business_day(now, zone)).start
    planned = periods.at_local(monday, time.fromisoformat(setting.at), zone)
    begun = max(binding.created_at, since or binding.created_at)
    return Week(binding, setting.mode, Period(monday - 7 * DAY, monday), planned, begun)


def decide(w: Week, now: datetime) -> Action:
    """At its time on Monday, or later that day after a stop; never for a plan of before."""
    if now < w.planned_at or w.since > w.planned_at:
        return "wait"
    return "send" if now < w.useful_until else "expire"


# made once: the tick asks this every twenty seconds
_WISHES = (
    select(Binding, PushSetting)
    .join(Chat, col(Chat.id) == Binding.chat_id)
    .outerjoin(
        PushSetting,
        and_(col(PushSetting.binding_id) == Binding.id, col(PushSetting.kind) == KIND),
    )
    .where(col(Chat.gone_at).is_(None), col(Binding.stopped_at).is_(None))
    .order_by(col(Binding.id))
)


def due(s: Session, now: datetime) -> list[Week]:
    """Chats about whose week something is to be done now; teams without a desk have none."""
    found = []
    for binding, row in s.exec(_WISHES):
        setting = pushes.setting(KIND, row)
        w = week(binding, setting, row.since if row else None, now)
        if setting.mode != "off" and decide(w, now) != "wait":
            found.append(w)
    if not found:
        return []
    taken = set(
        s.exec(
            select(PushRun.binding_id, col(PushRun.business_date)).where(
                PushRun.kind == KIND,
                col(PushRun.business_date) >= min(w.period.last for w in found),
            )
        )
    )
    left = [w for w in found if (w.binding.id, w.period.last) not in taken]
    used = {team for team in {w.binding.team_id for w in left} if issues.begun(s, team)}
    return [w for w in left if w.binding.team_id in used]


def claim(s: Session, w: Week, state: str, now: datetime) -> bool:
    """Take this week's push; False where it was taken before."""
    row = {
        "binding_id": w.binding.id, "kind": KIND, "business_date": w.period.last,
        "state": state, "planned_at": w.planned_at, "decided_at": now,
    }  # fmt: skip
    return insert_new(s, PushRun, row)
