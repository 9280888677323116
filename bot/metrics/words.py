"""The grammar's words: folded text, numbers, and the word lists of all three languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from bot.config import LANGUAGES
from bot.i18n import catalogue

# Traditional characters that occur in what people ask, and their simplified forms, in pairs: the
# grammar reads both scripts alike. Not words for a reader, so not in the locale files.
_PAIRS = (
    "個个週周銷销額额產产單单價价數数轉转換换應应買买賣卖類类貨货庫库訂订總总結结構构圖图與与較较對对"
    "過过歷历從从開开時时區区東东門门電电話话這这為为麼么淨净實实營营業业績绩環环務务評评點点擊击現现"
    "場场觀观動动計计劃划廣广訪访瀏浏覽览購购詢询諮咨響响應应雙双節节農农曆历當当禮礼後后倒倒趨趋勢势"
    "來来嗎吗裡里內内幾几樣样況况據据報报還还漲涨請请問问幫帮給给顯显統统細细係系歸归漏漏鋪铺連连帶带"
    "複复舊旧顧顾客客戶户筆笔間间長长員员責责費费聯联運运輸输遲迟發发攬揽準准關关鍵键鑽钻級级薦荐寶宝"
    "車车貼贴萬万億亿張张術术檢检標标蘋苹雞鸡龍龙莊庄齊齐華华國国蘇苏遼辽寧宁陝陕肅肃貴贵雲云重重慶庆"
    "灣湾臺台澳澳門门壯壮維维爾尔別别縣县團团領领損损壞坏補补償偿處处決决斷断進进畫画議议謝谢見见誰谁"
    "錯错碼码質质變变爛烂態态護护緊紧餘余號号編编遞递倉仓賠赔訴诉鐘钟鍾钟蝦虾廠厂滿满紙纸顆颗條条隻只組组"
    "髒脏濕湿腫肿紅红癢痒壓压擠挤鬆松緩缓趕赶儘尽盡尽屬属誤误認认識识顏颜縮缩聞闻餿馊蟲虫凍冻騙骗偽伪籤签簽签"
    "師师機机經经綠绿藍蓝黃黄織织褲裤襯衬襪袜絲丝燈灯麥麦麵面魚鱼葉叶檸柠櫻樱醬酱鹽盐漿浆沒没親亲無无並并須须"
    "該该訊讯絡络確确為为續续終终證证頁页規规資资駁驳導导覆复裏里罈坛嬰婴妝妆爾尔輕轻厲厉劇剧離离讀读兩两塊块"
    "麗丽蘿萝蔥葱飯饭優优錄录鑑鉴閃闪響响銀银帳帐樓楼棟栋製制針针潔洁膠胶濾滤貓猫鳳凤樂乐飛飞島岛鎖锁環环鏡镜鍋锅鈕钮"
    "會会說说讓让賺赚營营錢钱虧亏減减負负佔占滯滞墊垫爆爆熱热暢畅檔档匯汇項项則则線线纖纤飾饰鮮鲜"
    "丟丢亞亚併并備备傢家傳传傷伤僅仅儀仪儲储兒儿侷局們们刪删剋克剛刚協协喫吃噁恶噹当嚴严圍围園园圓圆堅坚"
    "墻墙壇坛壺壶夠够夾夹寫写寬宽將将專专層层幣币廈厦廢废彆别彙汇徑径復复惡恶懷怀戰战捨舍捲卷摺折撥拨攔拦"
    "敗败於于曉晓書书極极檯台櫃柜權权歐欧歡欢殘残氣气湊凑溼湿滙汇灑洒煩烦燉炖燒烧爭争爲为牀床牆墙狀状獨独"
    "産产異异痠酸癟瘪盃杯盜盗眞真眾众衆众種种積积箇个範范簍篓籃篮糰团紀纪約约紋纹紮扎絕绝絹绢綁绑綑捆網网"
    "緻致繫系罰罚罵骂羣群習习聽听脫脱脹胀腎肾腳脚臉脸臨临舉举艦舰虛虚裝装覈核視视記记設设許许診诊註注詳详"
    "語语調调諾诺讚赞豐丰貝贝賞赏賬账贊赞輪轮辦办迴回達达違违遜逊適适選选遺遗邊边郵邮鄰邻釋释釦扣鈔钞鈣钙"
    "録录錶表鏈链鑒鉴閉闭闆板隊队隨随隱隐韻韵頂顶順顺預预頭头頻频題题颱台颳刮饋馈馬马駡骂驗验體体髮发鬚须"
    "鬥斗鳥鸟麪面麽么黴霉詞词賤贱蓋盖瀝沥"
    "釐厘説说陳陈劉刘楊杨趙赵吳吴鄭郑馮冯羅罗鄧邓蔣蒋韓韩盧卢湯汤賴赖龔龚譚谭陸陆孫孙呂吕魯鲁聶聂蕭萧塗涂"
    "傑杰偉伟瑩莹強强軍军鴻鸿濤涛鵬鹏婭娅蘭兰勝胜賢贤溫温鄒邹鄺邝閻阎龐庞駱骆簡简蓮莲鳴鸣鈴铃欽钦鋒锋銘铭"
    "誠诚諒谅輝辉靈灵"
)
_SIMPLIFIED = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
NUMBER = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})"


@dataclass(frozen=True)
class Hit:
    """A stretch of the folded text that means something."""

    start: int
    end: int
    kind: str
    value: object

    @property
    def length(self) -> int:
        return self.end - self.start


@cache
def _fold(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char).lower()
    if len(plain) != 1:
        plain = char
    return " " if plain.isspace() else _SIMPLIFIED.get(plain, plain)


def fold(text: str) -> str:
    """Lower case, half width, simplified script; every character keeps its place."""
    return "".join(map(_fold, text))


def number(text: str) -> int:
    """`12`, `十二`, `二十`."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int("".join(str(_DIGITS[c]) for c in text))
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


