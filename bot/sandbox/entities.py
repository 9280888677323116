"""The entities of a message: those it was given, those Telegram finds by itself, trimmed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bot.sandbox.markup import Entity, parse_html, utf16
from bot.sandbox.refusal import bad_request

MAX_RAW_BYTES = 32768
MAX_ENTITIES = 100

_FOUND = [
    ("url", re.compile(r"https?://[^\s<>\"'，。、；！？（）【】《》“”]+[^\s<>\"'.,:;!?，。）)]")),
    ("email", re.compile(r"(?<![\w.])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}")),
    (
        "url",
        re.compile(
            r"(?<![\w@./-])(?:[a-zA-Z0-9-]+\.)+(?:com|net|org|cn|tw|hk|io|me|shop|store|app|dev)"
            r"(?![\w.-]*@|\w)(?:/[^\s<>\"'，。、]*)?"
        ),
    ),
    ("mention", re.compile(r"(?<!\w)@[A-Za-z][A-Za-z0-9_]{2,31}(?!\w)", re.ASCII)),
    (
        "bot_command",
        re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])"),
    ),
    ("hashtag", re.compile(r"(?<![\w#])#(?=\w*[^\W\d])\w{1,256}(?!#)")),
    ("cashtag", re.compile(r"(?<!\w)\$[A-Z]{1,8}(?!\w)")),
]
_CODE = frozenset({"pre", "code"})
_OPAQUE = _CODE | {"text_link", "text_mention"}


def find_entities(text: str, *, taken: list[Entity] | None = None) -> list[Entity]:
    """Commands, mentions, tags and addresses in plain text, left to right, none overlapping."""
    if not any(mark in text for mark in "/@#$."):
        return []
    spans: list[tuple[int, int]] = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in taken or []
        if entity["type"] in _OPAQUE
    ]
    wide = utf16(text) != len(text)
    found: list[Entity] = []
    for kind, pattern in _FOUND:
        for match in pattern.finditer(text):
            begin = utf16(text[: match.start()]) if wide else match.start()
            end = begin + (utf16(match.group()) if wide else len(match.group()))
            if all(end <= low or begin >= high for low, high in spans):
                spans.append((begin, end))
                found.append({"type": kind, "offset": begin, "length": end - begin})
    return sorted(found, key=_order)


def _order(entity: Entity) -> tuple[int, int]:
    return entity["offset"], -entity["length"]


# ------------------------------------------------------------------------- a whole formatted text


def formatted(
    text: str,
    parse_mode: str,
    given: Any,
    known_user: Callable[[int], Entity | None],
    *,
    allow_empty: bool = False,
) -> tuple[str, list[Entity]]:
    """Text and entities as they will stand in the message.

    `given` is the caller's own entity list, used where no parse mode is named. Raises Refused
    where the text is over 32,768 bytes, cannot be parsed or is empty after trimming.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise bad_request("Strings must be encoded in UTF-8") from None
    if size > MAX_RAW_BYTES:
        raise bad_request("Text is too long")
    mode = parse_mode.lower()
    if mode not in ("", "none", "html"):
        raise bad_request("Unsupported parse_mode")
    entities = _given(given)
    if mode == "html" and text:
        text, entities = parse_html(text)
    text, entities = _trim(text, _tidy(entities, known_user))
    if not text and not allow_empty:
        raise bad_request("Text must be non-empty")
    entities += find_entities(text, taken=entities)
    return text, sorted(entities, key=_order)[:MAX_ENTITIES]


def _given(value: Any) -> list[Entity]:
    if not isinstance(value, list):
        return []
    for entity in value:
        if not isinstance(entity, dict):
            raise bad_request("Can't parse MessageEntity: expected an Object")
        for field, kind in (("type", str), ("offset", int), ("length", int)):
            if not isinstance(entity.get(field), kind):
                raise bad_request(f"Can't parse MessageEntity: Can't find field \"{field}\"")
    return [dict(entity) for entity in value]


def _tidy(entities: list[Entity], known_user: Callable[[int], Entity | None]) -> list[Entity]:
    """Nothing inside code, no quote inside a quote, no mention of people nobody knows."""
    kept: list[Entity] = []
    # of two over the same words the code comes first
    for entity in sorted(entities, key=lambda e: (*_order(e), e["type"] not in _CODE)):
        entity.pop("_language", None)
        end = entity["offset"] + entity["length"]
        around = {
            other["type"]
            for other in kept
            if other["offset"] <= entity["offset"] and end <= other["offset"] + other["length"]
        }
        if around & _CODE or ("quote" in entity["type"] and "quote" in str(around)):
            continue
        if entity["type"] == "text_mention":
            user = known_user(entity.get("user", {}).get("id", 0))
            if user is None:
                continue
            entity["user"] = user
        kept.append(entity)
    return kept


def _trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Spaces go from the end, and from the start up to the first entity."""
    text = text.rstrip()
    end = utf16(text)
    kept = [
        entity | {"length": min(entity["length"], end - entity["offset"])}
        for entity in entities
        if entity["offset"] < end
    ]
    first = kept[0]["offset"] if kept else len(text)
    lead = 0
    while lead < first and text[lead] in " \n":
        lead += 1
    if lead:
        kept = [entity | {"offset": entity["offset"] - lead} for entity in kept]
    return text[lead:], kept
