"""From record files to the histories of their subjects, with an account of every line."""

import gc
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, TypeVar

import click
from msgspec import Struct

from server.cli.files import blocks_ahead
from shared_scoring.block import Block
from shared_scoring.columns.one_subject import OneSubject
from shared_scoring.columns.sheets import Sheets
from shared_scoring.decode import BadRecordError, decode_block, decode_record
from shared_scoring.history import History
from shared_scoring.personal import FREE_TEXT_KINDS
from shared_scoring.records import CASE_KINDS, KINDS, Record, Subject, kind_of, owner_of

Own = TypeVar("Own")

# Of cases a score uses no text, and keeps none: masking them would cost a fifth of its time.
_TEXTS_USED = FREE_TEXT_KINDS - {KINDS[kind] for kind in CASE_KINDS}


class Quarantined(Struct, frozen=True):
    file: str
    line: int
    path: str
    reason: str


class Input(Struct):
    """`lines` = `accepted` + `unchanged` (repeats and stale copies that changed nothing) + quarantined."""

    lines: int = 0
    accepted: int = 0
    unchanged: int = 0
    quarantined: list[Quarantined] = []


class Intake(Struct, Generic[Own]):
    """Records by subject. The key is None where the files name no subject at all."""

    input: Input
    histories: dict[str | None, Own]

    def only(self, wanted: str | None) -> tuple[str | None, Own]:
        """The one subject, or the one asked for. Raises click.ClickException where that is not clear."""
        names = ", ".join(sorted(str(name) for name in self.histories))
        if wanted is not None:
            if set(self.histories) == {None}:
                return wanted, self.histories[None]
            if wanted not in self.histories:
                raise click.ClickException(f"--subject {wanted}: the files hold no such subject, only {names}.")
            return wanted, self.histories[wanted]
        if len(self.histories) > 1:
            raise click.ClickException(f"the files hold more than one subject: pick one with --subject, of {names}.")
        return next(iter(self.histories.items()))


def take_in(files: Sequence[Path]) -> Intake[History]:
    """Read, validate and merge. Raises click.ClickException for a file without one valid record."""
    account, owners = Input(), _Owners()
    histories: dict[str | None, History] = {}
    with _collecting_no_garbage():
        read = [(file, records) for file, records, _ in _read(files, account, owners)]
        owner_of_file = owners.of_files()
        for file, records in read:
            for record in records:
                if histories.setdefault(owner_of(record) or owner_of_file[file], History()).add(record):
                    account.accepted += 1
                else:
                    account.unchanged += 1
    return Intake(account, histories)


def tabulate(files: Sequence[Path]) -> Intake[OneSubject]:
    """The same in columns, for one score of a file that may be large."""
    account, owners, sheets = Input(), _Owners(), Sheets()
    with _collecting_no_garbage():
        for file, records, block in _read(files, account, owners, _TEXTS_USED):
            sheets.take(records, block, file)
        taken = sheets.taken(owners.of_files())
    account.accepted, account.unchanged = taken.accepted, taken.unchanged
    return Intake(account, taken.subjects)


@contextmanager
def _collecting_no_garbage() -> Iterator[None]:
    """What is read has no cycles and stays: to look through it again and again would double the time."""
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


class _Owners:
    """Whose the records of each file are. One that names no subject belongs to the only one of its file, or of all."""

    def __init__(self) -> None:
        self._named: list[set[str]] = []
        self._nameless: list[Record | None] = []

    def note(self, file: int, records: Sequence[Record]) -> None:
        if file == len(self._named):
            self._named.append(set())
            self._nameless.append(None)
        subjects = [one.id for one in records if type(one) is Subject]
        named = {one.subject_id for one in records if type(one) is not Subject}
        if None in named and self._nameless[file] is None:
            self._nameless[file] = next(one for one in records if owner_of(one) is None)
        self._named[file].update(subjects, (name for name in named if name is not None))

    def of_files(self) -> list[str | None]:
        """The subject of each file's nameless records. Raises click.ClickException where there is a choice."""
        everywhere = set().union(*self._named)
        owners = []
        for named, nameless in zip(self._named, self._nameless, strict=True):
            candidates = named or everywhere
            if nameless is not None and len(candidates) > 1:
                raise click.ClickException(
                    f"the {kind_of(nameless)} {nameless.id} names no subject_id, and the files hold several"
                    f" subjects ({', '.join(sorted(candidates))}): add subject_id to each record."
                )
            owners.append(next(iter(candidates)) if len(candidates) == 1 else None)
        return owners


def _read(
    files: Sequence[Path], account: Input, owners: _Owners, masked: Collection[type[Record]] = FREE_TEXT_KINDS
) -> Iterator[tuple[int, list[Record], Block]]:
    """The valid records of all files, block by block, with the file's number and the lines they were read from."""
    for file, path in enumerate(files):
        line, found = 1, False
        for block in blocks_ahead(path):
            records, good = decode_block(block, masked), block
            if records is None:
                records, good = _decode_lines(block, path, line, account)
            line += block.newlines
            account.lines += len(records)
            if records:
                found = True
                owners.note(file, records)
                yield file, records, good
        if not found:
            raise click.ClickException(f"{path} holds no valid record{_first_reason(account, path)}.")


def _decode_lines(block: Block, path: Path, line: int, account: Input) -> tuple[list[Record], Block]:
    """Line by line: the good records, their lines, and an account of each bad one."""
    records: list[Record] = []
    good: list[bytes] = []
    for number, text in enumerate(block.text.split(b"\n"), start=line):
        if not text.strip():
            continue
        try:
            records.append(decode_record(text))
            good.append(text)
        except BadRecordError as bad:
            account.lines += 1
            account.quarantined.append(Quarantined(str(path), number, bad.path, bad.reason))
    return records, Block.of(b"\n".join(good))


def _first_reason(account: Input, path: Path) -> str:
    first = next((one for one in account.quarantined if one.file == str(path)), None)
    if first is None:
        return ": it is empty"
    return f" (line {first.line}: {first.path or 'the line'} {first.reason})"
