"""What a change would do, from the ledger: only the cases that it touches are counted."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Engine

from server.batches.service import refuse_foreign
from server.http.problems import FieldError, refuse_fields
from server.http.snapshot import snapshot
from shared_scoring.changed import ChangeError, key_of, touched_cases, words_of
from shared_scoring.decode import BadRecordError, decode_record
from shared_scoring.records import Record, kind_of, owner_of
from shared_scoring.what_if import Ground, WhatIf


def read_what_if(app: Engine, subject_id: str, as_of: dt.date | None, rules: str, given: Sequence[Any]) -> WhatIf:
    """Answer for a day and a pack; 422 names what is wrong with the change, 403 another subject's record."""
    change = _records(given, subject_id)
    with snapshot(app, subject_id) as seen:
        folder = seen.folder
        day = seen.day(as_of)
        pack = seen.pack_of_cases(rules, day)
        words = words_of(change)
        changed = folder.records(words)
        told = {key_of(one): one for one in [*folder.told, *folder.records_of_cases(touched_cases(changed, words))]}
        told |= {key_of(one): one for one in changed}
        sums = folder.sums(pack, day.toordinal())
        try:
            ground = Ground(pack, day.toordinal(), sums, folder.facts(day.toordinal()), folder.viewpoint, subject_id)
            return ground.what_if(told.values(), change)
        except ChangeError as error:
            place = next(i for i, one in enumerate(change) if _same(one, error.record))
            refuse_fields([{"path": f"change[{place}].{error.field}", "reason": error.reason}])


def _records(given: Sequence[Any], subject_id: str) -> list[Record]:
    records: list[Record] = []
    errors: list[FieldError] = []
    for index, value in enumerate(given):
        try:
            record = decode_record(msgspec.json.encode(value))
        except BadRecordError as error:
            path = f"change[{index}].{error.path}" if error.path else f"change[{index}]"
            errors.append({"path": path, "reason": error.reason})
        else:
            refuse_foreign(index, owner_of(record), subject_id, "change")
            records.append(record)
    if errors:
        refuse_fields(errors)
    return records


def _same(one: Record, other: Record) -> bool:
    return kind_of(one) == kind_of(other) and one.id == other.id
