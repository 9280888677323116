"""What a sandbox knows: people, chats, files, waiting updates, and how a message comes to be."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.sandbox.chats import Chat
from bot.sandbox.files import FileStore
from bot.sandbox.log import EventLog
from bot.sandbox.menus import Profile
from bot.sandbox.params import Params
from bot.sandbox.refusal import bad_request
from bot.sandbox.updates import UpdateQueue, reaches_bot
from bot.sandbox.world import Person, World


class Clock(Protocol):
    """Where the sandbox's time comes from (bot.clock.Clock, or anything like it)."""

    def now(self) -> datetime: ...


@dataclass
class Query:
    """A pressed button that waits for its answer."""

    id: str
    person: int
    at: datetime
    client_id: str = ""  # the page's own name for the button
    answered: bool = False


class State:
    """Everything but the calls. Messages are replaced, never changed: the log may keep them."""

    def __init__(self, world: World, clock: Clock, first_id: int) -> None:
        self.world = world
        self.clock = clock
        self.people = {person.id: person for person in world.people}
        self.languages = {person.id: person.language for person in world.people}
        self.privacy = world.privacy
        self.profile = Profile(world.bot_name)
        self.files = FileStore()
        self.events = EventLog()
        self.updates = UpdateQueue(first_id)
        self.queries: dict[str, Query] = {}
        self.offered: dict[tuple[int, int], list[dict[str, Any]]] = {}  # (person, chat) → commands
        self.webhook: dict[str, Any] = {"url": ""}
        self.webhook_secret = ""
        self.chats: dict[int, Chat] = {}
        self._first_id = first_id
        self._shared_ids = itertools.count(first_id)
        self._albums = itertools.count(first_id)
        self._album_of: dict[tuple[int, str], str] = {}
        self._query_ids = itertools.count(first_id)
        for person in world.people:
            self.chats[person.id] = Chat.private(person, self._shared_ids)
        for group in world.groups:
            own = group.type == "supergroup"
            self.chats[group.id] = Chat.group(group, self.ids() if own else self._shared_ids)
            self._open_topics(self.chats[group.id])

    # ------------------------------------------------------------------------------ small things

    @property
    def bot(self) -> dict[str, Any]:
        """The bot as a User object, as it stands in messages."""
        return {
            "id": self.world.bot_id,
            "is_bot": True,
            "first_name": self.profile.name(""),
            "username": self.world.bot_username,
        }

    def ids(self) -> Iterator[int]:
        """Message ids of a supergroup, which counts its own."""
        return itertools.count(self._first_id)

    def now(self) -> datetime:
        return self.clock.now()

    def date(self) -> int:
        """Unix seconds, as Telegram writes every date."""
        return int(self.clock.now().timestamp())

    def user(self, person: int) -> dict[str, Any] | None:
        """A User object, None for an id that nobody has."""
        if person == self.world.bot_id:
            return self.bot
        who = self.people.get(person)
        if who is None:
            return None
        user: dict[str, Any] = {"id": who.id, "is_bot": False, "first_name": who.first_name}
        for name in ("last_name", "username"):
            if value := getattr(who, name):
                user[name] = value
        return user | {"language_code": self.languages[person]}

    def person(self, person: int) -> Person | None:
        return self.people.get(person)

    def next_album(self) -> str:
        return str(13_000_000_000 + next(self._albums))

    def album_of(self, person: int, name: str) -> str:
        """The media group of the files that a person sends under one name."""
        if (person, name) not in self._album_of:
            self._album_of[person, name] = self.next_album()
        return self._album_of[person, name]

    def next_query(self, person: int, client_id: str = "") -> Query:
        number = str(4_000_000_000_000 + next(self._query_ids))
        query = Query(number, person, self.now(), client_id)
        self.queries[query.id] = query
        return query

    # ------------------------------------------------------------------------------------- chats

    def chat(self, params: Params, *, write: bool = True, name: str = "chat_id") -> Chat:
        """The chat a call names. Raises Refused where the bot may not enter it."""
        given = params.text(name)
        if not given:
            raise bad_request(f"{name} is empty")
        chat = self.chats.get(params.number(name))
        if chat is None:
            raise bad_request("chat not found")
        chat.check_access(write=write)
        return chat

    def message(self, chat: Chat, message_id: int, what: str) -> dict[str, Any]:
        """A stored message; `what` names it in the refusal ("message to edit")."""
        message = chat.messages.get(message_id)
        if message is None:
            raise bad_request(f"{what} not found")
        return message

    def _open_topics(self, chat: Chat) -> None:
        for topic, name in sorted(chat.topics.items()):
            chat.keep(
                {
                    "message_id": topic,
                    "from": self.bot,
                    "chat": chat.outline,
                    "date": self.date(),
                    "message_thread_id": topic,
                    "is_topic_message": True,
                    "forum_topic_created": {"name": name, "icon_color": 7322096},
                }
            )
        if chat.topics:
            chat.read = dict.fromkeys(chat.members, max(chat.topics))
            chat.ids = itertools.count(max(max(chat.topics) + 1, self._first_id))

    # ---------------------------------------------------------------------------------- messages

    def post(
        self,
        chat: Chat,
        sender: dict[str, Any],
        content: dict[str, Any],
        *,
        thread: int = 0,
        reply_to: dict[str, Any] | None = None,
        silent: bool = False,
        client_id: str = "",
    ) -> dict[str, Any]:
        """Put a new message into a chat, show it to its people and, where due, to the bot."""
        message: dict[str, Any] = {
            "message_id": next(chat.ids),
            "from": sender,
            "chat": chat.outline,
            "date": self.date(),
        }
        message |= _place(chat, thread, reply_to) | content
        member = chat.members.get(sender["id"])
        if member is not None and member.title and member.status == "member":
            message["sender_tag"] = member.title
        chat.keep(message)
        echo: dict[str, Any] = {"client_id": client_id} if client_id else {}
        if silent:
            echo["silent"] = True
        self.events.add(chat.audience, "message", chat=chat.id, message=message, **echo)
        if sender["id"] != self.world.bot_id:
            self.deliver("message", chat, message)
        return message

    def replace(self, chat: Chat, message: dict[str, Any]) -> None:
        """Show the new state of an old message."""
        chat.keep(message)
        self.events.add(chat.audience, "edit", chat=chat.id, message=message)

    def deliver(self, kind: str, chat: Chat, message: dict[str, Any]) -> None:
        """Queue a message for the bot, if privacy mode lets it through."""
        if reaches_bot(message, self.bot, chat.bot, privacy=self.privacy):
            body = self.for_bot(chat, message)
            self.updates.add(kind, body, self.now(), chat.id, message["message_id"])
            self.events.ring()

    def for_bot(self, chat: Chat, message: dict[str, Any]) -> dict[str, Any]:
        """The message as the Bot API gives it: in a topic, what replies to nothing replies to
        the topic's first message. People never see that."""
        topic = message.get("message_thread_id", 0)
        if not message.get("is_topic_message") or "reply_to_message" in message:
            return message
        first = chat.messages.get(topic)
        return message | {"reply_to_message": first} if first else message


def _place(chat: Chat, thread: int, reply_to: dict[str, Any] | None) -> dict[str, Any]:
    """Topic and reply fields. In a supergroup without topics a reply carries the id of its
    thread's first message, as Telegram has it, though it belongs to no topic."""
    place: dict[str, Any] = {}
    if reply_to is not None:
        place["reply_to_message"] = {k: v for k, v in reply_to.items() if k != "reply_to_message"}
        if reply_to.get("is_topic_message"):
            thread = thread or reply_to["message_thread_id"]
        elif chat.type == "supergroup" and not chat.forum:
            place["message_thread_id"] = reply_to.get("message_thread_id", reply_to["message_id"])
    if thread:
        place |= {"message_thread_id": thread, "is_topic_message": True}
    return place
