"""Records into cases, cases into the ledger: one transaction, whose cost does not depend on the age of the shop.

A batch locks its subject, adds its copies to the records they belong to, gathers the cases it touched, takes their old
contributions out of the ledger and puts the new ones in.
"""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import psycopg
from sqlalchemy import Connection

from server.db import stored
from server.db.bulk import Staging, driver
from shared_scoring.case import case_id
from shared_scoring.ledger import Contribution, timeline
from shared_scoring.merge import NOTHING, Told
from shared_scoring.pack import known as known_packs
from shared_scoring.pack import plan_kept
from shared_scoring.records import Record, kind_of
from shared_scoring.viewpoint import Viewpoint

Key = tuple[str, str]
"""kind and id."""


_CASES_AT_ONCE = 2000  # of a rebuild, whose memory must not grow with the shop

_RECORDS = Staging(
    "staged_records",
    {"kind": "text", "id": "text", "case_id": "text", "copies": "text"},
    """
    INSERT INTO records (subject_id, kind, id, case_id, copies)
    SELECT current_setting('koubei.subject'), kind, id, case_id, copies::json FROM staged
    ON CONFLICT (subject_id, kind, id) DO UPDATE SET case_id = excluded.case_id, copies = excluded.copies
    """,
)
_CASES = Staging(
    "staged_cases",
    {"case_id": "text", "contributions": "text", "last_day": "date"},
    """
    INSERT INTO cases (subject_id, case_id, contributions, last_day)
    SELECT current_setting('koubei.subject'), case_id, contributions::json, last_day FROM staged
    ON CONFLICT (subject_id, case_id) DO UPDATE
    SET contributions = excluded.contributions, last_day = excluded.last_day
    """,
)
_LEDGER = Staging(
    "staged_ledger",
    {"series": "text", "day": "date", "known_on": "date", "parts": "int8", "numerator": "int8", "denominator": "int8"},
    """
    INSERT INTO ledger AS own (subject_id, series, day, known_on, parts, numerator, denominator)
    SELECT current_setting('koubei.subject'), series, day, known_on, parts, numerator, denominator FROM staged
    ON CONFLICT (subject_id, series, day, known_on, parts) DO UPDATE
    SET numerator = own.numerator + excluded.numerator, denominator = own.denominator + excluded.denominator
    """,
)


class Stored(NamedTuple):
    """What became of each copy, in order: True where it changed what is known."""

    changed: list[bool]
    input_version: int


class _Known(NamedTuple):
    """A record as this transaction knows it; `case_id` is what the database has."""

    case_id: str | None
    told: Told


COUNTING = 3
"""Raise it whenever a series of the same name counts differently, or a case keeps more: all is then made anew."""


def rules_fingerprint() -> str:
    """Names the series of all packs and how they are counted. A ledger kept under another must be made anew."""
    series = {series for pack in known_packs().values() for series in pack.plan.definitions}
    return hashlib.sha256("\n".join([str(COUNTING), *sorted(series)]).encode()).hexdigest()[:16]


def ledger_version(viewpoint: Viewpoint) -> str:
    """The fingerprint, whose orders the ledger counts under which packs, for what industry, and its days' time zone."""
    whose = "shop" if viewpoint.creator is None else "creator"
    industry = plan_kept(viewpoint).industry_that_counts(viewpoint) or "any"
    return f"{rules_fingerprint()} {viewpoint.platform} {whose} {industry} {viewpoint.calendar.zone}"


def zone_of(version: str) -> str:
    """The time zone of the days of a ledger kept under a version."""
    return version.rpartition(" ")[2]


class Held(NamedTuple):
    """A subject that this transaction holds."""

    input_version: int
    ledger_version: str


def hold_subject(connection: Connection) -> Held:
    """Hold the subject until the transaction ends, so that its batches come one after the other."""
    row = (
        driver(connection)
        .execute(
            "SELECT input_version, ledger_version FROM subjects WHERE id = current_setting('koubei.subject') FOR UPDATE"
        )
        .fetchone()
    )
    if row is None:
        raise LookupError("the subject is not bound")
    return Held(int(row[0]), str(row[1]))


def store(connection: Connection, subject_id: str, held: Held, incoming: Sequence[Record]) -> Stored:
    """Store copies of records and keep the ledger, in the transaction that holds the subject."""
    raw = driver(connection)
    touched: dict[Key, None] = dict.fromkeys((kind_of(copy), copy.id) for copy in incoming)
    known = _load(raw, [*touched, ("subject", subject_id)])
    changed, dirty = _add(known, incoming)
    stale_cases = {before for key in dirty if (before := known[key].case_id) is not None}
    for key in dirty:
        told = known[key].told
        known[key] = _Known(None if told.merged is None else case_id(told.merged), told)
    _RECORDS.write(
        raw, ((*key, known[key].case_id, msgspec.json.encode(known[key].told.copies).decode()) for key in dirty)
    )
    cases = stale_cases | {own for key in dirty if (own := known[key].case_id) is not None}
    viewpoint = _viewpoint(known, subject_id)
    moved = _recount(raw, cases, known, viewpoint)
    own = ledger_version(viewpoint)
    if held.ledger_version == "":
        _set_ledger_version(raw, own)
    elif held.ledger_version != own:
        # Kept by a process that knew other packs: what was added here is of these. Neither version tells the truth.
        _set_ledger_version(raw, f"mixed {own.partition(' ')[2]}")
    version = _bump(raw) if any(changed) or moved else held.input_version
    return Stored(changed, version)


