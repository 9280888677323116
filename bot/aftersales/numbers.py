"""Numbers in a typed line: of orders, refunds, waybills; last digits, money, quantity. Pure.

What a number is, is said by a word, a sign or its shape; one that could be two things is left alone.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal
from functools import cache

from bot import money
from bot.aftersales.line import Found, Line
from bot.aftersales.words import REASONS
from bot.metrics.words import fold, lists, number

_CN = "[一二两三四五六七八九十]{1,3}"
_IS = r"\s*(?:[:#=是为]|no\.?|number|num|id|is)*\s*[:#]?\s*"

_REFUND = re.compile(
    r"(?:退款(?:编号|单号|号|id)|退货(?:编号|单编号)|售后(?:编号|单号|单|号)|维权(?:编号|单号)"
    r"|refund\s*(?:no\.?|number|id|#)|return\s*(?:no\.?|number|id|#)|rma|case\s*(?:id|no\.?))"
    rf"{_IS}(?P<n>[a-z0-9][a-z0-9-]{{4,30}})(?![a-z0-9])"
)
_COURIER = (
    r"顺丰|中通|圆通|申通|韵达|极兔|邮政|百世|德邦|京东快递|京东物流|丹鸟|黑猫|宅配通|新竹物流|嘉里|(?:sf|yto|zto|sto|yunda|ems|"
    r"j&t|jt|dhl|ups|fedex|usps|ninja\s?van)(?=[\s:#])"
)
_WAYBILL = re.compile(
    rf"(?:(?:{_COURIER})?(?:快递|运单|物流|寄回|退回|退货|回寄|面单)(?:单号|单|号|编号)|(?:{_COURIER})(?:快递|单号|快递单号)?"
    r"|tracking(?:\s*(?:no\.?|number|id|#))?|waybill(?:\s*(?:no\.?|number|#))?|awb|快递(?=\s*[:a-z0-9]))"
    rf"{_IS}(?P<n>[a-z]{{0,5}}\d[a-z0-9]{{7,24}})(?![a-z0-9])"
)
_WAYBILL_BARE = re.compile(
    r"(?<![a-z0-9])(?:(?:sf|yto?|jt|zto?|sto?|yd|dpk|lp|tba)\d{11,18}|jd[a-z]{0,3}\d{10,18}(?:-\d-\d-?)?"
    r"|spx[a-z]{0,2}\d{10,16}|1z[a-z0-9]{16}|[a-z]{2}\d{9}(?:cn|hk|tw|us|sg|my))(?![a-z0-9])"
)
_ORDER_WORD = re.compile(
    r"(?:订单(?:编号|号码|号|id)?|单号|主单|订单后台|order(?:\s*(?:no\.?|number|num|id))?|跟团号|(?<![a-z])po)"
    rf"{_IS}(?P<n>[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9])){{3,30}})(?![a-z0-9])"
)
_ORDER_BARE = re.compile(
    r"(?<![a-z0-9.\-#*])(?:\d{3}-\d{7}-\d{7}|\d{6}-\d{15}|\d{2}-\d{5}-\d{5}"
    r"|\d{10,25}a?|2\d[01]\d[0-3]\d(?=[a-z0-9]*[a-z])[a-z0-9]{6,10})(?![a-z0-9.\-])"
)
_HASH = re.compile(r"(?<![a-z0-9#])#\s?(?P<n>[a-z]{0,4}-?\d{4,10}(?:-[a-z0-9]{1,4})?)(?![a-z0-9])")
_TAIL = re.compile(
    r"(?:(?:手机|电话)?(?:号码?)?(?:尾号|末?尾数?|[后末尾][四4][位码])|(?:手机|电话)尾"
    r"|(?<![a-z])(?:tail|ending(?:\s*(?:in|with))?|ends\s*(?:in|with)|last\s*(?:four|4)(?:\s*digits)?))"
    rf"{_IS}(?P<n>\d{{4}})(?!\d)"
)
_STARS = re.compile(r"(?<![a-z0-9])(?:1\d\d)?[*x•＊]{1,8}\s?(?P<n>\d{4})(?![\d.])(?!\s?[件个箱盒])")
_ZEROES = re.compile(r"(?<![a-z0-9.\-:/#¥$*])(?P<n>0\d{3})(?![a-z0-9.:\-/]|\s?[件个箱盒])")

_COUNT_UNITS = "件个箱盒袋瓶包双条支只罐桶提份张本台枚颗粒串卷对副根朵盆株棵杯碗筐篮扎捆束组套板听筒篓打排把顶床块片坛枝尾壶"
_LATIN_UNITS = r"pcs?|pieces?|items?|units?|boxes|box|bags?|bottles?|packs?|packets?|sets?|pairs?|cartons?|cans?|jars?|ea|qty"
_NUM = r"(?:\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.\d{1,2})?(?![\d.]\d)"
_SIGNS = {
    "nt$": "TWD", "hk$": "HKD", "us$": "USD", "s$": "SGD", "r$": "BRL", "a$": "AUD", "rm": "MYR",
    "rp": "IDR", "rmb": "CNY", "cny": "CNY", "usd": "USD", "twd": "TWD", "hkd": "HKD", "sgd": "SGD",
    "myr": "MYR", "php": "PHP", "thb": "THB", "vnd": "VND", "idr": "IDR", "eur": "EUR",
    "gbp": "GBP", "jpy": "JPY", "nt": "TWD", "€": "EUR", "£": "GBP", "₱": "PHP", "฿": "THB",
    "₫": "VND", "美金": "USD", "美元": "USD", "刀": "USD", "台币": "TWD", "港币": "HKD", "日元": "JPY",
    "欧元": "EUR", "dollars": "$", "dollar": "$", "bucks": "$", "yuan": "CNY", "kuai": "CNY",
    "$": "$", "¥": "¥", "元": "元", "块钱": "元", "块": "元", "圆": "元", "人民币": "CNY",
}  # fmt: skip
_MEANT = {
    "$": {"USD", "TWD", "HKD", "SGD", "AUD", "CAD", "MXN"}, "¥": {"CNY", "JPY"},
    "元": {"CNY", "TWD", "HKD", "JPY", "SGD"},
}  # fmt: skip
_SIGN = "|".join(re.escape(x) for x in sorted(_SIGNS, key=len, reverse=True))
_BEFORE = "|".join(
    re.escape(x)
    for x in sorted(_SIGNS, key=len, reverse=True)
    if x not in ("元", "块", "块钱", "圆", "刀")
)
_VERB = (
    r"(?:(?:仅|只|全额?|部分)?退(?:货退)?(?:还|回)?(?:款|钱|运费|邮费)?|赔(?:付|偿|款)?|补(?:偿|差价?|贴|回|运费|邮费)?|返(?:现|还)?|减|差价|转账"
    r"|(?<![a-z])(?:partial\s)?(?:refund(?:ed|s)?|compensat(?:e|ed|ion)|pay\s?back|reimburse))"
)
_LINK = r"(?:\s|:|给|个|他|她|客户|买家|顾客|人家|金额|了|款|of|them|her|him|customer|buyer|the|部分|,)*"
_MONEY = re.compile(
    rf"(?P<verb>{_VERB}{_LINK})?"
    rf"(?:(?<![a-z])(?P<sign>{_BEFORE})\s?(?P<a>{_NUM})(?:\s?(?:元|块钱?|圆))?"
    rf"|(?<![a-z0-9.\-])(?<!\d:)(?P<b>{_NUM}|{_CN})\s?(?:(?P<unit>{_SIGN})(?![a-z])(?P<tenth>\d)?(?!\d)))"
)
_MONEY_BARE = re.compile(
    rf"(?P<verb>{_VERB}{_LINK})(?<![a-z0-9.\-])(?<!\d:)(?P<n>(?!0\d|618(?!\d)){_NUM})"
    rf"(?![a-z0-9%:\-/]|\s?(?:折|成|%|天|小时|x\s?\d|[{_COUNT_UNITS}]|(?:{_LATIN_UNITS})(?![a-z])))"
)
_PRICE = re.compile(
    r"(?:运费|邮费|快递费|原价|单价|售价|价格?|标价|实付|付款?了?|付过|卖|花了?|拍下|成交价?|paid|price|worth|cost)(?:的|了|是|\s|:)*$"
)

_NOT_A_UNIT = r"(?!套|装|组合|入|裤|衫|式|半|月|小时|钟|星期|礼拜|客户|买家|顾客|人|问题|包裹|快递|订单|多月|地方|字|年|季|代发|工作日|次|坚果|核桃|松鼠)"
_PIECES = re.compile(
    rf"(?<![\d.\-/:第每满假a-z])(?:(?P<n>\d{{1,4}}|{_CN})\s?(?:[{_COUNT_UNITS}]){_NOT_A_UNIT}"
    rf"|(?P<m>\d{{1,4}})\s?(?:{_LATIN_UNITS})(?![a-z])"
    r"|(?P<x>\d{1,3})\s?[x×✕✖](?![a-z0-9]))"
)
_TIMES = re.compile(r"(?<![a-z0-9])[x×✕✖*]\s?(?P<n>\d{1,3})(?![\d.:a-z]|-\d)")
_QTY = re.compile(r"(?:数量|件数|(?<![a-z])(?:qty|quantity))\s*[:=]?\s*(?P<n>\d{1,4})(?!\d)")

# one character beside a count that says what is wrong, or what is wanted
SHORT = {
    "少": "missing", "缺": "missing", "漏": "missing", "差": "missing", "丢": "missing", "破": "damaged",
    "坏": "damaged", "烂": "spoiled", "碎": "damaged", "裂": "damaged", "瘪": "damaged", "错": "wrong_item",
}  # fmt: skip
WANTS = {"换": "exchange", "补": "resend"}
_SHORT_COUNT = re.compile(
    rf"(?P<v>[{''.join(SHORT)}{''.join(WANTS)}退])(?:了|掉|有|咗)*\s?"
    rf"(?P<n>\d{{1,3}}|{_CN}(?=\s?[{_COUNT_UNITS}入]))(?:\s?[{_COUNT_UNITS}入]{_NOT_A_UNIT}|(?![\d.:a-z%斤]|\s?(?:元|块|天|小时|分|克|kg|g|ml|斤)))"
)
_COUNT_SHORT = re.compile(
    r"\s?(?:都|全|是|有|也)*(?P<v>[少缺漏破坏烂碎裂瘪])(?:了|的|掉|咗)?(?![\u4e00-\u9fff])"
)
_ACTS = re.compile(
    r"(?:少|缺|漏|破|坏|烂|碎|裂|瘪|错|丢|臭|霉|损|伤|退|换|补|退货|换货|不见|压扁|液|missing|short|lost|broken|damaged|wrong|"
    r"cracked|replace|return|resend|exchange)(?:了|掉|发|寄|给|的|有|件|货|坏|款|\s|only|of)*$"
)
_ACTED = re.compile(
    r"(?:都|全|也|已经?|被|是|有|\s?(?:were|was|are|is)\s)*(?:坏|破|烂|碎|裂|漏|没|未|少|缺|变质|发霉|有霉|不新鲜|压|瘪|臭|死|不对|错|摔|融|化了|"
    r"\s?(?:missing|broken|damaged|short|lost|wrong|cracked|crushed|leak))(?![发寄装了]*\s?\d)"
)
_HAD = re.compile(
    r"(?:买了?|拍了?|下单了?|订了?|共|一共|总共|bought|ordered|送|满|发了|应有|应该有?)\s?$"
)
_GOT = re.compile(r"(?:只收到了?|只有|只来了?|实收|仅收到|只发了?|only got|only received)\s?$")
_HAVE = re.compile(r"(?:收到了?|received|got)\s?$")
_OF = re.compile(r"(?<![\w.\-/:#¥$])(?P<n>\d{1,3})\s(?:out\s)?of\s(?:the\s)?\d{1,3}(?=\s[a-z])")
_LATIN_COUNT = re.compile(
    r"(?<![\w.\-/:#¥$])(?P<n>\d{1,2})\s(?=(?:[a-z]{2,14}\s){1,3}(?:(?:is|are|was|were|arrived)\s)?"
    r"(?:missing|broken|damaged|short|wrong|cracked|crushed|leaking|leaked|rotten|spoiled|lost)(?![a-z]))"
)
_COUNT_LATIN = re.compile(
    r"(?<![a-z])(?:missing|short|broken|damaged|lost|cracked|return|replace|resend|exchange|for)\s(?:only\s)?(?P<n>\d{1,2})(?=\s[a-z]|\s*$|\s*[,;@\u4e00-\u9fff\ue000])"
)


def candidates(text: str) -> tuple[str, ...]:
    """What may be order or waybill numbers in a text, as typed: for a look into what is known."""
    plain = fold(text)
    found = [
        (m.start(g), text[m.start(g) : m.end(g)])
        for pattern, g in (
            (_ORDER_WORD, "n"), (_ORDER_BARE, 0), (_HASH, 0), (_HASH, "n"), (_WAYBILL, "n"),
            (_WAYBILL_BARE, 0), (_REFUND, "n"),
        )
        for m in pattern.finditer(plain)
    ]  # fmt: skip
    numbers = (_number(x) for _, x in sorted(found) if any(c.isdigit() for c in x))
    return tuple(dict.fromkeys(numbers))


def _number(text: str) -> str:
    """As platforms write it: half width, no blanks, capitals."""
    return fold(text).upper().replace(" ", "")


def take_numbers(line: Line, known: Collection[str], *, hashes: bool) -> None:
    """Numbers of refunds, waybills and orders; `hashes`: a store writes its orders #1001."""
    known = {x.upper() for x in known}
    for m in line.scan(_REFUND):
        if any(c.isdigit() for c in m["n"]):
            line.take("refund_no", *m.span(), _number(m["n"]), 2)
    for m in line.scan(_ORDER_WORD):
        n = _number(m["n"])
        digits = sum(c.isdigit() for c in n)
        if digits >= 4 and not _WAYBILL_BARE.fullmatch(m["n"]) and not _said_other(line, m):
            line.take("order_no", *m.span(), f"#{n}" if "#" in m[0] else n, 2 + (n in known))
    for pattern, weight in ((_WAYBILL, 2), (_WAYBILL_BARE, 2)):
        for m in line.scan(pattern):
            n = _number(m["n"] if pattern is _WAYBILL else m[0])
            if sum(c.isdigit() for c in n) >= 8 and n not in known:
                line.take("waybill", *m.span(), n, weight)
    for m in line.scan(_HASH):
        n = "#" + _number(m["n"])
        if n in known or n[1:] in known or hashes or len(n) > 4:
            line.take("order_no", *m.span(), n[1:] if n[1:] in known else n, 1 + 2 * (n in known))
    for m in line.scan(_ORDER_BARE):
        n = _number(m[0])
        line.take("order_no", *m.span(), n, 1 + 2 * (n in known))
    for n in known:
        at = line.plain.find(fold(n))
        if at >= 0:
            line.take("order_no", at, at + len(n), n, 3)


