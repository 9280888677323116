"""Any table of orders whose columns go by names people use, in three languages."""

from __future__ import annotations

from bot.ingest.formats.declare import Format

FORMAT = Format(
    "generic",
    {
        "order_no": (
            "订单编号", "订单号", "订单id", "主订单编号", "交易号", "单号", "訂單編號", "訂單號碼", "訂單號",
            "order no", "order number", "order id", "order", "order no.", "orderid", "invoiceno",
            "invoice no", "reference",
        ),
        "created": (
            "订单创建时间", "下单时间", "创建时间", "订单提交时间", "订单时间", "订单日期", "下单日期", "日期",
            "成交时间", "订单成交时间", "訂單成立日期", "訂單成立時間", "下單時間", "建立時間", "訂單時間",
            "訂單日期", "created", "created at", "order date", "order time", "date",
            "order creation date", "sale date", "purchase date", "invoicedate",
        ),
        "paid_at": (
            "订单付款时间", "付款时间", "支付时间", "买家付款时间", "付款確認時間", "付款時間", "支付時間",
            "paid at", "paid time", "payment time", "payment date", "date paid", "order paid time",
        ),
        "status": ("订单状态", "状态", "交易状态", "訂單狀態", "狀態", "status", "order status"),
        "code": (
            "商家编码", "商品编码", "货号", "款号", "商品货号", "商品編碼", "貨號", "商品選項貨號", "sku",
            "item sku", "product code", "stockcode", "seller sku", "商品id", "product id", "item id",
        ),
        "title": (
            "商品标题", "商品名称", "商品名", "宝贝标题", "商品", "品名", "选购商品", "商品名稱", "商品標題",
            "product", "product name", "item", "item name", "title", "description",
        ),
        "quantity": (
            "数量", "购买数量", "商品数量", "件数", "订购数量", "宝贝总数量", "數量", "購買數量", "商品數量",
            "件數", "quantity", "qty", "units",
        ),
        "price": (
            "单价", "商品价格", "价格", "商品单价", "單價", "商品單價", "price", "unit price", "unitprice",
            "item price",
        ),
        "total": (
            "订单金额", "订单总金额", "总金额", "订单应付金额", "应付金额", "应付款", "合计金额",
            "訂單金額", "訂單總金額", "總金額", "應付金額", "total", "order total", "grand total", "total amount",
            "order amount",
        ),
        "received": (
            "实付金额", "实际支付金额", "支付金额", "付款金额", "成交金额", "实收金额", "销售额", "買家實付金額",
            "實付金額", "支付金額", "付款金額", "實收金額", "成交金額", "paid", "amount paid", "paid amount",
            "amount", "sales", "payment amount",
        ),
        "refund": (
            "退款金额", "已退款金额", "退款", "退款金額", "refund", "refunds", "refund amount",
            "refunded amount", "refunded",
        ),
        "region": (
            "省份", "省", "收货省份", "地区", "区域", "收货地址", "省市", "地區", "收件地址", "縣市", "region",
            "province", "state", "shipping province", "ship state",
        ),
        "buyer": (
            "买家会员名", "买家昵称", "买家id", "客户id", "会员id", "买家账号", "下单帐号", "買家帳號",
            "會員編號", "customer id", "customerid", "buyer", "buyer id", "email", "username (buyer)",
        ),
        "currency": ("币种", "货币", "幣別", "幣種", "currency"),
    },
    required=frozenset({"order_no"}),
    one_of=(frozenset({"created", "paid_at"}), frozenset({"total", "received", "price"})),
    level="found",
    unpaid=frozenset(
        {
            "等待买家付款", "待付款", "未付款", "未支付", "已取消", "取消", "尚未付款", "不成立", "unpaid",
            "pending", "cancelled", "canceled", "voided", "to pay",
        }
    ),
    statuses={
        "等待买家付款": "created", "待付款": "created", "未付款": "created", "未支付": "created",
        "尚未付款": "created", "unpaid": "created", "pending": "created", "to pay": "created",
        "已取消": "closed", "取消": "closed", "关闭": "closed", "關閉": "closed", "不成立": "closed",
        "cancel": "closed", "closed": "closed", "void": "closed", "refunded": "closed",
        "退款成功": "closed", "已退款": "closed",
        "已发货": "shipped", "待收货": "shipped", "已出貨": "shipped", "待收貨": "shipped",
        "shipped": "shipped", "fulfilled": "shipped",
        "完成": "done", "成功": "done", "已收货": "done", "已签收": "done", "completed": "done",
        "complete": "done", "delivered": "done", "done": "done",
        "已付款": "paid", "已支付": "paid", "待发货": "paid", "待出貨": "paid", "paid": "paid",
        "processing": "paid", "to ship": "paid",
    },
    buyer_is="generic",
)  # fmt: skip
