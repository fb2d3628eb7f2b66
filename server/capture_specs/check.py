"""Is a file a capture spec that the extension would take: its schema, and the fields nobody may name.

Schema and forbidden names are the extension's own files, so that both say the same.
"""

import fnmatch
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import msgspec

BUNDLED: Final = Path(__file__).resolve().parents[2] / "extension" / "specs"
NOT_SPECS: Final = frozenset({"schema.json", "deny.json"})
LARGEST: Final = 256 * 1024
_PATHS: Final = frozenset({"from", "to", "rows", "id", "name", "keys", "required"})

Spec = dict[str, Any]


class SpecError(ValueError):
    """A file that holds no usable capture spec; `faults` says each thing to mend."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@cache
def _validator() -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(json.loads((BUNDLED / "schema.json").read_text(encoding="utf-8")))


@cache
def _denied() -> tuple[str, ...]:
    return tuple(glob.lower() for glob in json.loads((BUNDLED / "deny.json").read_text(encoding="utf-8")))


def load_spec(text: bytes) -> Spec:
    """The spec of a file's bytes. Raises SpecError."""
    if len(text) > LARGEST:
        raise SpecError([f"/ is larger than {LARGEST} bytes"])
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SpecError([f"/ is no JSON: {error}"]) from error
    if not isinstance(value, dict):
        raise SpecError(["/ is no object"])
    found = _faults(value)
    if found:
        raise SpecError(found)
    return value


def bundled() -> dict[str, Spec]:
    """The specs that come with the product; none where it was installed without its extension."""
    files = sorted(BUNDLED.glob("*.json")) if BUNDLED.is_dir() else []
    return {spec["id"]: spec for spec in (json.loads(_text(file)) for file in files if file.name not in NOT_SPECS)}


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _faults(spec: Spec) -> list[str]:
    # A spec is one of two shapes; only the faults of the one it means to be are of use.
    shape = "answer" if "rows" in spec else "labels"
    whole = json.loads(_text(BUNDLED / "schema.json"))
    meant = jsonschema_rs.Draft7Validator({"definitions": whole["definitions"], "$ref": f"#/definitions/{shape}"})
    found = list(_said(meant, spec)) or ([] if _validator().is_valid(spec) else ["/ is neither of the two shapes"])
    return found or list(_touched(spec))


def _said(validator: jsonschema_rs.Draft7Validator, spec: Spec) -> Iterator[str]:
    for error in validator.iter_errors(spec):
        where = "/" + "/".join(str(step) for step in error.instance_path)
        yield f"{where} {error.message[:200]}"


def _touched(spec: Spec) -> Iterator[str]:
    for path in sorted(set(_paths({key: value for key, value in spec.items() if key != "id"}))):
        for key in path.lstrip("?").split("."):
            if any(fnmatch.fnmatchcase(key.lower(), glob) for glob in _denied()):
                yield f'"{path}" touches "{key}", which no spec may read'


def _paths(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, str):
        if key in _PATHS:
            yield value
    elif isinstance(value, list):
        for entry in value:
            yield from _paths(entry, key)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _paths(inner, name)
