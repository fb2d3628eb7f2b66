"""Reading a JSON body: the right type, within the limit, and nothing the database could not store."""

from typing import Any

import msgspec
from flask import request

from server.http.problems import FieldError, ProblemError, refuse_fields

MAX_BODY = 4 * 1024 * 1024  # records.md, "A batch"


def json_bytes() -> bytes:
    """Return the body, unparsed, for resources that decode it themselves. Answers 415 and 413."""
    if request.mimetype != "application/json":
        given = request.mimetype or "nothing"
        raise ProblemError("unsupported-media-type", f"{request.method} {request.path} got Content-Type {given[:100]}")
    if request.content_encoding:
        # Unpacking would need a bound of its own, and on loopback there is nothing to gain.
        raise ProblemError(
            "unsupported-media-type", f"Content-Encoding {request.content_encoding[:100]} is not read here"
        )
    data = request.get_data(cache=True)
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
