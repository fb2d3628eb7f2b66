"""The score of a subject: what the worker stored while it is current, else from the ledger."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Engine, select

from server.db.models import StoredScore
from server.http.snapshot import Snapshot, snapshot
from shared_scoring.comparison import Comparison, compare
from shared_scoring.pack import Pack
from shared_scoring.score import Score
from shared_scoring.score_words import worded


class Answer(NamedTuple):
    """The body, and what it was made from."""

    body: bytes
    input_version: int
    as_of: dt.date
    rules: str


def read_score(app: Engine, subject_id: str, as_of: dt.date | None, rules: str, lang: str | None) -> Answer:
    """Answer for a day and a pack, with texts where `lang` is given; 503 while the ledger is being made anew."""
    with snapshot(app, subject_id) as seen:
        day = seen.day(as_of)
        pack = seen.rules(rules, day)
        found: Any = _stored(seen, day, pack)
        if found is None:
            found = seen.folder.score(seen.pack(rules, day), day.toordinal())
        if lang is not None:
            found = worded(found if isinstance(found, Score) else msgspec.convert(found, Score), pack, lang)
        return Answer(msgspec.json.encode(found), seen.input_version, day, pack.id)


class Compared(NamedTuple):
    comparison: Comparison
    input_version: int


def read_comparison(app: Engine, subject_id: str, as_of: dt.date | None, rules: Sequence[str]) -> Compared:
    """The same day under two packs."""
    with snapshot(app, subject_id) as seen:
        day = seen.day(as_of)
        packs = [seen.pack(one, day) for one in rules]
        before, after = [(pack, seen.folder.score(pack, day.toordinal())) for pack in packs]
        return Compared(compare(before, after), seen.input_version)


def _stored(seen: Snapshot, as_of: dt.date, pack: Pack) -> object | None:
    """What was made of the newest input; of a day that can no longer be counted, what was last said of it."""
    query = select(StoredScore.score).where(StoredScore.as_of == as_of, StoredScore.rules == pack.id)
    if seen.is_counted(pack, as_of):
        query = query.where(StoredScore.input_version == seen.input_version)
    return seen.connection.execute(query).scalar_one_or_none()
