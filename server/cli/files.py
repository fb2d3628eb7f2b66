"""Record files: NDJSON, plain or packed with gzip or zstd, read line by line whatever their size."""

import gzip
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import click
import zstandard

from shared_scoring.block import Block

_CHUNK = 1 << 19
_AHEAD = 4
_GZIP, _ZSTD, _BOM = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xef\xbb\xbf"


def lines(path: Path) -> Iterator[bytes]:
    """The lines of a file, unpacked, blank ones included. Raises click.ClickException where it cannot be read."""
    for block in blocks(path):
        *whole, rest = block.split(b"\n")
        yield from whole
        if rest:
            yield rest


def blocks(path: Path) -> Iterator[bytes]:
    """The same in blocks of whole lines; each ends with a newline, but for the last of a file that ends without one."""
    try:
        with path.open("rb") as file:
            yield from _whole_lines(_unpacked(file))
    except (OSError, EOFError, zstandard.ZstdError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise click.ClickException(f"{path} cannot be read: {reason}. Check the file and try again.") from None


def blocks_ahead(path: Path) -> Iterator[Block]:
    """The blocks, a few read ahead in a thread: reading and looking for the ends of lines needs no interpreter."""
    source = blocks(path)

    def following() -> Block | None:
        text = next(source, None)
        return None if text is None else Block.of(text)

    with ThreadPoolExecutor(1) as pool:
        waiting = deque(pool.submit(following) for _ in range(_AHEAD))
        while (block := waiting.popleft().result()) is not None:
            waiting.append(pool.submit(following))
            yield block


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
            unpacked = frame.decompress(chunk)
            for start in range(0, len(unpacked), _CHUNK):
                yield unpacked[start : start + _CHUNK]
            started, chunk = True, b""
            if frame.eof:
                chunk = frame.unused_data
                frame, started = zstandard.ZstdDecompressor().decompressobj(), False
    if started:
        raise EOFError("the file ends in the middle of its zstd data")


def _whole_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    first = True
    for chunk in chunks:
        end = chunk.rfind(b"\n") + 1
        if end == 0:
            rest += chunk
            continue
        block, rest = b"".join((rest, memoryview(chunk)[:end])), chunk[end:]
        yield block.removeprefix(_BOM) if first else block
        first = False
    if rest:
        yield rest.removeprefix(_BOM) if first else rest
