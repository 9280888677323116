"""HTML becomes text and entities, or Telegram's refusal."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.entities import find_entities, formatted
from bot.sandbox.markup import parse_html
from bot.sandbox.refusal import Refused


def nobody(_: int) -> None:
    return None


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("<b>昨日</b> ok", "昨日 ok", [{"type": "bold", "offset": 0, "length": 2}]),
        ("🟠<i>x</i>", "🟠x", [{"type": "italic", "offset": 2, "length": 1}]),
        ("a &lt;b&gt; &amp; &quot;c&quot;", 'a <b> & "c"', []),
        ("&#33;&#x1F600;&nbsp;", "!😀&nbsp;", []),
        ("<b></b>x", "x", []),
        ("<STRONG>x</strong>", "x", [{"type": "bold", "offset": 0, "length": 1}]),
        ("<u>x</>", "x", [{"type": "underline", "offset": 0, "length": 1}]),
        (
            "<blockquote expandable>q</blockquote>",
            "q",
            [{"type": "expandable_blockquote", "offset": 0, "length": 1}],
        ),
        (
            '<pre><code class="language-py">x</code></pre>',
            "x",
            [{"type": "pre", "offset": 0, "length": 1, "language": "py"}],
        ),
        (
            '<a href="http://a.example/?b=1&amp;c=2">x</a>',
            "x",
            [
                {
                    "type": "text_link",
                    "offset": 0,
                    "length": 1,
                    "url": "http://a.example/?b=1&c=2",
                }
            ],
        ),
        ('<a href="nowhere">x</a>', "x", []),
        (
            '<span class="tg-spoiler">x</span>',
            "x",
            [{"type": "spoiler", "offset": 0, "length": 1}],
        ),
        (
            '<tg-time unix="1795469871" format="r">x</tg-time>',
            "x",
            [
                {
                    "type": "date_time",
                    "offset": 0,
                    "length": 1,
                    "unix_time": 1795469871,
                    "date_time_format": "r",
                }
            ],
        ),
    ],
)
def test_html_becomes_text_and_entities(
    html: str, text: str, entities: list[dict[str, Any]]
) -> None:
    assert parse_html(html) == (text, entities)


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("a <b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("5 < 6", 'Unsupported start tag "" at byte offset 2'),
        ("昨日<x>", 'Unsupported start tag "x" at byte offset 6'),
        ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
        (
            "<b><i>x</b></i>",
            'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
        ),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a href=", 'Unclosed start tag "a" at byte offset 0'),
        ("<a href=x/y>z</a>", "Unexpected end of name token at byte offset 8"),
        ('<b "x">y</b>', 'Empty attribute name in the tag "b" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_broken_html_is_refused_with_its_byte_offset(html: str, said: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_html(html)
    assert refusal.value.description == f"Bad Request: can't parse entities: {said}"


def test_nothing_stands_inside_code_and_no_quote_in_a_quote() -> None:
    html = "<code><b>a</b></code><blockquote>b<blockquote>c</blockquote></blockquote>"
    _, entities = formatted(html, "HTML", None, nobody)
    assert [(e["type"], e["offset"], e["length"]) for e in entities] == [
        ("code", 0, 1),
        ("blockquote", 1, 2),
    ]


def test_space_goes_from_the_end_and_from_the_start_up_to_the_first_entity() -> None:
    assert formatted(" \n a <b>b </b> ", "HTML", None, nobody) == (
        "a b",
        [{"type": "bold", "offset": 2, "length": 1}],
    )
    assert formatted("<pre>  7 x</pre>", "HTML", None, nobody)[0] == "  7 x"


def test_a_hundred_entities_are_kept() -> None:
    _, entities = formatted("<b>a</b> " * 120, "HTML", None, nobody)
    assert len(entities) == 100


def test_a_mention_of_somebody_unknown_is_plain_text() -> None:
    html = '<a href="tg://user?id=5">x</a>'
    assert formatted(html, "HTML", None, nobody) == ("x", [])
    user = {"id": 5, "is_bot": False, "first_name": "x"}
    (entity,) = formatted(html, "HTML", None, lambda _: dict(user))[1]
    assert (entity["type"], entity["user"]) == ("text_mention", user)


def test_given_entities_stand_where_no_parse_mode_is_named() -> None:
    given = [{"type": "bold", "offset": 0, "length": 2}]
    assert formatted("<b>", "", given, nobody) == ("<b>", given)


def test_a_given_entity_needs_its_place() -> None:
    with pytest.raises(Refused, match=r"can't parse MessageEntity: Can't find field \"offset\""):
        formatted("x", "", [{"type": "bold", "length": 1}], nobody)


def test_half_a_surrogate_is_no_text() -> None:
    with pytest.raises(Refused, match="strings must be encoded in UTF-8"):
        formatted("\ud83d", "", None, nobody)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/today", [("bot_command", 0, 6)]),
        ("看 /ask@shop_bot 昨天", [("bot_command", 2, 13)]),
        ("/日报", []),
        ("1/2", []),
        ("@shop_bot 昨天", [("mention", 0, 9)]),
        ("🟠 #双11 $USD", [("hashtag", 3, 4), ("cashtag", 8, 4)]),
        ("#11", []),
        ("https://a.example/x?y=1, a@b.example", [("url", 0, 23), ("email", 25, 11)]),
        ("price at item.jd.com/1.html", [("url", 9, 18)]),
        ("1.5 元", []),
    ],
)
def test_telegram_finds_commands_names_tags_and_addresses(
    text: str, found: list[tuple[str, int, int]]
) -> None:
    assert [(e["type"], e["offset"], e["length"]) for e in find_entities(text)] == found


def test_nothing_is_found_inside_code_or_a_link() -> None:
    html = '<code>/a</code> <a href="http://a.example/">b.com</a> /c'
    _, entities = formatted(html, "HTML", None, nobody)
    assert [e["type"] for e in entities] == ["code", "text_link", "bot_command"]
