"""Measures by key: what rollups and day facts hold for one question, buyers included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot import periods
from bot.metrics import buyers, coverage, days, issues, names, platform, refunds, sums
from bot.metrics.catalogue import METRICS, TIMES, Metric
from bot.metrics.coverage import spans
from bot.metrics.days import Figure, Figures
from bot.metrics.query import Note, Query, note
from bot.metrics.reading import Value
from bot.metrics.scope import Scope, StoreInfo
from bot.metrics.sums import Cut, Key
from bot.periods import Period

if TYPE_CHECKING:
    from pyroaring import BitMap

PEOPLE = frozenset({"buyers", "repeat_buyers", "new_buyers", "returning_buyers"})
LINES = frozenset({"line_sales", "line_orders", "line_buyers"})  # never the platform's own figure
MIXED = ("mer_sales", "mer_spend")  # of the stores and days that both are known of
RATED = ("rate_issues", "rate_orders")  # of the stores and days whose orders are known
DESK = frozenset(issues.MEASURES)
DAY_FACTS = frozenset({*days.SHOP, *days.ADS, *days.SCORES, *MIXED, *DESK, *RATED})
UTC_ZONE = ZoneInfo("UTC")
_KNOWN_SHARE = 0.99  # of orders with a buyer, below which buyers cannot be counted

Measures = dict[str, Figure]  # None: cannot be known
Table = dict[Key, Measures]


class Tables:
    """Reads the tables of one question; remarks about what could not be known go to `notes`."""

    def __init__(
        self, s: Session, scope: Scope, query: Query, notes: list[Note], now: datetime
    ) -> None:
        self.s, self.scope, self.query, self.notes, self.now = s, scope, query, notes, now
        self.until_hour: int | None = None  # what was paid before that hour of a single day
        self.products = names.product_ids(s, scope, query)
        self.regions = names.region_ids(s, scope, query)
        self.channels = names.channel_ids(s, scope, query)
        self.campaigns = names.campaign_ids(s, scope, query)
        self.twins: dict[tuple[int, ...], Mapping[int, int]] = {}
        self.measures = frozenset(m for slug in query.metrics for m in METRICS[slug].measures)

    def read(
        self,
        stores: tuple[StoreInfo, ...],
        period: Period,
        by: tuple[str, ...] = (),
        measures: frozenset[str] | None = None,
    ) -> Table:
        """All measures of the question (or those given) by key."""
        measures = self.measures if measures is None else measures
        cut = self.cut(stores, period, by)
        sold = measures - DAY_FACTS - {refunds.MEASURE}
        back = refunds.MEASURE in measures
        if back and not self.by_finish:
            sold |= {"refunded"}
        table = self._sold(cut, sold) if sold else {}
        if back:
            self._given_back(cut, table)
        if measures.intersection(days.SHOP):
            _merge(table, self._traffic(cut, measures), measures)
        if measures.intersection(days.ADS):
            _merge(table, days.ads(self.s, cut, measures), measures)
        if measures.intersection(days.SCORES):
            _merge(table, days.scores(self.s, cut), measures)
        if measures.intersection(MIXED):
            _merge(table, self._both(cut), measures)
        if measures & DESK:
            day = self._desk_begun(stores)
            _merge(table, issues.measures(self._issues(cut), cut, self.now, day), measures)
        if measures.intersection(RATED):
            _merge(table, self._rated(cut), measures)
        return table

    @cached_property
    def by_finish(self) -> bool:
        """Whether lists of refunds tell of every day asked for, the base's too."""
        query, keys = self.query, self.query.filter("store")
        stores = [x for x in self.scope.stores if not keys or x.key in keys]
        filtered = self.products is not None or self.regions is not None
        if not stores or filtered or not refunds.may_tell(query.by):
            return False
        today = periods.business_day(self.now, ZoneInfo(stores[0].timezone))
        asked = [query.period, *([query.compare.period] if query.compare else [])]
        ids = tuple(x.id for x in stores)
        return all(refunds.covered(self.s, ids, Period(p.start, min(p.end, today))) for p in asked)

    def _given_back(self, cut: Cut, table: Table) -> None:
        if self.by_finish:
            _merge(table, refunds.finished(self.s, cut), frozenset({refunds.MEASURE}))
            return
        for row in table.values():
            row[refunds.MEASURE] = row["refunded"]

    # what was sold ---------------------------------------------------------------------------

    def _sold(self, cut: Cut, measures: frozenset[str]) -> Table:
        """From order lines; on days that have none, the platform's own figures."""
        plain = frozenset(m.removeprefix("line_") for m in measures)
        wanted = plain | {"orders", "anonymous"} if plain & PEOPLE else plain
        table: Table = {key: {**row} for key, row in sums.read(self.s, cut, wanted).items()}
        if self.until_hour is not None:
            for row in table.values():
                row["created_orders"] = None  # the hour of creation is not kept
        if plain & PEOPLE:
            self._count_people(cut, table, plain)
        for row in table.values():
            row |= {m: row[m.removeprefix("line_")] for m in measures & LINES}
        wanted = measures.intersection(platform.MEASURES)
        if wanted and platform.may_tell(cut):
            self._add_platform(cut, table, wanted)
        return table

    def _add_platform(self, cut: Cut, table: Table, wanted: frozenset[str]) -> None:
        sheet = platform.read(self.s, cut)
        for key, told in sheet.rows.items():
            lines = table.setdefault(key, {})
            for name in wanted:
                found = told[name]
                lines[name] = None if found is None else (lines.get(name, 0) or 0) + found
        asked = cut.period == self.query.period
        if asked and sheet.days:
            self.notes.append(spans("platform_days", sheet.days))
            if "buyers" in wanted and not cut.one_day:
                self.notes.append(note("buyers_by_day"))

    def difference(self, stores: tuple[StoreInfo, ...]) -> platform.Difference | None:
        """Order lines and the platform's own figure side by side, where both tell of all sales."""
        if self.until_hour is not None or self.products is not None or self.regions is not None:
            return None
        return platform.difference(self.s, self.cut(stores, self.query.period, ()))

    # traffic and advertising ------------------------------------------------------------------

    def _traffic(self, cut: Cut, measures: frozenset[str]) -> Figures:
        """Where the sheet has visitors but no buyers, the order lines know the buyers of a day."""
        found = days.shop(self.s, cut, measures)
        if "day_buyers" not in measures or days.by_product(cut):
            return found
        for (day, store), visitors in days.without_buyers(self.s, cut).items():
            alone = replace(cut, stores=(store,), period=periods.day(day), by=(), all_stores=False)
            row = self._sold(alone, frozenset({"line_buyers"})).get(())
            if row is None or row["line_buyers"] is None:
                continue
            into = found.setdefault(days.key_of(day, store, cut), {})
            into["day_buyers"] = days.plus(into.get("day_buyers"), row["line_buyers"])
            into["bought_visitors"] = days.plus(into.get("bought_visitors"), visitors)
        return found

    def _both(self, cut: Cut) -> Figures:
        """Sales and spend of the stores and days that both are known of."""
        each = replace(cut, by=("day", "store"))
        spend = days.ads(self.s, each, ("spend",))
        sold = self._sold(each, frozenset({"sales"}))
        imported = coverage.whole_days(self.s, cut.stores, cut.period) if spend else set()
        found: Figures = {}
        for key, row in spend.items():
            day, store = key
            sales = sold[key]["sales"] if key in sold else 0 if key in imported else None
            if row["spend"] is None or sales is None:
                continue
            assert isinstance(day, date)
            assert isinstance(store, int)
            into = found.setdefault(days.key_of(day, store, cut), dict.fromkeys(MIXED, 0))
            into["mer_sales"] = days.plus(into["mer_sales"], sales)
            into["mer_spend"] = days.plus(into["mer_spend"], row["spend"])
        return found

    # the desk ---------------------------------------------------------------------------------

    def _issues(self, cut: Cut) -> list[issues.Fact]:
        zones = {x.id: ZoneInfo(x.timezone) for x in self.scope.stores if x.id in cut.stores}
        since = periods.at_local(cut.period.start, time(), next(iter(zones.values()), UTC_ZONE))
        return issues.read(
            self.s, cut.team_id, zones, since - periods.DAY, storeless=cut.all_stores
        )

    def _zone(self, stores: tuple[StoreInfo, ...]) -> ZoneInfo:
        return ZoneInfo(stores[0].timezone) if stores else UTC_ZONE

    def _desk_begun(self, stores: tuple[StoreInfo, ...]) -> date | None:
        first = issues.begun(self.s, self.scope.team_id)
        return periods.business_day(first, self._zone(stores)) if first else None

    def desk_used(self, stores: tuple[StoreInfo, ...], period: Period) -> bool:
        """Whether the desk was there before the period: its counts are whole."""
        day = self._desk_begun(stores)
        return day is not None and day <= period.start

    def _rated(self, cut: Cut) -> Figures:
        """Issues and orders of the stores and days whose orders are known, by product if asked."""
        by_product = days.by_product(cut)
        each = replace(cut, by=("day", "store", *(["product"] if by_product else [])))
        sold = self._sold(each, frozenset({"orders"}))
        known = coverage.whole_days(self.s, cut.stores, cut.period) | {k[:2] for k in sold}
        first = issues.begun(self.s, cut.team_id)
        if first is None:
            return {}
        logged = issues.measures(self._issues(cut), each, self.now)
        found: Figures = {}
        for key in {*sold, *logged} | ({k for k in known if not by_product}):
            if key[:2] not in known:
                continue
            into = found.setdefault(_narrowed(key, cut), dict.fromkeys(RATED, 0))
            opened = logged[key]["issues_opened"] if key in logged else 0
            orders = sold[key]["orders"] if key in sold else 0
            into["rate_issues"] = days.plus(into["rate_issues"], opened)
            into["rate_orders"] = days.plus(into["rate_orders"], orders)
        return found

    # ------------------------------------------------------------------------------------------

    def cut(self, stores: tuple[StoreInfo, ...], period: Period, by: tuple[str, ...]) -> Cut:
        ids = tuple(store.id for store in stores)
        several = "product" in by and len(ids) > 1
        return Cut(
            self.scope.team_id, ids, period, by, self.products, self.regions,
            self.channels, self.campaigns, self.until_hour,
            self.scope.whole and len(ids) == len(self.scope.stores),
            self._twins(ids) if several else {},
        )  # fmt: skip

    def _twins(self, stores: tuple[int, ...]) -> Mapping[int, int]:
        if stores not in self.twins:
            self.twins[stores] = names.twins(self.s, self.scope.team_id, stores)
        return self.twins[stores]

    def _count_people(self, cut: Cut, table: Table, measures: frozenset[str]) -> None:
        found = buyers.read(self.s, cut, twice="repeat_buyers" in measures)
        returning = measures & {"new_buyers", "returning_buyers"}
        histories = self._histories(cut) if returning else {}
        for key, row in table.items():
            orders, anonymous = row["orders"] or 0, row["anonymous"] or 0
            if orders and anonymous > orders * (1 - _KNOWN_SHARE):
                row.update(dict.fromkeys(PEOPLE))
                self.notes.append(note("no_buyers"))
                continue
            bucket = next((k for k in key if isinstance(k, date)), None)
            row.update(_counted(found.get(key), histories.get(bucket)))

    def _histories(self, cut: Cut) -> Mapping[date | None, BitMap]:
        """Buyers of the 365 days before each bucket of time (None: before the whole period)."""
        first = buyers.first_day(self.s, cut)
        grain = next((b for b in cut.by if b in TIMES and b not in ("hour", "weekday")), "")
        starts = [b for b in sums.buckets(grain, cut.period) if isinstance(b, date)]
        found: dict[date | None, BitMap] = {}
        for bucket in starts if grain else [None]:
            start = max(bucket, cut.period.start) if bucket else cut.period.start
            if first is None or first > start - buyers.HISTORY:
                self.notes.append(note("short_history"))
            else:
                found[bucket] = buyers.before(self.s, cut, start)
        return found


