"""`koubei doctor`: what is wrong with this koubei, and what to do."""

import sys
from pathlib import Path

import click
import msgspec

from server.cli.doctor_checks import examine
from server.cli.doctor_texts import TEXTS
from server.cli.options import HOME, JSON, LANG
from server.settings import SettingsError, load_settings
from server.texts import text_of


@click.command
@HOME
@LANG
@JSON
def doctor(home: Path | None, lang: str, as_json: bool) -> None:
    """Look at everything koubei needs. Exit status 1 where there is something to do."""
    try:
        found = list(examine(load_settings(home)))
    except SettingsError as problem:
        raise click.ClickException(str(problem)) from problem
    healthy = all(one.ok for one in found)
    told = [text_of(TEXTS[one.code], lang, **one.params) for one in found]
    if as_json:
        findings = [{**msgspec.to_builtins(one), "text": words} for one, words in zip(found, told, strict=True)]
        click.echo(msgspec.json.encode({"command": "doctor", "ok": healthy, "findings": findings}))
    else:
        for one, words in zip(found, told, strict=True):
            click.echo(f"{'✓' if one.ok else '✗'} {words}")
    if not healthy:
        sys.exit(1)
