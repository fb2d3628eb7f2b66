"""The command line `koubei`: every command is a file of this package, imported only when it is called."""

import ast
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

USAGE_ERROR = 2

COMMANDS = {
    "score": "server.cli.score:score",
    "up": "server.cli.up:up",
    "reload": "server.cli.reload:reload",
    "migrate": "server.cli.migrate:migrate",
    "pair": "server.cli.pair:pair",
    "subjects": "server.cli.subjects:subjects",
    "members": "server.cli.members:members",
    "devices": "server.cli.devices:devices",
    "openapi": "server.cli.openapi:openapi",
    "demo": "server.demo.command:demo",
    "import": "server.cli.import_:import_files",
    "export": "server.cli.export:export_subject",
    "backup": "server.cli.backup:backup",
    "restore": "server.cli.restore:restore",
    "jobs": "server.cli.jobs:jobs",
    "doctor": "server.cli.doctor:doctor",
    "packs": "server.cli.packs:packs",
    "specs": "server.cli.specs:specs",
    "what-if": "server.cli.what_if:what_if",
    "explain": "server.cli.explain:explain_change",
    "forecast": "server.cli.forecast:forecast_days",
    "backtest": "server.cli.backtest:backtest_days",
    "at-risk": "server.cli.at_risk:at_risk",
    "actions": "server.cli.actions:actions_of",
    "check-product": "server.cli.check_product:check_product_of",
}


class _Commands(click.Group):
    """Imports a command when it is asked for: `koubei score` needs no web server."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            ctx.fail(f"there is no command {cmd_name!r}; one of {', '.join(COMMANDS)}")
        # Its matrices are small: threads that wait for each other cost more than they gain. Before numpy is imported.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List all without importing any: that would take seconds."""
        del ctx
        room = formatter.width - 6 - max(map(len, COMMANDS))  # as click leaves it
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, click.Command(name, help=_docstring(place)).get_short_help_str(room))
                    for name, place in COMMANDS.items()
                ]
            )


def _docstring(place: str) -> str | None:
    """Of the function `module:name`, as its source has it."""
    module, _, name = place.partition(":")
    source = Path(__file__).parents[2].joinpath(*module.split(".")).with_suffix(".py")
    functions = [one for one in ast.parse(source.read_bytes()).body if isinstance(one, ast.FunctionDef)]
    return next(ast.get_docstring(one) for one in functions if one.name == name)


@click.group(cls=_Commands)
@click.version_option(package_name="koubei")
def cli() -> None:
    """Keep the reputation score of a shop or creator: score, predict, act."""


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