def _said_other(line: Line, m: re.Match[str]) -> bool:
    """快递单号, 退款单号 … end in 单号 as well."""
    return m[0].startswith("单号") and bool(
        re.search(r"(?:快递|运|物流|面|退款|售后|寄回|退回|退货|回寄)$", line.before(m.start(), 4))
    )


def take_tails(line: Line) -> None:
    """The last four digits of a phone number: said so, starred out, or four digits with a zero first."""
    for pattern, weight in ((_TAIL, 2), (_STARS, 2), (_ZEROES, 1)):
        for m in line.scan(pattern):
            line.take("tail", *m.span(), m["n"], weight)


# money -----------------------------------------------------------------------------------------


def take_money(line: Line, currency: str) -> None:
    """Amounts; what was asked for (退29.9) weighs more than a price that stands there."""
    for pattern in (_MONEY, _MONEY_BARE):
        for m in line.scan(pattern):
            value, sign = _amount(m)
            verb = m["verb"] or ""
            if not verb and _PRICE.search(line.before(m.start())):
                line.blot(*m.span())  # a price, not what is asked: it stays in the note
                continue
            minor = _minor(value, sign, currency)
            start = m.start() + (len(verb) if verb and not _only_a_verb(verb) else 0)
            if minor is None:
                line.take("foreign", start, m.end(), m[0])
                continue
            line.take("amount", start, m.end(), minor, 2 if verb else 1)
            if verb and start == m.start():
                line.found += _wanted(verb, start)
    _either(line)


