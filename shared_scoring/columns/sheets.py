"""All copies of all records of some files in columns, for a score of one day: objects only where columns cannot answer.

A record told once, without `clear`, is what its only copy says: it goes into columns and its object is let go. The text
is kept, so that a record of several copies can be read again and merged as ever (`history.py`).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from shared_scoring.block import Block
from shared_scoring.columns.one_subject import NESTED, OneSubject, stacked
from shared_scoring.columns.pull import Column, Puller, Sheet
from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.records import CASE_KINDS, KINDS, Record, kind_of, owner_of

_CASE_KINDS = [KINDS[kind] for kind in CASE_KINDS]
_NUMBERS = {kind: number for number, kind in enumerate(dict.fromkeys([*_CASE_KINDS, *KINDS.values()]))}
_ABOUT = ("name", "owner", "file", "clears", "line", "block", "several")
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
        self._orders = 0
        self._blocks: list[Block] = []
        self._others: list[tuple[int, Record]] = []
        self._owners: dict[str | None, int] = {None: _NAMELESS}

    def take(self, records: Sequence[Record], block: Block, file: int) -> None:
        """Records and the lines they were read from, none of them blank. Files are numbered from 0, in order."""
        kinds = np.frombuffer(bytes([_NUMBERS[type(one)] for one in records]), np.uint8)
        groups: dict[type[Record], list[Any]] = {}
        about: dict[str, Sheet] = {}
        for kind in _CASE_KINDS:
            lines = np.flatnonzero(kinds == _NUMBERS[kind])
            if len(lines):
                groups[kind] = own = [records[line] for line in lines.tolist()]
                about[kind_of(own[0])] = self._about(own, lines, file)
        pulled = self._puller.pull(groups)
        for name, sheet in pulled.items():
            if name in NESTED:
                sheet["row"] = sheet["row"] + self._orders
            self._parts[name].append(sheet | about.get(name, {}))
        self._orders += len(pulled["order"]["case"]) if "order" in pulled else 0
        self._others += [(file, records[line]) for line in np.flatnonzero(kinds >= len(_CASE_KINDS)).tolist()]
        self._blocks.append(block)

    def _about(self, records: Sequence[Record], lines: Column, file: int) -> Sheet:
        """Who a copy is about, which tells whether it is the only one, and where it was read."""
        count = len(records)
        named = [one.subject_id for one in records]
        owners = [self._owners.setdefault(name, len(self._owners)) for name in set(named)]
        if len(owners) > 1:
            owners = [self._owners[name] for name in named]
        return {
            "name": np.fromiter([hash(one.id) for one in records], np.int64, count),
            "owner": np.full(count, owners, np.int32),
            "file": np.full(count, file, np.int32),
            "clears": np.frombuffer(bytes([one.clear is not None for one in records]), np.bool_),
            "line": lines.astype(np.int32),
            "block": np.full(count, len(self._blocks), np.int32),
        }

    def taken(self, owner_of_file: Sequence[str | None]) -> Taken:
        """Everything by subject; a record that names none belongs to that of its file. Ends the taking in."""
        for name in owner_of_file:
            self._owners.setdefault(name, len(self._owners))
        of_file = np.array([self._owners[name] for name in owner_of_file], np.int32)
        sheets = {name: stacked(self._parts.pop(name)) for name in list(self._parts)}
        cases = [sheets[kind] for kind in CASE_KINDS if kind in sheets]
        for sheet in cases:
            sheet["owner"] = np.where(sheet["owner"] == _NAMELESS, of_file[sheet["file"]], sheet["owner"])
            sheet["several"] = sheet["clears"] | _repeated(sheet["name"] ^ (sheet["owner"] * _MIX))
        names = {number: name for name, number in self._owners.items()}
        histories: defaultdict[str | None, History] = defaultdict(History)
        counts = [0, sum(int(np.count_nonzero(~sheet["several"])) for sheet in cases)]
        for file, record in self._others:
            counts[histories[owner_of(record) or owner_of_file[file]].add(record)] += 1
        for owner, record in self._read_again(cases):
            counts[histories[names[owner]].add(record)] += 1
        once = {owner for sheet in cases for owner in np.unique(sheet["owner"][~sheet["several"]]).tolist()}
        subjects = {
            name: OneSubject(_of_owner(sheets, self._owners.get(name, _NOBODY)), histories[name], self._puller)
            for name in dict.fromkeys([*histories, *(names[owner] for owner in sorted(once))])
        }
        return Taken(subjects, counts[True], counts[False])

    def _read_again(self, sheets: Sequence[Sheet]) -> Iterator[tuple[int, Record]]:
        """The copies of records that have several, with their owners, in the order of the files."""
        for sheet in sheets:
            places = [sheet[name][sheet["several"]].tolist() for name in ("block", "line", "owner")]
            for block, line, owner in zip(*places, strict=True):
                yield owner, decode_record(self._blocks[block].line(line))


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
    kept = {kind: (sheets[kind]["owner"] == owner) & ~sheets[kind]["several"] for kind in CASE_KINDS if kind in sheets}
    for kind, rows in kept.items():
        own[kind] = {name: column[rows] for name, column in sheets[kind].items() if name not in _ABOUT}
    if "order" in kept:
        orders = kept["order"]
        place = np.cumsum(orders) - 1
        for nested in NESTED:
            if nested in sheets:
                rows = orders[sheets[nested]["row"]]
                own[nested] = {name: column[rows] for name, column in sheets[nested].items()}
                own[nested]["row"] = place[own[nested]["row"]]
    return own
