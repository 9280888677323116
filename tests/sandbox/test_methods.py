"""Every method: called wrongly it says what Telegram says, called rightly aiogram agrees."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from bot.sandbox.api import METHODS, Sandbox
from bot.sandbox.params import Params
from bot.sandbox.refusal import Refused
from tests.sandbox.town import OWNER, STAFF, STRANGER, TEAM, png

Given = dict[str, Any]
PHOTO = {"type": "photo", "media": "attach://one"}

# method → calls that are wrong, each with Telegram's answer
WRONG: dict[str, list[tuple[Given, str]]] = {
    "getUpdates": [
        ({"allowed_updates": "{"}, "Bad Request: can't parse allowed updates JSON object")
    ],
    "setWebhook": [
        ({"url": "nowhere"}, "Bad Request: invalid webhook URL specified"),
        (
            {"url": "http://a.example/hook"},
            "Bad Request: bad webhook: An HTTPS URL must be provided for webhook",
        ),
        (
            {"url": "https://a.example/hook", "secret_token": "x" * 257},
            "Bad Request: secret token is too long",
        ),
        (
            {"url": "https://a.example/hook", "secret_token": "a b"},
            "Bad Request: secret token contains unallowed characters",
        ),
    ],
    "sendMessage": [
        ({"chat_id": OWNER}, "Bad Request: message text is empty"),
        ({"chat_id": OWNER, "text": "  \n"}, "Bad Request: text must be non-empty"),
        ({"text": "hi"}, "Bad Request: chat_id is empty"),
        ({"chat_id": 999, "text": "hi"}, "Bad Request: chat not found"),
        ({"chat_id": OWNER, "text": "x" * 4097}, "Bad Request: message is too long"),
        ({"chat_id": OWNER, "text": "x" * 32769}, "Bad Request: text is too long"),
        (
            {"chat_id": STRANGER, "text": "hi"},
            "Forbidden: bot can't initiate conversation with a user",
        ),
        (
            {"chat_id": OWNER, "text": "<b>hi", "parse_mode": "HTML"},
            "Bad Request: can't parse entities: Can't find end tag corresponding to start tag"
            ' "b"',
        ),
        (
            {"chat_id": OWNER, "text": "hi", "reply_parameters": {"message_id": 5}},
            "Bad Request: message to be replied not found",
        ),
        (
            {"chat_id": OWNER, "text": "hi", "parse_mode": "BBCode"},
            "Bad Request: unsupported parse_mode",
        ),
    ],
    "sendPhoto": [
        ({"chat_id": OWNER}, "Bad Request: there is no photo in the request"),
        (
            {"chat_id": OWNER, "photo": "nonsense"},
            "Bad Request: wrong remote file identifier specified: can't unserialize it",
        ),
        (
            {"chat_id": OWNER, "photo": "https://a.example/a.png"},
            "Bad Request: failed to get HTTP URL content",
        ),
        (
            {"chat_id": OWNER, "photo": "x", "caption": "<x>", "parse_mode": "HTML"},
            'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 0',
        ),
    ],
    "sendDocument": [
        ({"chat_id": OWNER}, "Bad Request: there is no document in the request"),
    ],
    "sendMediaGroup": [
        ({"chat_id": OWNER}, 'Bad Request: parameter "media" is required'),
        ({"chat_id": OWNER, "media": "{"}, "Bad Request: can't parse media JSON object"),
        ({"chat_id": OWNER, "media": "{}"}, "Bad Request: expected an Array of InputMedia"),
        ({"chat_id": OWNER, "media": "[]"}, "Bad Request: there are no messages to send"),
        (
            {"chat_id": OWNER, "media": [PHOTO] * 11},
            "Bad Request: too many messages to send as an album",
        ),
        (
            {"chat_id": OWNER, "media": [{"type": "photo"}]},
            "Bad Request: can't parse InputMedia: media not found",
        ),
        (
            {"chat_id": OWNER, "media": [{"type": "gift", "media": "x"}]},
            'Bad Request: can\'t parse InputMedia: type "gift" is unsupported',
        ),
    ],
    "sendChatAction": [
        (
            {"chat_id": OWNER, "action": "sleeping"},
            "Bad Request: wrong parameter action in request",
        ),
    ],
    "editMessageText": [
        ({"text": "x"}, "Bad Request: message identifier is not specified"),
        (
            {"chat_id": OWNER, "message_id": 99, "text": "x"},
            "Bad Request: message to edit not found",
        ),
        ({"chat_id": OWNER, "message_id": 99}, "Bad Request: message text is empty"),
    ],
    "editMessageCaption": [
        (
            {"chat_id": OWNER, "message_id": 99, "caption": "x"},
            "Bad Request: message to edit not found",
        ),
    ],
    "editMessageMedia": [
        ({"chat_id": OWNER, "message_id": 99}, 'Bad Request: parameter "media" is required'),
        (
            {"chat_id": OWNER, "message_id": 99, "media": "{"},
            "Bad Request: can't parse input media JSON object",
        ),
    ],
    "editMessageReplyMarkup": [
        ({"chat_id": OWNER, "message_id": 99}, "Bad Request: message to edit not found"),
    ],
    "deleteMessage": [
        ({"message_id": 1}, "Bad Request: chat identifier is not specified"),
        ({"chat_id": OWNER}, "Bad Request: message identifier is not specified"),
        ({"chat_id": OWNER, "message_id": 99}, "Bad Request: message to delete not found"),
    ],
    "answerCallbackQuery": [
        (
            {"callback_query_id": "1"},
            "Bad Request: query is too old and response timeout expired or query ID is invalid",
        ),
    ],
    "pinChatMessage": [
        ({"chat_id": TEAM, "message_id": 99}, "Bad Request: message to pin not found"),
    ],
    "unpinChatMessage": [
        ({"chat_id": TEAM, "message_id": 99}, "Bad Request: message to unpin not found"),
        ({"chat_id": TEAM}, "Bad Request: message to unpin not found"),
    ],
    "setMessageReaction": [
        ({"chat_id": OWNER, "message_id": 99}, "Bad Request: message to react not found"),
        (
            {"chat_id": OWNER, "message_id": 99, "reaction": [{"type": "emoji", "emoji": "🥝"}]},
            "Bad Request: REACTION_INVALID",
        ),
        (
            {"chat_id": OWNER, "message_id": 9, "reaction": [{"type": "emoji", "emoji": "👍"}] * 2},
            "Bad Request: REACTIONS_TOO_MANY",
        ),
    ],
    "getFile": [
        ({}, "Bad Request: file_id not specified"),
        (
            {"file_id": "x"},
            "Bad Request: wrong file_id or the file is temporarily unavailable",
        ),
    ],
    "getChat": [
        ({"chat_id": -5}, "Bad Request: chat not found"),
        ({"chat_id": STRANGER}, "Bad Request: chat not found"),
    ],
    "getChatMember": [
        ({"chat_id": TEAM}, "Bad Request: invalid user_id specified"),
        ({"chat_id": TEAM, "user_id": 999}, "Bad Request: user not found"),
    ],
    "getChatMemberCount": [({}, "Bad Request: chat_id is empty")],
    "getChatAdministrators": [
        (
            {"chat_id": OWNER},
            "Bad Request: there are no administrators in the private chat",
        ),
    ],
    "leaveChat": [
        (
            {"chat_id": OWNER},
            "Bad Request: chat member status can't be changed in private chats",
        ),
    ],
    "setMyCommands": [
        ({"commands": "{"}, "Bad Request: can't parse commands JSON object"),
        ({"commands": "{}"}, "Bad Request: expected an Array of BotCommand"),
        (
            {"commands": [{"command": "a"}]},
            "Bad Request: can't parse BotCommand: Can't find field \"description\"",
        ),
        (
            {"commands": [{"command": "x" * 33, "description": "d"}]},
            "Bad Request: command length must not exceed 32",
        ),
        (
            {"commands": [{"command": "a", "description": ""}]},
            "Bad Request: command description must be non-empty",
        ),
        (
            {"commands": [{"command": "a", "description": "d" * 257}]},
            "Bad Request: command description length must not exceed 256",
        ),
        (
            {"commands": [{"command": "日报", "description": "d"}]},
            "Bad Request: BOT_COMMAND_INVALID",
        ),
        (
            {"commands": [{"command": "a", "description": "d"}] * 101},
            "Bad Request: BOT_COMMANDS_TOO_MUCH",
        ),
        (
            {"commands": [], "language_code": "zh-hans"},
            "Bad Request: invalid language code specified",
        ),
    ],
    "getMyCommands": [
        (
            {"scope": {"type": "planet"}},
            "Bad Request: can't parse BotCommandScope: Unsupported type specified",
        ),
        ({"scope": {"type": "chat", "chat_id": -5}}, "Bad Request: chat not found"),
    ],
    "deleteMyCommands": [
        (
            {"scope": {"type": "chat"}},
            "Bad Request: can't parse BotCommandScope: Empty chat_id specified",
        ),
        (
            {"scope": {"type": "chat_member", "chat_id": TEAM}},
            "Bad Request: can't parse BotCommandScope: Invalid user_id specified",
        ),
    ],
    **{
        name: [({"language_code": "chinese"}, "Bad Request: invalid language code specified")]
        for name in (
            "setMyName", "getMyName", "setMyDescription", "getMyDescription",
            "setMyShortDescription", "getMyShortDescription",
        )
    },
    "setChatMenuButton": [
        (
            {"menu_button": {"type": "balloon"}},
            "Bad Request: can't parse menu button: MenuButton has unsupported type",
        ),
    ],
    "getChatMenuButton": [
        ({"chat_id": TEAM}, "Bad Request: invalid chat_id specified"),
        ({"chat_id": 999}, "Bad Request: user not found"),
    ],
}  # fmt: skip

# these read no parameter that could be wrong: their wrong call is one with a foreign token
TOKEN_ONLY = {"getMe", "getWebhookInfo", "deleteWebhook"}

# method → a right call, made after 老板 wrote message 1, the bot text 2 and picture 3, and 老板
# pressed a button of message 2
RIGHT: dict[str, Given] = {
    "getMe": {},
    "getUpdates": {"offset": 0, "limit": 100, "allowed_updates": []},
    "setWebhook": {"url": "https://a.example/hook", "secret_token": "abc"},
    "deleteWebhook": {"drop_pending_updates": True},
    "getWebhookInfo": {},
    "sendMessage": {"chat_id": OWNER, "text": "<b>早</b> #a @boss_lin", "parse_mode": "HTML"},
    "sendPhoto": {"chat_id": OWNER, "photo": "attach://one", "caption": "c"},
    "sendDocument": {"chat_id": OWNER, "document": "attach://one"},
    "sendMediaGroup": {"chat_id": OWNER, "media": [PHOTO, PHOTO]},
    "sendChatAction": {"chat_id": OWNER, "action": "typing"},
    "editMessageText": {"chat_id": OWNER, "message_id": 2, "text": "new"},
    "editMessageCaption": {"chat_id": OWNER, "message_id": 3, "caption": "new"},
    "editMessageMedia": {"chat_id": OWNER, "message_id": 3, "media": PHOTO},
    "editMessageReplyMarkup": {"chat_id": OWNER, "message_id": 2},
    "deleteMessage": {"chat_id": OWNER, "message_id": 2},
    "answerCallbackQuery": {"callback_query_id": "4000000000001", "text": "ok"},
    "pinChatMessage": {"chat_id": OWNER, "message_id": 2},
    "unpinChatMessage": {"chat_id": OWNER, "message_id": 2},
    "setMessageReaction": {
        "chat_id": OWNER, "message_id": 1, "reaction": [{"type": "emoji", "emoji": "👀"}],
    },
    "getFile": {"file_id": "AgACAgUAAx00000001x"},
    "getChat": {"chat_id": TEAM},
    "getChatMember": {"chat_id": TEAM, "user_id": STAFF},
    "getChatMemberCount": {"chat_id": TEAM},
    "getChatAdministrators": {"chat_id": TEAM},
    "leaveChat": {"chat_id": TEAM},
    "setMyCommands": {
        "commands": [{"command": "today", "description": "今日"}],
        "scope": {"type": "chat_member", "chat_id": TEAM, "user_id": STAFF},
        "language_code": "zh",
    },
    "getMyCommands": {"scope": {"type": "all_group_chats"}},
    "deleteMyCommands": {},
    "setMyName": {"name": "n"},
    "getMyName": {"language_code": "en"},
    "setMyDescription": {"description": "d"},
    "getMyDescription": {},
    "setMyShortDescription": {"short_description": "s"},
    "getMyShortDescription": {},
    "setChatMenuButton": {"chat_id": OWNER, "menu_button": {"type": "commands"}},
    "getChatMenuButton": {},
}  # fmt: skip


def test_every_method_has_a_wrong_call_and_a_right_one() -> None:
    assert WRONG.keys() | TOKEN_ONLY == METHODS.keys()
    assert RIGHT.keys() == METHODS.keys()


@pytest.mark.parametrize(
    ("method", "given", "said"),
    [(method, *case) for method, cases in WRONG.items() for case in cases],
)
def test_a_wrong_call_is_refused_in_telegrams_words(
    sandbox: Sandbox, method: str, given: Given, said: str
) -> None:
    with pytest.raises(Refused) as refusal:
        sandbox.call(method, **given)
    assert refusal.value.description == said
    assert sandbox.log.calls[-1]["error"] == said
    assert not sandbox.log.calls[-1]["effect"]


@pytest.mark.parametrize("method", sorted(METHODS))
async def test_a_foreign_token_opens_nothing(
    http: httpx.AsyncClient, sandbox: Sandbox, method: str
) -> None:
    answer = await http.post(f"/bot7000000001:{'y' * 35}/{method}")
    assert (answer.status_code, answer.json()["description"]) == (401, "Unauthorized")
    assert sandbox.log.calls[-1]["method"] == method


@pytest.mark.parametrize("method", sorted(RIGHT))
def test_a_right_call_is_bot_api_to_aiogram(sandbox: Sandbox, judge: Any, method: str) -> None:
    sandbox.say(OWNER, "/start")
    keyboard = {"inline_keyboard": [[{"text": "b", "callback_data": "d"}]]}
    sandbox.call("sendMessage", chat_id=OWNER, text="hi", reply_markup=keyboard)
    picture = {"chat_id": OWNER, "photo": "attach://p"}
    sandbox.receive("sendPhoto", Params(picture, {"p": png(1024, 1280)}))
    sandbox.press(OWNER, OWNER, 2, "d")
    uploads = {"one": png(800, 600)} if "attach://one" in str(RIGHT[method]) else {}
    reply = sandbox.receive(method, Params(RIGHT[method], uploads))
    assert reply.body is not None
    assert reply.body["ok"] is True, reply.body
    calls = json.loads(json.dumps(sandbox.log.calls))  # as another process reads them
    judge(calls)


@pytest.mark.parametrize("method", sorted(RIGHT))
def test_a_call_is_the_same_from_a_form_as_from_json(
    sandbox: Sandbox, judge: Any, method: str
) -> None:
    sandbox.say(OWNER, "/start")
    form = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in RIGHT[method].items()
    }
    uploads = {"one": png(800, 600)} if "attach://one" in str(form) else {}
    sandbox.receive(method, Params(form, uploads))
    judge(sandbox.log.calls)


def test_an_unknown_method_is_not_found(sandbox: Sandbox) -> None:
    reply = sandbox.receive("sendRocket", Params())
    assert reply.status == 404
    assert reply.body == {
        "ok": False,
        "error_code": 404,
        "description": "Not Found: method not found",
    }


def test_a_method_is_found_in_any_case(sandbox: Sandbox) -> None:
    assert sandbox.call("GETME")["username"] == "shop_bot"
    assert sandbox.log.calls[-1]["method"] == "getMe"
