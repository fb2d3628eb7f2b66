"""`koubei at-risk`: the open orders of a record file, worst first."""

import datetime as dt
from functools import partial
from pathlib import Path

import click
import msgspec
from rich import box
from rich.console import Console
from rich.table import Table

from server.cli.intake import Input, take_in
from server.cli.options import FILES, JSON, LANG, RULES, SUBJECT
from server.cli.score import Day, pack_for
from server.cli.table import print_quarantined
from server.cli.texts import text
from shared_scoring.risk.at_risk import AtRisk, OrderRisk, OutcomeRisk, at_risk_history
from shared_scoring.risk.outcomes import OUTCOMES

_SHOWN = 20


@click.command("at-risk")
@FILES
@RULES
@click.option("--as-of", "as_of", type=Day(), required=True, help="The day as it begins; counts what was before.")
@SUBJECT
@LANG
@JSON
def at_risk(files: tuple[Path, ...], rules: str, as_of: dt.date, subject: str | None, lang: str, as_json: bool) -> None:
    """Say of each open order of record FILES how likely it ends badly, and what that would cost."""
    intake = take_in(files)
    subject_id, history = intake.only(subject)
    pack = pack_for(rules, history.subject(), as_of)
    answer = at_risk_history(history, pack, as_of.toordinal(), subject_id, lang)
    if as_json:
        body = {"command": "at-risk", **msgspec.to_builtins(answer), "input": msgspec.to_builtins(intake.input)}
        click.echo(msgspec.json.encode(body))
    else:
        _print(answer, intake.input, lang)


def _print(answer: AtRisk, account: Input, lang: str) -> None:
    console = Console(highlight=False)
    say = partial(text, lang)
    title = say("at_risk_of", subject=answer.subject or say("unknown_subject"), date=answer.as_of, rules=answer.rules)
    console.print(title, style="bold", markup=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(say("order"))
    for column in ("expected_loss", *(f"outcome_{outcome}" for outcome in OUTCOMES)):
        table.add_column(say(column), justify="right")
    table.add_column(say("clocks"))
    table.add_column(say("reasons"))
    for one in answer.orders[:_SHOWN]:
        loss = _loss(one)
        clocks = "\n".join(clock.text for clock in one.clocks)
        chances = [_chance(one.outcomes[outcome]) for outcome in OUTCOMES]
        table.add_row(one.order_id, loss, *chances, clocks, "；".join(why.text for why in one.reasons))
    console.print(table)
    if len(answer.orders) > _SHOWN:
        console.print(say("more_orders", count=len(answer.orders) - _SHOWN), style="dim")
    print_quarantined(console, account.quarantined, lang)


def _loss(one: OrderRisk) -> str:
    if one.expected_loss is None or one.expected_loss_low is None or one.expected_loss_high is None:
        return "–"
    return f"{one.expected_loss:.3f}\n{one.expected_loss_low:.3f}–{one.expected_loss_high:.3f}"


def _chance(one: OutcomeRisk | None) -> str:
    return "–" if one is None else f"{one.probability:.1%}"
