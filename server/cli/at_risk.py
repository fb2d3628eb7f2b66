"""`koubei at-risk`: the open orders of a record file, worst first."""

import datetime as dt
from functools import partial
from pathlib import Path

import click
import msgspec
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from server.cli.intake import Input, take_in
from server.cli.options import FILES, JSON, LANG, RULES, SUBJECT
from server.cli.score import Day, pack_for
from server.cli.table import print_quarantined
from server.cli.texts import text
from shared_scoring.risk.at_risk import AtRisk, OrderRisk, at_risk_history

_SHOWN = 20
_SHOWN_OUTCOMES = 3
_LIKELY = 0.01  # a less likely outcome is named only where it is the likeliest
_INDENT = 2
_BETWEEN = " · "


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
    if not answer.orders:
        console.print(say("no_open_orders"))
    shown = answer.orders[:_SHOWN]
    widest = max((cell_len(one.order_id) for one in shown), default=0)
    for one in shown:
        _print_order(console, one, widest, lang)
    if len(answer.orders) > _SHOWN:
        console.print(say("more_orders", count=len(answer.orders) - _SHOWN), style="dim")
    print_quarantined(console, account.quarantined, lang)


def _print_order(console: Console, one: OrderRisk, widest: int, lang: str) -> None:
    """A block an order, not a row: ids of one platform differ in their last digits and have to stand whole."""
    loss = text(lang, "expected_loss", loss=_loss(one))
    if widest + 2 + cell_len(loss) <= console.width:
        head = Text.assemble((set_cell_size(one.order_id, widest), "bold"), "  ", loss)
    else:
        head = Text.assemble((one.order_id, "bold"), "\n", " " * _INDENT, loss)
    console.print(head, soft_wrap=True)
    _print_indented(console, _chances(one, lang))
    for clock in one.clocks:
        _print_indented(console, clock.text.split(_BETWEEN))
    _print_indented(console, _reasons(one, lang), "dim")


def _print_indented(console: Console, parts: list[str], style: str = "") -> None:
    """Lines break between parts; within one only where it alone is wider than the screen."""
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]}{_BETWEEN}{part}" if lines else part
        if lines and cell_len(longer) <= console.width - 2 * _INDENT:
            lines[-1] = longer
        else:
            lines.append(part)
    for at, line in enumerate(lines):
        indent = _INDENT if at == 0 else 2 * _INDENT
        console.print(Padding(Text(line, style=style), (0, 0, 0, indent), expand=False))


def _loss(one: OrderRisk) -> str:
    if one.expected_loss is None or one.expected_loss_low is None or one.expected_loss_high is None:
        return "–"
    return f"{one.expected_loss:.4f} ({one.expected_loss_low:.4f} – {one.expected_loss_high:.4f})"


def _chances(one: OrderRisk, lang: str) -> list[str]:
    """The likeliest outcomes first."""
    known = [(found.probability, outcome) for outcome, found in one.outcomes.items() if found is not None]
    known.sort(key=lambda chance: -chance[0])
    named = [chance for at, chance in enumerate(known[:_SHOWN_OUTCOMES]) if not at or chance[0] >= _LIKELY]
    return [f"{text(lang, f'outcome_{outcome}')} {probability:.1%}" for probability, outcome in named]


def _reasons(one: OrderRisk, lang: str) -> list[str]:
    """Led by the outcome they are reasons of, which need not be the likeliest."""
    said = [why.text for why in one.reasons]
    if said:
        said[0] = text(lang, "because", outcome=text(lang, f"outcome_{one.reasons[0].params.outcome}"), why=said[0])
    return said
