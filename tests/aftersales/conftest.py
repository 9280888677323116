"""Fixtures of the desk: issues opened without a chat."""

import pytest
from conftest import Shop

from bot.db import Database
from tests.aftersales.desk import Desk


@pytest.fixture
def desk(db: Database, shop: Shop) -> Desk:
    """The desk of the named world's team: `desk.open(s)` logs an issue."""
    return Desk(db, shop)
