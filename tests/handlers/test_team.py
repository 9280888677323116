"""/team and /audit: who is in it, what may be changed about whom, and who changed it."""

from datetime import timedelta
from typing import Any

import pytest
from conftest import NOW, Shop
from sqlmodel import select
from wire import Wire, buttons
from world import GROUP

from bot import members, teams
from bot.config import Defaults
from bot.db import Database
from bot.db.people import Binding, Member

EVERYBODY = (
    "果然鲜 · 4 人\n林老板 老板\n王店长 店长\n小陈 员工\n周姐 团长 · 没设自提点\n\n"
    "早班 09:00–17:30　晚班 17:00–24:00"
)
MAY_NOT = "你没有权限做这件事。需要的话找店铺的老板。"


def of(db: Database, person: int) -> Member:
    with db.read() as s:
        return s.exec(select(Member).where(Member.telegram_id == person)).one()


async def say(wire: Wire, person: int, text: str) -> dict[str, Any]:
    await wire.say(person, text)
    return await wire.reply()


async def press(wire: Wire, person: int, message: dict[str, Any], data: str) -> dict[str, Any]:
    """What the message became; the person themselves may hear of it too."""
    await wire.press(person, message, data, forge=True)
    (edited,) = [m for m in await wire.replies() if m["chat"]["id"] == person]
    return edited


# the list -----------------------------------------------------------------------------------


async def test_the_owner_sees_everybody_with_buttons(wire: Wire, shop: Shop) -> None:
    message = await say(wire, shop.owner, "/team")
    assert message["text"] == (
        f"{EVERYBODY}\n点名字改角色、店铺、排班。改班次时间：\n/team 早班 09:00-17:30"
    )
    assert list(buttons(message)) == ["林老板", "王店长", "小陈", "周姐", "➕ 邀请"]


async def test_staff_read_the_list_without_buttons(wire: Wire, shop: Shop) -> None:
    message = await say(wire, shop.staff, "/team")
    assert (message["text"], buttons(message)) == (EVERYBODY, {})


async def test_a_leader_sees_only_their_own_place(wire: Wire, shop: Shop) -> None:
    message = await say(wire, shop.leader, "/team")
    assert message["text"] == "你在「果然鲜」：团长 · 没设自提点"


async def test_the_outsider_sees_their_own_team_only(wire: Wire, shop: Shop) -> None:
    message = await say(wire, shop.outsider, "/team")
    assert message["text"].startswith("邻家 · 1 人\n沈老板 老板\n")


async def test_a_stranger_gets_the_polite_line(wire: Wire, shop: Shop) -> None:
    assert (await say(wire, shop.stranger, "/team"))["text"].startswith("Hello, I am Storebot")


@pytest.mark.parametrize("command", ["/team", "/team 小陈 晚班", "/audit"])
async def test_in_a_group_nothing_of_it_is_shown(wire: Wire, shop: Shop, command: str) -> None:
    await wire.say(shop.owner, command, chat=GROUP)
    assert (await wire.reply())["text"] == "这个要私聊我用：点我的头像，再点「发消息」。"


async def test_many_people_come_in_pages(wire: Wire, shop: Shop, db: Database) -> None:
    with db.write() as s:
        for n in range(26):
            teams.add_member(s, shop.team, 5000 + n, f"新人{n:02}", "viewer", NOW)
    message = await say(wire, shop.owner, "/team")
    assert message["text"].startswith("果然鲜 · 30 人")
    assert list(buttons(message))[:2] == ["林老板", "王店长"]
    message = await press(wire, shop.owner, message, buttons(message)["下一页 »"])
    message = await press(wire, shop.owner, message, buttons(message)["下一页 »"])
    assert "新人25 只看" in message["text"]
    assert "下一页 »" not in buttons(message)


async def test_names_are_cut_and_no_markup(wire: Wire, shop: Shop, db: Database) -> None:
    with db.write() as s:
        teams.add_member(s, shop.team, 5000, "<b>A&B</b>", "viewer", NOW)
        teams.add_member(s, shop.team, 5001, "龙" * 64, "viewer", NOW)
    message = await say(wire, shop.owner, "/team")
    assert "\n<b>A&B</b> 只看\n" in message["text"]
    assert f"\n{'龙' * 9}… 只看\n" in message["text"]
    card = await press(wire, shop.owner, message, buttons(message)["<b>A&B</b>"])
    assert card["text"].startswith("<b>A&B</b>\n只看\n")


