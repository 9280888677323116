"""What an export may declare about itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["orders", "order_items", "shop_days", "ads", "scores", "refunds"]
Status = Literal["created", "paid", "shipped", "done", "closed"]
STATUSES: tuple[Status, ...] = ("created", "paid", "shipped", "done", "closed")

# Where the amounts of an order of several lines stand:
#   order    one row per order; `repeats` the same on each line; `first` on the first line only
#   line     each line has its own; `found` is for tables nobody declared: decided from the rows
Level = Literal["order", "repeats", "first", "line", "found"]

# What one row of a day kind may tell, and in what: counts, amounts of money, hundredths of a score.
KINDS = ("orders", "shop_days", "ads", "scores", "refunds")
Unit = Literal["count", "amount", "score"]
DAY_VALUES: Mapping[str, Mapping[str, Unit]] = {
    "shop_days": {
        "visitors": "count", "page_views": "count", "cart_adds": "count", "favourites": "count",
        "sales": "amount", "buyers": "count", "orders": "count", "units": "count",
        "refunded": "amount",
    },
    "ads": {
        "spend": "amount", "impressions": "count", "clicks": "count", "orders": "count",
        "revenue": "amount", "commission": "amount",
    },
    "scores": {"description": "score", "service": "score", "logistics": "score"},
}  # fmt: skip

# Channels people know: where a table has no column for it, its name or its titles say.
CHANNELS = (
    "直通车", "引力魔方", "万相台", "超级推荐", "钻展", "品销宝", "淘宝客", "京东快车", "京准通", "多多搜索",
    "多多场景", "巨量千川", "千川", "小红书", "Facebook", "Google", "TikTok", "Instagram", "Meta",
)  # fmt: skip

TIMES = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S %z", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M", "%Y%m%d %H:%M:%S", "%Y%m%d",
)  # fmt: skip


@dataclass(frozen=True)
class Format:
    """One export of one platform.

    `columns` gives for each of our fields the header names it goes by; the first one present
    counts. Fields: order_no, created, paid_at, status, shipped, code, title, kinds, quantity,
    price, discount (of a line), region, buyer, currency, and the amounts of an order or a line

        total     what the buyer is to pay, postage included     goods, postage   its parts
        received  what was paid; `received_is` says whether refunds are already out of it ("net")
        refund    what was given back        owed  still to be paid        fee, tax  only added up
        wrap      for packing gifts          promotion, postage_promotion  taken off, whatever its sign

    `kinds` is how many products one title cell joins. An order is paid where `paid_at` has a time, or (`paid_when="status"`) where its status says so.
    `statuses` are looked up whole, then as a part of the cell, in this order.

    Of a day kind the fields are those of DAY_VALUES beside day (the file's titles or name may give
    it instead), code and title of a product, channel, campaign, `subject` (what kind of thing an
    ad's row is about), terminal, `net_revenue` (only added up) and `window`. A name that begins
    with `*` is looked for at the end of a header cell. No column may go by a name in `without`.
    `closed_days`: the platform gives out no day before it is over.

    Of refunds they are refund_no, order_no, type (`type` where no column tells), status, amount,
    reason, applied, due, finished, waybill, title, quantity, phone and `mark`, a column that only
    tells whose export it is.
    """

    platform: str
    columns: Mapping[str, tuple[str, ...]]
    required: frozenset[str]
    one_of: tuple[frozenset[str], ...] = ()  # of each set one is needed too
    kind: Kind = "orders"
    level: Level = "order"
    received_is: Literal["gross", "net"] = "gross"
    paid_when: Literal["time", "status"] = "time"
    unpaid: frozenset[str] = frozenset()  # folded status cells of orders that were never paid
    statuses: Mapping[str, Status] = field(default_factory=dict)
    times: tuple[str, ...] = TIMES
    buyer_is: str = ""  # what the buyer column holds: it keeps hashes of two namespaces apart
    without: frozenset[str] = frozenset()
    channel: str = ""  # of ads whose rows name none
    closed_days: bool = False
    total_first: bool = False  # the first row is the sum of the others
    dots_group: bool = False  # 1.036.055 is a million
    type: str = ""  # of refunds

    def lacks(self, columns: Iterable[str]) -> list[str]:
        """Fields that are needed and not among `columns`."""
        found = frozenset(columns)
        single = sorted(self.required - found)
        return single + [min(x) for x in self.one_of if not x & found]


def fold(name: str) -> str:
    """A header cell without what exports add to it: blanks, BOM, quotes, width, case."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", name)).casefold()


_NOISE = re.compile(r"[\s\ufeff\u200b\"'=*_:-]|\((元|¥|[a-z]{3})\)$", re.IGNORECASE)

# header names of columns that say who or where a customer is
PERSONAL = re.compile(
    r"收货人|收件人|收货地址|收件地址|详细地址|收貨人|收件者|收貨地址|地址$|姓名|电话|電話|手机$|联系手机"
    r"|手機|会员名|會員|买家昵称|买家支付宝|留言|微信昵称|下单人|发票抬头|身份证"
    r"|email|phone|billingname|shippingname|street|address|company|zip|postalcode|receiver"
    r"|recipient|fullname|firstname|lastname|buyername|username|notes$|noteattributes|customername"
)
