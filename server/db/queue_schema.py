"""The queues of PostgreSQL-only mode: pgmq's SQL out of its wheel, in a schema of its own. No extension is needed."""

import psycopg
from pgmq.install import get_embedded_install_sql, get_embedded_sql_version
from psycopg import sql

from server.db.broker import QUEUES, database_of

_LOCK = 0x71756575  # "queu"; advisory locks share one number space per database
_OURS = "koubei's queues, pgmq "


def prepare(broker_url: str) -> None:
    """Make the queues where they are not there yet; as the login of the URL, after the migrations.

    The SQL knows no upgrade, and needs none: hints carry no truth, so a schema that an older wheel made is made anew.
    One that somebody else made (their extension) is used and left alone. Raises psycopg.Error.
    """
    wanted = f"{_OURS}{get_embedded_sql_version()}"
    with psycopg.connect(database_of(broker_url).render_as_string(hide_password=False)) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        row = connection.execute(
            "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'pgmq'"
        ).fetchone()
        if row is not None and str(row[0]).startswith(_OURS) and row[0] != wanted:
            connection.execute("DROP SCHEMA pgmq CASCADE")
            row = None
        if row is None:
            connection.execute(sql.SQL(get_embedded_install_sql()))
            connection.execute(sql.SQL("COMMENT ON SCHEMA pgmq IS {}").format(wanted))
        connection.execute("GRANT USAGE ON SCHEMA pgmq TO koubei_gate")
        for queue in QUEUES:
            connection.execute("SELECT pgmq.create(%s)", [queue])
            table = sql.Identifier("pgmq", f"q_{queue}")
            connection.execute(sql.SQL("GRANT SELECT, DELETE ON {} TO koubei_gate").format(table))
