"""Sample pictures: the model card in three languages, and every case that strains a layout."""

from dataclasses import replace
from itertools import product

from bot.render.pictures import (
    AnyPicture,
    Card,
    Change,
    Desk,
    Footer,
    Handled,
    Headline,
    Line,
    Part,
    Peak,
    Promo,
    Ranking,
    Row,
    Series,
    Source,
    Stores,
    Style,
    Target,
    Tick,
    Tile,
    Total,
    Usual,
    Waterfall,
)

LINE = (
    205, 195, 207, 201, 210, 214, 225, 240, 435, 318, 303, 294, 284, 298, 340, 357, 330, 420, 896,
    168, 190, 245, 270, 232, 228, 232, 236, 240, 258, 207.862,
)  # fmt: skip
BEFORE = (
    203, 210, 196, 203, 208, 231, 250, 330, 365, 345, 310, 290, 274, 250, 195, 170, 180, 184, 192,
    218, 212, 190, 182, 186, 198, 206, 224, 214, 194, 190,
)  # fmt: skip
RATE = tuple(4.0 + (i * 37 % 11) / 10 for i in range(30))
WORDS = {
    "zh-hans": {
        "store": "果然鲜 天猫旗舰店",
        "date": "11月22日 周日",
        "label": "昨日支付金额",
        "bases": ("较上周日 11-15", "较去年同周日 11-23"),
        "ends": ("10-24", "昨日"),
        "usual": "常见 ¥20–29万",
        "peak": "双11 ¥89.6万",
        "promo": "双11",
        "below": "以下均较上周日 11-15",
        "tiles": ("订单数", "买家数", "客单价", "退款率", "件数", "净销售额"),
        "points": "0.6 百分点",
        "rising": "未满30天",
        "amounts": ("¥19.93万", "¥19.9万"),
        "target": ("11月目标 ¥965万", "已达 71%", "累计 ¥685.3万，照此月底约 ¥934万", "时间 73%"),
        "sources": ("数据", "订单", "参谋", "推广", "客服", "小李"),
        "as_of": "截至 08:52",
        "missing": "待导入（小李）",
        "warning": "缺流量，数据不全",
    },
    "zh-hant": {
        "store": "果然鮮 天貓旗艦店",
        "date": "11月22日 週日",
        "label": "昨日支付金額",
        "bases": ("較上週日 11-15", "較去年同週日 11-23"),
        "ends": ("10-24", "昨日"),
        "usual": "常見 ¥20–29萬",
        "peak": "雙11 ¥89.6萬",
        "promo": "雙11",
        "below": "以下均較上週日 11-15",
        "tiles": ("訂單數", "買家數", "客單價", "退款率", "件數", "淨銷售額"),
        "points": "0.6 百分點",
        "rising": "未滿30天",
        "amounts": ("¥19.93萬", "¥19.9萬"),
        "target": ("11月目標 ¥965萬", "已達 71%", "累計 ¥685.3萬，照此月底約 ¥934萬", "時間 73%"),
        "sources": ("資料", "訂單", "參謀", "廣告", "客服", "小李"),
        "as_of": "截至 08:52",
        "missing": "待匯入（小李）",
        "warning": "缺流量，資料不全",
    },
    "en": {
        "store": "Guoranxian, Tmall",
        "date": "Sun 22 Nov",
        "label": "Sales yesterday",
        "bases": ("vs Sun 15 Nov", "vs 23 Nov 2025"),
        "ends": ("24 Oct", "yesterday"),
        "usual": "usual ¥200–290k",
        "peak": "11.11 ¥896k",
        "promo": "11.11",
        "below": "All below vs Sun 15 Nov",
        "tiles": ("Orders", "Buyers", "Basket", "Refund rate", "Units", "Net sales"),
        "points": "0.6 pt",
        "rising": "still rising",
        "amounts": ("¥199.3k", "¥199k"),
        "target": (
            "November target ¥9.65M",
            "71% done",
            "¥6.85M so far, heading for ¥9.34M",
            "73% of time",
        ),
        "sources": ("Data", "orders", "traffic", "ads", "service", "Li"),
        "as_of": "as of 08:52",
        "missing": "to be imported by Li",
        "warning": "Traffic missing, not complete",
    },
}
FACES = {"zh-hans": "sc", "zh-hant": "tc", "en": "sc"}


