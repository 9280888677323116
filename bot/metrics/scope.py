"""Whose figures a question may see, and the names it may use: read once per question."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from bot.db.facts import Channel, ImportedDay, Product, Region
from bot.db.people import Store
from bot.metrics.ask import Vocabulary
from bot.promos import Promotion, calendar


@dataclass(frozen=True)
class StoreInfo:
    id: int
    key: str
    name: str
    currency: str
    timezone: str


@dataclass(frozen=True)
class Scope:
    """A team and those of its stores that may be seen here; every query names both."""

    team_id: int
    stores: tuple[StoreInfo, ...]
    promotions: tuple[Promotion, ...] = ()
    whole: bool = False  # these are all the stores of the team

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(store.id for store in self.stores)

    @property
    def currencies(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(store.currency for store in self.stores))


def scope(s: Session, team_id: int, today: date, store_ids: Collection[int] | None = None) -> Scope:
    """All stores of the team, or those of `store_ids` that are the team's, by name."""
    rows = s.connection().execute(
        select(
            col(Store.id), col(Store.key), col(Store.name), col(Store.currency),
            col(Store.timezone),
        )
        .where(col(Store.team_id) == team_id)
        .order_by(col(Store.id))
    )  # fmt: skip
    every = [StoreInfo(id_, *words) for id_, *words in rows if id_ is not None]
    stores = tuple(x for x in every if store_ids is None or x.id in store_ids)
    return Scope(team_id, stores, calendar(today), whole=len(stores) == len(every))


def vocabulary(s: Session, scope: Scope, today: date) -> Vocabulary:
    """The names that a question asked in this scope may use."""
    connection = s.connection()
    regions = connection.execute(
        select(col(Region.name)).where(col(Region.team_id) == scope.team_id)
    )
    channels = connection.execute(
        select(col(Channel.name)).where(
            col(Channel.team_id) == scope.team_id, col(Channel.parent_id) == 0
        )
    )
    has_today = connection.execute(
        select(col(ImportedDay.day))
        .where(col(ImportedDay.store_id).in_(scope.ids), col(ImportedDay.day) == today)
        .limit(1)
    ).first()
    return Vocabulary(
        regions=tuple(row[0] for row in regions),
        channels=tuple(row[0] for row in channels),
        campaigns=lambda: _campaigns(s, scope),
        products=lambda: _products(s, scope),
        stores=tuple((store.key, store.name) for store in scope.stores),
        promotions=scope.promotions,
        has_today=has_today is not None,
    )


def _products(s: Session, scope: Scope) -> tuple[tuple[str, str], ...]:
    rows = s.connection().execute(
        select(col(Product.code), col(Product.title)).where(
            col(Product.team_id) == scope.team_id, col(Product.store_id).in_(scope.ids)
        )
    )
    return tuple(dict.fromkeys((row[0], row[1]) for row in rows))


def _campaigns(s: Session, scope: Scope) -> tuple[str, ...]:
    rows = s.connection().execute(
        select(col(Channel.name))
        .where(col(Channel.team_id) == scope.team_id, col(Channel.parent_id) != 0)
        .distinct()
    )
    return tuple(row[0] for row in rows)
