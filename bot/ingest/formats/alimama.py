"""阿里妈妈 (Alimama): reports of 万相台, 直通车 and 引力魔方 by day, a row per campaign or product.

All of them name what was sold within the attribution window 总成交金额; 净成交金额 is less what went
back since and is only added up. Rows of one campaign and day are parts of it.
"""

from __future__ import annotations

from bot.ingest.formats.declare import Format

FORMATS = (
    Format(
        "alimama",
        {
            "day": ("日期", "统计日期", "时间"),
            "channel": ("场景名字", "场景名称", "推广场景", "营销场景", "产品线", "推广渠道"),
            "campaign": (
                "计划名字", "计划名称", "推广计划", "推广计划名称", "计划", "投放计划", "主体名称",
            ),
            "subject": ("主体类型",),
            "spend": ("花费", "消耗", "花费(元)", "消耗(元)"),
            "impressions": ("展现量", "展现", "展示量", "曝光量"),
            "clicks": ("点击量", "点击", "点击数"),
            "orders": ("总成交笔数", "成交笔数", "成交订单量"),
            "revenue": ("总成交金额", "成交金额", "成交订单金额", "总成交金额(元)"),
            "net_revenue": ("净成交金额",),
            "window": ("转化周期", "归因周期", "效果转化周期"),
        },
        required=frozenset({"spend", "impressions", "clicks"}),
        one_of=(frozenset({"revenue", "campaign", "channel"}),),
        kind="ads",
        channel="万相台",
    ),
)  # fmt: skip
