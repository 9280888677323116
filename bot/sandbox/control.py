"""The control side: where tests and the demo's page act as people, time and trouble."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, cast

from bot.sandbox import members, people, topics, view
from bot.sandbox.faults import Fault
from bot.sandbox.local import LocalHandler
from bot.sandbox.params import Upload
from bot.sandbox.refusal import WrongCall
from bot.sandbox.world import Status, status_of

if TYPE_CHECKING:
    from bot.sandbox.server import Server

LONGEST_WAIT = 60.0  # seconds
_REQUIRED: Any = object()


class Fields:
    """The named values of a control call, read strictly: what is wrong is named."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def text(self, name: str, default: str = _REQUIRED) -> str:
        value = self.values.get(name)
        if value is None:
            if default is _REQUIRED:
                raise WrongCall(f"{name} is missing")
            return default
        if not isinstance(value, str):
            raise WrongCall(f"{name} must be a string")
        return value

    def number(self, name: str, default: int = _REQUIRED) -> int:
        return int(self.seconds(name, default))

    def seconds(self, name: str, default: float = _REQUIRED) -> float:
        value = self.values.get(name)
        if value is None or value == "":
            if default is _REQUIRED:
                raise WrongCall(f"{name} is missing")
            return default
        try:
            return int(value) if not isinstance(value, float) else value
        except (TypeError, ValueError):
            raise WrongCall(f"{name} must be a number") from None

    def chat(self, name: str = "chat") -> int | None:
        return self.number(name) if self.values.get(name) not in (None, "") else None

    def wait(self, default: float) -> float:
        return min(max(self.seconds("wait", default), 0), LONGEST_WAIT)


# --------------------------------------------------------------------------------- people act


def say(server: Server, fields: Fields) -> Any:
    message = people.say(
        server.sandbox.state,
        fields.number("person"),
        fields.text("text"),
        fields.chat(),
        thread=fields.number("thread", 0),
        reply_to=fields.number("reply_to", 0),
        edit=fields.number("edit", 0),
        via=fields.text("via", ""),
        client_id=fields.text("client_id", ""),
    )
    return {"message": message}


def press(server: Server, fields: Fields) -> Any:
    query = people.press(
        server.sandbox.state,
        fields.number("person"),
        fields.number("chat"),
        fields.number("message_id"),
        fields.text("data"),
        forge=bool(fields.values.get("forge")),
        inaccessible=bool(fields.values.get("inaccessible")),
        client_id=fields.text("client_id", ""),
    )
    return {"callback_query_id": query}


def upload(server: Server, fields: Fields) -> Any:
    file = fields.values.get("file")
    kind = fields.text("as", "document")
    if not isinstance(file, Upload):
        raise WrongCall("file is missing: send it as a multipart part")
    if kind not in ("document", "photo"):
        raise WrongCall(f"as must be document or photo, not {kind!r}")
    message = people.upload(
        server.sandbox.state,
        fields.number("person"),
        file,
        fields.chat(),
        thread=fields.number("thread", 0),
        caption=fields.text("caption", ""),
        as_kind=cast("Literal['document', 'photo']", kind),
        reply_to=fields.number("reply_to", 0),
        album=fields.text("album", ""),
        client_id=fields.text("client_id", ""),
    )
    return {"message": message}


def person(server: Server, fields: Fields) -> Any:
    who, language = fields.number("person"), fields.text("language")
    return {"person": people.speak_language(server.sandbox.state, who, language)}


def read(server: Server, fields: Fields) -> Any:
    state = server.sandbox.state
    place = fields.number("person"), fields.number("chat"), fields.number("message_id")
    people.read_up_to(state, *place, thread=fields.number("thread", 0))
    return {"unread_of": view.unread_of(state)}


def delete(server: Server, fields: Fields) -> Any:
    place = fields.number("person"), fields.number("chat"), fields.number("message_id")
    people.delete(server.sandbox.state, *place)
    return {"message_id": place[2]}


