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

from server.db import closed, stored
from server.db.bulk import Staging, driver
from server.db.contributions import write_contributions
from shared_scoring.calendar import Calendar
from shared_scoring.case import case_id
from shared_scoring.keeping import days_of
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
    {
        "kind": "text",
        "id": "text",
        "case_id": "text",
        "copies": "text",
        "imported": "bool",
        "newest_event": "date",
        "ends_on": "date",
    },
    """
    INSERT INTO records (subject_id, kind, id, case_id, copies, imported, newest_event, ends_on)
    SELECT current_setting('koubei.subject'), kind, id, case_id, copies::json, imported, newest_event, ends_on
    FROM staged
    ON CONFLICT (subject_id, kind, id) DO UPDATE
    SET case_id = excluded.case_id, copies = excluded.copies, imported = excluded.imported,
        newest_event = excluded.newest_event, ends_on = excluded.ends_on
    """,
)


class Stored(NamedTuple):
    """What became of each copy, in order: True where it changed what is known."""

    changed: list[bool]
    input_version: int


class _Known(NamedTuple):
    """A record as this transaction knows it; `case_id` and `imported` are what the database has."""

    case_id: str | None
    told: Told
    imported: bool = False


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


class NotBoundError(LookupError):
    """The subject of the transaction is not, or no longer, there."""


class Held(NamedTuple):
    """A subject that this transaction holds. `facts_from` is a date ordinal, 0 while nothing was removed."""

    input_version: int
    ledger_version: str
    facts_from: int = 0


def hold_subject(connection: Connection) -> Held:
    """Hold the subject until the transaction ends, so that its batches come one after the other."""
    row = (
        driver(connection)
        .execute(
            "SELECT input_version, ledger_version, facts_from FROM subjects"
            " WHERE id = current_setting('koubei.subject') FOR UPDATE"
        )
        .fetchone()
    )
    if row is None:
        raise NotBoundError
    return Held(int(row[0]), str(row[1]), 0 if row[2] is None else row[2].toordinal())


def store(
    connection: Connection, subject_id: str, held: Held, incoming: Sequence[Record], *, imported: bool = False
) -> Stored:
    """Store copies of records and keep the ledger, in the transaction that holds the subject.

    `imported`: they are out of a file of the merchant's, which stays whatever its days. Of a page's, what lies wholly
    before the days whose facts are kept and is not here any more is past its days: it changes nothing.
    """
    raw = driver(connection)
    touched: dict[Key, None] = dict.fromkeys((kind_of(copy), copy.id) for copy in incoming)
    known = _load(raw, [*touched, ("subject", subject_id)])
    viewpoint = _viewpoint(known, subject_id)
    past = None if imported or not held.facts_from else _Past(held.facts_from, viewpoint.calendar)
    changed, dirty = _add(known, incoming, imported, past)
    stale_cases = {before for key in dirty if (before := known[key].case_id) is not None}
    for key in dirty:
        told = known[key].told
        known[key] = _Known(None if told.merged is None else case_id(told.merged), told, known[key].imported)
    viewpoint = _viewpoint(known, subject_id)
    _RECORDS.write(raw, (_row(key, known[key], viewpoint.calendar) for key in dirty))
    cases = stale_cases | {own for key in dirty if (own := known[key].case_id) is not None}
    moved = _recount(raw, cases, known, viewpoint)
    if imported and held.facts_from:
        moved = closed.reopen(raw, subject_id, cases) or moved
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
    raw.execute(f"DELETE FROM cases WHERE subject_id = current_setting('koubei.subject') AND NOT {closed.IS_CLOSED}")  # noqa: S608  # no input
    viewpoint = _viewpoint(_load(raw, [("subject", subject_id)]), subject_id)
    with raw.cursor(name="cases_of_subject") as cursor:
        cursor.execute(
            "SELECT case_id, array_agg(copies::text) FROM records"
            " WHERE subject_id = current_setting('koubei.subject') AND case_id IS NOT NULL GROUP BY case_id"
        )
        while chunk := cursor.fetchmany(_CASES_AT_ONCE):
            cases = {case: [stored.told(copies) for copies in texts] for case, texts in chunk}
            write_contributions(raw, {}, _timelines(cases, viewpoint))
    closed.put_back(raw)
    _set_ledger_version(raw, ledger_version(viewpoint))
    return _bump(raw)


class _Past(NamedTuple):
    """The days before the first whose facts are kept."""

    until: int
    calendar: Calendar

    def holds(self, copy: Record) -> bool:
        """Whether all that a copy of a case's record tells of lies there."""
        if case_id(copy) is None:
            return False
        last = days_of(copy, self.calendar).ends_on
        return last is not None and last < self.until


def _row(key: Key, known: _Known, calendar: Calendar) -> Sequence[Any]:
    assert known.told.merged is not None  # noqa: S101  # it has just got a copy
    days = (None if day is None else dt.date.fromordinal(day) for day in days_of(known.told.merged, calendar))
    return (*key, known.case_id, msgspec.json.encode(known.told.copies).decode(), known.imported, *days)


def _load(raw: psycopg.Connection[Any], keys: Iterable[Key]) -> dict[Key, _Known]:
    wanted = list(keys)
    rows = raw.execute(
        """
        SELECT kind, id, case_id, copies::text, imported FROM unnest(%s::text[], %s::text[]) AS wanted (kind, id)
        JOIN records USING (kind, id) WHERE subject_id = current_setting('koubei.subject')
        """,
        ([kind for kind, _ in wanted], [id_ for _, id_ in wanted]),
    )
    return {(kind, id_): _Known(case, stored.told(copies), imported) for kind, id_, case, copies, imported in rows}


def _add(
    known: dict[Key, _Known], incoming: Sequence[Record], imported: bool, past: "_Past | None"
) -> tuple[list[bool], list[Key]]:
    """Put each copy to its record; whether it changed something, and the records that have to be written.

    What is `past` its days is not stored anew.
    """
    changed: list[bool] = []
    dirty: dict[Key, None] = {}
    for copy in incoming:
        key = (kind_of(copy), copy.id)
        own = known.get(key, _Known(None, NOTHING))
        if own.told is NOTHING and past is not None and past.holds(copy):
            changed.append(False)
            continue
        told = own.told.with_copy(copy)
        if told is not own.told or (imported and not own.imported):
            known[key] = _Known(own.case_id, told, own.imported or imported)
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
    return write_contributions(raw, old, new)


def _timelines(cases: Mapping[str, Sequence[Told]], viewpoint: Viewpoint) -> dict[str, list[Contribution]]:
    plan = plan_kept(viewpoint)
    return {case: timeline(told, plan, viewpoint) for case, told in cases.items()}


def viewpoint_of(connection: Connection, subject_id: str) -> Viewpoint:
    """How the subject of this transaction counts."""
    return _viewpoint(_load(driver(connection), [("subject", subject_id)]), subject_id)


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
