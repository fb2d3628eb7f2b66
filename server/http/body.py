"""Reading a JSON body: the right type, within the limit, and nothing the database could not store."""

import gzip
import io
import time
import zlib
from typing import Any

import msgspec
import zstandard
from flask import g, request

from server.http.problems import FieldError, ProblemError, refuse_fields
from server.http.state import state
from server.settings import Settings

MAX_BODY = 4 * 1024 * 1024  # records.md, "A batch"
_FIRST_PIECE, _LARGEST_PIECE = 16, 256 * 1024
_LEAST_RATE = 4096  # bytes a second beyond the patience that is had with everybody
_MAX_WINDOW = 8 * 1024 * 1024  # zstd's own recommendation of what every decoder supports


def json_bytes() -> bytes:
    """Return the body, unpacked, for resources that decode it themselves. Answers 400, 408, 413 and 415."""
    if request.mimetype != "application/json":
        given = request.mimetype or "nothing"
        raise ProblemError("unsupported-media-type", f"{request.method} {request.path} got Content-Type {given[:100]}")
    if "body" not in g:
        g.body = _unpack(_arrived(), request.content_encoding)
    data: bytes = g.body
    return data


def _arrived() -> bytes:
    """The body as it was sent, waiting for it where there is room to wait: a thread that waits answers nobody else."""
    place = f"{request.method} {request.path}"
    waiting = state().bodies
    if not waiting.acquire(blocking=False):
        detail = f"{place}: as many bodies as the server waits for at a time are on their way"
        raise ProblemError("too-many-bodies", detail, headers={"Retry-After": "1"})
    try:
        with state().silence.bounded(request.remote_addr or "") as sender:
            data = _read_in_time()
    finally:
        waiting.release()
    data = _bounded(data)
    if sender.cut and request.content_length != len(data):
        raise _too_slow(len(data))
    if request.content_length not in {None, len(data)}:
        raise ProblemError("bad-request", f"{place}: the body ended before it was complete")
    return data


def longest_seconds(settings: Settings) -> float:
    """What the largest body may take."""
    return settings.body_seconds + MAX_BODY / _LEAST_RATE


def _read_in_time() -> bytes:
    """The body in pieces that grow: whoever is slow is found out by the small ones.

    A read waits for its whole piece; one that stops in the middle of a piece is ended by silence.py.
    """
    began, patience = time.monotonic(), state().settings.body_seconds
    pieces, size, wanted = [], 0, _FIRST_PIECE
    while piece := request.stream.read(wanted):
        pieces.append(piece)
        size += len(piece)
        if size > MAX_BODY or size == request.content_length:
            break
        if time.monotonic() - began > patience + size / _LEAST_RATE:
            raise _too_slow(size)
        wanted = min(2 * wanted, _LARGEST_PIECE)
    return b"".join(pieces)


def _too_slow(size: int) -> ProblemError:
    seconds = state().settings.body_seconds
    return ProblemError(
        "body-too-slow",
        f"{request.method} {request.path}: after {seconds} s {size} bytes of the body had come",
        headers={"Connection": "close"},
    )


def _unpack(data: bytes, encoding: str | None) -> bytes:
    """Never more than the limit is unpacked, however much the body would become."""
    try:
        match (encoding or "identity").lower():
            case "identity":
                return data
            case "gzip":
                with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                    return _bounded(packed.read(MAX_BODY + 1))
            case "zstd":
                return _bounded(_unpack_zstd(data))
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise ProblemError("compression-broken", f"{request.method} {request.path}: {error}") from error
    given = (encoding or "")[:100]
    raise ProblemError("unsupported-media-type", f"Content-Encoding {given} is not read here")


def _unpack_zstd(data: bytes) -> bytes:
    whole = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW).decompressobj()
    with zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW).stream_reader(data) as packed:
        unpacked = packed.read(MAX_BODY + 1)
    if len(unpacked) <= MAX_BODY:  # the reader takes a truncated frame for a complete one
        whole.decompress(data)
        if not whole.eof or whole.unused_data:
            raise zstandard.ZstdError("it is not one whole zstd frame")
    return unpacked


def _bounded(data: bytes) -> bytes:
    if len(data) > MAX_BODY:
        raise ProblemError("body-too-large", f"{request.method} {request.path} got more than {MAX_BODY} bytes")
    return data


def json_value() -> Any:
    """Return the parsed body. Answers 400 with the position where it is broken, 422 for a NUL."""
    try:
        value = msgspec.json.decode(json_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProblemError("invalid-json", f"{request.method} {request.path}: {error}") from error
    if errors := list(_nul_in(value, "")):
        refuse_fields(errors)
    return value


def _nul_in(value: Any, path: str) -> list[FieldError]:
    match value:
        case str():
            return [{"path": path, "reason": "holds a NUL character"}] if "\0" in value else []
        case dict():
            steps = [(f"{path}.{name}" if path else name, item) for name, item in value.items()]
            names = [FieldError(path=path, reason="a name holds a NUL character") for name in value if "\0" in name]
            return names + [error for step, item in steps for error in _nul_in(item, step)]
        case list():
            return [error for index, item in enumerate(value) for error in _nul_in(item, f"{path}[{index}]")]
        case _:
            return []
