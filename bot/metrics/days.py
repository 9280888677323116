"""Sums from the day facts: traffic, advertising and scores, by the same keys as the sales.

What a sheet does not tell is None, and a rate is made of the rows that tell both its halves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from bot.db.facts import AdDay, ImportedDay, ScoreDay, ShopDay
from bot.metrics.catalogue import TIMES
from bot.metrics.sums import Cut, Key, bucketed

Figure = int | float | None
Figures = dict[Key, dict[str, Figure]]

SHOP = (
    "visitors", "page_views", "cart_adds", "favourites", "day_buyers", "bought_visitors",
    "interested", "interest_visitors",
)  # fmt: skip
ADS = (
    "spend", "impressions", "clicks", "ad_sales", "commission", "ctr_clicks", "ctr_impressions",
    "cpc_spend", "cpc_clicks", "roi_sales", "roi_spend",
)  # fmt: skip
SCORES = ("description", "service", "logistics")


def shop(s: Session, cut: Cut, measures: Collection[str] = SHOP) -> Figures:
    """Traffic. Visitors are the mean of the days they are known of, added up over stores."""
    wanted = [m for m in SHOP if m in measures]
    if _nothing(cut) or not wanted:
        return {}
    sums = [_shop_sums()[m] for m in wanted]
    if "visitors" in wanted and not cut.one_day:
        return _with_means(s, cut, wanted, sums)
    keys = _keys(ShopDay, cut)
    statement = select(*keys, *sums).where(*shop_rows(cut)).group_by(*dict.fromkeys(keys))
    rows = s.connection().execute(statement)
    return _summed((row for row in rows if keys or any(v is not None for v in row)), cut, wanted)


def _shop_sums() -> dict[str, Any]:
    visitors, buyers = col(ShopDay.visitors), col(ShopDay.buyers)
    carts, favourites = col(ShopDay.cart_adds), col(ShopDay.favourites)
    plain = (visitors, col(ShopDay.page_views), carts, favourites)
    interest = carts + favourites  # null where either is
    pairs = *_pair(buyers, visitors), *_pair(interest, visitors)
    return dict(zip(SHOP, (*map(func.sum, plain), *pairs), strict=True))


def _with_means(s: Session, cut: Cut, wanted: Sequence[str], sums: Sequence[Any]) -> Figures:
    """Each store's daily mean, over the days its sheet was told; then the stores added up."""
    keys, store = _keys(ShopDay, cut), col(ShopDay.store_id)
    statement = (
        select(*keys, store, func.count(col(ShopDay.visitors)), *sums)
        .where(*shop_rows(cut))
        .group_by(*dict.fromkeys([*keys, store]))
    )
    n = len(keys)
    stores: dict[tuple[Key, int], list[Figure]] = {}
    for row in s.connection().execute(statement):
        place = bucketed(tuple(row[:n]), cut), row[n]
        stores[place] = _added(stores.get(place), row[n + 1 :])
    days = _sheets(s, cut) if by_product(cut) else Counter()
    found: dict[Key, list[Figure]] = {}
    for (key, of), (count, total, *rest) in stores.items():
        mean = _mean(total, days[of, _time(key, cut)] or count)
        found[key] = _added(found.get(key), [mean, *rest])
    return {key: dict(zip(wanted, figures, strict=True)) for key, figures in found.items()}


def ads(s: Session, cut: Cut, measures: Collection[str] = ADS) -> Figures:
    """Advertising; a channel's own total of a day stands for its campaigns."""
    wanted = [m for m in ADS if m in measures]
    if _nothing(cut) or not wanted:
        return {}
    keys, sums = _keys(AdDay, cut), _ad_sums()
    statement = (
        select(*keys, *(sums[m] for m in wanted))
        .where(*ad_rows(cut))
        .group_by(*dict.fromkeys(keys))
    )
    found = _summed(s.connection().execute(statement), cut, wanted)
    return {k: row for k, row in found.items() if any(v is not None for v in row.values())}


def _ad_sums() -> dict[str, Any]:
    spend, revenue = col(AdDay.spend), col(AdDay.revenue)
    clicks, impressions = col(AdDay.clicks), col(AdDay.impressions)
    plain = (spend, impressions, clicks, revenue, col(AdDay.commission))
    pairs = *_pair(clicks, impressions), *_pair(spend, clicks), *_pair(revenue, spend)
    return dict(zip(ADS, (*map(func.sum, plain), *pairs), strict=True))


