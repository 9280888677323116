"""Taobao and Tmall: 订单报表 (ExportOrderList), its item list, and Qianniu's three sheets.

买家实际支付金额 has refunds already taken out, so what was paid is 实付 + 退款, which must be 总金额.
"""

from __future__ import annotations

from bot.ingest.formats.declare import Format, Status

_STATUSES: dict[str, Status] = {
    "等待买家付款": "created",
    "买家已付款": "paid",
    "等待卖家发货": "paid",
    "卖家部分发货": "paid",
    "卖家已发货": "shipped",
    "等待买家确认": "shipped",
    "交易成功": "done",
    "交易关闭": "closed",
    "退款": "closed",
}

_TIMES = {
    "created": ("订单创建时间",),
    "paid_at": ("订单付款时间", "订单付款时间 ", "付款时间"),
}
_WHERE = {"region": ("收货省份", "省份", "收货地址"), "buyer": ("买家会员名", "买家昵称")}

FORMATS = (
    Format(
        "taobao",
        {
            "order_no": ("订单编号",),
            **_TIMES,
            **_WHERE,
            "status": ("订单状态",),
            "title": ("宝贝标题",),
            "kinds": ("宝贝种类",),
            "quantity": ("宝贝总数量",),
            "total": ("总金额",),
            "received": ("买家实际支付金额",),
            "refund": ("退款金额",),
            "fee": ("卖家服务费",),
        },
        required=frozenset({"order_no", "created", "paid_at", "total", "received"}),
        received_is="net",
        statuses=_STATUSES,
        buyer_is="taobao",
    ),
    Format(  # 千牛: the sheet 订单报表
        "taobao",
        {
            "order_no": ("订单编号", "主订单编号"),
            **_TIMES,
            **_WHERE,
            "status": ("订单状态",),
            "goods": ("买家应付货款",),
            "postage": ("买家应付邮费",),
            "received": ("买家实付金额",),
            "refund": ("退款金额",),
            "fee": ("卖家服务费",),
        },
        required=frozenset({"order_no", "created", "paid_at", "goods", "received"}),
        received_is="net",
        statuses=_STATUSES,
        buyer_is="taobao",
    ),
    Format(  # its lines: the sheet 销售明细, or a file of its own
        "taobao",
        {
            "order_no": ("主订单编号",),
            "line_no": ("子订单编号",),
            "code": ("商家编码", "外部系统编号"),
            "title": ("商品标题",),
            "quantity": ("购买数量",),
            "goods": ("买家应付货款",),
            "price": ("商品价格", "价格"),
        },
        required=frozenset({"order_no", "line_no", "title"}),
        kind="order_items",
        level="line",
    ),
)