async def test_who_waits_and_what_is_open_is_a_tap_away(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.stranger, "/start")
    await wire.press(shop.stranger, await wire.reply(), "join:ask")
    await wire.replies()
    await say(wire, shop.owner, "/invite 员工 天猫")
    message = await say(wire, shop.owner, "/team")
    assert list(buttons(message))[-3:] == ["➕ 邀请", "未用邀请 1", "申请 1"]
    invites = await press(wire, shop.owner, message, buttons(message)["未用邀请 1"])
    assert invites["text"] == (
        "1 个邀请还没用\n1. 员工 · 天猫旗舰店\n    林老板 发的，11‑24 08:30 到期"
    )
    left = await press(wire, shop.owner, invites, buttons(invites)["作废 1"])
    assert left["text"] == "没有等人用的邀请"
    waiting = await press(wire, shop.owner, message, buttons(message)["申请 1"])
    request = await press(wire, shop.owner, waiting, buttons(waiting)["Stranger"])
    assert request["text"] == "Stranger 想加入团队。给什么角色？"


# a person -----------------------------------------------------------------------------------


async def test_a_card_shows_a_person(wire: Wire, shop: Shop) -> None:
    message = await say(wire, shop.owner, "/team 小陈")
    assert message["text"] == (
        "小陈\n员工\n能看：全部店铺\n11‑23 加入\n\n改昵称：/team 小陈 昵称 陈陈"
    )
    assert list(buttons(message)) == [
        "改角色", "改店铺", "早班", "晚班", "✓ 不排班", "移出团队", "« 返回",
    ]  # fmt: skip


async def test_a_role_is_changed_and_its_person_hears(wire: Wire, shop: Shop, db: Database) -> None:
    await say(wire, shop.staff, "/help")
    card = await say(wire, shop.owner, "/team 小陈")
    roles = await press(wire, shop.owner, card, buttons(card)["改角色"])
    assert list(buttons(roles)) == ["老板", "店长", "✓ 员工", "团长", "只看", "« 返回"]
    await wire.press(shop.owner, roles, buttons(roles)["店长"])
    texts = {m["chat"]["id"]: m["text"] for m in await wire.replies()}
    assert texts[shop.owner].startswith("小陈\n店长\n")
    assert texts[shop.staff] == "你在「果然鲜」的角色改成了店长。发 /help 看能做什么。"
    assert of(db, shop.staff).role == "manager"


async def test_stores_are_switched_one_by_one(wire: Wire, shop: Shop, db: Database) -> None:
    card = await say(wire, shop.owner, "/team 小陈")
    stores = await press(wire, shop.owner, card, buttons(card)["改店铺"])
    assert list(buttons(stores))[:3] == ["✓ 全部店铺", "天猫旗舰店", "香港店"]
    stores = await press(wire, shop.owner, stores, buttons(stores)["香港店"])
    assert list(buttons(stores))[:3] == ["全部店铺", "天猫旗舰店", "✓ 香港店"]
    with db.read() as s:
        assert teams.held_to(s, of(db, shop.staff)) == {shop.shopify}
    stores = await press(wire, shop.owner, stores, buttons(stores)["全部店铺"])
    assert next(iter(buttons(stores))) == "✓ 全部店铺"


async def test_a_leader_gets_a_point(wire: Wire, shop: Shop, db: Database) -> None:
    with db.write() as s:
        point = teams.point(s, shop.team, "朝阳里", NOW)
    card = await say(wire, shop.manager, "/team 周姐")
    points = await press(wire, shop.manager, card, buttons(card)["改自提点"])
    card = await press(wire, shop.manager, points, buttons(points)["朝阳里"])
    assert "自提点：朝阳里" in card["text"]
    assert of(db, shop.leader).point_id == point.id


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        ("小陈 昵称 陈陈", "nickname", "陈陈"),
        ("小陈 晚班", "shift", "late"),
        ("小陈 early", "shift", "early"),
        ("小陈 店长", "role", "manager"),
        ("小 nickname Chen Chen", "nickname", "Chen Chen"),
    ],
)
async def test_words_change_a_person(
    wire: Wire, shop: Shop, db: Database, words: str, field: str, value: str
) -> None:
    await wire.say(shop.owner, f"/team {words}")
    await wire.replies()
    assert getattr(of(db, shop.staff), field) == value


async def test_typed_words_do_the_same(wire: Wire, shop: Shop, db: Database) -> None:
    assert "晚班" in (await say(wire, shop.owner, "团队 小陈 晚班"))["text"]
    assert of(db, shop.staff).shift == "late"
    assert (await say(wire, shop.owner, "邀请"))["text"].startswith("邀请谁进来？")


async def test_hours_of_a_shift_are_changed(wire: Wire, shop: Shop) -> None:
    message = await say(wire, shop.manager, "/team 晚班 18:00-02:00")
    assert "早班 09:00–17:30　晚班 18:00–02:00" in message["text"]
    assert (await say(wire, shop.manager, "/team 晚班 25:00-2"))["text"] == (
        "时间没看懂。这样发：/team 早班 09:00-17:30"
    )