def style(language: str, theme: str = "light") -> Style:
    return Style(theme, FACES[language], "green" if language == "en" else "red")


def card(language: str = "zh-hans", theme: str = "light") -> Card:
    """The model card, with the six metrics that order lines give."""
    w = WORDS[language]
    figures = (
        ("1,711", Change("25.0%", "down", "bad"), ""),
        ("1,638", Change("24.1%", "down", "bad"), ""),
        ("¥126.90", Change("6.0%", "down", "bad"), ""),
        ("4.1%", Change(w["points"], "up", "bad"), w["rising"]),
        ("2,904", Change("38.3%", "down", "neutral"), ""),
        (w["amounts"][0], Change("3.3%", "up", "good"), ""),
    )
    tiles = tuple(
        Tile(label, value, "", change, note, RATE if "%" in value else LINE[i:] + LINE[:i])
        for i, (label, (value, change, note)) in enumerate(zip(w["tiles"], figures, strict=True))
    )
    heading, *names, who = w["sources"]
    sources = (*map(Source, names[:-1]), Source(names[-1], "missing", who))
    return Card(
        style(language, theme),
        w["store"],
        w["date"],
        w["label"],
        "¥207,862",
        Footer(heading, sources, w["as_of"]),
        changes=(
            Change("26.0%", "down", "bad", w["bases"][0]),
            Change("8.4%", "up", "good", w["bases"][1]),
        ),
        line=LINE,
        line_start=w["ends"][0],
        line_end=w["ends"][1],
        usual=Usual(200, 290, w["usual"]),
        promos=(Promo(8, 19, w["promo"]),),
        peaks=(Peak(18, w["peak"]),),
        base_line=w["below"],
        tiles=tiles,
        target=Target(*w["target"], done_share=0.71, elapsed_share=0.733),
    )


def missing(language: str = "zh-hans", theme: str = "light") -> Card:
    """Traffic was not imported."""
    whole, w = card(language, theme), WORDS[language]
    gone = tuple(Tile(tile.label, missing=w["missing"]) for tile in whole.tiles[:2])
    sources = (Source(w["sources"][1]), Source(w["sources"][2], "missing", w["sources"][5]))
    return replace(
        whole,
        tiles=gone + whole.tiles[2:],
        warning=w["warning"],
        footer=replace(whole.footer, sources=sources),
    )