def rebuild(connection: Connection, subject_id: str) -> int:
    """Make every contribution anew, for a subject whose ledger was kept by other rules or in another time zone.

    Returns the new input version: scores and ETags made of the old ledger must not be believed any longer.
    """
    raw = driver(connection)
    hold_subject(connection)
    raw.execute("DELETE FROM ledger WHERE subject_id = current_setting('koubei.subject')")
    raw.execute("DELETE FROM cases WHERE subject_id = current_setting('koubei.subject')")
    viewpoint = _viewpoint(_load(raw, [("subject", subject_id)]), subject_id)
    with raw.cursor(name="cases_of_subject") as cursor:
        cursor.execute(
            "SELECT case_id, array_agg(copies::text) FROM records"
            " WHERE subject_id = current_setting('koubei.subject') AND case_id IS NOT NULL GROUP BY case_id"
        )
        while chunk := cursor.fetchmany(_CASES_AT_ONCE):
            cases = {case: [stored.told(copies) for copies in texts] for case, texts in chunk}
            _write_contributions(raw, {}, _timelines(cases, viewpoint))
    _set_ledger_version(raw, ledger_version(viewpoint))
    return _bump(raw)


def _load(raw: psycopg.Connection[Any], keys: Iterable[Key]) -> dict[Key, _Known]:
    wanted = list(keys)
    rows = raw.execute(
        """
        SELECT kind, id, case_id, copies::text FROM unnest(%s::text[], %s::text[]) AS wanted (kind, id)
        JOIN records USING (kind, id) WHERE subject_id = current_setting('koubei.subject')
        """,
        ([kind for kind, _ in wanted], [id_ for _, id_ in wanted]),
    )
    return {(kind, id_): _Known(case, stored.told(copies)) for kind, id_, case, copies in rows}


def _add(known: dict[Key, _Known], incoming: Sequence[Record]) -> tuple[list[bool], list[Key]]:
    """Put each copy to its record; whether it changed something, and the records that have to be written."""
    changed: list[bool] = []
    dirty: dict[Key, None] = {}
    for copy in incoming:
        key = (kind_of(copy), copy.id)
        own = known.get(key, _Known(None, NOTHING))
        told = own.told.with_copy(copy)
        if told is not own.told:
            known[key] = _Known(own.case_id, told)
            dirty[key] = None
        changed.append(not told.says_same(own.told))
    return changed, list(dirty)


def _recount(raw: psycopg.Connection[Any], cases: set[str], known: Mapping[Key, _Known], viewpoint: Viewpoint) -> bool:
    """Take the old contributions of these cases out of the ledger and put the new ones in; True if any moved."""
    if not cases:
        return False
    told: defaultdict[str, list[Told]] = defaultdict(list)
    for own in known.values():
        if own.case_id in cases:
            told[own.case_id].append(own.told)
    others = raw.execute(
        """
        SELECT case_id, copies::text FROM records
        WHERE subject_id = current_setting('koubei.subject') AND case_id = ANY(%s) AND (kind, id) NOT IN
              (SELECT * FROM unnest(%s::text[], %s::text[]))
        """,
        (list(cases), [kind for kind, _ in known], [id_ for _, id_ in known]),
    )
    for case, copies in others:
        told[case].append(stored.told(copies))
    before = raw.execute(
        "SELECT case_id, contributions::text FROM cases"
        " WHERE subject_id = current_setting('koubei.subject') AND case_id = ANY(%s)",
        (list(cases),),
    )
    old = {case: stored.contributions(text) for case, text in before}
    new = _timelines({case: told.get(case, []) for case in cases}, viewpoint)
    return _write_contributions(raw, old, new)


def _timelines(cases: Mapping[str, Sequence[Told]], viewpoint: Viewpoint) -> dict[str, list[Contribution]]:
    plan = plan_kept(viewpoint)
    return {case: timeline(told, plan, viewpoint) for case, told in cases.items()}


def _write_contributions(
    raw: psycopg.Connection[Any], old: Mapping[str, list[Contribution]], new: Mapping[str, list[Contribution]]
) -> bool:
    moved: defaultdict[tuple[str, int, int, int], list[int]] = defaultdict(lambda: [0, 0])
    changed = {case: rows for case, rows in new.items() if rows != old.get(case, [])}
    for case, rows in changed.items():
        for sign, contributions in ((-1, old.get(case, ())), (1, rows)):
            for one in contributions:
                sums = moved[one.series, one.day, one.known_on, one.parts]
                sums[0] += sign * one.numerator
                sums[1] += sign * one.denominator
    _CASES.write(raw, ((case, msgspec.json.encode(rows).decode(), _last_day(rows)) for case, rows in changed.items()))
    _LEDGER.write(
        raw,
        (
            (series, dt.date.fromordinal(day), dt.date.fromordinal(known_on), parts, numerator, denominator)
            for (series, day, known_on, parts), (numerator, denominator) in moved.items()
            if numerator or denominator
        ),
    )
    return bool(changed)


def _last_day(rows: Sequence[Contribution]) -> dt.date | None:
    last = max((one.day for one in rows), default=None)
    return None if last is None else dt.date.fromordinal(last)


def _viewpoint(known: Mapping[Key, _Known], subject_id: str) -> Viewpoint:
    own = known.get(("subject", subject_id))
    return Viewpoint.of(None if own is None else own.told.merged)


def _bump(raw: psycopg.Connection[Any]) -> int:
    row = raw.execute(
        "UPDATE subjects SET input_version = input_version + 1, changed_at = clock_timestamp()"
        " WHERE id = current_setting('koubei.subject') RETURNING input_version"
    ).fetchone()
    assert row is not None  # noqa: S101  # the row is locked by this transaction
    return int(row[0])


def _set_ledger_version(raw: psycopg.Connection[Any], version: str) -> None:
    raw.execute("UPDATE subjects SET ledger_version = %s WHERE id = current_setting('koubei.subject')", (version,))
