"""/settings: one message edited in place, typed words, and what changes because of it."""

from datetime import UTC, datetime

import pytest
from conftest import NOW, Shop
from sqlmodel import select
from wire import Wire, buttons
from world import GROUP, OTHERS

from bot import pushes, settings, teams
from bot.config import Defaults
from bot.db import Database
from bot.db.people import AuditRow, Binding, PushRun, PushSetting
from bot.errors import UserError
from bot.settings import Asked, Change, clock

PAGE = (
    "⚙️ 果然鲜 · 团队\n店铺：天猫旗舰店\n语言：简体中文\n时区：上海时间\n涨跌颜色：🔴 涨红跌绿\n"
    "显示成本：否\n日报：09:00 · 开\n缺数据提醒：08:40 · 开\n售后提醒：开\n售后周报：09:30 · 开\n听得到：/命令、@我、回复、按钮"
)


@pytest.fixture
async def linked(wire: Wire, shop: Shop, db: Database, orders: None) -> Wire:
    """The group shows the Tmall store; its digest comes at 09:00."""
    with db.write() as s:
        chat = teams.chat(s, GROUP, "supergroup", "果然鲜 · 团队")
        teams.link(s, chat, 0, teams.stores(s, shop.team)[:1], "zh-hans", Defaults(), NOW)
    return wire


def binding(db: Database) -> Binding:
    with db.read() as s:
        return s.exec(select(Binding)).one()


def push(db: Database, kind: str) -> pushes.Setting:
    with db.read() as s:
        return pushes.settings(s, 1)[kind]


async def test_one_message_shows_all_and_is_edited_in_place(linked: Wire, shop: Shop) -> None:
    await linked.say(shop.manager, "/settings", chat=GROUP)
    page = await linked.reply()
    assert page["text"] == PAGE
    assert list(buttons(page)) == [
        "语言", "时区", "涨跌颜色", "显示成本", "日报", "缺数据提醒", "售后提醒", "售后周报", "店铺", "解绑", "好了",
    ]  # fmt: skip
    await linked.press(shop.manager, page, buttons(page)["日报"])
    digest = await linked.reply()
    assert digest["message_id"] == page["message_id"]
    assert list(buttons(digest)) == [
        "✓ 开", "静音", "有问题才发", "关",
        "08:00", "08:30", "✓ 09:00", "09:30", "10:00", "11:00", "« 返回",
    ]  # fmt: skip


async def test_language_is_changed_by_a_button_and_heard_at_once(
    linked: Wire, shop: Shop, db: Database
) -> None:
    await linked.say(shop.manager, "/settings 语言", chat=GROUP)
    page = await linked.reply()
    await linked.press(shop.manager, page, buttons(page)["English"])
    assert "Language: English\nTime zone: Shanghai time" in (await linked.reply())["text"]
    assert binding(db).language == "en"
    await linked.say(shop.manager, "/help", chat=GROUP)
    assert (await linked.reply())["text"].startswith("What I can do")


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("语言 英文", "language", "en"),
        ("language traditional", "language", "zh-hant"),
        ("zone Europe/Berlin", "timezone", "Europe/Berlin"),
        ("时区 纽约", "timezone", "America/New_York"),
        ("zone cairo", "timezone", "Africa/Cairo"),
        ("颜色 涨绿跌红", "colours", "green-up"),
        ("costs yes", "shows_costs", True),
    ],
)
async def test_words_set_what_buttons_set(
    linked: Wire, shop: Shop, db: Database, text: str, field: str, value: object
) -> None:
    await linked.say(shop.owner, f"/settings {text}", chat=GROUP)
    await linked.reply()
    assert getattr(binding(db), field) == value


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("日报 08:30", (Change("digest", "08:30"),)),
        ("日报8点半 静音", (Change("digest", "08:30"), Change("digest", "silent"))),
        ("digest off", (Change("digest", "off"),)),
        ("缺数据提醒：关", (Change("nudge", "off"),)),
        ("日報 有問題才傳", (Change("digest", "trouble"),)),
    ],
)
def test_typed_pushes_are_read(text: str, changes: tuple[Change, ...]) -> None:
    assert settings.read(text) == Asked(changes[0].what, changes)


@pytest.mark.parametrize(
    ("word", "time"),
    [
        ("8:30", "08:30"), ("08：30", "08:30"), ("0830", "08:30"), ("8点", "08:00"),
        ("8點半", "08:30"), ("8am", "08:00"), ("9:15pm", "21:15"), ("12am", "00:00"),
        ("24:00", ""), ("8", ""), ("13pm", ""), ("早上", ""),
    ],
)  # fmt: skip
def test_a_time_of_day_is_read(word: str, time: str) -> None:
    assert clock(word) == time


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("天气 好", "settings.unknown"),
        ("日报 早上", "settings.time"),
        ("缺数据提醒 有问题才发", "settings.impossible"),
        ("语言 火星文", "settings.language"),
        ("时区 Mars/Base", "settings.zone"),
        ("digested", "settings.unknown"),
    ],
)
def test_what_is_not_understood_is_named(text: str, key: str) -> None:
    with pytest.raises(UserError) as e:
        settings.read(text)
    assert e.value.key == key