async def test_of_two_with_one_name_one_is_chosen(wire: Wire, shop: Shop, db: Database) -> None:
    with db.write() as s:
        teams.add_member(s, shop.team, 5000, "小陈", "viewer", NOW)
    message = await say(wire, shop.owner, "/team 小陈 昵称 陈陈")
    assert message["text"] == "有几个人都叫这个，你说的是哪位？"
    assert list(buttons(message)) == ["小陈 · 员工", "小陈 · 只看"]
    card = await press(wire, shop.owner, message, buttons(message)["小陈 · 只看"])
    assert card["text"].startswith("陈陈（小陈）\n只看\n")
    assert (of(db, shop.staff).nickname, of(db, 5000).nickname) == ("", "陈陈")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("没这人 晚班", "团队里没有「没这人」。发 /team 看名单。"),
        ("小陈 夜班", "没看懂要改什么。这样发：/team 小陈 晚班"),
        ("小陈 昵称 一二三四五六七八九十十一十二", "昵称最多 12 个字，只能是文字。"),
        ("林老板 员工", "团队至少要有一位老板。先让别人当老板。"),
        ("林老板 移出", "不能移出自己，请另一位老板来操作。"),
    ],
)
async def test_what_cannot_be_done_is_said(wire: Wire, shop: Shop, words: str, text: str) -> None:
    assert (await say(wire, shop.owner, f"/team {words}"))["text"] == text


@pytest.mark.parametrize("who", ["staff", "leader"])
async def test_only_leadership_changes_by_words(
    wire: Wire, shop: Shop, db: Database, who: str
) -> None:
    assert (await say(wire, getattr(shop, who), "/team 小陈 老板"))["text"] == MAY_NOT
    assert of(db, shop.staff).role == "staff"


@pytest.mark.parametrize(
    "change", ["role:staff", "remove", "shift:late", "nickname:x", "store:all", "roles"]
)
async def test_a_manager_changes_nothing_of_an_owner(
    wire: Wire, shop: Shop, db: Database, change: str
) -> None:
    card = await say(wire, shop.manager, "/team 林老板")
    assert list(buttons(card)) == ["« 返回"]
    owner = of(db, shop.owner)
    await wire.press(shop.manager, card, f"tm:{owner.id}:{change}", forge=True)
    assert await wire.answers() == [MAY_NOT]
    assert of(db, shop.owner) == owner


async def test_a_manager_makes_no_managers(wire: Wire, shop: Shop, db: Database) -> None:
    card = await say(wire, shop.manager, "/team 小陈")
    roles = await press(wire, shop.manager, card, buttons(card)["改角色"])
    assert list(buttons(roles)) == ["✓ 员工", "团长", "只看", "« 返回"]
    chen = of(db, shop.staff).id
    await wire.press(shop.manager, roles, f"tm:{chen}:role:manager", forge=True)
    assert await wire.answers() == [MAY_NOT]
    assert of(db, shop.staff).role == "staff"


async def test_ids_of_another_team_are_nobody(wire: Wire, shop: Shop, db: Database) -> None:
    message = await say(wire, shop.outsider, "/team")
    chen = of(db, shop.staff).id
    for data in (f"tm:{chen}", f"tm:{chen}:role:viewer", f"tm:{chen}:remove"):
        await wire.press(shop.outsider, message, data, forge=True)
        assert await wire.answers() == ["这个人已经不在团队里了。"]
        assert await wire.replies() == []
    assert of(db, shop.staff).role == "staff"


async def test_a_store_of_another_team_is_not_given(wire: Wire, shop: Shop, db: Database) -> None:
    card = await say(wire, shop.owner, "/team 小陈")
    data = f"tm:{of(db, shop.staff).id}:store:{shop.other_store}"
    await wire.press(shop.owner, card, data, forge=True)
    assert await wire.answers() == ["这个店铺已经不在了，请重发命令。"]


# leaving ------------------------------------------------------------------------------------


async def test_removal_asks_first_and_is_at_once(wire: Wire, shop: Shop, db: Database) -> None:
    await say(wire, shop.staff, "/help")
    card = await say(wire, shop.owner, "/team 小陈")
    sure = await press(wire, shop.owner, card, buttons(card)["移出团队"])
    assert sure["text"] == "把 小陈 移出团队？马上就什么都看不到了。"
    await wire.press(shop.owner, sure, buttons(sure)["移出"])
    texts = {m["chat"]["id"]: m["text"] for m in await wire.replies()}
    assert texts[shop.owner].startswith("果然鲜 · 3 人")
    assert texts[shop.staff] == "你已不在团队「果然鲜」里。"
    assert (await say(wire, shop.staff, "昨天销售额"))["text"].startswith("你好，我是店小二")
    await wire.say(shop.staff, "/yesterday", chat=GROUP)
    assert await wire.replies() == []


