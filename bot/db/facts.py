"""Tables of facts: order lines as imported, the rollups kept beside them, and the undo journal."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, LargeBinary, SmallInteger, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class Import(SQLModel, table=True):
    """One file: the queue of imports, their report, and the owner of what they changed.

    `state`: sorting (a look may tell the store) → asked (which store?) → queued → merging → done |
    failed; done → undoing → undone. A typed line has no `file_id` and stands in `file_name`. An
    `owner` is the process at work on it; a store is worked on by one import at a time.
    """

    __tablename__ = "imports"
    __table_args__ = (
        Index(
            "ux_imports_busy", "store_id", unique=True,
            sqlite_where=text("owner <> ''"), postgresql_where=text("owner <> ''"),
        ),
    )  # fmt: skip
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="teams.id", index=True)
    store_id: int | None = Field(default=None, foreign_key="stores.id")
    member_id: int | None = Field(default=None, foreign_key="members.id")
    chat_id: int | None = Field(default=None, foreign_key="chats.id")  # who waits for the report
    thread_id: int = Field(default=0, sa_type=BigInteger)
    message_id: int = Field(default=0, sa_type=BigInteger)  # the person's message with the file
    progress_key: str = ""  # outbox key of the progress message, edited into the report
    file_name: str = ""
    file_id: str = ""  # Telegram's, until it is fetched
    state: str = Field(default="queued", index=True)
    owner: str = ""
    lease_until: datetime | None = None
    attempts: int = 0
    report: str = ""  # JSON of bot.ingest.report.Report
    created_at: datetime
    finished_at: datetime | None = None
    answered_at: datetime | None = None  # when somebody last said whether its last day was over


class OrderLine(SQLModel, table=True):
    """One line of an order; amounts are minor units of the store's currency.

    `day` is the business day the order was created (it never changes, so tables can be partitioned
    by it), `paid_day` the one it was paid. Order-level amounts are split over the lines so that
    they add up; `head` is 1 on one line of each order, so that Σ head counts orders.
    """

    __tablename__ = "order_lines"
    __table_args__ = (
        Index("ix_order_lines_order", "team_id", "store_id", "order_no"),
        Index("ix_order_lines_paid", "team_id", "store_id", "paid_day"),
        # the few that wait to be sent, however many there are
        Index(
            "ix_order_lines_unsent", "team_id", "store_id", "paid_ts",
            sqlite_where=text("status = 'paid'"), postgresql_where=text("status = 'paid'"),
        ),
        {"sqlite_with_rowid": False},
    )  # fmt: skip
    team_id: int = Field(primary_key=True)
    day: date = Field(primary_key=True)
    store_id: int = Field(primary_key=True)
    order_no: str = Field(primary_key=True)
    line_no: int = Field(primary_key=True, sa_type=SmallInteger)
    head: int = Field(sa_type=SmallInteger)
    status: str  # created | paid | shipped | done | closed
    created_ts: int | None = Field(default=None, sa_type=BigInteger)  # seconds since 1970, UTC
    paid_ts: int | None = Field(default=None, sa_type=BigInteger)
    paid_day: date | None = None
    paid_hour: int | None = Field(default=None, sa_type=SmallInteger)
    product_id: int | None = Field(default=None, sa_type=BigInteger)
    product_head: int = Field(default=1, sa_type=SmallInteger)  # 1 once per order and product
    region_id: int | None = Field(default=None, sa_type=BigInteger)
    buyer_id: int | None = Field(default=None, sa_type=BigInteger)
    quantity: int = Field(default=0, sa_type=BigInteger)
    payable: int = Field(default=0, sa_type=BigInteger)
    paid: int = Field(default=0, sa_type=BigInteger)  # refunds not deducted
    refunded: int = Field(default=0, sa_type=BigInteger)
    born_import: int = Field(sa_type=BigInteger)
    last_import: int = Field(sa_type=BigInteger)


class Product(SQLModel, table=True):
    """What a store sells; `code` is its SKU, or its title where the export has no code."""

    __tablename__ = "products"
    __table_args__ = (UniqueConstraint("team_id", "store_id", "code"),)
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="teams.id")
    store_id: int = Field(foreign_key="stores.id")
    code: str
    title: str


class Region(SQLModel, table=True):
    __tablename__ = "regions"
    __table_args__ = (UniqueConstraint("team_id", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="teams.id")
    name: str


class Buyer(SQLModel, table=True):
    """A buyer as a keyed hash (64 bits) and a dense number; who it is was dropped at the door."""

    __tablename__ = "buyers"
    __table_args__ = (UniqueConstraint("team_id", "hash"),)
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="teams.id")
    hash: int = Field(sa_type=BigInteger)


class SalesRollup(SQLModel, table=True):
    """Sums of order lines, kept in the same transaction as the lines.

    `grain` is 0 for days, 1 for months (`day` = the first). `dim` is `bot.metrics.catalogue.Dim`
    (0 total, 1 product, 2 region, 3 hour) and `key` the id in it (0 where there is none; hour −1
    where only the date is known). By payment day: sales, refunded, orders, units, refund_orders,
    anonymous; by creation day: created_orders (not by hour).
    """

    __tablename__ = "sales_rollups"
    __table_args__ = ({"sqlite_with_rowid": False},)
    team_id: int = Field(primary_key=True)
    grain: int = Field(primary_key=True, sa_type=SmallInteger)
    dim: int = Field(primary_key=True, sa_type=SmallInteger)
    day: date = Field(primary_key=True)
    store_id: int = Field(primary_key=True)
    key: int = Field(primary_key=True, sa_type=BigInteger)
    sales: int = Field(default=0, sa_type=BigInteger)
    refunded: int = Field(default=0, sa_type=BigInteger)
    orders: int = Field(default=0, sa_type=BigInteger)
    units: int = Field(default=0, sa_type=BigInteger)
    refund_orders: int = Field(default=0, sa_type=BigInteger)
    created_orders: int = Field(default=0, sa_type=BigInteger)
    anonymous: int = Field(default=0, sa_type=BigInteger)  # paid orders without a known buyer


class BuyerRollup(SQLModel, table=True):
    """Roaring bitmaps of buyers by payment day: `seen` once or more, `twice` two orders or more."""

    __tablename__ = "buyer_rollups"
    __table_args__ = ({"sqlite_with_rowid": False},)
    team_id: int = Field(primary_key=True)
    grain: int = Field(primary_key=True, sa_type=SmallInteger)
    dim: int = Field(primary_key=True, sa_type=SmallInteger)
    day: date = Field(primary_key=True)
    store_id: int = Field(primary_key=True)
    key: int = Field(primary_key=True, sa_type=BigInteger)
    seen: bytes = Field(sa_type=LargeBinary)
    twice: bytes = Field(sa_type=LargeBinary)


class JournalEntry(SQLModel, table=True):
    """An overwritten order as it was before an import, so that Undo can give it back."""

    __tablename__ = "import_journal"
    __table_args__ = ({"sqlite_with_rowid": False},)
    import_id: int = Field(foreign_key="imports.id", primary_key=True)
    order_no: str = Field(primary_key=True)
    before: str  # JSON of the order's lines


class ImportedDay(SQLModel, table=True):
    """Which business days a store's files covered, and when the newest of them was exported.

    A day is `whole` when that was after it ended in the store's zone.
    """

    __tablename__ = "imported_days"
    store_id: int = Field(foreign_key="stores.id", primary_key=True)
    kind: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    exported_at: datetime
    whole: bool


class ShopDay(SQLModel, table=True):
    """The platform's own sheet: a store's day (`product_id` 0) or a product's.

    Amounts are minor units of the store's currency; what the sheet does not tell is null.
    """

    __tablename__ = "shop_days"
    __table_args__ = ({"sqlite_with_rowid": False},)
    team_id: int = Field(primary_key=True)
    day: date = Field(primary_key=True)
    store_id: int = Field(primary_key=True)
    product_id: int = Field(primary_key=True, sa_type=BigInteger)
    visitors: int | None = Field(default=None, sa_type=BigInteger)
    page_views: int | None = Field(default=None, sa_type=BigInteger)
    cart_adds: int | None = Field(default=None, sa_type=BigInteger)
    favourites: int | None = Field(default=None, sa_type=BigInteger)
    sales: int | None = Field(default=None, sa_type=BigInteger)
    buyers: int | None = Field(default=None, sa_type=BigInteger)
    orders: int | None = Field(default=None, sa_type=BigInteger)
    units: int | None = Field(default=None, sa_type=BigInteger)
    refunded: int | None = Field(default=None, sa_type=BigInteger)  # by finished day
    last_import: int = Field(sa_type=BigInteger)


class Channel(SQLModel, table=True):
    """Where a store advertises (直通车, 万相台 …), or a campaign of such a place (`parent_id`)."""

    __tablename__ = "channels"
    __table_args__ = (UniqueConstraint("team_id", "parent_id", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="teams.id")
    parent_id: int = 0
    name: str


class AdDay(SQLModel, table=True):
    """Advertising of a store, channel and campaign (0: the channel's own total) on a day.

    Amounts in minor units. `window_days` is the attribution window of orders and revenue, as the
    file declares it; null where it does not.
    """

    __tablename__ = "ad_days"
    __table_args__ = ({"sqlite_with_rowid": False},)
    team_id: int = Field(primary_key=True)
    day: date = Field(primary_key=True)
    store_id: int = Field(primary_key=True)
    channel_id: int = Field(primary_key=True, sa_type=BigInteger)
    campaign_id: int = Field(primary_key=True, sa_type=BigInteger)
    spend: int | None = Field(default=None, sa_type=BigInteger)
    impressions: int | None = Field(default=None, sa_type=BigInteger)
    clicks: int | None = Field(default=None, sa_type=BigInteger)
    orders: int | None = Field(default=None, sa_type=BigInteger)
    revenue: int | None = Field(default=None, sa_type=BigInteger)
    commission: int | None = Field(default=None, sa_type=BigInteger)  # to affiliates
    window_days: int | None = Field(default=None, sa_type=SmallInteger)
    last_import: int = Field(sa_type=BigInteger)


class ScoreDay(SQLModel, table=True):
    """The platform's scores of a store on a day (DSR), in hundredths: 4.83 is 483."""

    __tablename__ = "score_days"
    __table_args__ = ({"sqlite_with_rowid": False},)
    team_id: int = Field(primary_key=True)
    day: date = Field(primary_key=True)
    store_id: int = Field(primary_key=True)
    description: int | None = Field(default=None, sa_type=SmallInteger)
    service: int | None = Field(default=None, sa_type=SmallInteger)
    logistics: int | None = Field(default=None, sa_type=SmallInteger)
    last_import: int = Field(sa_type=BigInteger)


class DayJournal(SQLModel, table=True):
    """A day row as it was before an import (empty: there was none), so that Undo gives it back."""

    __tablename__ = "day_journal"
    __table_args__ = ({"sqlite_with_rowid": False},)
    import_id: int = Field(foreign_key="imports.id", primary_key=True)
    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)  # JSON of the row's key
    before: str  # JSON of its values


class HeaderMap(SQLModel, table=True):
    """What a team said a header means that nobody declared; until `known`, a form being filled in."""

    __tablename__ = "header_maps"
    __table_args__ = (UniqueConstraint("team_id", "digest"),)
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="teams.id")
    digest: str  # of the header's cells
    header: str  # JSON: the cells
    kind: str = ""
    columns: str = "{}"  # JSON: our field → the cell of its column
    known: bool = False
