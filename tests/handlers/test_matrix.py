"""Every command, button and push × role × kind of chat: its rows come from the program's tables.

A row without an expectation here fails, and so does a row without a rule there.
"""

import pytest
from conftest import Shop
from sqlmodel import select
from wire import Wire
from world import GROUP

from bot import teams
from bot.access import ROLES, Rule, Verdict, decide
from bot.config import Defaults
from bot.db import Database
from bot.db.people import Member
from handlers import ALBUM, ANONYMOUS, COMMANDS, FILE, PRESSES, REPLY, STALE, UNKNOWN, WORDS
from jobs import PUSHES

BOTH, PRIVATE, GROUPS = {"private", "supergroup"}, {"private"}, {"supergroup"}
READERS = {"owner", "manager", "staff", "viewer"}
BOSSES = {"owner", "manager"}
LOGGERS = {"owner", "manager", "staff", "leader"}
TEAM = {"owner", "manager", "staff", "leader", "viewer"}
EVERYBODY = TEAM | {"stranger"}

# who may, and where
EXPECTED = {
    "/today": (READERS, BOTH),
    "/yesterday": (READERS, BOTH),
    "/week": (READERS, BOTH),
    "/month": (READERS, BOTH),
    "/ask": (READERS, BOTH),
    "/record": ({"owner", "manager", "staff"}, BOTH),
    "/why": (READERS, BOTH),
    "/issue": (LOGGERS, BOTH),
    "/issues": (TEAM, BOTH),
    "/mine": (TEAM, BOTH),
    "/find": (TEAM, BOTH),
    "/issuestats": (READERS, BOTH),
    "/export": (READERS, BOTH),
    "/link": (BOSSES, GROUPS),
    "/stores": (BOSSES, PRIVATE),
    "/status": (BOSSES, BOTH),
    "/settings": (TEAM, BOTH),
    "/board": (BOSSES, GROUPS),
    "/todo": ({"owner", "manager", "staff"}, BOTH),
    "/notice": (BOSSES, GROUPS),
    "/violation": ({"owner", "manager", "staff"}, BOTH),
    "/live": ({"owner", "manager", "staff"}, BOTH),
    "/unlink": (BOSSES, GROUPS),
    "/team": (TEAM, PRIVATE),
    "/invite": (BOSSES, PRIVATE),
    "/audit": ({"owner"}, PRIVATE),
    "/privacy": ({"owner"}, PRIVATE),
    "/handover": ({"owner", "manager", "staff"}, BOTH),
    "/fh": ({"owner", "manager", "staff"}, BOTH),
    "/deadlines": (BOSSES, BOTH),
    "/reasons": (BOSSES, BOTH),
    "/start": (EVERYBODY, PRIVATE),
    "/help": (TEAM, BOTH),
    "words": (READERS, BOTH),
    "reply": (LOGGERS, BOTH),
    "album": (LOGGERS, BOTH),
    "file": ({"owner", "manager", "staff"}, BOTH),
    "unknown": (TEAM, BOTH),
    "anonymous": (EVERYBODY, GROUPS),
    "stale": (TEAM, BOTH),
    "button q": (READERS, BOTH),
    "button st": (READERS, BOTH),
    "button review": (READERS, BOTH),
    "button i": (LOGGERS, BOTH),  # the door asks the card's own rules of each step
    "button il": (TEAM, BOTH),
    "button fh": ({"owner", "manager", "staff"}, BOTH),
    "button d": (LOGGERS, BOTH),
    "button del": (LOGGERS, BOTH),
    "button stores": (BOSSES, PRIVATE),
    "button u": ({"owner", "manager", "staff"}, BOTH),
    "button f": ({"owner", "manager", "staff"}, BOTH),
    "button e": ({"owner", "manager", "staff"}, BOTH),
    "button h": ({"owner", "manager", "staff"}, BOTH),
    "button link": (BOSSES, GROUPS),
    "button set": (BOSSES, BOTH),
    "button k": (TEAM, BOTH),  # the door itself asks for the desk
    "button board": (BOSSES, GROUPS),
    "button me": (TEAM, GROUPS),
    "button setup": (EVERYBODY, PRIVATE),  # the door itself asks for config's owners
    "button join": (EVERYBODY, PRIVATE),
    "button admit": (TEAM, PRIVATE),  # the door itself asks for an owner of that team
    "button inv": (BOSSES, PRIVATE),
    "button unv": (BOSSES, PRIVATE),
    "button team": (TEAM, PRIVATE),
    "button tm": (BOSSES, PRIVATE),
    "button switch": (TEAM, PRIVATE),
    "button audit": ({"owner"}, PRIVATE),
    "push digest": (READERS, BOTH),
    "push nudge": (READERS, BOTH),
    "push issues": (READERS, BOTH),
    "push issues_week": (READERS, BOTH),
    "push import": (READERS, PRIVATE),
    "push chat": (BOSSES, PRIVATE),
    "push away": ({"owner"}, PRIVATE),
    "push join": ({"owner"}, PRIVATE),
    "push kin": (TEAM, BOTH),
    "push board": (BOSSES, BOTH),
    "push people": (EVERYBODY, PRIVATE),
}