def strained() -> dict[str, Card]:
    """Cards that a layout made for the model alone would break on."""
    whole, english = card(), card("en")
    plain = replace(whole, promos=(), peaks=(), line=BEFORE)
    ordinary = tuple(v if v < 300 else 240 for v in BEFORE)
    bare = replace(whole, target=None)
    return {
        "no-target": bare,
        "five-tiles": replace(bare, tiles=whole.tiles[:5]),
        "four-tiles": replace(whole, tiles=whole.tiles[:4]),
        "three-tiles": replace(whole, tiles=whole.tiles[:3], target=None),
        "one-tile": replace(whole, tiles=whole.tiles[:1], target=None),
        "no-tiles": replace(whole, tiles=(), target=None),
        "thin": replace(
            whole,
            hero="¥310",
            tiles=tuple(
                replace(t, thin=True, change=Change("–", polarity="missing")) for t in whole.tiles
            ),
        ),
        "young": replace(
            whole, line=LINE[:6], promos=(), peaks=(),
            changes=(Change("新上", polarity="missing"),),
            tiles=tuple(replace(t, line=t.line[:6], change=None) for t in whole.tiles),
        ),
        "newborn": replace(
            bare, line=(207.862,), promos=(), peaks=(), changes=(),
            tiles=tuple(replace(t, line=t.line[:1], change=None) for t in whole.tiles),
        ),
        "ordinary": replace(plain, line=ordinary),
        "loud": plain,
        "peak-today": replace(
            whole, line=LINE[:19], promos=(Promo(8, 19, "双11"),), peaks=(Peak(18, "¥89.6万"),)
        ),
        "two-peaks": replace(
            whole,
            line=(*LINE[:17], 890, 896, *LINE[19:24], 700, *LINE[25:]),
            promos=(Promo(8, 19, "双11"), Promo(23, 26, "黑五")),
            peaks=(Peak(17, "¥89.0万"), Peak(18, "双11 ¥89.6万"), Peak(24, "黑五 ¥70万")),
        ),
        "gaps": replace(plain, line=tuple(None if i % 7 == 3 else v for i, v in enumerate(BEFORE))),
        "yesterday-unknown": replace(plain, line=(*BEFORE[:-1], None)),
        "promo-without-peak": replace(
            plain, line=ordinary, promos=(Promo(3, 5, "年货节"), Promo(20, 30, "双12 预热"))
        ),
        "flat": replace(plain, line=(240,) * 30),
        "zero": replace(plain, line=(0,) * 29 + (310,), usual=None),
        "huge": replace(
            whole,
            hero="¥1,234,567,890",
            compact="¥12.3亿",
            changes=(
                Change("×1,234", "up", "good", "较上一个平常周日 2025-12-28"),
                Change("999.9%", "down", "bad", "较去年同周日 2025-11-23"),
            ),
            tiles=(
                replace(whole.tiles[0], value="¥1,234,567,890.00", compact="¥12.3亿"),
                replace(whole.tiles[1], value="¥12,345.67", note="最低 30 天中的第 3 个统计口径"),
                *whole.tiles[2:],
            ),
        ),
        "long": replace(
            english,
            store="Guoranxian Fresh Fruit and Vegetables Official Flagship Store on Tmall Global",
            warning="Traffic, ads and service missing since Friday, figures are not complete",
            label="Sales yesterday, paid amount before refunds, in Chinese yuan",
            base_line="All below vs the last ordinary Sunday, 15 November, as 22 November 2025 was "
            "a promotion day",
            footer=Footer(
                "Data",
                tuple(Source(f"kind {i}", "missing" if i == 6 else "ok", "Li") for i in range(7)),
                "as of 23 Nov 11:00",
            ),
        ),
        "many-missing": replace(
            english,
            footer=Footer(
                "Data", tuple(Source(n, "missing", "Li Xiaolong") for n in ("orders", "traffic",
                "ads", "service")), "as of 11:00",
            ),
        ),
        "foreign": replace(
            english, store="🍎 Šárka's ผลไม้ Shop", hero="฿207,862", label="Sales $1 and $2"
        ),
        "over-target": replace(
            whole,
            target=Target("11月目标 ¥600万", "已达 112%", "累计 ¥685.3万", "时间 3%", 1.12, 0.03),
        ),
        "month-end": replace(
            english, target=replace(english.target, elapsed="100% of time", elapsed_share=1.0)
        ),
    }  # fmt: skip


def several(theme: str = "light") -> dict[str, Stores]:
    """A chat of several stores: in one currency, and in two."""
    whole = card(theme=theme)
    bad = Change("26.0%", "down", "bad")
    rows = (
        Tile("果然鲜 天猫旗舰店", "¥20.79万", "", bad, line=LINE),
        Tile("果然鲜 抖音店", "¥6.12万", "", Change("8.4%", "up", "good"), line=BEFORE),
        Tile("果然鲜 拼多多", "", missing="待导入（小李）"),
    )
    one = Stores(
        whole.style, "果然鲜 3店", whole.date, "昨日支付金额", (Tile("合计", "¥269,100", "", bad),),
        rows, whole.footer, "均较上周日 11-15", warning="缺拼多多，数据不全",
    )  # fmt: skip
    abroad = Tile("Guoranxian Shopify", "HK$12,345.00", "HK$1.23万", bad, "11-22 周日", line=BEFORE)
    two = replace(
        one,
        totals=(Tile("人民币 CNY", "¥269,100", "", bad), Tile("港币 HKD", "HK$12,345", "", bad)),
        rows=(*rows, abroad),
    )
    nine = replace(
        one,
        warning="",
        rows=tuple(replace(rows[0], label=f"第{i}家特别长名字的生鲜水果旗舰店") for i in range(9)),
        more="其余 3 店见按店铺",
    )  # fmt: skip
    each = replace(two, rows=(rows[0], abroad), warning="", base_line="均较上周日 11-15")
    return {"one-each": each, "one-currency": one, "two-currencies": two, "nine-stores": nine}


