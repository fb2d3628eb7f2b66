"""Brings a database to the newest schema. Every process may call it at every start."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import NullPool, create_engine, text

from server.db.engine import psycopg_url

_LOCK = 0x6B6F756265  # "koube"; advisory locks share one number space per database


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate to head, or in a test to a revision, as the login of `url`, which then owns the tables.

    Idempotent, one transaction, and safe when processes race: the second waits for the first and finds nothing to do.
    Raises RuntimeError if a newer koubei has already migrated this database further.
    """
    engine = create_engine(psycopg_url(url), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config = _config()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            raise RuntimeError(
                f"the schema of database {engine.url.database!r} is not one this koubei knows ({error}); "
                "it was written by a newer version: install that version, or start with another --home"
            ) from error


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
