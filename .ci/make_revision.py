"""Write the next Alembic revision from the models: `uv run python .ci/make_revision.py ID "message"`."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from bot.db import Database, migrate

number, message = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    db = Database(f"sqlite:///{Path(folder) / 'empty.db'}")
    migrate.HEAD = "to be written"
    with create_engine(db.url, isolation_level="AUTOCOMMIT").connect() as c:
        config = migrate.alembic_config(c)
        command.upgrade(config, "head")
        command.revision(config, message, autogenerate=True, rev_id=number)
print("now set HEAD in bot/db/migrate.py")
