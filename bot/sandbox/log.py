"""What happened: every Bot API call for the tests, every visible event for the page."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any


class CallLog:
    """Every call in the order in which it was answered, numbered from 1; read by number."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def add(
        self,
        at: datetime,
        method: str,
        params: dict[str, Any],
        status: int,
        *,
        result: Any = None,
        error: str = "",
        effect: bool,
        fault: str = "",
    ) -> None:
        """`status` is 0 where the client got no answer; `effect` says that it was done anyway."""
        call: dict[str, Any] = {
            "n": len(self.calls) + 1,
            "at": at.isoformat(),
            "method": method,
            "params": params,
            "status": status,
            "effect": effect,
        }
        if result is not None:
            call["result"] = result
            if message_id := _message_id(result):
                call["message_id"] = message_id
        if error:
            call["error"] = error
        if fault:
            call["fault"] = fault
        self.calls.append(call)

    def after(self, n: int) -> list[dict[str, Any]]:
        return self.calls[max(n, 0) :]


def _message_id(result: Any) -> int | None:
    first = result[0] if isinstance(result, list) and result else result
    found = first.get("message_id") if isinstance(first, dict) else None
    return found if isinstance(found, int) else None


class EventLog:
    """What people see happen, numbered from 1. Whoever waits is told through `listeners`."""

    def __init__(self) -> None:
        self._events: list[tuple[Collection[int] | None, dict[str, Any]]] = []
        self.listeners: list[Callable[[], None]] = []

    @property
    def seq(self) -> int:
        return len(self._events)

    def add(self, audience: Collection[int] | None, kind: str, **event: Any) -> None:
        """`audience` holds person ids; None is everybody."""
        self._events.append((audience, {"seq": self.seq + 1, "kind": kind, **event}))
        self.ring()

    def ring(self) -> None:
        for listener in self.listeners:
            listener()

    def after(self, seq: int, person: int) -> list[dict[str, Any]]:
        return [
            event
            for audience, event in self._events[max(seq, 0) :]
            if audience is None or person in audience
        ]
