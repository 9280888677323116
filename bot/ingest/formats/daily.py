"""Any table by day whose columns go by names people use, in three languages.

One table may be several: the sheet an operator keeps has visitors, ad spend and scores in one row.
Orders and sales beside visitors are the shop's, beside spend alone they are the ads'.
"""

from __future__ import annotations

from bot.ingest.formats import generic
from bot.ingest.formats.declare import Format

_DAY = (
    "日期", "统计日期", "时间", "天", "统计時間", "統計日期", "date", "day", "report date", "reporting starts",
)  # fmt: skip
_PRODUCT = {
    "code": (
        "货号", "商家编码", "商品编码", "商品id", "貨號", "商品編碼", "sku", "product code", "product id",
        "item id", "asin",
    ),
    "title": (
        "商品名称", "商品", "宝贝名称", "商品标题", "商品名稱", "product", "product name", "item", "title",
    ),
}  # fmt: skip
_TRAFFIC = {
    "visitors": (
        "访客数", "访客", "商品访客数", "访客人数", "店铺访客数", "訪客數", "訪客", "不重複訪客", "uv", "visitors",
        "unique visitors", "online store visitors", "sessions", "visits", "users",
    ),
    "page_views": (
        "浏览量", "商品浏览量", "浏览次数", "瀏覽量", "瀏覽數", "頁面瀏覽", "頁面瀏覽次數", "pv", "page views",
        "pageviews", "page views total", "views",
    ),
    "cart_adds": (
        "加购", "加购件数", "加购人数", "商品加购件数", "商品加购人数", "加購", "加購數", "加入購物車",
        "add to cart", "add to carts", "adds to cart", "added to cart", "cart adds", "carts",
    ),
    "favourites": (
        "收藏", "收藏人数", "收藏数", "商品收藏人数", "收藏數", "按讚數", "favourites", "favorites", "likes",
        "wishlist",
    ),
}  # fmt: skip
_SOLD = {
    "sales": (
        "支付金额", "销售额", "成交金额", "成交额", "销售金额", "支付金額", "銷售額", "銷售金額", "成交金額",
        "sales", "revenue", "total sales", "net revenue", "paid amount", "gmv", "ordered product sales",
    ),
    "buyers": (
        "支付买家数", "买家数", "成交人数", "成交买家数", "支付人数", "買家數", "付款買家數", "buyers", "customers",
    ),
    "orders": (
        "订单数", "支付订单数", "成交订单数", "成交单量", "单量", "訂單數", "訂單量", "orders", "total orders",
        "number of orders", "order count",
    ),
    "units": (
        "支付件数", "件数", "销量", "成交件数", "商品件数", "件數", "銷量", "units", "units sold", "units ordered",
        "items sold",
    ),
    "refunded": ("退款金额", "成功退款金额", "退款金額", "refunds", "refunded", "refund amount"),
}  # fmt: skip
_CURRENCY = {"currency": ("币种", "货币", "幣別", "幣種", "currency")}
_ADS = {
    "channel": (
        "渠道", "推广渠道", "推广工具", "广告渠道", "平台", "媒体", "渠道名称", "通路", "廣告渠道", "channel",
        "source", "platform", "network", "medium",
    ),
    "campaign": (
        "计划", "计划名称", "推广计划", "广告系列", "广告计划", "活动名称", "廣告活動", "行銷活動名稱", "行銷活動",
        "campaign", "campaign name", "*campaign name", "*campaign id",
    ),
    "spend": (
        "花费", "消耗", "广告费", "推广费", "推广花费", "广告花费", "花費", "廣告費", "廣告花費", "消費", "spend",
        "spent", "cost", "ad spend", "amount spent", "*amount spent", "ad cost", "expense",
    ),
    "impressions": (
        "展现量", "展现", "曝光", "曝光量", "展示", "展示次数", "曝光數", "曝光次數", "impressions", "impr.",
    ),
    "clicks": ("点击量", "点击", "点击数", "點擊", "點擊數", "點擊次數", "clicks", "link clicks"),
    "orders": (
        "成交笔数", "总成交笔数", "广告订单数", "订单数", "成交订单数", "訂單數", "轉換", "轉換次數", "orders",
        "purchases", "conversions", "approved conversion", "total conversion",
    ),
    "revenue": (
        "成交金额", "总成交金额", "广告成交金额", "推广成交金额", "销售额", "成交金額", "轉換價值", "revenue", "sales",
        "ad sales", "attributed sales", "conversion value", "purchase value", "purchases conversion value",
    ),
    "commission": ("佣金", "佣金支出", "付款佣金", "佣金金額", "commission"),
    "window": ("转化周期", "归因周期", "歸因期間", "attribution window", "attribution setting"),
}  # fmt: skip
_SCORES = {
    "description": (
        "描述相符", "描述", "描述分", "描述相符评分", "宝贝与描述相符", "商品质量", "宝贝质量", "商品描述", "描述評分",
        "description", "item as described", "description score", "product quality",
    ),
    "service": (
        "服务态度", "服务", "服务分", "服务态度评分", "卖家的服务态度", "服务保障", "服務態度", "服務評分", "service",
        "service score", "seller service",
    ),
    "logistics": (
        "物流服务", "物流", "物流分", "物流服务评分", "物流服务的质量", "物流速度", "发货速度", "物流服務", "物流評分",
        "logistics", "logistics score", "shipping", "shipping score", "delivery", "shipping speed",
    ),
}  # fmt: skip

# a table with order numbers is one of orders
_ORDER = frozenset(generic.FORMAT.columns["order_no"]) | {"主订单编号", "子订单编号", "跟团号"}
_SOME = frozenset(_TRAFFIC)

# In this order of preference; each takes the columns that those before it left.
FORMATS = (
    Format(
        "generic",
        {"day": _DAY, **_PRODUCT, **_TRAFFIC, **_SOLD, **_CURRENCY},
        required=frozenset({"day"}),
        one_of=(_SOME,),
        kind="shop_days",
        without=_ORDER,
    ),
    Format(
        "generic",
        {"day": _DAY, **_ADS, **_CURRENCY},
        required=frozenset({"day", "spend"}),
        kind="ads",
        without=_ORDER,
    ),
    Format(
        "generic",
        {"day": _DAY, **_PRODUCT, **_SOLD, **_CURRENCY},
        required=frozenset({"day", "sales"}),
        kind="shop_days",
        without=_ORDER | frozenset(_ADS["spend"]),
    ),
    Format(
        "generic",
        {"day": _DAY, **_SCORES},
        required=frozenset({"day"}),
        one_of=(frozenset({"description", "service"}), frozenset({"service", "logistics"})),
        kind="scores",
        without=_ORDER,
    ),
)
