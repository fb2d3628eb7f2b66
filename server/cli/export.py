"""`koubei export`: every stored record of a subject into a file that `koubei import` takes."""

import gzip
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

import click
import zstandard

from server.cli.client import Client
from server.cli.options import HOME, LANG, SERVER, TOKEN
from server.cli.texts import text


@click.command("export")
@click.argument("subject")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file.")
@HOME
@SERVER
@TOKEN
@LANG
def export_subject(
    subject: str, output: Path, home: Path | None, server_url: str | None, token: str | None, lang: str
) -> None:
    """Write every stored record of SUBJECT as NDJSON; packed where the file's name ends in .gz or .zst."""
    with Client.chosen(home, server_url, token) as client:
        lines = _write(output, client.export(subject))
    click.echo(text(lang, "exported", subject=subject, lines=lines, file=output))


def _write(output: Path, chunks: Iterable[bytes]) -> int:
    """Write a file that is whole or not there; how many lines it holds. A file that was there before is replaced."""
    draft = output.with_name(f"{output.name}.part")
    lines = 0
    try:
        draft.touch(mode=0o600)
        with draft.open("wb") as file, _packing(output, file) as packed:
            for chunk in chunks:
                packed.write(chunk)
                lines += chunk.count(b"\n")
        draft.replace(output)
    except OSError as error:
        raise click.ClickException(
            f"{output} cannot be written: {error.strerror or error}; choose another place"
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return lines


def _packing(output: Path, file: IO[bytes]) -> IO[bytes]:
    if output.suffix == ".gz":
        return cast("IO[bytes]", gzip.GzipFile(fileobj=file, mode="wb"))
    if output.suffix == ".zst":
        return cast("IO[bytes]", zstandard.ZstdCompressor().stream_writer(file))
    return file
