"""`koubei up`: everything, on this computer, until Ctrl-C."""

import sys
from pathlib import Path

import click

from server.cli.options import HOME
from server.cli.show import import_and_show
from server.runtime.address import Address
from server.runtime.report import Report
from server.runtime.run import OnReady, run
from server.runtime.texts import StartError
from server.settings import Settings, SettingsError, load_settings
from server.texts import Lang


@click.command
@HOME
@click.option("--host", help="Address to listen on; others than loopback need TLS.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on.  [default: 8787]")
@click.option(
    "--import", "files", multiple=True, type=click.Path(path_type=Path), help="Import a record file likewise."
)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Language of messages.")
def up(home: Path | None, host: str | None, port: int | None, files: tuple[Path, ...], lang: Lang) -> None:
    """Start the database, the broker, the web server and the worker; stay until Ctrl-C.

    Exit status 0 after a clean stop, or when koubei already runs in this home; 2 for something you have to change.
    """

    def read() -> Settings:
        return load_settings(home, host=host, port=port)

    try:
        run(read(), _first_words(files, lang), report=Report(lang), again=read)
    except SettingsError as problem:
        click.echo(str(problem), err=True)
        sys.exit(2)
    except StartError as problem:
        click.echo(problem.text(lang), err=True)
        sys.exit(2)


def _first_words(files: tuple[Path, ...], lang: Lang) -> OnReady | None:
    if not files:
        return None

    def on_ready(address: Address) -> None:
        import_and_show(address, files, lang)

    return on_ready
