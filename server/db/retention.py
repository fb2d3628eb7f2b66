"""Letting go of what is past its days (product-rules.md, 11), in one transaction that holds the subject.

A case goes when nothing of it is later than the first day whose facts are kept, and no file of the merchant's told of
any of it. What it counted stays in the ledger, so every score of a kept day stays what it was.
"""

import datetime as dt
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import Connection

from server.db import closed
from server.db.bulk import driver
from server.db.casebook import hold_subject, viewpoint_of
from server.db.preferences import read_preferences
from shared_scoring.keeping import COUNTED_KINDS, DAILY_KINDS, Kept, kept
from shared_scoring.pack import packs_kept

_MINE = "subject_id = current_setting('koubei.subject')"
_NEWEST = f"SELECT max(newest_event) FROM records WHERE {_MINE} AND newest_event <= %s"  # noqa: S608  # no input
_PAST_CASES = f"""
    SELECT case_id, max(ends_on) FROM records WHERE {_MINE} AND case_id IN
        (SELECT case_id FROM records WHERE {_MINE} AND newest_event < %(until)s AND NOT imported)
    GROUP BY case_id HAVING NOT bool_or(imported) AND max(coalesce(ends_on, 'infinity')) < %(until)s
    AND NOT EXISTS (SELECT FROM cases WHERE {_MINE} AND cases.case_id = records.case_id AND last_day >= %(until)s)
"""  # noqa: S608  # no input


class Removed(NamedTuple):
    """How many rows of each sort were removed."""

    records: int = 0
    days: int = 0
    scores: int = 0
    quarantined: int = 0
    receipts: int = 0
    actions: int = 0


def expire(connection: Connection, subject_id: str, now: dt.datetime) -> Removed:
    """Remove what is past its days, counted back from the newest event that is not ahead of now.

    Raises NotBoundError where the subject is not bound.
    """
    raw = driver(connection)
    hold_subject(connection)
    viewpoint = viewpoint_of(connection, subject_id)
    today = dt.date.fromordinal(viewpoint.calendar.day(now))
    newest = _one(raw, _NEWEST, (today,))
    if newest is None:
        return Removed()
    longest = max(pack.longest_window for pack in packs_kept(viewpoint))
    first = kept(read_preferences(connection).preferences, newest.toordinal(), longest)
    began = viewpoint.calendar.start(first.facts)
    return Removed(
        records=_facts(raw, subject_id, first),
        days=_days(raw, first),
        scores=_delete(raw, "scores", "as_of < %s", _date(first.daily))
        + _delete(raw, "daily_runs", "day < %s", _date(first.daily)),
        quarantined=_delete(raw, "quarantine", "NOT imported AND created_at < %s", began),
        receipts=_delete(raw, "receipts", "created_at < %s", began),
        actions=_delete(raw, "actions", "rank IS NULL AND state <> 'open' AND changed_at < %s", began),
    )


def _facts(raw: psycopg.Connection[Any], subject_id: str, first: Kept) -> int:
    until = _date(first.facts)
    past = dict(raw.execute(_PAST_CASES, {"until": until}).fetchall())
    removed = _delete(raw, "records", "kind = 'live_room' AND NOT imported AND ends_on < %s", until)
    if past:
        closed.close(raw, subject_id, past)
        removed += _delete(raw, "records", "case_id = ANY(%s)", list(past))
        _advance(raw, "facts_from", until)
    return removed


def _days(raw: psycopg.Connection[Any], first: Kept) -> int:
    """Daily figures. Those that a score counts stay as long as a window of a kept day reaches."""
    until = _date(first.sums)
    last = [
        closed.drop(raw, until),
        _one(
            raw,
            f"SELECT max(newest_event) FROM records WHERE {_MINE} AND kind = ANY(%s) AND NOT imported"  # noqa: S608
            " AND newest_event < %s",
            (list(COUNTED_KINDS), until),
        ),
    ]
    if any(last):
        _advance(raw, "days_from", until)
    gone = "kind = ANY(%s) AND NOT imported AND newest_event < %s"
    return _delete(raw, "records", gone, list(COUNTED_KINDS), until) + _delete(
        raw, "records", gone, list(DAILY_KINDS), _date(first.daily)
    )


def _advance(raw: psycopg.Connection[Any], column: str, day: dt.date) -> None:
    raw.execute(
        f"UPDATE subjects SET {column} = greatest({column}, %s) WHERE id = current_setting('koubei.subject')",  # noqa: S608
        (day,),
    )


def _delete(raw: psycopg.Connection[Any], table: str, where: str, *parameters: object) -> int:
    return raw.execute(f"DELETE FROM {table} WHERE {_MINE} AND {where}", parameters).rowcount  # noqa: S608


def _one(raw: psycopg.Connection[Any], query: str, parameters: tuple[object, ...]) -> dt.date | None:
    row = raw.execute(query, parameters).fetchone()
    return None if row is None else row[0]


def _date(day: int) -> dt.date:
    return dt.date.fromordinal(day)