async def test_nothing_is_half_written(linked: Wire, shop: Shop, db: Database) -> None:
    await linked.say(shop.owner, "/settings 日报 07:30 早上", chat=GROUP)
    assert (await linked.reply())["text"] == "没看懂「早上」。例：/settings 日报 08:30 静音"
    assert push(db, "digest").at == "09:00"


# what changes because of it ---------------------------------------------------------------------


def at(hour: int, minute: int = 0, day: int = 23) -> datetime:
    """An instant by the clock of Shanghai, in November 2026."""
    return datetime(2026, 11, day, hour - 8, minute, tzinfo=UTC)


async def test_a_digest_moved_within_its_day_comes_once(
    linked: Wire, shop: Shop, db: Database
) -> None:
    await linked.until(at(11, 30))
    first = await linked.replies()
    assert len(first) == 1
    await linked.say(shop.owner, "/settings 日报 11:45", chat=GROUP)
    await linked.reply()
    await linked.until(at(12))
    await linked.until(at(14))
    assert await linked.replies() == []
    with db.read() as s:
        assert len(s.exec(select(PushRun).where(PushRun.kind == "digest")).all()) == 1


async def test_a_time_that_has_passed_today_is_due_at_once_and_not_late(
    linked: Wire, shop: Shop, db: Database
) -> None:
    await linked.say(shop.owner, "/settings 日报 18:00", chat=GROUP)
    await linked.reply()
    await linked.until(at(15))
    await linked.say(shop.owner, "/settings 日报 09:00", chat=GROUP)
    await linked.reply()
    await linked.until(at(15, 1))
    (digest,) = await linked.replies()
    assert "迟到" not in digest["caption"]
    with db.read() as s:
        assert s.exec(select(PushRun.state)).all() == ["sent"]


async def test_a_day_without_a_digest_by_choice_is_not_called_missed(
    linked: Wire, shop: Shop, db: Database
) -> None:
    await linked.until(at(9))
    await linked.say(shop.owner, "/settings 日报 关", chat=GROUP)
    await linked.replies()
    await linked.until(at(20, day=24))
    await linked.say(shop.owner, "/settings 日报 开", chat=GROUP)
    await linked.replies()
    for moment in (at(22, 30, day=24), at(11, day=25)):
        await linked.until(moment)
        assert not any("没能发出" in str(m) for m in await linked.replies())
    with db.read() as s:
        assert "expired" not in s.exec(select(PushRun.state)).all()


async def test_a_move_of_zone_loses_no_date(linked: Wire, shop: Shop, db: Database) -> None:
    await linked.say(shop.owner, "/settings zone America/New_York", chat=GROUP)
    await linked.reply()
    await linked.until(at(20))  # 07:00 there
    await linked.say(shop.owner, "/settings zone Asia/Shanghai", chat=GROUP)
    await linked.reply()
    await linked.until(at(20, 1))
    await linked.replies()
    with db.read() as s:
        runs = s.exec(select(PushRun.business_date, PushRun.state)).all()
    assert [(str(d), x) for d, x in runs] == [("2026-11-22", "sent")]


async def test_the_next_digest_speaks_the_new_language(linked: Wire, shop: Shop) -> None:
    await linked.say(shop.owner, "/settings language english", chat=GROUP)
    await linked.reply()
    await linked.until(at(11, 30))
    digest = (await linked.replies())[-1]
    assert "Yesterday" in str(digest.get("caption") or digest.get("text"))


async def test_what_is_off_does_not_come(linked: Wire, shop: Shop) -> None:
    await linked.say(shop.owner, "/settings 日报 关", chat=GROUP)
    assert "日报：关" in (await linked.reply())["text"]
    await linked.until(at(14))
    assert await linked.replies() == []


async def test_every_change_is_in_the_audit(linked: Wire, shop: Shop, db: Database) -> None:
    await linked.say(shop.manager, "/settings 日报 08:30 静音", chat=GROUP)
    await linked.say(shop.manager, "/settings 显示成本 可以", chat=GROUP)
    await linked.replies()
    with db.read() as s:
        rows = [(r.what, r.detail) for r in s.exec(select(AuditRow))]
    assert rows == [
        ("set_digest", ":果然鲜 · 团队: 08:30"),
        ("set_digest", ":果然鲜 · 团队: silent"),
        ("set_costs", ":果然鲜 · 团队: yes"),
    ]


# in private -------------------------------------------------------------------------------------


