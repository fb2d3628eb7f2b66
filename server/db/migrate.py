"""Brings a database to the newest schema. Every process may call it at every start."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, NullPool, create_engine, text

from server.db.engine import psycopg_url
from server.db.roles import let_backup_read_all, make_roles

# Versions of PostgreSQL: before 16 a login could not become a role without inheriting its rights; before 17 it does not
# know all that pg_restore sets.
_OLDEST, _OLDEST_RESTORED = 16, 17
_LOCK = 0x6B6F756265  # "koube"; advisory locks share one number space per database


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate to head, or in a test to a revision, as the login of `url`, which then owns the tables.

    Idempotent, one transaction, and safe when processes race: the second waits for the first and finds nothing to do.
    Raises RuntimeError if a newer koubei has already migrated this database further, if the login lacks rights, or if
    the server is too old.
    """
    with _alone(url) as connection:
        config = _config()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            raise RuntimeError(
                f"the schema of database {connection.engine.url.database!r} is not one this koubei knows ({error}); "
                "it was written by a newer version: install that version, or start with another --home"
            ) from error
        let_backup_read_all(connection)


def prepare_empty(url: str) -> None:
    """Make the roles in a database without tables, for a backup to be put into. Raises as `upgrade`; RuntimeError."""
    with _alone(url, oldest=_OLDEST_RESTORED) as connection:
        name = connection.execute(
            text("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LIMIT 1")
        ).scalar_one_or_none()
        if name is not None:
            raise RuntimeError(
                f"database {connection.engine.url.database!r} holds tables already ({name}): "
                "a backup goes into an empty one; DROP DATABASE and CREATE DATABASE make it so"
            )


@contextmanager
def _alone(url: str, *, oldest: int = _OLDEST) -> Iterator[Connection]:
    engine = create_engine(psycopg_url(url), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        _check_version(connection, oldest)
        make_roles(connection)
        yield connection


def _check_version(connection: Connection, oldest: int) -> None:
    number, words = connection.execute(
        text("SELECT current_setting('server_version_num')::int / 10000, current_setting('server_version')")
    ).one()
    if number < oldest:
        raise RuntimeError(f"this server is PostgreSQL {words}; koubei needs {oldest} or newer here")


@cache
def head() -> str:
    """Return the revision this code needs."""
    revision = scripts().get_current_head()
    if revision is None:
        raise RuntimeError("the installed package holds no migrations; install koubei again")
    return revision


def scripts() -> ScriptDirectory:
    """Every migration there is."""
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    # A percent sign in the path of the installation would otherwise start an interpolation.
    location = str(Path(__file__).with_name("migrations")).replace("%", "%%")
    config.set_main_option("script_location", location)
    config.set_main_option("path_separator", "os")
    return config
