"""The pinned board of a chat. Its words about time are coarse, so that it is not edited every minute."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.aftersales.board import BoardView
from bot.i18n import Translator
from bot.message import Message
from bot.render import html, issues
from bot.render.html import cut, escape

_STORES = 24  # cells of the names of its stores
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_QUARTER = 15  # minutes


def board(view: BoardView, t: Translator, now: datetime) -> Message:
    """Counts by stage, then the rows that fit, then how many more there are."""
    head = t("board.head", stores=escape(cut(t("link.and").join(view.stores), _STORES)))
    if not view.total:
        return Message(f"{head}\n{t('board.empty')}")
    lines = [head, _counts(view, t)]
    for row in view.rows:
        line = issues.row(row, t, now, coarse)
        if html.visible("\n".join([*lines, line])) > html.LIMIT - 100:
            break
        lines.append(line)
    more = view.total - (len(lines) - 2)
    if more:
        lines.append(t("board.more", n=more))
    return Message("\n".join(lines))


def _counts(view: BoardView, t: Translator) -> str:
    by_stage = " · ".join(f"{t(f'desk.stage.{stage}')} {n}" for stage, n in view.counts)
    late = t("board.late", n=view.late) if view.late else ""
    return "｜".join(x for x in (t("board.open", n=view.total), by_stage, late) if x)


def coarse(length: timedelta) -> str:
    """2d, 9h, 1h30m, 45m, <15m: whole hours, the last two in quarters."""
    length = abs(length)
    if length >= 2 * _DAY:
        return f"{length // _DAY}d"
    if length >= 2 * _HOUR:
        return f"{length // _HOUR}h"
    minutes = int(length.total_seconds()) // 60 // _QUARTER * _QUARTER
    if not minutes:
        return f"<{_QUARTER}m"
    hours, rest = divmod(minutes, 60)
    return f"{hours}h{rest}m" if hours and rest else f"{hours}h" if hours else f"{rest}m"


def no_right(t: Translator, chat: str) -> Message:
    return Message(t("board.no_right", chat=escape(cut(chat, 24))))