def lines(language: str = "zh-hans", theme: str = "light") -> dict[str, Line]:
    """The series of an answer."""
    whole = Line(
        style(language, theme),
        "近30天 ¥851.5万，比前30天 +21.9%",
        "支付金额，10-24 至 11-22；灰线为 9-24 至 10-23",
        Series(LINE, "近30天", "20.8万", (Peak(18, "11-11 89.6万"), Peak(19, "11-12 16.8万"))),
        Series(BEFORE, "前30天", "19.0万", (Peak(8, "国庆 36.5万"),)),
        (
            Tick(0, "10-24", "9-24"), Tick(8, "11-01", "10-02"), Tick(18, "11-11", "10-12"),
            Tick(29, "11-22", "10-23"),
        ),
        (Promo(8, 19, "双11", "11-01 至 11-11"),),
        "促销期不作平日的比较基准",
        "截至 11-23 08:52",
    )  # fmt: skip
    alone = replace(
        whole, before=None, promos=(),
        ticks=tuple(replace(tick, before="") for tick in whole.ticks),
    )  # fmt: skip
    long_year = tuple(200 + i % 7 * 10 + i / 4 for i in range(365))
    return {
        "compare": whole,
        "alone": alone,
        "negative": replace(
            alone, now=Series((5, -3, -8, 2, 6, 9, -1), "net sales", "−¥1.0k"),
            title="Net sales fell below zero on three days", ticks=(Tick(0, "1"), Tick(6, "7")),
        ),
        "gaps": replace(whole, now=Series((*LINE[:9], None, None, *LINE[11:]), "近30天", "20.8万")),
        "two-points": replace(
            alone, now=Series((5, 8), "近2天", "8"), ticks=(Tick(0, "11-21"), Tick(1, "11-22"))
        ),
        "year": replace(
            alone, now=Series(long_year, "Sales", "¥311k"), title="Sales of a year " * 6,
            ticks=tuple(Tick(i * 30, f"month {i}") for i in range(12)),
        ),
        "short-window": replace(whole, promos=(Promo(24, 25, "感恩节", "11-17 至 11-17"),)),
    }  # fmt: skip


def rankings(theme: str = "light") -> dict[str, Ranking]:
    down, up = Change("38.2%", "down", "bad"), Change("4.6%", "up", "good")
    rows = (
        Row("A07 智利车厘子JJJ级礼盒装 新鲜空运孕妇水果顺丰包邮坏果包赔 2斤", 41280, "¥41,280",
            66800, down, "A店 ¥79"),
        Row("A01 红富士苹果烟台特产脆甜多汁当季水果 5斤", 28450, "¥28,450", 51350,
            Change("44.6%", "down", "bad"), "库存 0", True),
        Row("A12 云南阳光玫瑰青提无籽 4斤", 24960, "¥24,960", 23862, up),
        Row("A03 散养土鸡蛋 30枚", 19870, "¥19,870", 21050, Change("5.6%", "down", "bad")),
        Row("A09 赣南脐橙产地直发 10斤", 17640, "¥17,640", 12980, Change("35.9%", "up", "good")),
        Row("A02 低温鲜牛奶 1L×6", 13720, "¥13,720", 13957, Change("1.7%", "down", "neutral")),
        Row("A15 丹东99草莓大果顺丰包邮礼盒 3斤", 11080, "¥11,080", None,
            Change("新上", polarity="missing")),
        Row("A08 海南贵妃芒果 5斤", 8430, "¥8,430", 9723, Change("13.3%", "down", "bad")),
        Row("A11 东北五常稻花香大米真空装 10斤", 6210, "¥6,210", 6053,
            Change("2.6%", "up", "good")),
        Row("A20 百香果 12个", 3980, "¥3,980", 4871, Change("18.3%", "down", "bad")),
    )  # fmt: skip
    ten = Ranking(
        Style(theme), "前10商品占 84%，车厘子少卖 ¥2.55万",
        "11-22 周日，支付金额；竖线与变化对照上周日 11-15", rows,
        "前10 合计 ¥175,620，全店 ¥207,862", "截至 11-23 08:52",
    )  # fmt: skip
    return {
        "ten": ten,
        "five": replace(ten, rows=rows[:5]),
        "two": replace(ten, rows=rows[1:3]),
        "plain": replace(ten, rows=tuple(replace(r, base=None, change=None) for r in rows)),
        "wide": replace(
            ten,
            rows=tuple(
                replace(r, text="HK$1,234,567,890.00", name="🍓" + r.name * 2, base=r.value / 3)
                for r in rows
            ),
        ),
        "nothing": replace(ten, rows=(Row("上海", 0, "0", 0), Row("北京", -5, "−5", 3))),
    }


