"""Logging set-up: one line per record, with bot tokens redacted in message and traceback."""

import logging
import re
import sys

_TOKEN = re.compile(r"(\d{5,12}):[A-Za-z0-9_-]{30,}")


class RedactingFormatter(logging.Formatter):
    """A formatter, since only it sees both the message and the formatted traceback."""

    def format(self, record: logging.LogRecord) -> str:
        return _TOKEN.sub(r"\1:***", super().format(record))


def setup(level: int = logging.INFO) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        RedactingFormatter("%(asctime)s %(levelname).1s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # these print every request, with the token in its URL, or every step of their own life
    for name in ("httpx", "httpcore", "apscheduler", "telegram", "tornado.access", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
