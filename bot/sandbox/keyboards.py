"""Reply markup: parsed, checked and refused as Telegram does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.sandbox.markup import checked_url
from bot.sandbox.params import Params
from bot.sandbox.refusal import Refused, bad_request

MAX_BUTTONS = 100
MAX_PER_ROW = 8  # what clients show; undocumented
MAX_DATA_BYTES = 64
MAX_COPY = 256
_STYLES = ("", "primary", "success", "danger")
_SPECIAL = {"callback_game", "pay", "switch_inline_query", "switch_inline_query_current_chat",
            "switch_inline_query_chosen_chat", "login_url"}  # fmt: skip


@dataclass(frozen=True)
class Markup:
    """`inline` stands in the message; `reply` is a keyboard below the reader's input line."""

    inline: dict[str, Any] | None = None
    reply: dict[str, Any] | None = None


def read_markup(params: Params, chat_type: str) -> Markup:
    """The call's reply_markup. Raises Refused with Telegram's string."""
    value = params.json("reply_markup", "reply keyboard markup")
    if value is None:
        return Markup()
    if not isinstance(value, dict):
        raise bad_request("Object expected as reply markup")
    if "inline_keyboard" in value:
        return Markup(inline=_inline(value["inline_keyboard"], chat_type))
    if "keyboard" in value:
        return Markup(reply=value | {"keyboard": _reply_rows(value["keyboard"])})
    if value.get("remove_keyboard") or value.get("force_reply"):
        return Markup(reply=value)
    return Markup()


def _rows(value: Any, field: str, owner: str) -> list[list[Any]]:
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise bad_request(f'Field "{field}"{owner} must be an Array of Arrays')
    return value


def _reply_rows(value: Any) -> list[list[dict[str, Any]]]:
    """Rows of {"text": …}: Telegram takes a bare string for a button."""
    rows = [
        [{"text": button} if isinstance(button, str) else button for button in row]
        for row in _rows(value, "keyboard", "")
        if row
    ]
    for button in (button for row in rows for button in row):
        if not isinstance(button, dict) or not isinstance(button.get("text"), str):
            raise bad_request("Can't parse keyboard button: Can't find field \"text\"")
    return rows


def _inline(value: Any, chat_type: str) -> dict[str, Any] | None:
    rows = _rows(value, "inline_keyboard", " of the InlineKeyboardMarkup")
    kept = [[_button(button, chat_type) for button in row] for row in rows if row]
    if sum(map(len, kept)) > MAX_BUTTONS or any(len(row) > MAX_PER_ROW for row in kept):
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": kept} if kept else None


def _button(button: Any, chat_type: str) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise _unparsed("InlineKeyboardButton must be an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise _unparsed('Can\'t find field "text"')
    style = str(button.get("style") or "").lower()
    if style not in _STYLES:
        raise _unparsed("invalid button style specified")
    shown: dict[str, Any] = {"text": text.strip()} | ({"style": style} if style else {})
    shown |= _action(button, chat_type)
    if not shown["text"]:
        raise bad_request("Inline keyboard button text must be non-empty")
    return shown


def _action(button: dict[str, Any], chat_type: str) -> dict[str, Any]:
    """What a press does; looked for in the server's own order."""
    if url := button.get("url"):
        if not (checked := checked_url(str(url))):
            raise bad_request(f"Inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
        return {"url": checked}
    if data := button.get("callback_data"):
        if len(str(data).encode()) > MAX_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
        return {"callback_data": str(data)}
    if "web_app" in button:
        if chat_type != "private":
            raise bad_request("BUTTON_TYPE_INVALID")
        return {"web_app": button["web_app"]}
    if "copy_text" in button:
        copied = button["copy_text"]
        text = copied.get("text") if isinstance(copied, dict) else None
        if not isinstance(text, str) or not 1 <= len(text) <= MAX_COPY:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
        return {"copy_text": {"text": text}}
    if special := _SPECIAL & button.keys():
        raise bad_request(f"BUTTON_TYPE_INVALID: {min(special)} is not part of the sandbox")
    raise _unparsed("Text buttons are unallowed in the inline keyboard")


def _unparsed(message: str) -> Refused:
    return bad_request(f"Can't parse inline keyboard button: {message}")
