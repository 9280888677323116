"""What is known around a typed line: people, stores, products, numbers. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Person:
    """Who may be named: nickname, name as Telegram has it, @username."""

    id: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Shop:
    id: int
    key: str
    name: str
    platform: str = ""
    currency: str = ""


@dataclass(frozen=True)
class Goods:
    """A product: its title and SKU code."""

    id: int
    title: str
    code: str = ""


@dataclass(frozen=True)
class Ground:
    """What is known around a line. `orders` are the order and waybill numbers found in the database
    among `candidates(text)`; `reasons` (slug, name) the team's own, `hidden` the slugs it put away.
    """

    now: datetime
    zone: ZoneInfo
    currency: str = "CNY"
    people: tuple[Person, ...] = ()
    stores: tuple[Shop, ...] = ()
    orders: frozenset[str] = frozenset()
    products: tuple[Goods, ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()
    hidden: frozenset[str] = frozenset()
