"""`koubei packs`: the rule packs known here, one of them in full, a check of a new one, and adding it."""

import sys
from pathlib import Path

import click
import msgspec

from server.cli.options import HOME
from server.cli.pack_home import folder_of, read_packs
from server.cli.pack_table import print_faults, print_pack, print_packs
from server.db.pack_folder import Read
from shared_scoring.pack import Pack, PackError, Packs, bundled, load, schema
from shared_scoring.pack_check import Fault, located
from shared_scoring.pack_summary import summary

_lang = click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
_json = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
_file = click.argument("file", type=click.Path(path_type=Path))


@click.group
def packs() -> None:
    """List, show, check and add rule packs: each one published version of a score, as data."""


@packs.command("list")
@HOME
@_lang
@_json
def list_packs(home: Path | None, lang: str, as_json: bool) -> None:
    """The calendar of packs: whose score, in force from when until when, and how sure its numbers are."""
    read = read_packs(home)
    if as_json:
        _print({"command": "packs list", "packs": [_listed(pack, read) for pack in read.packs.values()]})
    else:
        print_packs(read.packs, read.files, lang)
    for one in read.unusable:
        for fault in one.faults:
            click.echo(f"{one.path}: {fault}; the pack is left out", err=True)


def _listed(pack: Pack, read: Read) -> dict[str, object]:
    file = read.files.get(pack.id)
    return {**msgspec.to_builtins(summary(pack)), "file": None if file is None else str(file)}


@packs.command("show")
@click.argument("id_", metavar="ID")
@HOME
@_lang
@_json
def show_pack(id_: str, home: Path | None, lang: str, as_json: bool) -> None:
    """Everything one pack says, each number with the grade of its source."""
    known = read_packs(home).packs
    if id_ not in known:
        raise click.BadParameter(f"{id_!r} is no rule pack; one of {', '.join(known)}", param_hint="'ID'")
    if as_json:
        _print({"command": "packs show", "pack": msgspec.to_builtins(known[id_])})
    else:
        print_pack(known[id_], lang)


@packs.command("check")
@_file
@HOME
@_lang
@_json
def check_pack(file: Path, home: Path | None, lang: str, as_json: bool) -> None:
    """Say whether FILE is a pack that could be added, else which lines are wrong and why (exit status 2)."""
    pack, faults = _check(file, read_packs(home))
    if as_json:
        found = {"ok": not faults, "id": None if pack is None else pack.id, "faults": msgspec.to_builtins(faults)}
        _print({"command": "packs check", "file": str(file), **found})
    else:
        print_faults(file, pack, faults, lang)
    sys.exit(2 if faults else 0)


@packs.command("add")
@_file
@HOME
@_lang
@_json
def add_pack(file: Path, home: Path | None, lang: str, as_json: bool) -> None:
    """Check FILE and put it beside the packs that come with the product; a running koubei takes it up by itself."""
    read = read_packs(home)
    pack, faults = _check(file, read)
    if pack is None or faults:
        print_faults(file, pack, faults, lang, err=True)
        sys.exit(2)
    if pack.id in bundled():
        raise click.ClickException(f"{pack.id} comes with the product; there is nothing to add")
    folder = folder_of(home).path
    place = folder / f"{pack.id.replace('/', '-')}.json"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A process that looks meanwhile sees all of it or nothing.
        half = place.with_suffix(".part")
        half.write_bytes(file.read_bytes())
        half.replace(place)
    except OSError as error:
        raise click.ClickException(f"cannot write {place}: {error.strerror or error}") from error
    if as_json:
        _print({"command": "packs add", "id": pack.id, "file": str(place)})
    else:
        click.echo(f"{pack.id} → {place}")


@packs.command("schema")
def show_schema() -> None:
    """Print the JSON Schema of a pack, for an editor that checks while you write."""
    click.echo(msgspec.json.format(msgspec.json.encode(schema()), indent=1))


def _check(file: Path, read: Read) -> tuple[Pack | None, list[Fault]]:
    """The pack of a file, and what is wrong with it by itself or beside the others."""
    try:
        text = file.read_bytes()
    except OSError as error:
        raise click.ClickException(f"cannot read {file}: {error.strerror or error}") from error
    try:
        pack = load(text, file.name)
    except PackError as error:
        return None, error.faults
    own = read.files.get(pack.id)
    if pack == bundled().get(pack.id) or (own is not None and own.read_bytes() == text):
        return pack, []
    try:
        # As they are written: an end that is open closes only beside what follows it.
        Packs([*bundled().values(), *(load(one.read_bytes(), one.name) for one in read.files.values()), pack])
    except PackError as error:
        return pack, [located(fault, text) for fault in error.faults]
    return pack, []


def _print(body: dict[str, object]) -> None:
    click.echo(msgspec.json.encode(body))
