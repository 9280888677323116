"""Warnings in words: a section for each kind, within a phone's width, in three languages."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.aftersales.hours import Hours, Window
from bot.aftersales.roster import Reader
from bot.aftersales.views import IssueView
from bot.aftersales.watch import Alarm, Call
from bot.config import Language
from bot.i18n import translator
from bot.render import warnings
from bot.render.html import cells, visible

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)  # 22:00
WANG = Reader("m1", 1, "staff", Hours((Window("17:00", "24:00"),), ZONE), 11)
GROUP = Reader("b1", 1, "", WANG.hours, 91)


def view(
    no: int, due: datetime, product: str = "苹果礼盒5斤 山东烟台红富士", who: int = 1
) -> IssueView:
    return IssueView(
        no, no, "issue", "doing", 1, ZONE, NOW, 1, currency="CNY", type="refund_only",
        product=product, amount=2990, assignee="小王", assignee_id=who, due_at=due,
    )  # fmt: skip


def call(reader: Reader, *alarms: tuple[int, str, datetime]) -> Call:
    made = tuple(Alarm(n, rule, due, reader.key, NOW) for n, rule, due in alarms)
    return Call(reader, made, False, NOW + timedelta(hours=2))


NEAR, NIGHT = NOW + timedelta(hours=1), NOW + timedelta(hours=5, minutes=12)


def text(reader: Reader, language: Language) -> str:
    said = call(
        reader, (1, "near", NEAR), (2, "shift", NIGHT), (3, "shift", NIGHT), (1, "answer", NOW)
    )
    views = {1: view(1, NEAR, who=2), 2: view(2, NIGHT), 3: view(3, NIGHT, "<b>梨")}
    return warnings.warnings(said, said.warnings, views, translator(language), NOW).text


def test_what_is_most_urgent_comes_first_and_once() -> None:
    assert text(WANG, "zh-hans").splitlines() == [
        "<b>⏰ 1 单 2 小时内到期</b>",
        "<b>23:00 #1</b> 仅退款 苹果礼盒5斤… ¥29.90 · 小王",
        "",
        "<b>🌙 今晚到期 2 单｜24:00 下班前处理</b>",
        "<b>03:12 #2</b> 仅退款 苹果礼盒5斤 山东烟… ¥29.90",
        "<b>03:12 #3</b> 仅退款 &lt;b&gt;梨 ¥29.90",
    ]


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_lines_fit_a_phone(language: Language) -> None:
    for reader in (WANG, GROUP):
        lines = text(reader, language).replace("<b>", "").replace("</b>", "").splitlines()
        assert max(cells(line) for line in lines) <= 48


def test_a_long_list_folds_and_is_counted() -> None:
    said = call(GROUP, *((n, "missed", NIGHT) for n in range(1, 61)))
    views = {n: view(n, NIGHT) for n in range(1, 61)}
    message = warnings.warnings(said, said.warnings, views, translator("zh-hans"), NOW)
    assert message.text.startswith("<b>🔴 60 单过了期限</b>\n")
    assert message.text.count("<blockquote expandable>") == 1
    assert message.text.endswith("…还有 30 单")
    assert visible(message.text) < 4096
    assert [b.text for row in message.keyboard for b in row] == [f"#{n}" for n in range(1, 9)]
