"""The card of an issue and the line of a list, as a phone shows them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.aftersales.views import EventView, IssueView
from bot.config import LANGUAGES, Language
from bot.i18n import translator
from bot.render import html, issues

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+08:00").astimezone(UTC)


NOW = at("11-23T17:40")
VIEW = IssueView(
    id=7, no=123, kind="issue", stage="doing", version=4, zone=SHANGHAI, team_id=1,
    opened_at=at("11-23T17:32"), store="天猫旗舰店", currency="CNY", order_no="2611220093",
    tail="0093", product="苹果礼盒5斤", quantity=1, amount=2990, order_amount=5980,
    type="refund_only", reason="missing", responsible="warehouse", assignee="小王",
    reporter="小李", due_at=at("11-24T03:12"), due_from="file", photos=2,
    history=(
        EventView(1, at("11-23T17:32"), "open", who="小李"),
        EventView(2, at("11-23T17:40"), "note", who="小王", note="打包视频属实", photos=2),
    ),
)  # fmt: skip

CARDS: dict[Language, str] = {
    "zh-hans": """🟠 <b>#123 仅退款(部分)</b>｜天猫旗舰店｜<b>处理中</b>
⏰ <b>11‑24 03:12 平台自动退款</b> · 剩9小时32分 → 今晚下班前处理
苹果礼盒5斤 ¥59.80｜尾号0093｜要求退1件 ¥29.90
订单 <code>2611220093</code>
少件漏发｜责任 仓库(待确认)｜小王 ← 小李 17:32登记
17:40 小王：打包视频属实 📷2""",
    "zh-hant": """🟠 <b>#123 僅退款(部分)</b>｜天猫旗舰店｜<b>處理中</b>
⏰ <b>11‑24 03:12 平台自動退款</b> · 剩9小時32分 → 今晚下班前處理
苹果礼盒5斤 ¥59.80｜末四碼0093｜要求退1件 ¥29.90
訂單 <code>2611220093</code>
少件漏發｜責任 倉庫(待確認)｜小王 ← 小李 17:32登記
17:40 小王：打包视频属实 📷2""",
    "en": """🟠 <b>#123 Refund only (part)</b>｜天猫旗舰店｜<b>In progress</b>
