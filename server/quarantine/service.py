"""Quarantine: what waits, and taking it in again."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import Engine, RowMapping, select, update

from server.batches.service import refuse_foreign
from server.db import casebook
from server.db.models import QuarantinedRecord
from server.db.tenancy import tenant
from server.http.problems import ProblemError
from shared_scoring.decode import BadRecordError, decode_record
from shared_scoring.records import Record, owner_of

_WAITING = QuarantinedRecord.replayed_at.is_(None)
_ROW = QuarantinedRecord.__table__


class Replayed(NamedTuple):
    """What became of the records that were tried again; `news` where there is something new to score."""

    accepted: int
    unchanged: int
    refused: list[dict[str, Any]]
    news: bool


def list_waiting(app: Engine, subject_id: str, *, after: str, limit: int) -> Sequence[RowMapping]:
    """Up to `limit` records in quarantine beyond the id `after`, by id."""
    query = select(_ROW).where(_WAITING).order_by(QuarantinedRecord.id).limit(limit)
    if after:
        query = query.where(QuarantinedRecord.id > UUID(after))
    with app.connect() as connection, tenant(connection, subject_id):
        return connection.execute(query).mappings().all()


def replay(app: Engine, subject_id: str, mended: Mapping[UUID, dict[str, Any]] | None) -> Replayed:
    """Try records again, mended or as they are. A record with fields nobody knows is not tried without being mended."""
    with app.connect() as connection, tenant(connection, subject_id):
        held = casebook.hold_subject(connection)
        query = select(QuarantinedRecord.id, QuarantinedRecord.record, QuarantinedRecord.imported).where(_WAITING)
        if mended is not None:
            query = query.where(QuarantinedRecord.id.in_(mended))
        rows = connection.execute(query.order_by(QuarantinedRecord.created_at)).all()
        waiting = {row.id: row.record for row in rows}
        imported = {row.id for row in rows if row.imported}
        if mended is not None and (strange := mended.keys() - waiting.keys()):
            raise ProblemError("not-found", f"No record {next(iter(strange))} waits in quarantine")
        good: dict[UUID, Record] = {}
        refused: list[dict[str, Any]] = []
        for number, (id_, kept) in enumerate(waiting.items()):
            try:
                record = decode_record(msgspec.json.encode(kept if mended is None else mended[id_]))
            except BadRecordError as error:
                refused.append({"id": id_, "path": error.path, "reason": error.reason})
            else:
                refuse_foreign(number, owner_of(record), subject_id)
                good[id_] = record
        changed: list[bool] = []
        version = held.input_version
        for of_file in (False, True):
            mine = [record for id_, record in good.items() if (id_ in imported) is of_file]
            stored = casebook.store(connection, subject_id, held, mine, imported=of_file)
            changed += stored.changed
            version = max(version, stored.input_version)
        now = dt.datetime.now(dt.UTC)
        connection.execute(update(QuarantinedRecord).where(QuarantinedRecord.id.in_(good)).values(replayed_at=now))
    accepted = sum(changed)
    return Replayed(accepted, len(good) - accepted, refused, version > held.input_version)
