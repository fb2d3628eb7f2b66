"""`koubei backtest`: past predictions of a record file against what came."""

import datetime as dt
from functools import partial
from pathlib import Path

import click
import msgspec
from rich import box
from rich.console import Console
from rich.table import Table

from server.backtests.pictures import picture
from server.cli.forecast import print_methods
from server.cli.intake import Input, take_in
from server.cli.options import FILES, JSON, LANG, SUBJECT
from server.cli.score import Day, pack_for
from server.cli.table import print_quarantined
from server.cli.texts import text
from shared_scoring.calendar import day_of, iso
from shared_scoring.forecast.backtest import Backtest, HorizonRecord, backtest
from shared_scoring.forecast.past import HistoryPast
from shared_scoring.history import History
from shared_scoring.proof import Proof, proof
from shared_scoring.records import Official
from shared_scoring.risk.backtest import RiskBacktest, risk_backtest


@click.command("backtest")
@FILES
@click.option("--rules", default="auto", show_default=True, help="A rule pack's id, or auto for the one of each day.")
@click.option(
    "--as-of", "as_of", type=Day(), default=None, help="What came is read up to this day; the newest official."
)
@click.option("--from", "first", type=Day(), default=None, help="The first day to predict from.")
@click.option("--to", "last", type=Day(), default=None, help="The last day to predict from.")
@click.option("--svg", type=click.Path(path_type=Path), default=None, help="Draw the pictures into this file.")
@SUBJECT
@LANG
@JSON
def backtest_days(
    files: tuple[Path, ...],
    rules: str,
    as_of: dt.date | None,
    first: dt.date | None,
    last: dt.date | None,
    svg: Path | None,
    subject: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """Predict every past day of record FILES with what was known then, and hold it against what came."""
    if first is not None and last is not None and last < first:
        raise click.BadParameter(f"{last} lies before --from {first}; swap them", param_hint="'--to'")
    intake = take_in(files)
    subject_id, history = intake.only(subject)
    day = _newest(history) if as_of is None else as_of
    pack = pack_for(rules, history.subject(), day)
    span = None if first is None else first.toordinal(), None if last is None else last.toordinal()
    fixed = None if rules == "auto" else pack
    risk = risk_backtest(history, pack, day.toordinal())
    answer = proof(backtest(HistoryPast(history), day.toordinal(), *span, fixed, subject_id), risk)
    if svg is not None:
        _draw(answer, svg, lang)
    if as_json:
        body = {"command": "backtest", **msgspec.to_builtins(answer)}
        click.echo(msgspec.json.encode(body | {"input": msgspec.to_builtins(intake.input)}))
    else:
        _print(answer, intake.input, lang)
        _print_risk(risk, lang)


def _print_risk(risk: RiskBacktest, lang: str) -> None:
    if not risk.outcomes:
        return
    say = partial(text, lang)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("risk", "answers", "auc", "auc_plain", "skill", "calibration_error", "lift"):
        table.add_column(say(name), justify="right")
    for outcome, one in risk.outcomes.items():
        figures = (one.auc, one.plain_auc, one.skill, one.calibration_error, one.lift)
        table.add_row(say(f"outcome_{outcome}"), str(one.answers), *(_points(figure) for figure in figures))
    Console(highlight=False).print(table)


def _newest(history: History) -> dt.date:
    days = [day_of(told.merged.id) for told in history if isinstance(told.merged, Official)]
    if not days:
        raise click.ClickException(
            "the files hold no official record, so there is nothing to hold a prediction against;"
            " open the score page with the extension, or name a day with --as-of."
        )
    return dt.date.fromisoformat(iso(max(days)))


def _draw(answer: Proof, path: Path, lang: str) -> None:
    try:
        path.write_text(picture(answer, lang), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}. Name another file.") from None


def _print(answer: Backtest, account: Input, lang: str) -> None:
    console = Console(highlight=False)
    say = partial(text, lang)
    subject = answer.subject or say("unknown_subject")
    console.print(say("backtest_of", subject=subject, rules=answer.rules), style="bold", markup=False)
    if answer.first is None or answer.last is None:
        console.print(say("backtest_too_few_days"), style="yellow")
    else:
        console.print(say("backtest_span", first=answer.first, last=answer.last), style="dim")
        console.print(_table(answer.total, lang))
    print_methods(console, answer.methods, lang)
    print_quarantined(console, account.quarantined, lang)


def _table(records: list[HorizonRecord], lang: str) -> Table:
    say = partial(text, lang)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    names = ("days_ahead", "answers", "error_used", "method_learned", "method_stays", "method_trend", "ratio", "inside")
    for name in names:
        table.add_column(say(name), justify="right")
    for one in records:
        if one.answers:
            errors = [_points(error) for error in (one.used, one.learned, one.stays, one.trend)]
            shares = [f"{one.ratio:.2f}" if one.ratio is not None else "–", f"{one.coverage or 0:.0%}"]
            table.add_row(str(one.days), str(one.answers), *errors, *shares)
    return table


def _points(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
