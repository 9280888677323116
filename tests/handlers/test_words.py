"""What counts as said to the bot: commands, typed words, mentions, captions; and what does not."""

from typing import Any

import pytest
from conftest import NOW, Shop
from wire import Wire, buttons
from world import GROUP

from bot import teams
from bot.config import Defaults
from bot.db import Database
from handlers import COMMANDS
from handlers.said import Said, read, typed

BOT = "storebot_sandbox_bot"
TITLE = "昨日"  # how the panel of yesterday begins


@pytest.fixture
async def linked(wire: Wire, shop: Shop, db: Database, orders: None) -> Wire:
    """The group shows the Tmall store, which has a week of orders."""
    with db.write() as s:
        chat = teams.chat(s, GROUP, "supergroup")
        teams.link(s, chat, 0, teams.stores(s, shop.team)[:1], "zh-hans", Defaults(), NOW)
    return wire


def shown(message: dict[str, Any]) -> str:
    return str(message.get("text") or message.get("caption"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/yesterday", Said("yesterday", "", False)),
        ("/ASK sales\nlast week", Said("ask", "sales\nlast week", False)),
        (f"/yesterday@{BOT}", Said("yesterday", "", True)),
        ("/yesterday@Storebot_Sandbox_Bot", Said("yesterday", "", True)),
        ("/yesterday@other_bot", None),
        (f"昨天销售额 @{BOT}", Said("", "昨天销售额", True)),
        (f"@{BOT} /ask 昨天", Said("ask", "昨天", True)),
        (f"问@{BOT} 昨天", Said("", "问@storebot_sandbox_bot 昨天", False)),
        (f"@{BOT}2 昨天", Said("", f"@{BOT}2 昨天", False)),
        ("／ask 昨天", Said("ask", "昨天", False)),
        ("/日报", Said("", "/日报", False)),
    ],
)
def test_a_text_is_read(text: str, said: Said | None) -> None:
    assert read(text, BOT) == said


@pytest.mark.parametrize(
    ("text", "addressed", "command"),
    [
        ("日报", False, "yesterday"),
        ("戰報！", False, "yesterday"),
        ("/日报", False, "yesterday"),
        ("昨天", False, None),  # an answer to "when?" among people
        ("昨天", True, "yesterday"),
        ("rb", True, "yesterday"),
        ("This Week", True, "week"),
        ("日报发了吗", False, None),
        ("昨天 销售额", True, None),  # a question: the grammar's
        ("报售后", False, "issue"),
    ],
)
def test_typed_words_are_commands(text: str, addressed: bool, command: str | None) -> None:
    found = typed(COMMANDS).match(text, addressed=addressed)
    assert (found[0].name if found else None) == command


@pytest.mark.parametrize("text", ["日报", "/rb", "昨天", "report"])
async def test_a_word_shows_the_panel_in_private(linked: Wire, shop: Shop, text: str) -> None:
    await linked.say(shop.owner, "/yesterday")
    panel = shown(await linked.reply())
    await linked.say(shop.owner, text)
    assert shown(await linked.reply()) == panel


async def test_an_administrator_bot_hears_the_word_and_leaves_talk_alone(
    linked: Wire, shop: Shop
) -> None:
    await linked._do("bot", person=shop.owner, chat=GROUP, status="administrator")
    await linked.replies()
    for talk in ("昨天", "大家早上好", "日报发了吗", "本周"):
        await linked.say(shop.staff, talk, chat=GROUP)
    assert await linked.replies() == []
    await linked.say(shop.staff, "日报", chat=GROUP)
    assert "支付" in shown(await linked.reply())


async def test_a_strangers_word_in_a_group_meets_silence(linked: Wire, shop: Shop) -> None:
    await linked._do("bot", person=shop.owner, chat=GROUP, status="administrator")
    await linked.replies()
    for text in ("日报", "/rb", f"@{BOT} 日报"):
        await linked.say(shop.stranger, text, chat=GROUP)
    assert await linked.replies() == []


async def test_a_command_to_another_bot_is_not_ours(linked: Wire, shop: Shop) -> None:
    await linked.say(shop.owner, "/yesterday@other_bot")
    assert await linked.replies() == []
    await linked.say(shop.owner, f"/yesterday@{BOT}", chat=GROUP)
    assert len(await linked.replies()) == 1


