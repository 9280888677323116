"""What an answer says, in three languages, from a reading written by hand."""

import json
import re
from datetime import date
from html import unescape

import pytest

from bot.config import LANGUAGES, Language
from bot.i18n import translator
from bot.metrics.ask import Asked
from bot.metrics.bases import Compare, Span
from bot.metrics.query import Query, note
from bot.metrics.reading import Beside, Cell, Part, Reading, Row
from bot.metrics.scope import StoreInfo
from bot.periods import Period
from bot.render import data, html, pictures, reports
from bot.render.pictures import Style
from bot.render.reports import Look

TODAY = date(2026, 11, 23)
SUNDAY = Period(date(2026, 11, 22), date(2026, 11, 23))
LAST_SUNDAY = Period(date(2026, 11, 15), date(2026, 11, 16))
STORE = StoreInfo(1, "tmall", "天猫旗舰店", "CNY", "Asia/Shanghai")
BY_PRODUCT = Query(
    Span(SUNDAY, "day"), ("sales",), Compare("last_week", LAST_SUNDAY), by=("product",), top=2
)
LOOK = Look(TODAY)


def row(code: str, value: int, base: int | None, name: str) -> Row:
    return Row((code,), (Cell(value, base),), "CNY", name)


READING = Reading(
    BY_PRODUCT,
    (STORE,),
    rows=(
        row("A02", 58_410_00, 99_337_00, "车厘子2斤"),
        row("A01", 31_206_00, 0, "A01 苹果<5斤>"),
    ),
    totals=(Row((), (Cell(207_862_00, 280_839_00),), "CNY"),),
    others=Row((None,), (Cell(118_246_00, 181_502_00),), "CNY"),
    others_count=41,
    notes=(note("missing_days", n=2, spans="2026-11-20/2026-11-21"),),
)


def test_an_answer_says_what_it_understood_the_figure_and_the_table() -> None:
    text = reports.answer(READING, translator("zh-hans"), "", LOOK).text
    assert text == (
        "支付金额 · 昨日 11‑22 周日 · 按商品 前2 · 较上周日 11‑15\n"
        "<b>¥207,862.00</b>  <b>−26.0%</b>  (−72,977)\n"
        "<pre> 58,410 −41.2% A02 车厘子2斤\n"
        " 31,206   新上 A01 苹果&lt;5斤&gt;\n"
        "118,246 −34.9% 其他 41 项</pre>\n"
        "<i>有 2 天没导入全：11‑20…11‑21</i>\n"
        "<i>付款日口径，未扣退款</i>"
    )


def test_the_same_in_english() -> None:
    text = reports.answer(READING, translator("en"), "", LOOK).text
    assert text.startswith(
        "Sales · yesterday Sun 22\u00a0Nov · by product top 2 · vs Sun 15\u00a0Nov\n"
        "<b>¥207,862.00</b>  <b>−26.0%</b>  (−72,977)\n"
    )
    assert "2 days are not fully imported: 20\xa0Nov to 21\xa0Nov" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_fit_a_phone_in_every_language(language: Language) -> None:
    query = Query(Span(SUNDAY, "day"), compare=Compare("last_week", LAST_SUNDAY), panel=True)
    cells = tuple(Cell(12_345_678_90, 2_345_678_90) for _ in query.metrics)
    panel = Reading(query, (STORE,), totals=(Row((), cells, "CNY"),))
    for reading in (READING, panel):
        text = reports.answer(reading, translator(language), "", LOOK).text
        for block in re.findall(r"<pre>(.*?)</pre>", unescape(text), re.DOTALL):
            assert all(html.cells(line) <= 32 for line in block.splitlines())


def test_buttons_carry_the_question_and_one_change() -> None:
    keyboard = reports.answer(READING, translator("zh-hans"), "Zm9vYmFy", LOOK).keyboard
    assert [[b.text for b in line] for line in keyboard] == [
        ["近7天", "总计", "为什么"], ["期间 ▾", "拆分 ▾", "对比 ▾"]
    ]  # fmt: skip
    assert keyboard[0][0].data == "q:Zm9vYmFy:p:last7"
    assert all(len(b.data.encode()) <= 64 for line in keyboard for b in line)


