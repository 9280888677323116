"""生意参谋 (Sycm), the shop's own sheet by day: 店铺概况 or 取数, and 商品排行 by product.

It gives out a day once that is over. Its older .xls files have five title rows, and the day only
in their name.
"""

from __future__ import annotations

from bot.ingest.formats.declare import Format

_DAY = ("统计日期", "日期", "统计时间")
_TERMINAL = ("终端", "所属终端", "终端类型")
_REFUNDED = ("成功退款金额", "退款金额", "售中售后成功退款金额")
_PRODUCT = ("商品id", "宝贝id", "商品名称", "宝贝名称", "商品标题")

FORMATS = (
    Format(
        "sycm",
        {
            "day": _DAY,
            "terminal": _TERMINAL,
            "visitors": ("访客数", "店铺访客数"),
            "page_views": ("浏览量", "店铺浏览量"),
            "cart_adds": ("商品加购人数", "加购人数", "商品加购件数", "加购件数"),
            "favourites": ("商品收藏人数", "收藏人数", "商品收藏次数", "店铺收藏买家数"),
            "sales": ("支付金额",),
            "buyers": ("支付买家数",),
            "orders": ("支付子订单数", "支付订单数", "支付主订单数", "支付父订单数"),
            "units": ("支付件数", "支付商品件数"),
            "refunded": _REFUNDED,
        },
        required=frozenset({"visitors", "sales", "buyers"}),
        without=frozenset(_PRODUCT),
        kind="shop_days",
        closed_days=True,
    ),
    Format(
        "sycm",
        {
            "day": _DAY,
            "terminal": _TERMINAL,
            "code": ("货号", "商家编码", "商品货号", "商品id", "宝贝id"),
            "title": ("商品名称", "宝贝名称", "商品标题"),
            "visitors": ("商品访客数", "访客数"),
            "page_views": ("商品浏览量", "浏览量"),
            "cart_adds": ("商品加购人数", "加购人数", "商品加购件数", "加购件数"),
            "favourites": ("商品收藏人数", "收藏人数", "商品收藏次数"),
            "sales": ("支付金额",),
            "buyers": ("支付买家数",),
            "units": ("支付件数", "支付商品件数"),
            "refunded": _REFUNDED,
        },
        required=frozenset({"code", "visitors", "sales"}),
        kind="shop_days",
        closed_days=True,
    ),
)  # fmt: skip
