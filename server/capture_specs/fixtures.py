"""Shapes of pages that a merchant recorded, as fixtures of the extension's tests: keys and types, no values."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from server.capture_specs.check import BUNDLED, bundled

FORMAT: Final = "koubei.shapes/1"
FIXTURES: Final = BUNDLED.parent / "test" / "fixtures"
# What extension/src/shape.ts writes in place of a value.
_MASKS: Final = ("", "digits", "time", "text")
_KEY: Final = re.compile(r"\?|[A-Za-z_]+(\d{1,2}[A-Za-z_]+)*(\d{1,2})?")
_ADDRESS: Final = re.compile(r"https://[a-z]+\.jinritemai\.com/[\w/.?-]*")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class ShapeError(ValueError):
    """A file that is no recording, or one that holds a value."""


class Shape(NamedTuple):
    """One answer without its values; `spec` is the capture spec that read it, or was meant to."""

    spec: str
    version: int
    recorded: str
    address: str
    masked: Any

    @property
    def file_name(self) -> str:
        return f"{self.spec}.{self.recorded}.json"


def shapes_of(text: bytes, spec: str | None = None) -> list[Shape]:
    """The shapes of a recording; `spec` names those that no spec claimed. Raises ShapeError."""
    try:
        body = json.loads(text)
    except ValueError as error:
        raise ShapeError(f"is no JSON: {error}") from error
    if not isinstance(body, dict) or body.get("format") != FORMAT or not isinstance(body.get("shapes"), list):
        raise ShapeError(f'is no recording: its "format" must be "{FORMAT}"')
    return [_shape(entry, spec) for entry in body["shapes"] if isinstance(entry, dict) and (entry.get("spec") or spec)]


def write(shape: Shape, folder: Path = FIXTURES) -> tuple[Path, bool]:
    """Put a shape beside the others; the second value is False where one of the same spec already holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    for other in sorted(folder.glob(f"{shape.spec}.*.json")):
        if json.loads(other.read_text(encoding="utf-8"))["masked"] == shape.masked:
            return other, False
    place = folder / shape.file_name
    number = 2
    while place.exists():
        place = folder / shape.file_name.replace(".json", f".{number}.json")
        number += 1
    place.write_text(json.dumps(shape._asdict(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return place, True


def _shape(entry: dict[str, Any], meant: str | None) -> Shape:
    spec, at, address = entry.get("spec") or meant, str(entry.get("at", "")), str(entry.get("address", ""))
    known = bundled()
    if not isinstance(spec, str) or spec not in known:
        raise ShapeError(f"names the capture spec {spec!r}, which is none of {', '.join(known)}")
    if not _DAY.match(at) or not _ADDRESS.fullmatch(address):
        raise ShapeError("lacks the day (at) or the address of its answer")
    version = entry.get("version")
    for fault in _values(entry.get("masked"), ""):
        raise ShapeError(f"holds a value at {fault}: record it anew, and never send such a file")
    return Shape(
        spec, version if isinstance(version, int) else known[spec]["version"], at[:10], address, entry["masked"]
    )


def _values(value: Any, path: str) -> Iterator[str]:
    """Where a mask is none."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if not _KEY.fullmatch(key):
                yield f"{path}.{key[:1]}…"
            else:
                yield from _values(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for entry in value:
            yield from _values(entry, f"{path}[]")
    elif not _is_mask(value):
        yield path or "the top"


def _is_mask(value: Any) -> bool:
    if isinstance(value, str):
        return value in _MASKS
    return value is None or value is True or (value is not False and value in {0, 0.5})
