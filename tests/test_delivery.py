"""One attempt to say something, against the sandbox and its faults."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from telegram import Bot
from telegram.request import HTTPXRequest
from world import GROUP, TOKEN, WORLD

from bot.clock import Clock
from bot.delivery import deliver, trust
from bot.message import Album, Button, Document, Media, Message
from bot.outbox import Sending
from bot.sandbox import members, people
from bot.sandbox.api import Sandbox
from bot.sandbox.faults import Fault
from bot.sandbox.server import Server

HELLO = Sending(1, 1, "reply", "send", GROUP, 0, 0, "", Message("<b>hello</b>"), repeat=False)
NOT_A_PICTURE = b"no picture at all"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = await Server(Sandbox(WORLD, Clock(), TOKEN)).start()
    yield server
    await server.stop()


@pytest.fixture
async def bot(server: Server) -> AsyncIterator[Bot]:
    request = HTTPXRequest(read_timeout=0.5, connect_timeout=0.5, httpx_kwargs={"verify": trust()})
    async with Bot(TOKEN, base_url=f"{server.url}/bot", request=request) as bot:
        yield bot


def said(server: Server) -> list[dict[str, Any]]:
    sends = ("sendMessage", "sendPhoto", "editMessageText")
    calls = server.sandbox.log.calls
    return [c["result"] for c in calls if c["method"] in sends and c["effect"]]


def fault(server: Server, kind: str, **more: Any) -> None:
    server.sandbox.faults.add(Fault("sendMessage", kind, **more))


async def test_html_becomes_entities(server: Server, bot: Bot) -> None:
    outcome = await deliver(bot, HELLO, None)
    (message,) = said(server)
    assert (outcome.result, outcome.message_id) == ("sent", message["message_id"])
    assert message["text"] == "hello"
    assert message["entities"] == [{"type": "bold", "offset": 0, "length": 5}]


async def test_refused_html_goes_as_plain_text(server: Server, bot: Bot) -> None:
    broken = replace(HELLO, message=Message("1 &lt; 2 <b>and <i>so on</b>"))
    assert (await deliver(bot, broken, None)).result == "sent"
    assert said(server)[0]["text"] == "1 < 2 and so on"


async def test_a_refused_picture_does_not_cost_the_text(server: Server, bot: Bot) -> None:
    assert (await deliver(bot, HELLO, NOT_A_PICTURE)).result == "sent"
    assert [m["text"] for m in said(server)] == ["hello"]


@pytest.mark.parametrize(
    ("description", "result"),
    [
        ("Bad Request: message thread not found", "no_topic"),
        ("Bad Request: TOPIC_CLOSED", "no_topic"),
        ("Bad Request: not enough rights to send text messages to the chat", "muted"),
        ("Bad Request: have no rights to send a message", "muted"),
        ("Bad Request: CHAT_WRITE_FORBIDDEN", "muted"),
    ],
)
async def test_what_befell_the_chat_is_told_apart(
    server: Server, bot: Bot, description: str, result: str
) -> None:
    fault(server, "400", description=description)
    assert (await deliver(bot, replace(HELLO, thread_id=99), None)).result == result


async def test_where_pictures_are_not_allowed_the_text_goes(server: Server, bot: Bot) -> None:
    members.permit(server.sandbox.state, GROUP, ["photo"])
    picture = (Path(__file__).parent / "dot.png").read_bytes()
    assert (await deliver(bot, HELLO, picture)).result == "sent"
    assert [m["text"] for m in said(server)] == ["hello"]


async def test_leaving_twice_is_no_harm(server: Server, bot: Bot) -> None:
    leave = replace(HELLO, method="leave", message=Message(""))
    assert (await deliver(bot, leave, None)).result == "sent"
    assert (await deliver(bot, leave, None)).result == "gone"


async def test_a_second_copy_is_marked(server: Server, bot: Bot) -> None:
    push = replace(HELLO, message=Message("news", repeat_mark="(again)"), repeat=True)
    await deliver(bot, push, None)
    assert said(server)[0]["text"] == "(again)\nnews"


async def test_an_edit_that_changes_nothing_is_done(server: Server, bot: Bot) -> None:
    sent = await deliver(bot, HELLO, None)
    edit = replace(HELLO, method="edit", target=str(sent.message_id))
    assert (await deliver(bot, edit, None)).result == "sent"


async def test_a_button_carries_its_data(server: Server, bot: Bot) -> None:
    message = Message("x", ((Button("Undo", data="u:7"), Button("Site", url="https://a.b/")),))
    await deliver(bot, replace(HELLO, message=message), None)
    (row,) = said(server)[0]["reply_markup"]["inline_keyboard"]
    assert row == [
        {"text": "Undo", "callback_data": "u:7"},
        {"text": "Site", "url": "https://a.b/"},
    ]


@pytest.mark.parametrize(
    ("kind", "more", "result"),
    [
        ("429", {"retry_after": 7}, "wait"),
        ("500", {}, "unknown"),
        ("502", {}, "unknown"),
        ("html", {}, "unknown"),
        ("drop_before", {}, "unknown"),
        ("drop_after", {}, "unknown"),
        ("timeout_before", {}, "unknown"),
        ("timeout_after", {}, "unknown"),
        ("401", {}, "hold"),
        ("404", {}, "hold"),
        ("400", {"description": "Bad Request: chat not found"}, "gone"),
        ("400", {"description": "Bad Request: something new"}, "rejected"),
        ("403", {"description": "Forbidden: bot was kicked from the group chat"}, "gone"),
        ("403", {"description": "Forbidden: something new"}, "rejected"),
    ],
)
async def test_trouble_is_sorted_by_what_to_do_next(
    server: Server, bot: Bot, kind: str, more: dict[str, Any], result: str
) -> None:
    fault(server, kind, **more)
    outcome = await deliver(bot, HELLO, None)
    assert outcome.result == result
    assert outcome.wait == (7 if kind == "429" else 0)


async def test_an_unreachable_server_means_not_sent(server: Server, bot: Bot) -> None:
    await server.stop()
    assert (await deliver(bot, HELLO, None)).result == "retry"


async def test_a_person_who_never_wrote_cannot_be_written_to(server: Server, bot: Bot) -> None:
    private = replace(HELLO, telegram_id=1003)
    assert (await deliver(bot, private, None)).result == "gone"
    people.say(server.sandbox.state, 1003, "hi")
    assert (await deliver(bot, private, None)).result == "sent"


async def test_an_edit_may_add_a_picture_and_take_it_away(server: Server, bot: Bot) -> None:
    sent = await deliver(bot, HELLO, None)
    picture = (Path(__file__).parent / "dot.png").read_bytes()
    edit = replace(HELLO, method="edit", target=str(sent.message_id), message=Message("chart"))
    assert (await deliver(bot, edit, picture)).message_id == sent.message_id
    back = replace(edit, message=Message("words"))
    moved = await deliver(bot, back, None)
    assert moved.message_id == sent.message_id + 1
    assert said(server)[-1]["text"] == "words"


async def test_an_edit_of_a_deleted_message_is_said_anew(server: Server, bot: Bot) -> None:
    sent = await deliver(bot, HELLO, None)
    await bot.delete_message(GROUP, sent.message_id)
    edit = replace(HELLO, method="edit", target=str(sent.message_id), message=Message("report"))
    assert (await deliver(bot, edit, None)).message_id == sent.message_id + 1
    assert said(server)[-1]["text"] == "report"


FILE = Message("三行", document=Document("上周.xlsx", "answer", "{}", "做不出这个文件。"))


async def test_a_file_goes_with_its_name_and_words(server: Server, bot: Bot) -> None:
    outcome = await deliver(bot, replace(HELLO, message=FILE), None, b"PK\x03\x04")
    (sent,) = [c["result"] for c in server.sandbox.log.calls if c["method"] == "sendDocument"]
    assert (outcome.result, outcome.message_id) == ("sent", sent["message_id"])
    assert (sent["document"]["file_name"], sent["caption"]) == ("上周.xlsx", "三行")


async def test_without_its_file_the_words_say_so(server: Server, bot: Bot) -> None:
    assert (await deliver(bot, replace(HELLO, message=FILE), None)).result == "sent"
    assert [m["text"] for m in said(server)] == ["三行\n做不出这个文件。"]


async def test_a_refused_file_does_not_cost_the_words(server: Server, bot: Bot) -> None:
    refusal = "Bad Request: not enough rights to send documents to the chat"
    server.sandbox.faults.add(Fault("sendDocument", "400", description=refusal))
    assert (await deliver(bot, replace(HELLO, message=FILE), None, b"PK")).result == "sent"
    assert [m["text"] for m in said(server)] == ["三行\n做不出这个文件。"]


def test_a_file_is_kept_as_what_was_asked_for() -> None:
    assert Message.load(FILE.dump()) == FILE


@pytest.mark.parametrize("n", [1, 2])
async def test_photos_that_telegram_no_longer_has_say_so(server: Server, bot: Bot, n: int) -> None:
    media = tuple(Media("photo", f"gone{i}", f"u{i}") for i in range(n))
    message = Message("<b>#1</b>", album=Album(media, "gone"))
    assert Message.load(message.dump()) == message
    assert (await deliver(bot, replace(HELLO, message=message), None)).result == "sent"
    assert said(server)[0]["text"] == "#1\ngone"