def waterfalls(language: str = "zh-hans", theme: str = "light") -> dict[str, Waterfall]:
    fall = Waterfall(
        style(language, theme), "少卖 7.29万，流量一项就少 6.98万",
        "支付金额，11-22 周日与上周日 11-15 相比",
        Total("上周日", 280800, "280,800", ("11-15",)),
        (
            Part("流量", -69765, Change("−69,765", polarity="bad"), ("访客 5.20万", "→ 3.90万")),
            Part("转化", 11832, Change("+11,832", polarity="good"), ("4.00%", "→ 4.20%")),
            Part("客单", -15005, Change("−15,005", polarity="bad"), ("¥135.00", "→ ¥126.90")),
        ),
        Total("昨日", 207862, "207,862", ("11-22",)),
        "同时发生：直通车花费 −62%；A店车厘子降到 ¥79；A01 库存 0",
    )  # fmt: skip
    rise = replace(
        fall, base=Total("16 Nov – 22 Nov 2026", 100, "¥100.00"),
        parts=(
            Part("Orders", 40, Change("¥40.00", "up", "good"), ("1,000", "→ 1,400")),
            Part(
                "Average order value", -0.2, Change("¥0.20", "down", "bad"), ("¥10.00", "→ ¥9.98")
            ),
        ),
        now=Total("23 Nov – 29 Nov 2026", 139.8, "¥139.80"), note="", title="¥39.80 more sold",
    )  # fmt: skip
    return {"fall": fall, "rise": rise}


DESK = {
    "zh-hans": (
        "上周售后 186 单，92% 按时", "11-16 至 11-22，变化对照 11-09 至 11-15",
        ("新增", "按时", "首次响应"), "单", "{} 单", "1.8 百分点", "分钟", "3 分钟", "原因",
        "条长为单数，", "橙色为超时", "超时 {}", "按时线 90%；不足 10 单的比率用灰色",
        "截至 11-23 08:52", ("破损", "少件漏发", "发货慢", "发错", "描述不符", "不想要了", "其他"),
    ),
    "zh-hant": (
        "上週售後 186 單，92% 按時", "11-16 至 11-22，變化對照 11-09 至 11-15",
        ("新增", "按時", "首次回應"), "單", "{} 單", "1.8 百分點", "分鐘", "3 分鐘", "原因",
        "條長為單數，", "橙色為逾時", "逾時 {}", "按時線 90%；不足 10 單的比率用灰色",
        "截至 11-23 08:52", ("破損", "少件漏發", "發貨慢", "發錯", "描述不符", "不想要了", "其他"),
    ),
    "en": (
        "Last week: 186 issues, 92% on time", "16 Nov – 22 Nov; changes against 9 Nov – 15 Nov",
        ("New", "On time", "First answer"), "", "{}", "1.8 pt", "min", "3 min", "Reason",
        "length: issues, ", "orange: late", "{} late",
        "On-time line 90%; grey: fewer than 10", "as of 23 Nov 08:52",
        ("damaged", "missing items", "late", "wrong item", "not as described", "change of mind",
         "other"),
    ),
}  # fmt: skip
HANDLED = ((59, 3, 95, 18), (36, 5, 88, 6), (26, 2, 93, 0), (16, 3, 84, 0), (14, 1, 93, 0),
           (13, 0, 100, 0), (7, 1, 88, 0))  # fmt: skip