async def test_leadership_opens_linked_chats_in_private(
    linked: Wire, shop: Shop, db: Database
) -> None:
    await linked.say(shop.manager, "/settings")
    mine = await linked.reply()
    assert mine["text"] == (
        "王店长\n我跟你说简体中文，跟随你的 Telegram 语言。\n\n团队绑定的群，点开可以改："
    )
    assert buttons(mine) == {"果然鲜 · 团队 › 天猫旗舰店": "set:1"}
    await linked.press(shop.manager, mine, "set:1")
    page = await linked.reply()
    assert page["text"] == PAGE
    assert "« 全部群" in buttons(page)
    await linked.press(shop.manager, page, "set:1:digest")
    options = await linked.reply()
    await linked.press(shop.manager, options, buttons(options)["静音"])
    assert "✓ 静音" in buttons(await linked.reply())
    assert push(db, "digest").mode == "silent"


async def test_a_word_in_private_means_the_only_linked_chat(
    linked: Wire, shop: Shop, db: Database
) -> None:
    await linked.say(shop.owner, "设置 日报 08:00")
    assert "日报：08:00 · 开" in (await linked.reply())["text"]
    assert push(db, "digest").at == "08:00"


async def test_staff_read_the_settings_and_change_nothing(
    linked: Wire, shop: Shop, db: Database
) -> None:
    await linked.say(shop.staff, "/settings", chat=GROUP)
    page = await linked.reply()
    assert (page["text"], buttons(page)) == (PAGE, {})
    await linked.say(shop.staff, "/settings 日报 关", chat=GROUP)
    assert (await linked.reply())["text"] == "你没有权限做这件事。需要的话找店铺的老板。"
    await linked.say(shop.owner, "/settings", chat=GROUP)
    await linked.press(shop.staff, await linked.reply(), "set:1:costs:yes", forge=True)
    assert await linked.replies() == []
    await linked.say(shop.staff, "/settings")
    assert (await linked.reply())["text"] == "小陈\n我跟你说简体中文，跟随你的 Telegram 语言。"
    assert (push(db, "digest").mode, binding(db).shows_costs) == ("on", False)


# unlinking --------------------------------------------------------------------------------------


async def test_unlinking_asks_first_and_keeps_the_figures(
    linked: Wire, shop: Shop, db: Database
) -> None:
    await linked.say(shop.owner, "/unlink", chat=GROUP)
    sure = await linked.reply()
    assert sure["text"] == ("解绑「果然鲜 · 团队」？日报不再发来，这里的设置也会删掉。数据都还在。")
    await linked.press(shop.staff, sure, "set:1:unlink:yes")
    assert binding(db).id == 1
    await linked.press(shop.owner, sure, "set:1:unlink:yes")
    last = (await linked.replies())[-1]
    assert last["text"] == "已解绑「果然鲜 · 团队」。要再用，在群里发 /link。"
    with db.read() as s:
        assert s.exec(select(Binding)).all() == []
        assert s.exec(select(PushSetting)).all() == []
    await linked.press(shop.owner, sure, "set:1:digest:off", forge=True)
    assert await linked.answers() == ["这个群已经解绑了，请重发 /settings。"]


# nobody else ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data", ["set:1", "set:1:digest:off", "set:1:unlink:yes", "set:1:stores:3", "set:1:language:en"]
)
async def test_another_team_changes_and_sees_nothing(
    linked: Wire, shop: Shop, db: Database, data: str
) -> None:
    await linked.say(shop.outsider, "/settings")
    message = await linked.reply()
    assert buttons(message) == {}
    await linked.press(shop.outsider, message, data, forge=True)
    assert await linked.answers() == ["这个群已经解绑了，请重发 /settings。"]
    assert (push(db, "digest").mode, binding(db).language) == ("on", "zh-hans")


async def test_a_chat_of_another_team_is_not_opened_from_ours(
    linked: Wire, shop: Shop, db: Database
) -> None:
    await linked.say(shop.outsider, "/link", chat=OTHERS)
    await linked.replies()
    await linked.say(shop.owner, "/settings", chat=GROUP)
    page = await linked.reply()
    await linked.press(shop.owner, page, "set:2:digest:off", forge=True)
    assert await linked.answers() == ["这个群已经解绑了，请重发 /settings。"]


@pytest.mark.parametrize(
    "data",
    [
        "set",
        "set:x",
        "set:1:digest:25:00",
        "set:1:zone:Mars",
        "set:1:nonsense",
        "set:1:nudge:trouble",
    ],
)
async def test_forged_data_is_refused_in_words(
    linked: Wire, shop: Shop, db: Database, data: str
) -> None:
    await linked.say(shop.owner, "/settings", chat=GROUP)
    await linked.press(shop.owner, await linked.reply(), data, forge=True)
    assert (await linked.answers())[0] in (
        "不能这样设。发 /settings 看有哪些选择。", "这个群已经解绑了，请重发 /settings。",
    )  # fmt: skip
    assert push(db, "digest").at == "09:00"


async def test_a_stranger_meets_silence(linked: Wire, shop: Shop) -> None:
    await linked.say(shop.stranger, "/settings 日报 关", chat=GROUP)
    assert await linked.replies() == []
