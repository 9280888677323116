"""The judge finds what it is there to find."""

from __future__ import annotations

from typing import Any

import pytest

from tests.judge import complaints

CHAT = {"id": 1, "type": "private", "first_name": "x"}
MESSAGE = {"message_id": 1, "date": 0, "chat": CHAT, "text": "x"}


def call(method: str, params: dict[str, Any], result: Any) -> dict[str, Any]:
    return {"n": 7, "method": method, "params": params, "status": 200, "result": result}


@pytest.mark.parametrize(
    ("found", "complaint"),
    [
        (call("sendRocket", {}, True), "there is no such method"),
        (
            call("sendMessage", {"chat_id": 1, "text": "x", "txt": "y"}, MESSAGE),
            "unknown parameters ['txt']",
        ),
        (call("sendMessage", {"chat_id": 1}, MESSAGE), "params: text: Field required"),
        (
            call(
                "sendMessage",
                {
                    "chat_id": 1,
                    "text": "x",
                    "reply_markup": {"inline_keyboard": [[{"text": "b", "data": "d"}]]},
                },
                MESSAGE,
            ),
            "params.reply_markup.inline_keyboard[0][0].data is unknown",
        ),
        (
            call("sendMessage", {"chat_id": 1, "text": "x"}, MESSAGE | {"chat": CHAT | {"no": 1}}),
            "result.chat.no is unknown",
        ),
        (call("getMe", {}, {"id": 1}), "result: is_bot: Field required"),
        (
            call("getUpdates", {}, [{"update_id": 1, "message": MESSAGE | {"colour": "red"}}]),
            "result[0].message.colour is unknown",
        ),
    ],
)
def test_what_is_not_bot_api_is_named(found: dict[str, Any], complaint: str) -> None:
    assert complaints([found]) == [f"7 {found['method']}: {complaint}"]


def test_what_is_bot_api_passes() -> None:
    assert complaints([call("sendMessage", {"chat_id": "1", "text": "x"}, MESSAGE)]) == []
