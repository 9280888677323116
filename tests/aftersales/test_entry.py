"""One typed line → an entry: the corpus, and what a corpus cannot say."""

from __future__ import annotations

import dataclasses

import pytest

from bot.aftersales import reading
from bot.aftersales.entry import Entry, Ground, Said, candidates, parse
from tests.aftersales.corpus import NOW, ZONE, ground, lines, told


def read(text: str, **change: object) -> Entry:
    return parse(text, dataclasses.replace(ground(text), **change))  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "wanted"), lines())
def test_corpus(text: str, wanted: dict[str, object]) -> None:
    assert told(parse(text, ground(text))) == wanted


def test_what_was_understood_is_named() -> None:
    assert read("少件 苹果 2件 @小王").said == (
        Said("reason", "少件"), Said("product", "苹果"), Said("quantity", "2件"),
        Said("assignee", "@小王"),
    )  # fmt: skip


def test_candidates_are_looked_up_before_parsing() -> None:
    text = "订单２６１１２２００９３ 快递SF1380001000701 111-1234567-1234567 #1001 少2件"
    assert candidates(text) == (
        "2611220093", "SF1380001000701", "111-1234567-1234567", "#1001", "1001",
    )  # fmt: skip


def test_a_team_has_its_own_reasons() -> None:
    own = (("stain", "有污渍"),)
    assert read("有污渍 退货", reasons=own).reason == "stain"


def test_a_reason_put_away_is_a_note() -> None:
    entry = read("色差 退货", hidden=frozenset({"colour"}))
    assert (entry.reason, entry.note) == ("", "色差")


def test_amounts_are_in_the_currency_of_the_store() -> None:
    assert (read("退$12 amazon").amount, read("退$12").amount) == (1200, None)


def test_an_empty_world_still_reads() -> None:
    entry = parse("少件 苹果 2件 @wang 急", Ground(NOW, ZONE))
    assert (entry.reason, entry.product, entry.quantity) == ("missing", "苹果", 2)
    assert (entry.urgent, entry.assignee, entry.unknown) == (True, None, ("@wang",))


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "。", "@", "#", "¥", "退", "x", "​", "1", "剩", "前"]
)
def test_odds_and_ends_raise_nothing(text: str) -> None:
    assert parse(text, ground(text)).unknown == ()


@pytest.mark.parametrize(
    "text",
    [
        "13800010007",
        "1 3 8 0 0 0 1 0 0 0 7",
        "客户13800010007说杯子碎了2个要求退款",
        "电话 138-0001-0007，少2",
    ],
)
def test_no_phone_number_leaves(text: str) -> None:
    said = "".join(c for c in repr(parse(text, ground(text))) if c.isdigit())
    assert "13800010007" not in said
    assert "1380001" not in said


@pytest.mark.parametrize("before", ["", "+ ", "(", "买家 ", "- ", "tel: +"])
@pytest.mark.parametrize("after", ["", " 2件", "，急", ")", " 少2"])
def test_nothing_of_a_number_that_is_cut_at_a_pieces_end_leaves(before: str, after: str) -> None:
    for number in ("+852 9123 4567", "(021) 6123 4567", "138-0001-0007", "朝阳区建国路88号3栋502"):
        said = repr(parse(text := f"{before}{number}{after}", ground(text)))
        assert [x for x in ("9123", "6123", "0001", "建国路", "852") if x in said] == [], text


@pytest.mark.parametrize(
    ("text", "gone", "wanted"),
    [
        ("3小时后", False, "23 21:00"),
        ("3小時後", False, "23 21:00"),
        ("两天后", False, "25 18:00"),
        ("半小时之后", False, "23 18:30"),
        ("再过2小时", False, "23 20:00"),
        ("in 3 hours", False, "23 21:00"),
        ("2h later", False, "23 20:00"),
        ("1h30m later", False, "23 19:30"),
        ("剩14h", False, "24 08:00"),
        ("明天 18:00", False, "24 18:00"),
        ("3小时前", True, "23 15:00"),
        ("2h ago", True, "23 16:00"),
        ("大概半小时前", True, "23 17:30"),
        ("刚刚", True, "23 18:00"),
        ("02:10", True, "23 02:10"),
        ("昨天17:32", True, "22 17:32"),
        ("剩14h", True, ""),
        ("3小时前", False, ""),
        ("随便", True, ""),
    ],
)
def test_a_time_in_answer_to_a_question(text: str, gone: bool, wanted: str) -> None:
    at = reading.moment(text, NOW, ZONE, gone=gone)
    assert (f"{at.astimezone(ZONE):%d %H:%M}" if at else "") == wanted
