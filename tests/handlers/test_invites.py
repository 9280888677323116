"""/invite: a link that lets one person in, by words and by buttons, over HTTP."""

import re
from datetime import timedelta
from typing import Any

import pytest
from conftest import Shop
from sqlmodel import select
from wire import Wire, buttons
from world import GROUP

from bot import teams
from bot.db import Database
from bot.db.people import AuditRow, Chat, Invite, Member
from bot.db.wire import InboxRow, OutboxRow

INVALID = "This invite link no longer works. Ask whoever invited you for a new one."


def payload(message: dict[str, Any]) -> str:
    found = re.search(r"https://t\.me/storebot_sandbox_bot\?start=(inv_[\w-]{22})", message["text"])
    assert found
    return found[1]


def place(db: Database, person: int) -> tuple[int, str] | None:
    with db.read() as s:
        found = teams.memberships(s, person)
    return (found[0].team_id, found[0].role) if found else None


async def invite(wire: Wire, person: int, words: str) -> dict[str, Any]:
    await wire.say(person, f"/invite {words}")
    return await wire.reply()


async def test_a_link_is_made_in_one_line(wire: Wire, shop: Shop) -> None:
    message = await invite(wire, shop.owner, "员工 天猫 7d")
    assert message["text"] == (
        "🔗 邀请链接，只能用一次\n员工 · 天猫旗舰店\n11‑30 08:30（上海时间）前有效\n\n"
        f"https://t.me/storebot_sandbox_bot?start={payload(message)}\n\n"
        "把它发给要加入的人，打开后点「开始」就进团队。"
    )
    rows = message["reply_markup"]["inline_keyboard"]
    assert rows[0][0]["copy_text"]["text"].endswith(payload(message))
    assert list(buttons(message)) == ["复制链接", "转发", "作废这个邀请"]


