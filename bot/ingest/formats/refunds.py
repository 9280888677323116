"""Refunds and returns: the platforms' after-sales exports, and any table by the names people use.

What an export says of state, kind and reason is put into the desk's words here; what it says beside
is kept as it stands, so that nothing is lost where a platform invents a new word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from bot.ingest.formats.declare import Format, fold

State = Literal["open", "done", "closed"]

_NUMBERS = (
    "退款编号", "售后编号", "售后单号", "退款单号", "退款单编号", "售后单编号", "售后服务单号", "服务单号", "退款id",
    "售后id", "退货单号", "退换货单号", "维权编号", "退單編號", "退款編號", "退款單號", "售後編號", "售後單號",
    "退貨編號", "退貨單號", "退貨/退款編號", "退貨退款編號", "refund id", "refund no", "refund no.",
    "refund number", "return id", "return number", "return order id", "return sn", "return request id",
    "case id", "rma", "rma id", "rma number", "amazon rma id", "license-plate-number",
)  # fmt: skip
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "refund_no": _NUMBERS,
    "order_no": (
        "订单编号", "订单号", "主订单编号", "主订单号", "订单id", "交易编号", "交易号", "原订单号", "关联订单号",
        "訂單編號", "訂單號碼", "訂單號", "order id", "order no", "order no.", "order number", "order sn",
        "order-id", "order",
    ),
    "type": (
        "售后类型", "退款类型", "售后方式", "服务类型", "退单类型", "申请类型", "客户期望", "业务类型", "售後類型",
        "退款類型", "退貨類型", "申請類型", "return type", "refund type", "request type", "resolution",
        "return resolution", "return/refund type", "type",
    ),
    "status": (
        "退款状态", "售后状态", "售后单状态", "服务单状态", "退款单状态", "处理状态", "审核状态", "退款狀態",
        "售後狀態", "退貨狀態", "退貨/退款狀態", "處理狀態", "狀態", "状态", "return status", "refund status",
        "return / refund status", "return request status", "request status", "return-status", "status",
    ),
    "amount": (
        "买家退款金额", "退款金额", "申请退款金额", "退款申请金额", "应退金额", "退款总金额", "退款总额",
        "申请金额", "退商品金额", "实退金额", "退款金額", "申請退款金額", "退款總額", "申請金額", "refund amount",
        "refunded amount", "return refund amount", "requested refund amount", "total refund amount",
        "refund total", "amount",
    ),
    "reason": (
        "退款原因", "售后原因", "买家退款原因", "申请原因", "退货原因", "售后申请原因", "申请退款原因", "退款原因标签",
        "售後原因", "退貨原因", "申請原因", "return reason", "refund reason", "return/refund reason", "reason",
    ),
    "applied": (
        "退款的申请时间", "申请时间", "退款申请时间", "售后申请时间", "申请退款时间", "发起时间", "退款创建时间",
        "售后创建时间", "创建时间", "申請時間", "退款申請時間", "售後申請時間", "建立時間", "time requested",
        "requested time", "request time", "request date", "return request date", "return-date",
        "return creation time", "return created time", "refund requested time", "applied at", "applied",
        "created at", "created time", "date requested",
    ),
    "due": (
        "超时时间", "退款截止", "退款截止时间", "剩余时间", "处理剩余时间", "剩余处理时间", "处理截止时间",
        "售后截止时间", "截止时间", "逾期时间", "超时倒计时", "倒计时", "商家处理截止时间", "超時時間", "截止時間",
        "剩餘時間", "處理剩餘時間", "處理截止時間", "處理期限", "deadline", "due date", "due", "due time",
        "respond by", "seller due date", "return seller due date", "response deadline", "expires at",
        "time left", "time remaining", "remaining time",
    ),
    "finished": (
        "完结时间", "退款完结时间", "售后完结时间", "退款成功时间", "退款完成时间", "退款时间", "完成时间",
        "售后完成时间", "完結時間", "退款完結時間", "退款成功時間", "退款完成時間", "完成時間", "退款時間",
        "refund time", "refunded at", "refund date", "refunded time", "finished at", "completed at",
        "completed time", "completion time", "return completed time", "return delivery date",
    ),
    "waybill": (
        "退货物流单号", "退货运单号", "退货快递单号", "退回物流单号", "退货单运单号", "寄回运单号", "运单号",
        "退貨物流單號", "退貨運單號", "退貨快遞單號", "退貨包裹查詢號碼", "return tracking number",
        "return tracking id", "return logistics tracking id", "return tracking no", "tracking id",
        "tracking number", "return waybill",
    ),
    "title": (
        "宝贝标题", "商品标题", "商品名称", "商品名", "宝贝名称", "商品", "選購商品", "商品名稱", "商品標題",
        "product name", "product", "item name", "product-name", "item", "title",
    ),
    "quantity": (
        "退款数量", "售后数量", "退货数量", "申请数量", "购买数量", "商品数量", "数量", "退款件数", "件数", "退貨數量",
        "退款數量", "申請數量", "購買數量", "商品數量", "數量", "return quantity", "refund quantity", "quantity",
        "qty", "returned quantity",
    ),
    "phone": (
        "买家手机", "买家电话", "联系电话", "手机号", "手机", "收件人手机号", "買家電話", "聯絡電話", "手機號碼",
        "buyer phone", "phone", "phone number",
    ),
    "currency": ("币种", "货币", "幣別", "幣種", "currency", "currency code", "refund currency"),
}  # fmt: skip
_SOMETHING = frozenset({"status", "amount", "applied", "due"})
_NEEDED = frozenset({"refund_no", "order_no"})


def _of(platform: str, *marks: str, type_: str = "") -> Format:
    """An export that one of `marks` gives away."""
    return Format(
        platform, {**_COLUMNS, "mark": marks}, required=_NEEDED | {"mark"}, one_of=(_SOMETHING,),
        kind="refunds", type=type_,
    )  # fmt: skip


GENERIC = Format(
    "generic", _COLUMNS, required=frozenset({"refund_no"}), one_of=(_SOMETHING,), kind="refunds"
)
FORMATS = (
    _of(
        "taobao", "买家退款金额", "支付宝交易号", "手工退款/系统退款", "售中或售后", "退款的申请时间", "买家会员名称",
        "宝贝标题", "部分退款/全部退款",
    ),
    _of(
        "pdd", "商家编码-规格维度", "样式ID", "平台介入状态", "极速退款", "商家处理剩余时间", "交易金额(元)",
        "售后申请次数",
    ),
    _of(
        "douyin", "商品单号", "子订单编号", "售后申请时间", "退商品金额", "退运费金额", "达人ID", "抖音号",
    ),
    _of("jd", "服务单号", "客户期望", "服务单状态", "商品编号", "京东价", "客户账号"),
    _of(
        "shopee", "return sn", "return seller due date", "退貨包裹查詢號碼", "parent sku reference no.",
        "退貨/退款編號", "return / refund status",
    ),
    _of("tiktok", "return logistics tracking id", "return sub status", "return order id"),
    _of(
        "amazon", "amazon rma id", "license-plate-number", "merchant rma id", "fnsku", "a-to-z claim",
        type_="return_refund",
    ),
)  # fmt: skip

# state ---------------------------------------------------------------------------------------

_STATES: Mapping[str, State] = {
    "wait_seller_agree": "open", "wait_buyer_return_goods": "open",
    "wait_seller_confirm_goods": "open", "seller_refuse_buyer": "open", "success": "done",
    "closed": "closed", "approved": "open", "accepted": "open",
}  # fmt: skip
# the first that stands in the cell; what waits comes first: 等待卖家确认收货后退款成功 is not done yet
_STATE_WORDS: tuple[tuple[str, State], ...] = (
    ("等待", "open"), ("待", "open"), ("wait", "open"), ("pending", "open"), ("处理中", "open"), ("處理中", "open"),
    ("审核中", "open"), ("審核中", "open"), ("退款中", "open"), ("进行中", "open"), ("進行中", "open"),
    ("换货中", "open"), ("维修中", "open"), ("补寄中", "open"), ("換貨中", "open"), ("維修中", "open"), ("介入中", "open"), ("仲裁", "open"),
    ("判责", "open"), ("not refunded", "open"), ("未退款", "open"), ("未完成", "open"), ("未处理", "open"),
    ("撤销", "closed"), ("撤銷", "closed"), ("取消", "closed"), ("关闭", "closed"), ("關閉", "closed"),
    ("失败", "closed"), ("失敗", "closed"), ("逾期", "closed"), ("作废", "closed"), ("不通过", "closed"),
    ("驳回", "closed"), ("駁回", "closed"), ("cancel", "closed"), ("withdrawn", "closed"),
    ("expired", "closed"), ("rejected", "closed"), ("closed", "closed"), ("denied", "closed"),
    ("成功", "done"), ("已完成", "done"), ("完成", "done"), ("完结", "done"), ("完結", "done"),
    ("已退款", "done"), ("已换货", "done"), ("已換貨", "done"), ("已补寄", "done"), ("refunded", "done"),
    ("refund paid", "done"), ("complete", "done"), ("success", "done"), ("resolved", "done"),
    ("申请", "open"), ("申請", "open"), ("同意", "open"), ("拒绝", "open"), ("拒絕", "open"), ("退回", "open"),
    ("退货", "open"), ("退貨", "open"), ("介入", "open"), ("request", "open"),
    ("processing", "open"), ("in progress", "open"), ("judging", "open"), ("dispute", "open"),
    ("review", "open"), ("in transit", "open"), ("open", "open"),
    ("return", "open"), ("new", "open"),
)  # fmt: skip


def state(text: str) -> State | None:
    """Whether a refund is still to be dealt with; None where the word is not known."""
    said = text.strip().casefold()
    if known := _STATES.get(said.replace(" ", "_")):
        return known
    return next((to for word, to in _STATE_WORDS if word in said), None)


# kind and reason -----------------------------------------------------------------------------

Words = Sequence[tuple[str, str]]  # a regular expression, and the slug of the desk

_TYPES: Words = (
    (r"无需退货|不退货|免退货|无需退貨|無需退貨|不退貨|未发货|未發貨|仅退款|僅退款|refund.?only|without return|returnless",
     "refund_only"),
    (r"换货|換貨|exchange|replace", "exchange"),
    (r"补寄|补发|補寄|補發|reship|resend", "resend"),
    (r"维修|維修|repair", "repair"),
    (r"退货|退貨|拒收|return", "return_refund"),
    (r"补偿|赔付|補償|賠付|打款|compensat", "compensation"),
    (r"投诉|維權|维权|申訴|投訴|complain|claim", "complaint"),
    (r"退款|refund", "refund_only"),
)  # fmt: skip
_REASONS: Words = (
    (r"过敏|過敏|allerg", "allergy"),
    (r"腐烂|变质|過期|过期|发霉|变味|坏果|烂|腐|變質|發霉|spoil|expired|rotten", "spoiled"),
    (r"破损|划痕|破碎|损坏|压坏|破損|損壞|刮痕|漏液|damage|broken|scratch", "damaged"),
    (r"发错|错发|發錯|寄錯|款式不符|发成|wrong|incorrect item|mis.?ship|different item", "wrong_item"),
    (r"缺货|无货|断货|缺貨|無貨|out.?of.?stock", "out_of_stock"),
    (r"少件|漏发|少发|缺件|漏寄|空包|少寄|数量不符|漏發|少發|missing|incomplete|empty", "missing"),
    (r"假货|假冒|仿品|正品|盗版|假貨|counterfeit|fake|authentic", "counterfeit"),
    (r"尺码|大小|尺寸|偏大|偏小|不合身|尺碼|size|too small|too large|fit", "size"),
    (r"色差|颜色|顏色|colou?r", "colour"),
    (r"差价|降价|价保|保价|价格保护|差價|降價|價格|price", "price_protection"),
    (r"丢件|丢失|未收到|没收到|没有收到|物流停滞|一直未送|遗失|無收到|遺失|lost|not.?received|never arrived"
     r"|non.?receipt|undelivered|did not receive",
     "lost"),
    (r"发货慢|未按.*发货|未按.*發貨|延迟发货|超时发货|没有发货|未发货|物流慢|配送慢|發貨慢|未出貨|送货慢|late|delay|slow",
     "late"),
    (r"不符|描述|与.*不一致|不一致|材质|not.?as.?described|description|different from", "not_as_described"),
    (r"质量|做工|故障|缺陷|不能用|无法使用|异味|品质|品質|瑕疵|defect|faulty|quality|not work|malfunction",
     "quality"),
    (r"态度|服务|態度|服務|attitude|service", "attitude"),
    (r"发票|發票|invoice", "invoice"),
    (r"不想要|不喜欢|拍错|多拍|七天|7天|无理由|改变主意|买错|错拍|不需要|效果不好|信息填错|填错|地址|协商一致|不喜歡|無理由|不想買"
     r"|改變心意|訂錯|change.?of.?mind|changed my mind|no longer|unwanted|by mistake|not needed|ordered wrong",
     "change_of_mind"),
)  # fmt: skip


def kind_of(text: str) -> str:
    """The desk's slug for what is asked for; empty where the word is not known."""
    return _found(_TYPES, text)


def reason_of(text: str) -> str:
    """The desk's slug for why; empty where the word is not known."""
    return _found(_REASONS, text)


def _found(words: Words, text: str) -> str:
    said = text.casefold()
    return next((slug for pattern, slug in words if re.search(pattern, said)), "")


def sellers_own(header: str) -> bool:
    """The shop's own address and phone stand in such exports too."""
    return fold(header).startswith(("卖家", "商家", "賣家", "seller", "merchant", "shop"))
