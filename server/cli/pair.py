"""`koubei pair`: a code that lets one more browser or program in."""

from pathlib import Path

import click
import msgspec
from rich.align import Align
from rich.console import Console
from rich.panel import Panel
from rich.text import Text
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from server.db.engine import gate_engine
from server.devices.codes import LIFETIME, create_code
from server.settings import SettingsError, load_settings

_TEXTS = {
    "title": ("配对码", "Pairing code"),
    "hint": (
        "在扩展的设置页填入。{minutes} 分钟内有效，只能用一次。",
        "Type it into the extension's options page. Good for {minutes} minutes and one device.",
    ),
}


class _Running(msgspec.Struct):
    """What `koubei up` leaves in `server.json` for other commands of the same home."""

    database_url: str


@click.command
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), default=None, help="The home folder.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def pair(home: Path | None, lang: str) -> None:
    """Print a code that pairs one browser or program with the running server."""
    gate = gate_engine(_database_url(home), pool_size=1)
    try:
        code = _create(gate)
    finally:
        gate.dispose()
    _show(code, lang)


def _database_url(home: Path | None) -> str:
    try:
        settings = load_settings(home)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    if settings.database_url is not None:
        return settings.database_url
    file = settings.home / "server.json"
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Running).database_url
    except FileNotFoundError:
        raise _not_running(settings.home) from None
    except (OSError, msgspec.DecodeError) as error:
        raise click.ClickException(f"cannot read {file}: {error}; restart the server with `koubei up`") from error


def _create(gate: Engine) -> str:
    try:
        return create_code(gate)
    except OperationalError as error:
        reason = " ".join(str(error.orig).split())
        raise click.ClickException(f"the database does not answer ({reason}); start it with `koubei up`") from error


def _not_running(home: Path) -> click.ClickException:
    return click.ClickException(f"no server runs in {home}; start one with `koubei up`, or name another with --home")


def _show(code: str, lang: str) -> None:
    title, hint = (texts[0 if lang == "zh" else 1] for texts in _TEXTS.values())
    half = len(code) // 2
    console = Console()
    if not console.is_terminal:
        click.echo(f"{code[:half]}-{code[half:]}")
        return
    spaced = " ".join(code[:half]) + "  –  " + " ".join(code[half:])
    console.print(Panel(Align.center(Text(f"\n{spaced}\n", style="bold")), title=title, width=48))
    console.print(hint.format(minutes=int(LIFETIME.total_seconds()) // 60))
