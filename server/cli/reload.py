"""`koubei reload`: new code and settings without turning a request away."""

import os
import time
from pathlib import Path

import click

from server.cli.local import local_address
from server.cli.options import LANG
from server.runtime.address import Address, running
from server.runtime.home import Home
from server.runtime.reload import SIGNAL
from server.runtime.texts import text

_PATIENCE_SECONDS = 300.0  # a worker may finish what it calculates


@click.command
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), default=None, help="The home folder.")
@LANG
def reload(home: Path | None, lang: str) -> None:
    """Let the koubei that runs take over the code and the settings as they are now.

    Migrates the database, starts the new programs beside the old ones, and ends those when they have finished what they
    had begun. What cannot be used changes nothing: exit status 2 and the reason.
    """
    address = local_address(home)
    if SIGNAL is None:
        raise click.ClickException("this system has no signal for it; stop `koubei up` and start it again")
    os.kill(address.pid, SIGNAL)
    done = _await(address)
    if done.reload_problem is not None:
        raise click.ClickException(text("en" if lang == "en" else "zh", "reload_refused", reason=done.reload_problem))
    click.echo(text("en" if lang == "en" else "zh", "reloaded"))


def _await(before: Address) -> Address:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        now = running(Home.at(Path(before.home)))
        if now is None:
            raise click.ClickException("koubei stopped meanwhile; see the output of `koubei up`")
        if now.reloads > before.reloads:
            return now
        time.sleep(0.1)
    raise click.ClickException(f"no answer from process {before.pid} within {_PATIENCE_SECONDS:.0f} s")