def scores(s: Session, cut: Cut) -> Figures:
    """The last value known; None where several stores fall under one key: scores never add."""
    if _nothing(cut):
        return {}
    keys = _keys(ScoreDay, cut)
    columns = [getattr(ScoreDay, name) for name in SCORES]
    statement = (
        select(*keys, col(ScoreDay.store_id), *columns)
        .where(*_within(ScoreDay, cut))
        .order_by(col(ScoreDay.day))
    )
    n = len(keys)
    found: Figures = {}
    owners: dict[Key, set[int]] = {}
    for row in s.connection().execute(statement):
        key = bucketed(tuple(row[:n]), cut)
        owners.setdefault(key, set()).add(row[n])
        last = found.setdefault(key, dict.fromkeys(SCORES))
        told = zip(SCORES, row[n + 1 :], strict=True)
        last |= {name: value / 100 for name, value in told if value is not None}
    return {
        key: last if len(owners[key]) == 1 else dict.fromkeys(SCORES) for key, last in found.items()
    }


def without_buyers(s: Session, cut: Cut) -> dict[tuple[date, int], int]:
    """Visitors by day and store where the sheet tells no buyers."""
    if _nothing(cut):
        return {}
    statement = select(col(ShopDay.day), col(ShopDay.store_id), col(ShopDay.visitors)).where(
        *shop_rows(cut), col(ShopDay.visitors).is_not(None), col(ShopDay.buyers).is_(None)
    )
    rows = s.connection().execute(statement)
    return {(day, store): n for day, store, n in rows if n is not None}


def all_visitors(s: Session, cut: Cut) -> int | None:
    """Visitors of every store and day added up, a factor of sales; None where one is not known."""
    if _nothing(cut):
        return None
    visitors = col(ShopDay.visitors)
    statement = select(func.count(visitors), func.sum(visitors)).where(*shop_rows(cut))
    count, total = s.connection().execute(statement).one()
    return int(total) if total and count == cut.period.days * len(cut.stores) else None


def key_of(day: date, store: int, cut: Cut) -> Key:
    """The key of the cut under which a store's day is counted."""
    return bucketed(tuple(store if by == "store" else day for by in cut.by), cut)


def windows(s: Session, cut: Cut) -> tuple[int | None, ...]:
    """The attribution windows of the advertising in the cut, in days; None: not declared."""
    if _nothing(cut):
        return ()
    statement = select(col(AdDay.window_days)).where(*ad_rows(cut)).distinct()
    return tuple(s.connection().execute(statement).scalars())


# rows ----------------------------------------------------------------------------------------


def by_product(cut: Cut) -> bool:
    return "product" in cut.by or cut.products is not None


def shop_rows(cut: Cut) -> list[ColumnElement[bool]]:
    """A store's own row, or those of its products: the two never add up."""
    product = col(ShopDay.product_id)
    if cut.products is not None:
        return [*_within(ShopDay, cut), product.in_(cut.products)]
    return [*_within(ShopDay, cut), product > 0 if by_product(cut) else product == 0]


def ad_rows(cut: Cut) -> list[ColumnElement[bool]]:
    """Each channel and day once: its own total where there is one, else its campaigns.

    Asked by campaign, its campaigns where there are any, else its total under no campaign.
    """
    where = _within(AdDay, cut)
    if cut.channels is not None:
        where.append(col(AdDay.channel_id).in_(cut.channels))
    if cut.campaigns is not None:
        return [*where, col(AdDay.campaign_id).in_(cut.campaigns)]
    other = aliased(AdDay)
    same_day = (
        col(other.team_id) == AdDay.team_id, col(other.day) == AdDay.day,
        col(other.store_id) == AdDay.store_id, col(other.channel_id) == AdDay.channel_id,
    )  # fmt: skip
    if "campaign" in cut.by:
        campaigns = exists().where(*same_day, col(other.campaign_id) > 0)
        return [*where, or_(col(AdDay.campaign_id) > 0, ~campaigns)]
    total = exists().where(*same_day, col(other.campaign_id) == 0)
    return [*where, or_(col(AdDay.campaign_id) == 0, ~total)]


def _within(table: Any, cut: Cut) -> list[ColumnElement[bool]]:
    """Each store and day by its key: a range of days would read every product's row."""
    return [
        table.team_id == cut.team_id, table.day.in_(list(cut.period)),
        table.store_id.in_(cut.stores),
    ]  # fmt: skip


