"""Files → facts: the queue of imports, the merge with its journal and rollups, and Undo.

Names are fetched on first use: the child that parses a file imports this package too, under limits
that the database's libraries need not share.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.ingest.imports import End, fail, recover, run, take, undo
    from bot.ingest.intake import ask_undo, assign, claim, exhausted, owners, queue, waiting
    from bot.ingest.report import Progress, Report, UndoResult

_ROOMS = {
    "imports": ("End", "fail", "recover", "run", "take", "undo"),
    "intake": ("ask_undo", "assign", "claim", "exhausted", "owners", "queue", "waiting"),
    "report": ("Progress", "Report", "UndoResult"),
}
_ROOM = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "End", "Progress", "Report", "UndoResult", "ask_undo", "assign", "claim", "exhausted", "fail", "owners",
    "queue", "recover", "run", "take", "undo", "waiting",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _ROOM:
        raise AttributeError(name)
    return getattr(import_module(f"bot.ingest.{_ROOM[name]}"), name)
