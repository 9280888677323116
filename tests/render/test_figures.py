"""Changes from nothing and names, in the reader's words."""

from dataclasses import replace
from datetime import date

import pytest

from bot.i18n import translator
from bot.ingest.report import Part, Report
from bot.metrics.ask import Asked
from bot.metrics.bases import Compare, Span
from bot.metrics.catalogue import METRICS
from bot.metrics.query import Query, note
from bot.metrics.reading import Cell, Reading, Row
from bot.metrics.scope import StoreInfo
from bot.periods import Period
from bot.render import figures, imports, reports
from bot.render.pictures import Change
from bot.render.reports import Look

TODAY = date(2026, 11, 23)
SUNDAY = Period(date(2026, 11, 22), date(2026, 11, 23))
BEFORE = Period(date(2026, 11, 15), date(2026, 11, 16))
STORES = (StoreInfo(1, "berlin", "Berlin Shop", "EUR", "Europe/Berlin"),)
QUERY = Query(Span(SUNDAY, "day"), ("orders",), Compare("last_week", BEFORE), by=("hour",))
HOURS = Reading(
    QUERY,
    STORES,
    rows=(Row((9,), (Cell(2, 0),), ""), Row((10,), (Cell(6, 4),), "")),
    totals=(Row((), (Cell(8, 4),), ""),),
)


def test_a_rate_that_was_zero_moved_by_points_and_a_sum_was_nothing() -> None:
    t = translator("zh-hant")
    rate = figures.drawn_change(METRICS["refund_rate"], Cell(0.0579, 0.0), t)
    assert rate == Change("5.79 百分點", "up", "bad")
    spend = figures.drawn_change(METRICS["ad_spend"], Cell(113_00, 0), t)
    assert spend == Change("原為0", polarity="missing")


def test_an_hour_is_not_new_but_a_product_is() -> None:
    t = translator("en")
    assert "2  was 0 09:00" in reports.answer(HOURS, t, "", Look(TODAY)).text
    products = replace(HOURS, query=replace(QUERY, by=("product",)))
    products = replace(products, rows=(Row(("A1",), (Cell(2, 0),), "", "Mug"),))
    assert "2 new A1 Mug" in reports.answer(products, t, "", Look(TODAY)).text


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", "only Guangdong"), ("zh-hant", "只看 廣東"), ("zh-hans", "只看 广东省")],
)
def test_a_province_stands_in_the_readers_language(language: str, shown: str) -> None:
    query = replace(QUERY, by=(), filters=(("region", ("广东省",)),))
    t = translator(language)
    assert f" · {shown} · " in figures.understood(query, t, TODAY)
    assert figures.region("Bavaria", t) == "Bavaria"


def test_a_channel_stands_in_the_readers_language() -> None:
    query = replace(QUERY, by=(), filters=(("channel", ("万相台",)),))
    assert "只看 萬相台" in figures.understood(query, translator("zh-hant"), TODAY)
    rows = (Row(("万相台",), (Cell(2, 1),), "", "万相台"),)
    reading = replace(HOURS, query=replace(QUERY, by=("channel",)), rows=rows)
    assert " Wanxiangtai" in reports.answer(reading, translator("en"), "", Look(TODAY)).text
    assert figures.channel("Facebook", translator("en")) == "Facebook"


def test_a_filter_names_the_store_and_not_its_key() -> None:
    query = replace(QUERY, filters=(("store", ("berlin",)),))
    words = figures.understood(query, translator("en"), TODAY, STORES)
    assert "only Berlin Shop" in words


def test_unknown_words_stand_in_the_readers_quotes() -> None:
    asked = Asked(Query(Span(SUNDAY, "day"), panel=True), ("foo bar",), ())
    text = reports.not_understood(asked, translator("en"), "", Look(TODAY)).text
    assert "I did not understand: “foo bar”" in text


@pytest.mark.parametrize(
    ("n", "said"),
    [(1, "1 day has no data from the stock list"), (3, "3 days have no data from the stock list")],
)
def test_missing_days_are_counted_in_the_right_number(n: int, said: str) -> None:
    missing = note("missing_days_of", source="stock", n=n, spans="2026-11-20/2026-11-20")
    assert figures.remark(missing, translator("en"), TODAY).startswith(said)


def test_a_file_of_which_no_row_was_taken_is_not_called_imported() -> None:
    refused = Report("amazon", "orders", "utf-8", 1, read=3, refused=3)
    text = imports.report(refused, translator("en"), 1, "orders.csv").text
    assert text.startswith("⚠ <b>orders.csv</b>: every row was refused, nothing was imported")


def test_a_typed_line_is_recorded_and_not_imported() -> None:
    typed = Report(
        "record", "shop_days", "", 1, read=1, new=1, parts=(Part("shop_days", ("2026-11-22",)),)
    )
    text = imports.report(typed, translator("en"), 1, "yesterday visitors 3200").text
    assert text.startswith("✅ Recorded: <b>yesterday visitors 3200</b>")
