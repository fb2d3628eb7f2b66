"""Record files: NDJSON, plain or packed with gzip or zstd, read line by line whatever their size."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click
import zstandard

_CHUNK = 1 << 20
_GZIP, _ZSTD, _BOM = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xef\xbb\xbf"


def lines(path: Path) -> Iterator[bytes]:
    """The lines of a file, unpacked, blank ones included. Raises click.ClickException where it cannot be read."""
    try:
        with path.open("rb") as file:
            yield from _split(_unpacked(file))
    except (OSError, EOFError, zstandard.ZstdError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise click.ClickException(f"{path} cannot be read: {reason}. Check the file and try again.") from None


def _unpacked(file: BinaryIO) -> Iterator[bytes]:
    magic = file.read(4)
    file.seek(0)
    if magic.startswith(_GZIP):
        with gzip.open(file) as unpacked:
            while chunk := unpacked.read(_CHUNK):
                yield chunk
    elif magic == _ZSTD:
        yield from _unpacked_zstd(file)
    else:
        while chunk := file.read(_CHUNK):
            yield chunk


def _unpacked_zstd(file: BinaryIO) -> Iterator[bytes]:
    """Frame by frame, because zstandard's own stream reader takes a truncated file for a complete one."""
    frame = zstandard.ZstdDecompressor().decompressobj()
    started = False
    while chunk := file.read(_CHUNK):
        while chunk:
            yield frame.decompress(chunk)
            started, chunk = True, b""
            if frame.eof:
                chunk = frame.unused_data
                frame, started = zstandard.ZstdDecompressor().decompressobj(), False
    if started:
        raise EOFError("the file ends in the middle of its zstd data")


def _split(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    first = True
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.removeprefix(_BOM) if first else line
            first = False
    if rest:
        yield rest.removeprefix(_BOM) if first else rest
