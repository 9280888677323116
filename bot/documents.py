"""Files that the bot sends: what an outbox row asks for → the bytes, made as it is delivered.

A row names a maker and what it needs; nothing of the file itself stands in the outbox.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot import privacy
from bot.message import Document

LARGEST = 45 * 1024 * 1024  # bytes; Telegram takes 50 MB from a bot

# what was asked (JSON object), and now → the file
Maker = Callable[[Session, dict[str, Any], datetime], bytes]
MAKERS: dict[str, Maker] = {"privacy": privacy.document}


def make(s: Session, document: Document, now: datetime) -> bytes:
    """LookupError for a kind that this version does not make, ValueError for a file too large."""
    made = MAKERS[document.kind](s, json.loads(document.asked), now)
    if len(made) > LARGEST:
        raise ValueError(f"{len(made)} bytes are more than Telegram takes")
    return made
