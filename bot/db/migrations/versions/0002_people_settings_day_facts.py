"""people, settings, day facts"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ad_days",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("spend", sa.BigInteger(), nullable=True),
        sa.Column("impressions", sa.BigInteger(), nullable=True),
        sa.Column("clicks", sa.BigInteger(), nullable=True),
        sa.Column("orders", sa.BigInteger(), nullable=True),
        sa.Column("revenue", sa.BigInteger(), nullable=True),
        sa.Column("commission", sa.BigInteger(), nullable=True),
        sa.Column("window_days", sa.SmallInteger(), nullable=True),
        sa.Column("last_import", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "team_id", "day", "store_id", "channel_id", "campaign_id", name=op.f("pk_ad_days")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "alive",
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("bot_id", name=op.f("pk_alive")),
    )
    op.create_table(
        "score_days",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("description", sa.SmallInteger(), nullable=True),
        sa.Column("service", sa.SmallInteger(), nullable=True),
        sa.Column("logistics", sa.SmallInteger(), nullable=True),
        sa.Column("last_import", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "day", "store_id", name=op.f("pk_score_days")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "shop_days",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("visitors", sa.BigInteger(), nullable=True),
        sa.Column("page_views", sa.BigInteger(), nullable=True),
        sa.Column("cart_adds", sa.BigInteger(), nullable=True),
        sa.Column("favourites", sa.BigInteger(), nullable=True),
        sa.Column("sales", sa.BigInteger(), nullable=True),
        sa.Column("buyers", sa.BigInteger(), nullable=True),
        sa.Column("orders", sa.BigInteger(), nullable=True),
        sa.Column("units", sa.BigInteger(), nullable=True),
        sa.Column("refunded", sa.BigInteger(), nullable=True),
        sa.Column("last_import", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "team_id", "day", "store_id", "product_id", name=op.f("pk_shop_days")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "channels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_channels_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
        sa.UniqueConstraint("team_id", "parent_id", "name", name=op.f("uq_channels_team_id")),
    )
    op.create_table(
        "points",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_points_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points")),
        sa.UniqueConstraint("team_id", "name", name=op.f("uq_points_team_id")),
    )
    with op.batch_alter_table("points", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_points_team_id"), ["team_id"], unique=False)

    op.create_table(
        "shifts",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("starts", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("ends", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_shifts_team_id")),
        sa.PrimaryKeyConstraint("team_id", "key", name=op.f("pk_shifts")),
    )
    op.create_table(
        "push_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("binding_id", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("planned_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["binding_id"], ["bindings.id"], name=op.f("fk_push_runs_binding_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_runs")),
        sa.UniqueConstraint(
            "binding_id", "kind", "business_date", name=op.f("uq_push_runs_binding_id")
        ),
    )
    op.create_table(
        "push_settings",
        sa.Column("binding_id", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("mode", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("since", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["binding_id"], ["bindings.id"], name=op.f("fk_push_settings_binding_id")
        ),
        sa.PrimaryKeyConstraint("binding_id", "kind", name=op.f("pk_push_settings")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("what", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("detail", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_audit_member_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_audit_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_team_id"), ["team_id"], unique=False)

    op.create_table(
        "invites",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=True),
        sa.Column("point_id", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("used_by", sa.Integer(), nullable=True),
        sa.Column("used_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["members.id"], name=op.f("fk_invites_made_by")),
        sa.ForeignKeyConstraint(["point_id"], ["points.id"], name=op.f("fk_invites_point_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_invites_store_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_invites_team_id")),
        sa.ForeignKeyConstraint(["used_by"], ["members.id"], name=op.f("fk_invites_used_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invites")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invites_token_hash")),
    )
    with op.batch_alter_table("invites", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invites_team_id"), ["team_id"], unique=False)

    op.create_table(
        "member_stores",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_member_stores_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["stores.id"], name=op.f("fk_member_stores_store_id")
        ),
        sa.PrimaryKeyConstraint("member_id", "store_id", name=op.f("pk_member_stores")),
    )
    op.create_table(
        "store_kinds",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_store_kinds_member_id")
        ),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_store_kinds_store_id")),
        sa.PrimaryKeyConstraint("store_id", "kind", name=op.f("pk_store_kinds")),
    )
    op.create_table(
        "day_journal",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("before", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_day_journal_import_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "kind", "key", name=op.f("pk_day_journal")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "header_maps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("header", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("columns", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_header_maps_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_header_maps")),
        sa.UniqueConstraint("team_id", "digest", name=op.f("uq_header_maps_team_id")),
    )
    op.execute(
        "INSERT INTO push_settings (binding_id, kind, mode, at)"
        " SELECT id, 'digest', digest, digest_at FROM bindings"
    )
    op.execute(
        "INSERT INTO push_runs (binding_id, kind, business_date, planned_at, decided_at, state)"
        " SELECT binding_id, 'digest', business_date, planned_at, decided_at, state"
        " FROM digest_runs"
    )
    op.drop_table("digest_runs")
    op.create_table(
        "menus",
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("bot_id", "telegram_id", name=op.f("pk_menus")),
    )
    with op.batch_alter_table("bindings", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("shows_costs", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("hears_all", sa.Boolean(), nullable=True))
        batch_op.add_column(
            sa.Column("stopped_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
        )
        batch_op.add_column(
            sa.Column(
                "hearing", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=""
            )
        )
        batch_op.drop_column("digest_at")
        batch_op.drop_column("digest")

    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("muted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
        )

    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "nickname", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=""
            )
        )
        batch_op.add_column(
            sa.Column(
                "shift", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=""
            )
        )
        batch_op.add_column(sa.Column("point_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("left_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
        )
        batch_op.add_column(
            sa.Column("active_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_members_point_id"), "points", ["point_id"], ["id"]
        )

    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("chat_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("back", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("anew", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_questions_chat_id"), "chats", ["chat_id"], ["id"]
        )

    with op.batch_alter_table("join_requests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("decided_by", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("role", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="")
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_join_requests_decided_by"), "members", ["decided_by"], ["id"]
        )
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("answered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
        )


def downgrade() -> None:
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.drop_column("answered_at")

    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_questions_chat_id"), type_="foreignkey")
        batch_op.drop_column("anew")
        batch_op.drop_column("back")
        batch_op.drop_column("chat_id")

    op.drop_table("menus")
    with op.batch_alter_table("join_requests", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_join_requests_decided_by"), type_="foreignkey")
        batch_op.drop_column("role")
        batch_op.drop_column("decided_by")

    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_members_point_id"), type_="foreignkey")
        batch_op.drop_column("active_at")
        batch_op.drop_column("left_at")
        batch_op.drop_column("point_id")
        batch_op.drop_column("shift")
        batch_op.drop_column("nickname")

    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.drop_column("muted_at")

    with op.batch_alter_table("bindings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("digest", sa.VARCHAR(), nullable=False, server_default="on"))
        batch_op.add_column(
            sa.Column("digest_at", sa.VARCHAR(), nullable=False, server_default="on")
        )
        batch_op.drop_column("stopped_at")
        batch_op.drop_column("hearing")
        batch_op.drop_column("hears_all")
        batch_op.drop_column("shows_costs")

    op.create_table(
        "digest_runs",
        sa.Column("id", sa.INTEGER(), nullable=False),
        sa.Column("binding_id", sa.INTEGER(), nullable=False),
        sa.Column("business_date", sa.DATE(), nullable=False),
        sa.Column("planned_at", sa.DATETIME(), nullable=False),
        sa.Column("decided_at", sa.DATETIME(), nullable=False),
        sa.Column("state", sa.VARCHAR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["binding_id"], ["bindings.id"], name=op.f("fk_digest_runs_binding_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_runs")),
        sa.UniqueConstraint("binding_id", "business_date", name=op.f("uq_digest_runs_binding_id")),
    )
    op.drop_table("header_maps")
    op.drop_table("day_journal")
    op.drop_table("store_kinds")
    op.drop_table("member_stores")
    with op.batch_alter_table("invites", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invites_team_id"))

    op.drop_table("invites")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_team_id"))

    op.drop_table("audit")
    op.drop_table("push_settings")
    op.drop_table("push_runs")
    op.drop_table("shifts")
    with op.batch_alter_table("points", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_points_team_id"))

    op.drop_table("points")
    op.drop_table("channels")
    op.drop_table("shop_days")
    op.drop_table("score_days")
    op.drop_table("alive")
    op.drop_table("ad_days")
