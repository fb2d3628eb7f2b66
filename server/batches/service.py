"""A batch becomes records, quarantine and a receipt, in one transaction."""

import hashlib
import uuid
from typing import Any, NamedTuple, NoReturn
from uuid import UUID

import msgspec
from msgspec import inspect
from sqlalchemy import Connection, Engine, insert, select

from server.batches.schemas import MAX_RECORDS, Batch, Receipt, Refused, Source
from server.db import casebook
from server.db.models import QuarantinedRecord
from server.db.models import Receipt as StoredReceipt
from server.db.tenancy import tenant
from server.http.problems import ProblemError, refuse_fields
from shared_scoring.decode import BadRecordError, UnknownField, decode_masked, known_fields, locate, owner_of_known
from shared_scoring.records import FILE_SOURCE, Record, owner_of

_envelope = msgspec.json.Decoder(Batch)
_SHAPE = inspect.type_info(Batch)


class _Bad(NamedTuple):
    """A record that failed, with what may be kept of it."""

    refused: Refused
    known: dict[str, Any]
    unknown: list[UnknownField]


class Sorted(NamedTuple):
    """The records of a batch that can be stored, and those that cannot."""

    good: list[Record]
    bad: list[_Bad]
    masked: int


class Read(NamedTuple):
    """A batch. `imported`: it was read from a file, which stays until it is deleted (product-rules.md, 11)."""

    records: Sorted
    source: Source

    @property
    def imported(self) -> bool:
        return self.source.name == FILE_SOURCE


class Outcome(NamedTuple):
    """The receipt as it is sent, whether there is something new to score, and the capture spec that read the page."""

    receipt: dict[str, Any]
    news: bool
    adapter: str | None


def read_batch(body: bytes, subject_id: str) -> Read:
    """Decode a body. Answers 400, 403, 413 or 422 where the batch as a whole cannot be taken."""
    try:
        batch = _envelope.decode(body)
    except msgspec.ValidationError as error:
        _refuse_envelope(body, error)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProblemError("invalid-json", f"The batch: {error}") from error
    if len(batch.records) > MAX_RECORDS:
        raise ProblemError("batch-too-large", f"The batch holds {len(batch.records)} records")
    return Read(sort_records([bytes(raw) for raw in batch.records], subject_id), batch.source)


def _refuse_envelope(body: bytes, error: msgspec.ValidationError) -> NoReturn:
    try:
        bad = locate(_SHAPE, msgspec.json.decode(body), str(error))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as broken:
        raise ProblemError("invalid-json", f"The batch: {broken}") from broken
    refuse_fields([{"path": bad.path, "reason": bad.reason}])


def sort_records(texts: list[bytes], subject_id: str) -> Sorted:
    """Tell the good from the bad. Answers 403 where one belongs to another subject, good or bad."""
    good: list[Record] = []
    bad: list[_Bad] = []
    masked = 0
    for index, text in enumerate(texts):
        try:
            record, places = decode_masked(text)
        except BadRecordError as error:
            known, unknown = known_fields(text)
            own = owner_of_known(known)
            refuse_foreign(index, own, subject_id)
            bad.append(_Bad(Refused(index, error.path[:500], error.reason), known, unknown))
        else:
            refuse_foreign(index, owner_of(record), subject_id)
            good.append(record)
            masked += places
    return Sorted(good, bad, masked)


def refuse_foreign(index: int, owner: object, subject_id: str, field: str = "records") -> None:
    """Answer 403 for a record that names another owner than the subject it was sent to."""
    if owner is not None and owner != subject_id:
        path = f"{field}[{index}]"
        raise ProblemError(
            "record-of-another-subject",
            f"{path} belongs to the subject {str(owner)[:200]!r}, this is for {subject_id[:200]!r}",
            errors=[{"path": path, "reason": "belongs to another subject"}],
        )


def ingest(app: Engine, subject_id: str, device_id: UUID, key: str, body: bytes) -> Outcome:
    """Store a batch once. The same key and body get the same receipt, and change nothing."""
    read = read_batch(body, subject_id)
    batch = read.records
    body_hash = hashlib.sha256(body).digest()
    with app.connect() as connection, tenant(connection, subject_id):
        held = casebook.hold_subject(connection)
        earlier = _earlier(connection, device_id, key, body_hash)
        if earlier is not None:
            return Outcome(earlier, news=False, adapter=read.source.adapter)
        stored = casebook.store(connection, subject_id, held, batch.good, imported=read.imported)
        accepted = sum(stored.changed)
        receipt = Receipt(
            batch_id=str(uuid.uuid4()),
            accepted=accepted,
            unchanged=len(stored.changed) - accepted,
            quarantined=[bad.refused for bad in batch.bad],
            masked=batch.masked,
        )
        answer: dict[str, Any] = msgspec.to_builtins(receipt)
        quarantine(connection, subject_id, UUID(receipt.batch_id), read)
        connection.execute(
            insert(StoredReceipt).values(
                subject_id=subject_id, device_id=device_id, idempotency_key=key, body_hash=body_hash, answer=answer
            )
        )
    return Outcome(answer, news=stored.input_version > held.input_version, adapter=read.source.adapter)


def _earlier(connection: Connection, device_id: UUID, key: str, body_hash: bytes) -> dict[str, Any] | None:
    row = connection.execute(
        select(StoredReceipt.body_hash, StoredReceipt.answer).where(
            StoredReceipt.device_id == device_id, StoredReceipt.idempotency_key == key
        )
    ).one_or_none()
    if row is None:
        return None
    if row.body_hash != body_hash:
        raise ProblemError("idempotency-key-reused", f"The Idempotency-Key {key!r} stands for another body")
    answer: dict[str, Any] = row.answer
    return answer


def quarantine(connection: Connection, subject_id: str, batch_id: UUID, read: Read) -> None:
    """Keep what may be kept of records that failed, to be mended and replayed."""
    if bad := read.records.bad:
        connection.execute(
            insert(QuarantinedRecord),
            [
                {
                    "subject_id": subject_id,
                    "batch_id": batch_id,
                    "index": one.refused.index,
                    "kind": _text(one.known.get("kind")),
                    "record_id": _text(one.known.get("id")),
                    "path": one.refused.path,
                    "reason": one.refused.reason,
                    "record": one.known,
                    "unknown": [{"path": field.path, "type": field.type} for field in one.unknown],
                    "imported": read.imported,
                }
                for one in bad
            ],
        )


def _text(value: object) -> str | None:
    return None if value is None else str(value)[:200]
