"""An empty database for the next test, whoever of the one before is still asking."""

from typing import Final

from psycopg.errors import DeadlockDetected
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

# Everything but the default account, which the migration made. Cheaper than a clone of a template database, and
# right with any number of connections, because nothing depends on a transaction that the test would have to share.
_EMPTY: Final = """
TRUNCATE subjects, members, devices, audit_events, pairing_codes, pairing_failures CASCADE;
DELETE FROM accounts WHERE name <> 'default'
"""
_TRIES: Final = 5


def empty(admin: Engine) -> None:
    """A page that a browser shows yet may hold a table that comes later here, and wait for one that came before."""
    for tries_left in reversed(range(_TRIES)):
        try:
            with admin.connect() as connection:
                # A connection that a test left in a transaction shows as this error, and not as a hanging run.
                connection.execute(text("SET lock_timeout = '10s'"))
                connection.execute(text(_EMPTY))
        except OperationalError as error:
            if not (tries_left and isinstance(error.orig, DeadlockDetected)):
                raise
        else:
            return
