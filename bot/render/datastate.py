"""What data is in and what is owed, in words: for the digest's last line, its card, the nudge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.digests.whole import KINDS, Piece, StoreState
from bot.i18n import Translator
from bot.render import html
from bot.render.pictures import Source


def kind(t: Translator, slug: str, platform: str = "") -> str:
    """参谋 for the shop days of a Taobao store: what people there call the file."""
    own = f"digest.kind.{slug}_{platform}"
    return t(own) if platform and t.has(own) else t(f"digest.kind.{slug}")


def moment(at: datetime, zone: ZoneInfo, today: datetime, t: Translator) -> str:
    """08:52, with the date where it is not of the same day as `today`."""
    local = at.astimezone(zone)
    clock = t.clock(at, zone)
    same = local.date() == today.astimezone(zone).date()
    return clock if same else f"{t.short_date(local.date())} {clock}"


def platform(stores: Iterable[StoreState]) -> str:
    """The one platform of all, or ""."""
    found = {x.platform for x in stores}
    return found.pop() if len(found) == 1 else ""


def line(stores: Sequence[StoreState], t: Translator) -> str:
    """订单✓ 参谋✓ 推广✗(小李); of several stores the lacking ones are named."""
    return " ".join(_kind(slug, stores, t) for slug in needed(stores))


def needed(stores: Iterable[StoreState]) -> list[str]:
    every = {p.kind for x in stores for p in x.pieces}
    return [slug for slug in KINDS if slug in every]


def _kind(slug: str, stores: Sequence[StoreState], t: Translator) -> str:
    name = kind(t, slug, platform(stores))
    owed = _owed(slug, stores)
    if not owed:
        return f"{name}✓"
    if len(stores) == 1:
        who = html.escape(owed[0][1].who)
        return f"{name}✗({who})" if who else f"{name}✗"
    whose = t("digest.comma").join(html.escape(f"{x.name} {p.who}".strip()) for x, p in owed)
    return f"{name}✗({whose})"


def _owed(slug: str, stores: Iterable[StoreState]) -> list[tuple[StoreState, Piece]]:
    return [(x, p) for x in stores for p in x.lacking if p.kind == slug]


def sources(stores: Sequence[StoreState], t: Translator) -> tuple[Source, ...]:
    """The same for the footer of a card."""
    found = []
    for slug in needed(stores):
        name, owed = kind(t, slug, platform(stores)), _owed(slug, stores)
        who = t("digest.comma").join(dict.fromkeys(p.who for _, p in owed if p.who))
        found.append(Source(name, "missing", who) if owed else Source(name))
    return tuple(found)


def warning(stores: Sequence[StoreState], t: Translator) -> str:
    """缺流量，数据不全; the stores are named where it is their orders that are missing."""
    unsold = [x.name for x in stores if not x.sold]
    if unsold and len(stores) > 1:
        what = t("digest.and").join(unsold)
    else:
        lacking = {p.kind for x in stores for p in x.lacking}
        what = t("digest.and").join(kind(t, k) for k in KINDS if k in lacking)
    return t("digest.warning", what=what) if what else ""


def owed(
    stores: Sequence[StoreState], t: Translator, *, named: bool = True
) -> list[tuple[str, str]]:
    """(天猫旗舰店, 推广(小李)、参谋) for each store that lacks something; without names if not `named`."""
    found = []
    for x in stores:
        pieces = []
        for p in x.lacking:
            file = kind(t, p.kind, x.platform)
            pieces.append(f"{file}({html.escape(p.who)})" if named and p.who else file)
        if pieces:
            found.append((html.escape(x.name), t("digest.and").join(pieces)))
    return found


def yesterday(stores: Sequence[StoreState], t: Translator) -> dict[str, str]:
    day = stores[0].day
    weekday = t.lines("date.weekdays_short")[day.weekday()]
    return {"date": t.short_date(day), "weekday": weekday}
