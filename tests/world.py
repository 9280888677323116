"""Who exists in the sandbox of the tests: the people of `conftest`, their chats, a stranger."""

from datetime import timedelta

from bot.clock import Clock
from bot.sandbox.world import Group, Member, Person, World

TOKEN = "7000000001:" + "A" * 35
GROUP = -1001000000001  # our team's group; a stranger sits in it too
OTHERS = -1001000000002  # the neighbours' group
FORUM = -1001000000003  # our team's group with topics
SMALL = -4001  # our team's group that is no supergroup yet; the stranger made it
ELSEWHERE = -1001000000005  # where we are not yet: anybody may add the bot


class Fast(Clock):
    """Skips ahead without waking the ticks, so that Telegram's pace need not be waited for."""

    def skip(self, seconds: float) -> None:
        self._offset += timedelta(seconds=seconds)


PEOPLE = (
    Person(1001, "林老板"),
    Person(1002, "王店长"),
    Person(1003, "小陈"),
    Person(1004, "周姐"),
    Person(2001, "沈老板"),
    Person(3001, "Stranger", language="en"),
)
WORLD = World(
    people=PEOPLE,
    groups=(
        Group(
            GROUP, "果然鲜 · 团队",
            members=(Member(1001, "creator"), Member(1002), Member(1003), Member(3001)),
        ),
        Group(OTHERS, "邻家", members=(Member(2001, "creator"), Member(1002))),
        Group(
            FORUM, "果然鲜 · 话题",
            members=(Member(1001, "creator"), Member(1002), Member(1003)),
            topics={2: "日报", 3: "售后"},
        ),
        Group(
            SMALL, "小群", "group",
            members=(Member(3001, "creator"), Member(1001), Member(1002), Member(1003)),
        ),
        Group(
            ELSEWHERE, "别处",
            members=(Member(3001, "creator"), Member(1002), Member(1003), Member(2001)),
            bot="left",
        ),
    ),
)  # fmt: skip