def _counted(people: buyers.People | None, history: BitMap | None) -> Measures:
    counts: Measures = {"buyers": 0, "repeat_buyers": 0, "new_buyers": 0, "returning_buyers": 0}
    if people:
        counts |= {"buyers": len(people.seen), "repeat_buyers": len(people.twice)}
    if history is None:
        counts |= {"new_buyers": None, "returning_buyers": None}
    elif people:
        old = len(people.seen & history)
        counts |= {"new_buyers": len(people.seen) - old, "returning_buyers": old}
    return counts


def _narrowed(key: Key, cut: Cut) -> Key:
    """(day, store[, product]) as the cut's own key."""
    parts = dict(zip(("day", "store", "product"), key, strict=False))
    return sums.bucketed(tuple(parts.get(by, key[0]) for by in cut.by), cut)


def _merge(table: Table, found: Figures, measures: frozenset[str]) -> None:
    for key, row in found.items():
        table.setdefault(key, {}).update({m: v for m, v in row.items() if m in measures})


def value(metric: Metric, row: Measures | None, *, zero: bool = False) -> Value:
    """The metric of one row; a ratio of nothing is None.

    `zero`: where there is no row, nothing was sold. What a sheet does not tell is never zero.
    """
    row = row or {}
    num = _add(metric.num, row, zero)
    if not metric.den:
        return num
    den = _add(metric.den, row, zero)
    return None if num is None or not den else num / den


def _add(measures: tuple[str, ...], row: Measures, zero: bool) -> Figure:
    total: int | float = 0
    for measure in measures:
        name = measure.lstrip("-")
        figure = row.get(name, 0 if zero and name not in DAY_FACTS else None)
        if figure is None:
            return None
        total += -figure if measure.startswith("-") else figure
    return total


def thin(metric: Metric, row: Measures | None) -> bool:
    """Whether there are events, but too few to judge the metric by."""
    if not metric.min_events or not row:
        return False
    return 0 < (row.get(metric.events) or 0) < metric.min_events