def test_a_figure_that_is_not_known_is_a_dash() -> None:
    reading = Reading(
        Query(Span(SUNDAY, "day"), ("visitors",)),
        (STORE,),
        totals=(Row((), (Cell(None),), "CNY"),),
        notes=(note("not_imported", metric="visitors", source="traffic"),),
    )
    text = reports.answer(reading, translator("en"), "", LOOK).text
    assert "<b>–</b>" in text
    assert "Visitors: not imported yet. Send the daily traffic sheet (e.g. Sycm)." in text


def test_long_tables_fold() -> None:
    rows = tuple(row(f"A{i:02d}", 100_00 - i, None, "") for i in range(50))
    reading = Reading(BY_PRODUCT, (STORE,), rows=rows, totals=READING.totals)
    text = reports.answer(reading, translator("en"), "", LOOK).text
    assert text.count("<blockquote expandable>") == 1
    assert "10 more rows" in text
    assert len(text) < 4096


def test_the_parts_of_a_why_add_up_as_shown() -> None:
    parts = (Part("orders", -697_650_0, 2000, 1500), Part("aov", -32_050_0, 140_00, 138_00))
    reading = Reading(
        Query(Span(SUNDAY, "day"), ("sales",), BY_PRODUCT.compare, intent="why"),
        (STORE,),
        totals=READING.totals,
        parts=parts,
    )
    text = reports.answer(reading, translator("zh-hans"), "", LOOK).text
    # 72,970.00 shown in hundreds: 73,000 = 69,800 + 3,200
    assert "少卖 ¥7.30万：支付订单数 −6.98万，笔单价 −3,200" in text


def test_unknown_words_come_back_with_the_nearest_metrics() -> None:
    asked = Asked(Query(Span(SUNDAY, "day"), panel=True), ("转<划率",), ("conversion",))
    message = reports.not_understood(asked, translator("zh-hans"), "x1", LOOK)
    assert message.text == "<b>没看懂：「转&lt;划率」</b>\n你要看的是？"
    assert [b.data for line in message.keyboard for b in line] == ["q:x1:m:conversion"]


def test_a_ranking_is_drawn_and_one_figure_is_not() -> None:
    style = Look(TODAY, Style())
    spec = pictures.from_json(reports.answer(READING, translator("en"), "", style).picture)
    assert isinstance(spec, pictures.Ranking)
    assert [(r.name, r.value, r.base) for r in spec.rows] == [
        ("A02 车厘子2斤", 58410.0, 99337.0), ("A01 苹果<5斤>", 31206.0, 0.0)
    ]  # fmt: skip
    alone = Reading(Query(Span(SUNDAY, "day"), ("sales",)), (STORE,), totals=READING.totals)
    assert reports.answer(alone, translator("en"), "", style).picture == ""


def test_json_has_major_units_codes_and_exclusive_ends() -> None:
    answer = data.answer_json(Asked(BY_PRODUCT), READING, translator("en"), TODAY)
    assert answer["understood"] == {
        "intent": "read", "metrics": ["sales"], "start": "2026-11-22", "end": "2026-11-23",
        "grain": None, "by": ["product"], "top": 2, "order": "desc", "filters": {},
        "compare": {"kind": "last_week", "start": "2026-11-15", "end": "2026-11-16"},
    }  # fmt: skip
    assert answer["rows"][0] == {"product": "A02", "sales": 58410.0, "sales_base": 99337.0}
    assert answer["total"] == {"sales": 207862.0, "sales_base": 280839.0}
    assert json.loads(json.dumps(answer)) == answer


def test_json_of_what_was_not_understood_has_no_figures() -> None:
    asked = Asked(BY_PRODUCT, ("鹅",), ("sales",))
    answer = data.answer_json(asked, None, translator("en"), TODAY)
    assert (answer["unknown"], answer["suggestions"]) == (["鹅"], ["sales"])
    assert (answer["rows"], answer["total"]) == ([], {})


