"""The queue of updates for the bot, and which messages of a group reach it at all."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from bot.sandbox.world import INSIDE

KEPT_FOR = timedelta(hours=24)
# delivered only to a bot that asks for them
_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(frozen=True)
class Pending:
    """An update that waits; `chat` and `message_id` say what the bot has seen once it left."""

    body: dict[str, Any]
    at: datetime
    chat: int = 0
    message_id: int = 0

    @property
    def id(self) -> int:
        return int(self.body["update_id"])


class UpdateQueue:
    """Ascending ids from `first_id`; an update leaves once a higher offset was asked for."""

    def __init__(self, first_id: int) -> None:
        self._next = first_id
        self._waiting: deque[Pending] = deque()
        self._handed_out = first_id - 1
        self._allowed: frozenset[str] | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def allowed(self) -> list[str] | None:
        return sorted(self._allowed) if self._allowed else None

    def allow(self, kinds: Any) -> None:
        """Keep the setting where nothing is named; an empty list goes back to the default."""
        if isinstance(kinds, list):
            self._allowed = frozenset(map(str, kinds)) or None

    def add(
        self, kind: str, body: dict[str, Any], at: datetime, chat: int = 0, message_id: int = 0
    ) -> int | None:
        """Queue an update and return its id, None where the bot did not ask for its kind."""
        wanted = kind in self._allowed if self._allowed else kind not in _ON_REQUEST
        if not wanted:
            return None
        update_id, self._next = self._next, self._next + 1
        self._waiting.append(Pending({"update_id": update_id, kind: body}, at, chat, message_id))
        return update_id

    def confirm(self, offset: int, now: datetime) -> None:
        """Drop what lies below `offset` or is over a day old; a negative one keeps the last n."""
        while self._waiting and now - self._waiting[0].at > KEPT_FOR:
            self._waiting.popleft()
        if offset < 0:
            while len(self._waiting) > -offset:
                self._waiting.popleft()
        while self._waiting and self._waiting[0].id < offset:
            self._waiting.popleft()

    def mark(self) -> int:
        """A place in the queue, for `forget_since`."""
        return self._next

    def forget_since(self, mark: int) -> None:
        """Drop what was queued since a mark, as if Telegram had lost it."""
        while self._waiting and self._waiting[-1].id >= mark:
            self._waiting.pop()

    def clear(self) -> None:
        self._waiting.clear()

    def peek(self, limit: int) -> list[Pending]:
        """The oldest `limit` updates; they stay until they are confirmed."""
        return list(islice(self._waiting, limit))

    def hand_out(self, limit: int) -> tuple[list[dict[str, Any]], list[Pending]]:
        """The oldest updates, and those among them that leave for the first time."""
        batch = self.peek(limit)
        fresh = [pending for pending in batch if pending.id > self._handed_out]
        if fresh:
            self._handed_out = fresh[-1].id
        return [pending.body for pending in batch], fresh


_SERVICE = frozenset({
    "forum_topic_closed", "forum_topic_created", "forum_topic_edited", "forum_topic_reopened",
    "group_chat_created", "left_chat_member", "migrate_from_chat_id", "migrate_to_chat_id",
    "new_chat_members", "pinned_message",
})  # fmt: skip


def reaches_bot(
    message: dict[str, Any], bot: dict[str, Any], bot_status: str, *, privacy: bool = True
) -> bool:
    """Telegram's privacy mode: in a group the bot gets only what is meant for it.

    Commands (bare, or addressed to it), mentions, replies to its messages and service messages;
    as an administrator it gets everything.
    """
    if message["chat"]["type"] == "private" or bot_status == "administrator":
        return True
    if bot_status not in INSIDE:
        return False
    if not privacy:
        return True
    if _SERVICE & message.keys():
        return True
    if message.get("reply_to_message", {}).get("from", {}).get("id") == bot["id"]:
        return True
    return _addresses(message, str(bot["username"]).lower())


def _addresses(message: dict[str, Any], username: str) -> bool:
    text = message.get("text") or message.get("caption") or ""
    units = text.encode("utf-16-le")
    for entity in message.get("entities") or message.get("caption_entities") or []:
        begin, end = entity["offset"], entity["offset"] + entity["length"]
        word = units[2 * begin : 2 * end].decode("utf-16-le").lower()
        if entity["type"] == "mention" and word == f"@{username}":
            return True
        if entity["type"] == "bot_command" and word.partition("@")[2] in ("", username):
            return True
    return False
