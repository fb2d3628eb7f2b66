"""Record files as batches of the wire format, in file order, each for one subject."""

import datetime as dt
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import msgspec

from server.cli.files import lines
from server.cli.intake import Quarantined
from shared_scoring.decode import BadRecordError, decode_record, known_fields, owner_of_known
from shared_scoring.merge import event_moments
from shared_scoring.records import FILE_SOURCE, FORMAT, owner_of

MAX_RECORDS = 500
_MAX_BYTES = 3_500_000  # below the server's 4 MiB, with room for the envelope


class Place(NamedTuple):
    file: str
    line: int


class Outgoing(NamedTuple):
    """A batch, and where each of its records stood."""

    subject_id: str | None
    body: bytes
    places: list[Place]


class Survey(msgspec.Struct):
    """What a first reading finds: how many lines, whose records, and when the last of their events happened."""

    lines: int = 0
    subjects: dict[Path, set[str]] = msgspec.field(default_factory=dict)
    newest: dt.datetime | None = None
    broken: list[Quarantined] = msgspec.field(default_factory=list)

    def default_owner(self, path: Path) -> str | None:
        """Whose a record is that names no subject: the only one of its file, else the only one of all files."""
        named = self.subjects.get(path) or set().union(*self.subjects.values())
        return next(iter(named)) if len(named) == 1 else None


def survey(files: Sequence[Path], now: dt.datetime) -> Survey:
    """Read the files once. Lines that are no JSON object are told here: there is nothing of them to send."""
    found = Survey()
    for path in files:
        for number, line in enumerate(lines(path), start=1):
            if not line.strip():
                continue
            found.lines += 1
            try:
                record = decode_record(line)
            except BadRecordError as bad:
                if not bad.path:
                    found.broken.append(Quarantined(str(path), number, bad.path, bad.reason))
                continue
            owner = owner_of(record)
            if owner is not None:
                found.subjects.setdefault(path, set()).add(owner)
            for moment in event_moments(record):
                if moment <= now and (found.newest is None or moment > found.newest):
                    found.newest = moment
    return found


class _Open(msgspec.Struct):
    """A batch that is being filled."""

    texts: list[bytes] = msgspec.field(default_factory=list)
    places: list[Place] = msgspec.field(default_factory=list)
    size: int = 0

    def is_full(self, text: bytes) -> bool:
        return len(self.texts) == MAX_RECORDS or self.size + len(text) > _MAX_BYTES

    def add(self, text: bytes, place: Place) -> None:
        self.texts.append(text)
        self.places.append(place)
        self.size += len(text) + 1


def batches(files: Sequence[Path], found: Survey, only: str | None) -> Iterator[Outgoing]:
    """The lines as they are, in batches; `only` owns what names no subject, where it is given."""
    filling: dict[str | None, _Open] = {}
    for path in files:
        default = only or found.default_owner(path)
        for number, line in enumerate(lines(path), start=1):
            text = line.strip()
            if not text:
                continue
            try:
                owner = _owner(text) or default
            except BadRecordError:
                continue  # no JSON object: the survey has told it
            batch = filling.setdefault(owner, _Open())
            if batch.is_full(text):
                yield _batch(owner, batch)
                batch = filling[owner] = _Open()
            batch.add(text, Place(str(path), number))
    for owner, batch in filling.items():
        yield _batch(owner, batch)


def _owner(text: bytes) -> str | None:
    """Whose a line says it is. Raises BadRecordError where it is no JSON object."""
    try:
        record = decode_record(text)
    except BadRecordError as bad:
        if not bad.path:
            raise
        known, _ = known_fields(text)
        owner = owner_of_known(known)
        return owner if isinstance(owner, str) else None
    return owner_of(record)


def _batch(owner: str | None, batch: _Open) -> Outgoing:
    envelope = {"format": FORMAT, "source": {"name": FILE_SOURCE, "version": version("koubei")}}
    head = msgspec.json.encode(envelope)[:-1]
    return Outgoing(owner, head + b',"records":[' + b",".join(batch.texts) + b"]}", batch.places)