async def test_a_command_that_there_is_not_is_told_with_the_nearest(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.owner, "/yesterdy")
    assert (await wire.reply())["text"] == "没有 /yesterdy 这个命令，是不是 /yesterday？"
    await wire.say(shop.owner, "/qwxz")
    assert (await wire.reply())["text"] == "没有 /qwxz 这个命令，发 /help 看能做什么。"


async def test_an_unknown_command_in_a_group_may_be_another_bots(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.owner, "/poll", chat=GROUP)
    assert await wire.replies() == []


async def test_a_command_may_be_the_caption_of_a_photo(linked: Wire, shop: Shop) -> None:
    await linked.upload(shop.owner, "x.png", _PNG, **{"as": "photo", "caption": "/help"})
    assert (await linked.reply())["text"].startswith("店小二能做的")


async def test_among_people_a_file_that_is_no_export_is_left_alone(
    linked: Wire, shop: Shop
) -> None:
    await linked._do("bot", person=shop.owner, chat=GROUP, status="administrator")
    await linked.replies()
    await linked.upload(shop.staff, "会议.docx", b"x", chat=GROUP)
    assert await linked.replies() == []


# senders without a name ----------------------------------------------------------------------

_NAMELESS = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
_GROUP = {"id": GROUP, "type": "supergroup", "title": "果然鲜 · 团队"}


async def unseen(wire: Wire, shop: Shop, text: str, **more: Any) -> None:
    """An administrator posts as the group: what Telegram makes of a message of the owner's."""
    said = (await wire.say(shop.staff, "hello", chat=GROUP))["message"]
    message = {
        "message_id": said["message_id"], "date": said["date"], "chat": _GROUP, "text": text,
        "from": _NAMELESS, "sender_chat": _GROUP, **more,
    }  # fmt: skip
    unseen.next += 1
    await wire.bot._store([{"update_id": unseen.next, "message": message}])


unseen.next = 900


async def test_an_unseen_administrator_is_asked_who_they_are(linked: Wire, shop: Shop) -> None:
    await unseen(linked, shop, "/yesterday")
    message = await linked.reply()
    assert message["text"].startswith("你是匿名发言，我不知道是谁。")
    assert buttons(message) == {"我来执行": "me:yesterday"}


async def test_whoever_presses_runs_it_with_their_own_rights(linked: Wire, shop: Shop) -> None:
    await unseen(linked, shop, "/yesterday")
    message = await linked.reply()
    await linked.press(shop.stranger, message, "me:yesterday")
    assert await linked.replies() == []
    await linked.press(shop.staff, message, "me:link", forge=True)
    assert await linked.answers() == ["你没有权限做这件事。需要的话找店铺的老板。"]
    await linked.press(shop.manager, message, "me:yesterday")
    panel, prompt = await linked.replies()
    assert "支付" in shown(panel)
    assert prompt["text"] == "王店长 执行了 /yesterday。"


async def test_talk_of_an_unseen_administrator_is_left_alone(linked: Wire, shop: Shop) -> None:
    for text in ("大家好", "/qwxz", "/yesterday@other_bot"):
        await unseen(linked, shop, text)
    assert await linked.replies() == []


async def test_another_sender_or_an_old_message_is_no_command(linked: Wire, shop: Shop) -> None:
    channel = {"id": -1009, "type": "channel", "title": "news"}
    voice = {"id": 136817688, "is_bot": True, "first_name": "Channel"}
    owner = {"id": shop.owner, "is_bot": False, "first_name": "林老板"}
    await unseen(linked, shop, "/yesterday", sender_chat=channel, **{"from": voice})
    await unseen(linked, shop, "/yesterday", sender_chat=channel, is_automatic_forward=True)
    origin = {"type": "user", "date": 1, "sender_user": owner}
    named = {"from": owner, "sender_chat": None}
    await unseen(linked, shop, "/yesterday", forward_origin=origin, **named)
    await unseen(linked, shop, "/yesterday", via_bot=voice, **named)
    assert await linked.replies() == []


_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
