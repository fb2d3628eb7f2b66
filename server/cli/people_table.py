"""A list of like things as a table a person enjoys reading, or as plain columns where nobody looks on."""

from collections.abc import Iterable, Mapping, Sequence

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from server.cli.people_texts import text

_UNKNOWN = "–"


def print_rows(lang: str, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """A column for each name that has a text; what is not known is a dash."""
    found = list(rows)
    if not found:
        click.echo(text(lang, "none"))
        return
    console = Console(highlight=False)
    if not console.is_terminal:  # a script wants whole cells, however long
        for row in found:
            click.echo("\t".join(_cell(row[name], name) for name in columns))
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        numeric = any(isinstance(row[name], int | float) for row in found)
        table.add_column(text(lang, name), justify="right" if numeric else "left", overflow="fold")
    for row in found:
        table.add_row(*(Text(_cell(row[name], name)) for name in columns))
    console.print(table)


def _cell(value: object, name: str) -> str:
    if value is None:
        return _UNKNOWN
    if isinstance(value, float):
        return f"{value:+.2f}" if name == "change" else f"{value:.2f}"
    return str(value)
