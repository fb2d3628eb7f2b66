"""The packs that a command of this computer knows: the bundled ones and those of the home."""

from pathlib import Path

import click

from server.db.pack_folder import PackFolder, Read
from server.settings import SettingsError, load_settings
from shared_scoring.pack import Packs


def read_packs(home: Path | None = None) -> Read:
    """What the home's folder holds, with its files that cannot be used."""
    return folder_of(home).read()


def folder_of(home: Path | None = None) -> PackFolder:
    try:
        return PackFolder(load_settings(home).home)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def added_packs(home: Path | None = None) -> Packs:
    """What a command may name; a file that cannot be used is told on standard error."""
    read = read_packs(home)
    for one in read.unusable:
        click.echo(f"{one.path}: {one.faults[0]}; the pack is left out", err=True)
    return read.packs
