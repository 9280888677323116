"""One chat as Telegram keeps it: members, messages, topics, and who may do what."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.refusal import Refused, bad_request, forbidden
from bot.sandbox.world import INSIDE, Group, Member, Person, Status

GENERAL = 1  # the topic every forum has; a bot may not name it
_SPOKEN = frozenset({"text", "photo", "document"})
# what a chat may keep from its members, as Telegram names it in a refusal
WITHHELD = {"text": "text messages", "photo": "photos", "document": "documents"}


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
    forum: bool = False
    closed: set[int] = field(default_factory=set)  # topics that only administrators write in
    cannot: frozenset[str] = frozenset()  # of WITHHELD: what the bot may not send as a member
    deleted: bool = False
    bot: Status = "member"
    started: bool = True
    migrated_to: int = 0
    pinned: list[int] = field(default_factory=list)
    read: dict[int, int] = field(default_factory=dict)  # person → the last message they saw
    read_in: dict[tuple[int, int], int] = field(default_factory=dict)  # the same by topic
    keyboards: dict[int, dict[str, Any]] = field(default_factory=dict)  # person → below their line
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)

    @staticmethod
    def private(person: Person, ids: Iterator[int]) -> Chat:
        return Chat(person.id, "private", ids, person=person, started=person.started)

    @staticmethod
    def group(group: Group, ids: Iterator[int]) -> Chat:
        members = {member.id: member for member in group.members}
        topics = dict(group.topics)
        return Chat(
            group.id, group.type, ids, group.title, None, members, topics,
            forum=bool(topics), bot=group.bot
        )  # fmt: skip

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
        return outline | ({"is_forum": True} if self.forum else {})

    @property
    def audience(self) -> frozenset[int]:
        """Ids of the people who see this chat."""
        if self.person is not None:
            return frozenset({self.person.id})
        return frozenset(m.id for m in self.members.values() if m.status in INSIDE)

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
        if self.deleted:
            raise forbidden("the group chat was deleted")
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
        if not thread or (self.type != "private" and not self.forum):
            return 0
        if thread not in self.topics:
            raise bad_request("message thread not found")
        if thread in self.closed and self.bot != "administrator":
            raise bad_request("TOPIC_CLOSED")
        return thread

    def check_may_send(self, content: dict[str, Any]) -> None:
        """Raises Refused where the bot, as a mere member, is kept from sending this."""
        if self.bot == "administrator":
            return
        kind = next((k for k in ("photo", "document") if k in content), "text")
        if kind in self.cannot or "text" in self.cannot:
            what = WITHHELD[kind if kind in self.cannot else "text"]
            raise bad_request(f"not enough rights to send {what} to the chat")

    def next_id(self) -> int:
        """The id that the next message will have."""
        upcoming = next(self.ids)
        self.ids = itertools.chain((upcoming,), self.ids)
        return upcoming

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

    def unread(self, person: int) -> dict[int, int]:
        """Topic → how many messages of others stand after the last one this person has read."""
        found: dict[int, int] = {}
        start = bisect_left(self.order, self.read.get(person, 0) + 1)
        for message in map(self.messages.__getitem__, self.order[start:]):
            topic = topic_of(message)
            if message["message_id"] <= self.read_in.get((person, topic), 0):
                continue
            if message.get("from", {}).get("id") != person and _SPOKEN & message.keys():
                found[topic] = found.get(topic, 0) + 1
        return found


def topic_of(message: dict[str, Any]) -> int:
    return int(message["message_thread_id"]) if message.get("is_topic_message") else GENERAL