async def test_whoever_opens_it_is_in_and_the_inviter_hears(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link = payload(await invite(wire, shop.owner, "员工 天猫"))
    await wire.say(shop.stranger, f"/start {link}")
    texts = {m["chat"]["id"]: m["text"] for m in await wire.replies()}
    assert texts[shop.stranger].startswith(
        "Welcome, Stranger! You have joined “果然鲜”: staff · 天猫旗舰店."
    )
    assert texts[shop.owner] == "✅ Stranger 凭你的邀请加入了「果然鲜」：员工 · 天猫旗舰店。"
    with db.read() as s:
        (member,) = teams.memberships(s, shop.stranger)
        assert (member.team_id, member.role) == (shop.team, "staff")
        assert teams.held_to(s, member) == {shop.tmall}


async def test_a_leaders_link_makes_the_pickup_point(wire: Wire, shop: Shop, db: Database) -> None:
    link = payload(await invite(wire, shop.manager, "leader 朝阳里"))
    await wire.say(shop.stranger, f"/start {link}")
    await wire.replies()
    with db.read() as s:
        (member,) = teams.memberships(s, shop.stranger)
        assert [(p.id, p.name) for p in teams.points(s, shop.team)] == [(member.point_id, "朝阳里")]


async def test_buttons_ask_for_role_store_and_time(wire: Wire, shop: Shop, db: Database) -> None:
    message = await invite(wire, shop.manager, "")
    first = message["message_id"]
    assert list(buttons(message)) == ["员工", "团长", "只看"]
    for label in ("员工", "香港店", "1 小时"):
        await wire.press(shop.manager, message, buttons(message)[label])
        message = await wire.reply()
    assert message["message_id"] == first
    assert "员工 · 香港店\n11‑23 09:30（上海时间）前有效" in message["text"]
    await wire.say(shop.stranger, f"/start {payload(message)}")
    await wire.replies()
    assert place(db, shop.stranger) == (shop.team, "staff")


async def test_the_buttons_go_back(wire: Wire, shop: Shop) -> None:
    roles = await invite(wire, shop.owner, "")
    await wire.press(shop.owner, roles, "inv:staff")
    stores = await wire.reply()
    await wire.press(shop.owner, stores, buttons(stores)["香港店"])
    spans = await wire.reply()
    await wire.press(shop.owner, spans, buttons(spans)["« 返回"])
    assert buttons(await wire.reply()) == buttons(stores)
    await wire.press(shop.owner, stores, buttons(stores)["« 返回"])
    assert buttons(await wire.reply()) == buttons(roles)


async def test_a_button_pressed_twice_leaves_one_link(wire: Wire, shop: Shop, db: Database) -> None:
    message = await invite(wire, shop.owner, "")
    for _ in range(2):
        await wire.press(shop.owner, message, "inv:viewer:all:1d", forge=True)
    await wire.replies()
    with db.read() as s:
        made = s.exec(select(Invite)).all()
    assert [x.used_at is None for x in made] == [False, True]


@pytest.mark.parametrize("language", ["zh-hant", "en"])
async def test_every_step_speaks_the_readers_language(
    wire: Wire, shop: Shop, language: str
) -> None:
    said = {
        "zh-hant": ["邀請誰進來？先選角色。", "員工能看哪個店鋪？", "員工 · 香港店", "🔗 邀請連結"],
        "en": ["Who are you inviting?", "Which store may they see (staff)?", "staff · 香港店",
               "🔗 Invite link, works once"],
    }[language]  # fmt: skip
    await wire.speak(shop.owner, language)
    message = await invite(wire, shop.owner, "")
    for data, text in zip(
        ("inv:staff", f"inv:staff:{shop.shopify}", f"inv:staff:{shop.shopify}:1d", ""), said,
        strict=True,
    ):  # fmt: skip
        assert message["text"].startswith(text)
        if data:
            await wire.press(shop.owner, message, data)
            message = await wire.reply()


# who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["店长", "owner", "老板 天猫"])
async def test_a_manager_gives_no_role_as_high_as_theirs(
    wire: Wire, shop: Shop, db: Database, words: str
) -> None:
    assert (await invite(wire, shop.manager, words))["text"] == "这个角色不能由你邀请。"
    with db.read() as s:
        assert s.exec(select(Invite)).all() == []


async def test_a_manager_forges_no_role(wire: Wire, shop: Shop, db: Database) -> None:
    message = await invite(wire, shop.manager, "")
    for data in ("inv:owner:all:7d", "inv:manager:all:7d", "inv:king:all:7d"):
        await wire.press(shop.manager, message, data, forge=True)
    assert await wire.replies() == []
    with db.read() as s:
        assert s.exec(select(Invite)).all() == []


async def test_a_store_of_another_team_cannot_be_given(
    wire: Wire, shop: Shop, db: Database
) -> None:
    message = await invite(wire, shop.owner, "")
    await wire.press(shop.owner, message, f"inv:staff:{shop.other_store}:7d", forge=True)
    assert await wire.answers() == ["这个店铺已经不在了，请重发命令。"]
    with db.read() as s:
        assert s.exec(select(Invite)).all() == []


async def test_somebody_held_to_a_store_gives_no_other(
    wire: Wire, shop: Shop, db: Database
) -> None:
    with db.write() as s:
        teams.hold_to(s, teams.memberships(s, shop.manager)[0], [shop.tmall])
    refused = await invite(wire, shop.manager, "员工 香港店")
    assert refused["text"] == "你只能给自己看得到的店铺，请选其中一个。"
    assert "员工 · 天猫旗舰店" in (await invite(wire, shop.manager, "员工"))["text"]


async def test_in_a_group_it_says_where(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.owner, "/invite 员工", chat=GROUP)
    assert (await wire.reply())["text"] == "这个要私聊我用：点我的头像，再点「发消息」。"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("天猫", "没看懂给什么角色。这样发：/invite 员工 天猫 7天"),
        ("员工 火星店", "没认出店铺「火星店」。现有：天猫旗舰店 · 香港店"),
        ("团长", "团长要有自提点，30字以内。这样发：/invite 团长 朝阳里"),
    ],
)
async def test_what_is_not_understood_is_said(
    wire: Wire, shop: Shop, words: str, text: str
) -> None:
    assert (await invite(wire, shop.owner, words))["text"] == text


# who may not come in ------------------------------------------------------------------------


async def test_a_link_works_once(wire: Wire, shop: Shop) -> None:
    link = payload(await invite(wire, shop.owner, "staff"))
    await wire.say(shop.outsider, f"/start {link}")
    await wire.replies()
    await wire.say(shop.stranger, f"/start {link}")
    assert (await wire.reply())["text"] == INVALID


async def test_an_expired_link_is_of_no_use(wire: Wire, shop: Shop, db: Database) -> None:
    link = payload(await invite(wire, shop.owner, "staff 1h"))
    wire.bot.clock.advance(timedelta(minutes=61))
    await wire.say(shop.stranger, f"/start {link}")
    assert (await wire.replies())[-1]["text"] == INVALID
    assert place(db, shop.stranger) is None


