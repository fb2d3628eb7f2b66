"""`koubei forecast`: the score of the coming days, from a record file."""

import datetime as dt
from functools import partial
from pathlib import Path

import click
import msgspec
from rich import box
from rich.console import Console
from rich.table import Table

from server.cli.intake import Input, take_in
from server.cli.options import FILES, JSON, LANG, SUBJECT
from server.cli.score import Day, pack_for
from server.cli.table import print_quarantined
from server.cli.texts import text
from shared_scoring.forecast.forecast import MOST_DAYS, Banded, Forecast, MethodUsed, forecast
from shared_scoring.forecast.past import HistoryPast
from shared_scoring.pack import Pack


@click.command("forecast")
@FILES
@click.option("--rules", default="auto", show_default=True, help="A rule pack's id, or auto for the one of each day.")
@click.option("--as-of", "as_of", type=Day(), required=True, help="The last day whose score may be known.")
@click.option("--days", type=click.IntRange(1, MOST_DAYS), default=7, show_default=True, help="How many days ahead.")
@SUBJECT
@LANG
@JSON
def forecast_days(
    files: tuple[Path, ...], rules: str, as_of: dt.date, days: int, subject: str | None, lang: str, as_json: bool
) -> None:
    """Forecast the score of record FILES: total and dimensions of the coming days, each with its 80 % band."""
    intake = take_in(files)
    subject_id, history = intake.only(subject)
    pack = pack_for(rules, history.subject(), as_of)
    fixed = None if rules == "auto" else pack
    answer = forecast(HistoryPast(history), as_of.toordinal(), days, fixed, subject_id)
    if as_json:
        body = {"command": "forecast", **msgspec.to_builtins(answer), "input": msgspec.to_builtins(intake.input)}
        click.echo(msgspec.json.encode(body))
    else:
        _print(answer, pack, intake.input, lang)


def _print(answer: Forecast, pack: Pack, account: Input, lang: str) -> None:
    console = Console(highlight=False)
    say = partial(text, lang)
    title = say("forecast_of", subject=answer.subject or say("unknown_subject"), date=answer.as_of, rules=answer.rules)
    console.print(title, style="bold", markup=False)
    if answer.reason is not None:
        console.print(say(f"forecast_{answer.reason}"), style="yellow")
    names = {str(key): one.name.said(lang) for key, one in pack.dimensions.items()}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(say("day"))
    for column in (say("total"), say("band"), *names.values()):
        table.add_column(column, justify="right")
    for day in answer.days:
        dimensions = [_mid(day.dimensions.get(key)) for key in names]
        table.add_row(day.date, _mid(day.total), _range(day.total), *dimensions)
    console.print(table)
    print_methods(console, answer.methods, lang)
    print_quarantined(console, account.quarantined, lang)


def print_methods(console: Console, methods: list[MethodUsed], lang: str) -> None:
    """Which way of answering is used how many days ahead, and why."""
    say = partial(text, lang)
    for used in methods:
        span = f"{used.first}–{used.last}" if used.last > used.first else f"{used.first}"
        said = say("forecast_method", days=span, method=say(f"method_{used.method}"), reason=say(f"why_{used.reason}"))
        console.print(said, style="dim")


def _mid(one: Banded | None) -> str:
    return "–" if one is None or one.mid is None else f"{one.mid:.2f}"


def _range(one: Banded) -> str:
    return "" if one.low is None or one.high is None else f"{one.low:.2f} – {one.high:.2f}"