def rows() -> dict[str, Rule]:
    return {
        **{f"/{c.name}": c.rule for c in COMMANDS},
        "words": WORDS.rule,
        "file": FILE.rule,
        "reply": REPLY.rule,
        "album": ALBUM.rule,
        "unknown": UNKNOWN.rule,
        "anonymous": ANONYMOUS.rule,
        "stale": STALE.rule,
        **{f"button {p.kind}": p.rule for p in PRESSES},
        **{f"push {kind}": rule for kind, rule in PUSHES.items()},
    }


def test_every_row_has_an_expectation() -> None:
    assert set(rows()) == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("chat", ["private", "supergroup"])
@pytest.mark.parametrize("role", [*ROLES, "stranger"])
def test_who_may_do_what_where(name: str, chat: str, role: str) -> None:
    roles, chats = EXPECTED[name]
    verdict = decide(rows()[name], None if role == "stranger" else role, chat)
    assert (verdict is Verdict.ALLOW) == (role in roles and chat in chats)


REFUSED = "你没有权限做这件事。需要的话找店铺的老板。"
ELSEWHERE = "这个要私聊我用：点我的头像，再点「发消息」。"


@pytest.fixture
async def linked(wire: Wire, shop: Shop, db: Database) -> Wire:
    """The group shows the Tmall store; a viewer is in it too."""
    with db.write() as s:
        chat = teams.chat(s, GROUP, "supergroup")
        stores = teams.stores(s, shop.team)[:1]
        teams.link(s, chat, 0, stores, "zh-hans", Defaults(), wire.bot.clock.now())
    return wire


@pytest.mark.parametrize("command", [c.name for c in COMMANDS])
@pytest.mark.parametrize("person", ["owner", "manager", "staff", "stranger"])
async def test_the_group_sees_what_the_table_says(
    linked: Wire, shop: Shop, command: str, person: str
) -> None:
    await linked.say(getattr(shop, person), f"/{command}", chat=GROUP)
    texts = [m.get("text", m.get("caption")) for m in await linked.replies()]
    roles, chats = EXPECTED[f"/{command}"]
    if person == "stranger":
        assert texts == []
    elif person not in roles:
        assert texts == [REFUSED]
    elif "supergroup" not in chats:
        assert texts == [ELSEWHERE]
    else:
        assert len(texts) == (2 if command == "board" else 1)  # we may pin nothing here
        assert texts[0] not in (REFUSED, ELSEWHERE)


@pytest.mark.parametrize("kind", [p.kind for p in PRESSES])
async def test_a_strangers_press_in_a_group_is_refused(
    linked: Wire, shop: Shop, db: Database, kind: str
) -> None:
    await linked.say(shop.owner, "/help", chat=GROUP)
    message = await linked.reply()
    with db.read() as s:
        before = s.exec(select(Member)).all()
    await linked.press(shop.stranger, message, f"{kind}:1:1", forge=True)
    assert await linked.replies() == []
    with db.read() as s:
        assert s.exec(select(Member)).all() == before


async def test_in_a_group_help_says_how_to_be_heard(linked: Wire, shop: Shop) -> None:
    await linked.say(shop.manager, "/help", chat=GROUP)
    assert "在群里 @我，或回复我的消息" in (await linked.reply())["text"]
