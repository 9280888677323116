"""Words in a typed line: type, reason, responsible party, urgency; what is negated does not count. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache

from bot.aftersales.line import TAKEN, Found, Line, Words
from bot.aftersales.numbers import SHORT
from bot.aftersales.words import REASONS, RESPONSIBLE, TYPES
from bot.config import LANGUAGES
from bot.i18n import catalogue
from bot.metrics.words import fold, is_latin, is_letter, lists

Meaning = tuple[str, str, int]  # kind, slug, weight
PLATFORM_WORDS = (
    "taobao", "jd", "pdd", "douyin", "shopee", "shopify", "amazon", "kuaishou", "xiaohongshu",
    "lazada", "tiktok", "ebay", "groupbuy",
)  # fmt: skip

# weights: a request outweighs a complaint, a particular fault a general one, a word a hint
_GENERAL = {"quality": 20, "other": 10}
_LOUD = {"complaint": 20, "bad_review": 20}
HINTED = ("size", "colour", "attitude", "quality")
_ONLY_SAID = frozenset({"buyer", "platform", "leader"})  # whoever is spoken of is not to blame yet
_INITIALS = frozenset({"ps", "ts", "cp"})
_NOT_URGENT = frozenset("着焦心性应紧情危救") | frozenset("冻救诊剧速忙躁性需转")
_NOT_NEGATION = re.compile(r"(?:特|分|级|差|个|区|识)别$|要不$|有无$|除非$|是不是$|莫非$")
_FILLERS = re.compile(
    r"(?:很|太|特别|那么|什么|任何|是|说|说是|算|因为|真的|(?<![a-z])(?:a|an|any|the|been|really|that|very|so|due to|about))\s*$"
)


@cache
def vocabulary(team: tuple[tuple[str, str], ...], hidden: frozenset[str]) -> Words[Meaning]:
    """All words of the three languages with what they mean; a team's own reasons come first."""
    pairs: list[tuple[str, Meaning]] = [
        (w, ("guard", "", 0)) for w in lists("desk_words.alias.guard")
    ]
    pairs += [(name, ("reason", slug, 30)) for slug, name in team if name]
    pairs += [
        (w, ("type", slug, _LOUD.get(slug, 40)))
        for slug in TYPES
        for w in lists(f"desk_words.alias.type.{slug}")
    ]
    pairs += [
        (w, ("reason", slug, _GENERAL.get(slug, 30)))
        for slug in REASONS
        if slug not in hidden
        for w in lists(f"desk_words.alias.reason.{slug}")
    ]
    pairs += [
        (w, ("responsible", slug, 1))
        for slug in RESPONSIBLE
        for w in lists(f"desk_words.alias.responsible.{slug}")
    ]
    pairs += [(w, ("urgent", "yes", 1)) for w in lists("desk_words.alias.urgent")]
    pairs += [(c, ("short", slug, 30)) for c, slug in SHORT.items() if slug not in hidden]
    return Words(pairs)


def take(line: Line, team: Collection[tuple[str, str]] = (), hidden: Collection[str] = ()) -> None:
    words = vocabulary(tuple(team), frozenset(hidden))
    people: list[tuple[int, int, str]] = []
    last = 0
    for start, end, (kind, value, weight) in list(words.scan(line.plain)):
        if kind == "guard":
            continue
        word = line.plain[start:end]
        if kind == "responsible":
            people.append((start, end, value))
            continue
        if not _stands(line, kind, word, start, end):
            continue
        if _negated(line.plain, start, last):
            line.blot(start, end)
        else:
            line.take("reason" if kind == "short" else kind, start, end, value, weight)
        last = end
    if not line.of("reason"):
        _hint(line, hidden)
    for start, end, slug in people:
        _blame(line, start, end, slug)


@cache
def hints() -> Words[str]:
    """What a reason is called on its button, and words (尺码, quality) that alone say little else."""
    names = [(fold(catalogue(x)[f"desk.reason.{r}"]), r) for x in LANGUAGES for r in REASONS]
    names += [(w, r) for r in HINTED for w in lists(f"desk_words.hint.{r}")]
    return Words(dict.fromkeys((w, r) for w, r in names if r != "other"))


def _hint(line: Line, hidden: Collection[str]) -> None:
    """The only word that could be the reason is it."""
    found = [(a, b, r) for a, b, r in hints().scan(line.plain) if r not in hidden]
    if len({r for _, _, r in found}) == 1 and not _negated(line.plain, found[0][0], 0):
        line.take("reason", found[0][0], found[0][1], found[0][2], 10)