def is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def is_letter(char: str) -> bool:
    """A letter or digit of any script."""
    return unicodedata.category(char)[0] in "LN"


def stands_alone(text: str, start: int, end: int) -> bool:
    """A Latin word or number must not be cut out of a longer one."""
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    return not (is_latin(text[start]) and is_latin(before)) and not (
        is_latin(text[end - 1]) and is_latin(after)
    )


def find(text: str, word: str) -> Iterator[tuple[int, int]]:
    """Every place where `word` stands; blanks between Latin words may be any number."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if stands_alone(text, at, end):
            yield at, end
        at = text.find(word, at + 1)


@cache
def lists(key: str) -> tuple[str, ...]:
    """A word list of all three languages, folded, longest first."""
    found = [fold(w) for code in LANGUAGES for w in catalogue(code)[key]]
    return tuple(sorted(dict.fromkeys(found), key=len, reverse=True))


@cache
def aligned(key: str) -> tuple[tuple[str, int], ...]:
    """A list that has the same order in all languages: (word, its place)."""
    return tuple((fold(w), i) for code in LANGUAGES for i, w in enumerate(catalogue(code)[key]))


@cache
def template(key: str, **slots: str) -> re.Pattern[str]:
    """A word list with `{n}`-like slots as one pattern; a slot is a named group."""
    return re.compile("|".join(_expand(w, dict(slots)) for w in lists(key)))


def _expand(word: str, slots: dict[str, str]) -> str:
    parts = re.split(r"\{(\w)\}", word)
    out = [re.escape(p).replace(r"\ ", r"\s*") for p in parts[::2]]
    for i, name in enumerate(parts[1::2]):
        out[i] += rf"\s*(?:{slots[name]})\s*"
    return "".join(out)


def matches(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """All matches, overlapping ones too, that cut no Latin word in two."""
    at = 0
    while match := pattern.search(text, at):
        if match.end() > match.start() and stands_alone(text, match.start(), match.end()):
            yield match
        at = match.start() + 1


def longest_first(hits: Iterable[Hit]) -> list[Hit]:
    """Hits that do not overlap, the longest chosen first, in the order of the text."""
    chosen: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (-h.length, h.start)):
        if all(hit.end <= c.start or c.end <= hit.start for c in chosen):
            chosen.append(hit)
    return sorted(chosen, key=lambda h: h.start)
