"""`koubei what-if`: the score of a record file as it would be with some records otherwise."""

import datetime as dt
from functools import partial
from pathlib import Path

import click
import msgspec
from rich import box
from rich.console import Console
from rich.table import Table

from server.cli.intake import Input, Intake, take_in
from server.cli.options import FILES, JSON, LANG, RULES, SUBJECT
from server.cli.score import Day, pack_for
from server.cli.table import print_quarantined
from server.cli.texts import text
from shared_scoring.changed import ChangeError
from shared_scoring.history import History
from shared_scoring.pack import Pack
from shared_scoring.records import Record
from shared_scoring.what_if import WhatIf, what_if_history


@click.command("what-if")
@FILES
@RULES
@click.option("--as-of", "as_of", type=Day(), required=True, help="The day the score appears; counts what was before.")
@click.option(
    "--change", type=click.Path(path_type=Path), required=True, help="The records as they would be, as NDJSON."
)
@SUBJECT
@LANG
@JSON
def what_if(
    files: tuple[Path, ...],
    rules: str,
    as_of: dt.date,
    change: Path,
    subject: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """Score record FILES as of a day, as they are and as --change would have them."""
    intake, changes = take_in(files), take_in([change])
    subject_id, history = intake.only(subject)
    pack = pack_for(rules, history.subject(), as_of)
    try:
        answer = what_if_history(history, pack, as_of.toordinal(), _records(changes, subject_id, change), subject_id)
    except ChangeError as error:
        raise click.ClickException(f"{change}: {error}. Leave the field out and try again.") from None
    account = _both(intake.input, changes.input)
    if as_json:
        body = {"command": "what-if", **msgspec.to_builtins(answer), "input": msgspec.to_builtins(account)}
        click.echo(msgspec.json.encode(body))
    else:
        _print(answer, pack, account, lang)


def _records(changes: Intake[History], subject_id: str | None, path: Path) -> list[Record]:
    """The records of the change. Raises click.ClickException where one belongs to another subject."""
    for owner in changes.histories:
        if owner is not None and subject_id is not None and owner != subject_id:
            raise click.ClickException(
                f"{path} changes records of the subject {owner}, but the score is that of {subject_id}:"
                " take them out, or pick their subject with --subject."
            )
    return [copy for history in changes.histories.values() for told in history for copy in told.copies]


def _both(one: Input, other: Input) -> Input:
    return Input(
        one.lines + other.lines,
        one.accepted + other.accepted,
        one.unchanged + other.unchanged,
        [*one.quarantined, *other.quarantined],
    )


def _print(answer: WhatIf, pack: Pack, account: Input, lang: str) -> None:
    console = Console(highlight=False)
    say = partial(text, lang)
    console.print(
        say("what_if_of", subject=answer.subject or say("unknown_subject"), date=answer.as_of, rules=answer.rules),
        style="bold",
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    for column in ("as_is", "as_would_be", "difference"):
        table.add_column(say(column), justify="right")
    table.add_row(say("total"), *_points(answer.before.total, answer.after.total, answer.delta.total))
    for key, dimension in pack.dimensions.items():
        if key in answer.delta.dimensions:
            row = answer.before.dimensions.get(key), answer.after.dimensions.get(key), answer.delta.dimensions[key]
            table.add_row(dimension.name.said(lang), *_points(*row))
    for name, amounts in (("deduction", answer.deduction), ("bonuses", answer.bonus)):
        if amounts.before != amounts.after:
            table.add_row(say(name), *_points(amounts.before, amounts.after, amounts.after - amounts.before))
    for indicator in pack.indicators:
        if indicator.key in answer.indicators:
            moved = answer.indicators[indicator.key]
            name = indicator.name.said(lang)
            table.add_row(name, *(_value(one) for one in (moved.before, moved.after)), "")
    console.print(table)
    if answer.delta.reason is not None:
        console.print(say(f"reason_{answer.delta.reason}"), style="yellow")
    print_quarantined(console, account.quarantined, lang)


def _points(before: float | None, after: float | None, change: float | None) -> tuple[str, str, str]:
    shown = ["–" if one is None else f"{one:.2f}" for one in (before, after)]
    return shown[0], shown[1], "–" if change is None else f"{change:+.2f}"


def _value(value: float | None) -> str:
    return "–" if value is None else f"{value:.6g}"
