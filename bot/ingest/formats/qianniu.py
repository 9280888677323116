"""千牛 (Qianniu): the shop's figures by day, and its scores (DSR)."""

from __future__ import annotations

from bot.ingest.formats.declare import Format

_DAY = ("统计日期", "日期", "评分日期", "更新日期")

FORMATS = (
    Format(
        "qianniu",
        {
            "day": _DAY,
            "visitors": ("店铺访客数", "访客人数", "店铺访客"),
            "page_views": ("店铺浏览量", "浏览次数", "店铺浏览次数"),
            "cart_adds": ("加购人数", "加购件数"),
            "favourites": ("收藏人数", "店铺收藏人数"),
            "sales": ("成交金额", "支付金额", "交易金额"),
            "buyers": ("成交买家数", "成交人数", "支付买家数"),
            "orders": ("成交订单数", "支付订单数", "成交笔数"),
            "units": ("成交件数", "支付件数"),
            "refunded": ("成功退款金额", "退款金额"),
        },
        required=frozenset({"day", "visitors", "sales"}),
        kind="shop_days",
    ),
    Format(
        "qianniu",
        {
            "day": _DAY,
            "description": (
                "描述相符", "描述相符评分", "描述相符得分", "宝贝与描述相符", "宝贝与描述相符评分",
                "商品描述相符",
            ),
            "service": (
                "服务态度", "服务态度评分", "服务态度得分", "卖家的服务态度", "卖家服务态度", "卖家的服务态度评分",
            ),
            "logistics": (
                "物流服务", "物流服务评分", "物流服务得分", "物流服务的质量", "物流服务质量", "物流服务的质量评分",
                "发货速度", "卖家发货的速度",
            ),
        },
        required=frozenset({"day", "description", "service", "logistics"}),
        kind="scores",
    ),
)  # fmt: skip
