"""HTML in, text and entities out, with Telegram's own error strings and UTF-16 offsets.

The rules are those of the official server (tdlib MessageEntity.cpp): what is refused, and where
the byte offset points. Markdown modes are not spoken here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.refusal import bad_request

Entity = dict[str, Any]

_TYPES = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("s", "strike", "del"), "strikethrough"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("tg-spoiler", "span"), "spoiler"),
    "a": "text_link",
    "pre": "pre",
    "code": "code",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
_SPACE = b" \t\r\n\v\0"
_ATTRIBUTE_NAME = re.compile(rb"[^\s\0=>/\"']*")
_NAME_TOKEN = re.compile(rb"[A-Za-z0-9.-]*")
_CHARACTER = re.compile(rb"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([A-Za-z]+));?")
_NAMED = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"'}
_STOP = re.compile(rb"[<&]")


def utf16(text: str) -> int:
    """Length in UTF-16 code units, the unit of every entity offset."""
    return len(text) + sum(character > "\uffff" for character in text)


@dataclass
class _Open:
    tag: str
    attributes: dict[str, str]
    offset: int
    begins: int


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Raises Refused with Telegram's string where a tag is unknown, unclosed or crossed."""
    return _Parser(source.encode()).run()


class _Parser:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.at = 0
        self.out: list[str] = []
        self.offset = 0
        self.stack: list[_Open] = []
        self.entities: list[Entity] = []

    def run(self) -> tuple[str, list[Entity]]:
        while self.at < len(self.raw):
            stop = _STOP.search(self.raw, self.at)
            end = stop.start() if stop else len(self.raw)
            self._emit(self.raw[self.at : end].decode())
            self.at = end
            if stop:
                self._special()
        if self.stack:
            tag = self.stack[-1].tag
            raise _fault(f'Can\'t find end tag corresponding to start tag "{tag}"')
        return "".join(self.out), self.entities

    def _emit(self, text: str) -> None:
        if text:
            self.out.append(text)
            self.offset += utf16(text)

    def _special(self) -> None:
        if self.raw[self.at] == ord("&"):
            character, self.at = _character(self.raw, self.at)
            self._emit(character)
        elif self.raw[self.at + 1 : self.at + 2] == b"/":
            self._end_tag()
        else:
            self._start_tag()

    def _byte(self) -> bytes:
        return self.raw[self.at : self.at + 1]

    def _skip_space(self) -> None:
        while self._byte() and self._byte() in _SPACE:
            self.at += 1

    def _word(self) -> str:
        start = self.at
        while self._byte() and self._byte() not in _SPACE and self._byte() != b">":
            self.at += 1
        return self.raw[start : self.at].decode().lower()

    def _start_tag(self) -> None:
        begin = self.at
        self.at += 1
        tag = self._word()
        if not self._byte():
            raise _fault(f"Unclosed start tag at byte offset {begin}")
        if tag not in _TYPES:
            raise _fault(f'Unsupported start tag "{tag}" at byte offset {begin}')
        attributes: dict[str, str] = {}
        while self._byte() != b">":
            self._skip_space()
            if self._byte() == b">":
                break
            name, value = self._attribute(tag, begin)
            attributes[name] = value
        self.at += 1
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise _fault(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self.stack.append(_Open(tag, attributes, self.offset, len(self.out)))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        match = _ATTRIBUTE_NAME.match(self.raw, self.at)
        name = match.group().decode() if match else ""
        if not name:
            raise _fault(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
        self.at += len(name.encode())
        self._skip_space()
        if self._byte() not in (b"", b"="):
            return name, ""
        self.at += 1
        self._skip_space()
        if not self._byte():
            raise _fault(f'Unclosed start tag "{tag}" at byte offset {begin}')
        value = self._quoted() if self._byte() in (b'"', b"'") else self._token()
        if not self._byte():
            raise _fault(f"Unclosed start tag at byte offset {begin}")
        return name, value

    def _token(self) -> str:
        start = self.at
        match = _NAME_TOKEN.match(self.raw, start)
        self.at += len(match.group()) if match else 0
        if self._byte() and self._byte() not in _SPACE and self._byte() != b">":
            raise _fault(f"Unexpected end of name token at byte offset {start}")
        return self.raw[start : self.at].decode().lower()

    def _quoted(self) -> str:
        quote, parts = self._byte(), []
        self.at += 1
        while self._byte() and self._byte() != quote:
            if self._byte() == b"&":
                character, self.at = _character(self.raw, self.at)
                parts.append(character.encode())
            else:
                parts.append(self._byte())
                self.at += 1
        self.at += 1
        return b"".join(parts).decode()

    def _end_tag(self) -> None:
        begin = self.at
        if not self.stack:
            raise _fault(f"Unexpected end tag at byte offset {begin}")
        self.at += 2
        tag = self._word()
        self._skip_space()
        if self._byte() != b">":
            raise _fault(f"Unclosed end tag at byte offset {begin}")
        self.at += 1
        opened = self.stack.pop()
        if tag and tag != opened.tag:
            raise _fault(
                f"Unmatched end tag at byte offset {begin},"
                f' expected "</{opened.tag}>", found "</{tag}>"'
            )
        if self.offset > opened.offset:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        entity: Entity = {
            "type": _TYPES[opened.tag],
            "offset": opened.offset,
            "length": self.offset - opened.offset,
        }
        inner = "".join(self.out[opened.begins :])
        attributes = opened.attributes
        if opened.tag == "a":
            entity = _link(entity, attributes.get("href") or inner)
        elif opened.tag == "blockquote" and "expandable" in attributes:
            entity["type"] = "expandable_blockquote"
        elif opened.tag == "tg-time":
            entity = _time(entity, attributes)
        elif opened.tag == "tg-emoji":
            # only bots with a bought username may send them: the text stays, the entity goes
            if not attributes.get("emoji-id", "").isdecimal():
                raise bad_request("Invalid custom emoji identifier specified")
            entity = {}
        elif opened.tag in ("pre", "code"):
            entity = self._code(entity, attributes.get("class", ""))
        if entity:
            self.entities.append(entity)

    def _code(self, entity: Entity, css: str) -> Entity:
        """<pre><code class="language-x"> is one pre with a language, in either nesting."""
        language = css.removeprefix("language-") if css.startswith("language-") else ""
        last = self.entities[-1] if self.entities else {}
        same_span = all(last.get(key) == entity[key] for key in ("offset", "length"))
        if same_span and {last["type"], entity["type"]} == {"pre", "code"}:
            language = language or last.pop("_language", "")
            if language:
                self.entities.pop()
                return entity | {"type": "pre", "language": language}
        if language:
            entity["_language"] = language
        return entity


def _fault(message: str) -> Exception:
    return bad_request(f"can't parse entities: {message}")


def _character(raw: bytes, at: int) -> tuple[str, int]:
    """The character reference at `at` and where it ends; an unknown one is a plain "&"."""
    match = _CHARACTER.match(raw, at)
    if not match:
        return "&", at + 1
    hexadecimal, decimal, name = match.groups()
    if name:
        text = _NAMED.get(name, "")
    else:
        code = int(hexadecimal, 16) if hexadecimal else int(decimal)
        valid = 0 < code < 0x10FFFF and not 0xD800 <= code <= 0xDFFF
        text = chr(code) if valid and match.end() - at <= 10 else ""
    return (text, match.end()) if text else ("&", at + 1)


def _link(entity: Entity, target: str) -> Entity:
    if match := re.fullmatch(r"tg://user\?id=(\d+)", target):
        return entity | {"type": "text_mention", "user": {"id": int(match[1])}}
    url = checked_url(target)
    return entity | {"url": url} if url else {}


def _time(entity: Entity, attributes: dict[str, str]) -> Entity:
    unix = attributes.get("unix", "")
    if not unix.isdecimal() or int(unix) == 0:
        return {}
    timed = entity | {"unix_time": int(unix)}
    if attributes.get("format"):
        timed["date_time_format"] = attributes["format"]
    return timed


def checked_url(target: str) -> str:
    """The address as Telegram keeps it, "" where it is none (the text then stays plain)."""
    if target.startswith(("tg://", "mailto:")):
        return target
    address = target if "://" in target else f"http://{target}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or "." not in host or " " in target:
        return ""
    return address if parts.path or parts.query or parts.fragment else f"{address}/"
