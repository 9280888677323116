"""The world file: what it may say, and what is wrong with it in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.sandbox.world import Group, Member, Person, World, load

GOOD = """
zone = "Asia/Hong_Kong"
[bot]
name = "店小二"
username = "shop_bot"
[[people]]
id = 1
first_name = "林"
language = "zh-hant"
line = { en = "owner" }
[[groups]]
id = -1001
title = "果然鮮"
members = [{ id = 1, status = "creator", title = "老闆" }]
topics = [{ id = 2, name = "售後" }]
bot = "administrator"
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "world.toml"
    path.write_text(text, encoding="utf8")
    return path


def test_a_world_file_is_read(tmp_path: Path) -> None:
    assert load(written(tmp_path, GOOD)) == World(
        people=(Person(1, "林", language="zh-hant", line={"en": "owner"}),),
        groups=(
            Group(
                -1001,
                "果然鮮",
                members=(Member(1, "creator", "老闆"),),
                topics={2: "售後"},
                bot="administrator",
            ),
        ),
        bot_name="店小二",
        bot_username="shop_bot",
        zone="Asia/Hong_Kong",
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"zh-hant"', '"fr"', "person 1: no language 'fr'"),
        ("{ id = 1, status", "{ id = 5, status", r"group -1001: nobody has the ids \[5\]"),
        ("id = -1001", "id = -5", "a supergroup's id begins with -100, not -5"),
        ("id = 2, name", "id = 1, name", "topics are of supergroups and numbered from 2: -1001"),
        ("first_name", "firstname", "unexpected keyword argument 'firstname'"),
        (', name = "售後"', "", "'name'"),
        ("[bot]", "[bot", "Expected ']'"),
    ],
)
def test_a_wrong_world_file_is_named_with_its_fault(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(ValueError, match=said) as fault:
        load(path)
    assert str(fault.value).startswith(f"{path}: ")