def desks(language: str = "zh-hans", theme: str = "light") -> dict[str, Desk]:
    """The model of the desk's week, few rows, long names, great numbers and nothing late."""
    (title, subtitle, labels, unit, count, points, minutes, faster, heading, legend, late_legend,
     late, note, as_of, names) = DESK[language]  # fmt: skip
    rows = tuple(
        Handled(
            name, kept, behind, str(kept + behind), late.format(behind) if behind else "",
            f"{share}%", "thin" if kept + behind < 10 else "ok" if share >= 90 else "alert",
            Change(count.format(more), "up", "bad") if more else None,
        )
        for name, (kept, behind, share, more) in zip(names, HANDLED, strict=True)
    )  # fmt: skip
    week = Desk(
        style(language, theme), title, subtitle,
        (
            Headline(labels[0], "186", unit, Change(count.format(20), "up", "bad")),
            Headline(labels[1], "91.9%", "", Change(points, "down", "bad")),
            Headline(labels[2], "14", minutes, Change(faster, "down", "good")),
        ),
        rows, heading, legend, late_legend, labels[1], note, as_of,
    )  # fmt: skip
    long = "A07 智利车厘子JJJ级礼盒装 新鲜空运孕妇水果顺丰包邮坏果包赔 2斤"
    return {
        "week": week,
        "three": replace(week, rows=rows[:3]),
        "one": replace(week, rows=rows[:1]),
        "none": replace(week, rows=()),
        "on-time": replace(
            week, legend=legend.rstrip("，, "), late_legend="",
            rows=tuple(replace(r, kept=r.kept + r.late, late=0, late_text="") for r in rows),
        ),
        "long": replace(
            week, title=f"{title} " * 4, subtitle=f"{subtitle} " * 3, note=f"{note}，" * 3,
            tiles=(
                Headline(labels[0] * 4, "12,345,678", unit, Change("12,345,678", "up", "bad")),
                Headline(labels[1], "–", thin=True),
                Headline(labels[2], "12 d 23 h 59 min", "", Change("11 d 23 h", "up", "bad")),
            ),
            rows=tuple(replace(r, name=f"🍓{long} {i}") for i, r in enumerate(rows)),
        ),
        "great": replace(
            week,
            rows=tuple(
                replace(
                    r, kept=r.kept * 1e5, late=r.late * 1e5, text="12,345,678",
                    late_text=late.format("1,234,567"),
                )
                for r in rows
            ),
        ),
        "all-late": replace(
            week,
            rows=tuple(
                replace(r, kept=0, late=r.kept + r.late, share="0%", state="alert") for r in rows
            ),
        ),
    }  # fmt: skip


def everything() -> dict[str, AnyPicture]:
    """Every sample by a name that tells its case."""
    found: dict[str, AnyPicture] = {}
    for language, theme in product(WORDS, ("light", "dark")):
        end = f"{language}-{theme}"
        found[f"card-{end}"] = card(language, theme)
        found[f"missing-{end}"] = missing(language, theme)
        found[f"line-{end}"] = lines(language, theme)["compare"]
        found[f"waterfall-{end}"] = waterfalls(language, theme)["fall"]
        found[f"desk-{end}"] = desks(language, theme)["week"]
    for theme in ("light", "dark"):
        found |= {f"several-{k}-{theme}": v for k, v in several(theme).items()}
        found[f"ranking-ten-{theme}"] = rankings(theme)["ten"]
    found |= {f"card-{k}": v for k, v in strained().items()}
    found |= {f"line-{k}": v for k, v in lines().items()}
    found |= {f"ranking-{k}": v for k, v in rankings().items()}
    found |= {f"desk-{k}": v for k, v in desks().items()}
    found["waterfall-rise"] = waterfalls("en")["rise"]
    found["card-greenup"] = replace(card(), style=Style(good="green"))
    return found
