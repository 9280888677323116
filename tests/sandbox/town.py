"""A small world: 林老板 owns the team chat, 小陈 is in it, 路人 is a stranger to both."""

from __future__ import annotations

import struct

from bot.sandbox.params import Upload
from bot.sandbox.world import Group, Member, Person, World

OWNER, STAFF, STRANGER = 101, 102, 103
TEAM, FORUM, SMALL = -1001, -1002, -77

WORLD = World(
    people=(
        Person(OWNER, "林", "老板", "boss_lin", "zh-hans", {"en": "owner"}, started=True),
        Person(STAFF, "小陈", language="en"),
        Person(STRANGER, "路人", outsider=True),
    ),
    groups=(
        Group(
            TEAM,
            "果然鲜",
            members=(Member(OWNER, "creator", "老板"), Member(STAFF, "member", "早班")),
        ),
        Group(
            FORUM,
            "果然鲜·话题",
            members=(Member(OWNER, "creator"),),
            topics={2: "售后", 3: "日报"},
            bot="administrator",
        ),
        Group(SMALL, "小群", "group", (Member(OWNER, "creator"), Member(STAFF))),
    ),
    bot_name="店小二",
    bot_username="shop_bot",
)


def png(width: int, height: int, size: int = 0) -> Upload:
    """A picture that is nothing but its header, padded to `size` bytes."""
    header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height)
    return Upload("card.png", header.ljust(size, b"\0"))
