"""The database: `Database` (read, write), the tables by noun, and the schema's revisions."""

from sqlmodel import SQLModel

# before the tables are declared: batch migrations can only drop constraints that have names
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

from bot.db import desk, facts, people, wire  # noqa: E402  # after the naming convention
from bot.db.engine import Database, insert_new, wake  # noqa: E402

__all__ = ["Database", "desk", "facts", "insert_new", "people", "wake", "wire"]
