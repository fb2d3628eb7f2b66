"""From record files to the histories of their subjects, with an account of every line."""

from collections.abc import Sequence
from pathlib import Path

import click
from msgspec import Struct

from server.cli.files import lines
from shared_scoring.decode import BadRecordError, decode_record
from shared_scoring.history import History
from shared_scoring.records import Record, owner_of


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


class Intake(Struct):
    """Records by subject. The key is None where the files name no subject at all."""

    input: Input
    histories: dict[str | None, History]

    def only(self, wanted: str | None) -> tuple[str | None, History]:
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


def take_in(files: Sequence[Path]) -> Intake:
    """Read, validate and merge. Raises click.ClickException for a file without one valid record."""
    account = Input()
    read: list[tuple[list[Record], set[str]]] = []
    for path in files:
        records: list[Record] = []
        named: set[str] = set()
        for number, line in enumerate(lines(path), start=1):
            if not line.strip():
                continue
            account.lines += 1
            try:
                record = decode_record(line)
            except BadRecordError as bad:
                account.quarantined.append(Quarantined(str(path), number, bad.path, bad.reason))
                continue
            records.append(record)
            if (owner := owner_of(record)) is not None:
                named.add(owner)
        if not records:
            raise click.ClickException(f"{path} holds no valid record{_first_reason(account, path)}.")
        read.append((records, named))
    return Intake(account, _by_subject(read, account))


def _by_subject(read: list[tuple[list[Record], set[str]]], account: Input) -> dict[str | None, History]:
    """A record that names no subject belongs to the only one of its file, else to the only one of all files."""
    everywhere = set().union(*(named for _, named in read))
    histories: dict[str | None, History] = {}
    for records, named in read:
        candidates = named or everywhere
        default = next(iter(candidates)) if len(candidates) == 1 else None
        for record in records:
            owner = owner_of(record) or default
            if owner is None and candidates:
                raise click.ClickException(
                    f"the {record.__struct_config__.tag} {record.id} names no subject_id, and the files hold several"
                    f" subjects ({', '.join(sorted(candidates))}): add subject_id to each record."
                )
            if histories.setdefault(owner, History()).add(record):
                account.accepted += 1
            else:
                account.unchanged += 1
    return histories


def _first_reason(account: Input, path: Path) -> str:
    first = next((one for one in account.quarantined if one.file == str(path)), None)
    if first is None:
        return ": it is empty"
    return f" (line {first.line}: {first.path or 'the line'} {first.reason})"