def _only_a_verb(verb: str) -> bool:
    """退, 赔, 补, refund …: taken with the amount; 退款, 补差价 mean something by themselves."""
    word = re.sub(r"[\s:]|给|个|他|她|客户|买家|顾客|人家|金额|了|of|them|him|her", "", verb)
    return word in (
        "退",
        "退回",
        "退还",
        "赔",
        "补",
        "返",
        "返还",
        "减",
        "退钱",
        "赔款",
        "转账",
        "补回",
    )


def _either(line: Line) -> None:
    """退29.9或59.8元: the second is asked for as much as the first."""
    amounts = sorted(line.of("amount"), key=lambda x: x.start)
    for first, second in itertools.pairwise(amounts):
        if re.fullmatch(r"\s?(?:或者?|还是|or)\s?", line.plain[first.end : second.start]):
            line.drop([second])
            line.found.append(replace(second, weight=first.weight))


def _wanted(verb: str, start: int) -> list[Found]:
    """退 and 赔 before an amount hint at the type; they cover nothing of their own."""
    kind = "compensation" if verb[0] in "赔补返" else "refund_only" if verb[0] == "退" else ""
    return [Found("type", start, start, kind, 10)] if kind else []


def _amount(m: re.Match[str]) -> tuple[Decimal, str]:
    g = m.groupdict()
    text = g.get("a") or g.get("b") or g.get("n") or ""
    digits = text.replace(",", "")
    value = Decimal(digits) if digits[0].isdigit() else Decimal(number(digits))
    if g.get("tenth"):
        value += Decimal(g["tenth"]) / 10
    return value, _SIGNS.get(g.get("sign") or g.get("unit") or "", "")


