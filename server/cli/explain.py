"""`koubei explain`: why the score of a record file moved between two days."""

import datetime as dt
from functools import partial
from pathlib import Path

import click
import msgspec
from rich.console import Console

from server.cli.intake import Input, take_in
from server.cli.options import FILES, JSON, LANG, SUBJECT
from server.cli.score import Day, pack_for
from server.cli.table import print_quarantined
from server.cli.texts import text
from shared_scoring.explain import Explanation, explain
from shared_scoring.explain_partners import PartnerChange
from shared_scoring.explain_source import HistorySource
from shared_scoring.explain_words import change_text, worded
from shared_scoring.pack import Pack

_NAMED = 5
_MOVED = {"ratio": 0.00005, "seconds": 0.5, "stars": 0.0005, "points": 0.0005}  # what is shown of a change
_SHOWN = 0.005  # what two digits show; --json has every part


@click.command("explain")
@FILES
@click.option("--rules", default="auto", show_default=True, help="A rule pack's id, or auto: each day's own.")
@click.option("--from", "first", type=Day(), required=True, help="The earlier day.")
@click.option("--to", "last", type=Day(), required=True, help="The later day.")
@SUBJECT
@LANG
@JSON
def explain_change(
    files: tuple[Path, ...],
    rules: str,
    first: dt.date,
    last: dt.date,
    subject: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """Explain the change of the score of record FILES between two days; the parts add up to it."""
    if last < first:
        raise click.BadParameter(f"{last} lies before --from {first}; swap them", param_hint="'--to'")
    intake = take_in(files)
    subject_id, history = intake.only(subject)
    packs = pack_for(rules, history.subject(), first), pack_for(rules, history.subject(), last)
    answer = explain(HistorySource(history), packs, (first.toordinal(), last.toordinal()), subject_id)
    answer = worded(answer, packs, lang)
    if as_json:
        body = {"command": "explain", **msgspec.to_builtins(answer), "input": msgspec.to_builtins(intake.input)}
        click.echo(msgspec.json.encode(body))
    else:
        _print(answer, packs[0], intake.input, lang)


def _print(answer: Explanation, pack: Pack, account: Input, lang: str) -> None:
    console = Console(highlight=False)
    say = partial(text, lang)
    ends = {"first": answer.first.date, "last": answer.last.date}
    console.print(say("explain_of", subject=answer.subject or say("unknown_subject"), **ends), style="bold")
    totals = {"before": _points(answer.first.total), "after": _points(answer.last.total)}
    console.print(say("explain_totals", source=say(answer.last.source), **totals), style="cyan")
    console.print(answer.text, markup=False)
    for part in answer.parts:
        if part.known and part.points is not None and abs(part.points) < _SHOWN:
            continue
        style = "red" if (part.points or 0) < 0 else ("green" if part.points else "dim")
        console.print(f"  {part.text}", style=style, markup=False)
        if part.records:
            names = ", ".join(f"{one.kind} {one.id}" for one in part.records[:_NAMED])
            more = len(part.records) - _NAMED
            console.print("    " + names + (f" +{more}" if more > 0 else ""), style="dim", markup=False)
    for partner in answer.partners or ():
        console.print("  " + _partner(partner, pack, lang), markup=False)
    print_quarantined(console, account.quarantined, lang)


def _partner(partner: PartnerChange, pack: Pack, lang: str) -> str:
    name = partner.name or partner.merchant_id or text(lang, "no_shop")
    comma = "，" if lang == "zh" else ", "
    moved = comma.join(
        f"{one.name.zh if lang == 'zh' else one.name.en} {change_text(one, partner.indicators[one.key], lang)}"
        for one in pack.indicators
        if abs(partner.indicators.get(one.key, 0)) >= _MOVED[one.unit]
    )
    own = "" if partner.shop.change is None else text(lang, "shop_change", change=f"{partner.shop.change:+.2f}")
    return text(lang, "partner_change", name=name, moved=moved or "–", own=own)


def _points(total: float | None) -> str:
    return "–" if total is None else f"{total:.2f}"
