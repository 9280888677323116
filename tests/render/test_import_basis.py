"""What an import's report says its amounts are."""

import pytest

from bot.config import Language
from bot.i18n import translator
from bot.ingest.report import Column, Report, Sums
from bot.render import imports

AMAZON = Report(
    "amazon", "orders", "utf-8", 1, read=3, new=3, currency="USD",
    sums=Sums(orders=3, paid_orders=2, paid=84.97, columns=(Column("item-tax", "tax", 4.8),)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("language", "tax", "basis"),
    [
        ("zh-hans", "item-tax = 税，不计入支付金额，合计 $4.80", "支付 = 货款 + 运费 + 礼品包装 − 优惠，不另加税"),
        ("zh-hant", "item-tax = 稅，不計入付款金額，合計 $4.80", "付款 = 貨款 + 運費 + 禮品包裝 − 優惠，不另加稅"),
        ("en", "item-tax = tax, not part of sales", "Paid = items + shipping + gift wrap − promotions, no tax"),
    ],
)  # fmt: skip
def test_amazons_paid_says_what_becomes_of_the_tax(
    language: Language, tax: str, basis: str
) -> None:
    lines = imports.report(AMAZON, translator(language), 1).text.splitlines()
    assert [x.startswith(tax) for x in lines].count(True) == 1
    assert [x.startswith(basis) for x in lines].count(True) == 1


def test_no_other_platform_says_so() -> None:
    report = Report("taobao", "orders", "utf-8", 1, read=1, new=1, currency="CNY", sums=Sums(1))
    assert "礼品包装" not in imports.report(report, translator("zh-hans"), 1).text
