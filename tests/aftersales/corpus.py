"""The corpus of typed lines: its world, and how it is read."""

from __future__ import annotations

import shlex
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.aftersales.entry import Entry, Goods, Ground, Person, Shop, candidates

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 18, 0, tzinfo=ZONE)  # a Monday
KNOWN = frozenset({"2611220093", "13812345678", "4111111111111111", "#1001"})
PEOPLE = (
    Person(1, ("小王", "Wang Lei", "@wanglei")),
    Person(2, ("小李", "Li Na", "@lina88")),
    Person(3, ("阿May", "May Chen")),
    Person(4, ("小陈", "陈晨")),
    Person(5, ("Kevin Tan", "@kevintan")),
    Person(6, ("Aisha Rahman",)),
    Person(7, ("刘姐", "刘芳")),
)
STORES = (
    Shop(1, "tmall", "果然鲜 天猫旗舰店", "taobao", "CNY"),
    Shop(2, "pdd", "果然鲜拼多多店", "pdd", "CNY"),
    Shop(3, "shopee", "Fresh TW", "shopee", "TWD"),
    Shop(4, "amazon", "Fresh US", "amazon", "USD"),
    Shop(5, "shopify", "Fresh Goods", "shopify", "USD"),
    Shop(6, "douyin", "果然鲜抖音店", "douyin", "CNY"),
)
PRODUCTS = (
    Goods(1, "红富士苹果礼盒5斤", "A01"),
    Goods(2, "补水面膜 10片装", "M10"),
    Goods(3, "Travel Mug 350ml", "MUG-350"),
    Goods(4, "换季外套 加厚款", "W88"),
    Goods(5, "补光灯", "LED-7"),
    Goods(6, "智利车厘子2斤", "C02"),
    Goods(7, "三只松鼠坚果礼包", "S33"),
)
_CALLED = {
    "小王": 1, "小李": 2, "May": 3, "小陈": 4, "Kevin": 5, "Aisha": 6, "刘姐": 7,
}  # fmt: skip
_SAME = {"type", "reason", "product", "note", "tail", "waybill", "responsible"}
_CALLED_OTHERWISE = {"order": "order_no", "refund": "refund_no"}


def ground(text: str) -> Ground:
    orders = frozenset(candidates(text)) & KNOWN
    return Ground(NOW, ZONE, "CNY", PEOPLE, STORES, orders, PRODUCTS)


def lines() -> list[tuple[str, dict[str, object]]]:
    """Each line with the fields it must have."""
    rows = Path(__file__).with_name("corpus.txt").read_text(encoding="utf-8").splitlines()
    rows = [r for r in rows if r.strip() and not (r.startswith(("# ", "##")))]
    return [
        (text.replace("\\n", "\n"), _fields(wanted.removeprefix("=")))
        for text, wanted in zip(rows[::2], rows[1::2], strict=True)
    ]


def _fields(wanted: str) -> dict[str, object]:
    fields: dict[str, object] = {}
    for word in shlex.split(wanted):
        key, _, value = word.partition("=")
        if key == "urgent":
            fields["urgent"] = True
        elif key in ("unknown", "masked"):
            fields[key] = tuple(value.split("|"))
        elif key == "qty":
            fields["quantity"] = int(value)
        elif key == "amount":
            fields["amount"] = int(Decimal(value) * 100)
        elif key == "who":
            fields["assignee"] = _CALLED[value]
        elif key == "store":
            fields["store_id"] = next(s.id for s in STORES if s.key == value)
        elif key in ("applied", "due"):
            at = datetime.strptime(f"2026-{value}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)
            fields[f"{key}_at"] = at
        else:
            assert key in _SAME | set(_CALLED_OTHERWISE), key
            fields[_CALLED_OTHERWISE.get(key, key)] = value
    return fields


def told(entry: Entry) -> dict[str, object]:
    """What an entry says, without what is empty."""
    skip = {"said", "product_id"}
    return {
        k: v for k, v in vars(entry).items() if k not in skip and v not in ("", None, (), False)
    }
