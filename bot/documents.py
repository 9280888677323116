"""Files that the bot sends: what an outbox row asks for → the bytes, made as it is delivered.

A row names a maker and what it needs; nothing of the file itself stands in the outbox.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from bot import privacy
from bot.aftersales import showing, tally
from bot.i18n import translator
from bot.message import Document
from bot.metrics import compute, questions
from bot.metrics import query as queries
from bot.metrics.scope import Scope, scope
from bot.render import exports
from bot.render.workbook import Table, as_csv, as_xlsx

LARGEST = 45 * 1024 * 1024  # bytes; Telegram takes 50 MB from a bot


def make(s: Session, document: Document, now: datetime) -> bytes:
    """LookupError for a kind that this version does not make, ValueError for a file too large."""
    made = MAKERS[document.kind](s, json.loads(document.asked), now)
    if len(made) > LARGEST:
        raise ValueError(f"{len(made)} bytes are more than Telegram takes")
    return made


def _scope(s: Session, asked: dict[str, Any]) -> Scope:
    return scope(s, asked["team"], date.fromisoformat(asked["today"]), asked["stores"])


def _answer(s: Session, asked: dict[str, Any], now: datetime) -> bytes:
    """`query`: the table of an answer."""
    here, today = _scope(s, asked), date.fromisoformat(asked["today"])
    query = questions.shown(queries.from_json(asked["query"]), here)
    reading = compute.answer(s, here, query, today, now)
    return _file([exports.of_reading(reading, translator(asked["language"]), today)], asked)


def _desk(s: Session, asked: dict[str, Any], now: datetime) -> bytes:
    """`asked`: figures of a period; where `listed`, its issues too. A CSV has room for one of them."""
    here, today, t = (
        _scope(s, asked),
        date.fromisoformat(asked["today"]),
        translator(asked["language"]),
    )
    wanted = tally.from_json(asked["asked"])
    if wanted is None:
        raise ValueError("no question of the desk")
    found = tally.tally(s, here, wanted, today, now)
    tables = [exports.of_stats(wanted, found, t, today, costs=asked["costs"])]
    if asked["listed"]:
        rows = tally.opened(s, here, found.period)
        tables.append(exports.of_issues(showing.views(s, rows), t, costs=asked["costs"]))
    return _file(tables, asked)


def _file(tables: Sequence[Table], asked: dict[str, Any]) -> bytes:
    return as_csv(tables[-1]) if asked["form"] == "csv" else as_xlsx(tables)


# what was asked (JSON object), and now → the file
Maker = Callable[[Session, dict[str, Any], datetime], bytes]
MAKERS: dict[str, Maker] = {"answer": _answer, "desk": _desk, "privacy": privacy.document}