def _stands(line: Line, kind: str, word: str, start: int, end: int) -> bool:
    """Whether a short word means what it could mean, where it stands."""
    before, after = line.plain[start - 1 : start], line.plain[end : end + 1]
    alone = not (before and is_letter(before)) and not (after and is_letter(after))
    if kind == "short":
        return alone and _beside_a_count(line, start, end)
    if word in _INITIALS:
        return alone
    if word == "急":
        return before not in _NOT_URGENT and after not in _NOT_URGENT
    return True


def _beside_a_count(line: Line, start: int, end: int) -> bool:
    """Whether a count that was understood touches it, but for blanks."""
    before = line.plain[max(0, start - 3) : start].rstrip()
    after = line.plain[end : end + 3].lstrip()
    ends = {c.end for c in line.of("quantity")} if TAKEN in (before[-1:], after[:1]) else set()
    at = max(0, start - 3) + len(before)
    begin = end + len(line.plain[end : end + 3]) - len(after)
    return at in ends or any(c.start == begin for c in line.of("quantity"))


@cache
def _negators() -> tuple[str, ...]:
    return lists("desk_words.alias.negation")


def _negated(plain: str, start: int, since: int) -> bool:
    """不是破损, 没破, not damaged: a negation right before, itself no part of what was understood."""
    before = plain[max(since, start - 24) : start].rstrip()
    for _ in range(3):
        if TAKEN in before[-1:]:
            return False
        for word in _negators():
            if before.endswith(word) and not _NOT_NEGATION.search(before):
                at = len(before) - len(word)
                if not (is_latin(word[0]) and at and is_latin(before[at - 1])):
                    return True
        shorter = _FILLERS.sub("", before).rstrip()
        if shorter == before:
            return False
        before = shorter
    return False


@cache
def _one_of(key: str, where: str) -> re.Pattern[str]:
    words = "|".join(map(re.escape, lists(f"desk_words.alias.{key}")))
    if where == "before":
        return re.compile(
            rf"(?<![a-z])(?:{words}|怪|blame|caused by|by(?: the)?|because of(?: the)?)[\s:是为在=(]*$"
        )
    return re.compile(rf"[\s方的]*(?:{words})(?![a-z])")


def _blame(line: Line, start: int, end: int, slug: str) -> None:
    """A party counts where it is blamed, does the wrong, or stands by itself between what is known."""
    before, after = line.before(start), line.after(end)
    if _negated(line.plain, start, 0):
        return
    said_after = _one_of("blame", "after").match(after)
    said_before = _one_of("blame", "before").search(before)
    if said_after and not re.match(r"\s*(?:责任|原因|fault)", after[said_after.end() :]):
        line.take("responsible", start, end + said_after.end(), slug, 2)
    elif said_before:
        line.take("responsible", start - len(before) + said_before.start(), end, slug, 2)
    elif slug in _ONLY_SAID:
        return
    elif _alone(line, start, end) or _does_wrong(line, end):
        line.take("responsible", start, end, slug, 1)


_TOOK = re.compile(rf"把[^\s,，。;；!！{TAKEN}]{{1,10}}(?={TAKEN})")


def _does_wrong(line: Line, end: int) -> bool:
    """仓库漏发: right before a fault, whether that was understood or not."""
    if not is_letter(line.plain[end : end + 1] or " ") and line.plain[end : end + 1] != TAKEN:
        return False
    reasons = {x.start for x in line.of("reason")}
    reason = end in reasons
    if m := _TOOK.match(line.plain, end):  # 司机把豆腐压碎了
        reason = m.end() in reasons
    return reason or line.plain.startswith(_faults(), end)


@cache
def _faults() -> tuple[str, ...]:
    return lists("desk_words.alias.fault")


def _alone(line: Line, start: int, end: int) -> bool:
    """Between the ends of the line, stops, and what was understood; Latin words across blanks too."""
    return _edge(line.plain[:start][::-1], line.plain[start]) and _edge(
        line.plain[end:], line.plain[end - 1]
    )


def _edge(text: str, own: str) -> bool:
    near = text[:4]
    bare = near.lstrip() if is_latin(own) else near
    if not bare.strip():
        return True
    return not is_letter(bare[0]) and bare[0] not in "'’"


def types(found: Iterable[Found]) -> list[Found]:
    """退货 and 退款 beside each other are one request."""
    all_ = list(found)
    values = {x.value for x in all_ if x.weight >= 40}
    if values == {"return_refund", "refund_only"}:
        return [
            Found(x.kind, x.start, x.end, "return_refund", x.weight) if x.weight >= 40 else x
            for x in all_
        ]
    return all_
