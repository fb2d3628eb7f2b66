"""`koubei import`: record files into the running server, through its API like everybody else."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from server.cli.batching import Outgoing, Survey, batches, survey
from server.cli.client import Client
from server.cli.intake import Quarantined
from server.cli.options import FILES, HOME, JSON, LANG, SERVER, TOKEN
from server.cli.table import print_quarantined
from server.cli.texts import text


class Imported(msgspec.Struct):
    """What became of one subject's records."""

    subject: str
    accepted: int = 0
    unchanged: int = 0
    quarantined: list[Quarantined] = msgspec.field(default_factory=list)


@click.command("import")
@FILES
@HOME
@SERVER
@TOKEN
@click.option("--subject", default=None, help="Whose records these are, where the files do not say.")
@LANG
@JSON
def import_files(
    files: tuple[Path, ...],
    home: Path | None,
    server_url: str | None,
    token: str | None,
    subject: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """Send record FILES (NDJSON, plain, .gz or .zst) to the server. Repeating it changes nothing."""
    with Client.chosen(home, server_url, token) as client:
        done, found = send_files(client, files, subject, lang)
    if as_json:
        click.echo(msgspec.json.encode({"command": "import", "lines": found.lines, "subjects": done}))
    else:
        show(done, lang)


def send_files(client: Client, files: Sequence[Path], subject: str | None, lang: str) -> tuple[list[Imported], Survey]:
    """Send every record with a progress bar; what became of them, and what the files hold."""
    found = survey(files, dt.datetime.now(dt.UTC))
    if found.lines == len(found.broken):
        raise click.ClickException(
            f"{', '.join(map(str, files))}: no record to import; each line must be a JSON object."
        )
    done: dict[str, Imported] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    # Into a file rich would write an empty line, and an error must be the only one.
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(text(lang, "importing"), total=found.lines)
        for batch in batches(files, found, subject):
            _send(client, batch, done)
            progress.advance(task, len(batch.places))
    if done:
        next(iter(done.values())).quarantined[:0] = found.broken
    return list(done.values()), found


def _send(client: Client, batch: Outgoing, done: dict[str, Imported]) -> None:
    if batch.subject_id is None:
        place = batch.places[0]
        raise click.ClickException(
            f"{place.file} line {place.line} does not say whose record it is: add subject_id, or use --subject"
        )
    if batch.subject_id not in done:
        client.bind(batch.subject_id)
        done[batch.subject_id] = Imported(batch.subject_id)
    receipt = client.send(batch.subject_id, batch.body)
    own = done[batch.subject_id]
    own.accepted += receipt["accepted"]
    own.unchanged += receipt["unchanged"]
    for refused in receipt["quarantined"]:
        place = batch.places[refused["index"]]
        own.quarantined.append(Quarantined(place.file, place.line, refused["path"], refused["reason"]))


def show(done: Sequence[Imported], lang: str) -> None:
    console = Console(highlight=False)
    for one in done:
        counts = {"accepted": one.accepted, "unchanged": one.unchanged, "quarantined": len(one.quarantined)}
        console.print(text(lang, "imported", subject=one.subject, **counts))
        print_quarantined(console, one.quarantined, lang)