def _minor(value: Decimal, sign: str, currency: str) -> int | None:
    """None where the sign is of another currency than the store's."""
    if sign and sign != currency and currency not in _MEANT.get(sign, set()):
        return None
    return money.to_minor(value, currency)


# quantity ------------------------------------------------------------------------------------


def take_counts(line: Line) -> None:
    """Pieces; a count beside what is wrong (少2, 3个坏了) weighs more than one that stands there."""
    for m in line.scan(_OF):
        if _HAVE.search(line.before(m.start())) or _GOT.search(line.before(m.start())):
            continue
        line.take("quantity", *m.span(), _count(m["n"]), 3)
    for m in line.scan(_SHORT_COUNT):
        if _part_of_a_word(line, m):
            continue
        if line.before(m.start(), 1) + m["v"] in _compounds():
            line.take(
                "quantity", m.start("n"), m.end(), _count(m["n"]), 3
            )  # 压烂3个: the word says what
            continue
        line.take("quantity", *m.span(), _count(m["n"]), 3 if m["v"] in SHORT else 2)
        kind = "reason" if m["v"] in SHORT else "type"
        if value := SHORT.get(m["v"]) or WANTS.get(m["v"]):
            line.found.append(
                Found(kind, m.start(), m.start() + 1, value, 30 if kind == "reason" else 10)
            )
    for m in line.scan(_PIECES):
        n = _count(m["n"] or m["m"] or m["x"])
        before = line.before(m.start())
        acted = _ACTED.match(line.after(m.end()))
        if _GOT.search(before) or (_HAVE.search(before) and not acted):
            continue  # what did come is not what is wrong
        weight = 1
        if acted or (act := _ACTS.search(before)):
            weight = 2 if not acted and act and act[0][0] in "退换补re" else 3
        elif _HAD.search(before):
            continue
        line.take("quantity", *m.span(), n, weight)
        if s := _COUNT_SHORT.match(line.after(m.end(), 8)):
            at = m.end() + s.start("v")
            line.found.append(Found("reason", at, m.end() + s.end(), SHORT[s["v"]], 30))
            line.blot(at, m.end() + s.end())
    for pattern, weight in ((_QTY, 2), (_TIMES, 1), (_LATIN_COUNT, 2)):
        for m in line.scan(pattern):
            line.take("quantity", *m.span(), _count(m["n"]), weight)
    for m in line.scan(_COUNT_LATIN):
        line.take("quantity", *m.span("n"), _count(m["n"]), 2)
    _both(line)


@cache
def _compounds() -> frozenset[str]:
    """压烂, 摔碎, 发错: two characters that say more than their last."""
    every = (w for slug in REASONS for w in lists(f"desk_words.alias.reason.{slug}"))
    return frozenset(w for w in every if len(w) == 2 and w[1] in SHORT and w[0] not in SHORT)


def _both(line: Line) -> None:
    """少1件外套和2双袜子: the second count is meant as much as the first."""
    counts = sorted(line.of("quantity"), key=lambda x: x.start)
    for first, second in itertools.pairwise(counts):
        between = line.plain[first.end : second.start]
        if len(between) < 16 and re.search(r"(?:和|及|跟|、|\+|\sand)\s?$", between):
            line.drop([second])
            line.found.append(replace(second, weight=first.weight))


def _part_of_a_word(line: Line, m: re.Match[str]) -> bool:
    """补2 in 候补2, 差2 in 评差2: only where a verb can stand."""
    before = line.before(m.start(), 3)
    return bool(re.search(r"[没不未无]$", before)) or (
        m["v"] in "差错丢补" and bool(re.search(r"[好中评时色误候填相出]$", before))
    )


def _count(text: str) -> int:
    return number(text)
