"""Whom and which store a typed line names. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.aftersales import meanings
from bot.aftersales.ground import Person, Shop
from bot.aftersales.line import Line, Words, cuts_a_word
from bot.metrics.words import fold, is_latin, lists


def _called(people: Iterable[Person]) -> dict[str, set[int]]:
    """Names, and the words of names, with whom they mean."""
    names: dict[str, set[int]] = {}
    for person in people:
        for name in person.names:
            plain = fold(name).strip().lstrip("@")
            for word in (plain, *plain.split()):
                if word:
                    names.setdefault(word, set()).add(person.id)
    return names


_AT = re.compile(r"[@＠]\s?(?P<n>[a-z0-9_]+|[\u4e00-\u9fff]{1,8})")


def mentions(line: Line, people: Sequence[Person]) -> list[tuple[int, int]]:
    """@小王: a name, or the only one that begins so. What names nobody is unknown."""
    names = _called(people)
    words = Words((n, tuple(sorted(ids))) for n, ids in names.items())
    strange: list[tuple[int, int]] = []
    for m in line.scan(_AT):
        at = m.start("n")
        hit = words.at(line.plain, at)
        if hit:
            line.take("assignee", m.start(), _after_name(line, hit[0]), hit[1], 3)
            continue
        ids = {i for n, who in names.items() if n.startswith(m["n"]) for i in who}
        if ids:
            line.take("assignee", m.start(), _after_name(line, m.end()), tuple(sorted(ids)), 3)
        else:
            strange.append(m.span())
            line.blot(*m.span())
    return strange


def _after_name(line: Line, end: int) -> int:
    """处理, 跟进, to handle behind a name go with it."""
    gap = (
        len(line.plain[end:]) - len(line.plain[end:].lstrip())
        if is_latin(line.plain[end - 1])
        else 0
    )
    for word in lists("desk_words.alias.after_name"):
        at = end + min(gap, 1)
        if line.plain.startswith(word, at) and not cuts_a_word(line.plain, at, at + len(word)):
            return at + len(word)
    return end


_ASSIGNED = "(?<![a-z])(?:{})[\\s:：]*$"


def named(line: Line, people: Sequence[Person]) -> list[tuple[int, int]]:
    """小王, 给小王, assign to Wang; an unknown name after a word of assigning is unknown."""
    words = Words((n, tuple(sorted(ids))) for n, ids in _called(people).items())
    marks = re.compile(_ASSIGNED.format("|".join(map(re.escape, lists("desk_words.alias.assign")))))
    for start, end, ids in list(words.scan(line.plain)):
        mark = marks.search(line.before(start))
        name = line.plain[start:end]
        if not mark and (
            len(name) < 2
            or name in lists("desk_words.alias.also_words")
            or not _free(line, start, end)
        ):
            continue
        begin = start - len(line.before(start)) + mark.start() if mark else start
        line.take("assignee", begin, _after_name(line, end), ids, 2 if mark else 1)
    strong = "|".join(map(re.escape, lists("desk_words.alias.assign_strong")))
    stranger = re.compile(
        rf"(?<![a-z])(?:{strong})[\s::]*(?P<n>[a-z]{{2,20}}|[\u4e00-\u9fff]{{1,4}})"
    )
    return [m.span() for m in line.scan(stranger)]


def _free(line: Line, start: int, end: int) -> bool:
    """A bare Latin name is a word of its own in a line of few words."""
    return True if not is_latin(line.plain[start]) else not cuts_a_word(line.plain, start, end)


# stores --------------------------------------------------------------------------------------

_TAILS = ("官方旗舰店", "旗舰店", "专卖店", "专营店", "店")


def stores(line: Line, shops: Sequence[Shop]) -> None:
    """Key, name, the word of a name that only one has, or the platform where there is one store."""
    names: dict[str, set[int]] = {}
    for shop in shops:
        parts = [p for p in fold(shop.name).split() if len(p) > 1]
        short = [p.removesuffix(t) for p in parts for t in _TAILS]
        for word in {fold(shop.key), fold(shop.name), *parts, *short}:
            if len(word) > 1 and not word.isdigit():
                names.setdefault(word, set()).add(shop.id)
    pairs: list[tuple[str, tuple[tuple[int, ...], int]]] = [
        (w, ((), 0)) for w in lists("desk_words.alias.responsible.courier")
    ]
    pairs += [(n, (tuple(sorted(ids)), 2)) for n, ids in names.items()]
    for platform in meanings.PLATFORM_WORDS:
        ids = tuple(sorted(x.id for x in shops if x.platform == platform))
        pairs += [(w, (ids, 1)) for w in lists(f"desk_words.alias.platform.{platform}") if ids]
    for start, end, (ids, weight) in list(Words(pairs).scan(line.plain)):
        if weight:
            line.take("store", start, end, ids, weight)


def one_store(text: str, shops: Sequence[Shop]) -> tuple[int | None, str]:
    """The store that is meant, and the text without its name where that stands alone.

    None where no store is named, or several are as likely.
    """
    line = Line(text)
    stores(line, shops)
    found = line.of("store")
    best = [x for x in found if x.weight == max(y.weight for y in found)]
    if len({x.value for x in best}) != 1:
        return None, text
    (value,) = {x.value for x in best}
    if not isinstance(value, tuple) or len(value) != 1:
        return None, text
    for x in reversed(best):
        if not (text[: x.start] + text[x.end :]).strip():
            continue  # it is all that was said
        alone = not text[x.start - 1 : x.start].strip() if x.start else True
        if alone and not text[x.end : x.end + 1].strip():
            text = f"{text[: x.start].rstrip()} {text[x.end :].lstrip()}".strip()
    return int(value[0]), text
