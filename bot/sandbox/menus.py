"""What the bot says of itself: commands by scope and language, names, texts, menu buttons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.sandbox.params import Params
from bot.sandbox.refusal import Refused, bad_request

MAX_COMMANDS = 100
MAX_COMMAND = 32
MAX_COMMAND_DESCRIPTION = 256
_TEXT_LIMITS = {"name": 64, "description": 512, "short_description": 120}
_COMMAND_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")

Scope = tuple[str, str, int]  # type, chat id as text, user id
DEFAULT: Scope = ("default", "", 0)


class Profile:
    """The bot's own settings, each by language ("" is every language without its own)."""

    def __init__(self, name: str) -> None:
        self._texts: dict[tuple[str, str], str] = {("name", ""): name}
        self._commands: dict[tuple[Scope, str], list[dict[str, Any]]] = {}
        self._buttons: dict[int, dict[str, Any]] = {}

    def name(self, language: str) -> str:
        return self.text("name", language)

    def text(self, what: str, language: str) -> str:
        """`what` is name, description or short_description."""
        return self._texts.get((what, language)) or self._texts.get((what, ""), "")

    def set_text(self, what: str, language: str, value: str) -> None:
        """Raises Refused above Telegram's length; an empty value goes back to the general one."""
        if len(value) > _TEXT_LIMITS[what]:
            raise bad_request(f"BOT_{what.upper()}_TOO_LONG")
        if value:
            self._texts[what, language] = value
        elif (what, language) != ("name", ""):
            self._texts.pop((what, language), None)

    def commands(self, scope: Scope, language: str) -> list[dict[str, Any]]:
        return self._commands.get((scope, language), [])

    def set_commands(self, scope: Scope, language: str, commands: list[dict[str, Any]]) -> None:
        if commands:
            self._commands[scope, language] = commands
        else:
            self._commands.pop((scope, language), None)

    def commands_for(
        self, chat_id: int, person: int, language: str, *, admin: bool
    ) -> list[dict[str, Any]]:
        """The list this person sees in this chat: the first scope that has one, each asked in
        the person's language before all languages (core.telegram.org/bots/api#botcommandscope)."""
        for scope in _scopes_seen(chat_id, person, admin=admin):
            for code in (language.partition("-")[0], ""):
                if found := self._commands.get((scope, code)):
                    return found
        return []

    def button(self, chat_id: int) -> dict[str, Any]:
        return self._buttons.get(chat_id) or self._buttons.get(0) or {"type": "commands"}

    def set_button(self, chat_id: int, button: dict[str, Any]) -> None:
        if button["type"] == "default":
            self._buttons.pop(chat_id, None)
        else:
            self._buttons[chat_id] = button


def _scopes_seen(chat_id: int, person: int, *, admin: bool) -> Iterator[Scope]:
    chat = str(chat_id)
    if chat_id > 0:
        yield "chat", chat, 0
        yield "all_private_chats", "", 0
    else:
        yield "chat_member", chat, person
        if admin:
            yield "chat_administrators", chat, 0
        yield "chat", chat, 0
        if admin:
            yield "all_chat_administrators", "", 0
        yield "all_group_chats", "", 0
    yield DEFAULT


def read_language(params: Params) -> str:
    """A two-letter code or "". Raises Refused for anything else."""
    code = params.text("language_code")
    if code and not (len(code) == 2 and code.isascii() and code.isalpha() and code.islower()):
        raise bad_request("Invalid language code specified")
    return code


def read_scope(params: Params) -> Scope:
    value = params.json("scope", "BotCommandScope")
    if value is None:
        return DEFAULT
    if not isinstance(value, dict):
        raise _bad_scope("BotCommandScope must be an Object")
    kind = value.get("type")
    if kind is None:
        raise _bad_scope('Can\'t find field "type"')
    if kind in ("default", "all_private_chats", "all_group_chats", "all_chat_administrators"):
        return kind, "", 0
    if kind not in ("chat", "chat_administrators", "chat_member"):
        raise _bad_scope("Unsupported type specified")
    chat = str(value.get("chat_id", ""))
    if not chat:
        raise _bad_scope("Empty chat_id specified")
    user = Params(value).number("user_id")
    if kind == "chat_member" and user <= 0:
        raise _bad_scope("Invalid user_id specified")
    return kind, chat, user if kind == "chat_member" else 0


def _bad_scope(message: str) -> Refused:
    return bad_request(f"Can't parse BotCommandScope: {message}")


def read_commands(params: Params) -> list[dict[str, Any]]:
    value = params.json("commands", "commands")
    if value is None:
        return []
    if not isinstance(value, list):
        raise bad_request("Expected an Array of BotCommand")
    if len(value) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    return [_read_command(command) for command in value]


def _read_command(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise bad_request("Can't parse BotCommand: expected an Object")
    for field in ("command", "description"):
        if not isinstance(value.get(field), str):
            raise bad_request(f"Can't parse BotCommand: Can't find field \"{field}\"")
    name = value["command"].strip().removeprefix("/")
    description = value["description"].strip()
    if not name:
        raise bad_request("Command must be non-empty")
    if len(name) > MAX_COMMAND:
        raise bad_request(f"Command length must not exceed {MAX_COMMAND}")
    if not description:
        raise bad_request("Command description must be non-empty")
    if len(description) > MAX_COMMAND_DESCRIPTION:
        raise bad_request(f"Command description length must not exceed {MAX_COMMAND_DESCRIPTION}")
    if not _COMMAND_CHARACTERS.issuperset(name):
        raise bad_request("BOT_COMMAND_INVALID")
    return {"command": name, "description": description}


def read_button(params: Params) -> dict[str, Any]:
    value = params.json("menu_button", "menu button")
    if value is None:
        return {"type": "default"}
    problem = ""
    if not isinstance(value, dict):
        problem = "MenuButton must be an Object"
    elif value.get("type") not in ("default", "commands", "web_app"):
        problem = "MenuButton has unsupported type"
    elif value["type"] == "web_app" and not value.get("text"):
        problem = 'Can\'t find field "text"'
    if problem:
        raise bad_request(f"Can't parse menu button: {problem}")
    assert isinstance(value, dict)
    return value
