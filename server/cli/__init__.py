"""The command line `koubei`: every command is a file of this package."""

import sys
from collections.abc import Sequence

import click

from server.cli.import_ import import_command
from server.cli.pair import pair
from server.cli.score import score
from server.cli.up import up

USAGE_ERROR = 2


@click.group(no_args_is_help=True)
@click.version_option(package_name="koubei")
def cli() -> None:
    """Keep the reputation score of a shop or creator: score, predict, act."""


for command in (score, up, pair, import_command):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command. What a user can mend ends with status 2 and one line on standard error."""
    try:
        status = cli.main(arguments, prog_name="koubei", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        status = 0
    except click.ClickException as error:
        where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "koubei"
        click.echo(f"{where}: {' '.join(error.format_message().split())}", err=True)
        status = USAGE_ERROR
    except click.Abort:
        status = 130
    sys.exit(status if isinstance(status, int) else 0)
