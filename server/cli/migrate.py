"""`koubei migrate`: bring a database to the schema of this koubei. `koubei up` does it by itself."""

from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from server.db.migrate import head, upgrade
from server.settings import SettingsError, load_settings


@click.command
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), default=None, help="The home folder.")
def migrate(home: Path | None) -> None:
    """Bring the database of KOUBEI_DATABASE_URL to the newest schema; nothing where it has it."""
    try:
        url = load_settings(home).database_url
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    if url is None:
        raise click.ClickException("no database is set: `koubei up` migrates its own; else set KOUBEI_DATABASE_URL")
    try:
        upgrade(url)
    except (OperationalError, RuntimeError, ValueError) as error:
        raise click.ClickException(str(error).strip().splitlines()[0]) from error
    click.echo(head())
