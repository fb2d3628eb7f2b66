"""`koubei specs`: how pages are read, newer ways of it, switching one off, and tests made of recorded shapes."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click
import msgspec
from rich import box
from rich.console import Console
from rich.table import Table

from server.capture_specs.check import Spec, SpecError, bundled, load_spec
from server.capture_specs.fixtures import FIXTURES, ShapeError, shapes_of, write
from server.capture_specs.folder import Offer, SpecFolder
from server.cli.options import HOME
from server.cli.spec_texts import text
from server.settings import SettingsError, load_settings

T = TypeVar("T")

_lang = click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
_json = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
_file = click.argument("file", type=click.Path(path_type=Path))


@click.group
def specs() -> None:
    """List, check, add and switch off capture specs: each says how one answer of a backend page is read, as data."""


@specs.command("list")
@HOME
@_lang
@_json
def list_specs(home: Path | None, lang: str, as_json: bool) -> None:
    """What browsers are offered: which page, which version, how sure its shape is, and what is switched off."""
    offer = _folder(home).read()
    if as_json:
        _print({"command": "specs list", "specs": [_listed(spec, offer) for spec in offer.specs.values()]})
    else:
        _table(offer, lang)
    for one in offer.unusable:
        click.echo(text(lang, "unusable", file=one.path, fault=one.faults[0]), err=True)


def _listed(spec: Spec, offer: Offer) -> dict[str, object]:
    file = offer.files.get(spec["id"])
    facts = {name: spec[name] for name in ("id", "version", "grade", "page", "kind")}
    return {**facts, "off": spec["id"] in offer.disabled, "file": None if file is None else str(file)}


def _table(offer: Offer, lang: str) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("id", "version", "grade", "page", "makes", "from"):
        table.add_column(text(lang, column), no_wrap=column != "from")
    for spec in offer.specs.values():
        file = offer.files.get(spec["id"])
        origin = text(lang, "bundled") if file is None else file.name
        shown = text(lang, "off") if spec["id"] in offer.disabled else origin
        table.add_row(spec["id"], str(spec["version"]), spec["grade"], spec["page"], spec["kind"], shown)
    Console(highlight=False).print(table)


@specs.command("check")
@_file
@_lang
@_json
def check_spec(file: Path, lang: str, as_json: bool) -> None:
    """Say whether FILE is a capture spec that browsers would take, else what is wrong with it (exit status 2)."""
    spec, faults = _checked(lambda: load_spec(_read(file)))
    if as_json:
        _print({"command": "specs check", "file": str(file), "ok": not faults, "faults": faults})
    elif spec is not None:
        click.echo(text(lang, "fine", file=file, id=spec["id"], version=spec["version"]))
    _end(file, faults)


@specs.command("add")
@_file
@HOME
@_lang
def add_spec(file: Path, home: Path | None, lang: str) -> None:
    """Check FILE and offer it to every browser that is paired here; its version must be newer than the one known."""
    done, faults = _checked(lambda: _folder(home).add(_read(file)))
    if done is not None:
        spec, place = done
        click.echo(text(lang, "added", id=spec["id"], version=spec["version"], place=place))
    _end(file, faults)


@specs.command("disable")
@click.argument("id_", metavar="ID")
@HOME
@_lang
def disable_spec(id_: str, home: Path | None, lang: str) -> None:
    """Switch a spec off in every browser that is paired here: the page is then not read at all."""
    _switch(id_, home, on=False)
    click.echo(text(lang, "disabled", id=id_))


@specs.command("enable")
@click.argument("id_", metavar="ID")
@HOME
@_lang
def enable_spec(id_: str, home: Path | None, lang: str) -> None:
    """Take back `disable`."""
    _switch(id_, home, on=True)
    click.echo(text(lang, "enabled", id=id_))


@specs.command("fixture")
@_file
@click.option("--spec", metavar="ID", help="The spec that should have read what none claimed.")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), default=FIXTURES, show_default=False)
@_lang
def make_fixture(file: Path, spec: str | None, folder: Path, lang: str) -> None:
    """Turn the page shapes of FILE, recorded in the extension's settings, into fixtures of its tests."""
    if spec is not None and spec not in bundled():
        raise click.BadParameter(f"{spec!r} is none of {', '.join(bundled())}", param_hint="'--spec'")
    try:
        shapes = shapes_of(_read(file), spec)
    except ShapeError as error:
        raise click.ClickException(f"{file} {error}") from error
    if not shapes:
        raise click.ClickException(f"{file} holds no shape of a known spec; name the one it is meant for with --spec")
    for shape in shapes:
        place, new = write(shape, folder)
        click.echo(text(lang, "written" if new else "known_shape", spec=shape.spec, place=place))
    click.echo(text(lang, "next"))


def _switch(id_: str, home: Path | None, *, on: bool) -> None:
    folder = _folder(home)
    offer = folder.read()
    if id_ not in offer.specs and id_ not in offer.disabled:
        raise click.BadParameter(f"{id_!r} is none of {', '.join(offer.specs)}", param_hint="'ID'")
    try:
        folder.switch(id_, on=on)
    except OSError as error:
        raise click.ClickException(f"cannot write in {folder.path}: {error.strerror or error}") from error


def _checked(work: Callable[[], T]) -> tuple[T | None, list[str]]:
    try:
        return work(), []
    except SpecError as error:
        return None, error.faults
    except OSError as error:
        raise click.ClickException(str(error)) from error


def _end(file: Path, faults: list[str]) -> None:
    for fault in faults:
        click.echo(f"{file}: {fault}", err=True)
    sys.exit(2 if faults else 0)


def _folder(home: Path | None) -> SpecFolder:
    try:
        return SpecFolder(load_settings(home).home)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise click.ClickException(f"cannot read {file}: {error.strerror or error}") from error


def _print(body: dict[str, object]) -> None:
    click.echo(msgspec.json.encode(body))
