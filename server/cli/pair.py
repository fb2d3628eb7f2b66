"""`koubei pair`: a code that lets one more browser or program in."""

from pathlib import Path

import click
from rich.align import Align
from rich.console import Console
from rich.panel import Panel
from rich.text import Text
from sqlalchemy.exc import OperationalError

from server.cli.local import local_address, pairing_code
from server.cli.options import LANG
from server.cli.texts import text
from server.devices.codes import LIFETIME, MemberError
from server.members.roles import FIRST_OWNER, LONGEST_NAME, ROLES, Role


@click.command
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), default=None, help="The home folder.")
@click.option("--role", type=click.Choice(ROLES), default="owner", show_default=True, help="What they may do.")
@click.option("--name", default=None, help="Who; needed for any role but owner.")
@LANG
def pair(home: Path | None, role: Role, name: str | None, lang: str) -> None:
    """Print a code that pairs one browser or program with the running server.

    An owner may do everything, a member sends records, reads and works through actions, read_only reads.
    """
    if name is None and role != "owner":
        raise click.UsageError(f"--role {role} needs --name: who is it for?")
    if name is not None and not 1 <= len(name) <= LONGEST_NAME:
        raise click.UsageError(f"--name must have 1 to {LONGEST_NAME} characters")
    try:
        code = pairing_code(local_address(home), name or FIRST_OWNER, role)
    except MemberError as error:
        raise click.UsageError(f"{error}; use --role {error.has}, or another --name") from error
    except OperationalError as error:
        reason = " ".join(str(error.orig).split())
        raise click.ClickException(f"the database does not answer ({reason}); restart `koubei up`") from error
    _show(code, lang)


def _show(code: str, lang: str) -> None:
    console = Console()
    first, second = code[: len(code) // 2], code[len(code) // 2 :]
    if not console.is_terminal:  # a script wants the code and nothing else
        click.echo(f"{first}-{second}")
        return
    title = text(lang, "pairing_code", minutes=int(LIFETIME.total_seconds()) // 60)
    spaced = f"{' '.join(first)}  –  {' '.join(second)}"
    console.print(Panel(Align.center(Text(f"\n{spaced}\n", style="bold")), title=title, width=60))
