"""`koubei backup`: everything in the database, in one file."""

import sys
from pathlib import Path

import click

from server.cli.archive import dump
from server.cli.local import local_address
from server.cli.options import HOME, LANG
from server.cli.texts import text
from server.runtime import lock
from server.runtime.home import Home
from server.runtime.postgres import Postgres
from server.runtime.texts import StartError
from server.settings import SettingsError, load_settings
from server.texts import Lang


@click.command
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@HOME
@click.option(
    "--programs",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A stopped koubei's data, read with the PostgreSQL in this folder: after a change of its major version.",
)
@LANG
def backup(file: Path, home: Path | None, programs: Path | None, lang: Lang) -> None:
    """Write all that the running koubei keeps to FILE, while it goes on working. `koubei restore` puts it back."""
    try:
        if programs is None:
            dump(local_address(home).database_url, file)
        else:
            _dump_stopped(home, programs, file)
    except SettingsError as problem:
        raise click.ClickException(str(problem)) from problem
    except StartError as problem:
        click.echo(problem.text(lang), err=True)
        sys.exit(2)
    click.echo(text(lang, "backed_up", file=file, megabytes=f"{file.stat().st_size / 1e6:.1f}"))


def _dump_stopped(home: Path | None, programs: Path, file: Path) -> None:
    own = Home.at(load_settings(home).home)
    if not own.postgres.exists():
        raise click.ClickException(f"there is no data in {own.postgres}: name the home folder with --home")
    with lock.held(own.lock) as ours:
        if not ours:
            raise click.ClickException(f"koubei runs in {own.root}: stop it first with Ctrl-C, or leave --programs out")
        postgres = Postgres(own, programs=programs)
        postgres.start()
        try:
            dump(postgres.url, file)
        finally:
            postgres.stop()
