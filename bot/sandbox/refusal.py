"""What the Bot API says when it refuses a call, word for word."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """A call answered with `ok: false`.

    `description` is the whole text that the client reads; `parameters` is Telegram's
    ResponseParameters (retry_after in seconds, migrate_to_chat_id).
    """

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad_request(message: str) -> Refused:
    """400 with `message` cased as Telegram does it: lower first letter, unless it is a CODE."""
    is_code = len(message) > 1 and (message[1] == "_" or "A" <= message[1] <= "Z")
    text = message if is_code else message[:1].lower() + message[1:]
    return Refused(400, f"Bad Request: {text}")


def forbidden(message: str) -> Refused:
    return Refused(403, f"Forbidden: {message}")


class WrongCall(Exception):
    """A control call that makes no sense; the text is the one line the caller reads."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status
