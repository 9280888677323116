"""One chat as Telegram keeps it: members, messages, topics, and who may do what."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.refusal import Refused, bad_request, forbidden
from bot.sandbox.world import Group, Member, Person, Status

GENERAL = 1  # the topic every forum has; a bot may not name it


@dataclass
class Chat:
    """A private chat with the bot, a group or a supergroup."""

    id: int
    type: str
    ids: Iterator[int]  # private chats and groups share one row of message ids
    title: str = ""
    person: Person | None = None
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, str] = field(default_factory=dict)
    bot: Status = "member"
    started: bool = True
    migrated_to: int = 0
    pinned: list[int] = field(default_factory=list)
    read: dict[int, int] = field(default_factory=dict)
    reply_keyboard: dict[str, Any] | None = None
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)

    @staticmethod
    def private(person: Person, ids: Iterator[int]) -> Chat:
        return Chat(person.id, "private", ids, person=person, started=person.started)

    @staticmethod
    def group(group: Group, ids: Iterator[int]) -> Chat:
        members = {member.id: member for member in group.members}
        topics = dict(group.topics)
        return Chat(group.id, group.type, ids, group.title, None, members, topics, group.bot)

    @property
    def outline(self) -> dict[str, Any]:
        """The Bot API Chat object."""
        if self.person is not None:
            names = {
                "first_name": self.person.first_name,
                "last_name": self.person.last_name,
                "username": self.person.username,
            }
            return {"id": self.id} | {k: v for k, v in names.items() if v} | {"type": "private"}
        outline: dict[str, Any] = {"id": self.id, "title": self.title, "type": self.type}
        return outline | ({"is_forum": True} if self.topics else {})

    @property
    def audience(self) -> frozenset[int]:
        """Ids of the people who see this chat."""
        if self.person is not None:
            return frozenset({self.person.id})
        return frozenset(m.id for m in self.members.values() if m.status not in ("left", "kicked"))

    @property
    def kind(self) -> str:
        return f"{self.type} chat"

    def check_access(self, *, write: bool) -> None:
        """Raises Refused with what Telegram says to a bot that may not enter."""
        if self.person is not None:
            if self.bot == "kicked" and write:
                raise forbidden("bot was blocked by the user")
            if not self.started:
                if write:
                    raise forbidden("bot can't initiate conversation with a user")
                raise bad_request("chat not found")
            return
        if self.migrated_to and write:
            raise Refused(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=self.migrated_to,
            )
        needs_seat = write or self.type == "supergroup"
        if self.bot == "kicked" and needs_seat:
            raise forbidden(f"bot was kicked from the {self.kind}")
        if self.bot == "left" and needs_seat:
            raise forbidden(f"bot is not a member of the {self.kind}")

    def check_thread(self, thread: int) -> int:
        """The topic a message goes to, 0 for none; chats without topics ignore the number."""
        if not thread or (self.type != "private" and not self.topics):
            return 0
        if thread not in self.topics:
            raise bad_request("message thread not found")
        return thread

    def keep(self, message: dict[str, Any]) -> None:
        """Store a new message or the new state of an old one."""
        message_id = message["message_id"]
        if message_id not in self.messages:
            self.order.append(message_id)
        self.messages[message_id] = message

    def drop(self, message_id: int) -> None:
        del self.messages[message_id]
        self.order.pop(bisect_left(self.order, message_id))
        if message_id in self.pinned:
            self.pinned.remove(message_id)

    @property
    def last(self) -> dict[str, Any] | None:
        return self.messages[self.order[-1]] if self.order else None

    def unread(self, person: int) -> int:
        """How many messages of others stand after the last one this person has read."""
        start = bisect_left(self.order, self.read.get(person, 0) + 1)
        senders = (self.messages[i].get("from", {}).get("id") for i in self.order[start:])
        return sum(sender != person for sender in senders)
