"""Text is escaped and cut before it is wrapped, and tables fit a phone."""

import random

import pytest

from bot.render import html


def test_markup_in_text_is_not_markup() -> None:
    assert html.bold("<A&B>") == "<b>&lt;A&amp;B&gt;</b>"


@pytest.mark.parametrize(
    ("text", "cells"),
    [("abc", 3), ("红富士", 6), ("A01 苹果", 8), ("−26.0%", 6), ("", 0), ("é", 1)],
)
def test_a_wide_character_takes_two_cells(text: str, cells: int) -> None:
    assert html.cells(text) == cells


def test_a_name_is_cut_to_its_cells() -> None:
    assert html.cut("红富士苹果 5斤", 8) == "红富士…"
    assert html.cut("红富士", 6) == "红富士"


def test_numbers_come_first_and_the_name_last() -> None:
    rows = [(["58,410", "−41.2%"], "A02 车厘子2斤"), (["880", "+3.1%"], "B07 鸡蛋30枚")]
    assert html.table(rows) == ["58,410 −41.2% A02 车厘子2斤", "   880  +3.1% B07 鸡蛋30枚"]


def test_columns_without_room_for_the_name_are_dropped() -> None:
    rows = [(["12,345,678", "1,234,567", "123,456,789"], "A01 红富士苹果")]
    assert html.table(rows) == ["12,345,678 1,234,567 A01 红富士…"]


@pytest.mark.parametrize("seed", range(50))
def test_no_line_of_a_table_is_wider_than_32_cells(seed: int) -> None:
    r = random.Random(seed)
    letters = "AB01红富士苹果é−,. 箱（）🍎"
    rows = [
        (
            [f"{r.randint(0, 10 ** r.randint(1, 11)):,}" for _ in range(r.randint(1, 4))],
            "".join(r.choice(letters) for _ in range(r.randint(0, 30))),
        )
        for _ in range(r.randint(1, 12))
    ]
    assert all(html.cells(line) <= 32 for line in html.table(rows))


def test_long_text_is_split_at_line_ends() -> None:
    text = "\n".join("x" * 9 for _ in range(10))
    pieces = html.split(text, 25)
    assert pieces[0] == "xxxxxxxxx\nxxxxxxxxx"
    assert "\n".join(pieces) == text
    assert all(len(piece) <= 25 for piece in pieces)
