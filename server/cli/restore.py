"""`koubei restore`: the database as `koubei backup` wrote it."""

import sys
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from server.cli.archive import holds_subjects, put_back, put_into_empty
from server.cli.options import HOME, LANG
from server.cli.texts import text
from server.runtime import lock
from server.runtime.home import Home
from server.runtime.postgres import Postgres
from server.runtime.texts import StartError
from server.settings import SettingsError, load_settings
from server.texts import Lang


@click.command
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@HOME
@click.option("--replace", is_flag=True, help="Give up what the home folder holds now.")
@LANG
def restore(file: Path, home: Path | None, replace: bool, lang: Lang) -> None:
    """Make a stopped koubei's data what FILE holds, all or nothing.

    With KOUBEI_DATABASE_URL that database, which must be empty.
    """
    try:
        settings = load_settings(home)
        if settings.database_url is not None:
            put_into_empty(settings.database_url, file)
            click.echo(text(lang, "restored_into_own", file=file))
            return
        own = Home.at(settings.home)
        own.create()
        with lock.held(own.lock) as ours:
            if not ours:
                raise click.ClickException(f"koubei runs in {own.root}: stop it first, with Ctrl-C")
            aside = _restore(own, file, replace=replace)
    except SettingsError as problem:
        raise click.ClickException(str(problem)) from problem
    except StartError as problem:
        click.echo(problem.text(lang), err=True)
        sys.exit(2)
    except (RuntimeError, OperationalError, ValueError) as problem:
        raise click.ClickException(f"{file}: {str(problem).splitlines()[0]}") from problem
    click.echo(text(lang, "restored", file=file, home=own.root))
    if aside is not None:
        click.echo(text(lang, "kept_aside", path=aside))


def _restore(home: Home, file: Path, *, replace: bool) -> Path | None:
    """Where the data lies now that this PostgreSQL could not read."""
    postgres = Postgres(home)
    aside = postgres.set_aside() if replace else None
    try:
        _put_in(postgres, file, replace=replace)
    except BaseException:
        if aside is not None:
            postgres.bring_back(aside)
        raise
    return aside


def _put_in(postgres: Postgres, file: Path, *, replace: bool) -> None:
    postgres.start()
    try:
        if not replace and holds_subjects(postgres.url):
            root = postgres.home.root
            raise click.ClickException(f"{root} holds data: use --replace to give it up, or another --home")
        put_back(postgres.url, file)
    finally:
        postgres.stop()
