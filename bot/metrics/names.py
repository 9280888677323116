"""Ids in the figures → the codes and names the shop knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from bot.db.desk import TeamReason
from bot.db.facts import Channel, Product, Region
from bot.db.people import Member
from bot.metrics.query import Query
from bot.metrics.scope import Scope, StoreInfo
from bot.metrics.sums import Key


class Names:
    """Ids → the codes and names the shop knows: (keys, longer name)."""

    def __init__(
        self,
        s: Session,
        by: tuple[str, ...],
        keys: list[Key],
        stores: tuple[StoreInfo, ...],
        team_id: int = 0,
    ) -> None:
        self.by = by
        self.stores = {store.id: store for store in stores}
        self.products = self._read(s, keys, "product", Product)
        self.regions = self._read(s, keys, "region", Region)
        self.channels = self._read(s, keys, "channel", Channel)
        self.campaigns = self._read(s, keys, "campaign", Channel)
        self.agents = self._agents(s, keys)
        self.reasons = self._reasons(s, team_id)

    def _read(
        self, s: Session, keys: list[Key], dim: str, model: type[Product | Region | Channel]
    ) -> dict[object, tuple[str, str]]:
        if dim not in self.by:
            return {}
        place = self.by.index(dim)
        ids = list({key[place] for key in keys if key[place]})
        columns = ("code", "title") if model is Product else ("name", "name")
        words = [getattr(model, column) for column in columns]
        found: dict[object, tuple[str, str]] = {}
        for i in range(0, len(ids), 500):
            statement = select(col(model.id), *words).where(col(model.id).in_(ids[i : i + 500]))
            found |= {row[0]: (row[1], row[2]) for row in s.connection().execute(statement)}
        return found

    def _agents(self, s: Session, keys: list[Key]) -> dict[object, str]:
        """What the team calls them."""
        if "agent" not in self.by:
            return {}
        ids = {key[self.by.index("agent")] for key in keys}
        rows = s.connection().execute(
            select(col(Member.id), col(Member.nickname), col(Member.name)).where(
                col(Member.id).in_([i for i in ids if i])
            )
        )
        return {id_: nickname or name for id_, nickname, name in rows}

    def _reasons(self, s: Session, team_id: int) -> dict[object, str]:
        """Those that the team added; the others have names in every language."""
        if "reason" not in self.by:
            return {}
        rows = s.connection().execute(
            select(col(TeamReason.slug), col(TeamReason.name)).where(
                col(TeamReason.team_id) == team_id
            )
        )
        return {slug: name for slug, name in rows if name}

    def __call__(self, key: Key) -> tuple[tuple[int | str | date | None, ...], str]:
        label: list[int | str | date | None] = []
        name = ""
        for by, value in zip(self.by, key, strict=True):
            if by == "store":
                store = self.stores.get(value)  # type: ignore[arg-type]  # a store id, or None
                label.append(store.key if store else None)
                name = name or (store.name if store else "")
            elif by == "agent":
                label.append(self.agents.get(value))
            elif by == "reason":
                label.append(value)
                name = name or self.reasons.get(value, "")
            elif by in ("product", "region", "channel", "campaign"):
                known = getattr(self, f"{by}s")
                code, title = known.get(value, (None, ""))
                label.append(code)
                name = name or title
            else:
                label.append(None if by == "hour" and value == -1 else value)
        return tuple(label), name


def product_ids(s: Session, scope: Scope, query: Query) -> tuple[int, ...] | None:
    """Row ids of the filtered products, None where there is no such filter."""
    codes = query.filter("product")
    if not codes:
        return None
    statement = select(col(Product.id)).where(
        col(Product.team_id) == scope.team_id,
        col(Product.store_id).in_(scope.ids),
        col(Product.code).in_(codes),
    )
    return tuple(i for i in s.connection().execute(statement).scalars() if i is not None)


def region_ids(s: Session, scope: Scope, query: Query) -> tuple[int, ...] | None:
    """Row ids of the filtered regions, None where there is no such filter."""
    names = query.filter("region")
    if not names:
        return None
    statement = select(col(Region.id)).where(
        col(Region.team_id) == scope.team_id, col(Region.name).in_(names)
    )
    return tuple(i for i in s.connection().execute(statement).scalars() if i is not None)


def channel_ids(s: Session, scope: Scope, query: Query) -> tuple[int, ...] | None:
    """Row ids of the filtered channels, None where there is no such filter."""
    return _channels(s, scope, query.filter("channel"), col(Channel.parent_id) == 0)


def campaign_ids(s: Session, scope: Scope, query: Query) -> tuple[int, ...] | None:
    """Row ids of the filtered campaigns, None where there is no such filter."""
    return _channels(s, scope, query.filter("campaign"), col(Channel.parent_id) != 0)


def _channels(
    s: Session, scope: Scope, names: tuple[str, ...], level: ColumnElement[bool]
) -> tuple[int, ...] | None:
    if not names:
        return None
    statement = select(col(Channel.id)).where(
        col(Channel.team_id) == scope.team_id, col(Channel.name).in_(names), level
    )
    return tuple(i for i in s.connection().execute(statement).scalars() if i is not None)


def twins(s: Session, team_id: int, stores: tuple[int, ...]) -> Mapping[int, int]:
    """Products that several stores sell under one code: id → the first of their ids."""
    here = col(Product.team_id) == team_id, col(Product.store_id).in_(stores)
    codes = (
        select(col(Product.code), func.min(col(Product.id)).label("first"))
        .where(*here)
        .group_by(col(Product.code))
        .having(func.count() > 1)
        .subquery()
    )
    statement = (
        select(col(Product.id), codes.c.first)
        .join(codes, codes.c.code == col(Product.code))
        .where(*here)
    )
    return {row[0]: row[1] for row in s.connection().execute(statement) if row[0] != row[1]}
