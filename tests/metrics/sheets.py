"""The platform's sheets for tests: the rows that an importer leaves are written by hand."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, select

from bot.db.facts import AdDay, Channel, ImportedDay, Product, ScoreDay, ShopDay
from tests.metrics.till import EXPORTED


def shop(s: Session, team: int, store: int, day: str, product: str = "", **told: int) -> None:
    """A store's day, or a product's where one is named; amounts in minor units."""
    product_id = _product(s, team, store, product) if product else 0
    row = {"team_id": team, "store_id": store, "day": date.fromisoformat(day)}
    s.add(ShopDay(**row, product_id=product_id, last_import=1, **told))
    covered(s, store, "shop_days", day)


def ads(
    s: Session, team: int, store: int, day: str, channel: str, campaign: str = "", **told: int
) -> None:
    """A channel's day, or that of one of its campaigns."""
    channel_id = _channel(s, team, channel)
    campaign_id = _channel(s, team, campaign, channel_id) if campaign else 0
    row = {"team_id": team, "store_id": store, "day": date.fromisoformat(day)}
    s.add(AdDay(**row, channel_id=channel_id, campaign_id=campaign_id, last_import=1, **told))
    covered(s, store, "ads", day)


def scores(s: Session, team: int, store: int, day: str, **told: int) -> None:
    """Scores of a store's day, in hundredths."""
    row = {"team_id": team, "store_id": store, "day": date.fromisoformat(day)}
    s.add(ScoreDay(**row, last_import=1, **told))
    covered(s, store, "scores", day)


def covered(s: Session, store: int, kind: str, day: str, *, whole: bool = True) -> None:
    row = {"store_id": store, "kind": kind, "day": date.fromisoformat(day)}
    s.merge(ImportedDay(**row, exported_at=EXPORTED, whole=whole))
    s.flush()


def _product(s: Session, team: int, store: int, code: str) -> int:
    known = select(Product).where(Product.store_id == store, Product.code == code)
    row = s.exec(known).first()
    if row is None:
        row = Product(team_id=team, store_id=store, code=code, title=f"{code} 苹果")
    return _kept(s, row)


def _channel(s: Session, team: int, name: str, parent: int = 0) -> int:
    known = select(Channel).where(Channel.team_id == team, Channel.parent_id == parent)
    row = s.exec(known.where(Channel.name == name)).first()
    return _kept(s, row or Channel(team_id=team, parent_id=parent, name=name))


def _kept(s: Session, row: Product | Channel) -> int:
    s.add(row)
    s.flush()
    assert row.id
    return row.id