⏰ <b>24\u00a0Nov 03:12 automatic refund</b> · 9 h 32 min left → before tonight’s shift ends
苹果礼盒5斤 ¥59.80｜ends in 0093｜asks refund ×1 ¥29.90
Order <code>2611220093</code>
Missing items｜fault: Warehouse (to confirm)｜小王 ← 小李, logged 17:32
17:40 小王: 打包视频属实 📷2""",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_says_what_a_hand_needs(language: Language) -> None:
    message = issues.card(VIEW, translator(language), NOW)
    assert message.text == CARDS[language]
    assert [len(row) for row in message.keyboard] == [2, 4, 1]
    assert message.keyboard[0][0].data == "i:7:4:menu:resolve"


@pytest.mark.parametrize(
    ("change", "dot"),
    [
        ({}, "🟠"),
        ({"due_at": at("11-23T19:39")}, "🔴"),  # under two hours
        ({"due_at": at("11-23T17:00")}, "🔴"),  # late
        ({"due_at": at("11-23T23:00")}, "🟠"),  # today
        ({"due_at": at("11-24T09:00")}, "🟡"),  # tomorrow, in working hours
        ({"due_at": None}, "🟡"),
        ({"due_at": None, "urgent": True}, "🟠"),
        ({"stage": "waiting"}, "⏳"),
        ({"stage": "waiting", "due_at": at("11-23T17:00")}, "🔴"),
        ({"stage": "solved", "due_at": at("11-23T17:00")}, "✅"),
        ({"stage": "closed"}, "⚪"),
        ({"stage": "void"}, "⚪"),
    ],
)
def test_the_dot_says_how_urgent_it_is(change: dict[str, object], dot: str) -> None:
    assert issues.dot(replace(VIEW, **change), NOW) == dot  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(5, "剩5分钟"), (120, "剩2小时"), (572, "剩9小时32分"), (1440, "剩1天"), (4560, "剩3天4小时"),
     (-130, "超2小时10分")],
)  # fmt: skip
def test_time_left_in_words(minutes: int, words: str) -> None:
    view = replace(VIEW, due_at=NOW + timedelta(minutes=minutes))
    assert issues.left(view, translator("zh-hans"), NOW) == words


@pytest.mark.parametrize(
    ("stage", "verbs"),
    [
        ("new", ["take", "menu:assign", "menu:resolve", "menu:wait", "menu:change", "menu:more"]),
        ("doing", ["menu:resolve", "menu:wait", "menu:assign", "menu:change", "menu:more"]),
        ("waiting", ["resume", "menu:resolve", "menu:wait", "menu:assign", "menu:change",
                     "menu:more"]),
        ("solved", ["close", "reopen", "menu:change"]),
        ("closed", ["reopen"]),
        ("void", ["reopen"]),
    ],
)  # fmt: skip
def test_the_buttons_are_those_of_the_stage(stage: str, verbs: list[str]) -> None:
    view = replace(VIEW, stage=stage, history=(), photos=0)
    keyboard = issues.buttons(view, translator("en"), NOW)
    assert [b.data.removeprefix("i:7:4:") for row in keyboard for b in row] == verbs


def test_undo_stands_for_ten_minutes_and_not_under_what_a_clock_did() -> None:
    assert issues.undoable(VIEW, NOW + timedelta(minutes=10)) == VIEW.history[1]
    assert issues.undoable(VIEW, NOW + timedelta(minutes=11)) is None
    missed = EventView(3, NOW, "missed")
    assert issues.undoable(replace(VIEW, history=(*VIEW.history, missed)), NOW) is None


def test_a_solved_card_says_how_and_for_how_much() -> None:
    solved = EventView(3, NOW, "resolve", "partly_refunded:2990", "小王")
    view = replace(
        VIEW, stage="solved", resolution="partly_refunded", cost=2990, solved_at=NOW,
        history=(*VIEW.history, solved),
    )  # fmt: skip
    lines = issues.text(view, translator("zh-hans"), NOW).split("\n")
    assert lines[0] == "✅ <b>#123 仅退款(部分)</b>｜天猫旗舰店｜<b>已解决</b>"
    assert lines[1] == "<b>部分退款</b>｜成本 ¥29.90｜用时8分钟"
    assert lines[-1] == "17:40 小王 解决：部分退款 ¥29.90"


@pytest.mark.parametrize(
    ("what", "value", "line"),
    [
        ("take", "", "17:40 小王 接手"),
        ("assign", "小李", "17:40 小王 转给 小李"),
        ("wait", "courier", "17:40 小王 等快递"),
        ("due", "2026-11-24T04:00:00+00:00", "17:40 小王 期限改到 11‑24 12:00"),
        ("change", "reason:damaged", "17:40 小王 改：原因 破损"),
        ("change", "responsible:courier", "17:40 小王 改：责任 快递"),
        ("change", "amount:1990", "17:40 小王 改：金额 ¥19.90"),
        ("change", "amount:", "17:40 小王 改：金额 –"),
        ("duplicate", "118", "17:40 小王 标为与 #118 重复"),
        ("photo", "", "17:40 小王 📷3"),
    ],
)
def test_what_happened_in_words(what: str, value: str, line: str) -> None:
    event = EventView(3, NOW, what, value, "小王", photos=3 if what == "photo" else 0)
    view = replace(VIEW, history=(event,), photos=event.photos)
    assert issues.text(view, translator("zh-hans"), NOW).split("\n")[-1] == line


def test_a_long_history_folds_but_for_its_end() -> None:
    notes = tuple(EventView(i, NOW, "note", who="小王", note=f"第{i}次") for i in range(1, 7))
    text = issues.text(replace(VIEW, history=notes), translator("zh-hans"), NOW)
    folded, _, last = text.partition("</blockquote>\n")
    assert folded.count("第") == 4
    assert last == "17:40 小王：第5次\n17:40 小王：第6次"


def test_the_longest_card_fits_into_a_message() -> None:
    notes = tuple(EventView(i, NOW, "note", who="<王>" * 20, note="长<" * 900) for i in range(30))
    view = replace(VIEW, history=notes, note="长" * 5000, product="&" * 500, store="店" * 300)
    text = issues.text(view, translator("zh-hans"), NOW)
    assert html.visible(text) <= 4096
    assert "<王>" not in text


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({}, "🟠 <b>#123 剩9h</b> 少件漏发 苹果礼… · 小王"),
        ({"due_at": at("11-23T15:00")}, "🔴 <b>#123 超2h</b> 少件漏发 苹果礼… · 小王"),
        ({"due_at": None, "assignee": ""}, "🟡 <b>#123</b> 少件漏发 苹果礼盒5斤"),
        ({"stage": "solved", "reason": ""}, "✅ <b>#123</b> 仅退款(部分) 苹果礼盒… · 小王"),
    ],
)
def test_a_line_of_a_list(change: dict[str, object], line: str) -> None:
    view = replace(VIEW, **change)  # type: ignore[arg-type]
    assert issues.row(view, translator("zh-hans"), NOW) == line
    plain = line.replace("<b>", "").replace("</b>", "")
    assert html.cells(plain) <= 40


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ({}, True),
        ({"stage": "assigned"}, True),
        ({"stage": "doing"}, False),  # somebody looked at it
        ({"due_from": "line"}, False),
        ({"due_from": "", "due_at": None}, False),  # the table has nothing
        ({"applied_at": at("11-23T02:10")}, False),
        ({"waybill": "SF1"}, False),  # another clock
        ({"history": (EventView(3, NOW, "change", "applied_at:", "小王"),)}, False),
    ],
)
def test_when_the_customer_asked_is_asked_while_it_counts(
    change: dict[str, object], asked: bool
) -> None:
    view = replace(VIEW, stage="new", due_from="table", history=())
    view = replace(view, **change)  # type: ignore[arg-type]
    keys = issues.buttons(view, translator("zh-hans"), NOW)
    assert any(b.data.endswith(":menu:applied") for row in keys for b in row) is asked
