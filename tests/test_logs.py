"""No bot token in any log line."""

import logging

from bot.logs import RedactingFormatter

TOKEN = "7000000001:" + "A" * 35


def record(message: str, *args: object, exc: bool = False) -> str:
    info = None
    if exc:
        try:
            raise ValueError(f"https://api.telegram.org/bot{TOKEN}/getMe failed")
        except ValueError as e:
            info = (ValueError, e, e.__traceback__)
    line = logging.LogRecord("x", logging.INFO, "f", 1, message, args, info)
    return RedactingFormatter("%(message)s").format(line)


def test_a_token_in_a_message_is_redacted() -> None:
    assert record("POST /bot%s/sendMessage", TOKEN) == "POST /bot7000000001:***/sendMessage"


def test_a_token_in_a_traceback_is_redacted() -> None:
    text = record("failed", exc=True)
    assert "AAAA" not in text
    assert "bot7000000001:***/getMe" in text
