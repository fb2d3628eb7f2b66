"""Cases whose records were removed (retention.py): what they counted stays, under a name nobody can read."""

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping
from typing import Any

import psycopg

from server.db import stored
from server.db.contributions import write_contributions
from shared_scoring.ledger import Contribution

_CLOSED = "closed:"
IS_CLOSED = f"starts_with(case_id, '{_CLOSED}')"
"""Of a row of `cases`: its records were removed, and what it counted stays (retention.py)."""


def name_of(subject_id: str, case: str) -> str:
    """What a case is called once its records are gone: nobody reads an order number from it."""
    return _CLOSED + hashlib.sha256(f"{subject_id}\n{case}".encode()).hexdigest()[:32]


def close(raw: psycopg.Connection[Any], subject_id: str, cases: Collection[str]) -> None:
    """Give cases the names of closed ones; the ledger stays as it is. What is left of a case may be closed again."""
    own = _contributions(raw, cases)
    names = {case: name_of(subject_id, case) for case in own}
    closed = _contributions(raw, list(names.values()))
    merged = {name: [*closed.get(name, []), *own[case]] for case, name in names.items() if own[case]}
    write_contributions(raw, {**own, **closed}, {**{case: [] for case in own}, **merged})
    _delete(raw, own)


def put_back(raw: psycopg.Connection[Any]) -> None:
    """Closed cases cannot be counted anew: they count as they did, so what other rules say of their days is unknown."""
    rows = raw.execute(
        "SELECT case_id, contributions::text FROM cases"  # noqa: S608  # no input
        f" WHERE subject_id = current_setting('koubei.subject') AND {IS_CLOSED}"
    ).fetchall()
    if rows:
        write_contributions(raw, {}, {case: stored.contributions(text) for case, text in rows})
        raw.execute(
            "UPDATE subjects SET days_from = greatest(days_from, facts_from)"
            " WHERE id = current_setting('koubei.subject')"
        )


def reopen(raw: psycopg.Connection[Any], subject_id: str, cases: Collection[str]) -> bool:
    """A file tells of cases that were closed: what they counted then is taken out; True if there were any."""
    found = _contributions(raw, [name_of(subject_id, case) for case in cases])
    _drop(raw, found)
    return bool(found)


def drop(raw: psycopg.Connection[Any], before: dt.date) -> dt.date | None:
    """Take closed cases that count on no later day out of the ledger, and say the last day they counted on."""
    rows = raw.execute(
        "SELECT case_id, contributions::text, last_day FROM cases"  # noqa: S608  # no input
        f" WHERE subject_id = current_setting('koubei.subject') AND {IS_CLOSED} AND last_day < %s",
        (before,),
    ).fetchall()
    _drop(raw, {case: stored.contributions(text) for case, text, _ in rows})
    raw.execute(
        "DELETE FROM ledger WHERE subject_id = current_setting('koubei.subject') AND day < %s"
        " AND numerator = 0 AND denominator = 0",
        (before,),
    )
    return max((last_day for _, _, last_day in rows), default=None)


def _contributions(raw: psycopg.Connection[Any], cases: Collection[str]) -> dict[str, list[Contribution]]:
    rows = raw.execute(
        "SELECT case_id, contributions::text FROM cases"
        " WHERE subject_id = current_setting('koubei.subject') AND case_id = ANY(%s)",
        (list(cases),),
    )
    return {case: stored.contributions(text) for case, text in rows}


def _drop(raw: psycopg.Connection[Any], cases: Mapping[str, list[Contribution]]) -> None:
    write_contributions(raw, cases, {case: [] for case in cases})
    _delete(raw, cases)


def _delete(raw: psycopg.Connection[Any], cases: Collection[str]) -> None:
    raw.execute(
        "DELETE FROM cases WHERE subject_id = current_setting('koubei.subject') AND case_id = ANY(%s)", (list(cases),)
    )
