"""`koubei --help`: what every command says of itself, without importing any."""

import subprocess
import sys

import click

from server.cli import COMMANDS, cli


def test_it_says_of_each_command_what_the_command_says_of_itself():
    context = click.Context(cli, terminal_width=500)
    listed = " ".join(cli.get_help(context).split())
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        assert f" {name} {command.get_short_help_str(500)} " in f"{listed} "


def test_it_imports_no_command():
    words = "import sys; from server.cli import main\ntry: main(['--help'])\nfinally: print(*sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", words], capture_output=True, text=True, check=True)
    imported = done.stdout.splitlines()[-1].split()
    assert [name for name in imported if name.startswith("server")] == ["server", "server.cli"]
