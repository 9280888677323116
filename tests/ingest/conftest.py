"""Files to import, and a look at what came of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from bot import ingest
from bot.db import Database
from bot.db.people import Store
from bot.ingest import Report
from bot.ingest.check import check

NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
HEAD = "订单编号,总金额,买家实际支付金额,订单状态,收货地址,订单创建时间,订单付款时间,退款金额"


@dataclass
class Desk:
    """Imports files into one store, and reads the facts back."""

    db: Database
    store: Store
    folder: Path
    count: int = 0

    def file(self, content: str | bytes, name: str = "") -> Path:
        self.count += 1
        path = self.folder / (name or f"file{self.count}.csv")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def rows(self, *lines: str, head: str = HEAD, name: str = "") -> Report:
        """Import a table given line by line."""
        return self.take(self.file("\n".join((head, *lines)), name))

    def take(self, path: Path) -> Report:
        return ingest.take(self.db, self.store, path, NOW)[1]

    def import_id(self) -> int:
        """The newest import."""
        return int(str(self.value("SELECT MAX(id) FROM imports")))

    def value(self, sql: str) -> object:
        return self.all(sql)[0][0]

    def all(self, sql: str) -> list[tuple[object, ...]]:
        with self.db.read() as s:
            return [tuple(r) for r in s.connection().execute(text(sql)).all()]

    def differences(self) -> list[str]:
        with self.db.read() as s:
            return check(s)

    def snapshot(self) -> list[list[tuple[object, ...]]]:
        """All facts and rollups, to be compared with another moment's."""
        tables = (
            "order_lines", "sales_rollups", "buyer_rollups", "import_journal", "shop_days",
            "ad_days", "score_days", "day_journal", "imported_days",
        )  # fmt: skip
        return [sorted(self.all(f"SELECT * FROM {t}"), key=repr) for t in tables]


@pytest.fixture
def desk(db: Database, shop: object, tmp_path: Path) -> Desk:
    return Desk(db, _store(db, shop.tmall), tmp_path)  # type: ignore[attr-defined]


@pytest.fixture
def store_in(db: Database, shop: object) -> Callable[[str, str], Store]:
    """A store with another currency and zone."""

    def make(currency: str, timezone: str) -> Store:
        with db.write() as s:
            store = Store(
                team_id=shop.team, key=currency, name=currency, currency=currency,  # type: ignore[attr-defined]
                timezone=timezone, created_at=NOW,
            )  # fmt: skip
            s.add(store)
        return store

    return make


def _store(db: Database, store_id: int) -> Store:
    with db.read() as s:
        store = s.get(Store, store_id)
    assert store
    return store
