"""Many rows at once, past the ORM: one prepared statement on SQLite, arrays on PostgreSQL.

Rows are tuples of integers, bytes and text; dates go in and come out as ISO text, on both engines.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Table
from sqlmodel import Session, SQLModel

Values = Sequence[Any]
TOGETHER = 40  # rows of one INSERT


def table(model: type[SQLModel]) -> Table:
    found: Table = SQLModel.metadata.tables[str(model.__tablename__)]
    return found


class Bulk:
    """A session's connection, spoken to in its own dialect."""

    def __init__(self, s: Session) -> None:
        self._c = s.connection()
        self.postgres = self._c.dialect.name == "postgresql"

    def rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """`sql` marks its parameters by `?`; a list stands for the set of `among()`."""
        values = tuple(self._listed(x) if isinstance(x, list) else x for x in params)
        return [tuple(r) for r in self._c.exec_driver_sql(self._marked(sql), values).fetchall()]

    def run(self, sql: str, *params: Any) -> None:
        values = tuple(self._listed(x) if isinstance(x, list) else x for x in params)
        self._c.exec_driver_sql(self._marked(sql), values)

    def among(self, type_: str = "") -> str:
        """`column {among}`: is it in the list given as one parameter?"""
        if self.postgres:
            return f"= ANY(?::{type_}[])" if type_ else "= ANY(?)"
        return "IN (SELECT value FROM json_each(?))"

    def by(self, index: str) -> str:
        """After a table's name: SQLite, without statistics, would walk through the whole team."""
        return "" if self.postgres else f"INDEXED BY {index}"

    def text(self, column: str) -> str:
        """A date column as ISO text."""
        return f"CAST({column} AS TEXT)" if self.postgres else column

    def put(
        self,
        t: Table,
        columns: Sequence[str],
        rows: Sequence[Values],
        clash: str = "",
    ) -> None:
        """INSERT; `clash` is what follows ON CONFLICT."""
        if not rows:
            return
        head = f"INSERT INTO {t.name} ({', '.join(columns)})"
        tail = f" ON CONFLICT {clash}" if clash else ""
        if self.postgres:
            self._arrays(t, columns, rows, f"{head} SELECT * FROM {{rows}}{tail}")
        else:
            self._together(columns, rows, head, tail)

    def _together(
        self, columns: Sequence[str], rows: Sequence[Values], head: str, tail: str
    ) -> None:
        """Rows of one statement cost a fifth less, and let go of the interpreter less often."""
        one = f"({', '.join('?' * len(columns))})"
        many = f"{head} VALUES {', '.join([one] * TOGETHER)}{tail}"
        cursor = self._c.connection.cursor()
        end = len(rows) - len(rows) % TOGETHER
        for i in range(0, end, TOGETHER):
            cursor.execute(many, tuple(chain.from_iterable(rows[i : i + TOGETHER])))
        cursor.executemany(f"{head} VALUES {one}{tail}", rows[end:])
        cursor.close()

    def drop(self, t: Table, keys: Sequence[str], rows: Sequence[Values]) -> None:
        """DELETE the rows with these keys."""
        if not rows:
            return
        if self.postgres:
            same = " AND ".join(f"t.{k} = k.{k}" for k in keys)
            names = f"AS k({', '.join(keys)})"
            self._arrays(
                t, keys, rows, f"DELETE FROM {t.name} t USING {{rows}} {names} WHERE {same}"
            )
        else:
            same = " AND ".join(f"{k} = ?" for k in keys)
            self._c.exec_driver_sql(f"DELETE FROM {t.name} WHERE {same}", list(map(tuple, rows)))

    def _arrays(self, t: Table, columns: Sequence[str], rows: Sequence[Values], sql: str) -> None:
        dialect = self._c.dialect
        casts = ", ".join(f"%s::{t.c[x].type.compile(dialect)}[]" for x in columns)
        columnar = tuple(list(x) for x in zip(*rows, strict=True))
        self._c.exec_driver_sql(sql.format(rows=f"unnest({casts})"), columnar)

    def _marked(self, sql: str) -> str:
        return sql.replace("%", "%%").replace("?", "%s") if self.postgres else sql

    def _listed(self, values: list[Any]) -> Any:
        return values if self.postgres else json.dumps(values)


Write = Callable[[Bulk], None]  # prepared outside a transaction, done inside


def adding(t: Table, keys: Iterable[str], sums: Iterable[str]) -> str:
    """ON CONFLICT: add the new figures to the old ones."""
    changes = ", ".join(f"{x} = {t.name}.{x} + excluded.{x}" for x in sums)
    return f"({', '.join(keys)}) DO UPDATE SET {changes}"


def replacing(keys: Iterable[str], columns: Iterable[str]) -> str:
    """ON CONFLICT: the new row wins."""
    changes = ", ".join(f"{x} = excluded.{x}" for x in columns)
    return f"({', '.join(keys)}) DO UPDATE SET {changes}"


def primary(t: Table) -> list[str]:
    return [c.name for c in t.primary_key.columns]
