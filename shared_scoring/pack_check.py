"""What makes a rule pack unusable, each fault with its line in the file.

First its text must be JSON, then have the shape that `pack.py` declares, then make sense: known cohorts and measures
with the parameters they take, weights that add up, tables that rise, names that lead somewhere.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from shared_scoring.json_lines import Path, RepeatedNameError, lines_of, parse, show

T = TypeVar("T")

_PLACE = re.compile(r"^(?P<what>.*?) - at `(?P<inner>key|value)?`?(?: in `)?(?P<path>\$?[^`]*)`$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_MEMBER = re.compile(r"(?:unknown field|enum value) [`'](.+)[`']$")
_ANY = "..."


class Fault(Struct, frozen=True):
    """One thing wrong: its line in the file, from 1; its path as in `indicators[2].weight`, "" for the whole; why."""

    line: int
    path: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.path}: {self.reason}" if self.path else f"line {self.line}: {self.reason}"


class FaultError(ValueError):
    """What is wrong with a text, in the order of its lines."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


def decode(text: bytes, kind: type[T], check: Callable[[T], Iterator[tuple[Path, str]]]) -> T:
    """The value of a text, where nothing is wrong with it. `check` yields what its shape cannot say.

    Raises FaultError.
    """
    document, lines = _read(text)
    try:
        value = msgspec.json.decode(text, type=kind)
    except msgspec.ValidationError as error:
        path, reason = _place(error, document, kind)
        raise FaultError([_fault(lines, path, reason)]) from None
    if faults := [_fault(lines, path, reason) for path, reason in check(value)]:
        raise FaultError(sorted(faults, key=lambda fault: fault.line))
    return value


def _read(text: bytes) -> tuple[Any, dict[Path, int]]:
    try:
        words = text.decode()
        return parse(words), lines_of(words)
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise FaultError([Fault(line, "", "is not UTF-8; save the file as UTF-8")]) from None
    except json.JSONDecodeError as error:
        raise FaultError([Fault(error.lineno, "", f"is not JSON at column {error.colno}: {error.msg}")]) from None
    except RepeatedNameError as error:
        raise FaultError([Fault(error.line, show(error.path), "is named twice in one object")]) from None
    except RecursionError:
        raise FaultError([Fault(1, "", "is nested too deeply")]) from None


def located(fault: Fault, text: bytes) -> Fault:
    """The fault of a whole pack, on the line where its path stands in a text that is known to be fine by itself."""
    lines = {show(path): line for path, line in lines_of(text.decode()).items()}
    return Fault(lines.get(fault.path, fault.line), fault.path, fault.reason)


def _fault(lines: dict[Path, int], path: Path, reason: str) -> Fault:
    known = path
    while known not in lines:  # a field that is missing stands nowhere: the object it is missing from does
        known = known[:-1]
    return Fault(lines[known], show(path), reason)


def _place(error: msgspec.ValidationError, document: Any, kind: type[Any]) -> tuple[Path, str]:
    """Where msgspec found what. It does not name the members of a dict: the one that alone is refused is sought."""
    found = _PLACE.match(str(error))
    what, steps = (str(error), "") if found is None else (found["what"], found["path"])
    path: list[str | int] = [
        name or (index if index == _ANY else int(index)) for name, index in _STEP.findall(steps.removeprefix("$"))
    ]
    while _ANY in path:
        at = path.index(_ANY)
        path[at] = _culprit(document, path[:at], kind, str(error))
    named = _MEMBER.search(what)
    inner = None if found is None else found["inner"]
    if named is not None and ("unknown field" in what or inner == "key"):
        path.append(named[1])
    reason = what.replace("Object contains unknown field", "is a field no pack has,") if named is not None else what
    return tuple(path), reason.removesuffix(f", `{named[1]}`") if named is not None else reason


def _culprit(document: Any, path: list[str | int], kind: type[Any], refusal: str) -> str:
    """The first member of the object at `path` that gets the same refusal where it is the only one."""
    members = _at(document, path)
    for name, value in members.items():
        whole = msgspec.json.decode(msgspec.json.encode(document))
        outer = _at(whole, path)
        outer.clear()
        outer[name] = value
        try:
            msgspec.json.decode(msgspec.json.encode(whole), type=kind)
        except msgspec.ValidationError as error:
            if str(error) == refusal:
                return str(name)
    return str(next(iter(members)))


def _at(document: Any, path: list[str | int]) -> Any:
    for step in path:
        document = document[step]
    return document
