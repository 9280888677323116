"""Files → facts: the queue of imports, the merge with its journal and rollups, and Undo.

Names are fetched on first use: the child that parses a file imports this package too, under limits
that the database's libraries need not share.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.ingest.covered import asked, say_ended
    from bot.ingest.imports import End, enter, fail, look, recover, run, take, undo
    from bot.ingest.intake import (
        again,
        ask_undo,
        assign,
        claim,
        exhausted,
        leave,
        owners,
        queue,
        release,
        sort,
        waiting,
    )
    from bot.ingest.report import AskedDay, Progress, Report, UndoResult
    from bot.ingest.sorting import only_store

_ROOMS = {
    "covered": ("asked", "say_ended"),
    "imports": ("End", "enter", "fail", "look", "recover", "run", "take", "undo"),
    "intake": (
        "again",
        "ask_undo",
        "assign",
        "claim",
        "exhausted",
        "leave",
        "owners",
        "queue",
        "release",
        "sort",
        "waiting",
    ),
    "sorting": ("only_store",),
    "report": ("AskedDay", "Progress", "Report", "UndoResult"),
}
_ROOM = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "AskedDay", "End", "Progress", "Report", "UndoResult", "again", "ask_undo", "asked", "assign",
    "claim", "enter", "exhausted", "fail", "leave", "look", "only_store", "owners", "queue", "recover",
    "release", "run", "say_ended", "sort", "take", "undo", "waiting",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _ROOM:
        raise AttributeError(name)
    return getattr(import_module(f"bot.ingest.{_ROOM[name]}"), name)
