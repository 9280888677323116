"""Alembic's entry: runs revisions on the connection that `bot.db.migrate` hands over."""

from alembic import context
from sqlmodel import SQLModel

import bot.db

assert bot.db
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