def pin(server: Server, fields: Fields) -> Any:
    place = fields.number("person"), fields.number("chat"), fields.number("message_id")
    people.pin(server.sandbox.state, *place, unpin=bool(fields.values.get("unpin")))
    return {"pinned": server.sandbox.state.chats[place[1]].pinned}


# ------------------------------------------------------------------------- chats and their people


def _status(fields: Fields) -> Status:
    try:
        return status_of(fields.text("status"))
    except ValueError as fault:
        raise WrongCall(str(fault)) from fault


def bot(server: Server, fields: Fields) -> Any:
    status, chat = _status(fields), fields.number("chat")
    cannot = fields.values.get("cannot") or ()
    members.set_bot(server.sandbox.state, fields.number("person"), chat, status, cannot)
    return {"chat": chat, "status": status}


def member(server: Server, fields: Fields) -> Any:
    status, chat = _status(fields), fields.number("chat")
    who = fields.number("member")
    members.set_member(server.sandbox.state, fields.number("person"), chat, who, status)
    return {"chat": chat, "member": who, "status": status}


def permissions(server: Server, fields: Fields) -> Any:
    chat, cannot = fields.number("chat"), fields.values.get("cannot") or ()
    members.permit(server.sandbox.state, chat, cannot)
    return {"chat": chat, "cannot": cannot}


def delete_chat(server: Server, fields: Fields) -> Any:
    members.delete_chat(server.sandbox.state, fields.number("chat"))
    return {"chat": fields.number("chat")}


def topic(server: Server, fields: Fields) -> Any:
    thread = topics.change(
        server.sandbox.state,
        fields.number("person"),
        fields.number("chat"),
        fields.text("do"),
        fields.number("thread", 0),
        fields.text("name", ""),
    )
    return {"thread": thread}


def migrate(server: Server, fields: Fields) -> Any:
    chat, order = fields.number("chat"), fields.text("order", "")
    return {"chat": members.migrate(server.sandbox.state, chat, order)}


def privacy(server: Server, fields: Fields) -> Any:
    server.sandbox.state.privacy = bool(fields.values.get("on"))
    return {"privacy": server.sandbox.state.privacy}


# ---------------------------------------------------------------------------- time and trouble


async def clock(server: Server, fields: Fields) -> Any:
    state = server.sandbox.state
    move = getattr(state.clock, "set", None)
    if move is None:
        raise WrongCall("this sandbox's clock cannot be moved")
    move(await _instant(server, fields))
    now = state.now().isoformat()
    state.events.add(None, "clock", now=now)
    return {"now": now}


async def _instant(server: Server, fields: Fields) -> datetime:
    if "to" in fields.values:
        try:
            instant = datetime.fromisoformat(fields.text("to"))
        except ValueError:
            raise WrongCall(f"no instant: {fields.values['to']!r}") from None
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    if "by" in fields.values:
        return server.sandbox.state.now() + timedelta(seconds=fields.seconds("by"))
    if fields.values.get("next") != "morning":
        raise WrongCall('the clock moves {"to": instant}, {"by": seconds} or {"next": "morning"}')
    if server.next_morning is None:
        raise WrongCall("nobody here knows when the next morning is", 404)
    found = server.next_morning()
    return await found if inspect.isawaitable(found) else found


def fault(server: Server, fields: Fields) -> Any:
    faults = server.sandbox.faults
    if fields.values.get("clear"):
        faults.clear()
    else:
        faults.add(
            Fault(
                fields.text("method"),
                fields.text("kind"),
                fields.chat(),
                fields.number("times", 1),
                fields.number("retry_after", 1),
                fields.number("after", 0),
                fields.text("description", ""),
            )
        )
        server.bell.ring()  # a poll that waits may be meant
    return {"faults": faults.listed()}


# --------------------------------------------------------------------------------- what is seen


def list_people(server: Server, _: Fields) -> Any:
    return {"people": view.people_shown(server.sandbox.state)}


def see(server: Server, fields: Fields) -> Any:
    """`person` 0 is whoever the demo begins with."""
    state = server.sandbox.state
    return view.view(state, fields.number("person") or view.first_person(state))


