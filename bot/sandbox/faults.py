"""Trouble on demand: what a test tells the sandbox to do to the next calls."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from bot.sandbox.refusal import Refused, WrongCall

_ANSWERS: dict[str, tuple[int, str]] = {
    "400": (400, "Bad Request: chat not found"),
    "401": (401, "Unauthorized"),
    "403": (403, "Forbidden: bot was blocked by the user"),
    "404": (404, "Not Found"),
    "409": (
        409,
        "Conflict: terminated by other getUpdates request;"
        " make sure that only one bot instance is running",
    ),
    "429": (429, "Too Many Requests: retry after {retry_after}"),
    "500": (500, "Internal Server Error"),
    "502": (502, "Bad Gateway"),
    "html": (502, "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"),
}
_SILENT = ("timeout", "drop")
# the effect comes before the trouble, as when an answer is lost on its way back
_AFTER = ("500_after", "502_after", "html_after")
_SILENCES = tuple(f"{kind}_{when}" for kind in _SILENT for when in ("before", "after"))
KINDS = (*_ANSWERS, *_AFTER, *_SILENCES)


@dataclass
class Fault:
    """One rule: the next `times` calls of `method` (0 = all), once `after` of them have passed."""

    method: str
    kind: str
    chat: int | None = None
    times: int = 1
    retry_after: int = 1
    after: int = 0
    description: str = ""

    @property
    def has_effect(self) -> bool:
        return self.kind.endswith("_after")

    @property
    def silence(self) -> str:
        """ "timeout" or "drop" where no answer is given, else ""."""
        return next((kind for kind in _SILENT if self.kind.startswith(kind)), "")

    @property
    def is_html(self) -> bool:
        return self.kind.startswith("html")

    def refusal(self) -> Refused:
        code, text = _ANSWERS[self.kind.removesuffix("_after")]
        text = self.description or text.format(retry_after=self.retry_after)
        if self.kind == "429":
            return Refused(code, text, retry_after=self.retry_after)
        return Refused(code, text)


class Faults:
    """The rules in force; the first that fits a call is used up by it."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Raises WrongCall for a kind that does not exist."""
        if fault.kind not in KINDS:
            raise WrongCall(f"no fault {fault.kind!r}; there are {', '.join(KINDS)}")
        self._rules.append(fault)

    def clear(self) -> None:
        self._rules.clear()

    def listed(self) -> list[dict[str, Any]]:
        return [asdict(rule) for rule in self._rules]

    def waits_for(self, method: str) -> bool:
        return any(rule.method in (method, "*") and not rule.after for rule in self._rules)

    def take(self, method: str, chat: str) -> Fault | None:
        """The fault that hits this call; `chat` is its chat_id as sent, "" where it has none."""
        for rule in self._rules:
            if rule.method not in (method, "*") or (rule.chat and str(rule.chat) != chat):
                continue
            if rule.after:
                rule.after -= 1
                continue
            if rule.times:
                rule.times -= 1
                if not rule.times:
                    self._rules.remove(rule)
            return rule
        return None
