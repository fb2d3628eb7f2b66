"""`koubei actions`: what to do first, and the cheapest way to a target."""

import datetime as dt
from functools import partial
from pathlib import Path

import click
import msgspec
from rich import box
from rich.console import Console
from rich.table import Table

from server.cli.intake import take_in
from server.cli.options import FILES, JSON, LANG, RULES, SUBJECT
from server.cli.score import Day, pack_for
from server.cli.table import print_quarantined
from server.cli.texts import text
from shared_scoring.actions.answer import Actions, actions
from shared_scoring.actions.scene import risks_of, scene_of
from shared_scoring.actions.target import Target, TargetError, of_consumer, of_gate, of_total
from shared_scoring.pack import Pack
from shared_scoring.risk.at_risk import at_risk_history

_SHOWN = 20


@click.command("actions")
@FILES
@RULES
@click.option("--as-of", "as_of", type=Day(), required=True, help="The day whose morning it is; knows what was before.")
@click.option("--target", type=float, default=None, help="The total to reach.")
@click.option("--consumer", type=float, default=None, help="The figure shown to consumers to reach, like 4.8.")
@click.option("--gate", default=None, help="The key of a gate to open.")
@click.option("--by", type=Day(), default=None, help="The last day whose score must show it.")
@SUBJECT
@LANG
@JSON
def actions_of(
    files: tuple[Path, ...],
    rules: str,
    as_of: dt.date,
    target: float | None,
    consumer: float | None,
    gate: str | None,
    by: dt.date | None,
    subject: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """What to do first for the subject of record FILES, each action with its gain, effort and deadline."""
    intake = take_in(files)
    subject_id, history = intake.only(subject)
    pack = pack_for(rules, history.subject(), as_of)
    wanted = _target(pack, target, consumer, gate)
    if by is not None and wanted is None:
        raise click.UsageError("--by needs a --target, --consumer or --gate to reach by then")
    if by is not None and by <= as_of:
        raise click.BadParameter(f"{by} is over by {as_of}", param_hint="'--by'")
    day = as_of.toordinal()
    risks = risks_of(at_risk_history(history, pack, day, subject_id))
    scene = scene_of(history, pack, day, risks, subject_id)
    answer = actions(scene, wanted, None if by is None else by.toordinal(), lang)
    if as_json:
        body = {"command": "actions", **msgspec.to_builtins(answer), "input": msgspec.to_builtins(intake.input)}
        click.echo(msgspec.json.encode(body))
    else:
        _print(answer, lang)
        print_quarantined(Console(highlight=False), intake.input.quarantined, lang)


def _target(pack: Pack, total: float | None, consumer: float | None, gate: str | None) -> Target | None:
    if sum(one is not None for one in (total, consumer, gate)) > 1:
        raise click.UsageError("one of --target, --consumer and --gate at a time")
    try:
        if total is not None:
            return of_total(total, pack)
        if consumer is not None:
            return of_consumer(consumer, pack)
        return None if gate is None else of_gate(gate, pack)
    except TargetError as error:
        raise click.UsageError(str(error)) from None


def _print(answer: Actions, lang: str) -> None:
    console = Console(highlight=False)
    say = partial(text, lang)
    subject = answer.subject or say("unknown_subject")
    console.print(say("actions_of", subject=subject, date=answer.as_of, rules=answer.rules), style="bold")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    planned = [] if answer.plan is None else answer.plan.actions
    for column in ("", "action", "gain", "minutes", "until", "shows_on"):
        table.add_column(say(column) if column else "", justify="left" if column in {"", "action"} else "right")
    for one in answer.actions[:_SHOWN]:
        deadline = "–" if one.deadline is None else f"{one.deadline:%m-%d %H:%M}"
        gain = "–" if one.gain.mid is None else f"{one.gain.mid:+.2f}"
        mark = "★" if one.id in planned else ""
        table.add_row(
            mark,
            f"{one.title}\n[dim]{one.why}[/dim]",
            gain,
            f"{one.effort_minutes:.0f}",
            deadline,
            one.date_of_gain[5:],
        )
    console.print(table)
    if len(answer.actions) > _SHOWN:
        console.print(say("more_actions", count=len(answer.actions) - _SHOWN), style="dim")
    if not answer.actions:
        console.print(say("no_actions"))
    if answer.reachable is None:
        return
    if answer.plan is not None and (answer.plan.actions or not answer.reachable):
        mid = "–" if answer.plan.total.mid is None else f"{answer.plan.total.mid:.2f}"
        params = {"count": len(answer.plan.actions), "minutes": f"{answer.plan.effort_minutes:.0f}", "total": mid}
        chance = f"{100 * answer.plan.probability:.0f}%"
        console.print(say("plan_reaches" if answer.reachable else "plan_best", **params, chance=chance))
    for way in answer.ways:
        console.print(f"  {way.text}")
    for note in (answer.wait, answer.not_before):
        if note is not None and note.text:
            console.print(f"  {note.text}")
