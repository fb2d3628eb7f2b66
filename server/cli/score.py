"""`koubei score`: the score of a record file on a day."""

import datetime as dt
from pathlib import Path

import click
import msgspec

from server.cli.intake import tabulate
from server.cli.options import FILES, JSON, LANG, RULES, SUBJECT
from server.cli.pack_home import added_packs
from server.cli.table import print_score
from shared_scoring.pack import Pack, choose, know, known
from shared_scoring.records import Subject
from shared_scoring.score import score_history
from shared_scoring.score_words import worded

_YEARS = range(1990, 2200)


class Day(click.ParamType[dt.date]):
    """A day, YYYY-MM-DD."""

    name = "DATE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        if isinstance(value, dt.date):
            return value
        try:
            day = dt.datetime.strptime(str(value), "%Y-%m-%d").replace(tzinfo=dt.UTC).date()
        except ValueError:
            self.fail(f"{value!r} is no day; write it as YYYY-MM-DD, like 2026-11-06", param, ctx)
        if day.isoformat() != value or day.year not in _YEARS:
            self.fail(f"{value!r} is no day from {_YEARS[0]} to {_YEARS[-1]}, written as YYYY-MM-DD", param, ctx)
        return day


def pack_for(rules: str, subject: Subject | None, day: dt.date) -> Pack:
    """The pack named, or with `auto` the one of the subject's type in force on the day; added ones are known too."""
    know(added_packs())
    if rules == "auto":
        pack = choose(subject, day)
        platform = subject.platform if subject is not None else None
        if platform not in (None, pack.scope.platform):
            click.echo(f"warning: no rules are known for the platform {platform!r}; using {pack.id}", err=True)
        return pack
    named = known().get(rules)
    if named is None:
        raise click.BadParameter(
            f"{rules!r} is no rule pack; one of auto, {', '.join(known())}", param_hint="'--rules'"
        )
    return named


@click.command
@FILES
@RULES
@click.option("--as-of", "as_of", type=Day(), required=True, help="The day the score appears; counts what was before.")
@SUBJECT
@LANG
@JSON
def score(files: tuple[Path, ...], rules: str, as_of: dt.date, subject: str | None, lang: str, as_json: bool) -> None:
    """Score record FILES (NDJSON, plain, .gz or .zst) as of a day."""
    intake = tabulate(files)
    subject_id, history = intake.only(subject)
    pack = pack_for(rules, history.subject(), as_of)
    answer = worded(score_history(history, pack, as_of.toordinal(), subject_id), pack, lang)
    if as_json:
        body = {"command": "score", **msgspec.to_builtins(answer), "input": msgspec.to_builtins(intake.input)}
        click.echo(msgspec.json.encode(body))
    else:
        print_score(answer, pack, intake.input, history.subject(), lang)