async def test_a_revoked_link_is_of_no_use(wire: Wire, shop: Shop) -> None:
    message = await invite(wire, shop.owner, "staff")
    await wire.press(shop.owner, message, buttons(message)["作废这个邀请"])
    assert (await wire.reply())["text"] == "这个邀请已作废：员工 · 全部店铺"
    await wire.say(shop.stranger, f"/start {payload(message)}")
    assert (await wire.reply())["text"] == INVALID


async def test_a_link_nobody_made_is_of_no_use(wire: Wire, shop: Shop, db: Database) -> None:
    await wire.say(shop.stranger, "/start inv_AAAAAAAAAAAAAAAAAAAAAA")
    assert (await wire.reply())["text"] == INVALID
    with db.read() as s:
        assert s.exec(select(Chat).where(Chat.telegram_id == shop.stranger)).all() == []
        assert {r.raw for r in s.exec(select(InboxRow))} == {""}


async def test_a_link_of_somebody_who_was_demoted_is_of_no_use(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link = payload(await invite(wire, shop.manager, "staff"))
    with db.write() as s:
        teams.memberships(s, shop.manager)[0].role = "staff"
    await wire.say(shop.stranger, f"/start {link}")
    assert (await wire.reply())["text"] == INVALID


async def test_somebody_of_the_team_does_not_use_it_up(
    wire: Wire, shop: Shop, db: Database
) -> None:
    link = payload(await invite(wire, shop.owner, "manager"))
    await wire.say(shop.staff, f"/start {link}")
    assert (await wire.reply())["text"] == "你已经在团队里了，发 /help 看能做什么。"
    assert place(db, shop.staff) == (shop.team, "staff")
    await wire.say(shop.stranger, f"/start {link}")
    await wire.replies()
    assert place(db, shop.stranger) == (shop.team, "manager")


async def test_the_outsider_neither_sees_nor_revokes_it(
    wire: Wire, shop: Shop, db: Database
) -> None:
    message = await invite(wire, shop.owner, "staff")
    theirs = await invite(wire, shop.outsider, "staff")
    ours = buttons(message)["作废这个邀请"]
    await wire.press(shop.outsider, theirs, ours, forge=True)
    assert await wire.answers() == ["这个邀请已经用掉或作废了。"]
    await wire.press(shop.outsider, theirs, "team:i", forge=True)
    assert (await wire.reply())["text"].startswith("1 个邀请还没用\n1. 员工")
    await wire.say(shop.stranger, f"/start {payload(message)}")
    await wire.replies()
    assert place(db, shop.stranger) == (shop.team, "staff")


async def test_a_manager_revokes_no_owners_invite(wire: Wire, shop: Shop, db: Database) -> None:
    message = await invite(wire, shop.owner, "manager")
    own = await invite(wire, shop.manager, "")
    await wire.press(shop.manager, own, buttons(message)["作废这个邀请"], forge=True)
    assert await wire.answers() == ["你没有权限做这件事。需要的话找店铺的老板。"]
    await wire.say(shop.stranger, f"/start {payload(message)}")
    await wire.replies()
    assert place(db, shop.stranger) == (shop.team, "manager")


# what is kept -------------------------------------------------------------------------------


async def test_the_link_is_kept_nowhere(wire: Wire, shop: Shop, db: Database) -> None:
    link = payload(await invite(wire, shop.owner, "staff"))
    await wire.say(shop.stranger, f"/start {link}")
    await wire.replies()
    with db.read() as s:
        for table in (OutboxRow, InboxRow, Invite, AuditRow, Member):
            rows = [row.model_dump_json() for row in s.exec(select(table))]
            assert rows
            assert not [row for row in rows if link in row]


async def test_an_owner_of_the_config_may_come_by_invite(
    wire: Wire, shop: Shop, db: Database
) -> None:
    with db.write() as s:
        for table in (AuditRow, Member):
            for row in s.exec(select(table).where(table.team_id == shop.team)):
                s.delete(row)
    link = payload(await invite(wire, shop.outsider, "manager"))
    await wire.say(shop.owner, f"/start {link}")
    await wire.replies()
    assert place(db, shop.owner) == (shop.other_team, "manager")


async def test_a_request_is_closed_when_its_person_comes_by_invite(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await wire.say(shop.stranger, "/start")
    await wire.press(shop.stranger, await wire.reply(), "join:ask")
    await wire.replies()
    link = payload(await invite(wire, shop.owner, "viewer"))
    await wire.say(shop.stranger, f"/start {link}")
    told = {m["chat"]["id"]: m for m in await wire.replies()}
    await wire.press(shop.owner, told[shop.owner], "admit:1:manager", forge=True)
    await wire.replies()
    assert place(db, shop.stranger) == (shop.team, "viewer")