def see_messages(server: Server, fields: Fields) -> Any:
    return view.messages(
        server.sandbox.state,
        fields.number("person"),
        fields.number("chat"),
        thread=fields.number("thread", 0),
        before=fields.number("before", 0),
        limit=fields.number("limit", 60),
    )


POSTS: dict[str, Callable[[Server, Fields], Any]] = {
    "say": say,
    "press": press,
    "upload": upload,
    "person": person,
    "read": read,
    "delete": delete,
    "pin": pin,
    "bot": bot,
    "member": member,
    "permissions": permissions,
    "delete_chat": delete_chat,
    "topic": topic,
    "migrate": migrate,
    "privacy": privacy,
    "clock": clock,
    "fault": fault,
}
GETS: dict[str, Callable[[Server, Fields], Any]] = {
    "people": list_people,
    "view": see,
    "messages": see_messages,
}


class Control(LocalHandler):
    """Reads JSON, writes JSON; a call that makes no sense is 400 or 404 with {"error": …}."""

    async def post(self, name: str) -> None:
        await self._serve(POSTS, name)

    async def get(self, name: str) -> None:
        await self._serve(GETS, name)

    async def _serve(self, table: dict[str, Callable[[Server, Fields], Any]], name: str) -> None:
        try:
            if name not in table:
                raise WrongCall(f"no {self.request.method} /_sandbox/{name}", 404)
            answer = table[name](self.server, self._fields())
            self.send_json(await answer if inspect.isawaitable(answer) else answer)
        except WrongCall as wrong:
            self.send_json({"error": str(wrong)}, wrong.status)

    def _fields(self) -> Fields:
        values: dict[str, Any] = {
            key: found[-1].decode("utf8", "replace")
            for key, found in self.request.arguments.items()
        }
        for key, files in self.request.files.items():
            values[key] = Upload(files[-1]["filename"], files[-1]["body"])
        if self.request.body and not values:
            try:
                values = json.loads(self.request.body)
            except ValueError:
                raise WrongCall("the body is no JSON") from None
            if not isinstance(values, dict):
                raise WrongCall("the body is no JSON object")
        return Fields(values)


class Waiting(Control):
    """The calls that wait for something new: /log and /events."""

    async def get(self, name: str) -> None:
        try:
            serve = self._calls if name == "log" else self._events
            await serve(self._fields())
        except WrongCall as wrong:
            self.send_json({"error": str(wrong)}, wrong.status)

    async def _calls(self, fields: Fields) -> None:
        calls = self.sandbox.log.calls
        after = fields.number("after", 0)
        await self._until(lambda: len(calls) > after, fields.wait(0))
        if not self.left.is_set():
            self.send_json({"calls": self.sandbox.log.after(after), "n": len(calls)})

    async def _events(self, fields: Fields) -> None:
        state = self.sandbox.state
        who, after = fields.number("person"), fields.number("after", 0)
        if who not in state.people:
            raise WrongCall(f"nobody has the id {who}", 404)
        await self._until(lambda: state.events.seq > after, fields.wait(25))
        if not self.left.is_set():
            seen = {"seq": state.events.seq, "events": state.events.after(after, who)}
            self.send_json(seen | {"unread_of": view.unread_of(state)})

    async def _until(self, ready: Callable[[], bool], seconds: float) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not ready() and not self.client_left and loop.time() < end:
            await self.server.bell.wait(end - loop.time())


class Bytes(Control):
    """/_sandbox/file/<file_id>: what a picture or a document holds."""

    async def get(self, name: str) -> None:
        file = self.sandbox.state.files.get(name)
        if file is None:
            self.send_json({"error": f"no file {name}"}, 404)
            return
        self.set_header("Content-Type", file.mime)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "max-age=3600")
        if file.kind != "photo":  # a document is saved, never shown in the page's own name
            self.set_header("Content-Disposition", "attachment")
        self.finish(file.content)


ROUTES: list[tuple[str, type[Control]]] = [
    (r"/_sandbox/(log|events)", Waiting),
    (r"/_sandbox/file/([\w-]+)", Bytes),
    (r"/_sandbox/(\w+)", Control),
]
