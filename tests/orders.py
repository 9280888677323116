"""A week and a day of orders in the Tmall store, small enough to add up by hand."""

from pathlib import Path

from conftest import NOW, Shop

from bot import ingest
from bot.db import Database
from bot.db.people import Store

HEADER = "订单号,商品编码,商品名称,数量,客户ID,实付金额,退款金额,省份,下单时间,付款时间\n"
ROWS = (
    # Sunday 15 November: 300.00
    "1,A01,红富士5斤,1,a,100,0,上海,2026-11-15 10:00,2026-11-15 10:00",
    "2,B02,车厘子2斤,1,b,200,0,广东,2026-11-15 20:00,2026-11-15 20:00",
    # Sunday 22 November: 240.00, of which 40.00 went back
    "3,A01,红富士5斤,2,a,200,0,上海,2026-11-22 09:00,2026-11-22 09:00",
    "4,B02,车厘子2斤,1,c,40,40,广东,2026-11-22 21:00,2026-11-22 21:00",
    # Monday 23 November, this morning: 50.00
    "5,A01,红富士5斤,1,d,50,0,上海,2026-11-23 08:00,2026-11-23 08:10",
)
NAME = "orders202611230820.csv"


def fill(
    db: Database, shop: Shop, folder: Path, rows: tuple[str, ...] = ROWS, store: int = 0
) -> None:
    """Bring the orders in as a team would: through the importer."""
    path = folder / NAME
    path.write_text(HEADER + "\n".join(rows), encoding="utf-8")
    with db.read() as s:
        target = s.get(Store, store or shop.tmall)
    assert target
    ingest.take(db, target, path, NOW)
