"""Files → facts: the queue of imports, the merge with its journal and rollups, and Undo.

Names are fetched on first use: the child that parses a file imports this package too, under limits
that the database's libraries need not share.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.ingest.imports import (
        End,
        ask_undo,
        assign,
        claim,
        fail,
        owners,
        queue,
        recover,
        run,
        take,
        undo,
        waiting,
    )
    from bot.ingest.report import Progress, Report, UndoResult

__all__ = [
    "End", "Progress", "Report", "UndoResult", "ask_undo", "assign", "claim", "fail", "owners", "queue",
    "recover", "run", "take", "undo", "waiting",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    room = "report" if name in ("Progress", "Report", "UndoResult") else "imports"
    return getattr(import_module(f"bot.ingest.{room}"), name)