async def test_with_a_person_go_their_invites_and_private_pushes(
    wire: Wire, shop: Shop, db: Database
) -> None:
    await say(wire, shop.manager, "/invite 员工")
    with db.write() as s:
        chat = teams.chat(s, shop.manager, "private")
        stores = teams.stores(s, shop.team)
        teams.link(s, chat, 0, stores, "zh-hans", Defaults(), NOW)
    await wire.say(shop.owner, "/team 王店长 移出")
    told = {m["chat"]["id"]: m for m in await wire.replies()}
    assert told[shop.owner]["text"].startswith("果然鲜 · 3 人")
    assert "未用邀请" not in "".join(buttons(told[shop.owner]))
    with db.read() as s:
        assert s.exec(select(Binding)).all() == []


async def test_who_comes_again_starts_anew(db: Database, shop: Shop) -> None:
    with db.write() as s:
        owner, chen = (teams.memberships(s, x)[0] for x in (shop.owner, shop.staff))
        teams.hold_to(s, chen, [shop.tmall])
        members.apply(s, owner, chen, members.Change("remove"), NOW)
        again = teams.add_member(s, shop.team, shop.staff, "小陈", "viewer", NOW)
        assert (again.id, again.left_at, teams.held_to(s, again)) == (chen.id, None, set())


# two teams ----------------------------------------------------------------------------------


async def test_somebody_in_two_teams_chooses_one(wire: Wire, shop: Shop, db: Database) -> None:
    with db.write() as s:
        teams.add_member(s, shop.other_team, shop.staff, "小陈", "manager", NOW)
    message = await say(wire, shop.staff, "/team")
    assert list(buttons(message)) == ["换到「邻家」"]
    message = await press(wire, shop.staff, message, buttons(message)["换到「邻家」"])
    assert message["text"].startswith("邻家 · 2 人")
    assert (await say(wire, shop.staff, "/team"))["text"].startswith("邻家 · 2 人")
    assert "换到「果然鲜」" in buttons(message)


async def test_nobody_switches_to_a_team_they_are_not_in(wire: Wire, shop: Shop) -> None:
    message = await say(wire, shop.owner, "/team")
    await wire.press(shop.owner, message, f"switch:{shop.other_team}", forge=True)
    assert await wire.answers() == ["你不在这个团队里。"]


# audit --------------------------------------------------------------------------------------


async def test_every_change_can_be_read(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.manager, "/invite 只看")
    await wire.say(shop.owner, "/team 小陈 晚班")
    await wire.replies()
    await wire.say(shop.owner, "/team 小陈 店长")
    await wire.say(shop.owner, "/team 晚班 18:00-02:00")
    await wire.say(shop.owner, "/team 周姐 移出")
    await wire.replies()
    lines = (await say(wire, shop.owner, "/audit"))["text"].split("\n")
    assert lines[0] == "谁改过什么（上海时间）"
    assert sorted(line.removeprefix("11‑23 08:30 ") for line in lines[1:]) == [
        "林老板 改排班 小陈 → 晚班",
        "林老板 改班次时间 → 晚班 18:00–02:00",
        "林老板 改角色 小陈 → 店长",
        "林老板 移出 周姐",
        "王店长 发邀请 → 只看",
    ]


async def test_the_audit_has_pages(wire: Wire, shop: Shop, db: Database) -> None:
    with db.write() as s:
        owner, chen = (teams.memberships(s, x)[0] for x in (shop.owner, shop.staff))
        for n in range(23):
            change = members.Change("shift", "late" if n % 2 else "early")
            members.apply(s, owner, chen, change, NOW + timedelta(minutes=n))
    message = await say(wire, shop.owner, "/audit")
    assert message["text"].count("\n") == 20
    older = await press(wire, shop.owner, message, buttons(message)["下一页 »"])
    assert older["text"].count("\n") == 3
    assert list(buttons(older)) == ["« 上一页"]


@pytest.mark.parametrize("who", ["manager", "staff"])
async def test_only_an_owner_reads_it(wire: Wire, shop: Shop, who: str) -> None:
    assert (await say(wire, getattr(shop, who), "/audit"))["text"] == MAY_NOT


async def test_another_teams_audit_stays_theirs(wire: Wire, shop: Shop) -> None:
    await say(wire, shop.owner, "/team 小陈 晚班")
    assert (await say(wire, shop.outsider, "/audit"))["text"] == "还没有改动。"


async def test_a_linked_chat_is_noted(wire: Wire, shop: Shop) -> None:
    await wire.say(shop.owner, "/link", chat=GROUP)
    await wire.press(shop.owner, await wire.reply(), f"link:{shop.tmall}")
    await wire.replies()
    assert "林老板 绑定群 → 果然鲜 · 团队: tmall" in (await say(wire, shop.owner, "/audit"))["text"]