def test_json_of_two_currencies_has_a_row_each_and_no_total() -> None:
    query = Query(Span(SUNDAY, "day"), ("sales", "orders"))
    totals = (
        Row((), (Cell(30_00), Cell(1)), "CNY"),
        Row((), (Cell(71_00), Cell(2)), "HKD"),
    )
    reading = Reading(query, (), totals=totals)
    answer = data.answer_json(Asked(query), reading, translator("en"), TODAY)
    assert answer["rows"] == [
        {"currency": "CNY", "sales": 30.0, "orders": 1},
        {"currency": "HKD", "sales": 71.0, "orders": 2},
    ]
    assert answer["total"] == {"sales": None, "orders": 3}


HONG_KONG = StoreInfo(2, "hk", "Orchard HK", "HKD", "Asia/Hong_Kong")


def test_each_currency_has_its_own_heading_and_table() -> None:
    rows = (
        row("A01", 60_00, 50_00, "苹果"),
        Row(("A01",), (Cell(900_00, 900_00),), "HKD", "A01 Fuji Apples 5kg"),
    )
    totals = (
        Row((), (Cell(60_00, 50_00),), "CNY"),
        Row((), (Cell(900_00, 900_00),), "HKD"),
    )
    reading = Reading(BY_PRODUCT, (STORE, HONG_KONG), rows=rows, totals=totals)
    text = reports.answer(reading, translator("zh-hans"), "", LOOK).text
    assert text.splitlines()[1:7] == [
        "<b>天猫旗舰店</b>",
        "<b>¥60.00</b>  <b>+20.0%</b>  (+10.00)",
        "<pre>60.00 +20.0% A01 苹果</pre>",
        "<b>Orchard HK</b>",
        "<b>HK$900.00</b>  <b>0.0%</b>  (0.00)",
        "<pre>900.00 0.0% A01 Fuji Apples 5kg</pre>",
    ]


def test_stores_of_one_currency_stand_under_its_code() -> None:
    other = StoreInfo(3, "jd", "京东店", "CNY", "Asia/Shanghai")
    totals = (Row((), (Cell(60_00),), "CNY"), Row((), (Cell(9_00),), "HKD"))
    query = Query(Span(SUNDAY, "day"), ("sales",))
    reading = Reading(query, (STORE, HONG_KONG, other), totals=totals)
    text = reports.answer(reading, translator("en"), "", LOOK).text
    assert "<b>CNY</b>\n<b>¥60.00</b>\n<b>Orchard HK</b>\n<b>HK$9.00</b>" in text


def test_refunds_counted_by_payment_day_name_no_other_basis() -> None:
    query = Query(Span(SUNDAY, "day"), ("refund_amount",), notes=(note("paid_basis"),))
    totals = (Row((), (Cell(15_00),), "CNY"),)
    reading = Reading(query, (STORE,), totals=totals, notes=query.notes)
    text = reports.answer(reading, translator("zh-hans"), "", LOOK).text
    assert "期间付款的订单至今的退款" in text
    assert "按退款完结日" not in text


def test_a_wide_metric_name_has_a_short_form_before_it_is_cut() -> None:
    query = Query(Span(SUNDAY, "day"), ("sales", "aov"), Compare("last_week", LAST_SUNDAY))
    cells = (Cell(1_234_567_00, 1_000_000_00), Cell(117_85, 113_10))
    reading = Reading(query, (STORE,), totals=(Row((), cells, "CNY"),))
    text = reports.answer(reading, translator("en"), "", LOOK).text
    assert "¥1,234,567.00 +23.5% Sales\n" in text
    assert text.count("Per order") == 1


def test_under_a_picture_three_lines_stand_open_and_the_caption_fits() -> None:
    rows = tuple(row(f"A{i:02d}", 100_00 - i, 90_00, "长名字" * 12) for i in range(50))
    reading = Reading(BY_PRODUCT, (STORE,), rows=rows, totals=READING.totals)
    text = reports.answer(reading, translator("zh-hans"), "", Look(TODAY, Style())).text
    assert text.index("<blockquote expandable>") == len("\n".join(text.split("\n")[:3])) + 1
    assert "<pre>" not in text
    assert html.visible(text) <= 1024


