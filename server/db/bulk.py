"""Many rows at once: COPY into a table of the session, then one statement that merges them.

COPY itself is not allowed into a table with row-level security, and a multi-row INSERT costs 28 times as much.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from sqlalchemy import Connection


def driver(connection: Connection) -> psycopg.Connection[Any]:
    """The psycopg connection behind SQLAlchemy's, inside the same transaction."""
    raw = connection.connection.driver_connection
    if not isinstance(raw, psycopg.Connection):
        raise TypeError("the database driver must be psycopg 3")
    return raw


class Staging:
    """A table of the session through which rows of one shape pass; taking them over empties it."""

    def __init__(self, name: str, columns: dict[str, str], merge: str) -> None:
        """`columns` maps names to PostgreSQL types; `merge` is the statement that takes the rows over from `staged`."""
        declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        self._create = f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ({declared}) ON COMMIT DELETE ROWS"
        self._copy = f"COPY {name} FROM STDIN (FORMAT BINARY)"
        self._types: Sequence[str] = list(columns.values())
        self._merge = f"WITH staged AS (DELETE FROM {name} RETURNING *) {merge}"  # noqa: S608  # names are ours

    def write(self, connection: psycopg.Connection[Any], rows: Iterable[Sequence[Any]]) -> None:
        """Copy the rows in and merge them. No rows, no round trip."""
        rows = list(rows)
        if not rows:
            return
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL client_min_messages = warning")  # the table is there already, as it should be
            cursor.execute(self._create)
            with cursor.copy(self._copy) as copy:
                copy.set_types(self._types)
                for row in rows:
                    copy.write_row(row)
            cursor.execute(self._merge)
