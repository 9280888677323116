"""The bot's own library, python-telegram-bot, takes the sandbox for Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import telegram
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TimedOut

from bot.sandbox.api import Sandbox
from bot.sandbox.faults import Fault
from bot.sandbox.members import migrate
from bot.sandbox.server import Server
from tests.sandbox.town import OWNER, SMALL, STRANGER, TEAM, png


@pytest.fixture
async def bot(server: Server, sandbox: Sandbox) -> AsyncIterator[telegram.Bot]:
    base = f"{server.url}/bot", f"{server.url}/file/bot"
    async with telegram.Bot(sandbox.token, *base) as bot:
        yield bot


async def test_a_poll_a_photo_an_album_and_an_edit_are_bot_api(
    bot: telegram.Bot, sandbox: Sandbox, judge: Callable[[Any], None]
) -> None:
    sandbox.say(OWNER, "/start")
    (update,) = await bot.get_updates(timeout=5, allowed_updates=telegram.Update.ALL_TYPES)
    assert update.message is not None
    keys = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("b", callback_data="d")]])
    card = png(1024, 1280).content
    sent = await bot.send_photo(
        OWNER, card, caption="<b>c</b>", parse_mode="HTML", reply_markup=keys,
        reply_parameters=telegram.ReplyParameters(update.message.message_id),
    )  # fmt: skip
    await bot.edit_message_media(
        telegram.InputMediaPhoto(card, caption="d"), OWNER, sent.message_id
    )
    await bot.send_media_group(OWNER, [telegram.InputMediaPhoto(card) for _ in range(2)])
    await bot.send_document(OWNER, b"a,b", filename="export.csv")
    await bot.set_my_commands(
        [("today", "今日")], telegram.BotCommandScopeChat(OWNER), language_code="zh"
    )
    judge(sandbox.log.calls)


async def test_a_persons_file_is_downloaded(bot: telegram.Bot, sandbox: Sandbox) -> None:
    sent = sandbox.upload(OWNER, png(9, 9), as_kind="photo")
    file = await bot.get_file(sent["photo"][-1]["file_id"])
    assert bytes(await file.download_as_bytearray()) == png(9, 9).content


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("429", RetryAfter),
        ("403", Forbidden),
        ("400", BadRequest),
        ("500", NetworkError),
        ("html", NetworkError),
        ("drop_before", NetworkError),
        ("drop_after", NetworkError),
    ],
)
async def test_a_fault_becomes_the_librarys_error(
    bot: telegram.Bot,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    error: type[Exception],
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # else reading retry_after warns
    sandbox.faults.add(Fault("sendMessage", kind))
    with pytest.raises(error):
        await bot.send_message(OWNER, "x")


async def test_a_held_answer_becomes_a_timeout(bot: telegram.Bot, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("sendMessage", "timeout_after"))
    with pytest.raises(TimedOut):
        await bot.send_message(OWNER, "x", read_timeout=0.2)
    assert len(sandbox.state.chats[OWNER].messages) == 1


async def test_a_migrated_group_names_its_successor(bot: telegram.Bot, sandbox: Sandbox) -> None:
    new = migrate(sandbox.state, SMALL)
    with pytest.raises(ChatMigrated) as error:
        await bot.send_message(SMALL, "x")
    assert error.value.new_chat_id == new


async def test_a_stranger_cannot_be_written_to(bot: telegram.Bot) -> None:
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(STRANGER, "x")


async def test_members_and_chats_are_read(bot: telegram.Bot) -> None:
    member = await bot.get_chat_member(TEAM, OWNER)
    assert isinstance(member, telegram.ChatMemberOwner)
    assert (await bot.get_chat(TEAM)).title == "果然鲜"
    assert await bot.get_chat_member_count(TEAM) == 3


async def test_many_senders_at_once_are_all_logged_in_order(
    bot: telegram.Bot, sandbox: Sandbox
) -> None:
    await asyncio.gather(*[bot.send_message(OWNER, str(number)) for number in range(50)])
    calls = [call for call in sandbox.log.calls if call["method"] == "sendMessage"]
    assert [call["message_id"] for call in calls] == list(range(1, 51))
    assert [call["n"] for call in sandbox.log.calls] == list(range(1, 52))
