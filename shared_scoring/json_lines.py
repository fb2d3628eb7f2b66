"""On which line of a JSON text each value stands: what a decoder forgets, and whoever mends a file by hand needs."""

import json
import re

Path = tuple[str | int, ...]
"""Names and indexes from the root."""

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class RepeatedNameError(ValueError):
    """An object names a member twice; decoders keep the last one silently."""

    def __init__(self, path: Path, line: int) -> None:
        super().__init__(f"{show(path)} stands here a second time")
        self.path = path
        self.line = line


def show(path: Path) -> str:
    """`indicators[2].definition.reasons[0]`; empty for the root."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def lines_of(text: str) -> dict[Path, int]:
    """The line, from 1, of every member's name and every item of a text that is known to be JSON.

    Raises RepeatedNameError. A text that is no JSON must have been refused before.
    """
    return _Scanner(text).run()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: dict[Path, int] = {}

    def run(self) -> dict[Path, int]:
        start = self._skip(0)
        self._lines[()] = self._line(start)
        self._value((), start)
        return self._lines

    def _line(self, at: int) -> int:
        return self._text.count("\n", 0, at) + 1

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return at if found is None else found.end()

    def _value(self, path: Path, at: int) -> int:
        """Scan the value that begins at `at`; where it ends."""
        match self._text[at]:
            case "{":
                return self._members(path, at + 1)
            case "[":
                return self._items(path, at + 1)
        return _DECODER.raw_decode(self._text, at)[1]

    def _members(self, path: Path, at: int) -> int:
        at = self._skip(at)
        while self._text[at] != "}":
            name, end = _DECODER.raw_decode(self._text, at)
            own = (*path, name)
            if own in self._lines:
                raise RepeatedNameError(own, self._line(at))
            self._lines[own] = self._line(at)
            at = self._skip(self._value(own, self._skip(self._skip(end) + 1)))  # past the colon
            at = self._skip(at + 1) if self._text[at] == "," else at
        return at + 1

    def _items(self, path: Path, at: int) -> int:
        at, index = self._skip(at), 0
        while self._text[at] != "]":
            own = (*path, index)
            self._lines[own] = self._line(at)
            at, index = self._skip(self._value(own, at)), index + 1
            at = self._skip(at + 1) if self._text[at] == "," else at
        return at + 1


def parse(text: str) -> object:
    """The value. Raises json.JSONDecodeError with its line, also for NaN and Infinity, which JSON has not."""

    def refuse(name: str) -> object:
        raise json.JSONDecodeError(f"{name} is no JSON number", text, text.find(name))

    return json.loads(text, parse_constant=refuse)
