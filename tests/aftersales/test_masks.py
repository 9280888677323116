"""Customers' numbers are hidden before anything is stored; order and waybill numbers are not."""

from __future__ import annotations

import itertools
import random

import pytest

from bot.aftersales.masks import is_identity, luhn, mask

PHONE = [
    ("少件 13800010007 苹果", "少件 *0007 苹果"),
    ("138 0001 0007", "*0007"),
    ("138-0001-0007", "*0007"),
    ("138.0001.0007", "*0007"),
    ("1 3 8 0 0 0 1 0 0 0 7", "*0007"),
    ("１３８００００００７７", "*0077"),
    ("1\u200b3800010007", "*0007"),
    ("tel13800010007张三", "tel*0007张三"),
    ("+86 138 0001 0007", "*0007"),
    ("8613800010007", "*0007"),
    ("0086-13800010007", "*0007"),
    ("13800010007 2件", "*0007 2件"),
    ("2件13800010007", "2件*0007"),
    ("13800010007，13900020008", "*0007，*0008"),
    ("010-12345678", "*5678"),
    ("(021) 6123 4567", "*4567"),
    ("0755-1234567 2件", "*4567 2件"),
    ("0912-345-678", "*5678"),
    ("0912345678", "*5678"),
    ("電話 9123 4567", "電話 *4567"),
    ("+852 9123 4567", "*4567"),
    ("852-91234567", "*4567"),
    ("+65 9123 4567 about", "*4567 about"),
    ("+33 1 23 45 67 89", "*6789"),
    ("(415) 555-0132", "*0132"),
    ("call 4155550132", "call *0132"),
]
OTHER = [
    ("11010519491231002X", "*002X", "id"),
    ("110105 19491231 002x", "*002X", "id"),
    ("110105491231002", "*1002", "id"),
    ("A123456789", "*6789", "id"),
    ("A123456(3)", "*4563", "id"),
    ("护照 E12345678", "护照 *5678", "id"),
    ("订单 11010519491231002X", "订单 *002X", "id"),
    ("6222021234567890128", "*0128", "card"),
    ("4111 1111 1111 1111 2件", "*1111 2件", "card"),
    ("卡号 6222021234567890123", "卡号 *0123", "card"),
    ("a.b@mail.com", "*", "email"),
    ("朝阳区建国路88号3栋502室", "*", "address"),
    ("台北市大安區和平東路三段12號5樓", "*", "address"),
    ("阳光花园5栋1203", "*", "address"),
    ("12 Baker Street, apt 5", "*", "address"),
]
KEPT = [
    "2611220093", "订单4111111111111111", "order no 4111111111111111", "111-1234567-1234567",
    "261122-123456789012345", "SF1380001000701", "快递 78912345678901", "1 3800010007",
    "取 13 24 31 45 67 8", "苹果5斤 2件 29.9元", "2026-11-22 09:00:33", "11-22 09:00 剩14h",
    "尾号0093", "9123 4567", "我知道3号发货", "2 hard drive", "@wang", "退1,299.00元", "A01 少2 A03 破1",
    "5号楼门口", "1001 1002 1003",
]  # fmt: skip


@pytest.mark.parametrize(("text", "shown"), PHONE)
def test_phones_keep_four_digits(text: str, shown: str) -> None:
    masked = mask(text)
    assert masked.text == shown
    assert set(masked.found) == {"phone"}


@pytest.mark.parametrize(("text", "shown", "kind"), OTHER)
def test_identities_cards_mails_and_addresses(text: str, shown: str, kind: str) -> None:
    assert (mask(text).text, mask(text).found) == (shown, (kind,))


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_customers_number_stays(text: str) -> None:
    assert (mask(text).text, mask(text).found) == (text, ())


@pytest.mark.parametrize("number", ["13812345678", "4111111111111111", "11010519491231002X"])
def test_a_known_number_stays(number: str) -> None:
    assert mask(f"少件 {number}", known={number}).text == f"少件 {number}"
    assert mask(f"少件 {number}").text == f"少件 *{number[-4:]}"


def test_a_known_number_does_not_cover_another() -> None:
    assert mask("13812345678 13800010007", known={"13812345678"}).text == "13812345678 *0007"


def test_check_digits() -> None:
    assert luhn("4111111111111111")
    assert not luhn("4111111111111112")
    assert is_identity("11010519491231002x")
    assert not is_identity("110105194912310021")
    assert not is_identity("11010519491331002x")


def test_however_it_is_spaced() -> None:
    """Seeded odd spacing between the groups people write; masking twice changes nothing."""
    dice = random.Random(11)
    for number, groups in (("13800010007", (3, 4, 4)), ("6222021234567890128", (4, 4, 4, 4, 3))):
        for _ in range(60):
            gap = dice.choice([" ", "-", "  ", " - ", ".", "\u00a0", "\u3000", "\u2011", ""])
            cuts = [sum(groups[:i]) for i in range(len(groups) + 1)]
            parts = [number[a:b] for a, b in itertools.pairwise(cuts)]
            before, after = (
                dice.choice(["", "少件", "tel:", "2件 "]),
                dice.choice(["", " 2件", "急", "。"]),
            )
            text = before + gap.join(parts) + after
            assert mask(text).text == f"{before}*{number[-4:]}{after}", text
            assert mask(mask(text).text).text == mask(text).text