def _keys(table: Any, cut: Cut) -> list[Any]:
    names = {
        "store": "store_id", "product": "product_id", "channel": "channel_id",
        "campaign": "campaign_id",
    }  # fmt: skip
    return [getattr(table, names.get(by, "day")) for by in cut.by]


def _nothing(cut: Cut) -> bool:
    filters = (cut.products, cut.channels, cut.campaigns)
    return not cut.stores or cut.period.days <= 0 or () in filters


def _sheets(s: Session, cut: Cut) -> Counter[tuple[int, object]]:
    """On how many days a store's sheet of products was told, by store and bucket of time."""
    sheet = exists().where(
        ShopDay.team_id == cut.team_id,  # type: ignore[arg-type]  # a column of the table
        col(ShopDay.day) == ImportedDay.day,
        col(ShopDay.store_id) == ImportedDay.store_id,
        col(ShopDay.product_id) > 0,
    )
    statement = select(col(ImportedDay.store_id), col(ImportedDay.day)).where(
        col(ImportedDay.store_id).in_(cut.stores),
        col(ImportedDay.kind) == "shop_days",
        col(ImportedDay.day) >= cut.period.start,
        col(ImportedDay.day) < cut.period.end,
        sheet,
    )
    times = tuple(by for by in cut.by if by in TIMES)
    only = Cut(cut.team_id, cut.stores, cut.period, times)
    rows = s.connection().execute(statement)
    return Counter((store, _time(bucketed((day,) * len(times), only), only)) for store, day in rows)


def _time(key: Key, cut: Cut) -> object:
    return next((value for by, value in zip(cut.by, key, strict=True) if by in TIMES), None)


# figures -------------------------------------------------------------------------------------


def _pair(num: Any, den: Any) -> tuple[Any, Any]:
    """Both halves of a rate, over the rows that tell both."""
    both = and_(num.is_not(None), den.is_not(None))
    return func.sum(case((both, num))), func.sum(case((both, den)))


def _summed(rows: Iterable[Sequence[Any]], cut: Cut, names: Sequence[str]) -> Figures:
    n = len(cut.by)
    found: dict[Key, list[Figure]] = {}
    for row in rows:
        key = bucketed(tuple(row[:n]), cut)
        found[key] = _added(found.get(key), row[n:])
    return {key: dict(zip(names, sums, strict=True)) for key, sums in found.items()}


def _added(before: Sequence[Figure] | None, more: Iterable[Any]) -> list[Figure]:
    """Added up place by place; None counts only where nothing is known."""
    plain = [value if value is None or isinstance(value, float) else int(value) for value in more]
    return plain if before is None else [plus(a, b) for a, b in zip(before, plain, strict=True)]


def plus(a: Figure, b: Figure) -> Figure:
    return b if a is None else a if b is None else a + b


def _mean(total: Figure, days: Figure) -> Figure:
    if total is None or not days:
        return None
    return total / days if total % days else total // days


def told(source: str, measure: str, cut: Cut) -> ColumnElement[bool]:
    """Whether the sheet of an imported day tells the measure."""
    columns: dict[str, Any] = {
        "spend": AdDay.spend, "impressions": AdDay.impressions, "clicks": AdDay.clicks,
        "ad_sales": AdDay.revenue, "commission": AdDay.commission, "ctr_clicks": AdDay.clicks,
        "roi_sales": AdDay.revenue, "cpc_spend": AdDay.clicks, "mer_sales": AdDay.spend,
        "mer_spend": AdDay.spend, "day_buyers": ShopDay.visitors, "interested": ShopDay.cart_adds,
    }  # fmt: skip
    tables: dict[str, Any] = {
        "sales": ShopDay, "traffic": ShopDay, "ads": AdDay, "scores": ScoreDay,
    }  # fmt: skip
    table = tables[source]
    column = columns.get(measure) or getattr(table, measure)
    where = [
        table.team_id == cut.team_id, table.day == ImportedDay.day,
        table.store_id == ImportedDay.store_id, column.is_not(None),
    ]  # fmt: skip
    if table is ShopDay:
        product = col(ShopDay.product_id)
        where.append(product > 0 if by_product(cut) else product == 0)
    if table is AdDay and cut.channels is not None:
        where.append(col(AdDay.channel_id).in_(cut.channels))
    return exists().where(*where)
