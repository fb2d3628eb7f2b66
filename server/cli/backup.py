"""`koubei backup`: everything in the database, in one file."""

from pathlib import Path

import click

from server.cli.archive import dump
from server.cli.local import local_address
from server.cli.options import HOME, LANG
from server.cli.texts import text


@click.command
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@HOME
@LANG
def backup(file: Path, home: Path | None, lang: str) -> None:
    """Write all that the running koubei keeps to FILE, while it goes on working. `koubei restore` puts it back."""
    dump(local_address(home).database_url, file)
    click.echo(text(lang, "backed_up", file=file, megabytes=f"{file.stat().st_size / 1e6:.1f}"))
