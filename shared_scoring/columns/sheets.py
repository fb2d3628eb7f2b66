"""All copies of all records of some files in columns, for a score of one day: objects only where columns cannot answer.

A record told once, without `clear`, is what its only copy says: it goes into columns and its object is let go. The text
is kept, so that a record of several copies can be read again and merged as ever (`history.py`).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from shared_scoring.columns.one_subject import NESTED, OneSubject, stacked
from shared_scoring.columns.pull import Column, Puller, Sheet
from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.records import CASE_KINDS, KINDS, Record, owner_of

_NUMBERS = {kind: number for number, kind in enumerate(KINDS.values())}
_CASE_KINDS = [KINDS[kind] for kind in CASE_KINDS]
_NAMELESS, _NOBODY = 0, -1
_MIX = np.int64(0x9E3779B97F4A7C15 - (1 << 64))  # tells owners apart in a hash; two that fall together cost only time


class Taken(NamedTuple):
    """By subject; None where the files name none. `accepted` copies changed something, `unchanged` ones did not."""

    subjects: dict[str | None, OneSubject]
    accepted: int
    unchanged: int


class Sheets:
    """Takes records in file by file, block by block."""

    def __init__(self) -> None:
        self._puller = Puller()
        self._parts: defaultdict[str, list[Sheet]] = defaultdict(list)
        self._rows: defaultdict[str, int] = defaultdict(int)
        self._texts: list[bytes] = []
        self._others: list[tuple[int, Record]] = []
        self._owners: dict[str | None, int] = {None: _NAMELESS}

    def take(self, records: Sequence[Record], text: bytes, file: int) -> None:
        """Records and the lines they were read from, none of them blank. Files are numbered from 0, in order."""
        kinds = np.frombuffer(bytes([_NUMBERS[type(one)] for one in records]), np.uint8)
        groups: dict[type[Record], list[Any]] = {}
        about: dict[type[Record], Sheet] = {}
        for kind in _CASE_KINDS:
            lines = np.flatnonzero(kinds == _NUMBERS[kind])
            if len(lines):
                groups[kind] = own = [records[line] for line in lines.tolist()]
                about[kind] = self._about(own, file) | {
                    "line": lines.astype(np.int32),
                    "block": np.full(len(own), len(self._texts), np.int32),
                }
        pulled = self._puller.pull(groups)
        for kind, sheet in about.items():
            pulled[str(kind.__struct_config__.tag)] |= sheet
        for name in NESTED:
            if name in pulled:
                pulled[name]["row"] = pulled[name]["row"] + self._rows["order"]
        for name, sheet in pulled.items():
            self._parts[name].append(sheet)
            self._rows[name] += _length(sheet)
        self._others += [(file, one) for one in records if type(one) not in _CASES]
        self._texts.append(text)

    def _about(self, records: Sequence[Record], file: int) -> Sheet:
        """Who a copy is about: what tells whether it is the only one."""
        named = [one.subject_id for one in records]
        owners = self._owners
        for name in set(named):
            owners.setdefault(name, len(owners))
        return {
            "name": np.fromiter([hash(one.id) for one in records], np.int64, len(records)),
            "owner": np.fromiter([owners[name] for name in named], np.int32, len(records)),
            "file": np.full(len(records), file, np.int32),
            "clears": np.frombuffer(bytes([one.clear is not None for one in records]), np.bool_),
        }

    def taken(self, owner_of_file: Sequence[str | None]) -> Taken:
        """Everything by subject; a record that names none belongs to that of its file. Ends the taking in."""
        histories: defaultdict[str | None, History] = defaultdict(History)
        counts = [0, 0]
        for file, record in self._others:
            counts[histories[owner_of(record) or owner_of_file[file]].add(record)] += 1
        sheets = {name: stacked(self._parts.pop(name)) for name in list(self._parts)}
        for name in owner_of_file:
            self._owners.setdefault(name, len(self._owners))
        names = {number: name for name, number in self._owners.items()}
        defaults = np.array([self._owners[name] for name in owner_of_file], np.int32)
        again: list[Sheet] = []
        for kind in CASE_KINDS:
            if kind in sheets:
                sheet = sheets[kind]
                sheet["owner"] = np.where(sheet["owner"] == _NAMELESS, defaults[sheet["file"]], sheet["owner"])
                sheet["several"] = sheet["clears"] | _repeated(sheet["name"] ^ (sheet["owner"] * _MIX))
                again.append({name: sheet[name][sheet["several"]] for name in ("block", "line", "owner")})
                counts[True] += int(np.count_nonzero(~sheet["several"]))
        for owner, record in self._read_again(again):
            counts[histories[names[owner]].add(record)] += 1
        owners = [sheet["owner"][~sheet["several"]] for kind, sheet in sheets.items() if kind in CASE_KINDS]
        present = [names[number] for number in np.unique(np.concatenate([*owners, np.array([], np.int32)])).tolist()]
        subjects = {
            name: OneSubject(_of_owner(sheets, self._owners.get(name, _NOBODY)), histories[name], self._puller)
            for name in dict.fromkeys([*histories, *present])
        }
        return Taken(subjects, counts[True], counts[False])

    def _read_again(self, places: Sequence[Sheet]) -> Iterator[tuple[int, Record]]:
        """The records at these places with their owners, in the order of the files."""
        if not places:
            return
        blocks, lines, owners = (np.concatenate([one[name] for one in places]) for name in ("block", "line", "owner"))
        block, text, ends = -1, b"", [0]
        for place in np.lexsort((lines, blocks)).tolist():
            if blocks[place] != block:
                block = int(blocks[place])
                text = self._texts[block]
                ends = [-1, *np.flatnonzero(np.frombuffer(text, np.uint8) == ord("\n")).tolist(), len(text)]
                self._texts[block] = b""  # read to the end: its memory is needed for the records
            line = lines[place]
            yield int(owners[place]), decode_record(text[ends[line] + 1 : ends[line + 1]])


_CASES = frozenset(_CASE_KINDS)


def _length(sheet: Sheet) -> int:
    return len(next(iter(sheet.values())))


def _repeated(names: Column) -> Column:
    """Which names stand there more than once."""
    order = np.argsort(names)
    same = names[order[1:]] == names[order[:-1]]
    found = np.zeros(len(names), np.bool_)
    found[order[1:]] |= same
    found[order[:-1]] |= same
    return found


def _of_owner(sheets: Mapping[str, Sheet], owner: int) -> dict[str, Sheet]:
    """The rows of one subject, of records told once."""
    own: dict[str, Sheet] = {}
    about = ("name", "owner", "file", "clears", "line", "block", "several")
    kept = {kind: (sheets[kind]["owner"] == owner) & ~sheets[kind]["several"] for kind in CASE_KINDS if kind in sheets}
    for kind, rows in kept.items():
        own[kind] = {name: column[rows] for name, column in sheets[kind].items() if name not in about}
    if "order" in kept:
        orders = kept["order"]
        place = np.cumsum(orders) - 1
        for nested in NESTED:
            if nested in sheets:
                rows = orders[sheets[nested]["row"]]
                own[nested] = {name: column[rows] for name, column in sheets[nested].items()}
                own[nested]["row"] = place[own[nested]["row"]]
    return own