def test_a_why_is_drawn_with_its_finding_its_base_date_and_signed_parts() -> None:
    # by hand: 84 orders of 113.00 were 9,492, now 60 of 118.00 are 7,080
    split = Cell(7_080_00, 9_492_00)
    parts = (Part("orders", -2_772_00, 84, 60), Part("aov", 360_00, 113_00, 118_00))
    query = Query(Span(SUNDAY, "day"), ("sales",), BY_PRODUCT.compare, intent="why")
    totals = (Row((), (split,), "CNY"),)
    reading = Reading(query, (STORE,), totals=totals, split=split, parts=parts)
    drawn = reports.answer(reading, translator("zh-hans"), "", Look(TODAY, Style())).picture
    spec = pictures.from_json(drawn)
    assert isinstance(spec, pictures.Waterfall)
    assert spec.title == "少卖 ¥2,412，支付订单数 −¥2,772"
    assert spec.subtitle == "支付金额，昨日 11‑22 周日，较上周日 11‑15"
    assert [(p.change.text, p.below) for p in spec.parts] == [
        ("−¥2,772", ("84", "→ 60")), ("+¥360", ("¥113.00", "→ ¥118.00"))
    ]  # fmt: skip
    assert (spec.base.label, spec.base.below) == ("周日", ("11‑15",))


def test_a_line_names_its_highest_point_and_dates_it() -> None:
    period = Period(date(2026, 11, 16), date(2026, 11, 23))
    amounts = (10_00, 20_00, 90_00, 30_00, 20_00, 10_00, 40_00)
    rows = tuple(Row((day,), (Cell(n),), "CNY") for day, n in zip(period, amounts, strict=True))
    query = Query(Span(period, "last"), ("sales",), by=("day",))
    reading = Reading(query, (STORE,), rows=rows, totals=(Row((), (Cell(220_00),), "CNY"),))
    spec = pictures.from_json(
        reports.answer(reading, translator("en"), "", Look(TODAY, Style())).picture
    )
    assert isinstance(spec, pictures.Line)
    assert [(p.index, p.words) for p in spec.now.peaks] == [(2, "18\xa0Nov ¥90")]
    assert [tick.index for tick in spec.ticks][:3] == [0, 6, 2]


def test_without_any_base_there_is_no_column_of_dashes() -> None:
    rows = (row("A01", 60_00, None, "苹果"), row("A02", 5_00, None, "梨"))
    totals = (Row((), (Cell(65_00),), "CNY"),)
    reading = Reading(BY_PRODUCT, (STORE,), rows=rows, totals=totals)
    text = reports.answer(reading, translator("zh-hans"), "", LOOK).text
    assert "<b>¥65.00</b>\n<pre>60.00 A01 苹果\n 5.00 A02 梨</pre>" in text


def test_what_else_happened_is_said_after_the_parts() -> None:
    split = Cell(300_00, 400_00)
    parts = (Part("visitors", -150_00, 1000, 800), Part("basket", 50_00, 10_00, 11_00))
    beside = (
        Beside("metric", "ad_spend", "直通车", Cell(38_00, 100_00)),
        Beside("metric", "dsr_service", cell=Cell(4.83, 4.86)),
        Beside("ended", "double11"),
    )
    query = Query(Span(SUNDAY, "day"), ("sales",), BY_PRODUCT.compare, intent="why")
    totals = (Row((), (split,), "CNY"),)
    reading = Reading(query, (STORE,), totals=totals, split=split, parts=parts, beside=beside)
    assert reports.why(reading, translator("zh-hans")) == [
        "少卖 ¥100：访客数 −150，客单价 +50",
        "同时发生：直通车花费 −62.0%，服务态度 −0.03，双11结束",
    ]
    assert reports.why(reading, translator("en"))[1] == (
        "Meanwhile: Zhitongche ad spend −62.0%, DSR service −0.03, Double 11 ended"
    )


def test_a_mean_is_no_total() -> None:
    query = Query(Span(SUNDAY, "day"), ("visitors",), by=("store",))
    rows = tuple(Row((key,), (Cell(n),), "CNY", key) for key, n in (("a", 90), ("b", 40)))
    reading = Reading(query, (STORE,), rows=rows, totals=(Row((), (Cell(130),), "CNY"),))
    drawn = reports.answer(reading, translator("zh-hans"), "", Look(TODAY, Style())).picture
    spec = pictures.from_json(drawn)
    assert isinstance(spec, pictures.Ranking)
    assert (spec.title, spec.note) == ("访客数 130", "整体 130")
