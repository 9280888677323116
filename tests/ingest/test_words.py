"""What an import says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.config import LANGUAGES
from bot.i18n import translator
from bot.ingest import Progress, Report, UndoResult
from bot.ingest.report import Check, Column, Problem, Sums
from bot.render import imports as render

REPORT = Report(
    "taobao", "orders", "gb18030", 1, 5, new=2, changed=1, unchanged=1, refused=1,
    days=("2026-11-20", "2026-11-21"),
    sums=Sums(
        orders=4, lines=4, paid_orders=3, paid=1_234.5, refunded=34.5, net=1_200.0,
        columns=(Column("买家实际支付金额", "net", 1_200.0),),
        checks=(Check("总金额", ("买家实际支付金额", "退款金额"), 3, 3),),
    ),
    problems=(Problem("order_no_damaged", 5, "订单编号", "3.55E+15"),), currency="CNY", net=True,
)  # fmt: skip


def test_the_report_in_chinese() -> None:
    message = render.report(REPORT, translator("zh-hans"), 7, "a<b.csv")
    assert message.text.splitlines() == [
        "✅ 已导入 <b>a&lt;b.csv</b>",
        "淘宝/天猫订单 · GB18030 · 2026‑11‑20 – 2026‑11‑21",
        "读取 5 行：新增 2，更新 1，未变 1，未导入 1",
        "订单 4，其中已付款 3",
        "支付 ¥1,234.50（未扣退款）｜退款 ¥34.50｜净额 ¥1,200.00",
        "买家实际支付金额 = 实付，已扣退款，合计 ¥1,200.00",
        "核对：总金额 = 买家实际支付金额 + 退款金额，3 行全部相符",
        "⚠ 第 5 行：订单编号 已被表格软件损坏：3.55E+15。请重新导出，不要用 Excel 另存",
    ]
    assert message.keyboard[0][0].data == "u:7"


def test_nothing_new_offers_no_undo() -> None:
    same = replace(REPORT, new=0, changed=0, unchanged=5, refused=0, problems=())
    message = render.report(same, translator("en"), 7, "a.csv")
    assert message.text.startswith("✅ <b>a.csv</b>: everything was imported before")
    assert message.keyboard == ()


CODES = (
    "order_no_missing", "order_no_long", "order_no_damaged", "too_many_cells", "time", "amount",
    "quantity", "currency", "order_incomplete", "status", "duplicates", "total_row", "day_or_month",
    "level_order", "level_first", "level_repeats", "level_line", "identity",
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_has_words(language: str) -> None:
    t = translator(language)  # type: ignore[arg-type]
    for code in CODES:
        for row in (3, None):
            problem = Problem(code, row, "c", "v", 2)
            assert render.report(replace(REPORT, problems=(problem,)), t, 7, "x").text


def test_progress_and_undo() -> None:
    t = translator("en")
    assert render.progress(Progress("merging", 500, 2_000), t).text == "Importing, 500 rows 25%"
    assert "orders restored 3, removed 1,200" in render.undone(UndoResult(3, 1_200), t).text


def test_a_report_survives_being_stored() -> None:
    assert Report.load(REPORT.dump()) == REPORT


def test_the_promised_names() -> None:
    assert list(REPORT.to_json()) == [
        "platform", "kind", "encoding", "header_row", "read", "new", "changed", "unchanged",
        "refused", "days", "sums", "problems",
    ]  # fmt: skip
