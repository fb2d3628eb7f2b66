"""pg_dump and pg_restore out of the PostgreSQL wheel, on one file that is whole or not there."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import psycopg
from psycopg import sql
from sqlalchemy import URL

from server.db.engine import psycopg_url
from server.db.migrate import prepare_empty, upgrade
from server.runtime.programs import binaries

_DRAFT = "koubei_restoring"
# They carry no truth, and `koubei up` makes what is needed for them.
_WITHOUT_HINTS = ("--exclude-schema=pgmq", "--exclude-table-data=hints")


def dump(database_url: str, file: Path) -> None:
    """Write the whole database, as of one moment, while it is in use. Raises click.ClickException."""
    draft, url = file.with_name(f"{file.name}.part"), psycopg_url(database_url)
    try:
        draft.touch(mode=0o600)  # it holds all there is, so nobody else may read it
        words = [*_WITHOUT_HINTS, *_who_sees_all(url), "--format=custom", f"--file={draft}"]
        _run(url, "pg_dump", words)
        draft.replace(file)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)


def _who_sees_all(url: URL) -> list[str]:
    """Row security is forced on a login that is no superuser: it takes the role that sees every row by a policy."""
    with _connected(url) as connection:
        row = connection.execute(
            "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    return [] if row and row[0] else ["--role=koubei_backup", "--enable-row-security"]


def put_back(database_url: str, file: Path) -> None:
    """Make the database what the file holds. Until the last step the old one stays as it was.

    A file of an older koubei is migrated. Raises click.ClickException; RuntimeError for one of a newer koubei.
    """
    url = psycopg_url(database_url)
    upgrade(database_url)  # the roles that the file grants to belong to the cluster, and may not be there yet
    _rule(url, sql.SQL("DROP DATABASE IF EXISTS {draft}"), sql.SQL("CREATE DATABASE {draft}"))
    draft = url.set(database=_DRAFT)
    try:
        _fill(draft, file)
        upgrade(draft.render_as_string(hide_password=False))
    except BaseException:
        _rule(url, sql.SQL("DROP DATABASE {draft}"))
        raise
    _rule(url, sql.SQL("DROP DATABASE {own}"), sql.SQL("ALTER DATABASE {draft} RENAME TO {own}"))


def put_into_empty(database_url: str, file: Path) -> None:
    """Make an empty database of one's own what the file holds, or leave it empty. Raises as `put_back`."""
    url = psycopg_url(database_url)
    prepare_empty(database_url)
    _fill(url, file)
    upgrade(database_url)


def holds_subjects(database_url: str) -> bool:
    upgrade(database_url)
    with _connected(psycopg_url(database_url)) as connection:
        row = connection.execute("SELECT EXISTS (SELECT FROM subjects)").fetchone()
    return bool(row and row[0])


def _fill(url: URL, file: Path) -> None:
    # What another login owned there is this one's here.
    words = ["--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={url.database}", str(file)]
    _run(url, "pg_restore", words)


def _run(url: URL, program: str, words: Sequence[str]) -> None:
    # In the environment, for the words of a command are there for everybody to see.
    given = {"PGHOST": url.query.get("host") or url.host, "PGPORT": url.port, "PGUSER": url.username}
    given |= {"PGPASSWORD": url.password, "PGDATABASE": url.database}
    env = {name: str(value) for name, value in given.items() if value is not None}
    done = subprocess.run(
        [binaries() / program, *words], env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = " ".join(done.stderr.split()) or f"exit status {done.returncode}"
        raise click.ClickException(f"{program} failed, and nothing was changed: {reason}")


def _rule(url: URL, *statements: sql.SQL) -> None:
    with _connected(url.set(database="postgres")) as connection:
        for statement in statements:
            names = {"draft": sql.Identifier(_DRAFT), "own": sql.Identifier(str(url.database))}
            connection.execute(statement.format(**names))


def _connected(url: URL) -> psycopg.Connection[Any]:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True)
