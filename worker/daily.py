"""The daily run: each subject's score of each of its days is taken once, for the history.

A day is due at 11:30 of the subject's own clock, before the platform's noon; where there are many subjects they are
asked for one after the other, within `SPREAD`, each always at the same moment. Days that were slept through are caught
up: the ledger still knows what was known on them. The row of `daily_runs` is claimed and written in the transaction
that stores the score, so a worker that dies leaves nothing, and of two that race the second waits and finds it done.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, Row, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from server.db.casebook import ledger_version, zone_of
from server.db.models import DailyRun, Subject
from server.db.reading import Folder
from server.db.spread import in_turn, share
from server.db.tenancy import tenant
from shared_scoring.calendar import Calendar
from worker.overview import keep_score
from worker.storing import store_score

log = structlog.get_logger()

READY = dt.time(11, 30)
CATCH_UP_DAYS = 60
SPREAD = dt.timedelta(minutes=10)
_A_SUBJECT = dt.timedelta(seconds=2)  # of the spread, where there are few

# No day on earth begins more than 14 hours before that of UTC: whoever has done this one owes nothing.
_OWING = text(
    """
    SELECT id, ledger_version, created_at, done, (SELECT count(*) FROM subjects) AS subjects FROM subjects
    CROSS JOIN LATERAL (SELECT max(day) AS done FROM daily_runs WHERE subject_id = id) AS runs
    WHERE ledger_version <> '' AND (done IS NULL OR done < CAST(:latest AS date)) ORDER BY done NULLS FIRST, id
    """
)


def due(gate: Engine, now: dt.datetime) -> Sequence[str]:
    """Subjects that owe a day and whose turn it is, the longest asleep first; never so many that others must wait."""
    latest = (now.astimezone(dt.UTC) + dt.timedelta(hours=14)).date()
    with gate.begin() as connection:
        rows = connection.execute(_OWING, {"latest": latest}).all()
    return in_turn([row.id for row in rows if _has_turn(row, now)])


def _has_turn(row: Row[Any], now: dt.datetime) -> bool:
    spread = min(SPREAD, _A_SUBJECT * (row.subjects - 1))
    then = now - spread * share(row.id)  # as if its half past eleven came later
    return any(_owed(Calendar(zone_of(row.ledger_version)), row.created_at, row.done, then))


def run(app: Engine, subject_id: str, now: dt.datetime) -> list[dt.date]:
    """Take the score of every day that is due; the days that this call did."""
    with app.connect() as connection, tenant(connection, subject_id):
        subject = connection.execute(select(Subject.created_at).where(Subject.id == subject_id)).one_or_none()
        if subject is None:
            return []  # erased meanwhile
        done = connection.execute(select(func.max(DailyRun.day)).where(DailyRun.subject_id == subject_id)).scalar_one()
        days = list(_owed(Folder(connection, subject_id).calendar, subject.created_at, done, now))
    return [day for day in days if _take(app, subject_id, day)]


def _owed(calendar: Calendar, created_at: dt.datetime, done: dt.date | None, now: dt.datetime) -> Iterator[dt.date]:
    """The days from the one after the last done, or the first here, to the newest that is due."""
    local = calendar.local(now)
    last = local.toordinal() - (local.time() < READY)
    first = calendar.day(created_at) if done is None else done.toordinal() + 1
    for day in range(max(first, last - CATCH_UP_DAYS + 1), last + 1):
        yield dt.date.fromordinal(day)


def _take(app: Engine, subject_id: str, day: dt.date) -> bool:
    with app.connect() as connection, tenant(connection, subject_id):
        folder = Folder(connection, subject_id)
        subject = connection.execute(
            select(Subject.input_version, Subject.ledger_version).where(Subject.id == subject_id)
        ).one_or_none()
        if subject is None or subject.ledger_version != ledger_version(folder.viewpoint):
            return False  # the ledger is made anew first; the next tick comes back
        if not _claim(connection, subject_id, day):
            return False
        score = store_score(connection, folder, subject_id, day, subject.input_version)
        keep_score(connection, folder, subject_id, day, score)
        connection.execute(
            update(DailyRun)
            .where(DailyRun.subject_id == subject_id, DailyRun.day == day)
            .values(done_at=func.clock_timestamp())
        )
    log.info("daily_run", subject_id=subject_id, day=day.isoformat())
    return True


def _claim(connection: Connection, subject_id: str, day: dt.date) -> bool:
    """Whether this transaction does the day; waits for another that is at it."""
    claimed = connection.execute(
        insert(DailyRun)
        .values(subject_id=subject_id, day=day, claimed_at=func.clock_timestamp())
        .on_conflict_do_nothing()
        .returning(DailyRun.day)
    ).one_or_none()
    return claimed is not None
