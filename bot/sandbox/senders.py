"""Messages that are not a person's own new one: by a masked sender, forwarded, through a bot."""

from __future__ import annotations

from typing import Any, Literal, get_args

from bot.sandbox.chats import Chat
from bot.sandbox.refusal import WrongCall
from bot.sandbox.state import State

Way = Literal["", "anonymous", "channel", "linked channel", "forward", "bot"]
WAYS = get_args(Way)

# Telegram's own accounts, which stand in `from` for whoever hides behind them
_GROUP = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
_CHANNEL = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
_TELEGRAM = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
_OTHER_BOT = {"id": 7000000002, "is_bot": True, "first_name": "Gif", "username": "gif_bot"}
_NEWS = {"id": -1009000000001, "title": "News", "type": "channel"}


def marks(state: State, room: Chat, person: int, way: str) -> dict[str, Any]:
    """The fields by which a message shows how it came, `from` among them. Raises WrongCall."""
    if way not in WAYS:
        raise WrongCall(f"nothing comes via {way!r}; there are {', '.join(map(repr, WAYS))}")
    if way == "anonymous":
        member = room.members.get(person)
        if member is None or member.status not in ("creator", "administrator"):
            raise WrongCall(f"{person} is no administrator who could be anonymous")
        return {"from": _GROUP, "sender_chat": room.outline}
    if way == "channel":
        return {"from": _CHANNEL, "sender_chat": _NEWS}
    if way == "linked channel":
        origin = {"type": "channel", "chat": _NEWS, "message_id": 1, "date": state.date()}
        masked = {"from": _TELEGRAM, "sender_chat": _NEWS}
        return masked | {"is_automatic_forward": True, "forward_origin": origin}
    if way == "forward":
        user = state.user(person)
        return {"forward_origin": {"type": "user", "sender_user": user, "date": state.date()}}
    return {"via_bot": _OTHER_BOT} if way else {}
